import pytest

from clip_model.documents import Labels
from clip_model.rules import Rule
from clip_model.words import Severity, Verdict

DURATION = 60.0


@pytest.fixture
def judge(load):
    return load("classify", "judge")


def rule(name="a rule", verdict=Verdict.INCIDENT, severity=Severity.HIGH, **conditions):
    return Rule(name, verdict, severity, **conditions)


def saw(name, at, confidence=95.0):
    return {"name": name, "at": at, "confidence": confidence}


def found(**kinds):
    empty = Labels(
        clip_id="0" * 64,
        key="video/cam/continuous/20261121_101500/a.mp4",
        depth="full",
        labels=[],
        text=[],
        moderation=[],
        transcript="",
        words=[],
        notes=[],
    )
    return {**empty, **kinds}


def decide(judge, rules, findings, collection="continuous", duration=DURATION):
    return judge.judge(judge.fire(rules, findings, collection=collection), duration=duration)


def test_nothing_found_is_routine(judge):
    assert decide(judge, [rule(labels=("Fire",))], found()) == {
        "verdict": "routine",
        "severity": "none",
        "reasons": ["no rule fired"],
        "moments": [],
    }


def test_a_label_fires_from_its_confidence_on(judge):
    rules = [rule("burning", labels=("Fire",), min_confidence=80)]

    assert decide(judge, rules, found(labels=[saw("Fire", 12, 79.9)]))["verdict"] == "routine"
    judgement = decide(judge, rules, found(labels=[saw("Fire", 12, 80)]))
    assert judgement["reasons"] == ["saw Fire (80 %) at 0:12 (rule: burning)"]
    assert judgement["moments"] == [{"start": 10, "end": 14}]


def test_the_reason_names_the_surest_sighting_and_the_moments_show_all(judge):
    labels = [saw("Person", 5, 71), saw("Person", 30, 91.4), saw("Person", 50, 80)]

    judgement = decide(judge, [rule("visitor", labels=("person",), min_confidence=70)], found(labels=labels))

    assert judgement["reasons"] == ["saw Person (91 %) at 0:30 (rule: visitor)"]
    assert [moment["start"] for moment in judgement["moments"]] == [3, 28, 48]


def test_a_phrase_is_shown_from_its_first_word_to_its_last(judge):
    words = [saw(word, at) for word, at in [("Please", 1), ("call", 63.5), ("an", 64), ("ambulance", 66.25)]]

    judgement = decide(judge, [rule("distress", spoken=("call an ambulance",))], found(words=words), duration=100.0)

    assert judgement["reasons"] == ["heard “call an ambulance” at 1:03 (rule: distress)"]
    assert judgement["moments"] == [{"start": 61.5, "end": 68.25}]


def test_a_phrase_on_screen_does_not_run_over_two_lines(judge):
    rules = [rule("rescue", verdict=Verdict.IMPORTANT, on_screen=("fire rescue",))]

    assert decide(judge, rules, found(text=[saw("FIRE", 7), saw("RESCUE", 7)]))["verdict"] == "routine"
    assert decide(judge, rules, found(text=[saw("City Fire Rescue 7", 7)]))["reasons"] == [
        "read “fire rescue” at 0:07 (rule: rescue)"
    ]


def test_moderation_names_what_was_flagged(judge):
    rules = [rule("violence", moderation=("Violence",))]

    judgement = decide(judge, rules, found(moderation=[saw("Violence", 3661, 88)]), duration=4000.0)

    assert judgement["reasons"] == ["flagged Violence (88 %) at 1:01:01 (rule: violence)"]


@pytest.mark.parametrize(
    ("sentiment", "verdict"),
    [
        ({"sentiment": "NEGATIVE", "score": 0.93}, "important"),
        ({"sentiment": "NEGATIVE", "score": 0.89}, "routine"),
        ({"sentiment": "POSITIVE", "score": 0.99}, "routine"),
    ],
)
def test_sentiment_counts_from_its_score_on(judge, sentiment, verdict):
    rules = [rule("voice", verdict=Verdict.IMPORTANT, sentiment="NEGATIVE", min_sentiment=0.9)]

    assert decide(judge, rules, found(sentiment=sentiment))["verdict"] == verdict


def test_a_rule_may_write_its_sentiment_in_any_case(judge):
    rules = [rule("voice", sentiment="negative")]

    assert decide(judge, rules, found(sentiment={"sentiment": "NEGATIVE", "score": 0.9}))["reasons"] == [
        "what was said sounds negative (90 %) (rule: voice)"
    ]


def test_the_device_event_without_a_finding_shows_the_middle(judge):
    rules = [rule("device", event_flag=True)]

    judgement = decide(judge, rules, found(), collection="event")

    assert judgement["reasons"] == ["the device marked it as an event (rule: device)"]
    assert judgement["moments"] == [{"start": 27, "end": 33}]
    assert decide(judge, rules, found(), collection="continuous")["verdict"] == "routine"


def test_the_middle_of_a_very_short_clip_is_the_clip(judge):
    judgement = decide(judge, [rule(event_flag=True)], found(), collection="event", duration=2.0)

    assert judgement["moments"] == [{"start": 0, "end": 2}]


def test_the_device_event_shows_what_a_lighter_rule_found(judge):
    rules = [rule("device", event_flag=True), rule("sign", verdict=Verdict.IMPORTANT, on_screen=("police",))]

    judgement = decide(judge, rules, found(text=[saw("POLICE", 10)]), collection="event")

    assert judgement["verdict"] == "incident"
    assert judgement["moments"] == [{"start": 8, "end": 12}]


def test_every_condition_a_rule_names_must_be_met(judge):
    rules = [rule("shouting at a person", labels=("Person",), spoken=("stop",), collections=("parking",))]
    findings = found(labels=[saw("Person", 5)], words=[saw("Stop!", 20)])

    assert decide(judge, rules, findings, collection="parking")["reasons"] == [
        "saw Person (95 %) at 0:05 (rule: shouting at a person)",
        "heard “stop” at 0:20 (rule: shouting at a person)",
    ]
    assert decide(judge, rules, findings, collection="continuous")["verdict"] == "routine"
    assert decide(judge, rules, {**findings, "words": []}, collection="parking")["verdict"] == "routine"


def test_the_heaviest_verdict_wins_and_only_its_rules_set_the_severity(judge):
    rules = [
        rule("sign", Verdict.IMPORTANT, Severity.CRITICAL, on_screen=("police",)),
        rule("smoke", Verdict.INCIDENT, Severity.LOW, labels=("Smoke",)),
        rule("fire", Verdict.INCIDENT, Severity.MEDIUM, labels=("Fire",)),
    ]
    findings = found(text=[saw("POLICE", 40)], labels=[saw("Smoke", 10), saw("Fire", 20)])

    judgement = decide(judge, rules, findings)

    assert (judgement["verdict"], judgement["severity"]) == ("incident", "medium")
    assert [reason.split("rule: ")[1] for reason in judgement["reasons"]] == ["fire)", "smoke)", "sign)"]
    assert judgement["moments"] == [{"start": 8, "end": 12}, {"start": 18, "end": 22}]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(10, 10), (14.9, 14.9)], [{"start": 8, "end": 16.9}]),
        ([(10, 10), (15, 15)], [{"start": 8, "end": 12}, {"start": 13, "end": 17}]),
        ([(30, 30), (10, 10)], [{"start": 8, "end": 12}, {"start": 28, "end": 32}]),
        ([(10, 40), (20, 20)], [{"start": 8, "end": 42}]),
        ([(0.5, 0.5)], [{"start": 0, "end": 2.5}]),
        ([(75, 75)], [{"start": 58, "end": 60}]),
        ([(4.02, 4.02)], [{"start": 2.02, "end": 6.02}]),
    ],
)
def test_moments_stay_inside_the_clip_and_merge_when_less_than_a_second_apart(judge, spans, expected):
    assert judge.merge_moments(spans, DURATION) == expected


def test_the_answer_stays_small(judge):
    names = tuple(f"thing {number}" for number in range(30))
    labels = [saw(name, 10.0 * number) for number, name in enumerate(names)]

    judgement = decide(judge, [rule(labels=names)], found(labels=labels), duration=300.0)

    assert len(judgement["reasons"]) == len(judgement["moments"]) == 20
