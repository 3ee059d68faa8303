"""The stand-ins of Wikimedia Commons and Pixabay: the shapes of the real ones, and what may go wrong with them."""

import gzip
import http.client
import json
from itertools import repeat
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import av
import pytest

from local_cloud.internet.footage import COMMONS, PIXABAY
from local_cloud.internet.loopback import served
from local_cloud.internet.replies import Fault
from local_cloud.internet.web import HOSTS, Internet

AGENT = {"User-Agent": "IMPP/1 (https://example.com) test"}
SEARCH = {
    "action": "query",
    "format": "json",
    "formatversion": "2",
    "generator": "search",
    "gsrnamespace": "6",
    "gsrsearch": "filetype:video waterfall",
    "prop": "imageinfo",
}


@pytest.fixture
def internet():
    return Internet()


@pytest.fixture
def ask(internet):
    """Ask by URL; the answer's status, headers by lower-case name and body."""
    with served(internet) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)

        def ask_(address, **headers):
            host, _, rest = address.removeprefix("https://").partition("/")
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", f"/{rest}", headers={**AGENT, **named, "Host": host})
            answer = connection.getresponse()
            body, found = answer.read(), {name.lower(): value for name, value in answer.headers.items()}
            if found.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            return SimpleNamespace(status=answer.status, headers=found, body=body)

        yield ask_
        connection.close()


def commons(ask, **parameters):
    return json.loads(ask(f"https://commons.wikimedia.org/w/api.php?{urlencode({**SEARCH, **parameters})}").body)


def pixabay(ask, **parameters):
    return ask(f"https://pixabay.com/api/videos/?{urlencode({'key': 'k', 'q': 'waterfall', **parameters})}")


def files(ask):
    """Addresses of all files of both sites."""
    pages = commons(ask, gsrlimit=50)["query"]["pages"]
    hits = json.loads(pixabay(ask).body)["hits"]
    return [page["imageinfo"][0]["url"] for page in pages] + [hit["videos"]["large"]["url"] for hit in hits]


def test_there_are_four_hosts(ask):
    assert {"commons.wikimedia.org", "upload.wikimedia.org", "pixabay.com", "cdn.pixabay.com"} == HOSTS
    assert ask("https://example.com/").status == 421


def test_commons_pages_its_results_by_continue(ask):
    first = commons(ask, gsrlimit=4)
    assert first["continue"] == {"gsroffset": 4, "continue": "gsroffset||"}
    second = commons(ask, gsrlimit=4, **first["continue"])
    assert "continue" not in second
    ranks = [sorted(page["index"] for page in answer["query"]["pages"]) for answer in (first, second)]
    assert ranks == [[1, 2, 3, 4], [5, 6]]


def test_commons_describes_a_file(ask):
    page = next(page for page in commons(ask)["query"]["pages"] if page["index"] == 1)
    (info,) = page["imageinfo"]
    assert (page["ns"], page["title"]) == (6, "File:Cars in the evening – waterfall.webm")
    assert (info["mime"], info["mediatype"]) == ("video/webm", "VIDEO")
    assert info["extmetadata"]["LicenseShortName"]["value"] == "CC BY-SA 4.0"
    assert "<a href=" in info["extmetadata"]["Artist"]["value"]
    assert len(ask(info["url"]).body) == info["size"]


@pytest.mark.parametrize(
    "parameters", [{"action": "parse"}, {"formatversion": "1"}, {"gsrsearch": "waterfall"}, {"gsrnamespace": "0"}]
)
def test_commons_tells_errors_with_status_200(ask, parameters):
    assert commons(ask, **parameters)["error"]["code"] == "badvalue"


def test_commons_wants_to_know_who_asks(ask):
    assert ask("https://commons.wikimedia.org/w/api.php", User_Agent="python").status == 403


def test_an_answer_is_packed_for_who_takes_it(ask):
    url = f"https://commons.wikimedia.org/w/api.php?{urlencode(SEARCH)}"
    packed, plain = ask(url, Accept_Encoding="gzip"), ask(url)
    assert (packed.headers["content-encoding"], packed.body) == ("gzip", plain.body)


def test_pixabay_pages_its_results_and_tells_its_limits(ask):
    answer = pixabay(ask, per_page=3, page=2)
    document = json.loads(answer.body)
    assert (document["totalHits"], len(document["hits"])) == (4, 1)
    assert answer.headers["x-ratelimit-limit"] == "100"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"key": ""}, "[ERROR 400] Invalid or missing API key (https://pixabay.com/api/docs/)."),
        ({"page": 2}, '[ERROR 400] "page" is out of valid range.'),
        ({"per_page": 2}, '[ERROR 400] "per_page" is out of valid range.'),
        ({"per_page": 201}, '[ERROR 400] "per_page" is out of valid range.'),
        ({"q": "x" * 101}, '[ERROR 400] "q" is too long.'),
    ],
)
def test_pixabay_tells_errors_as_text(ask, parameters, text):
    answer = pixabay(ask, **parameters)
    assert (answer.status, answer.body.decode()) == (400, text)


def test_every_file_there_is_can_be_had_and_plays(ask, tmp_path):
    addresses = files(ask)
    assert len(addresses) == len(COMMONS) + len(PIXABAY) == 10
    for number, address in enumerate(addresses):
        answer = ask(address)
        path = tmp_path / str(number)
        path.write_bytes(answer.body)
        with av.open(str(path)) as clip:
            assert sum(1 for _ in clip.decode(video=0)) > 15, address


def test_another_search_finds_the_same_footage_as_other_files(ask):
    one, other = (
        {
            page["pageid"]: ask(page["imageinfo"][0]["url"]).body
            for page in commons(ask, gsrsearch=query)["query"]["pages"]
        }
        for query in ("filetype:video waterfall", "filetype:video city street")
    )
    assert not set(one) & set(other)
    assert not set(one.values()) & set(other.values())


def test_what_is_offered_in_both_places_is_the_same_file(ask):
    bodies = [ask(address).body for address in files(ask)]
    there = {footage.path for footage in COMMONS} & {footage.path for footage in PIXABAY}
    assert len(bodies) - len(set(bodies)) == len(there) == 3


def test_a_file_comes_from_where_it_is_asked_for(ask):
    address = files(ask)[0]
    whole = ask(address)
    etag = whole.headers["etag"]
    rest = ask(address, Range="bytes=100-", If_Range=etag)
    assert (rest.status, rest.body) == (206, whole.body[100:])
    assert rest.headers["content-range"] == f"bytes 100-{len(whole.body) - 1}/{len(whole.body)}"
    assert ask(address, Range="bytes=100-", If_Range='"another"').status == 200
    assert ask(address, Range=f"bytes={len(whole.body)}-").status == 416


@pytest.mark.parametrize(
    "address",
    [
        "https://upload.wikimedia.org/wikipedia/commons/a/ab/Nothing.webm",
        "https://commons.wikimedia.org/wiki/Main_Page",
        "https://cdn.pixabay.com/video/2026/10/15/99-1_large.mp4",
        "https://cdn.pixabay.com/passwd",
        "https://pixabay.com/",
    ],
)
def test_what_is_not_there_is_not_found(ask, address):
    assert ask(address).status == 404


def test_faults_come_in_turn_and_then_all_is_well(ask, internet):
    address = files(ask)[0]
    place = "upload.wikimedia.org" + urlsplit(address).path.replace("%E2%80%93", "–")
    internet.faults[place] = iter(
        [
            Fault(status=503, headers={"retry-after": "3"}),
            Fault(no_range=True),
            Fault(body=b"no video", headers={"content-type": "text/html"}),
            Fault(status=302, headers={"location": "http://169.254.169.254/"}),
        ]
    )
    first, second, third, fourth = (ask(address, Range="bytes=5-") for _ in range(4))
    assert (first.status, first.headers["retry-after"]) == (503, "3")
    assert second.status == 200
    assert (third.body, third.headers["content-type"]) == (b"no video", "text/html")
    assert (fourth.status, fourth.headers["location"]) == (302, "http://169.254.169.254/")
    assert ask(address, Range="bytes=5-").status == 206


def test_a_body_may_be_cut_off(ask, internet):
    internet.faults["pixabay.com/api/videos/"] = repeat(Fault(cut_after=10))
    with pytest.raises(http.client.IncompleteRead) as cut:
        pixabay(ask)
    assert len(cut.value.partial) == 10


def test_what_was_asked_is_remembered(ask, internet):
    pixabay(ask, page=1)
    (asked,) = internet.asked
    assert (asked.host, asked.path) == ("pixabay.com", "/api/videos/")
    assert asked.query == {"key": "k", "q": "waterfall", "page": "1"}
    assert asked.headers["user-agent"] == AGENT["User-Agent"]
