"""The committed sample clips are what `expected.toml` says, and hold nothing that would earn another verdict."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import av
import cv2
import pytest
from PIL import Image
from pocketsphinx import Decoder
from rapidocr import RapidOCR

from clip_model.words import Lane, Verdict
from samples import make_samples
from samples.footage import Footage, record
from samples.recipes import RECIPES

MEDIA = make_samples.HERE / "media"
CLIPS = {
    clip["recipe"]: clip for clip in tomllib.loads((make_samples.HERE / "expected.toml").read_text("utf-8"))["clip"]
}
PLAYABLE = [name for name, clip in CLIPS.items() if clip["verdict"] != Verdict.REJECTED]
REJECTED = [name for name in CLIPS if name not in PLAYABLE]

MAX_BYTES = 5_000_000
PERSON_WEIGHT = 0.5
FRAMES_A_SECOND = 1


def file_of(name: str) -> Path:
    return MEDIA / CLIPS[name]["path"]


def frames(name: str) -> list:
    """A frame of each second, BGR."""
    with av.open(str(file_of(name))) as container:
        step = round(container.streams.video[0].average_rate / FRAMES_A_SECOND)
        return [
            frame.to_ndarray(format="bgr24")
            for index, frame in enumerate(container.decode(video=0))
            if index % step == 0
        ]


def transcript(name: str) -> str:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(str(file_of(name))) as container:
        parts = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(b"".join(part.to_ndarray().tobytes() for part in parts), full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def test_every_file_is_listed_and_every_listed_file_is_there():
    on_disk = {str(path.relative_to(MEDIA)) for path in MEDIA.rglob("*") if path.is_file()}
    assert on_disk == {clip["path"] for clip in CLIPS.values()}


def test_the_list_holds_all_eleven_cases():
    assert set(CLIPS) == set(RECIPES)
    assert Counter(clip["verdict"] for clip in CLIPS.values()) == {
        Verdict.INCIDENT: 2,
        Verdict.IMPORTANT: 1,
        Verdict.ROUTINE: 4,
        Verdict.REJECTED: 3,
    }
    sent_twice = [clip for clip in CLIPS.values() if clip.get("send_twice")]
    assert [clip["verdict"] for clip in sent_twice] == [Verdict.ROUTINE]


def test_every_clip_says_why_in_a_line():
    assert all(clip["why"] and "\n" not in clip["why"] for clip in CLIPS.values())


def test_together_they_are_small():
    assert sum(path.stat().st_size for path in MEDIA.rglob("*") if path.is_file()) < MAX_BYTES


@pytest.mark.parametrize("name", CLIPS)
def test_the_folder_gives_the_lane(name):
    lanes = {"Parking": Lane.PARKING, "RO": Lane.EVENT, "Movie": Lane.CONTINUOUS}
    assert lanes[file_of(name).parent.name] == CLIPS[name]["lane"]


@pytest.mark.parametrize("name", set(CLIPS) - {"not video", "name beyond ascii"})
def test_the_camera_s_names_hold_the_time(name):
    assert re.fullmatch(r"\d{4}_\d{4}_\d{6}_\d{4}P?F\.(MP4|webm)", file_of(name).name)


def test_one_name_has_spaces_and_letters_beyond_ascii():
    name = file_of("name beyond ascii").name
    assert " " in name
    assert not name.isascii()


@pytest.mark.parametrize("name", PLAYABLE)
def test_codecs_and_size_are_what_the_readme_says(name):
    with av.open(str(file_of(name))) as container:
        video = container.streams.video[0].codec_context
        audio = [stream.codec_context.name for stream in container.streams.audio]
        assert (video.width, video.height, container.streams.video[0].average_rate) == (640, 360, 15)
        assert 6 <= container.duration / av.time_base < 8.1
    codecs = {"webm": ("vp9", ["opus"]), "no audio": ("h264", [])}
    assert (video.name, audio) == codecs.get(name, ("h264", ["aac"]))


@pytest.mark.parametrize("name", REJECTED)
def test_the_rejected_ones_cannot_be_opened(name):
    with pytest.raises(av.FFmpegError), av.open(str(file_of(name))):
        pass


def test_each_rejected_one_is_broken_in_its_own_way():
    cut_off = file_of("cut off").read_bytes()
    assert cut_off[4:8] == b"ftyp"
    assert b"moov" not in cut_off
    assert file_of("empty").read_bytes() == b""
    assert file_of("not video").read_text("ascii").split()


def test_the_spoken_words_are_understood_as_listed():
    heard = transcript("spoken distress")
    assert "help" in heard.split()
    assert CLIPS["spoken distress"]["why"].endswith(heard)


def test_nothing_is_heard_in_the_others():
    assert transcript("webm") == ""  # they have the same noise


@pytest.fixture(scope="module")
def ocr() -> RapidOCR:
    return RapidOCR()


@pytest.mark.parametrize("name", PLAYABLE)
def test_only_the_sign_can_be_read(name, ocr):
    shown = frames(name)
    texts = {text for frame in shown[1::3] for text in ocr(frame).txts or ()}
    assert texts == ({"POLICE"} if name == "on-screen text" else set())


@pytest.mark.parametrize("name", PLAYABLE)
def test_no_drawing_is_taken_for_a_person_or_a_face(name):
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    face = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    for frame in frames(name):
        _, weights = hog.detectMultiScale(frame, winStride=(8, 8), padding=(8, 8), scale=1.05)
        assert max(weights, default=0) < PERSON_WEIGHT
        assert len(face.detectMultiScale(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), 1.1, 5, minSize=(30, 30))) == 0


def flat(seconds: float) -> Image.Image:
    return Image.new("RGB", (640, 360), (round(seconds * 100), 90, 60))


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_recording_twice_gives_the_same_bytes(tmp_path, suffix):
    footage = Footage(flat, 1, sound="anoisesrc=seed=3:r=16000")
    for copy in ("first", "second"):
        record(footage, tmp_path / f"{copy}{suffix}")
    assert (tmp_path / f"first{suffix}").read_bytes() == (tmp_path / f"second{suffix}").read_bytes()


def test_an_encoder_s_failure_names_the_file(tmp_path):
    with pytest.raises(RuntimeError, match=r"could not write clip\.mp4: .*nosuchsource"):
        record(Footage(flat, 1, sound="nosuchsource"), tmp_path / "clip.mp4")


def test_without_a_voice_nothing_is_touched(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nonexistent")
    before = sorted(MEDIA.rglob("*"))
    assert make_samples.main() == 1
    assert "flite" in capsys.readouterr().err
    assert sorted(MEDIA.rglob("*")) == before
