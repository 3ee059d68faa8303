import json
from pathlib import Path

import pytest
from campaign_table import BEGIN, EXECUTION, UNENDED, UNOPENED, CampaignTable
from histories import CAMPAIGN_RUN, StepFunctions, history
from streamlit.testing.v1 import AppTest

import console
from console.wording import plain

RUNNING = history(
    ("ExecutionStarted", 0, 0, {"input": {}}), ("TaskStateEntered", 0, 1, {"name": "Search", "input": {}})
)


@pytest.fixture
def table(stacks):
    return CampaignTable(stacks)


@pytest.fixture
def machines(stacks, monkeypatch):
    machines = StepFunctions(limit=100)
    machines.install(monkeypatch)
    return machines


@pytest.fixture
def open_page(machines):
    def open_page(**query):
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30)
        page.query_params.update(query)
        page.switch_page("views/run.py").run()
        assert not page.exception
        return page

    return open_page


def started(stacks):
    """Names and inputs of the runs that were started."""
    client = stacks.client("stepfunctions")
    machine = EXECUTION.replace(":execution:", ":stateMachine:")
    found = client.list_executions(stateMachineArn=machine)["executions"]
    return {
        each["name"]: json.loads(client.describe_execution(executionArn=each["executionArn"])["input"])
        for each in found
    }


def numbers(page):
    return {metric.label: metric.value for metric in page.metric}


def test_the_campaign_is_told_before_it_is_started(open_page):
    page = open_page()
    assert page.title[0].value == "Run"
    assert page.pills(key="campaign").options == ["nature", "travel"]
    assert "Searches for “waterfall”" in [text.value for text in page.text]
    assert page.slider[0].value == 6
    assert (page.slider[0].min, page.slider[0].max) == (1, 50)
    assert page.caption[1].value == (
        "Analysis costs at most \\$12.00: 6 clips, each under this environment's limit of \\$2.00."
        " The weekly run will repeat it."
    )
    assert numbers(page) == {}


def test_another_campaign_brings_its_own_batch_sources_and_rules(open_page):
    page = open_page()
    page.pills(key="campaign").set_value("travel").run()
    assert page.slider[0].value == 4
    assert page.pills(key="sources-travel-wikimedia").value == ["wikimedia"]
    assert page.caption[1].value.endswith("The weekly run stays as it is.")
    page.slider[0].set_value(1).run()
    assert "\\$2.00: 1 clip, each" in page.caption[1].value
    assert open_page(campaign="travel").pills(key="campaign").value == "travel"


def test_start_starts_what_was_asked_and_shows_the_run(open_page, stacks, monkeypatch):
    monkeypatch.setattr("console.visitor.visitor", lambda _: "ada@example.com")
    page = open_page()
    page.slider[0].set_value(2).run()
    page.pills(key="sources-nature-wikimedia-pixabay").set_value(["pixabay"]).run()
    page.button[0].click().run()
    assert not page.exception
    ((run, asked),) = started(stacks).items()
    assert asked == {
        "trigger": "manual",
        "campaign": "nature",
        "batch_size": 2,
        "sources": ["pixabay"],
        "by": "ada@example.com",
    }
    assert page.query_params["run"] == run
    assert page.subheader[0].value == plain(run)
    assert len(page.warning) == 0
    page.run()
    assert len(started(stacks)) == 1


def test_without_anybody_signed_in_the_console_asks(open_page, stacks):
    open_page().button[0].click().run()
    assert [asked["by"] for asked in started(stacks).values()] == ["console"]


def test_without_a_source_nothing_can_be_started(open_page):
    page = open_page()
    page.pills(key="sources-nature-wikimedia-pixabay").set_value([]).run()
    assert page.button[0].disabled
    assert page.warning[0].value == "Choose at least one source."


def test_what_refuses_the_start_is_one_sentence(open_page, stacks, machines):
    page = open_page()
    machine = EXECUTION.replace(":execution:", ":stateMachine:")
    stacks.client("stepfunctions").delete_state_machine(stateMachineArn=machine)
    page.button[0].click().run()
    assert not page.exception
    assert "StateMachineDoesNotExist" in page.error[0].value


def test_a_run_under_way_shows_its_items_their_clips_and_its_log(open_page, table, machines, put_clip):
    table.put_run("nature-1", status="fetching", found=2, notes=["pixabay: no key"], **UNENDED)
    table.put_item("nature-1", "1")
    table.put_item("nature-1", "2", state="skipped", reason="not video", clip_id="", source_page="javascript:alert(1)")
    put_clip("clip-1", BEGIN, verdict="routine")
    machines.events[f"{EXECUTION}:nature-1"] = CAMPAIGN_RUN[:-1]
    page = open_page(run="nature-1")
    assert numbers(page) == {"Received": "1", "Processed": "1", "Skipped": "1", "Failed": "0"}
    items, log = (frame.value for frame in page.dataframe)
    assert [list(each) for each in items["Verdict"]] == [["routine"], []]
    assert list(items["Reason"]) == ["", "not video"]
    assert items["Clip"][0] == "/clips?clip=clip-1"
    assert items["Found at"][0].startswith("https://commons.wikimedia.org/")
    assert list(items["Found at"].isna()) == [False, True]
    # The newest first, and nothing of what only passes on.
    assert list(log["What"])[:3] == ["Fetch", "Fetch", "Fetch"]
    assert list(log["What"])[-1] == "the run"
    assert "Outcome" not in set(log["What"])
    assert "• pixabay: no key" in [text.value for text in page.text]
    assert progress_of(page) == "Fetching, 2 items to fetch"


def progress_of(page):
    return page.get("progress")[0].proto.text


def test_a_run_under_way_says_how_many_clips_have_been_analysed_and_what_it_left_out(open_page, table, put_clip):
    left_out = [{"source": "pixabay", "id": "9", "title": "City", "reason": "licence not allowed"}]
    table.put_run("nature-1", status="analysing", found=2, left_out=left_out, **{**UNENDED, "received": 2})
    table.put_item("nature-1", "1")
    table.put_item("nature-1", "2")
    put_clip("clip-1", BEGIN, verdict="routine")
    put_clip("clip-2", BEGIN, status="processing", verdict=None)
    page = open_page(run="nature-1")
    assert progress_of(page) == "Analysing, 1 of 2 clips analysed"
    assert numbers(page)["Skipped"] == "1"
    assert page.dataframe[1].value.to_dict("records") == [
        {"Title": "City", "Source": "pixabay", "Reason": "licence not allowed"}
    ]


def test_the_log_is_not_flooded_by_looking_again_and_again(open_page, table, machines):
    table.put_run("nature-1", status="analysing", **UNENDED)
    looks = [
        event
        for look in range(9)
        for event in (
            ("WaitStateEntered", 5 * look + 1, 10 * look, {"name": "WaitForClips", "input": {}}),
            ("WaitStateExited", 5 * look + 2, 10 * look + 8, {"name": "WaitForClips", "output": {}}),
            ("TaskStateEntered", 5 * look + 3, 10 * look + 8, {"name": "LookAtClips", "input": {}}),
            ("TaskScheduled", 5 * look + 4, 10 * look + 8, {"resource": "get", "parameters": {}}),
            ("TaskStateExited", 5 * look + 5, 10 * look + 9, {"name": "LookAtClips", "output": {}}),
        )
    ]
    machines.events[f"{EXECUTION}:nature-1"] = history(("ExecutionStarted", 0, 0, {"input": {}}), *looks)
    log = open_page(run="nature-1").dataframe[-1].value
    assert list(log["What"]) == ["LookAtClips", "the run"]
    assert log["Details"][0] == "9 times"


@pytest.fixture
def fragments(monkeypatch):
    """Every call of a fragment, by how often it would be made again; each is made once more, after `between`."""

    class Fragments:
        intervals = ()
        between = None

        def fragment(self, *, run_every):
            def decorate(function):
                def call(*arguments):
                    self.intervals += (run_every.total_seconds(),)
                    function(*arguments)
                    if self.between is not None:
                        self.between()
                        function(*arguments)

                return call

            return decorate

    fragments = Fragments()
    monkeypatch.setattr("streamlit.fragment", fragments.fragment)
    return fragments


def test_a_run_is_looked_at_again_only_as_long_as_it_goes_on(open_page, table, machines, fragments):
    machines.events[f"{EXECUTION}:nature-1"] = RUNNING
    table.put_run("nature-1", status="searching", found=None, **UNENDED)
    open_page(run="nature-1")
    assert fragments.intervals == (3,)
    # The page has just looked: the fragment begins with that.
    assert len(machines.asked) == 1
    machines.events[f"{EXECUTION}:nature-1"] = CAMPAIGN_RUN
    table.put_run("nature-1")
    page = open_page(run="nature-1")
    assert fragments.intervals == (3,)
    assert numbers(page) == {"Received": "2", "Processed": "2", "Skipped": "1", "Failed": "0"}


def test_a_run_that_ends_while_it_is_watched_is_shown_whole_and_watched_no_more(open_page, table, machines, fragments):
    machines.events[f"{EXECUTION}:nature-1"] = RUNNING
    table.put_run("nature-1", status="searching", found=None, **UNENDED)

    def end():
        machines.events[f"{EXECUTION}:nature-1"] = CAMPAIGN_RUN
        table.put_run("nature-1")

    fragments.between = end
    page = open_page(run="nature-1")
    assert fragments.intervals == (3,)
    assert numbers(page)["Processed"] == "2"
    assert page.dataframe[-1].value["Outcome"][0] == "done"


def test_the_page_opens_with_the_newest_run(open_page, table, machines):
    table.put_run("nature-1")
    table.put_run("nature-2", seconds=9)
    assert open_page().subheader[0].value == plain("nature-2")
    assert open_page(run="nature-1").subheader[0].value == plain("nature-1")


def test_a_run_nobody_knows_is_said(open_page):
    for name in ("nature-0", "[Sign in again](https://evil.example)", "![](https://evil.example/p.png)", "&#47;"):
        page = open_page(run=name)
        assert page.warning[0].value == f"There is no run {plain(name)}, or it is no longer known."


def test_a_run_that_failed_says_where(open_page, table):
    table.put_run("sea-1", status="failed", state="Choose", error="E", cause="no campaign sea", **UNOPENED)
    page = open_page(run="sea-1")
    assert "Choose: E: no campaign sea" in [code.value for code in page.code]


def test_a_run_that_was_stopped_does_not_seem_to_go_on(open_page, table, machines, fragments):
    table.put_run("nature-1", status="fetching", **UNENDED)
    stopped = ("ExecutionAborted", 0, 9, {"error": "Operator.Stopped"})
    machines.events[f"{EXECUTION}:nature-1"] = history(("ExecutionStarted", 0, 0, {"input": {}}), stopped)
    page = open_page(run="nature-1")
    assert fragments.intervals == ()
    assert "The run ended without a summary: stopped: Operator.Stopped" in [code.value for code in page.code]


def test_what_step_functions_refuses_is_said_and_not_taken_for_a_missing_run(open_page, machines, table):
    table.put_run("nature-1")
    machines.refusal = "AccessDeniedException"
    assert "AccessDeniedException" in open_page().error[0].value


def test_without_campaigns_the_way_to_one_is_shown(open_page, stacks):
    stacks.client("ssm").put_parameter(
        Name="/impp/dev/campaigns", Value=json.dumps({"version": 1, "campaigns": {}}), Overwrite=True
    )
    page = open_page()
    assert page.info[0].value == "There is no campaign yet."
    assert len(page.button) == 0


def test_a_broken_book_is_said(open_page, stacks):
    stacks.client("ssm").put_parameter(Name="/impp/dev/campaigns", Value="{", Overwrite=True)
    assert plain("parameter /impp/dev/campaigns cannot be read") in open_page().error[0].value
