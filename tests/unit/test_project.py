"""The house rules that a machine can hold."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(line.lower().split("==") for line in text.splitlines() if re.match(r"[\w.-]+==", line))


def test_what_is_deployed_with_is_what_is_tested_with():
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_the_layer_holds_the_versions_that_are_tested():
    tested = {name.replace("_", "-"): version for name, version in pins("requirements-dev.txt").items()}
    layer = {name.replace("_", "-"): version for name, version in pins("lambdas/layer/requirements.txt").items()}
    assert layer.items() <= tested.items()


def test_opencv_is_the_build_that_needs_no_display():
    assert "opencv-python" not in pins("requirements-dev.txt")
    assert pins("requirements-dev.txt")["opencv-python-headless"].startswith("4.")


def test_every_package_of_the_project_is_installed_with_it():
    packages = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {"clip_model", "console", "local_cloud", "local_cloud/internet", "local_cloud/services", "operations"}
    assert {folder.replace("/", ".") for folder in folders} <= packages
    assert {"media_pipeline", "media_pipeline.states", "impp_edge"} <= packages


def test_every_decision_is_numbered_once():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_links_in_the_documentation_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "edge_agent/README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
