"""What workflows need to know of the environments' files, in lines that GitHub takes as a step's outputs.

Without an argument: the environments that this repository deploys. With an environment's name: its region, and the
roles that docs/deploy.md sets up.
"""

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "environments"


def deployed(repository: str) -> Iterator[str]:
    """The environments whose `ci.repository` is this one, as `owner/name`."""
    names = [path.stem for path in sorted(FOLDER.glob("*.toml")) if _trusts(_read(path), repository)]
    yield f"environments={json.dumps(names)}"


def settings(environment: str) -> Iterator[str]:
    """An environment's region and roles."""
    file = _read(FOLDER / f"{environment}.toml")
    roles = f"arn:aws:iam::{file['account']}:role"
    yield f"region={file['region']}"
    yield f"deploy-role={roles}/bootstrap/impp-{environment}-deploy"
    yield f"diff-role={roles}/bootstrap/impp-{environment}-diff"
    yield f"operator-role={roles}/impp-{environment}-operator"


def _trusts(file: dict[str, Any], repository: str) -> bool:
    """Whether a file names a repository. Where its tokens carry ids, so does the file: owner@123/name@456."""
    parts = file.get("ci", {}).get("repository", "").split("/")
    return "/".join(part.partition("@")[0] for part in parts) == repository


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    lines = settings(sys.argv[1]) if len(sys.argv) > 1 else deployed(os.environ["GITHUB_REPOSITORY"])
    sys.stdout.writelines(f"{line}\n" for line in lines)
