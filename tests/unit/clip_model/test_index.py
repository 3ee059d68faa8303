import json
from pathlib import Path

import pytest

from clip_model import index
from clip_model.index import Field, fold, place, term, terms, words, words_of

RULES = Path(__file__).parents[3] / "lambdas" / "classify" / "default_rules.json"


def findings(labels=(), words=(), text=()):
    """What was found in a clip, from (name, confidence) pairs."""
    return {
        kind: [{"name": name, "at": 1.0, "confidence": confidence} for name, confidence in found]
        for kind, found in {"labels": labels, "words": words, "text": text}.items()
    }


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("Car", "car"),
        ("  Car   Crash ", "car crash"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("don’t", "don't"),
        ("u\u0308ber", "\u00fcber"),
        ("ＰＯＬＩＣＥ", "police"),
    ],
)
def test_a_word_is_found_however_it_is_written(written, held):
    assert fold(written) == held
    assert fold(held) == held


def test_words_are_taken_apart_and_kept_once_in_order():
    assert words(["Help! Please, HELP us", "don’t_stop 911", "u\u0308ber"]) == [
        *("help", "please", "us", "don't", "stop", "911", "\u00fcber")
    ]


def test_a_long_text_leaves_its_first_words():
    assert words([" ".join(f"word{number}" for number in range(150))]) == [f"word{n}" for n in range(index.MAX_WORDS)]


def test_what_runs_on_for_ever_is_no_word_and_takes_no_words_place():
    assert words(["a" * 51, "a" * 50, "b"]) == ["a" * 50, "b"]


def test_a_clip_is_found_by_sure_labels_and_by_every_word():
    found = words_of(
        findings(
            labels=[("Road", 69.9), ("Car Crash", 70), ("Person", 99), ("person", 71)],
            words=[("Help", 12), ("help", 99), ("me", 50)],
            text=[("STOP sign", 30), ("Stop", 90)],
        )
    )
    assert found == {
        Field.LABEL: ["person", "car crash"],
        Field.SPOKEN: ["help", "me"],
        Field.TEXT: ["stop", "sign"],
    }


def test_of_too_many_labels_the_surest_stay():
    found = words_of(findings(labels=[(f"Label {number}", number) for number in range(70, 190)]))
    assert found[Field.LABEL] == [f"label {number}" for number in range(189, 89, -1)]


def test_the_index_trusts_whatever_a_built_in_rule_trusts():
    rules = json.loads(RULES.read_text())["rules"]
    assert min(rule.get("min_confidence", 80) for rule in rules) == index.MIN_CONFIDENCE


def test_a_word_is_found_alone_and_with_verdict_and_source():
    found = list(terms(Field.SPOKEN, "Help", verdict="incident", source="van-7"))
    assert found == [
        "spoken=help",
        "spoken=help|source=van-7",
        "spoken=help|verdict=incident",
        "spoken=help|verdict=incident|source=van-7",
    ]
    assert len(found) == index.TERMS_A_WORD


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({}, {"verdict": "incident", "source": "van-7"}),
        ({"verdict": "incident"}, {"verdict": "incident", "source": "van-7"}),
        ({"source": "van-7"}, {"verdict": "routine", "source": "van-7"}),
        ({"verdict": "routine", "source": "a|b"}, {"verdict": "routine", "source": "a|b"}),
    ],
)
def test_what_is_asked_for_is_among_what_is_written(asked, written):
    assert term(Field.LABEL, "CAR", **asked) in set(terms(Field.LABEL, "Car", **written))


def test_no_term_outgrows_a_key_of_dynamodb():
    (word,) = words(["\U00010428" * index.MAX_LETTERS])
    assert len(word.encode()) == 4 * index.MAX_LETTERS
    longest = max(terms(Field.SPOKEN, word, verdict="important", source="s" * 1000), key=len)
    assert len(longest.encode()) <= 2048


def test_entries_of_one_term_lie_in_order_of_time():
    early, late = place("2026-11-20T23:59:59Z", "f" * 64), place("2026-11-21T00:00:00Z", "0" * 64)
    assert early < late
