import pytest

from clip_model import metadata
from clip_model.documents import Attribution

WHOLE = {
    "title": "Überholmanöver – 100 %",
    "author": "Łukasz “Ł” 山田",
    "licence": "CC BY-SA 4.0",
    "licence_url": "https://creativecommons.org/licenses/by-sa/4.0/",
    "source_page": "https://commons.wikimedia.org/wiki/File:A_b%20c.webm",
}


def encoded(parts):
    return {metadata.ATTRIBUTION[part]: metadata.encode(text) for part, text in parts.items()}


def test_an_attribution_comes_back_as_it_was_sent():
    sent = encoded(WHOLE)
    assert all(value.isascii() for value in sent.values())
    assert metadata.attribution({**sent, "run": "r-1", "device-id": "cam-1"}) == WHOLE


def test_every_part_of_an_attribution_has_a_name_to_travel_by():
    assert set(metadata.ATTRIBUTION) == set(Attribution.__annotations__)


@pytest.mark.parametrize("missing", ["title", "author", "licence_url", "source_page"])
def test_what_is_not_known_is_not_there(missing):
    sent = {**encoded(WHOLE), metadata.ATTRIBUTION[missing]: ""}
    assert metadata.attribution(sent) == {part: text for part, text in WHOLE.items() if part != missing}


@pytest.mark.parametrize("licence", [{}, {"licence": ""}])
def test_without_a_licence_there_is_none(licence):
    assert metadata.attribution({"title": "a", "author": "b", **licence}) is None
