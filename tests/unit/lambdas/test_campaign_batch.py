"""How a batch comes together: evenly, topped up, without what is no use or was fetched before."""

import pytest
from botocore.exceptions import ClientError

from clip_model.campaigns import Licence


@pytest.fixture
def batch(load):
    return load("campaign", "batch")


@pytest.fixture
def offer(load):
    source, licences = load("campaign", "sources.source"), load("campaign", "licences")

    def make(identity, *, licence="cc-by-3.0", **fields):
        own = {
            "source": "wikimedia",
            "id": identity,
            "title": f"Fall {identity}",
            "url": f"https://upload.wikimedia.org/{identity}",
            "size": 1000,
            "mime": "video/webm",
            "terms": licences.read_terms(licence),
            "author": "Ada",
            "page": "https://commons.wikimedia.org/",
        }
        return source.Offer(**{**own, **fields})

    return make


@pytest.fixture
def choose(batch):
    """`choose` over pages, with what was asked about claims and what was passed over."""

    def run(pages, *, claimed=(), asked=None, skipped=None):
        def look_up(offers):
            if asked is not None:
                asked.append([offer.id for offer in offers])
            return set(claimed)

        return batch.choose(
            pages,
            licences={Licence.CC_BY, Licence.CC0},
            largest_bytes=5000,
            claimed=look_up,
            skip=(skipped if skipped is not None else []).append,
        )

    return run


def failing(error, *offers):
    yield from offers
    raise error


@pytest.mark.parametrize(
    ("there", "size", "taken"),
    [
        ({"w": "aaaa", "p": "bbbb"}, 4, "abab"),
        ({"w": "aaaa", "p": "bbbb"}, 5, "ababa"),
        ({"w": "aaaa", "p": "b"}, 4, "abaa"),
        ({"w": "a", "p": "bbbb"}, 4, "abbb"),
        ({"w": "aaaa", "p": ""}, 3, "aaa"),
        ({"w": "a", "p": "b"}, 5, "ab"),
        ({"w": "", "p": ""}, 5, ""),
        ({"w": "aaaa"}, 2, "aa"),
        ({"w": "aa", "p": "bb", "third": "cc"}, 4, "abca"),
        ({"w": "aaaa", "p": "bbbb"}, 1, "a"),
    ],
)
def test_a_batch_is_split_evenly_and_topped_up(batch, there, size, taken):
    offers, failures = batch.fill({name: iter(items) for name, items in there.items()}, size)
    assert ("".join(offers), failures) == (taken, {})


def test_no_more_is_taken_than_is_wanted(batch):
    feed = iter("abcdef")
    batch.fill({"w": feed}, 2)
    assert next(feed) == "c"


@pytest.mark.parametrize("kind", ["SourceUnavailable", "UnreadyError"])
def test_a_source_that_fails_is_told_and_topped_up_from_the_other(batch, load, kind):
    error = getattr(load("campaign", "errors"), kind)("no")
    offers, failures = batch.fill({"w": failing(error, "a"), "p": iter("bbbb")}, 4)
    assert ("".join(offers), failures) == ("abbb", {"w": error})


def test_what_aws_refuses_one_source_is_that_sources_failure(batch):
    error = ClientError({"Error": {"Code": "InternalServiceError", "Message": "no"}}, "GetSecretValue")
    offers, failures = batch.fill({"w": failing(error, "a"), "p": iter("bbbb")}, 4)
    assert ("".join(offers), failures) == ("abbb", {"w": error})


def test_a_fault_of_our_own_is_no_sources_failure(batch):
    with pytest.raises(KeyError):
        batch.fill({"w": failing(KeyError("x"))}, 1)


def test_what_was_fetched_before_is_left_out_without_a_word(choose, offer):
    skipped = []
    chosen = choose([[offer("1"), offer("2"), offer("3")]], claimed={"2"}, skipped=skipped)
    assert ([each.id for each in chosen], skipped) == (["1", "3"], [])


def test_claims_are_asked_for_page_by_page_and_only_for_what_fits(choose, offer):
    asked = []
    chosen = choose([[offer("1"), offer("2", licence="cc-by-sa-4.0")], [offer("3")], []], asked=asked)
    assert next(chosen).id == "1"
    assert asked == [["1"]]
    assert [each.id for each in chosen] == ["3"]
    assert asked == [["1"], ["3"]]


def test_an_item_that_comes_twice_counts_once(choose, offer):
    assert [each.id for each in choose([[offer("1"), offer("1")], [offer("1"), offer("2")]])] == ["1", "2"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"licence": "cc-by-sa-4.0"}, "licence CC BY-SA 4.0 is not among the campaign's"),
        ({"size": 5001}, "it is too large: 5001 bytes, 5000 at most"),
        ({"mime": "video/x-flv"}, "its type is not taken: video/x-flv"),
        # MediaConvert reads no film in Ogg.
        ({"mime": "application/ogg"}, "its type is not taken: application/ogg"),
        ({"mime": "video/ogg"}, "its type is not taken: video/ogg"),
        ({"url": "https://upload.wikimedia.org/" + "x" * 1000}, "its address is too long: 1029 characters"),
    ],
)
def test_what_is_no_use_is_passed_over_with_the_reason(choose, offer, fields, reason):
    skipped = []
    assert [each.id for each in choose([[offer("1", **fields), offer("2")]], skipped=skipped)] == ["2"]
    assert [(each.id, each.title, each.reason) for each in skipped] == [("1", "Fall 1", reason)]


@pytest.mark.parametrize("size", [5000, None])
def test_what_may_fit_is_not_passed_over(choose, offer, size):
    assert [each.id for each in choose([[offer("1", size=size)]])] == ["1"]


def test_what_a_source_itself_passes_over_is_passed_on(choose, load):
    skipped, entry = [], load("campaign", "sources.source").Skipped("wikimedia", "", "", "it is malformed")
    assert list(choose([[entry, entry]], skipped=skipped)) == []
    assert skipped == [entry, entry]
