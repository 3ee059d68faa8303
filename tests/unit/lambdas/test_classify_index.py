import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

TABLE = "index-of-clips"
CLIP = {
    "id": "c" * 64,
    "key": "video/cam-7/event/20261121_101500/drive.mp4",
    "source": "cam-7",
    "collection": "event",
    "captured_at": "2026-11-21T10:15:00Z",
    "received_at": "2026-11-21T10:16:30Z",
    "duration": 30.0,
    "metadata": {},
}
EVENT = {
    "clip": CLIP,
    "folder": "video/cam-7/event/20261121_101500/drive/cccccccc/",
    "depth": "full",
    "jobs": {},
    "frames": [],
    "notes": [],
    "planned_at": "2026-11-21T10:16:40Z",
    "asked_at": "2026-11-21T10:19:00Z",
}
FINDINGS = {
    "labels": [{"name": "Car Crash", "at": 1.0, "confidence": 91.0}, {"name": "Dog", "at": 1.0, "confidence": 60.0}],
    "words": [{"name": "Help!", "at": 2.0, "confidence": 40.0}],
    "text": [],
}
JUDGEMENT = {
    "verdict": "incident",
    "severity": "high",
    "reasons": [f"reason {number}" for number in range(5)],
    "moments": [{"start": 1.0, "end": 2.0}],
}


@pytest.fixture
def search_index(aws, load, monkeypatch):
    """The module, with its pauses written down instead of waited for."""
    module = load("classify", "search_index")
    module.pauses = []
    monkeypatch.setattr(module, "sleep", module.pauses.append)
    return module


@pytest.fixture
def make(load, search_index):
    def make(**found):
        analysis = load("classify", "analysis").Analysis.parse(EVENT)
        return search_index.make_entries(analysis, {**FINDINGS, **found}, JUDGEMENT)

    return make


@pytest.fixture
def table(aws, monkeypatch):
    """DynamoDB, which takes what the test lets it take."""
    monkeypatch.setenv("INDEX_TABLE", TABLE)
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        stub.client = client
        yield stub
        stub.assert_no_pending_responses()


def sent(entries):
    return {"RequestItems": {TABLE: [{"PutRequest": {"Item": entry}} for entry in entries]}}


def left(entries):
    return {"UnprocessedItems": sent(entries)["RequestItems"] if entries else {}}


def test_an_entry_shows_what_a_list_of_clips_shows(make):
    assert make()[0] == {
        "term": {"S": "label=car crash"},
        "at": {"S": f"2026-11-21T10:16:30Z#{'c' * 64}"},
        "clip_id": {"S": "c" * 64},
        "key": {"S": CLIP["key"]},
        "source": {"S": "cam-7"},
        "collection": {"S": "event"},
        "received_at": {"S": "2026-11-21T10:16:30Z"},
        "captured_at": {"S": "2026-11-21T10:15:00Z"},
        "verdict": {"S": "incident"},
        "severity": {"S": "high"},
        "reasons": {"L": [{"S": "reason 0"}, {"S": "reason 1"}, {"S": "reason 2"}]},
        "folder": {"S": EVENT["folder"]},
    }


def test_there_is_one_entry_a_term_and_none_of_what_is_doubtful(make):
    assert [entry["term"]["S"] for entry in make()] == [
        f"{what}{verdict}{source}"
        for what in ("label=car crash", "spoken=help")
        for verdict in ("", "|verdict=incident")
        for source in ("", "|source=cam-7")
    ]


def test_no_batch_holds_a_key_twice_which_dynamodb_refuses(make):
    said = [{"name": name, "at": 1.0, "confidence": 90.0} for name in ("Help", "help!", "HELP", "l’eau", "l'eau")]
    found = [(entry["term"]["S"], entry["at"]["S"]) for entry in make(words=said, text=said, labels=said)]
    assert len(found) == len(set(found))


def test_entries_are_written_25_a_call(search_index, make, table):
    entries = make(text=[{"name": " ".join(f"w{number}" for number in range(13)), "at": 1.0, "confidence": 90.0}])
    assert len(entries) == 60
    for start in (0, 25, 50):
        table.add_response("batch_write_item", left([]), sent(entries[start : start + 25]))
    search_index.write_entries(table.client, TABLE, entries)
    assert search_index.pauses == []


def test_what_dynamodb_leaves_is_sent_again_and_nothing_else(search_index, make, table):
    entries = make()
    table.add_response("batch_write_item", left(entries[2:]), sent(entries))
    table.add_response("batch_write_item", left(entries[5:]), sent(entries[2:]))
    table.add_response("batch_write_item", left([]), sent(entries[5:]))
    search_index.write_entries(table.client, TABLE, entries)
    assert len(search_index.pauses) == 2


def test_a_table_that_takes_nothing_is_left_to_the_state_machine(search_index, make, table):
    entries = make()
    for _ in range(search_index.ATTEMPTS):
        table.add_response("batch_write_item", left(entries[:3]))
    with pytest.raises(search_index.IndexBusyError, match="3 entries were not taken by index-of-clips in 8 calls"):
        search_index.write_entries(table.client, TABLE, entries)
    ceilings = [min(5.0, 0.1 * 2**number) for number in range(7)]
    assert all(0 <= pause <= most for pause, most in zip(search_index.pauses, ceilings, strict=True))
    assert len(set(search_index.pauses)) > 1, "no jitter"


def test_what_an_earlier_run_left_is_outdated_whatever_its_verdict_was(search_index, load, make):
    analysis = load("classify", "analysis").Analysis.parse(EVENT)
    said = [{"name": name, "at": 1.0, "confidence": 90.0} for name in ("help", "go")]
    outdated = search_index.outdated_keys(analysis, {"labels": [], "words": said, "text": []}, make())
    assert {key["at"]["S"] for key in outdated} == {f"2026-11-21T10:16:30Z#{'c' * 64}"}
    verdicts = ("incident", "important", "routine", "rejected")
    assert sorted(key["term"]["S"] for key in outdated) == sorted(
        [
            *("spoken=go", "spoken=go|source=cam-7"),
            *(f"spoken=go|verdict={verdict}{source}" for verdict in verdicts for source in ("", "|source=cam-7")),
            *(f"spoken=help|verdict={verdict}{source}" for verdict in verdicts[1:] for source in ("", "|source=cam-7")),
        ]
    )


def test_outdated_entries_are_taken_out_as_others_are_put_in(search_index, make, table):
    entries = make()
    keys = [{"term": {"S": f"label=old {number}"}, "at": entries[0]["at"]} for number in range(2)]
    requests = [*({"DeleteRequest": {"Key": key}} for key in keys), *sent(entries)["RequestItems"][TABLE]]
    table.add_response("batch_write_item", left([]), {"RequestItems": {TABLE: requests}})
    search_index.write_entries(table.client, TABLE, entries, keys)


def test_an_error_of_dynamodb_is_raised(search_index, make, table):
    table.add_client_error("batch_write_item", "ResourceNotFoundException")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        search_index.write_entries(table.client, TABLE, make())
