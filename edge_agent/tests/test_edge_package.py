"""What an owner installs: the wheel, the unit, the installer."""

import configparser
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
UNIT = HERE / "systemd" / "impp-edge.service"


def test_the_wheel_holds_the_agent_and_the_shared_words_and_no_rubbish(tmp_path):
    build = [
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(tmp_path),
        str(HERE),
    ]
    subprocess.run([sys.executable, "-m", *build], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = archive.read("impp_edge-0.1.0.dist-info/entry_points.txt").decode()
    assert {"impp_edge/cli.py", "impp_edge/py.typed", "clip_model/keys.py", "clip_model/py.typed"} <= names
    assert {name.split("/")[0] for name in names} == {"impp_edge", "clip_model", "impp_edge-0.1.0.dist-info"}
    assert not [name for name in names if "__pycache__" in name]
    assert "impp-edge = impp_edge.cli:main" in entry_points

    # The wheel alone is enough: nothing of the repository is on the path.
    where = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(where)
    script = (
        f"import sys; sys.path.insert(0, {str(where)!r}); import impp_edge.cli as c; print(c.__file__); c.main(['-h'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True, env={"PATH": ""}
    ).stdout
    assert told.startswith(str(where))
    assert "{run" not in told and "COMMAND" in told


@pytest.fixture
def device_root(tmp_path):
    """An empty device, with stand-ins for the programs that would change this machine."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "calls"
    for name in ("getent", "useradd", "systemctl", "chown"):
        status = 2 if name == "getent" else 0
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit {status}\n')
    (programs / "python3").write_text(
        '#!/bin/sh\nmkdir -p "$3/bin"\n'
        f"""printf '#!/bin/sh\\necho "pip $*" >> {log}\\n' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n"""
    )
    for program in programs.iterdir():
        program.chmod(0o755)
    root = tmp_path / "root"

    def install(*arguments):
        env = {"PATH": f"{programs}:/usr/bin:/bin", "DESTDIR": str(root)}
        return subprocess.run(
            [str(HERE / "install.sh"), *arguments], env=env, check=True, capture_output=True, text=True
        )

    install.root, install.log = root, log
    return install


def test_the_installer_puts_everything_where_the_unit_expects_it(device_root, tmp_path):
    wheel = tmp_path / "agent.whl"
    wheel.touch()

    told = device_root(str(wheel)).stdout

    root, calls = device_root.root, device_root.log.read_text().splitlines()
    assert calls[0] == "getent passwd impp-edge"
    assert calls[1].startswith("useradd --system ")
    assert f"pip install --quiet --upgrade {wheel}" in calls
    assert calls[-3:] == ["systemctl daemon-reload", "systemctl enable impp-edge", "systemctl try-restart impp-edge"]
    assert (root / "etc/systemd/system/impp-edge.service").read_text() == UNIT.read_text()
    assert (root / "etc/impp-edge/config.toml").read_text() == (HERE / "config.example.toml").read_text()
    assert oct((root / "etc/impp-edge/config.toml").stat().st_mode)[-3:] == "640"
    assert (root / "opt/impp-edge/README.md").exists()
    assert oct((root / "var/lib/impp-edge").stat().st_mode)[-3:] == "700"
    assert f"chown impp-edge:impp-edge {root}/var/lib/impp-edge" in calls
    assert "systemctl start impp-edge" in told


def test_an_upgrade_keeps_the_owners_settings(device_root):
    device_root()
    settings = device_root.root / "etc/impp-edge/config.toml"
    settings.write_text("mine")

    device_root()

    assert settings.read_text() == "mine"
    assert f"pip install --quiet --upgrade {HERE}" in device_root.log.read_text()


def test_a_wheel_that_is_not_there_is_never_looked_for_elsewhere(device_root):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        device_root("impp-edge")
    assert caught.value.stderr == "install.sh: no such wheel or folder: impp-edge\n"
    assert not device_root.log.exists()


def test_the_installer_stops_at_the_first_failure(device_root, tmp_path):
    (tmp_path / "bin" / "python3").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        device_root()
    assert "systemctl" not in device_root.log.read_text()


def test_the_unit_runs_the_installed_agent_unprivileged_and_confined():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(UNIT)
    service = unit["Service"]
    assert service["ExecStart"] == "/opt/impp-edge/venv/bin/impp-edge run --config /etc/impp-edge/config.toml"
    assert (service["Type"], service["User"], service["StateDirectory"]) == ("notify", "impp-edge", "impp-edge")
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["RestartPreventExitStatus"] == "2"
    assert "time-sync.target" in unit["Unit"]["After"]


def test_the_scripts_are_executable():
    assert os.access(HERE / "install.sh", os.X_OK)
