import json
import resource
from types import SimpleNamespace

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import clear_caches
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from clip_model.metrics import Metric
from clip_model.rules import parse_rules

BUCKET = "processed"
TABLE = "index-of-clips"
PARAMETER = "/impp/test/rules"
VARIABLES = ("INDEX_TABLE", "LANGUAGE", "PROCESSED_BUCKET", "RULES_PARAMETER")
FOLDER = "video/cam-7/continuous/20261121_101500/drive/"
RULES = {
    "version": 1,
    "rules": [
        {"name": "spoken distress", "verdict": "incident", "severity": "critical", "spoken": ["help"]},
        {"name": "fire", "verdict": "incident", "severity": "high", "labels": ["Fire"]},
    ],
}
CALM = {"Sentiment": "NEUTRAL", "SentimentScore": {"Positive": 0.1, "Negative": 0.1, "Neutral": 0.7, "Mixed": 0.1}}
SENTIMENT_RULE = {"name": "voice", "verdict": "important", "severity": "low", "sentiment": "NEGATIVE"}


def transcript(*words):
    """A result as Transcribe writes it, from (word, seconds) pairs, a full stop at the end."""
    items = [
        {
            "type": "pronunciation",
            "start_time": str(at),
            "end_time": str(at + 0.3),
            "alternatives": [{"content": word, "confidence": "0.987"}],
        }
        for word, at in words
    ]
    items.append({"type": "punctuation", "alternatives": [{"content": ".", "confidence": "0.0"}]})
    return {"results": {"transcripts": [{"transcript": " ".join(word for word, _ in words) + "."}], "items": items}}


def event(**changes):
    return {
        "clip": {
            "id": "c" * 64,
            "bucket": "raw",
            "key": "video/cam-7/continuous/20261121_101500/drive.mp4",
            "source": "cam-7",
            "collection": "continuous",
            "captured_at": "2026-11-21T10:15:00Z",
            "received_at": "2026-11-21T10:16:30Z",
            "size": 1_000_000,
            "duration": 30.0,
            "metadata": {},
        },
        "folder": FOLDER,
        "depth": "full",
        "jobs": {"labels": None, "text": None, "moderation": None, "speech": None},
        "frames": [],
        "notes": [],
        "planned_at": "2026-11-21T10:16:40.5Z",
        "asked_at": "2026-11-21T10:19:00.250Z",
        **changes,
    }


@pytest.fixture
def classify(aws, load, monkeypatch, context):
    """The deployed function: its handler, its stubbed clients, and what it stored."""
    monkeypatch.setenv("PROCESSED_BUCKET", BUCKET)
    monkeypatch.setenv("INDEX_TABLE", TABLE)
    monkeypatch.setenv("RULES_PARAMETER", PARAMETER)
    monkeypatch.setenv("LANGUAGE", "en")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "term", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("term", "at")],
    )
    put_rules(json.dumps(RULES))
    handler = load("classify", "handler")

    def stored():
        answer = s3.get_object(Bucket=BUCKET, Key=f"{FOLDER}labels.json")
        assert answer["ContentType"] == "application/json"
        return json.loads(answer["Body"].read())

    def put_transcript(document):
        s3.put_object(Bucket=BUCKET, Key=f"{FOLDER}transcript.json", Body=json.dumps(document))

    def indexed():
        """The search index, by term; each has one entry at the most, since there is one clip."""
        items = boto3.resource("dynamodb").Table(TABLE).scan()["Items"]
        assert {item["at"] for item in items} <= {f"2026-11-21T10:16:30Z#{'c' * 64}"}
        return {item["term"]: item for item in items}

    with Stubber(handler.rekognition) as rekognition, Stubber(handler.comprehend) as comprehend:
        yield SimpleNamespace(
            handle=lambda event: handler.handle(event, context),
            rekognition=rekognition,
            comprehend=comprehend,
            stored=stored,
            indexed=indexed,
            put_transcript=put_transcript,
            handler=handler,
        )


def put_rules(document):
    boto3.client("ssm").put_parameter(Name=PARAMETER, Value=document, Type="String", Overwrite=True)


def test_a_clip_with_nothing_in_it_is_routine_and_recorded(classify, emitted):
    answer = classify.handle(event(depth="none", notes=["over the month's limit"]))

    assert answer == {
        "verdict": "routine",
        "severity": "none",
        "reasons": ["no rule fired"],
        "moments": [],
        "notes": ["over the month's limit"],
    }
    assert classify.stored() == {
        "clip_id": "c" * 64,
        "key": "video/cam-7/continuous/20261121_101500/drive.mp4",
        "depth": "none",
        "labels": [],
        "text": [],
        "moderation": [],
        "transcript": "",
        "words": [],
        "notes": ["over the month's limit"],
    }
    assert classify.indexed() == {}
    assert emitted(Metric.CLIPS_CLASSIFIED) == [("ClipsClassified", 1, {"verdict": "routine"})]


def test_a_spoken_word_makes_an_incident(classify, emitted):
    classify.put_transcript(transcript(("please", 3.5), ("Help", 4.2)))

    answer = classify.handle(event(jobs={"labels": None, "text": None, "moderation": None, "speech": "job"}))

    assert json.loads(json.dumps(answer)) == {
        "verdict": "incident",
        "severity": "critical",
        "reasons": ["heard “help” at 0:04 (rule: spoken distress)"],
        "moments": [{"start": 2.2, "end": 6.2}],
        "notes": [],
    }
    assert classify.stored()["transcript"] == "please Help."
    assert classify.stored()["words"] == [
        {"name": "please", "at": 3.5, "confidence": 98.7},
        {"name": "Help", "at": 4.2, "confidence": 98.7},
    ]
    assert emitted(Metric.CLIPS_CLASSIFIED, Metric.RULE_FIRED) == [
        ("ClipsClassified", 1, {"verdict": "incident"}),
        ("RuleFired", 1, {"rule": "spoken distress"}),
    ]


def test_how_long_each_stage_took_is_measured(classify, emitted):
    classify.handle(event())

    stages = {dimensions["stage"]: value for _, value, dimensions in emitted(Metric.STAGE_SECONDS)}
    assert stages.pop("classification") > 0
    assert stages == {"intake": 10.5, "analysis": 139.75}


def test_a_clip_from_a_clock_that_runs_ahead_took_no_time(classify, emitted):
    classify.handle(event(planned_at="2026-11-21T10:16:00Z"))

    assert ("StageSeconds", 0.0, {"stage": "intake"}) in emitted(Metric.STAGE_SECONDS)


def test_the_memory_a_function_took_is_measured_also_where_it_fails(classify, emitted):
    with pytest.raises(KeyError):
        classify.handle({})

    ((_, megabytes, dimensions),) = emitted(Metric.MEMORY_USED)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert 20 < megabytes <= peak + 1
    assert dimensions == {"function_name": "test"}


def test_where_linux_does_not_say_how_much_memory_was_taken_the_system_does(classify, load, monkeypatch, tmp_path):
    measuring = load("layer", "measuring")
    monkeypatch.setattr(measuring, "_STATUS", tmp_path / "nowhere")
    assert measuring.peak_mb() > 0


def test_rules_beyond_the_first_thirty_are_counted_together(classify, emitted):
    rules = [
        {"name": f"rule {number}", "verdict": "important", "severity": "low", "spoken": ["help"]}
        for number in range(33)
    ]
    put_rules(json.dumps({"version": 1, "rules": rules}))
    classify.put_transcript(transcript(("help", 4.2)))

    classify.handle(event(jobs={"speech": "job"}))

    counted = {dimensions["rule"]: value for _, value, dimensions in emitted(Metric.RULE_FIRED)}
    assert counted == {**{f"rule {number}": 1 for number in range(30)}, "other": 1}


def test_labels_of_sampled_frames_count_like_those_of_a_video(classify):
    frames = [
        {"at": 0, "labels": [{"name": "Road", "confidence": 99}]},
        {"at": 10, "labels": [{"name": "Fire", "confidence": 93.4}]},
    ]

    answer = classify.handle(event(depth="sampled", frames=frames))

    assert answer["reasons"] == ["saw Fire (93 %) at 0:10 (rule: fire)"]
    assert [label["name"] for label in classify.stored()["labels"]] == ["Road", "Fire"]


def test_a_clip_is_found_by_what_was_seen_and_said_however_often_it_is_judged(classify):
    classify.put_transcript(transcript(("Help", 4.2)))
    frames = [{"at": at, "labels": [{"name": "Fire", "confidence": 93.4}]} for at in (0, 10)]

    for _ in range(2):
        classify.handle(event(depth="sampled", frames=frames, jobs={"speech": "job"}))

    found = classify.indexed()
    assert set(found) == {
        f"{what}{verdict}{source}"
        for what in ("label=fire", "spoken=help")
        for verdict in ("", "|verdict=incident")
        for source in ("", "|source=cam-7")
    }
    assert found["label=fire"]["reasons"] == [
        "heard “help” at 0:04 (rule: spoken distress)",
        "saw Fire (93 %) at 0:00 (rule: fire)",
    ]


def test_a_clip_judged_otherwise_is_no_longer_found_as_what_it_was(classify):
    frames = [{"at": 0, "labels": [{"name": name, "confidence": 93.4} for name in ("Fire", "Smoke")]}]
    classify.handle(event(depth="sampled", frames=frames))
    assert "label=fire|verdict=incident" in classify.indexed()
    put_rules(json.dumps({"version": 1, "rules": []}))
    clear_caches()
    del frames[0]["labels"][1]

    classify.handle(event(depth="sampled", frames=frames))

    found = classify.indexed()
    assert set(found) == {
        *("label=fire", "label=fire|source=cam-7"),
        *("label=fire|verdict=routine", "label=fire|verdict=routine|source=cam-7"),
    }
    assert {entry["verdict"] for entry in found.values()} == {"routine"}


def test_an_index_that_failed_half_way_is_set_right_by_the_next_try(classify):
    classify.handle(event(frames=[{"at": 0, "labels": [{"name": "Smoke", "confidence": 93.4}]}]))
    later = event(frames=[{"at": 0, "labels": [{"name": "Fire", "confidence": 93.4}]}])
    with Stubber(classify.handler.dynamodb) as dynamodb:
        dynamodb.add_client_error("batch_write_item", "InternalServerError", http_status_code=400)
        with pytest.raises(ClientError, match="InternalServerError"):
            classify.handle(later)

    classify.handle(later)

    assert {entry.partition("|")[0] for entry in classify.indexed()} == {"label=fire"}


def test_a_clip_that_could_not_be_indexed_is_judged_again(classify, emitted):
    boto3.client("dynamodb").delete_table(TableName=TABLE)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        classify.handle(event(frames=[{"at": 0, "labels": [{"name": "Road", "confidence": 99}]}]))

    assert emitted(Metric.CLIPS_CLASSIFIED) == []


def test_whose_footage_it_is_stands_in_the_record(classify):
    metadata = {"licence": "CC%20BY%204.0", "author": "Zo%C3%AB", "device-id": "none"}
    classify.handle(event(clip={**event()["clip"], "metadata": metadata}))

    assert classify.stored()["attribution"] == {"licence": "CC BY 4.0", "author": "Zoë"}


def test_a_failed_job_is_noted_in_the_answer_and_the_record(classify):
    classify.rekognition.add_response("get_label_detection", {"JobStatus": "FAILED", "StatusMessage": "bad video"})

    answer = classify.handle(event(jobs={"labels": "L", "text": None, "moderation": None, "speech": None}))

    assert answer["verdict"] == "routine"
    assert answer["notes"] == classify.stored()["notes"] == ["labels: the job ended as FAILED: bad video"]


def test_an_error_of_rekognition_is_raised_for_the_state_machine_to_retry(classify):
    classify.rekognition.add_client_error("get_label_detection", "InternalServerError")

    with pytest.raises(ClientError, match="InternalServerError"):
        classify.handle(event(jobs={"labels": "L"}))


def test_a_missing_transcript_is_noted(classify):
    answer = classify.handle(event(jobs={"speech": "job"}))

    assert answer["notes"] == ["speech: the transcription job left no transcript.json"]


@pytest.mark.parametrize(("code", "noted"), [("AccessDenied", True), ("SlowDown", False)])
def test_only_an_unreadable_transcript_is_taken_for_a_missing_one(classify, code, noted):
    with Stubber(classify.handler.s3) as s3:
        s3.add_client_error("get_object", code)
        if noted:
            s3.add_client_error("get_object", code)  # labels.json of an earlier run
            s3.add_response("put_object", {})
            assert classify.handle(event(jobs={"speech": "job"}))["notes"]
        else:
            with pytest.raises(ClientError, match=code):
                classify.handle(event(jobs={"speech": "job"}))


def test_sentiment_is_asked_for_when_a_rule_uses_it(classify):
    put_rules(json.dumps({"version": 1, "rules": [SENTIMENT_RULE]}))
    classify.put_transcript(transcript(("terrible", 1.0)))
    classify.comprehend.add_response(
        "detect_sentiment",
        {
            "Sentiment": "NEGATIVE",
            "SentimentScore": {"Positive": 0.01, "Negative": 0.95, "Neutral": 0.03, "Mixed": 0.01},
        },
        {"Text": "terrible.", "LanguageCode": "en"},
    )

    answer = classify.handle(event(jobs={"speech": "job"}))

    assert answer["verdict"] == "important"
    assert answer["reasons"] == ["what was said sounds negative (95 %) (rule: voice)"]
    assert classify.stored()["sentiment"] == {"sentiment": "NEGATIVE", "score": 0.95}


@pytest.mark.parametrize(
    ("rules", "words"),
    [(RULES["rules"], [("terrible", 1.0)]), ([SENTIMENT_RULE], None)],
    ids=["no rule uses it", "nothing was said"],
)
def test_sentiment_is_not_paid_for_otherwise(classify, rules, words):
    put_rules(json.dumps({"version": 1, "rules": rules}))
    if words:
        classify.put_transcript(transcript(*words))

    classify.handle(event(jobs={"speech": "job" if words else None}))

    assert "sentiment" not in classify.stored()


def test_a_long_speech_is_cut_between_characters(classify, load):
    text = "a" + "é" * 2500
    expected = "a" + "é" * 2499
    classify.comprehend.add_response(
        "detect_sentiment",
        CALM,
        {"Text": expected, "LanguageCode": "en"},
    )

    sentiment = load("classify", "speech").detect_sentiment(classify.handler.comprehend, text, language="en")

    assert sentiment == {"sentiment": "NEUTRAL", "score": 0.7}


@pytest.mark.parametrize(
    "document",
    ["not JSON", '{"version": 2, "rules": []}', '{"version": 1, "rules": [{"name": "x", "verdict": "catastrophe"}]}'],
)
def test_a_broken_rules_document_is_replaced_by_the_built_in_rules_and_is_loud(classify, emitted, caplog, document):
    put_rules(document)
    classify.put_transcript(transcript(("ambulance", 4.0)))
    classify.comprehend.add_response("detect_sentiment", CALM)

    answer = classify.handle(event(jobs={"speech": "job"}))

    assert (answer["verdict"], answer["severity"]) == ("incident", "critical")
    assert answer["notes"][0].startswith("the rules document is broken, the built-in rules judged this clip: ")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["rules document is broken"]
    assert emitted(Metric.RULES_BROKEN) == [("RulesBroken", 1, {})]


def test_rules_that_cannot_be_read_are_retried_and_not_replaced(classify):
    boto3.client("ssm").delete_parameter(Name=PARAMETER)

    with pytest.raises(GetParameterError):
        classify.handle(event())


@pytest.mark.parametrize("missing", VARIABLES)
def test_a_missing_variable_is_named_at_cold_start(aws, load, monkeypatch, missing):
    for name in set(VARIABLES) - {missing}:
        monkeypatch.setenv(name, "set")
    monkeypatch.delenv(missing, raising=False)

    with pytest.raises(ValueError, match=f"environment variable {missing} must be set"):
        load("classify", "handler")


def test_a_field_missing_from_the_event_is_named(classify):
    incomplete = event()
    del incomplete["folder"]

    with pytest.raises(KeyError, match="folder"):
        classify.handle(incomplete)


class TestBuiltInRules:
    @pytest.fixture
    def decide(self, load):
        judge = load("classify", "judge")
        document = load("classify", "rule_book").DEFAULT_RULES.read_text()

        def decide(collection="continuous", **kinds):
            empty = {"labels": [], "text": [], "moderation": [], "words": []}
            findings = {
                **empty,
                **{kind: [{"name": n, "at": 5.0, "confidence": c} for n, c in items] for kind, items in kinds.items()},
            }
            judgement = judge.judge(judge.fire(parse_rules(document), findings, collection=collection), duration=60.0)
            return judgement["verdict"], judgement["severity"]

        return decide

    @pytest.mark.parametrize(
        ("collection", "kinds", "expected"),
        [
            ("event", {}, ("incident", "high")),
            ("continuous", {"words": [("crash", 90)]}, ("incident", "critical")),
            ("continuous", {"labels": [("Car Crash", 85)]}, ("incident", "critical")),
            ("continuous", {"labels": [("Car Crash", 79)]}, ("routine", "none")),
            ("parking", {"labels": [("Person", 70)]}, ("important", "medium")),
            ("continuous", {"labels": [("Person", 99)]}, ("routine", "none")),
            ("continuous", {"text": [("Police", 90)]}, ("important", "medium")),
            ("continuous", {"moderation": [("Graphic Violence", 90)]}, ("important", "high")),
        ],
    )
    def test_judge_as_an_operator_would_expect(self, decide, collection, kinds, expected):
        assert decide(collection, **kinds) == expected

    def test_fit_into_a_standard_parameter(self, load):
        assert len(load("classify", "rule_book").DEFAULT_RULES.read_text()) <= 4096
