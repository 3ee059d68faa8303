"""Wikimedia Commons and Pixabay as the function reads them, against recordings of their shapes on loopback."""

import json
from collections import Counter
from dataclasses import replace
from itertools import repeat
from types import SimpleNamespace

import pytest

from local_cloud.internet.footage import COMMONS, PIXABAY
from local_cloud.internet.loopback import served
from local_cloud.internet.replies import Fault
from local_cloud.internet.web import Internet

KEY = "4711-secret-key"
COMMONS_API = "commons.wikimedia.org/w/api.php"
PIXABAY_API = "pixabay.com/api/videos/"


class Kept(dict):
    """Answers as the campaigns table keeps them."""

    def get(self, source, question):
        return super().get((source, question))

    def put(self, source, question, body):
        self[source, question] = body


@pytest.fixture
def open_sources(load):
    """The sources, with as much footage as asked for; `search` gives all pages, `naps` the seconds slept."""
    sources, transport, tools = (load("campaign", name) for name in ("sources", "transport", "sources.source"))

    def open_(internet, url):
        naps, kept = [], Kept()
        kit = tools.Tools(
            transport=transport.Transport(contact="https://example.com", gateway=url, read_timeout=5),
            cache=kept,
            secret=SimpleNamespace(read=lambda: KEY, how_to_store="type this"),
            largest_bytes=10**9,
            sleep=naps.append,
        )
        return SimpleNamespace(
            search=lambda name, query="waterfall": list(sources.open_source(name, kit).search(query)),
            hosts=lambda name: sources.open_source(name, kit).hosts,
            internet=internet,
            naps=naps,
            kept=kept,
            Offer=tools.Offer,
            Skipped=tools.Skipped,
            errors=load("campaign", "errors"),
            kit=kit,
            open=sources.open_source,
        )

    return open_


@pytest.fixture
def web(open_sources):
    internet = Internet()
    with served(internet) as url:
        yield open_sources(internet, url)


@pytest.fixture
def large(open_sources):
    """Sources with 120 pieces of footage each."""
    internet = Internet(
        commons=[replace(COMMONS[0], number=number, title=f"Fall {number}") for number in range(1, 121)],
        pixabay=[replace(PIXABAY[0], number=number) for number in range(1, 121)],
    )
    with served(internet) as url:
        yield open_sources(internet, url)


def page(**fields):
    """A page of Commons' answer, right but for the fields."""
    info = {
        "size": 1000,
        "url": "https://upload.wikimedia.org/wikipedia/commons/a/ab/Fall.webm",
        "mime": "video/webm",
        "mediatype": "VIDEO",
        "extmetadata": {"License": {"value": "cc-by-3.0"}, "Artist": {"value": "Ada"}},
    }
    own = {"pageid": 7, "ns": 6, "title": "File:Fall.webm", "index": 1}
    return {**own, "imageinfo": [{**info, **fields.pop("info", {})}], **fields}


def hit(**fields):
    """A hit of Pixabay's answer, right but for the fields."""
    own = {"id": 7, "pageURL": "https://pixabay.com/videos/id-7/", "tags": "fall", "user": "Ada"}
    return {**own, "videos": {"large": rendition("large")}, **fields}


def rendition(name, *, width=1920, height=1080, size=1000):
    return {"url": f"https://cdn.pixabay.com/video/{name}.mp4", "width": width, "height": height, "size": size}


def body(document):
    return Fault(body=json.dumps(document).encode())


def commons_answers(*pages, **fields):
    return body({"batchcomplete": True, "query": {"pages": list(pages)}, **fields})


def pixabay_answers(*hits):
    return body({"total": len(hits), "totalHits": len(hits), "hits": list(hits)})


def test_commons_offers_what_has_a_licence_and_tells_why_not_of_the_rest(web):
    ((first, second, third, fourth, fifth, sixth),) = web.search("wikimedia")
    assert first == web.Offer(
        source="wikimedia",
        id=first.id,
        title="Cars in the evening – waterfall",
        url=first.url,
        size=first.size,
        mime="video/webm",
        terms=first.terms,
        author="Ada L",
        page=f"https://commons.wikimedia.org/w/index.php?curid={first.id}",
    )
    assert first.url.startswith("https://upload.wikimedia.org/wikipedia/commons/")
    assert (first.terms.name, first.terms.url) == ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0")
    assert (third.author, fifth.author) == ("José Muñoz", "NASA & friends")
    assert [offer.terms.licence for offer in (third, fifth, sixth)] == ["cc-by", "public-domain", "cc0"]
    assert second == web.Skipped(
        "wikimedia", second.id, second.title, "licence 'gfdl' is none that is known to allow this"
    )
    assert fourth.reason == "no licence is named"


def test_commons_is_asked_as_its_etiquette_wants(web):
    web.search("wikimedia", "water fall")
    (asked,) = web.internet.asked
    assert asked.headers["user-agent"] == "IMPP/0.1.0 (https://example.com) Python-http.client"
    assert asked.headers["accept-encoding"] == "gzip"
    assert (asked.query["maxlag"], asked.query["gsrlimit"]) == ("5", "50")
    assert asked.query["gsrsearch"] == "filetype:video water fall"


@pytest.mark.parametrize(("name", "places"), [("wikimedia", ["", "50", "100"]), ("pixabay", ["1", "2", "3"])])
def test_pages_are_asked_for_one_after_the_other_to_the_last(large, name, places):
    pages = large.search(name)
    assert [len(each) for each in pages] == [50, 50, 20]
    assert len({offer.id for each in pages for offer in each}) == 120
    assert [
        asked.query.get("gsroffset" if name == "wikimedia" else "page", "") for asked in large.internet.asked
    ] == places


@pytest.mark.parametrize("name", ["wikimedia", "pixabay"])
def test_a_page_is_not_asked_for_before_it_is_wanted(large, name):
    pages = large.open(name, large.kit).search("fall")
    assert len(next(pages)) == 50
    assert len(large.internet.asked) == 1


def test_properties_of_one_page_may_come_in_several_answers(web):
    bare = {"pageid": 7, "ns": 6, "title": "File:Fall.webm", "index": 2}
    rest = {"pageid": 7, "ns": 6, "title": "File:Fall.webm", "imageinfo": page()["imageinfo"]}
    known = page(pageid=8, index=1)
    again = page(pageid=8, index=1, info={"url": "https://upload.wikimedia.org/another.webm"})
    more = {"iicontinue": "Fall.webm|20261121050000", "continue": "||"}
    web.internet.faults[COMMONS_API] = iter(
        [
            body({"continue": more, "query": {"pages": [bare, known]}}),
            body({"batchcomplete": True, "query": {"pages": [rest, again]}}),
        ]
    )
    ((first, second),) = web.search("wikimedia")
    assert (first.id, second.id, second.author) == ("8", "7", "Ada")
    assert first.url == known["imageinfo"][0]["url"]
    assert web.internet.asked[1].query["iicontinue"] == more["iicontinue"]


def test_a_page_of_a_single_file_is_its_current_version_and_the_last_page(web):
    archived = {"url": "https://upload.wikimedia.org/wikipedia/commons/archive/a/ab/2020!Fall.webm"}
    more = {"iistart": "2020-01-01T00:00:00Z", "continue": "||"}
    web.internet.faults[COMMONS_API] = iter(
        [
            body({"continue": more, "query": {"pages": [page()]}}),
            commons_answers(page(info=archived)),
        ]
    )
    ((offer,),) = web.search("wikimedia")
    assert offer.url == page()["imageinfo"][0]["url"]
    assert len(web.internet.asked) == 1


def test_results_come_in_the_order_of_their_rank(web):
    web.internet.faults[COMMONS_API] = iter([commons_answers(page(pageid=1, index=2), page(pageid=2, index=1))])
    assert [offer.id for offer in web.search("wikimedia")[0]] == ["2", "1"]


def test_a_search_that_finds_nothing_ends(web):
    web.internet.faults[COMMONS_API] = iter([body({"batchcomplete": True})])
    web.internet.faults[PIXABAY_API] = iter([pixabay_answers()])
    assert (web.search("wikimedia"), web.search("pixabay")) == ([[]], [[]])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (page(pageid="seven"), "pageid must be int, got 'seven'"),
        (page(title=None), "title must be str, got 'None'"),
        (page(imageinfo=[]), "imageinfo must be list, got '[]'"),
        (page(imageinfo=["x"]), "mediatype must be str, got 'None'"),
        (page(info={"url": ""}), "url must be str, got ''"),
        (page(info={"size": "large"}), "size must be int, got 'large'"),
        (page(info={"size": True}), "size must be int, got 'True'"),
        (page(info={"mediatype": "AUDIO"}), "it is no video but audio"),
        (page(info={"extmetadata": None}), "no licence is named"),
        (page(info={"extmetadata": {"License": {"value": "pd"}}}), "no author is named"),
        (page(info={"extmetadata": {"License": {"value": "pd"}, "Artist": {"value": 7}}}), "no author is named"),
        ("no page at all", "pageid must be int, got 'None'"),
    ],
)
def test_a_malformed_page_is_passed_over_and_the_rest_is_not(web, broken, reason):
    web.internet.faults[COMMONS_API] = iter([commons_answers(broken, page(pageid=9))])
    entries = web.search("wikimedia")[0]
    ((skipped,), (offer,)) = (
        [entry for entry in entries if isinstance(entry, kind)] for kind in (web.Skipped, web.Offer)
    )
    assert offer.id == "9"
    assert skipped.reason == reason


def described(**details):
    """A page whose description says this beside that it is free."""
    told = {"License": "cc0", **details}
    return page(info={"extmetadata": {name: {"value": value} for name, value in told.items()}})


def test_the_line_a_licensor_asks_for_goes_before_the_authors_name(web):
    line = "<i>Ada L</i> / The archive, <a href='//a'>CC BY</a>"
    web.internet.faults[COMMONS_API] = iter([commons_answers(described(Artist="Ada", Attribution=line))])
    assert web.search("wikimedia")[0][0].author == "Ada L / The archive, CC BY"


def test_where_footage_is_from_is_nobody_to_be_named(web):
    web.internet.faults[COMMONS_API] = iter([commons_answers(described(Credit="Own work"))])
    assert web.search("wikimedia")[0][0].reason == "no author is named"


def test_what_is_about_to_be_deleted_is_passed_over(web):
    doomed = described(Artist="Ada", DeletionReason="[[Commons:Licensing|Copyright]] violation")
    web.internet.faults[COMMONS_API] = iter([commons_answers(doomed)])
    reason = web.search("wikimedia")[0][0].reason
    assert reason == "it is about to be deleted: [[Commons:Licensing|Copyright]] violation"


def test_no_more_is_asked_of_a_file_than_is_read(web):
    web.search("wikimedia")
    (asked,) = web.internet.asked
    assert asked.query["iiprop"] == "url|size|mime|mediatype|extmetadata"
    assert set(asked.query["iiextmetadatafilter"].split("|")) == {
        *("License", "LicenseShortName", "LicenseUrl", "Artist", "Attribution", "DeletionReason")
    }


@pytest.mark.parametrize(
    ("fault", "naps"),
    [
        (Fault(status=503), [1.0]),
        (Fault(status=503, headers={"retry-after": "7"}), [7.0]),
        (Fault(status=429, headers={"retry-after": "3"}), [3.0]),
        (Fault(status=429, headers={"retry-after": "Sat, 01 Jan 2000 00:00:00 GMT"}), [0.0]),
        (Fault(status=429, headers={"retry-after": "soon"}), [1.0]),
        (Fault(cut_after=20), [1.0]),
        (replace(body({"error": {"code": "maxlag", "info": "5.2 s"}}), headers={"retry-after": "5"}), [5.0]),
        (body({"error": {"code": "ratelimited", "info": "slow"}}), [1.0]),
        (body({"error": {"code": "cirrussearch-too-busy-error", "info": "too many"}}), [1.0]),
        (body({"error": {"code": "cirrussearch-backend-error", "info": "no"}}), [1.0]),
        (Fault(status=429, headers={"retry-after": "60"}), [60.0]),
        (Fault(status=503, headers={"retry-after": "120"}), [120.0]),
    ],
)
def test_commons_is_asked_again_when_it_says_so(web, fault, naps):
    web.internet.faults[COMMONS_API] = iter([fault])
    assert len(web.search("wikimedia")[0]) == 6
    assert web.naps == naps


@pytest.mark.parametrize(
    ("fault", "message", "times"),
    [
        (Fault(status=503), "commons.wikimedia.org/w/api.php answered 503, 4 times", 4),
        (
            Fault(status=429, headers={"retry-after": "121"}),
            "commons.wikimedia.org/w/api.php answered 429 and asks to wait 121 s",
            1,
        ),
        (Fault(status=404, body=b"<html>"), "wikimedia answered 404 and no JSON that can be read", 1),
        (Fault(body=b'{"query": '), "wikimedia answered 200 and no JSON that can be read", 1),
        (Fault(body=b"[]"), "wikimedia answered 200 and no JSON that can be read", 1),
        (body({"error": {"code": "badvalue", "info": "no"}}), "wikimedia refused the search: badvalue: no", 1),
        (body({"query": []}), "wikimedia answered without pages", 1),
        (body({"query": {"pages": {}}}), "wikimedia answered without pages", 1),
        (body({"continue": "x"}), "wikimedia answered without a way to go on", 1),
        (body({"error": {"code": "maxlag"}}), "wikimedia is busy (maxlag), 4 times", 4),
    ],
)
def test_commons_is_unavailable_when_it_stays_so(web, fault, message, times):
    web.internet.faults[COMMONS_API] = repeat(fault)
    with pytest.raises(web.errors.SourceUnavailable) as caught:
        web.search("wikimedia")
    assert str(caught.value) == message
    assert len(web.internet.asked) == times


@pytest.mark.parametrize(("name", "place"), [("wikimedia", COMMONS_API), ("pixabay", PIXABAY_API)])
def test_a_source_that_asks_to_wait_longer_than_there_is_time_is_unavailable(web, name, place):
    def sleep(seconds):
        raise web.errors.TimeUpError(f"there is no time to wait {seconds:.0f} s")

    web.internet.faults[place] = repeat(Fault(status=429, headers={"retry-after": "60"}))
    with pytest.raises(web.errors.SourceUnavailable) as caught:
        list(web.open(name, replace(web.kit, sleep=sleep)).search("fall"))
    assert str(caught.value) == "it is busy, and there is no time to wait 60 s"


def test_a_redirect_of_the_api_elsewhere_is_unavailable(web):
    web.internet.faults[COMMONS_API] = repeat(Fault(status=302, headers={"location": "http://169.254.169.254/"}))
    with pytest.raises(web.errors.SourceUnavailable, match=r"^http://169\.254\.169\.254 is not https on "):
        web.search("wikimedia")
    assert len(web.internet.asked) == 1


def test_pixabay_offers_its_footage_under_its_own_licence(web):
    (offers,) = web.search("pixabay")
    first = offers[0]
    assert (first.title, first.author, first.mime) == ("night, car, road", "van_gogh_films", "video/mp4")
    assert first.terms.name == "Pixabay Content License"
    assert first.page == f"https://pixabay.com/videos/id-{first.id}/"
    assert first.url.startswith("https://cdn.pixabay.com/video/")
    assert len(offers) == len(PIXABAY)


def test_pixabay_is_asked_with_the_key_and_safely(web):
    web.search("pixabay", "x" * 150)
    (asked,) = web.internet.asked
    assert asked.query == {"key": KEY, "q": "x" * 100, "page": "1", "per_page": "50", "safesearch": "true"}


def test_pixabay_is_not_asked_twice_within_a_day(large):
    first = large.search("pixabay")
    assert Counter(asked.host for asked in large.internet.asked) == {"pixabay.com": 3}
    assert large.search("pixabay") == first
    assert len(large.internet.asked) == 3
    assert large.search("pixabay", "another") != first
    assert len(large.internet.asked) == 6


def test_what_is_kept_holds_no_key(web):
    web.search("pixabay")
    assert web.kept
    assert KEY not in repr(web.kept)


def test_a_page_behind_the_last_is_an_empty_one(web):
    promise = {"total": 100, "totalHits": 100, "hits": [hit()]}
    web.internet.faults[PIXABAY_API] = iter([body(promise)])
    assert [len(each) for each in web.search("pixabay")] == [1, 0]
    assert len(web.internet.asked) == 2


@pytest.mark.parametrize(
    ("limit", "chosen"), [(10**9, "large"), (9_000, "large"), (8_999, "medium"), (2_000, "tiny"), (1_500, "tiny")]
)
def test_the_sharpest_rendition_that_is_small_enough_is_taken(web, limit, chosen):
    videos = {
        "tiny": rendition("tiny", width=640, height=360, size=1_500),
        "large": rendition("large", width=3840, height=2160, size=9_000),
        "medium": rendition("medium", width=1920, height=1080, size=5_000),
        "small": {"url": "", "width": 0, "height": 0, "size": 0},
    }
    web.internet.faults[PIXABAY_API] = iter([pixabay_answers(hit(videos=videos))])
    kit = replace(web.kit, largest_bytes=limit)
    ((offer,),) = web.open("pixabay", kit).search("fall")
    assert offer.url == f"https://cdn.pixabay.com/video/{chosen}.mp4"
    assert offer.size == videos[chosen]["size"]


def test_a_rendition_whose_size_is_not_told_may_be_taken(web):
    video = {"url": "https://cdn.pixabay.com/video/large.mp4"}
    web.internet.faults[PIXABAY_API] = iter([pixabay_answers(hit(videos={"large": video}))])
    assert web.search("pixabay")[0][0].size is None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (hit(id=None), "id must be int, got 'None'"),
        (hit(user=""), "user must be str, got ''"),
        (hit(videos=[]), "videos must be dict, got '[]'"),
        (hit(videos={"large": "x"}), "no rendition has an address"),
        (hit(videos={"large": rendition("large", size=2 * 10**9)}), "no rendition is of 1000000000 bytes or less"),
        (hit(pageURL="https://evil.example/"), "pageURL must be a page of pixabay.com, got 'https://evil.example/'"),
        (hit(pageURL="javascript:alert(1)"), "pageURL must be a page of pixabay.com, got 'javascript:alert(1)'"),
        ("no hit at all", "videos must be dict, got 'None'"),
    ],
)
def test_a_malformed_hit_is_passed_over_and_the_rest_is_not(web, broken, reason):
    web.internet.faults[PIXABAY_API] = iter([pixabay_answers(broken, hit(id=9))])
    ((skipped, offer),) = web.search("pixabay")
    assert (skipped.reason, offer.id) == (reason, "9")


def test_footage_without_tags_is_called_by_its_number(web):
    web.internet.faults[PIXABAY_API] = iter([pixabay_answers(hit(tags=None))])
    assert web.search("pixabay")[0][0].title == "Pixabay 7"


@pytest.mark.parametrize(
    ("fault", "naps"),
    [
        (Fault(status=429, headers={"x-ratelimit-reset": "8"}, body=b"[ERROR 429] API rate limit exceeded"), [8.0]),
        (Fault(status=429), [60.0]),
        (Fault(status=502), [1.0]),
    ],
)
def test_pixabay_is_asked_again_when_its_limit_begins_anew(web, fault, naps):
    web.internet.faults[PIXABAY_API] = iter([fault])
    assert len(web.search("pixabay")[0]) == 4
    assert web.naps == naps


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault(status=500), "pixabay.com/api/videos/ answered 500, 4 times"),
        (
            Fault(status=429, headers={"x-ratelimit-reset": "600"}),
            "pixabay.com/api/videos/ answered 429 and asks to wait 600 s",
        ),
        (Fault(status=400, body=f"[ERROR 400] q={KEY}".encode()), "pixabay answered 400"),
        (Fault(body=b"<html>"), "pixabay answered no JSON that can be read"),
        (Fault(body=b'{"totalHits": 1, "hits": {}}'), "pixabay answered no JSON that can be read"),
        (Fault(body=b"x" * 400_000), "pixabay.com/api/videos/ answered more than 350000 bytes, 4 times"),
        (Fault(cut_after=3), "pixabay.com/api/videos/ broke off: {} bytes are missing, 4 times"),
    ],
)
def test_pixabay_is_unavailable_when_it_stays_so_and_nothing_is_kept(web, fault, message):
    web.internet.faults[PIXABAY_API] = repeat(fault)
    with pytest.raises(web.errors.SourceUnavailable) as caught:
        web.search("pixabay")
    shown = str(caught.value)
    assert shown == message or shown.startswith(message.partition("{}")[0])
    assert web.kept == {}
    assert KEY not in shown


def test_a_key_that_pixabay_does_not_know_is_a_persons_business(web):
    web.internet.faults[PIXABAY_API] = repeat(Fault(status=400, body=b"[ERROR 400] Invalid or missing API key (...)."))
    with pytest.raises(web.errors.UnreadyError) as caught:
        web.search("pixabay")
    assert str(caught.value) == "pixabay does not know its API key; to store another: type this"
    assert len(web.internet.asked) == 1


def test_two_downloads_of_wikimedias_take_what_a_robot_may(web):
    # https://wikitech.wikimedia.org/wiki/Robot_policy: 25 Mbit/s in all, over two connections.
    assert 2 * 8 * web.open("wikimedia", web.kit).fastest == 25_000_000
    assert web.open("pixabay", web.kit).fastest == float("inf")


def test_every_source_has_hosts_and_no_other_is_one(web):
    assert web.hosts("wikimedia") == {"commons.wikimedia.org", "upload.wikimedia.org"}
    assert web.hosts("pixabay") == {"pixabay.com", "cdn.pixabay.com"}
    with pytest.raises(ValueError, match="source must be of wikimedia, pixabay, got 'source'"):
        web.hosts("source")
