"""Makes every clip that `expected.toml` lists, under `samples/media/`: `python -m samples.make_samples`."""

import shutil
import sys
import tomllib
from pathlib import Path

from samples.recipes import RECIPES

HERE = Path(__file__).parent


def main() -> int:
    """Make all clips anew; returns the exit status."""
    if not shutil.which("flite"):
        sys.stderr.write("flite, which speaks in one of the samples, is missing: apt-get install flite\n")
        return 1
    clips = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["clip"]
    media = HERE / "media"
    shutil.rmtree(media, ignore_errors=True)
    for clip in clips:
        path = media / clip["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        RECIPES[clip["recipe"]](path)
        sys.stdout.write(f"{path.stat().st_size:>9,} bytes  {clip['path']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
