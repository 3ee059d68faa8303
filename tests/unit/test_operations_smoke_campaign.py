"""What `impp smoke --campaign` does: a run of one clip, each check of which is made to fail."""

import io
import json
from decimal import Decimal

import pytest
from botocore import handlers
from botocore.awsrequest import AWSResponse
from campaign_table import EXECUTION, UNENDED, UNOPENED, CampaignTable
from histories import StepFunctions, history
from small_pipeline import run, wrong

from clip_model import keys, metadata
from operations import campaign_following, smoke_campaign


class Raw(io.BytesIO):
    """An empty body as urllib3 hands it to botocore."""

    def stream(self, **_):
        yield self.read()


PAGES = {"wikimedia": "https://commons.wikimedia.org/wiki/File:1", "pixabay": "https://pixabay.com/videos/id-1/"}
WHERE = {
    "incident": ("raw", "STANDARD"),
    "important": ("archive", "STANDARD_IA"),
    "routine": ("archive", "DEEP_ARCHIVE"),
}


class Campaigns:
    """A campaigns' machine, and a clips' machine behind it: whatever was started is done at the first pause.

    Attributes:
        source: where it finds something.
        verdict: what becomes of that.
        body: of the clip.
        spoil: is given this and the clip's record once all is there.
    """

    source, verdict, body = "wikimedia", "routine", b"footage"

    def __init__(self, aws):
        self.aws, self.s3, self.table = aws, aws.client("s3"), CampaignTable(aws)
        self.spoil = lambda campaigns, clip: None
        self.pause = self.step
        self.name = ""

    def asked(self):
        """The input of the run that was started, which is looked up by name."""
        machines = self.aws.client("stepfunctions")
        machine = EXECUTION.replace(":execution:", ":stateMachine:")
        (started,) = machines.list_executions(stateMachineArn=machine)["executions"]
        self.name = started["name"]
        return json.loads(machines.describe_execution(executionArn=started["executionArn"])["input"])

    def put_run(self, **changes):
        asked = self.asked()
        usual = {"campaign": asked["campaign"], "batch_size": 1, "trigger": "smoke", "found": 1}
        usual |= {"received": 1, "processed": 1, "skipped": 0}
        self.table.put_run(self.name, **(usual | changes))

    def step(self):
        """Fetch one clip, analyse it, close the run."""
        campaign = self.asked()["campaign"]
        key = f"video/{self.source}/{campaign}/20261121_090000/Wasserfall – 1.webm"
        told = {"title": "Wasserfall", "author": "Ada Ł", "licence": "CC0", "source_page": PAGES[self.source]}
        bucket, kept = WHERE[self.verdict]
        carried = {**told, "run": self.name, "source-page": told["source_page"]}
        del carried["source_page"]
        self.s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=self.body,
            StorageClass=kept,
            Metadata={name: metadata.encode(text) for name, text in carried.items()},
        )
        clip = {
            "clip_id": keys.clip_id(key, "abc-1"),
            "key": key,
            "status": "done",
            "verdict": self.verdict,
            "standing": self.verdict,
            "reasons": ["a reason"],
            "notes": [],
            "depth": "full",
            "estimated_cost_usd": Decimal("0.05"),
            "attribution": told,
            "storage_class": kept,
            "location": f"s3://{bucket}/{key}",
            "folder": keys.products_folder(key, keys.clip_id(key, "abc-1")),
        }
        self.put_clip(clip)
        self.put_labels(clip, json.dumps({"clip_id": clip["clip_id"], "attribution": told}).encode())
        self.put_item(key=key, clip_id=clip["clip_id"], **told)
        self.put_run()
        self.spoil(self, clip)

    def put_clip(self, clip):
        self.aws.resource("dynamodb").Table("clips").put_item(Item=clip)

    def put_item(self, **changes):
        usual = {"source": self.source, "bytes": len(self.body), "licence_url": ""}
        self.table.put_item(self.name, "1", **{**usual, **changes})

    def put_labels(self, clip, body):
        self.s3.put_object(Bucket="processed", Key=clip["folder"] + keys.LABELS, Body=body)


@pytest.fixture
def machines(stacks, monkeypatch):
    machines = StepFunctions()
    machines.install(monkeypatch)
    return machines


@pytest.fixture
def campaigns(stacks, machines, monkeypatch):
    campaigns = Campaigns(stacks)
    monkeypatch.setattr(campaign_following, "sleep", lambda _: campaigns.pause())
    return campaigns


@pytest.mark.parametrize("source", ["wikimedia", "pixabay"])
@pytest.mark.parametrize("verdict", ["incident", "important", "routine"])
def test_a_clip_is_followed_from_its_source_to_where_it_is_kept(campaigns, capsys, source, verdict):
    campaigns.source, campaigns.verdict = source, verdict
    captured = run(capsys, "--campaign", "travel", code=0)
    lines = captured.out.splitlines()
    assert lines[0] == f"started {campaigns.name}: the clip it fetches stays, as all that campaigns fetch"
    assert lines[-2].startswith(f"kept: video/{source}/travel/20261121_090000/Wasserfall – 1.webm and ")
    assert lines[-1].startswith(f"smoke test of dev: all {12 if verdict == 'incident' else 13} checks ok in ")
    bucket, _ = WHERE[verdict]
    assert campaigns.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1, "the clip is to stay"


def test_it_asks_for_one_clip_and_leaves_the_weekly_choice_alone(campaigns, capsys):
    run(capsys, "--campaign", "travel", code=0)
    assert campaigns.asked() == {
        "trigger": "smoke",
        "by": "impp smoke",
        "campaign": "travel",
        "batch_size": 1,
        "sources": ["wikimedia"],
    }


def test_it_asks_the_source_that_is_named(campaigns, capsys):
    campaigns.source = "pixabay"
    run(capsys, "--campaign", "travel", "--source", "pixabay", code=0)
    assert campaigns.asked()["sources"] == ["pixabay"]


def test_the_first_campaign_by_name_is_taken_unless_one_is_named(campaigns, capsys):
    run(capsys, "--campaign", code=0)
    assert campaigns.asked()["campaign"] == "nature"


def test_the_sample_clips_stay_at_home(campaigns, capsys):
    run(capsys, "--campaign", code=0)
    assert "Contents" not in campaigns.s3.list_objects_v2(Bucket="raw")


def test_the_report_is_written_for_a_machine(campaigns, capsys, tmp_path):
    captured = run(capsys, "--campaign", "--json", str(tmp_path / "smoke.json"), code=0)
    report = json.loads((tmp_path / "smoke.json").read_text())
    assert report["ok"] is True
    assert report["summary"] == captured.out.splitlines()[-1]
    assert set(report["seconds"]) == {"run", "in all"}
    assert {check["about"] for check in report["checks"]} == {"run", "clip"}


def changed(**changes):
    """Lets the clip's record say something else; None leaves an attribute out."""

    def spoil(campaigns, clip):
        campaigns.put_clip({name: value for name, value in (clip | changes).items() if value is not None})

    return spoil


def item(**changes):
    """Lets the run tell something else of what it fetched."""

    def spoil(campaigns, clip):
        known = {"key": clip["key"], "clip_id": clip["clip_id"], **clip["attribution"]}
        campaigns.put_item(**(known | changes))

    return spoil


def labels(body):
    return lambda campaigns, clip: campaigns.put_labels(clip, body)


def original(**changes):
    """Lets the archive hold something else."""

    def spoil(campaigns, clip):
        usual = {"Bucket": "archive", "Key": clip["key"], "Body": b"footage", "StorageClass": "DEEP_ARCHIVE"}
        campaigns.s3.put_object(**(usual | changes))

    return spoil


def left_raw(campaigns, clip):
    campaigns.s3.put_object(Bucket="raw", Key=clip["key"], Body=b"footage")


def later(campaigns, clip):
    campaigns.put_run(seconds=60)


def without_labels(campaigns, clip):
    campaigns.s3.delete_object(Bucket="processed", Key=clip["folder"] + keys.LABELS)


OTHER = {"licence": "CC0", "author": "somebody else"}
SPOILT = [
    (
        changed(status="failed", verdict=None, state="Probe", error="MediaConvert.ForbiddenException", cause="no"),
        "record: failed, Probe, MediaConvert.ForbiddenException, no",
    ),
    (changed(verdict="rejected"), "record: rejected, a reason, depth full"),
    (changed(reasons=[]), "record: done, routine"),
    (changed(estimated_cost_usd=Decimal("2.5")), "cost: $2.5000 estimated, $2 allowed"),
    (changed(estimated_cost_usd=None), "cost: $0.0000 estimated, $2 allowed"),
    (changed(attribution={}), "attribution: none, the source told author 'Ada Ł', licence 'CC0', "),
    (changed(attribution=OTHER), "attribution: author 'somebody else', licence 'CC0', the source told "),
    (item(author=""), "attribution: the source told no author"),
    (item(licence="", source_page=""), "metadata: the source told no licence, source_page"),
    (later, "not below video/wikimedia/nature/20261121_090100/"),
    (changed(key="video/x"), "recorded as video/x, not below video/wikimedia/nature/20261121_090000/"),
    (changed(storage_class="GLACIER"), "7 of 7 bytes, but recorded as GLACIER at s3://archive/video/wikimedia/"),
    (changed(verdict="important"), "storage class: DEEP_ARCHIVE in archive, 7 of 7 bytes"),
    (original(StorageClass="STANDARD"), "storage class: STANDARD in archive, 7 of 7 bytes, but recorded as DEEP_"),
    (original(Body=b"foot"), "storage class: DEEP_ARCHIVE in archive, 4 of 7 bytes"),
    (original(), "metadata: none, the source told author "),
    (original(Metadata={"licence": "CC0", "run": "r-1"}), "metadata: licence 'CC0', the source told author "),
    (original(Metadata={"run": "r-1"}), "metadata's run: r-1"),
    (left_raw, "raw object: still in raw"),
    (changed(verdict="incident"), "storage class: nothing found in raw, but recorded as DEEP_ARCHIVE at s3://archive/"),
    (changed(folder="video/x/"), "folder: video/x/"),
    (without_labels, "labels.json is not the document it must be: NoSuchKey("),
    (labels(b"{"), "labels.json is not the document it must be: JSONDecodeError("),
    (labels(b"[]"), "labels.json is not the document it must be: TypeError("),
    (labels(b'{"clip_id": "1"}'), "labels: of clip 1"),
    (labels(b'{"clip_id": "1"}'), "labels' attribution: none, the source told author "),
]


@pytest.mark.parametrize(("spoil", "line"), SPOILT, ids=[line[:40] for _, line in SPOILT])
def test_whatever_is_not_as_it_must_be_is_named(campaigns, capsys, spoil, line):
    campaigns.spoil = spoil
    captured = run(capsys, "--campaign", code=1)
    assert any(line in found for found in wrong(captured)), wrong(captured)
    assert f"{len(wrong(captured))} of " in captured.err
    assert captured.out.splitlines()[-1].startswith("kept: ")


def test_a_clip_without_a_record_is_wrong(campaigns, capsys):
    def lost(campaigns, clip):
        campaigns.aws.resource("dynamodb").Table("clips").delete_item(Key={"clip_id": clip["clip_id"]})

    campaigns.spoil = lost
    (line,) = wrong(run(capsys, "--campaign", code=1))
    assert line.startswith("clip: record: none of ")


@pytest.fixture
def refuse_head(monkeypatch):
    """Lets S3 answer HEAD of an object in one bucket with a status of its own."""

    def refuse(bucket, status):
        def answer(request, **_):
            if f"{bucket}.s3." in request.url or f"/{bucket}/" in request.url:
                return AWSResponse(request.url, status, {}, Raw())
            return None

        handler = ("before-send.s3.HeadObject", answer)
        monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [handler, *handlers.BUILTIN_HANDLERS])

    return refuse


def test_what_an_operator_does_not_see_in_the_archive_is_not_there(campaigns, capsys, refuse_head):
    refuse_head("archive", 403)
    lines = wrong(run(capsys, "--campaign", code=1))
    assert lines[0].startswith("clip: storage class: nothing found in archive, but recorded as DEEP_ARCHIVE at s3://")
    assert [line.split(": ")[1] for line in lines] == ["storage class", "metadata", "metadata's run"]


def test_a_raw_bucket_that_refuses_is_not_taken_for_one_without_the_clip(campaigns, capsys, refuse_head):
    refuse_head("raw", 403)
    error = run(capsys, "--campaign", code=2).err
    assert error.startswith("impp: An error occurred (403) when calling the HeadObject operation")


def test_nothing_new_to_fetch_is_said_plainly(campaigns, capsys):
    note = "found 0 of 1: there is no more that is new and allowed"
    campaigns.pause = lambda: campaigns.put_run(found=0, received=0, processed=0, notes=[note])
    captured = run(capsys, "--campaign", code=1)
    assert wrong(captured) == [
        "run: received: campaign 'nature' has nothing new to fetch, another or another query may"
    ]
    assert f"ok     run: end: done, received 0, processed 0, skipped 0, failed 0; {note}" in captured.out
    assert "kept" not in captured.out


def test_an_item_that_was_not_taken_is_told_with_the_reason(campaigns, capsys):
    def skip():
        campaigns.put_run(received=0, processed=0, skipped=1)
        campaigns.put_item(
            state="skipped", reason="the same footage is here already, from elsewhere", clip_id="", bytes=0
        )

    campaigns.pause = skip
    assert wrong(run(capsys, "--campaign", code=1)) == [
        "run: received: skipped wikimedia Waterfall 1: the same footage is here already, from elsewhere"
    ]


def test_more_than_was_asked_for_is_wrong(campaigns, capsys):
    def twice(campaigns, clip):
        campaigns.table.put_item(campaigns.name, "2")

    campaigns.spoil = twice
    (line,) = wrong(run(capsys, "--campaign", code=1))
    assert line.startswith(
        "run: received: received wikimedia Wasserfall, 0.0 MB; received wikimedia Waterfall 2, 12.3 MB"
    )


def test_a_run_that_failed_is_named_with_its_cause(campaigns, capsys):
    def fail():
        campaigns.asked()
        campaigns.table.put_run(campaigns.name, status="failed", state="Search", error="E", cause="no", **UNOPENED)

    campaigns.pause = fail
    captured = run(capsys, "--campaign", code=1)
    assert wrong(captured) == ["run: end: failed, Search: E: no"]
    assert captured.err.startswith("impp: smoke test of dev: 1 of 1 checks wrong in ")


def test_a_run_that_was_stopped_is_told(campaigns, machines, capsys):
    def stop():
        campaigns.put_run(status="fetching", **UNENDED)
        stopped = ("ExecutionAborted", 0, 9, {"error": "Operator.Stopped"})
        machines.events[f"{EXECUTION}:{campaigns.name}"] = history(("ExecutionStarted", 0, 0, {"input": {}}), stopped)

    campaigns.pause = stop
    assert wrong(run(capsys, "--campaign", code=1)) == ["run: end: ended without a summary, stopped: Operator.Stopped"]


@pytest.mark.parametrize(
    ("pause", "found"),
    [
        (lambda campaigns: None, "no record after 1 min"),
        (lambda campaigns: campaigns.put_run(status="analysing", **UNENDED), "still analysing after 1 min"),
    ],
)
def test_a_run_that_takes_too_long_is_left_to_itself(campaigns, monkeypatch, capsys, pause, found):
    clock = iter(range(0, 10**6, 20))
    monkeypatch.setattr(smoke_campaign, "monotonic", lambda: next(clock))
    campaigns.pause = lambda: pause(campaigns)
    lines = wrong(run(capsys, "--campaign", "--timeout", "1", code=1))
    assert lines == [f"run: end: {found}, it goes on: impp campaign runs"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--campaign", "sea"], "no campaign 'sea', there is nature, travel"),
        (["--campaign", "--source=youtube"], "a source must be of wikimedia, pixabay, got 'youtube'"),
        (["--source=pixabay"], "--source pixabay is for --campaign, the sample clips come from none"),
        (["--campaign", "--keep"], "argument --keep: not allowed with argument --campaign"),
        (["--campaign", "--timeout=0"], "the timeout must be more than 0 and at most 1440 minutes, got 0"),
    ],
)
def test_what_cannot_be_started_is_refused(campaigns, capsys, arguments, complaint):
    assert run(capsys, *arguments, code=2).err == f"impp: {complaint}\n"


def test_without_any_campaign_there_is_nothing_to_try(campaigns, stacks, capsys):
    empty = '{"version": 1, "rotate": false, "campaigns": {}}'
    stacks.client("ssm").put_parameter(Name="/impp/dev/campaigns", Value=empty, Overwrite=True)
    error = run(capsys, "--campaign", code=2).err
    assert error == "impp: there is no campaign to try, make one with `impp campaign set`\n"
