"""Roles nobody can account for: what uses them is not known, or can't be followed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from permissions.spared import REFUSALS

from planted_permissions.fault import ALERT, Fault, Ground

_MACHINE = ("Pipeline", "AWS::StepFunctions::StateMachine")


def _stranger(ground: Ground) -> None:
    role = ground.properties(ALERT, "AWS::IAM::Role")
    ground.templates["Analysis"]["Resources"]["Stranger"] = {"Type": "AWS::IAM::Role", "Properties": role}


def _foreign_function(ground: Ground) -> None:
    variables = ground.properties("AlertingAlert", "AWS::Lambda::Function")["Environment"]["Variables"]
    del variables["POWERTOOLS_SERVICE_NAME"]


def _untested_function(ground: Ground) -> None:
    variables = ground.properties("AlertingAlert", "AWS::Lambda::Function")["Environment"]["Variables"]
    variables["POWERTOOLS_SERVICE_NAME"] = "untested"


def _forgotten_variable(ground: Ground) -> None:
    del ground.properties("AlertingAlert", "AWS::Lambda::Function")["Environment"]["Variables"]["TOPIC_ARN"]


def _forgotten_output(ground: Ground) -> None:
    del ground.templates["Delivery"]["Outputs"]["PlaybackDomain"]
    del ground.templates["Ingest"]["Outputs"]["RawBucket"]


def _in_definition(before: str, after: str) -> Callable[[Ground], None]:
    def plant(ground: Ground) -> None:
        machine = ground.properties(*_MACHINE)
        changed = machine["DefinitionString"].replace(before, after)
        assert changed != machine["DefinitionString"], before
        machine["DefinitionString"] = changed

    return plant


def _without_versions(ground: Ground) -> None:
    del ground.properties("Raw", "AWS::S3::Bucket")["VersioningConfiguration"]


def _without_rule(ground: Ground) -> None:
    ground.properties("TriggerClipArrived", "AWS::Events::Rule")["Targets"] = []


def _without_refusals(ground: Ground) -> None:
    ground.calls = [replace(call, error="") if call.error in REFUSALS else call for call in ground.calls]


def _unknown_type(ground: Ground) -> None:
    resources: dict[str, Any] = ground.templates["Analysis"]["Resources"]
    resources["Cache"] = {"Type": "AWS::ElastiCache::ServerlessCache", "Properties": {}}
    ground.granting(ALERT, "sns:Publish")["Resource"] = {"Fn::GetAtt": ["Cache", "Arn"]}


USERS = {
    "a role nobody uses": Fault(
        _stranger, ("role Analysis/Stranger: no source of needs is known; add one in permissions.users",)
    ),
    "a function that is not ours": Fault(
        _foreign_function, ("no source of needs is known: it is no function of ours",)
    ),
    "a function without tests": Fault(
        _untested_function, ("no source of needs is known: the tests make no call of lambdas/untested",)
    ),
    "a variable a function is not given": Fault(
        _forgotten_variable, ("lambdas/alert reads the variable 'TOPIC_ARN', which the template does not set",)
    ),
    "an output a program looks for": Fault(
        _forgotten_output, ("reads the output 'Ingest.RawBucket', which no stack has",)
    ),
    "a state no clip comes to": Fault(
        _in_definition('"Next": "DeleteRaw"', '"Next": "RecordArchived"'), ("nothing reaches DeleteRaw",)
    ),
    "a state that only versions bring a clip to": Fault(_without_versions, ("nothing reaches DeleteCopy",)),
    "a call without a script": Fault(
        _in_definition("aws-sdk:s3:headObject", "aws-sdk:s3:getObjectAttributes"),
        ("state Head: no answer of aws-sdk:s3:getObjectAttributes is scripted",),
    ),
    "a machine nothing starts": Fault(_without_rule, ("no rule or schedule starts it, so nobody knows its events",)),
    "a permission spared without a test": Fault(_without_refusals, ("is to go without s3:ListBucket, but",)),
    "a resource of an unknown type": Fault(_unknown_type, ("no ARN is known of a AWS::ElastiCache::ServerlessCache",)),
}
