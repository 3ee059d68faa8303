"""The usage model counts what the machine does, and reserves what its money gate reserves."""

import itertools

import pytest
from machine import at_key, evaluate, probed

from clip_model.clip_usage import (
    REJECTED_STATES,
    Clip,
    analysis_states,
    archiving,
    clip_usage,
    ingest,
    ladder,
    publishing,
)
from clip_model.meters import Meter
from clip_model.prices import PRICES
from clip_model.reserve import chosen_depth, reserve
from clip_model.usage import priced
from clip_model.words import Depth, Verdict

LANES = ("event", "parking", "continuous", "travel")
SECONDS = (0.4, 5.0, 14.7, 60.0, 601.3, 3000.0)
HEIGHTS = (240, 480, 720, 2160)


def in_lane(lane):
    return at_key(f"video/cam-1/{lane}/20261120_101400/clip.mp4")


@pytest.mark.parametrize("lane", LANES)
def test_the_gate_and_the_model_reserve_the_same_and_choose_the_same_depth(machine, states, lane):
    for number, (seconds, lines) in enumerate(itertools.product(SECONDS, (240, 480, 2160))):
        audio, proxy = number % 2 == 0, number % 4 > 1
        variables = probed(machine, event=in_lane(lane), seconds=seconds, audio=audio, codec="HEVC" if proxy else "AVC")
        variables["container"]["Tracks"][0]["VideoProperties"]["Height"] = lines
        plan = evaluate(states["Plan"]["Assign"], variables)["plan"]
        settings, limits = variables["settings"], variables["limits"]
        reserved = reserve(
            PRICES,
            collection=lane,
            seconds=seconds,
            lines=lines,
            audio=audio,
            proxy=proxy,
            moderated=lane in settings["moderated"],
            step=settings["frame_seconds"],
        )
        assert plan["estimates"] == pytest.approx(
            {str(depth): usd for depth, usd in reserved.by_depth.items()}, rel=1e-12
        )
        assert plan["publishing"] == pytest.approx(reserved.publishing, rel=1e-12)
        depth = chosen_depth(
            reserved,
            asked=Depth(variables["depths"].get(lane, variables["depths"]["default"])),
            seconds=seconds,
            size=4_000_000,
            full_seconds=settings["full_seconds"],
            clip_usd=limits["clip"],
        )
        assert plan["depth"] == depth


@pytest.mark.parametrize("depth", Depth)
def test_the_gate_reserves_what_analysis_costs_and_not_much_more(depth):
    for seconds, lines, audio, proxy, moderated in itertools.product(
        SECONDS, HEIGHTS, (True, False), (True, False), (True, False)
    ):
        facts = {"lines": lines, "audio": audio, "proxy": proxy, "moderated": moderated}
        clip = Clip(seconds=seconds, size=4e6, depth=depth, verdict=Verdict.ROUTINE, **facts)
        counted = {Meter.VIDEO_MINUTE, Meter.IMAGE, Meter.SPEECH_SECOND, Meter.SENTIMENT_UNIT, Meter.TRANSITION}
        counted |= {Meter.TRANSCODE_SD_MINUTE, Meter.TRANSCODE_HD_MINUTE, Meter.TABLE_WRITE_UNIT, Meter.WRITE_REQUEST}
        expected = sum(line.usd for line in priced(clip_usage(clip), PRICES) if line.meter in counted)
        gate = reserve(PRICES, collection="parking", seconds=seconds, step=2, **facts).by_depth[depth]
        assert expected <= gate * 1.001 + 0.0005, "more than many polls can cost"
        # A hundred words of each kind, and somebody talking all the time.
        assert gate <= expected * 1.05 + 0.003


class Walk:
    """States entered on a path of which the machine's choices are known."""

    def __init__(self, machine, ways):
        self.states, self.ways = machine["States"], ways

    def count(self, start, end=None):
        """From one state to another, or to the end."""
        entered, name = 0, start
        while True:
            entered += 1 + self._inside(self.states[name])
            if name == end or self.states[name].get("End"):
                return entered
            name = self.ways.get(name) or self.states[name]["Next"]

    def _inside(self, state):
        inside = 0
        for branch in state.get("Branches", []):
            walk = Walk(branch, self.ways)
            inside += walk.count(branch["StartAt"])
        if "ItemProcessor" in state:
            inside += self.ways["items"] * len(state["ItemProcessor"]["States"])
        return inside


SILENT = {"Spoken": "Silent", "Seen": "Watched"}
HEARD = {"Spoken": "StartSpeech", "Heard": "Listened", "Seen": "Watched"}
MODERATED = {**HEARD, "Seen": "StartModeration", "Moderated": "WatchedAndModerated"}


@pytest.mark.parametrize(
    ("facts", "ways"),
    [
        ({"depth": Depth.NONE}, {"Gate": "Classify"}),
        ({"depth": Depth.SAMPLED}, {"Gate": "CaptureFrames", "items": 30}),
        ({"depth": Depth.FULL, "audio": False}, {"Gate": "Analyse", **SILENT}),
        ({"depth": Depth.FULL}, {"Gate": "Analyse", **HEARD}),
        (
            {"depth": Depth.FULL, "proxy": True, "moderated": True},
            {"Gate": "Proxy", **MODERATED},
        ),
    ],
    ids=["none", "sampled", "silent", "full", "moderated, by a proxy"],
)
@pytest.mark.parametrize("verdict", [Verdict.INCIDENT, Verdict.ROUTINE])
def test_states_are_counted_as_the_machine_enters_them(machine, facts, ways, verdict):
    clip = Clip(seconds=60, size=4e6, verdict=verdict, polls=1, **facts)
    incident = verdict is Verdict.INCIDENT
    walk = Walk(machine, {**ways, "Route": "Transcode" if incident else "Archive"})
    assert walk.count("Claim", "Probe") == ingest(clip).of_meter(Meter.TRANSITION)
    assert walk.count("Plan", "Route") == analysis_states(clip)
    end = publishing(clip) if incident else archiving(clip)
    assert walk.count("Transcode" if incident else "Archive") == end.of_meter(Meter.TRANSITION)
    assert walk.count("Claim") == clip_usage(clip).of_meter(Meter.TRANSITION)


def test_a_rejected_clip_enters_no_more_than_it_takes_to_plan(machine):
    clip = Clip(seconds=0, size=0, depth=Depth.NONE, verdict=Verdict.REJECTED)
    walk = Walk(machine, {"Gate": "Reject", "Route": "Archive"})
    assert walk.count("Plan", "Route") == REJECTED_STATES
    assert walk.count("Claim") == clip_usage(clip).of_meter(Meter.TRANSITION)


def test_a_large_clip_is_copied_in_parts(machine, states):
    clip = Clip(seconds=3600, size=11 * 2**30 + 7, depth=Depth.NONE, verdict=Verdict.ROUTINE)
    walk = Walk(machine, {"items": 12})
    assert walk.count("StartCopy") == archiving(clip).of_meter(Meter.TRANSITION)
    # Begun, twelve parts, completed.
    assert archiving(clip).of_meter(Meter.DEEP_ARCHIVE_WRITE_REQUEST) == 14


@pytest.mark.parametrize("lines", HEIGHTS)
def test_an_incident_is_billed_by_the_outputs_its_jobs_ask_for(machine, states, lines):
    variables = probed(machine, seconds=60.0)
    variables["plan"]["height"] = lines
    variables["judgement"] = {"moments": []}
    groups = evaluate(states["Transcode"]["Arguments"], variables)["Settings"]["OutputGroups"]
    heights = [output["VideoDescription"]["Height"] for group in groups for output in group["Outputs"]]
    assert len(groups[0]["Outputs"]) == len(ladder(lines))
    used = publishing(Clip(seconds=60, size=4e6, depth=Depth.FULL, verdict=Verdict.INCIDENT, lines=lines))
    high = sum(height >= 720 for height in heights)
    # A minute of each output, and ten seconds of highlight at the height of the tallest.
    assert used.of_meter(Meter.TRANSCODE_HD_MINUTE) == pytest.approx(high + (1 / 6 if high else 0))
    assert used.of_meter(Meter.TRANSCODE_SD_MINUTE) == pytest.approx(len(heights) - high + (0 if high else 1 / 6))
