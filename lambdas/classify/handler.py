"""Classify: what was found in a clip, kept as `labels.json`, judged by the incident rules and indexed for search."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from analysis import Analysis
from classify_settings import ClassifySettings
from clip_model import keys
from clip_model.documents import Judgement, Labels
from clip_model.metrics import Metric, Stage, rule_values
from clip_model.rules import Rule
from findings import read_jobs
from judge import fire, judge
from measuring import emit, emit_stage, reporting_memory
from rule_book import load_rules
from search_index import make_entries, outdated_keys, write_entries
from speech import Speech, detect_sentiment, read_speech
from stored import read_document

SERVICE = "classify"

settings = ClassifySettings.read(os.environ)
logger = Logger(service=SERVICE)
tracer = Tracer(service=SERVICE)

# Reading results shares a small account-wide rate with every other clip that is being classified.
rekognition = boto3.client("rekognition", config=Config(retries={"mode": "standard", "max_attempts": 8}))
comprehend = boto3.client("comprehend")
s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")


@reporting_memory
@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Judge one analysed clip. See `Analysis` for the event and `Judgement` for the answer, which adds `notes`.

    All of it may be done again: what is written a second time takes the place of the first.
    """
    analysis = Analysis.parse(event)
    logger.append_keys(clip_id=analysis.clip_id)
    rules, fault = load_rules(settings.rules_parameter)
    findings = gather(analysis, rules)
    if fault:
        logger.error("rules document is broken", extra={"fault": fault})
        emit(Metric.RULES_BROKEN)
        findings["notes"].append(f"the rules document is broken, the built-in rules judged this clip: {fault}")
    fired = fire(rules, findings, collection=analysis.collection)
    judgement = judge(fired, duration=analysis.duration)
    index(analysis, findings, judgement)
    # Last, since until then it tells a second try what the run before this one may have left in the index.
    s3.put_object(
        Bucket=settings.processed_bucket,
        Key=analysis.folder + keys.LABELS,
        Body=json.dumps(findings, ensure_ascii=False).encode(),
        ContentType="application/json",
    )
    emit(Metric.CLIPS_CLASSIFIED, verdict=judgement["verdict"])
    count_rules(rules, (rule.name for rule, _ in fired))
    emit_stage(Stage.INTAKE, datetime.fromisoformat(analysis.received_at), analysis.planned_at)
    emit_stage(Stage.ANALYSIS, analysis.planned_at, analysis.asked_at)
    emit_stage(Stage.CLASSIFICATION, analysis.asked_at, datetime.now(UTC))
    logger.info("classified", extra={"verdict": judgement["verdict"], "severity": judgement["severity"]})
    return {**judgement, "notes": findings["notes"]}


def gather(analysis: Analysis, rules: tuple[Rule, ...]) -> Labels:
    """Bring all that was found in a clip into one document; sentiment only where a rule asks for it."""
    found, job_notes = read_jobs(rekognition, analysis.jobs)
    notes = [*analysis.notes, *job_notes]
    speech = None
    if "speech" in analysis.jobs:
        speech = read_speech(s3, bucket=settings.processed_bucket, key=analysis.folder + keys.TRANSCRIPT)
        if speech is None:
            notes.append(f"speech: the transcription job left no {keys.TRANSCRIPT}")
    speech = speech or Speech(text="", words=())
    findings = Labels(
        clip_id=analysis.clip_id,
        key=analysis.key,
        depth=analysis.depth,
        labels=[*found["labels"], *analysis.frames],
        text=found["text"],
        moderation=found["moderation"],
        transcript=speech.text,
        words=list(speech.words),
        notes=notes,
    )
    if speech.text and any(rule.sentiment for rule in rules):
        findings["sentiment"] = detect_sentiment(comprehend, speech.text, language=settings.language)
    if analysis.attribution:
        findings["attribution"] = analysis.attribution
    return findings


def index(analysis: Analysis, findings: Labels, judgement: Judgement) -> None:
    """Make the clip found by what is in it, and no longer by what an earlier run thought was."""
    entries = make_entries(analysis, findings, judgement)
    before = read_document(s3, bucket=settings.processed_bucket, key=analysis.folder + keys.LABELS)
    outdated = outdated_keys(analysis, before, entries) if before else []
    write_entries(dynamodb, settings.index_table, entries, outdated)


def count_rules(rules: Iterable[Rule], fired: Iterable[str]) -> None:
    """Count each rule that fired, so that one that never does can be found."""
    values = rule_values(rule.name for rule in rules)
    for value in sorted({values[name] for name in fired}):
        emit(Metric.RULE_FIRED, rule=value)
