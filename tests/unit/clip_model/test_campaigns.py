import json

import pytest

from clip_model.campaigns import (
    MAX_BYTES,
    Campaign,
    CampaignBook,
    Licence,
    Schedule,
    Source,
    format_campaigns,
    parse_campaigns,
)
from media_pipeline.campaigns import DEFAULT_CAMPAIGNS
from media_pipeline.environment import read_environment

NATURE = {
    "query": "waterfall",
    "sources": ["wikimedia", "pixabay"],
    "batch_size": 6,
    "licences": ["cc0", "cc-by-sa"],
    "schedule": "weekly",
}


def document(**changes):
    return json.dumps({"version": 1, "rotate": True, "campaigns": {"nature": {**NATURE, **changes}}})


def test_a_book_is_read_and_written_again():
    book = parse_campaigns(document())
    assert book == CampaignBook(
        {
            "nature": Campaign(
                query="waterfall",
                sources=(Source.WIKIMEDIA, Source.PIXABAY),
                batch_size=6,
                licences=(Licence.CC0, Licence.CC_BY_SA),
                schedule=Schedule.WEEKLY,
            )
        },
        rotate=True,
    )
    assert parse_campaigns(format_campaigns(book)) == book


def test_a_new_environment_starts_with_campaigns_that_are_moderated():
    book = parse_campaigns(DEFAULT_CAMPAIGNS.read_text(encoding="utf-8"))
    assert set(book.campaigns) == set(read_environment("dev").analysis.moderated_collections)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"query": " "}, "campaign 'nature': query must be 1 to 100 characters, got ' '"),
        ({"query": 7}, "query must be 1 to 100 characters, got 7"),
        ({"batch_size": 0}, "batch_size must be a whole number from 1 to 50, got 0"),
        ({"batch_size": 51}, "got 51"),
        ({"batch_size": True}, "got True"),
        ({"sources": []}, r"sources must be a list of different words, got \[\]"),
        ({"sources": ["wikimedia", "wikimedia"]}, "sources must be a list of different words"),
        ({"sources": "wikimedia"}, "sources must be a list of different words, got 'wikimedia'"),
        ({"sources": ["youtube"]}, "sources must be of wikimedia, pixabay, got 'youtube'"),
        ({"sources": [["wikimedia"]]}, r"got \['wikimedia'\]"),
        ({"licences": ["cc-by-nc"]}, "licences must be of .*, got 'cc-by-nc'"),
        ({"schedule": "daily"}, "schedule must be of weekly, manual, got 'daily'"),
        ({"querry": "x"}, "unknown field 'querry'"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(changes, message):
    with pytest.raises(ValueError, match=message):
        parse_campaigns(document(**changes))


def test_a_missing_field_is_named():
    campaign = {name: value for name, value in NATURE.items() if name != "query"}
    with pytest.raises(ValueError, match="campaign 'nature': missing field 'query'"):
        parse_campaigns(json.dumps({"version": 1, "campaigns": {"nature": campaign}}))


@pytest.mark.parametrize("name", ["event", "parking", "continuous", "Nature", "nature\n", "n", "a/b", "", "x" * 33])
def test_a_name_is_a_folder_and_no_device_s_lane(name):
    with pytest.raises(ValueError, match=r"a campaign's name must be .*, got "):
        parse_campaigns(json.dumps({"version": 1, "campaigns": {name: NATURE}}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "campaigns must be JSON, got '{'"),
        ("[]", "campaigns must be .*, got '\\[\\]'"),
        ('{"version": 2, "campaigns": {}}', "campaigns must be"),
        ('{"version": 1, "campaigns": []}', "campaigns must be"),
        ('{"version": 1, "campaigns": {"nature": 7}}', "campaign 'nature' must be an object, got 7"),
        ('{"version": 1, "campaigns": {}, "rotate": 1}', "rotate must be true or false, got 1"),
        ('{"version": 1, "campaigns": {}, "turn": 1}', "unknown field 'turn'"),
    ],
)
def test_a_document_that_is_no_book_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_campaigns(text)


def test_a_book_that_parameter_store_would_not_take_is_refused():
    campaign = parse_campaigns(document()).campaigns["nature"]
    book = CampaignBook({f"campaign-{number}": campaign for number in range(60)})
    with pytest.raises(ValueError, match=f"at most {MAX_BYTES} bytes, got [0-9]+"):
        format_campaigns(book)
