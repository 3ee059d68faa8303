"""Facts of a media file, and why a file is not one."""

import random
from fractions import Fraction

import pytest

from local_cloud.services.probe import MediaError, probe


def test_a_clips_facts(clip):
    media = probe(clip)
    assert (media.container, round(media.duration, 1)) == ("mp4", 7.0)
    video, (audio,) = media.video, media.audio
    assert (video.codec, video.width, video.height, video.frame_rate) == ("h264", 320, 240, Fraction(25))
    assert (audio.codec, audio.channels, audio.sample_rate) == ("aac", 1, 44100)


def test_a_silent_clip_has_no_audio(silent_clip):
    assert probe(silent_clip).audio == ()


def test_rotation_is_read(sideways_clip):
    assert probe(sideways_clip).video.rotation == 90


def test_sound_alone_has_no_video(make_media):
    media = probe(make_media("tone.wav", "-f", "lavfi", "-i", "sine=440:d=1"))
    assert (media.container, media.video, len(media.audio)) == ("wave", None, 1)


def test_a_cover_picture_is_no_video(make_media):
    tone = make_media("tone.m4a", "-f", "lavfi", "-i", "sine=440:d=1")
    cover = make_media("cover.jpg", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", 1)
    album = make_media("album.m4a", "-i", tone, "-i", cover, "-c", "copy", "-disposition:v", "attached_pic")
    assert probe(album).video is None


@pytest.mark.parametrize(
    ("name", "arguments", "container"),
    [
        ("a.webm", ("-c:v", "libvpx"), "webm"),
        ("a.mkv", ("-c:v", "libx264"), "matroska"),
        ("a.mov", ("-c:v", "libx264"), "quicktime"),
        ("a.3gp", ("-c:v", "libx264"), "three_gp"),
        ("a.avi", ("-c:v", "mpeg4"), "avi"),
        ("a.ts", ("-c:v", "libx264"), "mpegts"),
        ("a.ogv", ("-c:v", "libtheora"), "ogg"),
    ],
)
def test_containers_have_mediaconverts_names(make_media, name, arguments, container):
    assert (
        probe(make_media(name, "-f", "lavfi", "-i", "testsrc2=d=1:s=160x120:r=10", *arguments)).container == container
    )


def broken(path, name):
    content = path.read_bytes()
    return {
        "empty": b"",
        "noise": random.Random(7).randbytes(50_000),
        "text": b"It was a dark and stormy night.\n" * 100,
        "truncated": content[:3000],
    }[name]


@pytest.mark.parametrize(
    ("name", "recognised", "reason"),
    [
        ("empty", False, "the file is empty"),
        ("noise", False, "can't be read|not media"),
        ("text", False, "not media"),
        ("truncated", True, "can't be read"),
    ],
)
def test_what_is_not_media_is_refused_with_the_reason(silent_clip, tmp_path, name, recognised, reason):
    path = tmp_path / "clip.mp4"
    if name == "text":
        path = path.with_suffix(".txt")
    path.write_bytes(broken(silent_clip, name))
    with pytest.raises(MediaError, match=reason) as caught:
        probe(path)
    assert caught.value.recognised is recognised


def test_a_picture_is_not_media(make_media):
    with pytest.raises(MediaError, match="not media: it reads as"):
        probe(make_media("a.png", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", 1))


def test_a_track_that_cannot_be_decoded_is_broken_media(silent_clip, tmp_path):
    content = bytearray(silent_clip.read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    path = tmp_path / "zeroed.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.recognised


def test_a_container_with_captions_only_has_nothing_to_see_or_hear(make_media, tmp_path):
    captions = tmp_path / "a.srt"
    captions.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    with pytest.raises(MediaError, match="neither picture nor sound"):
        probe(make_media("a.mkv", "-i", captions))
