"""What the machine computes by itself: identity, folder, depth, money, ladder, highlight."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from machine import EVENT, EXECUTION, at_key, evaluate, probed, tasks

from clip_model import keys
from clip_model.meters import Meter
from clip_model.prices import PRICES

USD = {meter: PRICES[meter].usd for meter in Meter}

NAMES = [
    "plain.mp4",
    "with space.MP4",
    "Überholmanöver bei Łódź – links.mp4",
    "two.dots.mp4",
    "noextension",
    ".hidden",
    "trailing.",
    "a&b=c?d#e%20.mp4",
    "emoji 🚗.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_identity_and_folder_are_those_of_clip_model(machine, name):
    key = f"video/cam-1/parking/20261120_101400/{name}"
    clip = probed(machine, event=at_key(key))["clip"]
    assert clip["id"] == keys.clip_id(key, EVENT["detail"]["object"]["etag"])
    assert clip["folder"] == keys.products_folder(key, clip["id"])
    assert (clip["source"], clip["collection"]) == ("cam-1", "parking")
    assert clip["captured_at"] == "2026-11-20T10:14:00Z"


def test_names_that_differ_only_in_unsafe_letters_get_folders_of_their_own(machine):
    folders = {
        probed(machine, event=at_key(f"video/c/event/20261120_101400/{name}.mp4"))["clip"]["folder"]
        for name in ("Łódź", "Lódź", "Ł dź", "Ł_dź")
    }
    assert len(folders) == 4


def in_lane(lane):
    return at_key(f"video/cam-1/{lane}/20261120_101400/clip.mp4")


@pytest.mark.parametrize(
    ("lane", "seconds", "depth"),
    [
        ("event", 60, "full"),
        ("parking", 60, "full"),
        ("continuous", 60, "sampled"),
        ("travel", 60, "full"),
        ("event", 601, "sampled"),
    ],
)
def test_depth_follows_lane_and_length(machine, lane, seconds, depth):
    plan = probed(machine, event=in_lane(lane), seconds=float(seconds))["plan"]
    assert plan["depth"] == depth
    assert bool(plan["notes"]) == (seconds > 600)


def test_a_clip_beyond_its_own_limit_is_looked_at_less_closely_and_says_so(machine):
    plan = probed(machine, event=in_lane("parking"), seconds=599.0)["plan"]
    assert plan["estimates"]["full"] > 2.0
    assert plan["depth"] == "sampled"
    assert plan["notes"] == ["depth sampled: more would pass the clip's limit of $2"]


def test_the_estimate_is_the_price_tables(machine):
    plan = probed(machine, event=in_lane("parking"), seconds=120.0)["plan"]
    base = 30 * USD[Meter.TRANSITION] + 20 * USD[Meter.WRITE_REQUEST] + 40 * USD[Meter.TABLE_WRITE_UNIT]
    # Of 120 seconds fifteen letters each, by the hundred.
    said = 120 * USD[Meter.SPEECH_SECOND] + 18 * USD[Meter.SENTIMENT_UNIT]
    looked = 2 * 2 * USD[Meter.VIDEO_MINUTE] + said
    # Of labels, words said and words read a hundred each, by four terms.
    entries = 3 * 100 * 4 * USD[Meter.TABLE_WRITE_UNIT]
    assert plan["estimates"]["full"] == pytest.approx(base + looked + entries)
    assert plan["estimates"]["none"] == pytest.approx(base)


def test_a_silent_clip_pays_for_no_spoken_words_and_a_sampled_one_for_labels_alone(machine):
    base = 30 * USD[Meter.TRANSITION] + 20 * USD[Meter.WRITE_REQUEST] + 40 * USD[Meter.TABLE_WRITE_UNIT]
    entries = 100 * 4 * USD[Meter.TABLE_WRITE_UNIT]
    plan = probed(machine, event=in_lane("parking"), seconds=60.0, audio=False)["plan"]
    assert plan["estimates"]["full"] == pytest.approx(base + 2 * USD[Meter.VIDEO_MINUTE] + 2 * entries)
    frames = 60 / plan["step"] * (USD[Meter.IMAGE] + USD[Meter.TRANSITION] + USD[Meter.WRITE_REQUEST])
    assert plan["estimates"]["sampled"] == pytest.approx(base + 2 * USD[Meter.TRANSCODE_SD_MINUTE] + frames + entries)


def test_an_event_is_published_for_sure_and_any_other_clip_perhaps(machine):
    """Five outputs of a minute: HLS in 720, 480 and 360 lines, MP4 and pictures in 720; and 10 s of highlight."""
    event = probed(machine, event=in_lane("event"), seconds=60.0)["plan"]
    parked = probed(machine, event=in_lane("parking"), seconds=60.0)["plan"]
    by_hand = (
        3 * USD[Meter.TRANSCODE_HD_MINUTE] + 2 * USD[Meter.TRANSCODE_SD_MINUTE] + USD[Meter.TRANSCODE_HD_MINUTE] / 6
    )
    assert event["estimates"]["full"] - parked["estimates"]["full"] == pytest.approx(by_hand)
    assert (event["publishing"], parked["publishing"]) == (0, pytest.approx(by_hand))


def test_an_incident_found_by_analysis_pays_for_its_publishing_with_its_record(machine, states):
    variables = probed(machine, event=in_lane("parking"), seconds=60.0) | {
        "judgement": {"verdict": "incident", "severity": "high", "reasons": [], "moments": [], "notes": []},
        "link": "https://d.cloudfront.net/x",
    }
    record, counter, _ = (
        item["Update"] for item in evaluate(states["RecordIncident"]["Arguments"], variables)["TransactItems"]
    )
    spent = float(counter["ExpressionAttributeValues"][":publishing"]["N"])
    assert spent == pytest.approx(variables["plan"]["publishing"])
    cost = float(record["ExpressionAttributeValues"][":estimated_cost_usd"]["N"])
    assert cost == pytest.approx(variables["plan"]["estimates"]["full"] + spent)
    assert counter["Key"] == {"clip_id": {"S": "spend#2026-11"}}


@pytest.mark.parametrize(("width", "height", "rejected"), [(31, 400, True), (400, 31, True), (32, 32, False)])
def test_a_picture_too_small_to_transcode_is_rejected_in_words(machine, states, width, height, rejected):
    variables = probed(machine)
    variables["container"]["Tracks"][0]["VideoProperties"] = {"Width": width, "Height": height}
    reject = evaluate(states["Plan"]["Assign"], variables)["plan"]["reject"]
    assert reject == ("the picture is smaller than 32 by 32" if rejected else "")


@pytest.mark.parametrize(
    ("codec", "container", "rejected"),
    [
        ("THEORA", "ogg", True),
        ("THEORA", "matroska", True),
        ("AV1", "webm", True),
        ("AV1", "matroska", True),
        ("AV1", "mp4", False),
        ("VP9", "webm", False),
        ("HEVC", "mp4", False),
    ],
)
def test_what_mediaconvert_cannot_read_is_rejected_in_words(machine, states, codec, container, rejected):
    variables = probed(machine)
    variables["container"]["Format"] = container
    variables["container"]["Tracks"][0]["Codec"] = codec
    reject = evaluate(states["Plan"]["Assign"], variables)["plan"]["reject"]
    assert reject == (f"MediaConvert reads no {codec} from {container}" if rejected else "")


def test_a_recording_without_a_length_is_told_so(machine, states):
    variables = probed(machine)
    del variables["container"]["Duration"]
    assert "does not say how long it is" in evaluate(states["Plan"]["Assign"], variables)["plan"]["reject"]


def test_moderation_costs_a_third_video_api(machine):
    plain = probed(machine, event=in_lane("other"), seconds=60.0)["plan"]
    moderated = probed(machine, event=in_lane("travel"), seconds=60.0)["plan"]
    assert moderated["moderate"]
    assert moderated["estimates"]["full"] - plain["estimates"]["full"] == pytest.approx(USD[Meter.VIDEO_MINUTE])


def test_the_month_never_spends_past_its_limit_but_depth_none_always_passes(machine, states):
    variables = probed(machine, event=in_lane("event"), seconds=60.0)
    values = evaluate(states["Reserve"]["Arguments"], variables)["ExpressionAttributeValues"]
    assert float(values[":room"]["N"]) == pytest.approx(50 - float(values[":estimate"]["N"]))
    depths = []
    for _ in range(2):
        variables |= evaluate(states["Economise"]["Assign"], variables)
        depths.append(variables["plan"]["depth"])
    assert depths == ["sampled", "none"]
    assert len(variables["plan"]["notes"]) == 2
    values = evaluate(states["Reserve"]["Arguments"], variables)["ExpressionAttributeValues"]
    assert float(values[":room"]["N"]) > 1e6


@pytest.mark.parametrize(
    ("facts", "proxy"),
    [
        ({}, False),
        ({"format": "quicktime", "audio": False}, False),
        ({"format": "quicktime"}, True),  # Transcribe does not read it
        ({"format": "webm", "codec": "VP9"}, True),
        ({"codec": "HEVC"}, True),
        ({"format": "matroska"}, True),
    ],
)
def test_what_rekognition_or_transcribe_can_not_read_gets_a_proxy(machine, facts, proxy):
    assert probed(machine, **facts)["plan"]["proxy"] is proxy


def test_a_file_without_video_is_rejected(machine):
    variables = probed(machine)
    variables["container"] = {"Format": "mp3", "Duration": 10, "Tracks": [{"TrackType": "audio"}]}
    states = dict(tasks(machine))
    assert evaluate(states["Plan"]["Assign"], variables)["plan"]["reject"] == "the file holds no video"


def outputs(states, variables, state="Transcode"):
    return evaluate(states[state]["Arguments"], variables)["Settings"]["OutputGroups"][0]["Outputs"]


@pytest.mark.parametrize(("height", "rungs"), [(1080, 3), (720, 3), (480, 2), (360, 1), (240, 1)])
def test_the_ladder_never_climbs_above_the_source(machine, states, height, rungs):
    variables = probed(machine)
    variables["plan"]["height"] = height
    variables["judgement"] = {"moments": []}
    heights = [output["VideoDescription"]["Height"] for output in outputs(states, variables)]
    assert len(heights) == rungs
    assert max(heights) <= height
    assert all(lines % 2 == 0 for lines in heights)


def test_a_silent_clip_asks_for_no_audio_anywhere(machine, states):
    variables = probed(machine, audio=False) | {"judgement": {"moments": []}}
    settings = evaluate(states["Transcode"]["Arguments"], variables)["Settings"]
    assert "Audio" not in str(settings)


@pytest.mark.parametrize(
    ("moments", "seconds", "cut"),
    [
        ([{"start": 62.5, "end": 66.2}], 120.0, ("00:01:01:00", "00:01:08:00")),
        ([{"start": 0.2, "end": 1.0}], 8.7, ("00:00:00:00", "00:00:02:00")),
        ([{"start": 7.9, "end": 8.7}], 8.7, ("00:00:06:00", "00:00:08:00")),
        ([{"start": 3700, "end": 3704}], 4000.0, ("01:01:39:00", "01:01:45:00")),
        ([], 8.7, ("00:00:00:00", "00:00:08:00")),
        ([], 0.6, None),
    ],
)
def test_the_highlight_is_cut_round_the_first_moment(machine, states, moments, seconds, cut):
    variables = probed(machine, seconds=seconds) | {"judgement": {"moments": moments}}
    (source,) = evaluate(states["Highlight"]["Arguments"], variables)["Settings"]["Inputs"]
    expected = [{"StartTimecode": cut[0], "EndTimecode": cut[1]}] if cut else None
    assert source.get("InputClippings") == expected


def test_parts_of_a_large_copy_cover_the_clip_exactly(machine, states):
    size = 11 * 1024**3 + 7
    variables = probed(machine, size=size) | {"judgement": {"verdict": "routine"}, "upload_id": "u"}
    items = evaluate(states["CopyParts"]["Items"], variables)
    ranges = [
        evaluate(states["CopyPart"]["Arguments"], variables, input=item)["CopySourceRange"].removeprefix("bytes=")
        for item in items
    ]
    edges = [tuple(map(int, text.split("-"))) for text in ranges]
    assert edges[0][0] == 0
    assert edges[-1][1] == size - 1
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(edges))
    assert all(end - start < 5 * 1024**3 for start, end in edges)
    assert evaluate(states["CopyPart"]["Output"], variables, input=11, result={"CopyPartResult": {"ETag": "e"}}) == {
        "PartNumber": 12,
        "ETag": "e",
    }


@pytest.mark.parametrize(
    ("lane", "minutes", "way"),
    [
        ("event", 1, "WaitInQueue"),
        ("event", 16, "Classify"),  # an incident for sure: its alert does not wait for labels
        ("parking", 16, "WaitInQueue"),
        ("parking", 721, "RecordFailure"),
    ],
)
def test_a_full_account_delays_an_event_by_minutes_and_other_clips_by_hours(machine, states, lane, minutes, way):
    variables = probed(machine, event=in_lane(lane))
    started = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    context = {"Execution": {**EXECUTION, "StartTime": started}}
    assert choice(states, "Queued", variables, context) == way


@pytest.mark.parametrize(("lane", "ceiling"), [("event", 30), ("continuous", 300)])
def test_a_queued_event_waits_less_than_a_routine_clip(machine, states, lane, ceiling):
    variables = probed(machine, event=in_lane(lane))
    started = (datetime.now(UTC) - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
    context = {"Execution": {**EXECUTION, "StartTime": started}}
    waits = [evaluate(states["WaitInQueue"]["Seconds"], variables, context=context) for _ in range(60)]
    assert all(1 <= wait <= ceiling for wait in waits)
    assert len(set(waits)) > 5, "no jitter"
    assert max(waits) > ceiling / 2


def test_only_the_clips_own_version_is_copied_and_deleted(machine, states):
    variables = probed(machine) | {"judgement": {"verdict": "routine"}}
    assert evaluate(states["Archive"]["Arguments"], variables)["CopySource"].endswith(".MP4?versionId=v1")
    for name in ("DeleteRaw", "DeleteCopy"):
        assert evaluate(states[name]["Arguments"], variables)["VersionId"] == "v1"
    variables["clip"]["version"] = ""
    assert evaluate(states["Archive"]["Arguments"], variables)["CopySource"].endswith(".MP4")
    assert "VersionId" not in evaluate(states["DeleteRaw"]["Arguments"], variables)


def test_a_clip_whose_key_was_taken_by_another_is_rejected_and_costs_nothing(machine):
    plan = probed(machine, event=in_lane("event"), etag="other")["plan"]
    assert plan["reject"] == "another clip took its key before it was looked at"
    assert plan["depth"] == "none"
    assert plan["notes"] == []


def test_what_is_rejected_reserves_no_analysis(machine, states):
    variables = probed(machine, event=at_key("dropped.mp4"), seconds=600.0)
    reserved = evaluate(states["Reserve"]["Arguments"], variables)["ExpressionAttributeValues"][":estimate"]["N"]
    assert float(reserved) < 0.001


def choice(states, name, variables, context=None):
    """Where a Choice goes."""
    for rule in states[name]["Choices"]:
        if evaluate(rule["Condition"], variables, context=context or {}):
            return rule["Next"]
    return states[name]["Default"]


@pytest.mark.parametrize(
    ("mine", "original", "status", "way"),
    [
        ("v2", "v1", "processing", "DeleteCopy"),
        ("v2", "v1", "done", "DeleteCopy"),
        ("v1", "v1", "done", "Duplicate"),  # the same event delivered twice
        ("v2", "v1", "failed", "Duplicate"),  # perhaps the only copy there is
        ("v2", "", "done", "Duplicate"),
        ("", "v1", "done", "Duplicate"),
    ],
)
def test_a_second_copy_is_deleted_only_where_the_first_is_safe(states, mine, original, status, way):
    variables = {"clip": {"version": mine}, "original": {"version": original, "status": status}}
    assert choice(states, "Copy", variables) == way


@pytest.mark.parametrize(
    ("jobs", "lane", "way"),
    [
        (["IN_PROGRESS", "SUCCEEDED"], "parking", "WaitForVision"),
        (["FAILED", "IN_PROGRESS"], "parking", "WaitForVision"),
        (["FAILED", "SUCCEEDED"], "parking", "VisionFailed"),
        (["SUCCEEDED", "FAILED"], "continuous", "VisionFailed"),
        (["FAILED", "SUCCEEDED"], "event", "Watched"),  # an incident whatever its jobs say
        (["SUCCEEDED", "SUCCEEDED"], "parking", "Watched"),
        (["SUCCEEDED", "SUCCEEDED"], "travel", "StartModeration"),
    ],
)
def test_a_failed_job_never_makes_a_clip_routine(machine, states, jobs, lane, way):
    statuses = dict(zip(("labels_status", "text_status"), jobs, strict=True))
    variables = probed(machine, event=in_lane(lane)) | statuses
    assert choice(states, "Seen", variables) == way


@pytest.mark.parametrize(
    ("status", "lane", "way"),
    [
        ("QUEUED", "parking", "WaitForSpeech"),
        ("FAILED", "parking", "SpeechFailed"),
        ("FAILED", "event", "Listened"),
        ("COMPLETED", "parking", "Listened"),
    ],
)
def test_a_failed_transcription_is_a_failure_but_does_not_hold_up_an_event(machine, states, status, lane, way):
    assert choice(states, "Heard", probed(machine, event=in_lane(lane)) | {"speech_status": status}) == way


def test_a_claim_that_could_not_be_written_still_leaves_a_record_to_redrive(machine, states):
    variables = evaluate(states["Claim"]["Catch"][-1]["Assign"], {}, input=EVENT, error_output={"Error": "DynamoDB.X"})
    assert variables["failure"]["cause"] == ""
    update = evaluate(states["RecordFailure"]["Arguments"], variables)
    assert "#event = if_not_exists(#event, :event)" in update["UpdateExpression"]
    assert update["Key"]["clip_id"]["S"] == variables["clip"]["id"]


def test_an_answer_without_a_container_is_no_video(machine, states):
    variables = probed(machine)
    variables |= evaluate(states["Probe"]["Assign"], variables, result={"ProbeResults": []})
    assert evaluate(states["Plan"]["Assign"], variables)["plan"]["reject"] == "the file holds no video"
