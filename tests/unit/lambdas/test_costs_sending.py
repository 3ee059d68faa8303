"""The week's advice on its way."""

import json
import sys
from datetime import timedelta

import boto3
import costs_cloud
import pytest
from costs_cloud import ACCOUNT, MONDAY, NOW, TOPIC
from moto.sns import sns_backends

WEBHOOKS = {"slack": "https://hooks.slack.com/services/x", "teams": "https://a.webhook.office.com/y"}


def mails():
    topic = sns_backends[ACCOUNT]["us-east-1"].topics[TOPIC]
    return [(sent[2], sent[1]) for sent in topic.sent_notifications]


@pytest.fixture
def posts(costs, monkeypatch):
    """The function with chat channels: what was posted, and the names of those that take nothing."""
    boto3.client("secretsmanager").create_secret(Name="webhooks", SecretString=json.dumps(WEBHOOKS))
    monkeypatch.setenv("WEBHOOKS_SECRET", "webhooks")
    read = sys.modules["costs_settings"].CostsSettings.read
    monkeypatch.setattr(costs.handler, "settings", read(costs_cloud.ENVIRONMENT | {"WEBHOOKS_SECRET": "webhooks"}))
    made, deaf = [], set()

    def post(channel, url, message):
        if channel in deaf:
            raise sys.modules["channels"].ChannelError(f"{channel} answered 500")
        made.append((channel, url, message))

    monkeypatch.setattr(sys.modules["sending"], "post", post)
    return made, deaf


@pytest.fixture
def advised(found, in_short):
    """One piece of advice there is."""
    advice = sys.modules["advice.proposal"].Advice(
        title="Run the console at home <!channel>",
        area="idle",
        usd_a_month=41.79,
        confidence="high",
        change="environments/test.toml: take out [console]",
        why="nobody visited it in 30 days",
    )
    found.append(advice)
    return advice


def test_on_a_monday_advice_goes_out_once(costs, told, advised):
    assert costs.run("review", MONDAY)["advice"] == 1
    costs.run("review", MONDAY + timedelta(hours=1))
    costs.run("review", NOW)
    ((subject, text),) = mails()
    assert subject == "[IMPP test] 1 way to save $41.79 a month"
    assert "1. $41.79 a month: Run the console at home <!channel> (high confidence)" in text
    assert "environments/test.toml: take out [console]" in text
    (item,) = costs.ledger.get("advice", "2026-11-23")["items"]
    assert (item["area"], item["usd_a_month"], item["confidence"]) == ("idle", 41.79, "high")


def test_the_next_week_it_goes_out_again(costs, told, advised):
    costs.run("review", MONDAY)
    costs.run("review", MONDAY + timedelta(days=7))
    assert len(mails()) == 2


def test_without_advice_nothing_is_sent(costs, told, in_short):
    assert costs.run("review", MONDAY) == {"advice": 0, "failed": []}
    assert mails() == []


def test_a_mail_that_failed_goes_out_the_next_day(costs, told, advised):
    told.refused["Publish"] = "Throttled"
    assert costs.run("review", MONDAY)["failed"] == ["message"]
    told.refused.clear()
    costs.run("review", NOW)
    assert len(mails()) == 1


def test_the_chat_channels_get_it_too(costs, told, advised, posts):
    made, _ = posts
    assert costs.run("review", MONDAY)["failed"] == []
    assert [(channel, url) for channel, url, _ in made] == list(WEBHOOKS.items())
    assert all("$41.79 a month" in json.dumps(message) for _, _, message in made)
    # A name must not be able to call everybody.
    assert "<!channel>" not in json.dumps(made[0])


def test_a_deaf_channel_is_counted_and_the_other_still_told(costs, told, advised, posts):
    made, deaf = posts
    deaf.add("slack")
    assert costs.run("review", MONDAY)["failed"] == ["slack"]
    assert [channel for channel, _, _ in made] == ["teams"]
    assert len(mails()) == 1


def test_webhooks_that_cannot_be_read_are_counted(costs, told, advised, posts):
    boto3.client("secretsmanager").put_secret_value(SecretId="webhooks", SecretString="no JSON")
    assert costs.run("review", MONDAY)["failed"] == ["channels"]
    assert len(mails()) == 1
