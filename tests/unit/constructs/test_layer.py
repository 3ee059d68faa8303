import os
import sys
import zipfile
from io import BytesIO

import pytest

from local_cloud.layers import runnable_here
from media_pipeline import layer


@pytest.fixture
def requirements(tmp_path, monkeypatch):
    file = tmp_path / "requirements.txt"
    file.write_text("# nothing but clip_model\n")
    monkeypatch.setattr(layer, "REQUIREMENTS", file)
    return file


def test_the_hash_follows_content_and_nothing_else(requirements):
    before = layer.layer_hash()
    requirements.touch()
    assert layer.layer_hash() == before
    requirements.write_text("jmespath==1.1.0\n")
    assert layer.layer_hash() != before


def test_it_carries_clip_model_and_shared_modules_and_is_built_once(requirements, tmp_path):
    built = layer.build_layer(tmp_path / "layers")
    assert (built / "python" / "clip_model" / "keys.py").is_file()
    assert (built / "python" / "channels.py").is_file()
    assert not list(built.rglob("__pycache__"))
    made = built.stat().st_ctime_ns
    assert layer.build_layer(tmp_path / "layers") == built
    assert built.stat().st_ctime_ns == made


@pytest.fixture
def tool(tmp_path):
    """A package that brings a command, as its wheel."""
    wheel = tmp_path / "tool-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tool.py", "def main(): ...\n")
        archive.writestr("tool-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
        archive.writestr("tool-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tool-1.0.dist-info/entry_points.txt", "[console_scripts]\ntool = tool:main\n")
        archive.writestr("tool-1.0.dist-info/RECORD", "")
    return wheel


def test_nothing_in_it_tells_where_or_by_whom_it_was_built(requirements, tool, tmp_path):
    requirements.write_text(f"{tool}\n")
    before = os.umask(0o077)
    try:
        built = layer.build_layer(tmp_path / "layers")
    finally:
        os.umask(before)
    files = [path for path in built.rglob("*") if path.is_file()]
    assert built / "python" / "tool.py" in files
    assert [path for path in files if sys.prefix.encode() in path.read_bytes()] == []
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o644"}
    assert {oct(path.stat().st_mode & 0o777) for path in (built, *built.rglob("*")) if path.is_dir()} == {"0o755"}


def test_a_package_that_is_not_to_be_had_is_named_and_leaves_no_half_layer(requirements, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    requirements.write_text("no-such-package-at-all==1.0\n")
    with pytest.raises(RuntimeError, match="no-such-package-at-all"):
        layer.build_layer(tmp_path / "layers")
    assert not (tmp_path / "layers" / layer.layer_hash()).exists()


def test_the_local_cloud_leaves_out_what_was_compiled_for_another_machine():
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("python/pure/__init__.py", "python/native/__init__.py", "python/native/_rust.abi3.so"):
            archive.writestr(name, "")
    kept = zipfile.ZipFile(BytesIO(runnable_here(content.getvalue()))).namelist()
    assert kept == ["python/pure/__init__.py"]
