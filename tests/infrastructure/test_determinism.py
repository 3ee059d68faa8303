"""The same sources make the same templates and assets, whoever synthesizes them, when and where."""

import os
import shutil
from pathlib import Path

import pytest
from assembly import ROOT, synthesize

APPS = ("app.py", "bootstrap.py")
SOURCES = (*APPS, "cdk.json", "clip_model", "console", "constructs", "environments", "lambdas", "operations")
#: Tools and what pip brought are the same everywhere: they are pinned, and the layer's own test is in tests/unit.
SHARED = (".venv", "node_modules", "build/layer")
#: Where jsii unpacks CDK, which takes long; the same for every user, so that only the first one waits.
JSII_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "aws" / "jsii" / "package-cache"
#: Another day for Python and for Node, in which CDK's own code runs.
CLOCK_PY = """
import datetime, time
real = time.time
time.time = lambda: real() + 400 * 86400
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(days=400)
datetime.datetime = Later
"""
CLOCK_JS = """
const Real = Date;
const shift = 400 * 86400 * 1000;
Date = class extends Real {
  constructor(...args) { args.length ? super(...args) : super(Real.now() + shift); }
  static now() { return Real.now() + shift; }
};
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """What somebody else makes of it: in another folder, on another day, with a time zone, umask and hash seed."""
    root = tmp_path_factory.mktemp("somewhere") / "deep" / "down" / "another name"
    home = tmp_path_factory.mktemp("home")
    clock = tmp_path_factory.mktemp("clock")
    for name in SOURCES:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copy)
        else:
            shutil.copy(source, target)
    for name in SHARED:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).symlink_to(ROOT / name)
    for folder in ("clip_model", "lambdas/alert", "lambdas/classify"):
        (root / folder / "__pycache__").mkdir()
        (root / folder / "__pycache__" / "left.cpython-399.pyc").write_bytes(os.urandom(16))
    (clock / "sitecustomize.py").write_text(CLOCK_PY)
    (clock / "clock.js").write_text(CLOCK_JS)
    variables = {
        "HOME": str(home),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(JSII_CACHE),
        "USER": "somebody",
        "LOGNAME": "somebody",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": os.pathsep.join(map(str, (clock, root / "constructs", root))),
        "NODE_OPTIONS": f"--require {clock / 'clock.js'}",
    }
    before = os.umask(0o077)
    try:
        return [synthesize(tmp_path_factory.mktemp("another") / app, app=app, root=root, **variables) for app in APPS]
    finally:
        os.umask(before)


def deployed(assembly):
    """Every file that reaches AWS, with who may read it, by its path: templates, assets, and where an asset goes."""
    files = {path.relative_to(assembly.folder): path for path in assembly.folder.rglob("*") if path.is_file()}
    return {
        name: (path.stat().st_mode & 0o777 if is_asset(name) else None, path.read_bytes())
        for name, path in files.items()
        if is_asset(name) or name.name.endswith((".template.json", ".assets.json"))
    }


def is_asset(name):
    return name.parts[0].startswith("asset.")


def test_the_assemblies_are_the_same_byte_for_byte(synthesis, bootstrap_synthesis, elsewhere):
    for assembly, another in zip((synthesis, bootstrap_synthesis), elsewhere, strict=True):
        here, there = deployed(assembly), deployed(another)
        assert sum(name.name.endswith(".template.json") for name in here) >= 3
        assert sorted(here) == sorted(there)
        assert [str(name) for name in here if here[name] != there[name]] == []
    assert sum(is_asset(name) for name in deployed(synthesis)) > 20
