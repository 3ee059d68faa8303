"""What a state machine's role needs, and the role it hands to MediaConvert."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from machine import tasks

from clip_model.campaigns import Source
from permissions.calls import Call, Needs
from permissions.campaign_runs import every_run
from permissions.clips import every_clip
from permissions.deployment import Deployment, Resource
from permissions.machine_walk import Called, follow
from permissions.model import Need
from permissions.trust import assumption

#: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
_LOG_DELIVERY = (
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "GetLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "UpdateLogDelivery",
)
#: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
_TRACES = ("GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments")
#: https://docs.aws.amazon.com/step-functions/latest/dg/connect-mediaconvert.html
_JOB_RULE = "rule/StepFunctionsGetEventsForMediaConvertJobRule"
#: botocore's names of services where an integration's differ.
_SERVICES = {"sfn": "stepfunctions", "eventbridge": "events"}


def machine_needs(deployment: Deployment, resource: Resource) -> Iterator[tuple[str, Need]]:
    """Needs of one state machine, each with the role that has it: its own, or the one it passes on.

    Raises:
        ValueError: a state is reached by nothing, or nobody says what starts the machine.
    """
    properties = deployment.properties(resource)
    role, needs = properties["RoleArn"], Needs(deployment)
    machine = deployment.arn_of(resource)
    yield assumption(deployment, role, "states.amazonaws.com", source=machine)
    source = _started_by(deployment, machine)
    for called in _calls(_definition(properties), source):
        # What nobody sends by itself is what the machine fetches, under the names of its own sources.
        call = _as_call(called, own=frozenset(() if source else Source))
        for need in needs.of(call):
            yield role, need
        if called.resource == "mediaconvert:createJob.sync":
            for need in _until_done(deployment, call):
                yield role, need
            job_role, queue = call.parameters["Role"], call.parameters["Queue"]
            yield assumption(deployment, job_role, "mediaconvert.amazonaws.com", source=queue)
            for need in _of_job(needs, call):
                yield job_role, need
    if "LoggingConfiguration" in properties:
        for name in _LOG_DELIVERY:
            yield role, Need(f"logs:{name}", "*", "the machine's log")
    if properties.get("TracingConfiguration", {}).get("Enabled"):
        for name in _TRACES:
            yield role, Need(f"xray:{name}", "*", "the machine's traces")


def _definition(properties: Mapping[str, Any]) -> str:
    names = properties.get("DefinitionSubstitutions", {})
    return re.sub(r"\$\{(\w+)\}", lambda found: str(names[found[1]]), properties["DefinitionString"])


def _started_by(deployment: Deployment, machine: str) -> tuple[str, bool] | None:
    """The bucket whose events start a machine, and whether it keeps versions; None where a schedule starts it."""
    for rule in deployment.resources("AWS::Events::Rule"):
        properties = deployment.properties(rule)
        if machine in {target["Arn"] for target in properties.get("Targets", ())}:
            (name,) = properties["EventPattern"]["detail"]["bucket"]["name"]
            (bucket,) = [each for each in deployment.resources("AWS::S3::Bucket") if each.name == name]
            return name, bucket.properties.get("VersioningConfiguration", {}).get("Status") == "Enabled"
    schedules = [deployment.properties(schedule) for schedule in deployment.resources("AWS::Scheduler::Schedule")]
    if machine in {properties["Target"]["Arn"] for properties in schedules}:
        return None
    raise ValueError(f"{machine}: no rule or schedule starts it, so nobody knows its events")


@cache
def _calls(definition: str, source: tuple[str, bool] | None) -> tuple[Called, ...]:
    """Every call on every way through a machine. Raises ValueError where a task is on none of them."""
    machine = json.loads(definition)
    calls = [
        called
        for name, event, script in _ways(source)
        for called in follow(machine, name=name, event=event, answers=script)
    ]
    tasked = {name for name, state in tasks(machine) if state["Type"] == "Task"}
    if unseen := sorted(tasked - {called.state for called in calls}):
        raise ValueError(f"nothing reaches {', '.join(unseen)}; add it in permissions.clips or campaign_runs")
    return tuple(calls)


def _ways(source: tuple[str, bool] | None) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    if source is None:
        yield from ((run.name, run.input, run.script) for run in every_run())
        return
    bucket, versioned = source
    yield from ((clip.name, clip.event(bucket, versioned=versioned), clip.script) for clip in every_clip())


def _as_call(called: Called, *, own: frozenset[str]) -> Call:
    *_, service, action = called.resource.partition(".")[0].split(":")
    operation = action[0].upper() + action[1:]
    name = _SERVICES.get(service, service)
    # Step Functions' name of an error is the service's own, with the service before it and a word behind.
    error = called.error.rpartition(".")[2].removesuffix("Exception")
    return Call(name, operation, called.arguments, f"state {called.state} ({name}:{operation})", error=error, own=own)


def _until_done(deployment: Deployment, call: Call) -> Iterator[Need]:
    """What Step Functions does with the machine's role to learn of a job's end."""
    for name in ("CancelJob", "GetJob"):
        yield Need(f"mediaconvert:{name}", deployment.arn("mediaconvert", "jobs/*"), f"{call.why}, to wait for it")
    for name in ("DescribeRule", "PutRule", "PutTargets"):
        yield Need(f"events:{name}", deployment.arn("events", _JOB_RULE), f"{call.why}, to hear of its end")


def _of_job(needs: Needs, call: Call) -> Iterator[Need]:
    """What a job itself reads and writes, with the role it is given."""
    settings = call.parameters["Settings"]
    for source in settings["Inputs"]:
        yield needs.read_object(source["FileInput"], call)
    for group in settings["OutputGroups"]:
        (own,) = [value for name, value in group["OutputGroupSettings"].items() if name != "Type"]
        bucket, _, key = own["Destination"].removeprefix("s3://").partition("/")
        # MediaConvert appends to the destination what tells outputs apart, and the extension.
        yield Need("s3:PutObject", f"{needs.object_arn(bucket, key).removesuffix('*')}*", call.why)
