"""The function's first task: a batch of items that are new and allowed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat

import boto3
import pytest
from botocore.exceptions import ClientError

from clip_model import metadata
from clip_model.campaigns import Licence
from clip_model.keys import ClipKey
from clip_model.metrics import Metric
from local_cloud.internet.footage import COMMONS, PIXABAY
from local_cloud.internet.replies import Fault

COMMONS_API = "commons.wikimedia.org/w/api.php"
PIXABAY_API = "pixabay.com/api/videos/"
KEY = "4711-secret-key"
EVENT = {
    "task": "search",
    "run": "8f7c1c9e-nature",
    "started_at": "2026-11-21T05:00:00.123Z",
    "campaign": {
        "name": "nature",
        "query": "waterfall",
        "sources": ["wikimedia", "pixabay"],
        "batch_size": 4,
        "licences": ["cc0", "public-domain", "cc-by", "cc-by-sa", "pixabay"],
        "schedule": "weekly",
    },
}


@pytest.fixture
def context(context):
    """An invocation with a quarter of an hour left, until a test says otherwise."""
    context.get_remaining_time_in_millis = lambda: 900_000
    return context


def wanted(**campaign):
    return {**EVENT, "campaign": {**EVENT["campaign"], **campaign}}


def items(table="campaigns"):
    return boto3.client("dynamodb").scan(TableName=table)["Items"]


def claim(*found):
    for item in found:
        key = {"pk": {"S": f"item#{item['source']}#{item['id']}"}, "sk": {"S": "claim"}}
        boto3.client("dynamodb").put_item(TableName="campaigns", Item={**key, "run": {"S": "earlier"}})


def titles(answer):
    return [(item["source"], item["title"].partition(" – ")[0]) for item in answer["items"]]


def test_a_batch_is_split_evenly_between_the_sources(deploy_campaign, context):
    answer = deploy_campaign().handle(EVENT, context)
    assert titles(answer) == [
        ("wikimedia", "Cars in the evening"),
        ("pixabay", "night, car, road"),
        ("wikimedia", "A drive through town"),
        ("pixabay", "bump, road, drive"),
    ]
    assert answer["notes"] == []
    assert [(item["source"], item["reason"]) for item in answer["skipped"]] == [
        ("wikimedia", "licence 'gfdl' is none that is known to allow this"),
        ("wikimedia", "no licence is named"),
    ]


def test_an_item_holds_all_it_takes_to_fetch_and_to_credit_it(deploy_campaign, context):
    first = deploy_campaign().handle(EVENT, context)["items"][0]
    parsed = ClipKey.parse(first["key"])
    assert (parsed.source, parsed.collection, parsed.captured_at) == (
        "wikimedia",
        "nature",
        datetime(2026, 11, 21, 5, tzinfo=UTC),
    )
    assert parsed.filename == f"Cars in the evening – waterfall ({first['id']}).webm"
    assert (first["mime"], first["url"][:29]) == ("video/webm", "https://upload.wikimedia.org/")
    assert first["size"] > 0
    assert first["attribution"] == {
        "title": "Cars in the evening – waterfall",
        "author": "Ada L",
        "licence": "CC BY-SA 4.0",
        "licence_url": "https://creativecommons.org/licenses/by-sa/4.0",
        "source_page": f"https://commons.wikimedia.org/w/index.php?curid={first['id']}",
    }
    assert {name: metadata.decode(value) for name, value in first["metadata"].items()} == {
        "title": "Cars in the evening – waterfall",
        "author": "Ada L",
        "licence": "CC BY-SA 4.0",
        "licence-url": "https://creativecommons.org/licenses/by-sa/4.0",
        "source-page": f"https://commons.wikimedia.org/w/index.php?curid={first['id']}",
        "run": "8f7c1c9e-nature",
    }


def test_a_licence_without_an_address_leaves_no_empty_metadata(deploy_campaign, context):
    answer = deploy_campaign().handle(wanted(sources=["wikimedia"], licences=["public-domain"]), context)
    (item,) = answer["items"]
    assert item["attribution"]["licence_url"] == ""
    assert "licence-url" not in item["metadata"]


@pytest.mark.parametrize(("letter", "length"), [("日", 90), ("x", 850)])
def test_a_batch_of_the_longest_texts_fits_into_the_machines_state(deploy_campaign, context, letter, length):
    free, other = (
        [
            replace(footage, number=number, title=f"{letter * length}{number}", author=letter * 1000)
            for number in range(first, first + 50)
        ]
        for footage, first in ((COMMONS[0], 100), (COMMONS[1], 200))
    )
    campaign = deploy_campaign(commons=[*other, *free], pixabay=())
    answer = campaign.handle(wanted(sources=["wikimedia"], batch_size=50), context)
    assert (len(answer["items"]), len(answer["skipped"])) == (50, 50)
    # Step Functions takes 256 KiB, what it wraps around an answer included.
    assert len(json.dumps(answer, ensure_ascii=False).encode()) < 250 * 1024
    for item in answer["items"]:
        assert all(value.isascii() for value in item["metadata"].values())
    assert len({item["key"] for item in answer["items"]}) == 50


@pytest.fixture
def longest(load):
    """An item each of whose texts is as long as it may be, made of one letter."""
    sources, items = load("campaign", "sources.source"), load("campaign", "items")
    terms = load("campaign", "licences").Terms

    def longest(letter):
        text = letter * 3000
        offer = sources.Offer(
            source="wikimedia",
            id="9" * 12,
            title=text,
            url=f"https://upload.wikimedia.org/{'x' * 971}",
            size=10**10,
            mime="video/webm",
            terms=terms(Licence.CC_BY_SA, text, text),
            author=text,
            page=text,
        )
        started_at = datetime(2026, 11, 21, 5, tzinfo=UTC)
        return items.make_item(offer, campaign="n" * 32, started_at=started_at, run=text)

    return longest


@pytest.mark.parametrize("letter", ["x", "é", "日", "𝄞", "%", '"'])
def test_the_longest_texts_fit_into_an_objects_metadata(longest, letter):
    carried = longest(letter)["metadata"]
    # S3 counts names and values, 2 KB in all; with the prefix of the names, to be on the safe side.
    assert sum(len(f"x-amz-meta-{name}") + len(value) for name, value in carried.items()) < 2048
    assert len(carried) == 6


@pytest.mark.parametrize("letter", ["x", "é", "日", "𝄞", "%", '"'])
def test_fifty_of_the_longest_items_fit_into_the_machines_state(longest, letter):
    state = [longest(letter)] * 50
    # The rest of 256 KiB is for what was passed over.
    assert len(json.dumps(state, ensure_ascii=False).encode()) < 220 * 1024


def test_an_author_is_told_in_full_as_far_as_there_is_room(longest):
    assert longest("x")["attribution"]["author"] == "x" * 491 + "…"


def test_licences_that_the_campaign_does_not_allow_are_passed_over(deploy_campaign, context):
    answer = deploy_campaign().handle(wanted(licences=["cc0"], batch_size=2), context)
    assert titles(answer) == [("wikimedia", "A sign of the police")]
    assert "licence CC BY-SA 4.0 is not among the campaign's" in {item["reason"] for item in answer["skipped"]}
    assert answer["notes"] == ["found 1 of 2: there is no more that is new and allowed"]


def test_a_file_that_is_too_large_is_passed_over(deploy_campaign, context):
    answer = deploy_campaign(largest_bytes=50_000).handle(wanted(sources=["wikimedia"]), context)
    assert titles(answer) == [("wikimedia", "Cars in the evening")]
    assert any(item["reason"].startswith("it is too large: ") for item in answer["skipped"])


def test_what_was_fetched_before_is_left_out_and_the_batch_topped_up(deploy_campaign, context):
    campaign = deploy_campaign()
    first = campaign.handle(EVENT, context)["items"]
    claim(*(item for item in first if item["source"] == "pixabay"), first[0])
    assert titles(campaign.handle(wanted(batch_size=5), context)) == [
        ("wikimedia", "A drive through town"),
        ("pixabay", "town, drive, street"),
        ("wikimedia", "Überholmanöver bei Łódź"),
        ("pixabay", "voice, help, parking"),
        ("wikimedia", "A sign of the police"),
    ]


@pytest.mark.parametrize(
    ("claimed", "offered"),
    [
        ({"run": "S earlier"}, False),
        ({"run": "S earlier", "expires_at": "N 9999999999"}, False),
        # Its run was stopped.
        ({"run": "S earlier", "expires_at": "N 1"}, True),
        # It was given back.
        ({"failures": "N 2", "expires_at": "N 9999999999"}, True),
        ({"failures": "N 3", "expires_at": "N 9999999999"}, False),
        ({"failures": "N 3", "expires_at": "N 1"}, True),
        ({"failures": "N 1", "run": "S earlier"}, False),
    ],
)
def test_a_claim_holds_until_it_lapses_and_what_was_given_back_may_fail_again(
    deploy_campaign, context, claimed, offered
):
    campaign = deploy_campaign(commons=COMMONS[:1], pixabay=())
    alone = wanted(sources=["wikimedia"], batch_size=1)
    (item,) = campaign.handle(alone, context)["items"]
    key = {"pk": {"S": f"item#wikimedia#{item['id']}"}, "sk": {"S": "claim"}}
    attributes = {name: dict([value.split()]) for name, value in claimed.items()}
    boto3.client("dynamodb").put_item(TableName="campaigns", Item={**key, **attributes})
    assert bool(campaign.handle(alone, context)["items"]) is offered


def test_when_all_was_fetched_there_is_nothing_and_a_note(deploy_campaign, context):
    campaign = deploy_campaign()
    claim(*campaign.handle(wanted(batch_size=50), context)["items"])
    answer = campaign.handle(EVENT, context)
    assert answer["items"] == []
    assert answer["notes"] == ["found 0 of 4: there is no more that is new and allowed"]


def test_the_next_page_is_searched_where_the_first_was_fetched(deploy_campaign, context):
    offers = [replace(COMMONS[0], number=number, title=f"Fall {number}") for number in range(1, 61)]
    campaign = deploy_campaign(commons=offers, pixabay=())
    alone = wanted(sources=["wikimedia"], batch_size=50)
    claim(*campaign.handle(alone, context)["items"])
    assert titles(campaign.handle(alone, context)) == [("wikimedia", f"Fall {number}") for number in range(51, 61)]
    assert [asked.query.get("gsroffset") for asked in campaign.internet.asked] == [None, None, "50"]


def test_a_search_looks_at_so_many_pages_and_no_more(deploy_campaign, context, monkeypatch):
    offers = [replace(COMMONS[3], number=number) for number in range(1, 1001)]
    campaign = deploy_campaign(commons=offers, pixabay=())
    answer = campaign.handle(wanted(sources=["wikimedia"]), context)
    assert len(campaign.internet.asked) == 10
    assert len(answer["skipped"]) == 50
    assert answer["notes"] == [
        "found 0 of 4: there is no more that is new and allowed among the first 500 results of wikimedia",
        "500 items were passed over, of which 50 are listed",
    ]


def test_claims_that_dynamodb_leaves_for_later_are_asked_for_again(deploy_campaign, context, monkeypatch):
    campaign = deploy_campaign()
    found = campaign.handle(wanted(batch_size=50), context)["items"]
    claim(*found)
    ask, asked = campaign.handler.dynamodb.batch_get_item, []

    def breathless(**request):
        keys = request["RequestItems"]["campaigns"]["Keys"]
        asked.append(len(keys))
        answer = ask(RequestItems={"campaigns": {"Keys": keys[:1]}})
        return {**answer, "UnprocessedKeys": {"campaigns": {"Keys": keys[1:]}} if keys[1:] else {}}

    monkeypatch.setattr(campaign.handler.dynamodb, "batch_get_item", breathless)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert campaign.handle(EVENT, context)["items"] == []
    assert asked == [4, 3, 2, 1, 4, 3, 2, 1]


def test_a_batch_is_topped_up_where_a_source_runs_short(deploy_campaign, context):
    answer = deploy_campaign(pixabay=PIXABAY[:1]).handle(EVENT, context)
    assert [item["source"] for item in answer["items"]] == ["wikimedia", "pixabay", "wikimedia", "wikimedia"]
    assert answer["notes"] == []


def test_without_a_key_pixabay_is_left_out_and_the_note_says_what_to_type(deploy_campaign, context, emitted):
    campaign = deploy_campaign(pixabay_key=None)
    answer = campaign.handle(EVENT, context)
    assert {item["source"] for item in answer["items"]} == {"wikimedia"}
    assert len(answer["items"]) == 4
    assert answer["notes"] == [
        "pixabay was left out: there is no API key; to store it: impp campaign key,"
        " which writes the secret impp/test/campaigns/pixabay"
    ]
    assert "pixabay.com" not in {asked.host for asked in campaign.internet.asked}
    # Whoever wants none of Pixabay's need not be woken.
    assert emitted(Metric.SOURCE_FAILURES) == []


def test_an_empty_key_is_none(deploy_campaign, context):
    answer = deploy_campaign(pixabay_key=" \n").handle(wanted(sources=["pixabay"]), context)
    assert answer["items"] == []
    assert answer["notes"][0] == (
        "pixabay was left out: the API key is empty; to store it: impp campaign key,"
        " which writes the secret impp/test/campaigns/pixabay"
    )


@pytest.fixture
def refuse_key(monkeypatch):
    """Lets Secrets Manager refuse the key with an error code."""

    def refuse_key(campaign, code):
        error = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetSecretValue")

        def refuse(**_):
            raise error

        monkeypatch.setattr(campaign.handler.secretsmanager, "get_secret_value", refuse)

    return refuse_key


def test_a_key_that_is_refused_is_taken_for_none(deploy_campaign, context, refuse_key):
    campaign = deploy_campaign()
    refuse_key(campaign, "AccessDeniedException")
    answer = campaign.handle(EVENT, context)
    assert {item["source"] for item in answer["items"]} == {"wikimedia"}
    assert answer["notes"][0].startswith("pixabay was left out: there is no API key; to store it: ")


def test_a_key_about_to_be_deleted_is_told_with_what_keeps_it(deploy_campaign, context, emitted):
    campaign = deploy_campaign()
    boto3.client("secretsmanager").delete_secret(SecretId="impp/test/campaigns/pixabay")
    answer = campaign.handle(EVENT, context)
    assert [item["source"] for item in answer["items"]] == ["wikimedia"] * 4
    assert answer["notes"] == [
        "pixabay was left out: the API key is about to be deleted; to keep it:"
        " aws secretsmanager restore-secret --secret-id impp/test/campaigns/pixabay"
    ]
    assert emitted(Metric.SOURCE_FAILURES) == []


def test_a_key_that_cannot_be_asked_for_is_one_sources_failure(deploy_campaign, context, refuse_key, emitted):
    campaign = deploy_campaign()
    refuse_key(campaign, "InternalServiceError")
    answer = campaign.handle(EVENT, context)
    assert [item["source"] for item in answer["items"]] == ["wikimedia"] * 4
    (note,) = answer["notes"]
    assert note.startswith("pixabay was left out: An error occurred (InternalServiceError) when calling")
    assert emitted(Metric.SOURCE_FAILURES) == [("SourceFailures", 1, {"source": "pixabay"})]


def test_where_the_only_key_cannot_be_asked_for_the_search_is_to_be_tried_again(deploy_campaign, context, refuse_key):
    campaign = deploy_campaign()
    refuse_key(campaign, "InternalServiceError")
    with pytest.raises(Exception, match="InternalServiceError") as caught:
        campaign.handle(wanted(sources=["pixabay"]), context)
    assert type(caught.value).__name__ == "SourceUnavailable"


@pytest.mark.parametrize(
    ("left", "naps", "sources"), [(120_000, [60.0], {"wikimedia", "pixabay"}), (119_999, [], {"pixabay"})]
)
def test_a_source_is_waited_for_as_far_as_the_time_goes(deploy_campaign, context, left, naps, sources):
    campaign = deploy_campaign()
    context.get_remaining_time_in_millis = lambda: left
    campaign.internet.faults[COMMONS_API] = iter([Fault(status=429, headers={"retry-after": "60"})])
    answer = campaign.handle(EVENT, context)
    assert {item["source"] for item in answer["items"]} == sources
    assert campaign.naps == naps
    told = [] if naps else ["wikimedia was left out: it is busy, and there is no time to wait 60 s"]
    assert answer["notes"] == told


def test_one_source_that_fails_is_a_note_and_the_other_fills_the_batch(deploy_campaign, context, emitted):
    campaign = deploy_campaign()
    campaign.internet.faults[COMMONS_API] = repeat(Fault(status=503))
    answer = campaign.handle(EVENT, context)
    assert [item["source"] for item in answer["items"]] == ["pixabay"] * 4
    assert answer["notes"] == [
        "wikimedia was left out: commons.wikimedia.org/w/api.php answered 503, 4 times",
    ]
    assert campaign.naps == [1.0, 2.0, 4.0]
    assert emitted(Metric.SOURCE_FAILURES) == [("SourceFailures", 1, {"source": "wikimedia"})]


def test_a_source_that_fails_later_keeps_what_it_gave(deploy_campaign, context):
    offers = [replace(COMMONS[0], number=number, title=f"Fall {number}") for number in range(1, 61)]
    campaign = deploy_campaign(commons=offers, pixabay=())
    claim(*campaign.handle(wanted(sources=["wikimedia"], batch_size=49), context)["items"])
    campaign.internet.faults[COMMONS_API] = iter([Fault(), *repeat(Fault(status=503), 4)])
    answer = campaign.handle(wanted(sources=["wikimedia"]), context)
    assert titles(answer) == [("wikimedia", "Fall 50")]
    assert len(answer["notes"]) == 2


@pytest.mark.parametrize("key", [KEY, None], ids=["both fail", "the other has no key"])
def test_where_no_source_answers_the_search_is_to_be_tried_again(deploy_campaign, context, key):
    campaign = deploy_campaign(pixabay_key=key)
    campaign.internet.faults[COMMONS_API] = repeat(Fault(status=503))
    campaign.internet.faults[PIXABAY_API] = repeat(Fault(status=500, headers={"x-ratelimit-reset": ""}))
    with pytest.raises(Exception, match="answered 503, 4 times") as caught:
        campaign.handle(EVENT, context)
    assert type(caught.value).__name__ == "SourceUnavailable"


def test_a_second_search_within_a_day_asks_pixabay_nothing(deploy_campaign, context):
    campaign = deploy_campaign()
    first = campaign.handle(wanted(sources=["pixabay"]), context)
    assert campaign.handle(wanted(sources=["pixabay"]), context) == first
    assert len(campaign.internet.asked) == 1
    (kept,) = items()
    assert kept["pk"]["S"].startswith("cache#pixabay#")
    assert kept["sk"]["S"] == "answer"
    age = int(kept["expires_at"]["N"]) - datetime.now(UTC).timestamp()
    assert 86_400 - 60 < age <= 86_400


def test_an_answer_older_than_a_day_is_asked_for_again(deploy_campaign, context):
    campaign = deploy_campaign()
    campaign.handle(wanted(sources=["pixabay"]), context)
    (kept,) = items()
    boto3.client("dynamodb").put_item(TableName="campaigns", Item={**kept, "expires_at": {"N": "1"}})
    campaign.handle(wanted(sources=["pixabay"]), context)
    assert len(campaign.internet.asked) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(),
        Fault(status=500),
        Fault(status=429),
        Fault(status=400, body=f"[ERROR 400] {KEY}".encode()),
        Fault(status=400, body=f"[ERROR 400] Invalid or missing API key {KEY}".encode()),
        Fault(status=302, headers={"location": f"https://evil.example/?key={KEY}"}),
        Fault(status=302, headers={"location": f"https://{KEY}@evil.example/"}),
        Fault(status=302, headers={"location": f"https://[{KEY}"}),
        Fault(body=b"{"),
        Fault(cut_after=10),
    ],
)
@pytest.mark.parametrize("sources", [["pixabay"], ["wikimedia", "pixabay"]])
def test_the_key_is_nowhere_but_in_the_request(deploy_campaign, context, fault, sources, caplog, capsys):
    campaign = deploy_campaign()
    campaign.internet.faults[PIXABAY_API] = repeat(fault)
    try:
        said = json.dumps(campaign.handle(wanted(sources=sources), context))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    assert any(asked.query.get("key") == KEY for asked in campaign.internet.asked)
    told = json.dumps([vars(record) for record in caplog.records], default=str)
    assert KEY not in said + told + json.dumps(items()) + "".join(capsys.readouterr())


@pytest.mark.parametrize("missing", ["run", "started_at", "campaign"])
def test_an_event_without_a_field_is_refused_by_its_name(deploy_campaign, context, missing):
    event = {name: value for name, value in EVENT.items() if name != missing}
    with pytest.raises(KeyError, match=missing):
        deploy_campaign().handle(event, context)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"licences": ["cc-by-nc"]}, "campaign 'nature': licences must be of cc0, .*, got 'cc-by-nc'"),
        ({"licences": "cc0"}, "campaign 'nature': licences must be a list of different words, got 'cc0'"),
        ({"sources": ["wikimedia", "youtube"]}, "campaign 'nature': sources must be of .*, got 'youtube'"),
        ({"query": 7}, "campaign 'nature': query must be 1 to 100 characters, got 7"),
        ({"name": "event"}, "a campaign's name must be .* be none of event, .*, got 'event'"),
    ],
)
def test_a_campaign_written_wrongly_by_hand_is_broken_and_no_source_is_asked(
    deploy_campaign, context, changes, message
):
    campaign = deploy_campaign()
    with pytest.raises(Exception, match=message) as caught:
        campaign.handle(wanted(**changes), context)
    assert type(caught.value).__name__ == "BrokenCampaign"
    assert list(campaign.internet.asked) == []


def test_a_number_of_jsonatas_is_a_number(deploy_campaign, context):
    assert len(deploy_campaign().handle(wanted(batch_size=2.0), context)["items"]) == 2


def test_another_task_is_refused(deploy_campaign, context):
    with pytest.raises(ValueError, match="task must be search or fetch, got 'dance'"):
        deploy_campaign().handle({"task": "dance"}, context)
