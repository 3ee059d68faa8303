"""MediaConvert's jobs, from settings to objects that play as asked."""

import re
from urllib.parse import unquote

import av
import pytest

from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.probe import probe

KEY = "video/dash cam/event/20260102_030405/überholt 1.mp4"
AAC = [
    {
        "AudioSourceName": "Audio Selector 1",
        "CodecSettings": {
            "Codec": "AAC",
            "AacSettings": {"Bitrate": 96000, "CodingMode": "CODING_MODE_2_0", "SampleRate": 48000},
        },
    }
]


@pytest.fixture
def mediaconvert(storage):
    service = MediaConvert(storage)
    yield service
    service.close()


@pytest.fixture
def run(mediaconvert, eventually):
    def start_and_wait(settings):
        job = mediaconvert.create_job({"Role": "role", "Settings": settings})["Job"]
        return eventually(
            lambda: mediaconvert.get_job({"Id": job["Id"]})["Job"],
            lambda job: job["Status"] not in ("SUBMITTED", "PROGRESSING"),
        )

    return start_and_wait


def h264(**changes):
    h264 = {
        "RateControlMode": "QVBR",
        "MaxBitrate": 1_000_000,
        "QvbrSettings": {"QvbrQualityLevel": 7},
        "GopSize": 2,
        "GopSizeUnits": "SECONDS",
    }
    return {"CodecSettings": {"Codec": "H_264", "H264Settings": h264}} | changes


def mp4(destination="s3://products/clip/clip", *, video=None, audio=AAC):
    output = {
        "ContainerSettings": {"Container": "MP4", "Mp4Settings": {"MoovPlacement": "PROGRESSIVE_DOWNLOAD"}},
        "VideoDescription": video or h264(),
        "AudioDescriptions": audio,
    }
    return {
        "OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": destination}},
        "Outputs": [output],
    }


def frames(**changes):
    capture = {"FramerateNumerator": 1, "FramerateDenominator": 2, "MaxCaptures": 10, "Quality": 80} | changes
    video = {"CodecSettings": {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": capture}}
    output = {"NameModifier": "_frame", "ContainerSettings": {"Container": "RAW"}, "VideoDescription": video}
    group = mp4("s3://products/clip/thumbs/clip")
    return group | {"Outputs": [output]}


def hls(*rungs, destination="s3://products/clip/hls/clip"):
    settings = {"Destination": destination, "SegmentLength": 3, "MinSegmentLength": 0}
    outputs = [
        {
            "NameModifier": f"_{height}p",
            "ContainerSettings": {"Container": "M3U8"},
            "VideoDescription": h264(Height=height),
            "AudioDescriptions": AAC,
        }
        for height in rungs
    ]
    return {
        "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": settings},
        "Outputs": outputs,
    }


def job(*groups, key=KEY, **source):
    selectors = {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}
    file = {"FileInput": f"s3://clips/{key}", "TimecodeSource": "ZEROBASED", "AudioSelectors": selectors}
    return {"Inputs": [file | {"VideoSelector": {"Rotate": "AUTO"}} | source], "OutputGroups": list(groups)}


def opened(storage, key, bucket="products"):
    return probe(storage.root / bucket / key)


def test_an_mp4_plays_while_it_loads(storage, run, clip):
    storage.put("clips", KEY, clip)
    done = run(job(mp4(video=h264(Height=120))))
    assert (done["Status"], done["ErrorCode"], done["ErrorMessage"]) == ("COMPLETE", None, None)
    assert storage.stored == {"clip/clip.mp4": "video/mp4"}
    content = storage.read("products", "clip/clip.mp4")
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    media = opened(storage, "clip/clip.mp4")
    assert (media.video.codec, media.video.width, media.video.height) == ("h264", 160, 120)
    assert (media.audio[0].codec, media.audio[0].channels, media.audio[0].sample_rate) == ("aac", 2, 48000)
    ((detail,),) = (group["OutputDetails"] for group in done["OutputGroupDetails"])
    assert detail["VideoDetails"] == {"WidthInPx": 160, "HeightInPx": 120}
    assert detail["DurationInMs"] == pytest.approx(7000, abs=60)
    with av.open(str(storage.root / "products/clip/clip.mp4")) as container:
        assert container.streams.video[0].format.name == "yuv420p"


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ({}, (320, 240)),
        ({"Width": 100}, (100, 76)),
        ({"Height": 100}, (134, 100)),
        ({"Width": 200, "Height": 200}, (200, 200)),
    ],
)
def test_sizes_keep_the_aspect_and_are_even(storage, run, silent_clip, asked, got):
    storage.put("clips", KEY, silent_clip)
    run(job(mp4(video=h264(**asked))))
    video = opened(storage, "clip/clip.mp4").video
    assert (video.width, video.height) == got


def test_odd_sources_become_even_and_oblong_pixels_square(storage, run, make_media):
    arguments = ("-f", "lavfi", "-i", "testsrc2=d=1:s=320x240:r=5", "-vf", "scale=161:121,setsar=2", "-c:v", "libvpx")
    storage.put("clips", KEY, make_media("odd.webm", *arguments))
    run(job(mp4()))
    video = opened(storage, "clip/clip.mp4").video
    assert (video.width, video.height) == (322, 120)


def test_rotation_is_applied_where_asked_and_never_passed_on(storage, run, sideways_clip):
    storage.put("clips", KEY, sideways_clip)
    run(job(mp4("s3://products/upright")))
    run(job(mp4("s3://products/lying"), VideoSelector={}))
    upright, lying = opened(storage, "upright.mp4").video, opened(storage, "lying.mp4").video
    assert (upright.width, upright.height, upright.rotation) == (240, 320, 0)
    assert (lying.width, lying.height, lying.rotation) == (320, 240, 0)


def test_a_silent_input_makes_outputs_without_sound(storage, run, silent_clip):
    storage.put("clips", KEY, silent_clip)
    assert run(job(mp4(), hls(120)))["Status"] == "COMPLETE"
    assert opened(storage, "clip/clip.mp4").audio == ()
    assert "mp4a" not in storage.read("products", "clip/hls/clip.m3u8").decode()


def test_sound_that_is_not_asked_for_is_left_out(storage, run, clip):
    storage.put("clips", KEY, clip)
    run(job(mp4(audio=[])))
    assert opened(storage, "clip/clip.mp4").audio == ()


def test_webm_becomes_h264_at_its_own_frame_rate(storage, run, webm_clip):
    storage.put("clips", KEY, webm_clip)
    assert run(job(mp4()))["Status"] == "COMPLETE"
    media = opened(storage, "clip/clip.mp4")
    assert (media.video.codec, media.video.frame_rate, media.audio[0].codec) == ("h264", 10, "aac")


def key_frames(path):
    with av.open(str(path)) as container:
        return [round(float(frame.time), 2) for frame in container.decode(video=0) if frame.key_frame]


def test_key_frames_come_every_gop(storage, run, clip):
    storage.put("clips", KEY, clip)
    run(job(mp4()))
    assert key_frames(storage.root / "products/clip/clip.mp4") == [0, 2, 4, 6]
    in_frames = h264()
    in_frames["CodecSettings"]["H264Settings"] |= {"GopSize": 75, "GopSizeUnits": "FRAMES"}
    run(job(mp4(video=in_frames)))
    assert key_frames(storage.root / "products/clip/clip.mp4") == [0, 3, 6]


def test_a_top_bitrate_is_kept_and_quality_spends_it(storage, run, make_media):
    noise = ("-f", "lavfi", "-i", "testsrc2=d=4:s=320x240:r=25", "-vf", "noise=alls=60:allf=t")
    storage.put("clips", KEY, make_media("noise.mp4", *noise, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", 10))

    def bitrate(most, quality):
        video = h264()
        video["CodecSettings"]["H264Settings"] |= {"MaxBitrate": most, "QvbrSettings": {"QvbrQualityLevel": quality}}
        run(job(mp4(video=video)))
        return opened(storage, "clip/clip.mp4").video.bit_rate

    # Over four seconds the encoder's buffer still tells, and more or less so by the number of its threads.
    assert bitrate(500_000, 7) < 700_000 < bitrate(50_000_000, 7)
    assert bitrate(50_000_000, 3) < bitrate(50_000_000, 9)


def variants(storage, master="clip/hls/clip.m3u8"):
    lines = storage.read("products", master).decode().splitlines()
    assert lines[0] == "#EXTM3U"
    entries = [line for line in lines if line.startswith("#EXT-X-STREAM-INF")]
    names = [line for line in lines if not line.startswith("#")]
    return dict(zip(names, entries, strict=True))


def test_hls_lists_its_variants_truthfully(storage, run, clip):
    storage.put("clips", KEY, clip)
    done = run(job(hls(240, 120)))
    details = done["OutputGroupDetails"][0]["OutputDetails"]
    assert [detail["VideoDetails"]["HeightInPx"] for detail in details] == [240, 120]
    assert details[0]["DurationInMs"] == pytest.approx(7000, abs=100)
    listed = variants(storage)
    assert list(listed) == ["clip_240p.m3u8", "clip_120p.m3u8"]
    assert "RESOLUTION=320x240" in listed["clip_240p.m3u8"]
    assert "FRAME-RATE=25.000" in listed["clip_240p.m3u8"]
    assert re.search(r'CODECS="avc1\.4d4[0-9a-f]{3},mp4a\.40\.2"', listed["clip_240p.m3u8"])
    for name, entry in listed.items():
        playlist = storage.read("products", f"clip/hls/{name}").decode()
        durations = [float(number) for number in re.findall(r"#EXTINF:([\d.]+)", playlist)]
        segments = [line for line in playlist.splitlines() if not line.startswith("#")]
        stem = name.removesuffix(".m3u8")
        assert segments == [f"{stem}_00001.ts", f"{stem}_00002.ts", f"{stem}_00003.ts"]
        assert durations == pytest.approx([3, 3, 1], abs=0.05)
        assert "#EXT-X-ENDLIST" in playlist
        sizes = [len(storage.read("products", f"clip/hls/{segment}")) * 8 for segment in segments]
        peak = max(size / seconds for size, seconds in zip(sizes, durations, strict=True))
        assert f"BANDWIDTH={round(peak)}," in entry
        assert f"AVERAGE-BANDWIDTH={round(sum(sizes) / sum(durations))}," in entry
        for segment in segments:
            assert storage.stored[f"clip/hls/{segment}"] == "video/mp2t"
    assert storage.stored["clip/hls/clip.m3u8"] == "application/vnd.apple.mpegurl"
    assert list(storage.stored)[-1] == "clip/hls/clip.m3u8"


def test_every_segment_can_be_decoded_from_its_start(storage, run, clip):
    storage.put("clips", KEY, clip)
    run(job(hls(120)))
    for number, expected in ((1, 75), (2, 75), (3, 25)):
        with av.open(str(storage.root / f"products/clip/hls/clip_120p_0000{number}.ts")) as container:
            pictures = list(container.decode(video=0))
        assert pictures[0].key_frame
        assert len(pictures) == expected


def test_codecs_say_baseline_without_sound(storage, run, silent_clip):
    storage.put("clips", KEY, silent_clip)
    group = hls(120)
    group["Outputs"][0]["VideoDescription"]["CodecSettings"]["H264Settings"]["CodecProfile"] = "BASELINE"
    run(job(group))
    assert re.search(r'CODECS="avc1\.42c0[0-9a-f]{2}"', variants(storage)["clip_120p.m3u8"])


def test_names_that_are_no_uris_are_quoted_in_playlists(storage, run, silent_clip):
    storage.put("clips", KEY, silent_clip)
    assert run(job(hls(120, destination="s3://products/hls/")))["Status"] == "COMPLETE"
    (variant,) = variants(storage, "hls/überholt 1.m3u8")
    assert variant == "%C3%BCberholt%201_120p.m3u8"
    playlist = storage.read("products", f"hls/{unquote(variant)}").decode()
    (segment,) = (line for line in playlist.splitlines() if not line.startswith("#"))
    assert storage.read("products", f"hls/{unquote(segment)}")


def test_a_name_with_a_percent_sign_is_no_pattern(storage, run, silent_clip):
    storage.put("clips", "50%d.mp4", silent_clip)
    run(job(mp4("s3://products/"), key="50%d.mp4"))
    assert list(storage.stored) == ["50%d.mp4"]


def test_frames_are_captured_from_the_first_on_and_numbered(storage, run, clip):
    storage.put("clips", KEY, clip)
    done = run(job(frames(), mp4()))
    captured = [key for key in storage.stored if key.endswith(".jpg")]
    assert captured == [f"clip/thumbs/clip_frame.000000{number}.jpg" for number in range(4)]
    assert storage.stored[captured[0]] == "image/jpeg"
    assert storage.read("products", captured[0]).startswith(b"\xff\xd8\xff")
    (detail,) = done["OutputGroupDetails"][0]["OutputDetails"]
    assert detail["DurationInMs"] == pytest.approx(7000, abs=50)
    assert detail["VideoDetails"] == {"WidthInPx": 320, "HeightInPx": 240}


def test_no_more_frames_are_captured_than_asked_for_and_quality_costs_bytes(storage, run, clip):
    storage.put("clips", KEY, clip)
    sizes = []
    for quality in (20, 95):
        run(job(frames(MaxCaptures=2, Quality=quality), mp4()))
        assert sum(key.endswith(".jpg") for key in storage.stored) == 2
        sizes.append(len(storage.read("products", "clip/thumbs/clip_frame.0000001.jpg")))
    assert sizes[0] < sizes[1] / 2


@pytest.mark.parametrize(
    ("clipping", "seconds"),
    [
        ({"StartTimecode": "00:00:02:00", "EndTimecode": "00:00:04:24"}, 3.0),
        ({"StartTimecode": "00:00:06:00"}, 1.0),
        ({"EndTimecode": "00:00:00:11"}, 0.48),
        ({"StartTimecode": "00:00:05:00", "EndTimecode": "00:01:00:00"}, 2.0),
    ],
)
def test_a_clipping_includes_its_last_frame(storage, run, clip, clipping, seconds):
    storage.put("clips", KEY, clip)
    run(job(mp4(), InputClippings=[clipping]))
    with av.open(str(storage.root / "products/clip/clip.mp4")) as container:
        assert len(list(container.decode(video=0))) == round(seconds * 25)


def test_a_clipping_starts_where_it_says(storage, run, clip):
    """The pattern's pictures differ, so the clipping's first is its source's at that time and no other."""

    def picture(path, number):
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
        return frames[number]

    storage.put("clips", KEY, clip)
    run(job(mp4(), InputClippings=[{"StartTimecode": "00:00:02:10"}]))
    first = picture(storage.root / "products/clip/clip.mp4", 0)
    differences = {number: abs(first - picture(clip, number)).mean() for number in (58, 59, 60, 61, 62)}
    assert min(differences, key=differences.get) == 60


@pytest.mark.parametrize(
    ("name", "encoder", "read"),
    [("a.ogv", "libtheora", False), ("a.webm", "libaom-av1", False), ("a.mp4", "libaom-av1", True)],
)
def test_what_mediaconvert_cannot_read_is_refused_though_ffmpeg_can(storage, run, make_media, name, encoder, read):
    picture = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=5", "-t", 1, "-pix_fmt", "yuv420p")
    storage.put("clips", KEY, make_media(name, *picture, "-c:v", encoder))
    done = run(job(mp4(video=h264(Height=120), audio=[])))
    assert (done["Status"], done["ErrorCode"]) == (("COMPLETE", None) if read else ("ERROR", 1010))
    assert read or done["ErrorMessage"].startswith("MediaConvert reads no ")


@pytest.mark.parametrize(
    ("clipping", "reason"),
    [
        ({"StartTimecode": "00:00:07:10"}, "past the input's 7"),
        ({"StartTimecode": "00:00:01:25"}, "frame 25 is past the input's 25 frames a second"),
    ],
)
def test_a_clipping_the_input_does_not_have_fails_the_job(storage, run, clip, clipping, reason):
    storage.put("clips", KEY, clip)
    done = run(job(mp4(), InputClippings=[clipping]))
    assert (done["Status"], done["ErrorCode"]) == ("ERROR", 1010)
    assert reason in done["ErrorMessage"]


def test_a_clipping_with_sound_but_no_picture_fails_the_job(storage, run, make_media):
    picture, sound = ("-f", "lavfi", "-i", "testsrc2=d=1:s=160x120:r=25"), ("-f", "lavfi", "-i", "sine=d=4")
    storage.put("clips", KEY, make_media("short.mp4", *picture, *sound, "-c:v", "libx264", "-pix_fmt", "yuv420p"))
    done = run(job(frames(), mp4(), InputClippings=[{"StartTimecode": "00:00:02:00"}]))
    assert (done["Status"], "no picture from 2 s on" in done["ErrorMessage"]) == ("ERROR", True)


@pytest.mark.parametrize("content", [b"", b"not media at all " * 50])
def test_an_input_that_is_not_media_fails_the_job(storage, run, content):
    storage.put("clips", KEY, content)
    done = run(job(mp4()))
    assert (done["Status"], done["ErrorCode"]) == ("ERROR", 1010)
    assert f"Unable to open input file [s3://clips/{KEY}]" in done["ErrorMessage"]


def test_a_missing_input_fails_the_job(run):
    done = run(job(mp4()))
    assert (done["Status"], done["ErrorCode"]) == ("ERROR", 1010)


def test_an_input_without_video_fails_the_job(storage, run, make_media):
    storage.put("clips", KEY, make_media("a.m4a", "-f", "lavfi", "-i", "sine=d=1"))
    assert run(job(mp4()))["ErrorMessage"] == "the input has no video track"


def test_what_ffmpeg_says_reaches_the_reader_without_local_paths(storage, run, silent_clip):
    storage.put("clips", KEY, silent_clip)
    group = mp4()
    group["Outputs"][0]["VideoDescription"]["Width"] = 32768
    group["Outputs"][0]["VideoDescription"]["Height"] = 32
    done = run(job(group))
    assert (done["Status"], done["ErrorCode"]) == ("ERROR", 1999)
    assert "FFmpeg could not transcode" in done["ErrorMessage"]
    assert str(storage.root) not in done["ErrorMessage"]


def test_an_avi_with_pictures_out_of_order_is_made_whole(storage, run, make_media):
    picture = ("-f", "lavfi", "-i", "testsrc2=d=2:s=320x240:r=25", "-c:v", "libx264", "-bf", 2, "-pix_fmt", "yuv420p")
    storage.put("clips", "b.avi", make_media("b.avi", *picture))
    done = run(job(mp4(audio=[]), key="b.avi"))
    assert (done["Status"], done["ErrorMessage"]) == ("COMPLETE", None)
    with av.open(str(storage.root / "products" / "clip/clip.mp4")) as made:
        assert sum(1 for _ in made.decode(video=0)) >= 45
