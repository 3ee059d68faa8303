"""Transcribe's jobs: the words of a spoken recording, and every way a job can be refused or fail."""

import json
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from local_cloud.services import speech
from local_cloud.services.jobs import JobTable
from local_cloud.services.storage import ObjectError
from local_cloud.services.transcribe import MAX_BYTES, Transcribe
from local_cloud.services.wire import ServiceError

SPOKEN = Path(__file__).parent / "media" / "help.wav"
WORDS = "please help me there was a crash on the highway call the police now"


@pytest.fixture
def transcribe(storage):
    service = Transcribe(storage, region="eu-west-1", account_id="123456789012")
    yield service
    service.close()


def request(**changes):
    return {
        "TranscriptionJobName": "job-1",
        "LanguageCode": "en-US",
        "Media": {"MediaFileUri": "s3://clips/spoken.wav"},
        "OutputBucketName": "products",
        "OutputKey": "clip/transcript.json",
    } | changes


@pytest.fixture
def run(transcribe, eventually):
    def start_and_wait(**changes):
        name = transcribe.start_transcription_job(request(**changes))["TranscriptionJob"]["TranscriptionJobName"]
        return eventually(
            lambda: transcribe.get_transcription_job({"TranscriptionJobName": name})["TranscriptionJob"],
            lambda job: job["TranscriptionJobStatus"] != "IN_PROGRESS",
        )

    return start_and_wait


def test_a_spoken_recording_comes_out_word_for_word(storage, run):
    storage.put("clips", "spoken.wav", SPOKEN)
    job = run()
    assert job["TranscriptionJobStatus"] == "COMPLETED"
    address = "https://s3.eu-west-1.amazonaws.com/products/clip/transcript.json"
    assert job["Transcript"] == {"TranscriptFileUri": address}
    document = json.loads(storage.read("products", "clip/transcript.json"))
    assert storage.stored["clip/transcript.json"] == "application/json"
    assert (document["jobName"], document["accountId"], document["status"]) == ("job-1", "123456789012", "COMPLETED")
    assert document["results"]["transcripts"] == [{"transcript": WORDS}]
    crash = document["results"]["items"][6]
    assert (crash["type"], crash["alternatives"][0]["content"]) == ("pronunciation", "crash")
    assert 1.4 < float(crash["start_time"]) < float(crash["end_time"]) < 2.2
    assert 0.5 < float(crash["alternatives"][0]["confidence"]) <= 1


def test_words_after_the_first_chunk_keep_their_time(tmp_path):
    path = tmp_path / "long.wav"
    late = ("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=30", "-i", SPOKEN)
    joined = ("-filter_complex", "[0:a][1:a]concat=n=2:v=0:a=1", "-ac", "2", "-ar", "44100")
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *map(str, late), *joined, str(path)], check=True)
    (crash,) = (word for word in speech.hear(path) if word.text == "crash")
    assert (crash.start, crash.end) == pytest.approx((31.55, 32.04), abs=0.2)


def test_chunks_are_short_lose_nothing_and_are_cut_where_it_is_quiet(tmp_path):
    path = tmp_path / "loud.wav"
    # Loud but for half a second at 17 s.
    loud = "if(between(t,17,17.5),0,0.5*sin(2*PI*300*t))"
    source = ("-f", "lavfi", "-i", f"aevalsrc='{loud}':s=16000:d=45")
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *source, str(path)], check=True)
    chunks = list(speech.chunks(path))
    assert sum(map(len, chunks)) == 45 * speech.RATE
    assert max(map(len, chunks)) <= speech.CHUNK_MOST * speech.RATE
    assert 17 <= len(chunks[0]) / speech.RATE <= 17.5
    assert np.abs(chunks[0][-500:]).max() == 0


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"OutputKey": "folder/"}, "folder/job-1.json"), ({"OutputKey": "plain"}, "plain"), (None, "job-1.json")],
)
def test_where_the_transcript_goes(storage, transcribe, eventually, changes, key):
    storage.put("clips", "spoken.wav", SPOKEN)
    arguments = request(**(changes or {}))
    if changes is None:
        del arguments["OutputKey"]
    transcribe.start_transcription_job(arguments)
    eventually(lambda: key in storage.stored, bool)


def test_a_clip_without_sound_fails_with_the_reason(storage, run, silent_clip):
    storage.put("clips", "spoken.wav", silent_clip)
    job = run()
    assert (job["TranscriptionJobStatus"], job["Transcript"]) == ("FAILED", None)
    assert "no audio track" in job["FailureReason"]


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "the file is empty"), (b"no media at all" * 100, "can't be read|not media")]
)
def test_what_is_not_media_fails_with_the_reason(storage, run, content, reason):
    storage.put("clips", "spoken.wav", content)
    job = run()
    assert job["TranscriptionJobStatus"] == "FAILED"
    assert any(part in job["FailureReason"] for part in reason.split("|"))


def test_a_container_transcribe_does_not_read_fails(storage, run, make_media):
    film = make_media("a.avi", "-f", "lavfi", "-i", "sine=440:d=1")
    storage.put("clips", "spoken.wav", film)
    assert "'avi'" in run()["FailureReason"]


def test_a_wrong_media_format_fails_and_a_right_one_does_not(storage, run):
    storage.put("clips", "spoken.wav", SPOKEN)
    assert "'mp4' was given, 'wave' found" in run(MediaFormat="mp4")["FailureReason"]
    assert run(TranscriptionJobName="job-2", MediaFormat="wav")["TranscriptionJobStatus"] == "COMPLETED"


def test_media_that_vanishes_before_the_job_runs_fails(storage, eventually):
    gate = threading.Event()
    table = JobTable()
    for _ in range(2):
        table.start("other", {}, gate.wait)
    service = Transcribe(storage, jobs=table)
    storage.put("clips", "spoken.wav", SPOKEN)
    service.start_transcription_job(request())
    (storage.root / "clips" / "spoken.wav").unlink()
    gate.set()
    job = eventually(
        lambda: service.get_transcription_job({"TranscriptionJobName": "job-1"})["TranscriptionJob"],
        lambda job: job["TranscriptionJobStatus"] != "IN_PROGRESS",
    )
    assert "s3://clips/spoken.wav" in job["FailureReason"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"LanguageCode": "de-DE"}, "LanguageCode='de-DE'"),
        ({"IdentifyLanguage": True}, "IdentifyLanguage"),
        ({"Settings": {"ShowSpeakerLabels": True}}, "Settings"),
        ({"MediaFormat": "amr"}, "MediaFormat='amr'"),
        ({"Media": {"MediaFileUri": "https://example.com/a.wav"}}, "must be s3://"),
        ({"Media": {"MediaFileUri": "s3://clips/gone.wav"}}, "s3://clips/gone.wav"),
    ],
)
def test_a_request_that_cannot_be_honoured_is_refused_by_name(storage, transcribe, changes, named):
    storage.put("clips", "spoken.wav", SPOKEN)
    with pytest.raises(ServiceError) as caught:
        transcribe.start_transcription_job(request(**changes))
    assert caught.value.code == "BadRequestException"
    assert named in caught.value.message


@pytest.mark.parametrize("member", ["LanguageCode", "OutputBucketName"])
def test_what_the_stand_in_needs_is_asked_for(storage, transcribe, member):
    storage.put("clips", "spoken.wav", SPOKEN)
    arguments = request()
    del arguments[member]
    with pytest.raises(ServiceError, match=f"needs {member}"):
        transcribe.start_transcription_job(arguments)


def test_media_over_two_gigabytes_is_refused(storage, transcribe):
    storage.put("clips", "spoken.wav", SPOKEN)
    storage.pretended_sizes["spoken.wav"] = MAX_BYTES + 1
    with pytest.raises(ServiceError, match=f"got {MAX_BYTES + 1}"):
        transcribe.start_transcription_job(request())


def test_a_used_name_is_a_conflict_even_with_the_same_request(storage, transcribe):
    storage.put("clips", "spoken.wav", SPOKEN)
    transcribe.start_transcription_job(request())
    with pytest.raises(ServiceError) as caught:
        transcribe.start_transcription_job(request())
    assert caught.value.code == "ConflictException"


def test_the_quota_refuses_and_names_it(storage):
    gate = threading.Event()
    table = JobTable(quota=1)
    table.start("other", {}, gate.wait)
    storage.put("clips", "spoken.wav", SPOKEN)
    with pytest.raises(ServiceError, match="maximum 1") as caught:
        Transcribe(storage, jobs=table).start_transcription_job(request())
    gate.set()
    assert caught.value.code == "LimitExceededException"


def test_an_unknown_job_is_not_found(transcribe):
    with pytest.raises(ServiceError, match="'nobody'") as caught:
        transcribe.get_transcription_job({"TranscriptionJobName": "nobody"})
    assert caught.value.code == "NotFoundException"


def test_a_transcript_that_cannot_be_written_fails_with_the_reason(storage, run, monkeypatch):
    def refuse(path, bucket, key, content_type):
        raise ObjectError(f"can't write s3://{bucket}/{key}: Access Denied")

    storage.put("clips", "spoken.wav", SPOKEN)
    monkeypatch.setattr(storage, "store", refuse)
    job = run()
    assert job["TranscriptionJobStatus"] == "FAILED"
    assert "can't write s3://products/clip/transcript.json" in job["FailureReason"]


def test_iam_is_asked_about_a_job_that_exists_and_about_no_other(transcribe):
    name = {"TranscriptionJobName": "job-1"}
    arn = "arn:aws:transcribe:eu-west-1:123456789012:transcription-job/job-1"
    assert transcribe.resource("StartTranscriptionJob", name) == "*"
    assert transcribe.resource("GetTranscriptionJob", name) == arn
