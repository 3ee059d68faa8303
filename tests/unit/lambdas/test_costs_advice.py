"""Advice: what must be found, what must be let be, and that none of it would ever cost more."""

import random
from collections import Counter
from dataclasses import replace

import jmespath
import pytest

from benchmarks import advice_cases
from benchmarks import advice_months as months
from benchmarks.advice_cases import SITUATIONS, advice
from benchmarks.advice_look_alikes import LOOK_ALIKES
from benchmarks.advice_months import PLAN, TABLE, given, lane
from clip_model.clip_usage import Clip, clip_usage
from clip_model.meters import Meter
from clip_model.prices import GB
from clip_model.storage import StorageClass
from clip_model.words import Depth, Verdict


@pytest.mark.parametrize("case", SITUATIONS, ids=lambda case: case.name)
def test_each_situation_is_found_with_its_saving_to_the_cent_and_nothing_else_is_said(case):
    (only,) = advice.advise(case.facts, TABLE)
    assert (only.area, only.usd_a_month) == (case.area, case.usd)
    assert only.title.startswith(case.title)
    assert only.change
    assert only.why


@pytest.mark.parametrize("case", LOOK_ALIKES, ids=lambda case: case.name)
def test_look_alikes_are_let_be(case):
    assert [each.title for each in advice.advise(case.facts, TABLE) if each.area == case.area] == []


def test_the_figures_of_the_benchmark():
    assert advice_cases.faults() == []
    figures = advice_cases.run_cases()
    assert figures == {
        "situations": len(SITUATIONS),
        "found": len(SITUATIONS),
        "lookalikes": len(LOOK_ALIKES),
        "false_alarms": 0,
    }
    assert min(len(SITUATIONS), len(LOOK_ALIKES)) >= 12


def test_the_figures_tell_when_advice_is_wrong(monkeypatch):
    monkeypatch.setattr(advice, "advise", lambda *_: [])
    assert advice_cases.run_cases()["found"] == 0
    assert len(advice_cases.faults()) == len(SITUATIONS)
    monkeypatch.setattr(advice, "advise", lambda *_: [replace(ADVICE, area="storage")])
    assert advice_cases.run_cases()["false_alarms"] == sum(case.area == "storage" for case in LOOK_ALIKES)


ADVICE = advice.advise(SITUATIONS[0].facts, TABLE)[0]


def test_of_proposals_about_one_thing_only_the_best_is_kept():
    moderated = given(
        {"moderated_collections": ("travel",)},
        lanes=(lane("travel", "full", 1000, 45, 1000),),
        rules=(months.VIOLENCE,),
    )
    assert [each.title for each in advice.advise(moderated, TABLE)] == ["Look at travel by frames"]


def test_savings_on_the_same_clips_are_told_once():
    """A thousand ten-second parking clips: by frames, in longer clips, at longer pauses, of which one can be had."""
    parking = given({"poll_seconds": 5}, lanes=(lane("parking", "full", 1000, 10, 1000),), transitions=100_000, days=30)
    proposed = {each.title for each in advice.propose(parking, TABLE) if each.saving(TABLE, {}) >= advice.WORTH_USD}
    by_frames = "Look at parking by frames"
    assert proposed == {
        by_frames,
        "Record parking in clips of 60 seconds",
        "Ask for a job's end every 15 seconds",
    }
    (only,) = advice.advise(parking, TABLE)
    # 166.67 minutes by two APIs 33.33, 15,000 seconds of speech 6.00; by 5 frames 5.15, two outputs of 10 seconds 2.50.
    assert (only.title, only.usd_a_month) == (by_frames, 31.68)


def test_savings_on_other_clips_are_added():
    lanes = (lane("parking", "full", 1000, 10, 1000), lane("travel", "full", 3000, 30, 3000))
    apart = [advice.advise(given(lanes=(each,)), TABLE)[0] for each in lanes]
    assert advice.advise(given(lanes=lanes), TABLE) == sorted(apart, key=lambda each: -each.usd_a_month)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("products", "replaced footage"),
        ("newer codec", "rendition nobody plays"),
        ("professional tier", "rendition nobody plays"),
        ("dull frames", "clips shorter than MediaConvert bills"),
        ("dull lane", "model without frames"),
    ],
)
def test_what_would_save_on_the_same_usage_excludes_each_other(first, second):
    """Two situations in one month, made to be about the same bucket, rendition or lane."""
    cases = {case.name: case.facts for case in SITUATIONS}
    both = {
        "products": given(stored=cases["products"].stored, replaced=(months.replaced("processed", 200, kept_days=30),)),
        "newer codec": replace(cases[first], rungs=months.ladder(20, 9000, 980)),
        "professional tier": replace(cases[second], transcoded=(SD,)),
        "dull frames": given(lanes=(lane("continuous", "sampled", 12_000, 4, 12_000),)),
        "dull lane": replace(cases[second], lanes=cases[first].lanes),
    }[first]
    worth = [each for each in advice.propose(both, TABLE) if each.saving(TABLE, {}) >= advice.WORTH_USD]
    assert len(worth) >= 2
    (only,) = advice.advise(both, TABLE)
    assert only.usd_a_month == pytest.approx(max(each.saving(TABLE, {}) for each in worth), abs=0.006)


SD = advice.facts.Transcoded("P", "AVC", "SD", 1000, 20.0)


def test_a_command_gives_up_only_what_is_old():
    """The command's own query, over uploads as AWS's CLI tells of them in either version."""
    (only,) = advice.advise(given(unfinished=(months.begun(40, abort_days=7),)), TABLE)
    query = only.change.partition('--query "')[2].partition('"')[0]
    times = (
        "2026-10-15T10:00:00+00:00",
        "2026-11-15T23:59:59.000Z",
        "2026-11-16T00:00:00+00:00",
        "2026-11-24T06:00:00Z",
    )
    listed = [{"Key": f"video/{time}", "UploadId": str(number), "Initiated": time} for number, time in enumerate(times)]
    assert jmespath.search(query, {"Uploads": listed}) == [
        [f"video/{time}", str(at)] for at, time in enumerate(times[:2])
    ]


def test_the_greatest_saving_comes_first():
    both = given({"zones": 2}, unfinished=SITUATIONS[19].facts.unfinished, replaced=SITUATIONS[20].facts.replaced)
    savings = [each.usd_a_month for each in advice.advise(both, TABLE)]
    assert len(savings) == 3
    assert savings == sorted(savings, reverse=True)


def test_a_saving_is_at_the_price_of_the_months_end_where_there_are_tiers():
    tiered = replace(
        TABLE,
        prices={
            **TABLE.prices,
            Meter.STANDARD_GB_MONTH: replace(TABLE[Meter.STANDARD_GB_MONTH], tiers=((1000.0, 0.01),)),
        },
    )
    small = given(unfinished=SITUATIONS[19].facts.unfinished)
    large = replace(small, used={Meter.STANDARD_GB_MONTH: 5000.0})
    # 50 GB at 0.023, and at 0.01.
    assert [advice.advise(each, tiered)[0].usd_a_month for each in (small, large)] == [1.15, 0.50]


@pytest.mark.parametrize(
    ("days", "routine", "confidence"), [(30, 3000, "medium"), (10, 3000, "low"), (30, 2990, "low")]
)
def test_confidence_is_by_days_and_by_what_is_given_up(days, routine, confidence):
    (only,) = advice.advise(given(days=days, lanes=(lane("parking", "full", 3000, 30, routine),)), TABLE)
    assert only.confidence == confidence


def test_what_was_counted_over_four_weeks_is_sure():
    sure = {case.title: advice.advise(case.facts, TABLE)[0].confidence for case in SITUATIONS}
    assert sure["Do without a network"] == "high"
    assert sure["Move STANDARD in the processed bucket"] == "medium"


def test_a_campaigns_depth_is_changed_where_it_is_set():
    (only,) = advice.advise(given(lanes=(lane("travel", "full", 3000, 30, 3000),)), TABLE)
    assert only.change == 'environments/dev.toml, [analysis.depths]: default = "sampled"'


def test_the_machine_is_reckoned_with_as_clips_use_it():
    """What changes about a clip in advice is what changes in the usage of a clip, by the model of the estimates."""
    frames = Clip(seconds=90, size=1, depth=Depth.SAMPLED, verdict=Verdict.ROUTINE, step=2)
    used = clip_usage(frames)
    assert used.of_meter(Meter.IMAGE) == advice.journey.frames(90, 2) == 45
    sd_minutes = used.of_meter(Meter.TRANSCODE_SD_MINUTE)
    assert sd_minutes == advice.journey.FRAME_OUTPUTS * 1.5
    sparser = clip_usage(replace(frames, step=4))
    saved = {meter: used.of_meter(meter) - sparser.of_meter(meter) for meter in advice.journey.looking(1, 90, 2)}
    wanted = dict.fromkeys(saved, 45 - 23)
    assert saved == wanted
    full = Clip(seconds=90, size=1, depth=Depth.FULL, verdict=Verdict.ROUTINE, polls=1)
    assert clip_usage(full).of_meter(Meter.VIDEO_MINUTE) == advice.journey.VIDEO_APIS * 1.5
    moderated = clip_usage(replace(full, moderated=True))
    more = moderated.of_meter(Meter.TRANSITION) - clip_usage(full).of_meter(Meter.TRANSITION)
    assert more == advice.journey.MODERATION_TRANSITIONS


def random_facts(roll: random.Random):
    """Any month: sizes from hardly anything to a large fleet's."""

    def amount(most):
        return roll.choice([0, 1, most]) if roll.random() < 0.2 else most * roll.random() ** 4

    def some(make, most=3):
        return tuple(make() for _ in range(roll.randint(0, most)))

    def a_lane():
        clips = amount(50_000)
        seconds = roll.choice([2, 8, 15, 30, 180, 900])
        made = lane(
            roll.choice(["event", "parking", "continuous", "travel"]),
            roll.choice(["full", "sampled"]),
            clips,
            seconds,
            clips * roll.choice([0.5, 0.98, 0.999, 1]),
        )
        return replace(made, rules={"violent picture": amount(3), "distressed voice": amount(3)})

    def a_stored():
        gb = amount(200_000)
        return advice.facts.Stored(
            role=roll.choice(["raw", "archive", "processed"]),
            bucket="b",
            storage_class=roll.choice(list(StorageClass)),
            gb=gb,
            new_gb=roll.choice([None, gb * roll.random()]),
            mean_bytes=roll.choice([0, 5 * 1024, 60 * 1024, 200 * 1024, 10**7, 10**9]) * roll.random(),
            read_gb=amount(gb),
            cooled=roll.random() < 0.2,
            kept_days=roll.choice([None, None, 20, 45, 100, 400]),
        )

    plan = replace(
        PLAN,
        poll_seconds=roll.choice([1, 5, 15, 30, 60]),
        frame_seconds=roll.choice([1, 2, 5, 8, 20]),
        moderated_collections=roll.choice([(), ("travel",), ("travel", "parking")]),
        noncurrent_days=roll.choice([1, 7, 30, 365]),
        log_days=roll.choice([1, 90, 365]),
        zones=roll.choice([0, 2]),
        console_zones=roll.choice([0, 2]),
    )
    return given(
        {
            name: getattr(plan, name)
            for name in (
                "poll_seconds",
                "frame_seconds",
                "moderated_collections",
                "noncurrent_days",
                "log_days",
                "zones",
                "console_zones",
            )
        },
        days=roll.choice([0, 5, 20, 30]),
        lanes=some(a_lane, 4),
        failed=amount(100),
        rules=roll.choice([None, (months.VIOLENCE, months.VOICE)]),
        sentiment_units=amount(10**6),
        transitions=roll.choice([None, amount(10**7)]),
        model="arn",
        model_hours=amount(720),
        visits=roll.choice([None, 0, 5]),
        stored=some(a_stored),
        transcoded=some(
            lambda: advice.facts.Transcoded(
                roll.choice("BP"),
                roll.choice(["AVC", "HEVC"]),
                roll.choice(["SD", "HD", "8K"]),
                amount(10**5),
                amount(2000),
            )
        ),
        rungs=months.ladder(amount(10**5), amount(10**5), amount(10**5)),
        played=roll.choice([None, advice.facts.Played(10**6, amount(10**6), amount(10**6), amount(5000))]),
        functions=some(
            lambda: advice.facts.FunctionUse(
                "f", "f.py", roll.choice([128, 300, 512, 3008]), amount(600), amount(10**7)
            )
        ),
        unfinished=some(lambda: replace(months.begun(amount(100), abort_days=roll.choice([None, 7])), gb=amount(50))),
        replaced=some(
            lambda: months.replaced(
                "raw",
                1 + amount(500),
                roll.choice(list(StorageClass)),
                kept_days=roll.choice([None, 1, 30, 365]),
                work=roll.random() < 0.5,
            )
        ),
        logs=some(
            lambda: advice.facts.LogUse(
                "l", amount(500), amount(100), roll.choice([None, 30, 365]), roll.random() < 0.5
            )
        ),
        devices=some(lambda: advice.facts.IdleDevice("cam", amount(10**5))),
    )


def test_no_advice_ever_costs_more_when_both_bills_are_reckoned_anew():
    roll, checked, dropped = random.Random(20261120), 0, 0
    for _ in range(600):
        month = random_facts(roll)
        proposals = list(advice.propose(month, TABLE))
        counted = Counter()
        for told in advice.advise(month, TABLE):
            meant = [each for each in proposals if (each.title, each.change) == (told.title, told.change)]
            savings = [each.now_usd + bill(each.now) - bill(each.after) for each in meant]
            # Two lanes or piles may be proposed the same.
            saving = min(savings, key=lambda each: abs(each - told.usd_a_month))
            assert saving == pytest.approx(told.usd_a_month, abs=0.006)
            counted.update(meant[savings.index(saving)].now)
            assert told.usd_a_month > 0
            checked += 1
        # What savings are counted from is there: no clip's minute or second is saved twice.
        assert counted[Meter.VIDEO_MINUTE] <= 3.001 / 60 * sum(each.seconds for each in month.lanes)
        assert counted[Meter.SPEECH_SECOND] <= 1.001 * sum(each.speech_seconds for each in month.lanes)
        dropped += sum(each.now_usd + bill(each.now) < bill(each.after) for each in proposals)
    # The dice meet both kinds: changes that save, and changes that would cost and are not told.
    assert checked > 400
    assert dropped > 20


def bill(quantities):
    """Dollars by the prices of the cases, without the code's own sums."""
    return sum(months.USD[meter] * quantity for meter, quantity in quantities.items())


def test_moving_objects_never_costs_more_than_a_simulation_of_their_first_year():
    """A second opinion on storage: each object by itself, a year, from what AWS's price page says of the classes."""
    roll, compared = random.Random(7), 0
    for _ in range(300):
        size = roll.choice([10, 100, 140, 400, 5000, 50_000]) * 1024 * (0.5 + roll.random())
        gb = 1000 * roll.random()
        stored = advice.facts.Stored("archive", "b", StorageClass.STANDARD_IA, gb, 0.0, size, 0.0)
        for told in advice.advise(given(stored=(stored,)), TABLE):
            assert "DEEP_ARCHIVE" in told.title
            objects = gb * GB / size
            stays = 12 * objects * max(size, 128 * 1024) / GB * 0.0125
            moved = objects * 0.00005 + 12 * objects * ((size + 32 * 1024) / GB * 0.00099 + 8 * 1024 / GB * 0.023)
            assert stays - moved == pytest.approx(12 * told.usd_a_month, abs=0.07)
            compared += 1
    assert compared > 100
