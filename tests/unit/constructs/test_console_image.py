"""What goes into the console's image, and what makes another one of it."""

import shutil
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from media_pipeline import console_service
from media_pipeline.console_service import ConsoleImage

ROOT = Path(__file__).parents[3]
PACKAGES = ("clip_model", "console", "operations")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The sources somewhere else, where they may be changed."""
    for package in (*PACKAGES, "environments"):
        shutil.copytree(ROOT / package, tmp_path / "root" / package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(console_service, "ROOT", tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def image(root, tmp_path):
    """Stage the image's context; its hash, and its folder."""
    assemblies = iter(range(99))

    def image():
        app = App(outdir=str(tmp_path / f"assembly{next(assemblies)}"))
        asset = ConsoleImage(Stack(app, "Stack"), "Image", environment_name="dev")
        return asset.asset_hash, Path(app.outdir) / f"asset.{asset.asset_hash}"

    return image


def test_it_holds_the_console_what_that_imports_and_its_own_settings(root, image):
    _, folder = image()
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    sources = {str(path.relative_to(root)) for each in PACKAGES for path in (root / each).rglob("*") if path.is_file()}
    assert there == {*sources, "environments/dev.toml"}
    assert {"console/Dockerfile", "console/requirements.txt", "console/app.py", "operations/deployed.py"} <= there


def test_what_does_not_go_in_makes_no_other_image(root, image):
    before, _ = image()
    for name in (
        ".git/HEAD",
        ".venv/lib/site.py",
        "README.md",
        "build/layer/x",
        "console/.streamlit/secrets.toml",
        "console/__pycache__/app.cpython-399.pyc",
        "lambdas/alert/handler.py",
        "node_modules/x.js",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("something else")
    (root / "environments" / "prod.toml").write_text("")
    for path in root.rglob("*.py"):
        path.chmod(0o600)
    after, folder = image()
    assert after == before
    assert sorted(path.name for path in folder.iterdir()) == ["clip_model", "console", "environments", "operations"]


@pytest.mark.parametrize(
    "name",
    [
        "clip_model/words.py",
        "console/app.py",
        "console/Dockerfile",
        "console/requirements.txt",
        "environments/dev.toml",
    ],
)
def test_what_goes_in_makes_another_image(root, image, name):
    before, _ = image()
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert image()[0] != before
