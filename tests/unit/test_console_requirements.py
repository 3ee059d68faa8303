"""What the console's container is made of: exactly what it needs, in the versions that are tested."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from media_pipeline.console_service import USER

CONSOLE = Path(__file__).parents[2] / "console"
#: What the console imports; everything else is there because one of these needs it.
ASKED_FOR = {"boto3", "cryptography", "streamlit"}
#: The container, for requirements that are not the same everywhere.
CONTAINER = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}


def pins(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {plain(name): version for name, version in (line.split("==") for line in lines if "==" in line)}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def needed():
    """Everything that what is asked for needs in the container."""
    found, left = set(), set(ASKED_FOR)
    while left:
        found.add(name := left.pop())
        for requirement in map(Requirement, requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate(CONTAINER):
                left |= {plain(requirement.name)} - found
    return found


def test_its_versions_are_those_that_are_tested():
    assert pins(CONSOLE / "requirements.txt").items() <= pins(CONSOLE.parent / "requirements-dev.txt").items()


def test_it_has_all_it_needs_and_nothing_else():
    """pip looks for nothing that is not in the list."""
    assert set(pins(CONSOLE / "requirements.txt")) == needed()


def instructions():
    """The Dockerfile's stages: instructions with their arguments."""
    lines = (CONSOLE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    stages = []
    for line in lines:
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            stages += [[]] if word == "FROM" else []
            stages[-1].append((word, rest))
    return stages


def test_every_machine_can_build_it():
    """Only the stage of the machine's own kind runs anything, and takes packages for the container's."""
    packages, last = instructions()
    assert "--platform=$BUILDPLATFORM" in dict(packages)["FROM"]
    assert {"--no-deps", "--only-binary=:all:", "manylinux2014_aarch64"} <= set(dict(packages)["RUN"].split())
    assert f"--python-version {CONTAINER['python_version']}" in dict(packages)["RUN"]
    assert "RUN" not in dict(last)
    bases = [re.search(r"\S+/python:\S+", dict(stage)["FROM"])[0] for stage in (packages, last)]
    assert bases[0] == bases[1]
    assert f":{CONTAINER['python_version']}-" in bases[0]


def test_packages_are_where_streamlit_believes_it_is_installed():
    """tests/integration/test_console_container.py runs them from a folder of that name."""
    (packages,) = [rest for word, rest in instructions()[-1] if word == "COPY" and "--from=packages" in rest]
    assert packages.endswith(f"/python{CONTAINER['python_version']}/site-packages")


def test_it_runs_as_the_nobody_that_the_task_names():
    assert dict(instructions()[-1])["USER"] == USER
