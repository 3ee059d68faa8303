"""What advice is made from: each kind of fact read from AWS, and what becomes of the others where one can't be."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import boto3
import pytest
from costs_cloud import ENVIRONMENT, NOW, put_clips

from clip_model.meters import Meter
from clip_model.prices import GB
from clip_model.usage import DAYS_A_MONTH

MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/parts/version/1/1"


def tallied(gathering, records, days=30):
    """So many days, each with the same records."""
    day = gathering.modules["tally"].tally(
        records, gathering.modules["review"].PRICES, moderated=("travel",), frame_seconds=2, looks=1
    )
    return [vars(day)] * days


def record(**changes):
    return {
        "source": "cam-1",
        "collection": "parking",
        "status": "done",
        "verdict": "routine",
        "depth": "full",
        "size": 30e6,
        "storage_class": "DEEP_ARCHIVE",
        "reasons": ["no rule fired"],
        "duration": 8.0,
        "height": 1080.0,
        "audio": True,
        "proxy": False,
        "estimated_cost_usd": 0.05,
        **changes,
    }


def test_an_environment_of_nothing_is_gathered_without_a_fault(gathering):
    facts = gathering.facts()
    assert gathering.failed == {}
    assert (facts.clips, facts.lanes, facts.stored, facts.unfinished, facts.devices) == (0, (), (), (), ())
    assert [rule.name for rule in facts.rules] == ["violent picture", "distressed voice"]


def test_clips_are_a_months_by_lane_with_what_is_billed_at_the_least(gathering):
    named = "Violence at 0:04 (rule: violent picture)"
    days = tallied(gathering, [record(), record(audio=False), record(verdict="important", reasons=[named, named])], 15)
    (lane,) = gathering.facts("meters", tallies=days).lanes
    share = DAYS_A_MONTH / 15 * 15
    assert (lane.collection, lane.depth) == ("parking", "full")
    assert lane.clips == pytest.approx(3 * share)
    assert lane.seconds == pytest.approx(24 * share)
    assert lane.transcode_seconds == pytest.approx(30 * share)
    assert (lane.audio_seconds, lane.speech_seconds) == (pytest.approx(16 * share), pytest.approx(30 * share))
    assert lane.verdicts == {"routine": pytest.approx(2 * share), "important": pytest.approx(share)}
    # Once a clip, however often it fired in it.
    assert lane.rules == {"violent picture": pytest.approx(share)}
    assert lane.transitions > 3 * share * 10


def test_what_is_not_done_is_not_counted_and_what_failed_is_told(gathering):
    days = tallied(gathering, [record(status="processing"), record(status="failed"), record(duration=0.0)])
    facts = gathering.facts("meters", tallies=days)
    assert (facts.lanes, facts.failed) == ((), pytest.approx(DAYS_A_MONTH))
    assert days[0]["clips"] == 1


def test_meters_are_a_months_by_the_present_month_where_enough_of_it_is_over(gathering, told):
    told.bill["meter", "2026-11"] = [
        ("AmazonStates", "USE1-StateTransition", 46_000, 1.15),
        ("AWSElementalMediaConvert", "PDX-P-AVC-HD-S-30", 230, 5.52),
        ("AWSElementalMediaConvert", "PDX-PROBE", 9, 0.09),
        ("AmazonUnknown", "Thing", 1, 1.0),
    ]
    facts = gathering.facts("meters")
    share = DAYS_A_MONTH / 23
    assert facts.transitions == pytest.approx(46_000 * share)
    assert facts.used == {Meter.TRANSITION: facts.transitions}
    (made,) = facts.transcoded
    assert (made.tier, made.codec, made.size) == ("P", "AVC", "HD")
    assert (made.minutes, made.usd) == (pytest.approx(230 * share), pytest.approx(5.52 * share))


def test_early_in_a_month_the_last_one_is_gone_by(gathering, told):
    metered = gathering.modules["gathering.metered"]
    asked = []
    source = SimpleNamespace(meters=lambda month: asked.append(month) or [])
    for day in (1, 2, 14, 15):
        metered.read_used(source, today=NOW.replace(day=day).date())
    assert asked == ["2026-10", "2026-10", "2026-10", "2026-11"]


def ramp(first, last, days=29):
    """Bytes by the day, evenly from one number of GB to another."""
    return [GB * (first + (last - first) * day / (days - 1)) for day in range(days)]


@pytest.mark.parametrize(("days_ago", "gb"), [(1, 8), (3, 8), (4, 0), (29, 0)])
def test_a_class_that_has_become_empty_is_so(gathering, told, days_ago, gb):
    """S3 tells nothing of it any more; its last value stays the last."""
    told.series["BucketSizeBytes/archive-media/StandardIAStorage"] = [8 * GB] * 15
    told.series["NumberOfObjects/archive-media/AllStorageTypes"] = [100] * 15
    storage = gathering.modules["gathering.storage"].Storage({"archive": "archive-media"}, now=NOW)
    assert storage.tiers() == {"STANDARD_IA": 8 * GB}
    answer = told._get_metric_data

    def late(params):
        results = answer(params)
        for each in results["MetricDataResults"]:
            each["Timestamps"] = [time - timedelta(days=days_ago - 1) for time in each["Timestamps"]]
        return results

    told._get_metric_data = late
    storage = gathering.modules["gathering.storage"].Storage({"archive": "archive-media"}, now=NOW)
    assert storage.tiers() == ({"STANDARD_IA": gb * GB} if gb else {})


@pytest.mark.parametrize(("days", "new_gb"), [(5, None), (14, None), (15, 30), (30, 30)])
def test_growth_is_of_thirty_days_however_many_are_known(gathering, told, days, new_gb):
    told.series["BucketSizeBytes/archive-media/StandardIAStorage"] = ramp(100, 100 + days - 1, days)
    storage = gathering.modules["gathering.storage"].Storage({"archive": "archive-media"}, now=NOW)
    rules = {"archive": gathering.modules["gathering.lifecycle"].Lifecycle()}
    (stored,) = storage.stored(rules, mean_bytes={"STANDARD_IA": 5e6}, read_gb={}, elsewhere_gb=0)
    assert stored.gb == 100 + days - 1
    assert stored.new_gb == (new_gb and pytest.approx(new_gb))


def test_storage_is_by_class_without_work_and_versions(gathering, told):
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket="processed-media", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        s3.put_object(Bucket="processed-media", Key="work/00ab/frame.jpg", Body=b"0" * 1000)
    told.series = {
        "BucketSizeBytes/processed-media/StandardStorage": [*ramp(42, 100), 100 * GB + 3000],
        "NumberOfObjects/processed-media/AllStorageTypes": [1000, 51_200],
        "BucketSizeBytes/archive-media/StandardIAStorage": ramp(50, 20),
        "BucketSizeBytes/archive-media/DeepArchiveStorage": [7 * GB],
    }
    told.bill["meter", "2026-11"] = [("AmazonS3", "Retrieval-SIA", 23, 0.23)]
    days = tallied(gathering, [record(storage_class="STANDARD_IA", size=5e6), record(storage_class="DEEP_ARCHIVE")])
    played = [{"requests": 4, "misses": 2, "first_misses": 1, "bytes": 2 * GB, "origin_bytes": GB, "rungs": {}}] * 10
    facts = gathering.facts(tallies=days, played=played)
    assert gathering.failed == {}
    of = {(each.role, each.storage_class): each for each in facts.stored}
    assert set(of) == {("processed", "STANDARD"), ("archive", "STANDARD_IA"), ("archive", "DEEP_ARCHIVE")}
    products = of["processed", "STANDARD"]
    assert products.gb == pytest.approx(100)
    # 58 GB in 29 days.
    assert products.new_gb == pytest.approx(60)
    assert products.mean_bytes == pytest.approx(2 * 2**20, rel=1e-6)
    assert products.read_gb == pytest.approx(DAYS_A_MONTH)
    important = of["archive", "STANDARD_IA"]
    # It has become less, so nothing is new.
    assert (important.gb, important.new_gb, important.mean_bytes) == (20, 0, 5e6)
    assert important.read_gb == pytest.approx(DAYS_A_MONTH)
    # Of a week's originals nobody knows yet how many there will be.
    assert of["archive", "DEEP_ARCHIVE"].new_gb is None
    (replaced,) = facts.replaced
    (pile,) = replaced.piles
    assert (replaced.work, replaced.kept_days) == (True, None)
    assert (pile.storage_class, pile.objects, pile.gb) == ("STANDARD", 2, 2000 / GB)
    assert (facts.played.requests, facts.played.gb) == (
        pytest.approx(4 * DAYS_A_MONTH),
        pytest.approx(2 * DAYS_A_MONTH),
    )


def test_functions_tell_memory_and_time(gathering, told):
    told.series = {
        "Duration/impp-test-classify": [1_500_000.0] * 30,
        "MemoryUsedMB/test/impp-test-classify": [140.0, 180.0, 150.0],
    }
    (function,) = gathering.facts("functions").functions
    assert (function.used_mb, function.memory_mb) == (180, 512)
    assert function.seconds == pytest.approx(1500 * DAYS_A_MONTH)
    assert function.setting == "constructs/media_pipeline/classification.py"


def test_log_groups_of_the_environment_are_weighed(gathering, told):
    logs = boto3.Session(region_name="us-east-1").client("logs")  # not the function's own
    for name in ("impp-test-Analysis-Log", "/aws/vendedlogs/states/impp-test", "impp-other-Log"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="impp-test-Analysis-Log", retentionInDays=30)
    told.series = {"IncomingBytes/impp-test-Analysis-Log": [GB / 10] * 30}
    found = {each.name: each for each in gathering.facts("logs").logs}
    assert set(found) == {"impp-test-Analysis-Log", "/aws/vendedlogs/states/impp-test"}
    own = found["impp-test-Analysis-Log"]
    assert (own.days, own.machine, own.written_gb) == (30, False, pytest.approx(DAYS_A_MONTH / 10))
    assert found["/aws/vendedlogs/states/impp-test"].machine


@pytest.mark.parametrize(
    ("there", "requests", "visits"),
    [([], [], None), ([0.1] * 10, [], None), ([0.1] * 30, [], 0), ([0.1] * 30, [0, 3, 4], 7)],
)
def test_visits_are_known_only_of_a_console_that_was_there_all_the_time(gathering, told, there, requests, visits):
    told.series = {"ConsumedLCUs": there, "RequestCount": requests}
    assert gathering.facts("visits").visits == visits


def test_without_a_console_nobody_asks_for_visits(gathering, costs, told):
    told.series = {"ConsumedLCUs": [0.1] * 30}
    assert gathering.facts("visits", plan=replace(costs.handler.settings.plan, console_zones=0)).visits is None


def test_devices_that_are_on_and_send_nothing_have_their_share_of_the_tables_writes(gathering, told):
    table = boto3.resource("dynamodb").Table("devices")
    for name, ago in (("cam-1", 1), ("cam-2", 2), ("cam-3", 30)):
        at = (NOW - timedelta(hours=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
        table.put_item(Item={"device": name, "fleet": "fleet", "seen_at": at})
    told.series = {"ConsumedWriteCapacityUnits/devices": [100.0] * 30}
    (idle,) = gathering.facts("idle devices", tallies=tallied(gathering, [record()])).devices
    # cam-1 sends, cam-3 is off; cam-2 writes half of it, to the table and to its index.
    assert (idle.name, idle.writes) == ("cam-2", pytest.approx(100 * DAYS_A_MONTH))


def test_renditions_are_weighed_by_requests_and_by_what_was_made(gathering):
    incidents = tallied(
        gathering, [record(verdict="incident", duration=60.0), record(verdict="incident", height=480.0)]
    )
    played = [
        {"requests": 9, "misses": 0, "first_misses": 0, "bytes": 0, "origin_bytes": 0, "rungs": {"720": 6, "360": 3}}
    ] * 30
    rungs = gathering.facts("meters", tallies=incidents, played=played).rungs
    assert [(each.name, each.hd) for each in rungs] == [("720p", True), ("480p", False), ("360p", False)]
    assert [each.requests for each in rungs] == [pytest.approx(amount * DAYS_A_MONTH) for amount in (6, 0, 3)]
    assert [each.billed_seconds for each in rungs] == [pytest.approx(amount * DAYS_A_MONTH) for amount in (60, 70, 70)]


@pytest.mark.parametrize("document", ["not JSON", '{"version": 1, "rules": [{"name": "x"}]}'])
def test_rules_that_are_broken_are_a_part_that_failed(gathering, document):
    boto3.client("ssm").put_parameter(Name="/impp/test/rules", Value=document, Overwrite=True)
    assert gathering.facts("rules").rules is None
    assert list(gathering.failed) == ["rules"]


def test_rules_that_are_not_there_are_a_part_that_failed(gathering):
    boto3.client("ssm").delete_parameter(Name="/impp/test/rules")
    assert gathering.facts("rules").rules is None
    assert list(gathering.failed) == ["rules"]


@pytest.mark.parametrize(
    ("operation", "failed"),
    [
        ("GetBucketLifecycleConfiguration", ["lifecycle"]),
        ("ListObjectVersions", ["work", "versions"]),
        ("ListMultipartUploads", ["uploads"]),
        ("DescribeLogGroups", ["logs"]),
        ("Query", ["idle devices"]),
    ],
)
def test_each_fact_that_is_refused_fails_alone(gathering, told, operation, failed):
    told.refused[operation] = "ThrottlingException"
    assert gathering.facts() is not None
    assert list(gathering.failed) == failed


def test_a_whole_review_finds_what_is_to_be_found(costs, told, monkeypatch):
    """From the records, the bill and the metrics to the ledger's advice, by the deployed function."""
    monkeypatch.setattr(costs.modules["review"], "MADE_UP", 5)
    monkeypatch.setattr(costs.modules["advice.depths"], "ENOUGH_CLIPS", 25)
    for back in range(1, 9):
        put_clips((NOW - timedelta(days=back)).strftime("%Y-%m-%d"), 1)
    told.bill["day", "2026-11"] = [{"day": "2026-11-23", "service": "AmazonRekognition", "usd": 1}]
    told.series = {
        "ConsumedLCUs": [0.1] * 30,
        "Duration/impp-test-classify": [3e8] * 30,
        "MemoryUsedMB/test/impp-test-classify": [180.0],
    }
    answer = costs.run("review")
    assert answer["failed"] == []
    (item,) = costs.ledger.days("advice", "2026-01-01", "2026-12-31")
    assert [(each["area"], each["title"]) for each in item["items"]] == [
        ("idle", "Run the console at home"),
        ("functions", "Give impp-test-classify 256 MB"),
        ("analysis", "Look at parking by frames"),
    ]
    # 30.42 clips of half a minute: by two APIs and Transcribe 30.42 * (0.10 + 0.012); by 15 frames and two outputs of
    # half a minute 30.42 * (0.01545 + 0.0075).
    assert item["items"][2]["usd_a_month"] == pytest.approx(30.42 * (0.112 - 0.02295), abs=0.01)


def test_the_functions_variables_hold_every_field_of_the_plan(costs):
    assert set(json.loads(ENVIRONMENT["PLAN"])) == set(vars(costs.handler.settings.plan))
