import shutil

import pytest
from pydantic import ValidationError

from media_pipeline.environment import FOLDER, read_environment


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_environment_reads(name):
    assert read_environment(name).name == name


def test_environments_share_neither_account_nor_name():
    environments = [read_environment(name) for name in ("dev", "staging", "prod")]
    assert len({environment.account for environment in environments}) == 3


def test_only_dev_may_be_thrown_away():
    assert [name for name in ("dev", "staging", "prod") if read_environment(name).disposable] == ["dev"]


def test_it_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        read_environment("dev").account = "000000000000"


@pytest.fixture
def changed(tmp_path):
    """Read dev.toml with one text replaced by another."""

    def changed(old, new):
        shutil.copy(FOLDER / "dev.toml", tmp_path / "dev.toml")
        text = (tmp_path / "dev.toml").read_text(encoding="utf-8")
        assert text.count(old) == 1
        (tmp_path / "dev.toml").write_text(text.replace(old, new), encoding="utf-8")
        return read_environment("dev", tmp_path)

    return changed


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('account = "111111111111"', 'account = "1234"', r"dev.toml: account: .*, got '1234'"),
        (
            'account = "111111111111"',
            "account = 111111111111",
            r"account: input should be a valid string, got 111111111111",
        ),
        ('region = "us-east-1"', 'region = "frankfurt"', r"region: .*, got 'frankfurt'"),
        ("clip_usd = 2.0", 'clip_usd = "two"', r"limits.clip_usd: input should be a valid number, got 'two'"),
        ("clip_usd = 2.0", "clip_usd = -1.0", r"limits.clip_usd: .*greater than 0, got -1.0"),
        ("clip_usd = 2.0", "clip_usd = inf", r"limits.clip_usd: .*finite"),
        ("clip_usd = 2.0", "clip_usd = 2026-01-01", r"limits.clip_usd: .*, got '2026-01-01'"),
        ("clip_usd = 2.0", "clip_euro = 2.0", r"unknown field limits.clip_euro, got 2.0\n.*limits.clip_usd is missing"),
        ('event = "full"', 'event = "deep"', r"analysis.depths.event: .*'full', 'sampled' or 'none', got 'deep'"),
        ("poll_seconds = 15", "poll_seconds = 0", r"analysis.poll_seconds: .*, got 0"),
        (
            'signing_keys = ["2026a", "2026b"]',
            "signing_keys = []",
            r"playback.signing_keys: .*at least 1 item.*, got \[\]",
        ),
        ("log_days = 14", "log_days = 15", r"retention.log_days: .*, got 15"),
        ("emails = []", 'emails = ["nobody"]', r"alerts.emails.0: .*, got 'nobody'"),
        ('name = "dev"', 'name = "prod"', r"name must be 'dev', as the file's, got 'prod'"),
        ("[limits]", "[limits", r"dev.toml is not TOML: "),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(changed, old, new, complaint):
    with pytest.raises(ValueError, match=complaint):
        changed(old, new)


def test_a_missing_environment_is_told_which_there_are():
    with pytest.raises(ValueError, match=r"no environment 'qa': .*\(there: dev, prod, staging\)"):
        read_environment("qa")
