import io
import json
import sys

import pytest
from botocore import handlers
from botocore.awsrequest import AWSResponse
from campaign_table import BEGIN, EXECUTION, UNENDED, UNOPENED, CampaignTable
from histories import StepFunctions, history

from operations import campaign_commands, campaign_following, campaign_key
from operations.cli import main
from operations.deployed import Deployed, read_environment

KEY = "12345678-0123456789abcdef012345678"
SECRET = "impp/dev/campaigns/pixabay"


@pytest.fixture
def table(stacks):
    return CampaignTable(stacks)


@pytest.fixture
def impp(stacks, capsys):
    """Runs `impp campaign`; its lines, or the line it failed with."""

    def impp(*arguments):
        code = main(["campaign", *arguments])
        output = capsys.readouterr()
        assert (code == 0) is (output.err == ""), output
        return output.err.removeprefix("impp: ").strip() if code else output.out.splitlines()

    return impp


def test_list_says_what_there_is_and_what_comes_next(impp, table):
    table.put_choice("nature", batch_size=2)
    assert impp("list") == [
        "NAME    SCHEDULE  BATCH  SOURCES            QUERY",
        "nature  weekly    6      wikimedia,pixabay  waterfall",
        "travel  manual    4      wikimedia          city street",
        "rotation is off",
        "the next weekly run fetches nature: 2 clips from wikimedia",
    ]
    impp("set", "nature", "--schedule", "manual")
    assert impp("list")[-1] == "the weekly run fetches nothing: no campaign is weekly"


def test_show_tells_one_campaign_or_names_the_others(impp):
    assert impp("show", "travel") == [
        "  query: city street",
        "  sources: wikimedia",
        "  batch-size: 4",
        "  licences: cc0, cc-by",
        "  schedule: manual",
    ]
    assert impp("show", "sea") == "no campaign 'sea', there is nature, travel"


def test_set_changes_what_is_said_and_makes_what_is_new(impp):
    assert impp("set", "travel", "--batch-size", "9", "--licences", "cc0")[:1] == ["travel: changed"]
    assert impp("show", "travel")[2:4] == ["  batch-size: 9", "  licences: cc0"]
    assert impp("set", "space", "--query", "rocket", "--sources", "pixabay,wikimedia")[:3] == [
        "space: made",
        "  query: rocket",
        "  sources: pixabay, wikimedia",
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nature"], "nothing to change: set nature takes query, sources, batch_size, licences, schedule"),
        (["space", "--batch-size", "3"], "a new campaign needs a query, 'space' has none"),
        (["nature", "--batch-size", "0"], "campaign 'nature': batch_size must be a whole number from 1 to 50, got 0"),
        (["nature", "--sources", "youtube"], "campaign 'nature': sources must be of wikimedia, pixabay, got 'youtube'"),
        (["event", "--query", "x"], "be none of event, parking, continuous, got 'event'"),
        (["nature", "--batch-size", "many"], "argument --batch-size: invalid int value: 'many'"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_reason(impp, arguments, complaint):
    before = impp("list")
    assert complaint in impp("set", *arguments)
    assert impp("list") == before


def test_remove_and_rotate_change_the_book(impp):
    assert impp("remove", "travel") == ["travel: removed"]
    assert impp("remove", "travel") == "no campaign 'travel', there is nature"
    assert impp("rotate", "on") == ["rotation is on"]
    assert impp("list")[-2:] == [
        "rotation is on",
        "the next weekly run fetches nature: 6 clips from wikimedia, pixabay",
    ]
    assert impp("rotate", "off") == ["rotation is off"]
    assert "argument rotate: invalid choice: 'maybe'" in impp("rotate", "maybe")


def test_a_broken_book_stops_every_edit(impp, stacks):
    stacks.client("ssm").put_parameter(Name="/impp/dev/campaigns", Value="[]", Overwrite=True)
    for arguments in (["set", "nature", "--batch-size", "1"], ["remove", "nature"], ["rotate", "on"], ["list"]):
        assert "parameter /impp/dev/campaigns cannot be read" in impp(*arguments)
    assert stacks.client("ssm").get_parameter(Name="/impp/dev/campaigns")["Parameter"]["Value"] == "[]"


def test_run_starts_one_and_says_first_what_it_may_cost(impp, stacks, monkeypatch):
    monkeypatch.setattr(campaign_commands, "getuser", lambda: "ada")
    (line,) = impp("run", "nature", "--batch-size", "3", "--sources", "pixabay")
    run = line.split()[1].removesuffix(":")
    assert line == f"started {run}: analysis of 3 clips costs $6.00 at the most"
    execution = stacks.client("stepfunctions").describe_execution(executionArn=f"{EXECUTION}:{run}")
    asked = json.loads(execution["input"])
    assert (asked["by"], asked["batch_size"], asked["sources"]) == ("ada", 3, ["pixabay"])
    assert impp("run", "travel")[0].endswith("analysis of 4 clips costs $8.00 at the most")
    assert impp("run", "travel", "--batch-size", "0") == "a batch must be of 1 to 50 clips, got 0"


def test_a_user_without_a_name_is_the_program(impp, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr(campaign_commands, "getuser", nobody)
    assert impp("run", "nature")[0].startswith("started nature-")


def test_runs_are_listed_with_their_numbers_and_their_trouble(impp, table):
    assert impp("runs") == ["no run yet"]
    table.put_run("nature-1")
    table.put_run("sea-2", seconds=9, status="failed", state="Choose", error="E", cause="no such", **UNOPENED)
    assert impp("runs") == [
        "RUN       STATUS  BATCH  RECEIVED  PROCESSED  SKIPPED  FAILED  BY",
        "sea-2     failed  0      0         0          0        0       manual",
        "nature-1  done    3      2         2          1        0       ada",
        "sea-2: Choose: E: no such",
    ]


@pytest.fixture
def machines(stacks, monkeypatch):
    machines = StepFunctions()
    machines.install(monkeypatch)
    return machines


@pytest.fixture
def follow(machines, monkeypatch):
    """Follows a run whose next step is taken at each pause; its lines until the end or the error."""

    def follow(*steps):
        waiting = list(steps)
        monkeypatch.setattr(campaign_following, "sleep", lambda _: waiting.pop(0)())
        found = []
        try:
            found.extend(campaign_following.follow(Deployed(read_environment("dev")), "nature-1"))
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
        assert waiting == []
        return found

    return follow


RUNNING = history(("ExecutionStarted", 0, 0, {"input": {}}))


def test_a_run_is_followed_to_its_end_a_line_a_change(follow, machines, table, put_clip):
    left_out = [{"source": "pixabay", "id": "9", "title": "City", "reason": "licence not allowed"}]

    def begin():
        machines.events[f"{EXECUTION}:nature-1"] = RUNNING
        table.put_run("nature-1", status="searching", found=None, **UNENDED)

    def fetch():
        table.put_run("nature-1", status="fetching", found=2, left_out=left_out, **UNENDED)
        table.put_item("nature-1", "1", state="fetching", clip_id=None, bytes=None)

    def fetched():
        table.put_item("nature-1", "1")
        table.put_item("nature-1", "2", state="skipped", reason="not video", clip_id="", bytes=0)
        table.put_run("nature-1", status="analysing", found=2, left_out=left_out, **UNENDED)
        put_clip("clip-1", BEGIN, status="processing", verdict=None)

    def end():
        put_clip("clip-1", BEGIN, verdict="routine")
        table.put_run("nature-1", received=1, processed=1, skipped=2, left_out=left_out)

    assert follow(begin, fetch, lambda: None, fetched, end) == [
        "searching",
        "fetching, 2 found",
        "left out pixabay City: licence not allowed",
        "fetching wikimedia Waterfall 1",
        "analysing, 2 found",
        "received wikimedia Waterfall 1, 12.3 MB",
        "skipped wikimedia Waterfall 2: not video",
        "routine wikimedia Waterfall 1",
        "done: received 1, processed 1, skipped 2, failed 0",
    ]


def test_a_run_that_fails_ends_the_waiting_with_its_cause(follow, table):
    table.put_run("nature-1", status="failed", state="Search", error="SourceUnavailable", cause="503", **UNOPENED)
    assert follow() == ["OperatorError: run nature-1 failed: Search: SourceUnavailable: 503"]


def test_a_run_that_was_stopped_ends_the_waiting_too(follow, machines, table):
    table.put_run("nature-1", status="fetching", **UNENDED)
    stopped = ("ExecutionAborted", 0, 9, {"error": "Operator.Stopped"})
    machines.events[f"{EXECUTION}:nature-1"] = history(("ExecutionStarted", 0, 0, {"input": {}}), stopped)
    assert follow() == [
        "fetching, 3 found",
        "OperatorError: run nature-1 ended without a summary, stopped: Operator.Stopped",
    ]


def test_a_role_that_may_not_follow_is_told_so(follow, machines, table):
    machines.refusal = "AccessDeniedException"
    assert follow()[0].startswith("ClientError: An error occurred (AccessDeniedException)")


def test_wait_follows_the_run_that_was_started(impp, monkeypatch):
    monkeypatch.setattr(campaign_commands, "follow", lambda _, run: iter([f"followed {run}"]))
    started, followed = impp("run", "nature", "--wait")
    assert followed == f"followed {started.split()[1].removesuffix(':')}"


@pytest.fixture
def type_key(monkeypatch):
    def type_key(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return type_key


def test_a_key_is_written_once_and_written_over(impp, stacks, type_key):
    type_key(f"{KEY}\n")
    assert impp("key") == [f"secret {SECRET}: written"]
    assert stacks.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == KEY
    type_key(f"{KEY}9\n")
    assert impp("key") == [f"secret {SECRET}: written over"]
    assert stacks.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == f"{KEY}9"


@pytest.mark.parametrize("typed", ["", "\n", "two words of it", "short", "schlüssel-2026", "x" * 201])
def test_what_is_no_key_is_refused_and_never_shown(impp, stacks, type_key, typed):
    type_key(typed)
    message = impp("key")
    assert message == f"a key of Pixabay's is 8 to 200 visible ASCII characters, got {len(typed.strip())} characters"
    assert stacks.client("secretsmanager").list_secrets()["SecretList"] == []


def test_a_key_typed_at_a_terminal_is_not_echoed(impp, stacks, monkeypatch, type_key):
    type_key("")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(campaign_key, "getpass", lambda prompt: KEY if "Pixabay" in prompt else "")
    assert impp("key") == [f"secret {SECRET}: written"]


def test_a_secret_about_to_go_is_said_with_the_way_to_keep_it(impp, monkeypatch, type_key):
    error = {"Code": "InvalidRequestException", "Message": "the secret was marked for deletion"}
    refuse = (
        "before-call.secretsmanager.PutSecretValue",
        lambda **_: (AWSResponse("", 400, {}, None), {"Error": error}),
    )
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [refuse, *handlers.BUILTIN_HANDLERS])
    type_key(KEY)
    assert f"keep it with `aws secretsmanager restore-secret --secret-id {SECRET}`" in impp("key")
