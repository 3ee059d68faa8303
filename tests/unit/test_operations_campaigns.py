import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from campaign_table import BEGIN, UNENDED, UNOPENED, CampaignTable

from clip_model.campaigns import parse_campaigns
from operations.campaigns import (
    Choice,
    Remembered,
    check_fields,
    describe,
    next_weekly,
    put_campaign,
    read_book,
    read_remembered,
    start_run,
    write_book,
)
from operations.deployed import Deployed, OperatorError, read_environment
from operations.runs import execution_arn, read_fates, read_progress, read_runs

PARAMETER = "/impp/dev/campaigns"


@pytest.fixture
def deployed(stacks):
    return Deployed(read_environment("dev"))


@pytest.fixture
def table(stacks):
    return CampaignTable(stacks)


def written(stacks):
    return stacks.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]


def write(stacks, value):
    stacks.client("ssm").put_parameter(Name=PARAMETER, Value=value, Overwrite=True)


def test_a_book_is_read_changed_and_written_whole(deployed, stacks):
    stored = read_book(deployed)
    assert list(stored.book.campaigns) == ["nature", "travel"]
    book = put_campaign(stored.book, "nature", {"batch_size": 9})
    after = write_book(deployed, book, after=stored)
    assert after == read_book(deployed)
    assert after.version == stored.version + 1
    assert written(stacks)["Value"].startswith('{\n  "version": 1')
    assert after.book.campaigns["nature"].batch_size == 9
    assert after.book.campaigns["travel"] == stored.book.campaigns["travel"]


def test_a_book_that_outgrows_the_small_parameter_is_written_nevertheless(deployed):
    stored = read_book(deployed)
    book = stored.book
    for number in range(15):
        book = put_campaign(book, f"theme-{number}", {"query": "x" * 100})
    asked = []
    parameters = deployed.client("ssm").meta.events
    parameters.register("provide-client-params.ssm.PutParameter", lambda params, **_: asked.append(params))
    write_book(deployed, book, after=stored)
    assert len(read_book(deployed).book.campaigns) == 17
    assert len(asked[0]["Value"]) > 4096
    assert asked[0]["Tier"] == "Intelligent-Tiering"


def test_a_book_too_large_for_any_parameter_is_refused(deployed, stacks):
    stored = read_book(deployed)
    book = stored.book
    for number in range(40):
        book = put_campaign(book, f"theme-{number}", {"query": "x" * 100})
    with pytest.raises(OperatorError, match="must be at most 8192 bytes, got"):
        write_book(deployed, book, after=stored)
    assert written(stacks)["Version"] == stored.version


def test_what_somebody_else_wrote_since_is_not_written_over(deployed, stacks):
    stored = read_book(deployed)
    theirs = put_campaign(stored.book, "theirs", {"query": "sea"})
    write_book(deployed, theirs, after=stored)
    with pytest.raises(OperatorError, match=r"changed by somebody else \(version 1 was read, now it is 2\): nothing"):
        write_book(deployed, stored.book, after=stored)
    assert "theirs" in read_book(deployed).book.campaigns


def test_what_is_there_already_is_not_written_again(deployed, stacks):
    stored = read_book(deployed)
    book = put_campaign(stored.book, "sea", {"query": "sea"})
    first = write_book(deployed, book, after=stored)
    assert write_book(deployed, book, after=stored) == first
    assert written(stacks)["Version"] == first.version


def test_who_meets_another_in_the_same_instant_is_told(deployed, stacks):
    stored = read_book(deployed)
    # Between the look at the version and the write: no condition could keep them apart.
    deployed.client("ssm").meta.events.register_first(
        "before-call.ssm.PutParameter", lambda **_: write(stacks, json.dumps({"version": 1, "campaigns": {}}))
    )
    with pytest.raises(OperatorError, match="your change is version 3 and theirs, version 2, is overwritten"):
        write_book(deployed, stored.book, after=stored)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("{", "campaigns must be JSON, got '{'"),
        ('{"version": 1, "campaigns": {"nature": {"query": "x"}}}', "campaign 'nature': missing field 'batch_size'"),
    ],
)
def test_a_broken_book_is_told_and_left_alone(deployed, stacks, document, complaint):
    write(stacks, document)
    with pytest.raises(OperatorError) as error:
        read_book(deployed)
    assert f"parameter {PARAMETER} cannot be read: {complaint}" in str(error.value)
    assert "it stays as it is" in str(error.value)
    assert written(stacks)["Value"] == document


def test_a_new_campaign_has_every_field_and_needs_a_query(deployed):
    book = read_book(deployed).book
    made = put_campaign(book, "space", {"query": "rocket"}).campaigns["space"]
    assert describe(made) == {
        "query": "rocket",
        "sources": ["wikimedia", "pixabay"],
        "batch_size": 5,
        "licences": ["cc0", "public-domain", "cc-by", "cc-by-sa", "pixabay"],
        "schedule": "manual",
    }
    with pytest.raises(OperatorError, match="a new campaign needs a query, 'space' has none"):
        put_campaign(book, "space", {"batch_size": 5})


def test_every_wrong_field_is_found_at_once_and_named():
    wrong = {"query": " ", "sources": ["youtube"], "batch_size": 51, "licences": [], "schedule": "daily"}
    assert check_fields("Space!", wrong) == {
        "name": "a campaign's name must be 2 to 32 of a-z, 0-9 and -, begin with a letter and be none of event,"
        " parking, continuous, got 'Space!'",
        "query": "query must be 1 to 100 characters, got ' '",
        "sources": "sources must be of wikimedia, pixabay, got 'youtube'",
        "batch_size": "batch_size must be a whole number from 1 to 50, got 51",
        "licences": "licences must be a list of different words, got []",
        "schedule": "schedule must be of weekly, manual, got 'daily'",
    }
    right = {"query": "x", "sources": ["pixabay"], "batch_size": 1, "licences": ["cc0"], "schedule": "weekly"}
    assert check_fields("space", right) == {}


def book_of(rotate, **schedules):
    campaigns = {
        name: {"query": "x", "sources": ["pixabay"], "batch_size": 7, "licences": ["cc0"], "schedule": schedule}
        for name, schedule in schedules.items()
    }
    return parse_campaigns(json.dumps({"version": 1, "rotate": rotate, "campaigns": campaigns}))


CHOSEN = Choice("nature", 2, ("wikimedia",))
OWN = (7, ("pixabay",))


@pytest.mark.parametrize(
    ("rotate", "schedules", "choice", "due"),
    [
        # Without rotation the choice lasts, with its batch and its sources.
        (False, {"city": "weekly", "nature": "weekly"}, CHOSEN, CHOSEN),
        (False, {"city": "weekly", "nature": "manual"}, CHOSEN, Choice("city", *OWN)),
        (False, {"city": "weekly"}, CHOSEN, Choice("city", *OWN)),
        (False, {"nature": "weekly", "city": "weekly"}, None, Choice("city", *OWN)),
        # With rotation it is the one after, each as its campaign says.
        (True, {"travel": "weekly", "city": "weekly", "nature": "weekly"}, CHOSEN, Choice("travel", *OWN)),
        (True, {"city": "weekly", "nature": "weekly"}, CHOSEN, Choice("city", *OWN)),
        (True, {"city": "weekly", "sea": "weekly", "travel": "manual"}, CHOSEN, Choice("sea", *OWN)),
        (True, {"nature": "weekly"}, CHOSEN, Choice("nature", *OWN)),
        (True, {"sea": "weekly", "city": "weekly"}, None, Choice("city", *OWN)),
        (True, {"nature": "manual"}, CHOSEN, None),
        (False, {"nature": "manual"}, CHOSEN, None),
        (False, {}, None, None),
    ],
)
def test_the_next_weekly_run_follows_the_rotation_or_repeats_the_choice(rotate, schedules, choice, due):
    remembered = Remembered(choice, choice.campaign if choice else "")
    assert next_weekly(book_of(rotate, **schedules), remembered) == due


def test_a_rotation_goes_on_from_what_ran_and_not_from_what_was_chosen():
    book = book_of(True, city="weekly", nature="weekly", travel="weekly")
    assert next_weekly(book, Remembered(CHOSEN, "city")).campaign == "nature"
    assert next_weekly(replace(book, rotate=False), Remembered(CHOSEN, "city")) == CHOSEN


def test_the_choice_is_read_or_there_is_none(deployed, table):
    assert read_remembered(deployed) == Remembered()
    table.put_turn("city")
    assert read_remembered(deployed) == Remembered(None, "city")
    table.put_choice("nature", batch_size=2)
    assert read_remembered(deployed) == Remembered(CHOSEN, "nature")


def started(stacks):
    machines = stacks.client("stepfunctions")
    (arn,) = [
        each["stateMachineArn"] for each in machines.list_state_machines()["stateMachines"] if "camp" in each["name"]
    ]
    (execution,) = machines.list_executions(stateMachineArn=arn)["executions"]
    return execution["name"], machines.describe_execution(executionArn=execution["executionArn"])


def test_a_run_is_started_under_its_own_name_with_what_was_asked(deployed, stacks):
    book = read_book(deployed).book
    run = start_run(deployed, book, "nature", by="ada@example.com", batch_size=3, sources=["pixabay"])
    name, execution = started(stacks)
    assert name == run
    assert execution["executionArn"] == execution_arn(deployed, run)
    assert run.rsplit("-", 2)[0] == "nature"
    assert json.loads(execution["input"]) == {
        "trigger": "manual",
        "campaign": "nature",
        "batch_size": 3,
        "sources": ["pixabay"],
        "by": "ada@example.com",
    }


def test_what_was_not_asked_is_the_campaigns_own(deployed, stacks):
    start_run(deployed, read_book(deployed).book, "travel", by="x", batch_size=None, sources=())
    asked = json.loads(started(stacks)[1]["input"])
    assert (asked["batch_size"], asked["sources"]) == (4, ["wikimedia"])


@pytest.mark.parametrize(
    ("name", "batch_size", "sources", "complaint"),
    [
        ("sea", None, (), "no campaign 'sea', there is nature, travel"),
        ("nature", 0, (), "a batch must be of 1 to 50 clips, got 0"),
        ("nature", 51, (), "a batch must be of 1 to 50 clips, got 51"),
        ("nature", 1, ("youtube",), "a source must be of wikimedia, pixabay, got 'youtube'"),
    ],
)
def test_a_run_that_could_not_be_is_not_started(deployed, stacks, name, batch_size, sources, complaint):
    with pytest.raises(OperatorError, match=complaint):
        start_run(deployed, read_book(deployed).book, name, by="x", batch_size=batch_size, sources=sources)
    machine = deployed.output("Campaigns", "CampaignMachineArn")
    assert stacks.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"] == []


def test_runs_are_paged_newest_first_and_no_more_are_read_than_shown(deployed, table):
    for number in range(5):
        table.put_run(f"nature-{number}", seconds=number)
        table.put_item(f"nature-{number}", "1")
    read = []
    deployed.session.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
    )
    first = read_runs(deployed, limit=2)
    second = read_runs(deployed, limit=2, start=first.following)
    third = read_runs(deployed, limit=2, start=second.following)
    pages = [[run.name for run in page.runs] for page in (first, second, third)]
    assert pages == [["nature-4", "nature-3"], ["nature-2", "nature-1"], ["nature-0"]]
    assert third.following is None
    assert read == [2, 2, 1]


def test_a_run_keeps_its_meaning(deployed, table):
    table.put_run("nature-1", notes=["pixabay: no key"], left_out=[{"source": "pixabay", "reason": "no licence"}])
    run = read_progress(deployed, "nature-1").run
    assert (run.campaign, run.by, run.batch_size, run.sources) == ("nature", "ada", 3, ("wikimedia", "pixabay"))
    assert (run.ended, run.seconds, run.notes) == (True, 60.0, ("pixabay: no key",))
    assert run.left_out[0]["reason"] == "no licence"
    assert run.trouble == ""


def test_a_run_that_failed_before_it_was_opened_is_told_all_the_same(deployed, table):
    table.put_run(
        "sea-1", status="failed", state="Choose", error="Campaign.Unknown", cause="there is no campaign sea", **UNOPENED
    )
    (run,) = read_runs(deployed).runs
    assert run.trouble == "Choose: Campaign.Unknown: there is no campaign sea"
    assert (run.batch_size, run.sources, run.found) == (0, (), None)


def test_progress_follows_items_and_their_clips(deployed, table, put_clip):
    left_out = [{"source": "pixabay", "id": "9", "title": "City", "reason": "licence not allowed"}]
    table.put_run("nature-1", status="fetching", found=4, left_out=left_out, **UNENDED)
    table.put_item("nature-1", "1")
    table.put_item("nature-1", "2")
    table.put_item("nature-1", "3", state="skipped", reason="not video", clip_id="")
    table.put_item("nature-1", "4", state="fetching", clip_id=None, bytes=None)
    put_clip("clip-1", BEGIN, verdict="routine", execution="arn:clip-1")
    put_clip("clip-2", BEGIN, status="processing", verdict=None)
    progress = read_progress(deployed, "nature-1")
    assert [item.state for item in progress.items] == ["received", "received", "skipped", "fetching"]
    assert progress.fate_of(progress.items[0]).standing == "routine"
    assert progress.fate_of(progress.items[0]).execution == "arn:clip-1"
    assert not progress.fate_of(progress.items[1]).ended
    assert progress.fate_of(progress.items[3]) is None
    assert progress.share == pytest.approx((1 + 0.5 + 1 + 0) / 4)
    assert progress.count() == {"received": 2, "processed": 1, "skipped": 2, "failed": 0}


def test_a_clip_whose_analysis_failed_counts_as_failed_and_an_ended_run_by_its_summary(deployed, table, put_clip):
    table.put_run("nature-1", status="analysing", found=1, **UNENDED)
    table.put_item("nature-1", "1")
    put_clip("clip-1", BEGIN, status="failed", verdict=None)
    progress = read_progress(deployed, "nature-1")
    assert progress.count() == {"received": 1, "processed": 0, "skipped": 0, "failed": 1}
    assert progress.share == 1.0
    table.put_run("nature-1", received=1, processed=0, skipped=4, failed=1)
    assert read_progress(deployed, "nature-1").count() == {"received": 1, "processed": 0, "skipped": 4, "failed": 1}


def test_a_run_that_has_no_record_yet_has_done_nothing(deployed, stacks):
    progress = read_progress(deployed, "nature-1")
    assert (progress.run, progress.share) == (None, 0.0)
    assert set(progress.count().values()) == {0}


def test_a_run_is_read_as_it_is_and_not_as_it_was_a_moment_ago(deployed, table, put_clip):
    table.put_run("nature-1")
    table.put_item("nature-1", "1")
    put_clip("clip-1", BEGIN)
    asked = []
    deployed.session.events.register("provide-client-params.dynamodb", lambda params, **_: asked.append(params))
    read_progress(deployed, "nature-1")
    run, clips = asked
    assert run["ConsistentRead"]
    assert clips["RequestItems"]["clips"]["ConsistentRead"]


def test_a_run_that_failed_on_its_way_counts_what_it_had_fetched(deployed, table, put_clip):
    table.put_run("nature-1", status="failed", state="SumUp", error="E", cause="c", **UNENDED)
    table.put_item("nature-1", "1")
    put_clip("clip-1", BEGIN, verdict="routine")
    progress = read_progress(deployed, "nature-1")
    assert progress.run.counts == {}
    assert progress.count() == {"received": 1, "processed": 1, "skipped": 0, "failed": 0}


def test_a_run_counts_the_clips_whose_analysis_is_over(deployed, table, put_clip):
    table.put_run("nature-1", status="analysing", **{**UNENDED, "received": 3})
    for number in "123":
        table.put_item("nature-1", number)
    put_clip("clip-1", BEGIN, verdict="routine")
    put_clip("clip-2", BEGIN, status="failed", verdict=None)
    put_clip("clip-3", BEGIN, status="processing", verdict=None)
    assert read_progress(deployed, "nature-1").analysed == 2


def test_clips_that_dynamodb_left_out_are_asked_for_again_but_not_for_ever(deployed, put_clip):
    put_clip("clip-1", BEGIN)
    answers = iter([{"clips": {"Keys": [{"clip_id": {"S": "clip-1"}}]}}])

    def leave_out(parsed, **_):
        parsed["UnprocessedKeys"] = next(answers, {})

    deployed.session.events.register("after-call.dynamodb.BatchGetItem", leave_out)
    assert set(read_fates(deployed, ["clip-1"])) == {"clip-1"}
    left_out = {"clips": {"Keys": [{"clip_id": {"S": "clip-1"}}]}}
    answers = iter([left_out] * 20)
    with pytest.raises(OperatorError, match="clips is too busy: 1 of 1 clips were not read"):
        read_fates(deployed, ["clip-1"])


def test_no_clip_is_asked_for_where_there_is_none(deployed):
    deployed.session.events.register("before-call.dynamodb", lambda model, **_: pytest.fail(model.name))
    assert read_fates(deployed, []) == {}


def test_a_parameter_that_is_not_there_is_an_error(deployed, stacks):
    stacks.client("ssm").delete_parameter(Name=PARAMETER)
    with pytest.raises(ClientError, match="ParameterNotFound"):
        read_book(deployed)
