import pytest


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("help", "Please HELP me", [range(1, 2)]),
        ("help", "Please be helpful", []),
        ("call an ambulance", "Quick, call an ambulance!", [range(1, 4)]),
        ("call an ambulance", "call for an ambulance", []),
        ("Café", "the CAFE is on fire", [range(1, 2)]),
        ("don't move", "Don’t move, don't move", [range(3), range(3, 6)]),
        ("911", "call 9115", []),
        ("!!!", "anything !!!", []),
        ("help", "", []),
    ],
)
def test_finds_whole_words_whatever_their_case_accents_and_punctuation(load, phrase, text, expected):
    phrases = load("classify", "phrases")

    assert phrases.find_phrase(phrase, phrases.split_words(text)) == expected
