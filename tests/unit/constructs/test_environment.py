import shutil

import pytest
from pydantic import ValidationError

from media_pipeline.environment import FOLDER, read_environment, read_environments

NETWORK = """
[network]
zones = ["us-east-1a", "us-east-1b"]
s3_prefix_list = "pl-63a5400a"
dynamodb_prefix_list = "pl-02cd2c6b"
"""


def test_every_environment_reads():
    assert [environment.name for environment in read_environments()] == ["dev", "prod", "staging"]


def test_each_environment_has_an_account_of_its_own():
    assert len({environment.account for environment in read_environments()}) == 3


def test_only_dev_may_be_thrown_away():
    assert [environment.name for environment in read_environments() if environment.disposable] == ["dev"]


def test_staging_has_every_part_that_production_has_and_dev_none_that_costs_by_the_hour():
    parts = {
        environment.name: (environment.audit is not None, environment.network is not None)
        for environment in read_environments()
    }
    assert parts == {"dev": (False, False), "prod": (True, True), "staging": (True, True)}


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
        ('"cron(0 5 ? * MON *)"', '"weekly"', r"campaigns.schedule: .*, got 'weekly'"),
        ('"https://example.com/footage"', '"nobody"', r"campaigns.contact: .*, got 'nobody'"),
        ('"https://example.com/footage"', '"a@b.example\\r\\nX: 1"', r"campaigns.contact: "),
        ("largest_mb = 2000", "largest_mb = 5001", r"campaigns.largest_mb: .*, got 5001"),
        ("at_once = 2", "at_once = 0", r"campaigns.at_once: .*, got 0"),
        ('name = "dev"', 'name = "prod"', r"name must be 'dev', as the file's, got 'prod'"),
        ("[limits]", "[limits", r"dev.toml is not TOML: "),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(changed, old, new, complaint):
    with pytest.raises(ValueError, match=complaint):
        changed(old, new)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "webhooks = false",
            "webhooks = true",
            r"^dev.toml: alerts.webhooks must be false where there is a \[network\], got true: no route leads",
        ),
        (
            '"us-east-1b"]',
            '"eu-west-1b"]',
            r"^dev.toml: network.zones must be zones of us-east-1, as us-east-1a, got 'eu-west-1b'$",
        ),
        ('"us-east-1b"]', '"us-east-1a"]', r"^dev.toml: network.zones must differ, got us-east-1a, us-east-1a$"),
        ('zones = ["us-east-1a", "us-east-1b"]', "zones = []", r"network.zones: .*at least 1 item.*, got \[\]"),
        ("pl-63a5400a", "s3", r"network.s3_prefix_list: .*, got 's3'"),
        ('dynamodb_prefix_list = "pl-02cd2c6b"', "", r"network.dynamodb_prefix_list is missing"),
        ("[network]", "[audit]\nlog_days = 0\n[network]", r"audit.log_days: .*greater than or equal to 1, got 0"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, old, new, complaint):
    text = (FOLDER / "dev.toml").read_text(encoding="utf-8") + NETWORK
    assert text.count(old) == 1
    (tmp_path / "dev.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_environment("dev", tmp_path)


def test_a_network_goes_together_with_alerts_by_mail(tmp_path):
    text = (FOLDER / "dev.toml").read_text(encoding="utf-8") + NETWORK
    (tmp_path / "dev.toml").write_text(text, encoding="utf-8")
    assert read_environment("dev", tmp_path).network.zones == ("us-east-1a", "us-east-1b")


@pytest.fixture
def neighbours(tmp_path):
    """Read dev and staging with staging's account and region replaced."""

    def neighbours(account, region):
        shutil.copy(FOLDER / "dev.toml", tmp_path)
        text = (FOLDER / "staging.toml").read_text(encoding="utf-8")
        text = text.replace('account = "222222222222"', f'account = "{account}"').replace("us-east-1", region)
        (tmp_path / "staging.toml").write_text(text, encoding="utf-8")
        return read_environments(tmp_path)

    return neighbours


def test_two_environments_in_one_place_are_refused(neighbours):
    complaint = (
        r"^dev.toml and staging.toml: environments must differ in account or region,"
        r" got 111111111111 in us-east-1 for both$"
    )
    with pytest.raises(ValueError, match=complaint):
        neighbours("111111111111", "us-east-1")


@pytest.mark.parametrize(("account", "region"), [("111111111111", "eu-west-1"), ("222222222222", "us-east-1")])
def test_another_region_or_another_account_is_enough(neighbours, account, region):
    assert [environment.name for environment in neighbours(account, region)] == ["dev", "staging"]


def test_a_missing_environment_is_told_which_there_are():
    with pytest.raises(ValueError, match=r"no environment 'qa': .*\(there: dev, prod, staging\)"):
        read_environment("qa")
