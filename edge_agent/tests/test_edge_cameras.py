"""What each vendor's names mean, and what only looks like them."""

from pathlib import PurePath
from zoneinfo import ZoneInfo

import pytest

from impp_edge.cameras import read_names

UTC_ZONE = ZoneInfo("UTC")

KNOWN = [
    # Tesla
    ("TeslaCam/RecentClips/2026-01-30_08-15-07-front.mp4", "continuous", "2026-01-30T08:15:07"),
    ("TeslaCam/SavedClips/2026-01-30_08-15-10/2026-01-30_08-14-07-left_repeater.mp4", "event", "2026-01-30T08:14:07"),
    ("TeslaCam/SentryClips/2026-01-30_08-15-10/2026-01-30_08-14-07-right_pillar.mp4", "event", "2026-01-30T08:14:07"),
    # BlackVue
    ("BlackVue/Record/20260130_081507_NF.mp4", "continuous", "2026-01-30T08:15:07"),
    ("BlackVue/Record/20260130_081507_NRL.mp4", "continuous", "2026-01-30T08:15:07"),
    ("BlackVue/Record/20260130_081507_PF.mp4", "parking", "2026-01-30T08:15:07"),
    ("BlackVue/Record/20260130_081507_EF.mp4", "event", "2026-01-30T08:15:07"),
    ("BlackVue/Record/20260130_081507_IR.mp4", "event", "2026-01-30T08:15:07"),
    ("BlackVue/Record/20260130_081507_MFS.mp4", "event", "2026-01-30T08:15:07"),
    # Viofo
    ("DCIM/Movie/2026_0130_081507_0012F.MP4", "continuous", "2026-01-30T08:15:07"),
    ("DCIM/Movie/2026_0130_081507_000012PR.MP4", "parking", "2026-01-30T08:15:07"),
    ("DCIM/Movie/2026_0130_081507_0012EF.MP4", "event", "2026-01-30T08:15:07"),
    ("DCIM/Movie/2026_0130_081507.MP4", "continuous", "2026-01-30T08:15:07"),
    ("DCIM/Movie/RO/2026_0130_081507_0012F.MP4", "event", "2026-01-30T08:15:07"),
    ("DCIM/Movie/RO/2026_0130_081507_0012PF.MP4", "event", "2026-01-30T08:15:07"),
    ("DCIM/Movie/Parking/2026_0130_081507_0012F.MP4", "parking", "2026-01-30T08:15:07"),
    # Garmin
    ("DCIM/105EVENT/GRMN0042.MP4", "event", None),
    ("DCIM/101SAVED/GRMN0042.MP4", "event", None),
    ("DCIM/103PARKM/GRMN0042.MP4", "parking", None),
    ("DCIM/104UNSVD/GRMN0042.MP4", "continuous", None),
    ("DCIM/102TLPSE/GRMN0042.MP4", "continuous", None),
    # Nextbase
    ("DCIM/260130_081507_012_FH.MP4", "continuous", "2026-01-30T08:15:07"),
    ("DCIM/260130_081507_012_RL.MP4", "continuous", "2026-01-30T08:15:07"),
    # 70mai
    ("Normal/NO20260130-081507-000012F.MP4", "continuous", "2026-01-30T08:15:07"),
    ("Event/EV20260130-081507-000012B.MP4", "event", "2026-01-30T08:15:07"),
    ("Park/PA20260130-081507.MP4", "parking", "2026-01-30T08:15:07"),
    ("Lapse/LA20260130-081507-000012F.MP4", "continuous", "2026-01-30T08:15:07"),
    # Vantrue
    ("Normal/20260130_081507_0012_N_A.mp4", "continuous", "2026-01-30T08:15:07"),
    ("card/20260130_081507_0012_E_B.mp4", "event", "2026-01-30T08:15:07"),
    ("card/20260130_081507_0012_P_C.mp4", "parking", "2026-01-30T08:15:07"),
    # Thinkware
    ("cont_rec/REC_2026_01_30_08_15_07_F.MP4", "continuous", "2026-01-30T08:15:07"),
    ("card/EVT_2026_01_30_08_15_07_F.MP4", "event", "2026-01-30T08:15:07"),
    ("evt_rec/REC_2026_01_30_08_15_07_R.MP4", "event", "2026-01-30T08:15:07"),
    ("card/PARK_2026_01_30_08_15_07_F.MP4", "parking", "2026-01-30T08:15:07"),
    ("motion_rec/MOT_2026_01_30_08_15_07_F.MP4", "parking", None),
    ("card/MAN_2026_01_30_08_15_07_F.MP4", "event", "2026-01-30T08:15:07"),
    # DDPai
    ("DCIM/G_20260130081507_0060_L.mp4", "event", "2026-01-30T08:15:07"),
    ("DCIM/G_20260130081507_12_X.mp4", "event", "2026-01-30T08:15:07"),
    # Plain folders
    ("event/anything.mov", "event", None),
    ("card/PARKING/2026/anything.mov", "parking", None),
    ("continuous/anything.mov", "continuous", None),
]

LOOK_ALIKES = [
    ("card/2026-01-30_08-15-07-roof.mp4", None),
    ("card/2026-01-30_08-15-07-front.mp4.mp4", None),
    ("card/20260130_081507_QF.mp4", None),
    ("card/20260130_081507_EZ.mp4", None),
    ("card/x20260130_081507_EF.mp4", None),
    ("card/20261330_081507_EF.mp4", None),
    ("card/20260130_251507_EF.mp4", None),
    ("card/00010130_081507_EF.mp4", None),
    ("card/2026_0130_081507_0012X.MP4", None),
    ("card/260130_081507_012_XH.MP4", None),
    ("card/EV20260130081507.MP4", None),
    ("card/20260130_081507_0012_X_A.mp4", None),
    ("card/EVT_2026_01_30_08_15_F.MP4", None),
    ("card/G_2026013008150_0060_L.mp4", None),
    ("card/20\u0662\u0666\u0660\u0661\u0663\u0660_081507_EF.mp4", None),
    ("events/clip.mp4", None),
    ("my event/clip.mp4", None),
    ("ROAD/clip.mp4", None),
    ("5EVENT/clip.mp4", None),
    ("card/event.mp4", None),
]


@pytest.mark.parametrize(("path", "lane", "captured_at"), KNOWN)
def test_a_cameras_names_tell_lane_and_time(path, lane, captured_at):
    hint = read_names(PurePath(path), UTC_ZONE)
    assert hint.lane == lane
    assert (hint.captured_at and hint.captured_at.strftime("%Y-%m-%dT%H:%M:%S")) == captured_at


@pytest.mark.parametrize(("path", "captured_at"), LOOK_ALIKES)
def test_what_only_looks_like_a_cameras_name_is_continuous_and_timeless(path, captured_at):
    hint = read_names(PurePath(path), UTC_ZONE)
    assert (hint.lane, hint.captured_at) == ("continuous", captured_at)


@pytest.mark.parametrize(
    ("zone", "utc"),
    [("Europe/Berlin", "2026-01-30T07:15:07+00:00"), ("America/New_York", "2026-01-30T13:15:07+00:00")],
)
def test_a_names_time_is_the_cameras_local_time(zone, utc):
    hint = read_names(PurePath("card/20260130_081507_NF.mp4"), ZoneInfo(zone))
    assert hint.captured_at.isoformat() == utc
