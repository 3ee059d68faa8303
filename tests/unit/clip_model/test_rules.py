import json

import pytest

from clip_model import metadata
from clip_model.rules import parse_rules
from clip_model.times import show_time
from clip_model.words import Severity, Verdict


def document(**changes):
    rule = {"name": "r", "verdict": "incident", "severity": "high", "labels": ["Fire"], **changes}
    return json.dumps({"version": 1, "rules": [{key: value for key, value in rule.items() if value is not None}]})


def test_a_rule_is_read_with_its_defaults():
    (rule,) = parse_rules(document())
    assert (rule.verdict, rule.severity, rule.labels) == (Verdict.INCIDENT, Severity.HIGH, ("Fire",))
    assert (rule.collections, rule.min_confidence, rule.event_flag) == ((), 80.0, False)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"verdict": "maybe"}, "rule 'r': 'maybe'"),
        ({"verdict": None}, "rule 'r': 'missing'"),
        ({"verdict": "routine"}, "verdict must be incident or important"),
        ({"severity": "dire"}, "'dire'"),
        ({"labels": None}, "needs at least one condition"),
        ({"labels": "Fire"}, "labels must be a list of words, got 'Fire'"),
        ({"spoken": [""]}, "spoken must be a list of words"),
        ({"labells": ["Fire"]}, "unknown field 'labells'"),
        ({"min_confidence": 101}, "min_confidence must be a number from 0 to 100, got 101"),
        ({"min_confidence": True}, "min_confidence must be a number"),
        ({"min_sentiment": "high"}, "min_sentiment must be a number from 0 to 1, got 'high'"),
        ({"sentiment": 3}, "sentiment must be a word such as NEGATIVE, got 3"),
        ({"event_flag": "yes"}, "event_flag must be true or false, got 'yes'"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_rules(document(**changes))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "rules": []}', '{"version": 1, "rules": {}}', "{nonsense"]
)
def test_what_is_no_rules_document_is_refused(text):
    with pytest.raises(ValueError, match="rules must be"):
        parse_rules(text)


def test_a_rule_without_a_name_is_shown_whole():
    with pytest.raises(ValueError, match=r"a rule must be an object with a name, got \{'labels'"):
        parse_rules('{"version": 1, "rules": [{"labels": ["x"]}]}')


@pytest.mark.parametrize("text", ["Überholmanöver bei Łódź – links.mp4", " two  spaces ", "100% & more", "plain.mp4"])
def test_metadata_is_ascii_that_reads_back(text):
    encoded = metadata.encode(text)
    assert encoded.isascii()
    assert encoded == encoded.strip()
    assert metadata.decode(encoded) == text


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (4.9, "0:04"), (61, "1:01"), (3723, "1:02:03")])
def test_a_time_reads_as_a_player_shows_it(seconds, shown):
    assert show_time(seconds) == shown
