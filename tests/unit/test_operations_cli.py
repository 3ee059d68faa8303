import os
import subprocess
import sys
from pathlib import Path

import pytest

from operations import deployed
from operations.cli import main
from operations.deployed import OperatorError, read_environment

HOME = 'account = "1"\nregion = "eu-west-1"\ndisposable = true\nlimits = {clip_usd = 1}\ncosts = {budget_usd = 9}'
REAL = Path(deployed.__file__).parents[1] / "environments"


def error_of(capsys, *arguments):
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith("impp: ")
    return line.removeprefix("impp: ")


@pytest.mark.parametrize("name", ["qa", "../dev", ""])
def test_an_unknown_environment_is_named_beside_the_known(environments, capsys, name):
    (environments / "prod.toml").write_text("")
    assert error_of(capsys, "keys", "--env", name) == f"unknown environment {name!r}, there is dev, prod"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("region = ", "environments/dev.toml cannot be read"),
        ('region = "eu-west-1"', "environments/dev.toml lacks 'playback'"),
        (f"{HOME}\nplayback = 1", "environments/dev.toml cannot be read"),
        ('[playback]\nsigning_keys = ["a"]\nlink_hours = 1', "environments/dev.toml lacks 'account'"),
        (
            f"{HOME}\n[playback]\nsigning_keys = []\nlink_hours = 1",
            "at least one of playback.signing_keys",
        ),
        (f'{HOME}\n[playback]\nsigning_keys = ["a"]\nlink_hours = "x"', "could not convert"),
    ],
)
def test_a_broken_settings_file_is_named(environments, capsys, settings, message):
    (environments / "dev.toml").write_text(settings)
    assert message in error_of(capsys, "keys")


@pytest.mark.parametrize("path", sorted(REAL.glob("*.toml")), ids=lambda path: path.stem)
def test_the_projects_own_environments_are_read(path):
    assert read_environment(path.stem).signing_keys


def test_a_stack_that_is_not_deployed_is_named(aws, capsys):
    expected = "stack impp-dev-Analysis does not exist in eu-west-1, deploy dev first"
    assert error_of(capsys, "link", "0" * 64) == expected


def test_a_stack_without_an_output_is_named(stacks):
    where = deployed.Deployed(read_environment("dev"))
    with pytest.raises(OperatorError, match="stack impp-dev-Ingest has no output 'Nothing'"):
        where.output("Ingest", "Nothing")


def test_missing_credentials_are_one_line(environments, capsys, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(environments / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(environments / "none"))
    assert error_of(capsys, "link", "0" * 64) == "Unable to locate credentials"


def test_the_endpoint_of_another_cloud_is_honoured(environments, capsys, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert '"http://127.0.0.1:9/"' in error_of(capsys, "link", "0" * 64)


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["link"], ["link", "a", "--hours", "many"], ["keys", "--new"], ["keys", "extra"]]
)
def test_a_wrong_command_line_is_one_line(environments, capsys, arguments):
    assert error_of(capsys, *arguments)


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ending:
        main(["--help"])
    assert ending.value.code == 0
    output = capsys.readouterr().out
    assert all(command in output for command in ("keys", "link", "redrive", "smoke", "campaign", "empty"))


def test_operations_bring_no_stack_code_along():
    code = "import sys, operations.cli; print({'aws_cdk', 'media_pipeline'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REAL.parent)
    assert run.stdout.strip() == "set()"


def test_where_nobody_reads_the_lines_it_ends_quietly():
    read, write = os.pipe()
    os.close(read)
    run = [sys.executable, "-c", "from operations.cli import main; raise SystemExit(main(['cost', 'prices']))"]
    try:
        ended = subprocess.run(run, cwd=REAL.parent, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (141, b"")
