"""What alarms and dashboards look at, and whether AWS documents it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from states_contract.machines import resolved

Templates = dict[str, dict[str, Any]]

#: Dimensions of each metric, from the services' own guides; of AWS/States, Lambda, SQS, Events and DynamoDB also from
#: CDK's tables. A dimension's value is a resource's name or ARN, or one of the words here.
DOCUMENTED: dict[str, dict[tuple[str, ...], set[str]]] = {
    "AWS/CloudFront": {
        ("DistributionId", "Region"): {"4xxErrorRate", "5xxErrorRate", "CacheHitRate", "Requests"},
    },
    "AWS/DynamoDB": {
        ("TableName",): {"ReadThrottleEvents", "WriteThrottleEvents"},
        ("Operation", "TableName"): {"SystemErrors"},
    },
    "AWS/Events": {("RuleName",): {"RetryInvocationAttempts", "TriggeredRules"}},
    "AWS/Lambda": {("FunctionName",): {"Duration", "Errors", "Invocations", "Throttles"}},
    "AWS/MediaConvert": {
        ("Queue",): {"JobsCompletedCount", "JobsErroredCount", "StandbyTime", "TranscodingTime"},
    },
    "AWS/Rekognition": {(): {"ThrottledCount"}, ("Operation",): {"ThrottledCount"}},
    "AWS/S3": {("BucketName", "StorageType"): {"BucketSizeBytes"}},
    "AWS/SQS": {("QueueName",): {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}},
    "AWS/States": {
        ("StateMachineArn",): {
            "ExecutionThrottled",
            "ExecutionsAborted",
            "ExecutionsFailed",
            "ExecutionsStarted",
            "ExecutionsSucceeded",
            "ExecutionsTimedOut",
        },
    },
    "AWS/Transcribe": {("Operation",): {"LimitExceededCount", "ThrottledCount"}},
}
#: Dimensions whose value is a resource, with its type; and those of a closed list.
_RESOURCES = {
    "BucketName": "AWS::S3::Bucket",
    "DistributionId": "AWS::CloudFront::Distribution",
    "FunctionName": "AWS::Lambda::Function",
    "Queue": "AWS::MediaConvert::Queue",
    "QueueName": "AWS::SQS::Queue",
    "RuleName": "AWS::Events::Rule",
    "StateMachineArn": "AWS::StepFunctions::StateMachine",
    "TableName": "AWS::DynamoDB::GlobalTable",
}
_WORDS = {
    "Region": {"Global"},
    "Operation": {"PutItem", "UpdateItem", "TransactWriteItems", "StartTranscriptionJob"},
    "StorageType": {
        "DeepArchiveStorage",
        "GlacierInstantRetrievalStorage",
        "StandardIAStorage",
        "StandardStorage",
    },
}
_SEARCH = re.compile(r"SEARCH\('(?P<terms>[^']+)'")
_SCHEMA = re.compile(r"\{(?P<namespace>[^,}]+)(?P<dimensions>[^}]*)\}")
_TERM = re.compile(r'(\w+)="([^"]+)"')


@dataclass(frozen=True)
class Watched:
    """A metric that somebody looks at; a dimension is empty where a search leaves its value open."""

    namespace: str
    name: str
    dimensions: dict[str, str]


def metrics_of_dashboard(widget: dict[str, Any]) -> Iterator[Watched]:
    """What a widget draws, resolved."""
    for line in widget["properties"].get("metrics", []):
        words = [item for item in line if not isinstance(item, dict)]
        if not words:
            yield from _searched(line[0].get("expression", ""))
            continue
        names, values = words[2::2], words[3::2]
        yield Watched(words[0], words[1], dict(zip(names, values, strict=True)))


def metrics_of_alarm(alarm: dict[str, Any], templates: Templates) -> Iterator[Watched]:
    """What an alarm watches."""
    found = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    for metric in found or [alarm]:
        yield Watched(
            metric["Namespace"],
            metric["MetricName"],
            {
                item["Name"]: resolve(item["Value"], _home(item["Value"], templates), templates)
                for item in metric.get("Dimensions", [])
            },
        )


def documented(metric: Watched, templates: Templates) -> str:
    """What is wrong with one of AWS's metrics; empty where nothing is."""
    known = DOCUMENTED.get(metric.namespace, {})
    names = tuple(sorted(metric.dimensions))
    if metric.name not in known.get(names, set()):
        return f"no such metric of {names}"
    for name, value in metric.dimensions.items():
        if name in _WORDS:
            if value not in _WORDS[name]:
                return f"{name} has no value {value!r}"
        elif value not in _there(_RESOURCES[name], templates):
            return f"no {_RESOURCES[name]} is called {value!r}"
    return ""


def resolve(value: Any, template: dict[str, Any], templates: Templates) -> str:
    """A template's value with a plausible name for each reference."""
    return str(resolved(value, template, templates))


def _searched(expression: str) -> Iterator[Watched]:
    found = _SEARCH.search(expression)
    if not found:
        return
    schema = _SCHEMA.search(found["terms"])
    names, terms = [], dict[str, str]()
    for name, value in _TERM.findall(found["terms"]):
        if name == "MetricName":
            names.append(value)
        else:
            terms[name] = value
    namespace = schema["namespace"] if schema else terms.pop("Namespace")
    dimensions = [each for each in schema["dimensions"].split(",") if each] if schema else terms
    for name in names:
        yield Watched(namespace, name, {each: terms.get(each, "") for each in dimensions})


def _home(value: Any, templates: Templates) -> dict[str, Any]:
    """The template whose resource a value refers to."""
    names = re.findall(r"'(?:Ref|Fn::GetAtt)': \[?'(\w+)'", str(value))
    for template in templates.values():
        if names and names[0] in template["Resources"]:
            return template
    return next(iter(templates.values()))


def _there(kind: str, templates: Templates) -> set[str]:
    """The plausible names and ARNs of every resource of a type."""
    found = set()
    for template in templates.values():
        for name, resource in template["Resources"].items():
            if resource["Type"] == kind:
                for reference in ({"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::GetAtt": [name, "QueueName"]}):
                    try:
                        found.add(resolve(reference, template, templates))
                    except ValueError:
                        continue
    return found
