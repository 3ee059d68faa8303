"""The one Lambda layer: pinned packages built by pip for the Lambda platform, `clip_model`, and what functions share.

Built without Docker into `build/layer/<hash>/`. The hash covers what goes in, so the asset does
not change with the clock or the machine, and a layer that is already there is not built again.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "lambdas" / "layer" / "requirements.txt"
CLIP_MODEL = ROOT / "clip_model"
#: Modules that more than one function imports.
SHARED = sorted(REQUIREMENTS.parent.glob("*.py"))
PYTHON = "3.14"
PLATFORM = "manylinux2014_aarch64"


def layer_hash() -> str:
    """SHA-256 over all that decides the layer's content: this recipe, requirements, `clip_model`, shared modules."""
    digest = hashlib.sha256()
    own = (path for path in CLIP_MODEL.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    for path in [Path(__file__), REQUIREMENTS, *SHARED, *sorted(own)]:
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
    folder.mkdir(parents=True, exist_ok=True)
    # Elsewhere first: whoever else builds it meanwhile, and whoever looks, finds a whole layer or none.
    building = Path(tempfile.mkdtemp(prefix="part-", dir=folder))
    try:
        _install(building / "python")
        shutil.copytree(CLIP_MODEL, building / "python" / "clip_model", ignore=shutil.ignore_patterns("__pycache__"))
        for module in SHARED:
            shutil.copy(module, building / "python")
        # Lambda's own user reads it, whatever this user's umask keeps from others.
        for path in (building, *building.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        if not finished.is_dir():
            building.rename(finished)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return finished


def _install(packages: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON),
        *("--platform", PLATFORM, "--target", str(packages), "--requirement", str(REQUIREMENTS)),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"pip could not build the layer from {REQUIREMENTS.name}: {result.stderr.strip()[-800:]}")
    # Scripts name the Python that installed them, and the records have the scripts' hashes; a function runs neither.
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for record in packages.glob("*.dist-info/RECORD"):
        record.unlink()
