"""The one Lambda layer: pinned packages built by pip for the Lambda platform, and `clip_model`.

Built without Docker into `build/layer/<hash>/`. The hash covers what goes in, so the asset does
not change with the clock or the machine, and a layer that is already there is not built again.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "lambdas" / "layer" / "requirements.txt"
CLIP_MODEL = ROOT / "clip_model"
PYTHON = "3.14"
PLATFORM = "manylinux2014_aarch64"


def layer_hash() -> str:
    """SHA-256 over everything that decides the layer's content."""
    digest = hashlib.sha256(f"{PYTHON} {PLATFORM}\n".encode())
    for path in [REQUIREMENTS, *sorted(CLIP_MODEL.glob("*.py"))]:
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def build_layer(folder: Path = ROOT / "build" / "layer") -> Path:
    """The layer's folder, built unless it is there.

    Raises:
        RuntimeError: pip could not bring the packages; the message carries pip's own last words.
    """
    finished = folder / layer_hash()
    if finished.is_dir():
        return finished
    building = folder / f"{finished.name}.part"
    shutil.rmtree(building, ignore_errors=True)
    packages = building / "python"
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON),
        *("--platform", PLATFORM, "--target", str(packages), "--requirement", str(REQUIREMENTS)),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"pip could not build the layer from {REQUIREMENTS.name}: {result.stderr.strip()[-800:]}")
    shutil.copytree(CLIP_MODEL, packages / "clip_model", ignore=shutil.ignore_patterns("__pycache__"))
    building.rename(finished)
    return finished
