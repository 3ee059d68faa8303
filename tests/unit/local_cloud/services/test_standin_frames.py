"""Pictures out of a video: when, how many, which way up. And text read again only where it changed."""

import cv2
import numpy as np
import pytest

from local_cloud.services import reading
from local_cloud.services.answers import video_answer
from local_cloud.services.frames import Sampling, sample
from local_cloud.services.playlist import measure
from local_cloud.services.probe import probe


def times(path, duration, **sampling):
    return [round(frame.at, 2) for frame in sample(path, duration, Sampling(**sampling))]


def test_pictures_come_evenly_and_the_first_one_first(clip):
    assert times(clip, 7, per_second=2, most=100) == [round(n / 2 + 0.02 * (n % 2), 2) for n in range(14)]


def test_a_long_video_is_sampled_more_thinly(clip):
    assert times(clip, 7, per_second=2, most=3) == pytest.approx([0, 2.36, 4.68], abs=0.05)


def test_thin_samples_are_found_by_jumping(make_media):
    arguments = ("-f", "lavfi", "-i", "testsrc2=d=60:s=64x64:r=5", "-c:v", "libx264", "-g", 20)
    film = make_media("long.mp4", *arguments, "-pix_fmt", "yuv420p")
    assert times(film, 60, per_second=1, most=6) == [0, 10, 20, 30, 40, 50]


def test_pictures_come_upright(sideways_clip, silent_clip):
    (turned,) = sample(sideways_clip, 2, Sampling(1, 1))
    (plain,) = sample(silent_clip, 2, Sampling(1, 1))
    assert turned.image.shape == (320, 240, 3)
    assert np.array_equal(turned.image, np.rot90(plain.image))


def test_a_video_that_starts_late_counts_from_its_first_picture(make_media, silent_clip):
    late = make_media("late.mp4", "-itsoffset", 3, "-i", silent_clip, "-c", "copy")
    assert times(late, 2, per_second=1, most=10) == [0, 1]


def test_only_pictures_that_differ_are_read(sign, monkeypatch):
    read = []
    monkeypatch.setattr(reading, "lines", lambda image: read.append(image) or [len(read)])
    noisy = np.clip(sign.astype(int) + np.random.default_rng(1).integers(-4, 5, sign.shape), 0, 255).astype(np.uint8)
    changed = sign.copy()
    changed[100:120, 500:510] = 255
    reader = reading.Reader()
    assert [reader.read(image) for image in (sign, sign, noisy, changed)] == [[1], [1], [1], [2]]


def test_wide_pictures_are_read_like_narrow_ones(sign):
    wide = cv2.resize(sign, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    narrow_lines, wide_lines = reading.lines(sign), reading.lines(wide)
    assert {word.text for line in wide_lines for word in line.words} == {"HELP", "ME", "speed", "52"}
    assert np.allclose(wide_lines[0].corners, narrow_lines[0].corners, atol=0.03)


def test_sound_has_no_video_metadata(make_media):
    with pytest.raises(ValueError, match="a video has a picture"):
        video_answer(probe(make_media("a.wav", "-f", "lavfi", "-i", "sine=d=1")))


def test_a_segment_without_its_parameters_is_refused(make_media):
    segment = make_media("a.ts", "-f", "lavfi", "-i", "testsrc2=d=1:s=64x64", "-c:v", "mpeg2video")
    playlist = segment.with_suffix(".m3u8")
    playlist.write_text("#EXTINF:1.0,\na.ts\n")
    with pytest.raises(ValueError, match=r"must begin with its H\.264 parameters"):
        measure("a", playlist, [segment])


def test_a_file_cut_off_in_the_middle_gives_the_pictures_before_the_cut(make_media, clip):
    whole = make_media("whole.mp4", "-i", clip, "-c", "copy", "-movflags", "+faststart")
    cut = whole.with_name("cut.mp4")
    content = whole.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    found = times(cut, 7, per_second=2, most=100)
    assert found[0] == 0
    assert 3 <= len(found) < 14
