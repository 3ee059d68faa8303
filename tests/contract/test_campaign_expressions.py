"""What a campaign's machine computes by itself: the theme, the claims, the summary."""

import pytest
from campaign_run import BOOK, CHOICE, ITEM, LEFT_OUT, chosen, fetched, followed, outcome, searched
from machine import evaluate, substituted, tasks

from clip_model.campaigns import CampaignBook, parse_campaign
from clip_model.keys import clip_id
from media_pipeline.campaign_machine import campaign_definition
from media_pipeline.environment import read_environment
from operations.campaigns import Choice, Remembered, next_weekly

SCHEDULED = {"trigger": "schedule"}


@pytest.fixture(scope="module")
def machine():
    return substituted(campaign_definition(read_environment("dev")))


@pytest.fixture(scope="module")
def states(machine):
    return dict(tasks(machine))


def where_it_goes(states, choice, variables):
    """The state a Choice leads to."""
    for rule in states[choice]["Choices"]:
        if evaluate(rule["Condition"], variables):
            return rule["Next"]
    return states[choice]["Default"]


def test_a_person_s_request_counts_and_what_it_leaves_open_is_the_campaign_s(machine):
    request = {"trigger": "manual", "campaign": "nature", "batch_size": 2, "by": "an editor"}
    theme = chosen(machine, request, choice=CHOICE)["theme"]
    assert (theme["name"], theme["batch_size"], theme["sources"]) == ("nature", 2, ["wikimedia", "pixabay"])
    assert (theme["query"], theme["licences"]) == ("waterfall", ["cc0", "cc-by"])


def test_the_weekly_run_repeats_the_last_manual_choice(machine):
    theme = chosen(machine, SCHEDULED, choice=CHOICE)["theme"]
    assert (theme["name"], theme["batch_size"], theme["sources"]) == ("tech", 3, ["pixabay"])


def test_an_unknown_campaign_ends_the_run_and_is_named(machine, states):
    variables = chosen(machine, {"trigger": "manual", "campaign": "natrue"})
    assert where_it_goes(states, "Known", variables) == "RecordFailure"
    assert variables["failure"]["cause"] == "there is no campaign natrue"


@pytest.mark.parametrize("lost", ["query", "licences", "sources", "batch_size"])
def test_a_campaign_that_lacks_something_ends_the_run_and_is_named(machine, states, lost):
    campaign = {name: value for name, value in BOOK["campaigns"]["nature"].items() if name != lost}
    variables = chosen(
        machine, {"trigger": "manual", "campaign": "nature"}, book={**BOOK, "campaigns": {"nature": campaign}}
    )
    assert where_it_goes(states, "Known", variables) == "RecordFailure"
    taken = next(rule for rule in states["Known"]["Choices"] if evaluate(rule["Condition"], variables))
    told = evaluate(taken["Assign"], variables)["failure"]
    assert (told["error"], told["cause"].split()[1]) == ("Campaign.Broken", "nature")


@pytest.mark.parametrize(
    "changes",
    [
        {"sources": ["wikimedia", "vimeo"]},
        {"licences": ["cc-by-nc"]},
        {"licences": []},
        {"sources": "elsewhere"},
        {"query": 7},
    ],
)
def test_words_that_nobody_knows_end_the_run_before_it_searches(machine, states, changes):
    book = {**BOOK, "campaigns": {"nature": {**BOOK["campaigns"]["nature"], **changes}}}
    variables = chosen(machine, {"trigger": "manual", "campaign": "nature"}, book=book)
    assert where_it_goes(states, "Known", variables) == "RecordFailure"


@pytest.mark.parametrize(
    ("size", "goes"), [(0, "RecordFailure"), (1, "OpenRun"), (50, "OpenRun"), (51, "RecordFailure")]
)
def test_a_batch_has_its_bounds(machine, states, size, goes):
    variables = chosen(machine, {"trigger": "manual", "campaign": "nature", "batch_size": size})
    assert where_it_goes(states, "Known", variables) == goes


def test_without_a_weekly_campaign_nothing_is_due(machine, states):
    book = {**BOOK, "campaigns": {"once": BOOK["campaigns"]["once"]}}
    variables = chosen(machine, SCHEDULED, book=book, choice=CHOICE)
    assert where_it_goes(states, "Known", variables) == "NothingDue"


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("weekly", [(), ("nature",), ("aurora", "nature", "tech", "zoo")])
@pytest.mark.parametrize("last", ["", "nature", "once", "gone"])
@pytest.mark.parametrize("turn", ["", "nature", "zoo", "gone"])
def test_the_console_tells_what_the_machine_takes_next(machine, rotate, weekly, last, turn):
    campaigns = {name: {**BOOK["campaigns"]["nature"], "query": name} for name in weekly}
    campaigns["once"] = BOOK["campaigns"]["once"]
    book = {**BOOK, "rotate": rotate, "campaigns": campaigns}
    choice = (
        {**CHOICE, "campaign": {"S": last}, "turn": {"S": turn}} if last else {"turn": {"S": turn}} if turn else None
    )
    theme = chosen(machine, SCHEDULED, book=book, choice=choice)["theme"]
    told = next_weekly(
        CampaignBook({name: parse_campaign(name, item) for name, item in campaigns.items()}, rotate),
        Remembered(Choice(last, 3, ("pixabay",)) if last else None, turn),
    )
    assert (theme["name"] or None) == (told.campaign if told else None)
    if told:
        assert (theme["batch_size"], theme["sources"]) == (told.batch_size, list(told.sources))


@pytest.mark.parametrize(
    ("request_", "rotate", "lasts"),
    [
        ({"trigger": "manual", "campaign": "nature"}, False, True),
        ({"trigger": "manual", "campaign": "once"}, False, False),
        ({"trigger": "smoke", "campaign": "nature"}, True, False),
        (SCHEDULED, False, False),
        (SCHEDULED, True, True),
    ],
)
def test_a_person_s_choice_lasts_and_a_rotation_moves_on(machine, states, request_, rotate, lasts):
    variables = chosen(machine, request_, book={**BOOK, "rotate": rotate}, choice=CHOICE)
    assert (where_it_goes(states, "Lasting", variables) == "Remember") == lasts


@pytest.mark.parametrize(
    ("request_", "chosen_too"), [({"trigger": "manual", "campaign": "nature"}, True), (SCHEDULED, False)]
)
def test_what_a_rotation_takes_does_not_stand_for_what_a_person_chose(machine, states, request_, chosen_too):
    variables = chosen(machine, request_, book={**BOOK, "rotate": True}, choice=CHOICE)
    update = evaluate(states["Remember"]["Arguments"], variables)
    assert update["ExpressionAttributeValues"][":campaign"] == {"S": "nature"}
    assert update["UpdateExpression"].startswith("SET turn = :campaign")
    assert ("campaign = :campaign" in update["UpdateExpression"]) == chosen_too
    named = {word.strip(",") for word in update["UpdateExpression"].split() if word.startswith(":")}
    assert named == set(update["ExpressionAttributeValues"])


def test_what_the_search_passed_over_is_kept_with_its_reason(machine, states):
    variables = searched(machine, left_out=[LEFT_OUT])
    values = evaluate(states["NoteSearched"]["Arguments"], variables)["ExpressionAttributeValues"]
    assert values[":left_out"]["L"] == [{"M": {name: {"S": text} for name, text in LEFT_OUT.items()}}]
    assert values[":notes"] == {"L": [{"S": "pixabay: no key"}]}
    assert values[":found"] == {"N": "0"}


def test_nothing_left_out_is_an_empty_list(machine, states):
    variables = searched(machine, ITEM, left_out=[])
    values = evaluate(states["NoteSearched"]["Arguments"], variables)["ExpressionAttributeValues"]
    assert (values[":left_out"], values[":notes"]) == ({"L": []}, {"L": []})


def test_an_item_is_claimed_by_its_source_s_id_and_by_its_content(machine, states):
    variables = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    claim = evaluate(states["ClaimItem"]["Arguments"], variables)
    assert claim["Key"]["pk"] == {"S": "item#wikimedia#101"}
    content = evaluate(states["ClaimContent"]["Arguments"], variables)
    assert content["Key"]["pk"] == {"S": "content#f00d-1"}
    for each in (claim, content):
        # A retry whose first answer was lost finds its own claim, and one that has lapsed is anybody's.
        free = "attribute_not_exists(#run) OR #run = :run OR #expires_at < :now"
        assert each["ConditionExpression"] == free
        values = each["ExpressionAttributeValues"]
        assert int(values[":expires_at"]["N"]) - int(values[":now"]["N"]) == pytest.approx(7 * 86_400, abs=2)
    assert claim["ExpressionAttributeValues"][":run"] == {"S": "nature-1"}
    # Two items of one run with the same content are still two.
    assert content["ExpressionAttributeValues"][":run"] == {"S": "nature-1 wikimedia#101"}


def test_a_claim_lapses_only_before_it_is_known_what_became_of_the_item(machine, states):
    received = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    for variables, kept in (
        (received, ["item#wikimedia#101", "content#f00d-1"]),
        ({**received, "content": ""}, ["item#wikimedia#101"]),
    ):
        updates = [each["Update"] for each in evaluate(states["Keep"]["Arguments"], variables)["TransactItems"]]
        assert [update["Key"]["pk"]["S"] for update in updates] == kept
        assert {update["UpdateExpression"] for update in updates} == {"REMOVE expires_at"}
    assert states["CompleteUpload"]["Next"] == "Keep"


def test_the_clip_is_the_one_its_own_machine_will_claim(machine):
    variables = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    assert variables["clip_id"] == clip_id(ITEM["key"], "abc-1")
    assert variables["outcome"] == {"state": "received", "reason": ""}


@pytest.mark.parametrize(
    ("answer", "calls", "state", "next_state"),
    [
        ({"unsuitable": "", "complete": True}, 1, None, "ClaimContent"),
        ({"unsuitable": "", "complete": False}, 1, None, "Fetch"),
        ({"unsuitable": "", "complete": False, "bytes": 7}, 20, "failed", "UploadBegun"),
        ({"unsuitable": "not video", "complete": False}, 1, "skipped", "UploadBegun"),
    ],
)
def test_a_fetch_goes_on_until_it_is_whole_hopeless_or_too_slow(machine, states, answer, calls, state, next_state):
    variables = {**fetched(machine, searched(machine, ITEM, left_out=[]), ITEM), "part_of": answer, "calls": calls}
    assert where_it_goes(states, "Whole", variables) == next_state
    if state:
        taken = next((rule for rule in states["Whole"]["Choices"] if evaluate(rule["Condition"], variables)), None)
        assert evaluate((taken or states["Whole"])["Assign"], variables)["outcome"]["state"] == state


@pytest.mark.parametrize(("state", "next_state"), [("failed", "ReleaseItem"), ("skipped", "Keep")])
def test_only_what_failed_may_be_tried_again(machine, states, state, next_state):
    variables = {**fetched(machine, searched(machine, ITEM, left_out=[]), ITEM), "outcome": outcome(state)}
    assert where_it_goes(states, "Release", variables) == next_state


def test_only_its_own_claim_is_given_back(machine, states):
    variables = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    for name in ("ReleaseItem", "ReleaseContent"):
        release = evaluate(states[name]["Arguments"], variables)
        assert release["ConditionExpression"] == "#run = :run"
    claim = evaluate(states["ClaimContent"]["Arguments"], variables)
    assert release["ExpressionAttributeValues"][":run"] == claim["ExpressionAttributeValues"][":run"]


def test_how_often_an_item_failed_is_counted_and_forgotten_in_time(machine, states):
    variables = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    release = evaluate(states["ReleaseItem"]["Arguments"], variables)
    assert release["UpdateExpression"] == "ADD failures :one SET expires_at = :expires REMOVE #run"
    claimed = evaluate(states["ClaimItem"]["Arguments"], variables)["ExpressionAttributeValues"]
    weeks = (int(release["ExpressionAttributeValues"][":expires"]["N"]) - int(claimed[":now"]["N"])) / (7 * 86_400)
    assert weeks == pytest.approx(4, abs=0.001)


@pytest.mark.parametrize(
    ("request_", "campaign"), [(SCHEDULED, ""), ({"trigger": "manual", "campaign": "tech"}, "tech")]
)
def test_a_run_that_failed_is_recorded_whoever_started_it(states, request_, campaign):
    """DynamoDB takes no value without one in it."""
    values = evaluate(
        states["RecordFailure"]["Arguments"],
        {"failure": {"state": "Choose", "error": "Campaign.Broken", "cause": "it lacks a query"}},
        context={"Execution": {"Name": "r", "Id": "arn", "StartTime": "2026-11-21T09:00:00Z", "Input": request_}},
    )["ExpressionAttributeValues"]
    assert values[":campaign"] == {"S": campaign}
    assert values[":trigger"] == {"S": request_["trigger"]}


def test_a_look_at_the_clips_that_fails_is_made_again(states):
    assert states["LookAtClips"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "AllEnded"}]


def test_an_item_s_trouble_is_told_with_the_state_it_came_from(machine, states):
    (catcher,) = [each for each in states["Fetch"]["Catch"] if each["ErrorEquals"] == ["States.ALL"]]
    variables = fetched(machine, searched(machine, ITEM, left_out=[]), ITEM)
    told = evaluate(
        catcher["Assign"],
        variables,
        error_output={"Error": "SourceUnavailable", "Cause": "no answer"},
        context={"State": {"Name": "Fetch"}},
    )
    assert told["outcome"] == {"state": "failed", "reason": "Fetch: SourceUnavailable no answer"}


def record(clip, status, verdict=None):
    item = {"clip_id": {"S": clip}, "status": {"S": status}}
    return {**item, "verdict": {"S": verdict}} if verdict else item


def test_the_summary_accounts_for_every_item(machine, states):
    variables = searched(machine, ITEM, left_out=[LEFT_OUT])
    variables["outcomes"] = [
        outcome("received", "a"),
        outcome("received", "b"),
        outcome("received", "c"),
        outcome("skipped", reason="the same footage", id="7"),
        outcome("failed", reason="Fetch: no answer", id="8"),
    ]
    ended = [record("a", "done", "routine"), record("b", "failed"), record("c", "processing")]
    summary = followed(machine, variables, records=ended)["summary"]
    assert [item["clip_id"] for item in summary["received"]] == ["a", "b", "c"]
    assert summary["processed"] == [{"clip_id": "a", "verdict": "routine"}]
    assert [item["id"] for item in summary["skipped"]] == ["9", "7"]
    assert [item.get("id") or item["clip_id"] for item in summary["failed"]] == ["8", "b", "c"]
    values = evaluate(states["CloseRun"]["Arguments"], {**variables, "summary": summary})["ExpressionAttributeValues"]
    counts = {name: values[f":{name}"]["N"] for name in ("received", "processed", "skipped", "failed")}
    assert counts == {"received": "3", "processed": "1", "skipped": "2", "failed": "3"}


def test_a_run_that_found_nothing_sums_up_to_nothing(machine, states):
    variables = {**searched(machine, left_out=[]), "outcomes": []}
    variables |= evaluate(states["NoteFetched"]["Assign"], variables)
    assert where_it_goes(states, "AnyReceived", variables) == "SumUp"
    summary = evaluate(states["SumUp"]["Assign"], variables)["summary"]
    assert [summary[name] for name in ("received", "processed", "skipped", "failed")] == [[], [], [], []]


@pytest.mark.parametrize(
    ("statuses", "waited", "next_state"),
    [
        (["done", "failed"], 0, "SumUp"),
        (["done", "processing"], 0, "WaitForClips"),
        (["done", "redrive"], 0, "WaitForClips"),
        (["done", "processing"], 25 * 3600, "SumUp"),
    ],
)
def test_the_run_waits_for_its_clips_but_not_for_ever(machine, states, statuses, waited, next_state):
    variables = searched(machine, ITEM, left_out=[])
    variables["outcomes"] = [outcome("received", str(number)) for number in range(len(statuses))]
    records = [record(str(number), status) for number, status in enumerate(statuses)]
    variables = followed(machine, variables, records=records)
    variables["begun"] -= waited * 1000
    assert where_it_goes(states, "AllEnded", variables) == next_state
