"""State machines as a synthesized template holds them, with plausible names where CloudFormation will put real ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Templates = dict[str, dict[str, Any]]

_PSEUDO = {
    "AWS::AccountId": "111111111111",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}
_ARN = "arn:aws:{service}:us-east-1:111111111111:{name}"
_ARNS = {
    "AWS::IAM::Role": "arn:aws:iam::111111111111:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:111111111111:function:{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
}
#: Types whose `Ref` is their ARN.
_REF_IS_ARN = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret")
_HOLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Machine:
    """One state machine of one environment.

    Attributes:
        environment: `dev`.
        name: its id in the app, `Pipeline`.
        definition: Amazon States Language, names filled in.
    """

    environment: str
    name: str
    definition: dict[str, Any]

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"{self.environment}/{self.name}"


def machines(every_template: dict[str, Templates]) -> Iterator[Machine]:
    """Every state machine of every environment's templates.

    Raises:
        ValueError: a definition can't be read: it lies in S3, has a hole nothing fills or is filled by something
            this module does not know.
    """
    for environment, templates in every_template.items():
        for template in templates.values():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == "AWS::StepFunctions::StateMachine":
                    name = re.sub(r"[0-9A-F]{8}$", "", logical_id)
                    yield Machine(environment, name, _definition(resource["Properties"], template, templates))


def _definition(properties: dict[str, Any], template: dict[str, Any], templates: Templates) -> dict[str, Any]:
    if "DefinitionString" not in properties:
        raise ValueError(f"a definition is only read from DefinitionString, found {sorted(properties)}")
    text = resolved(properties["DefinitionString"], template, templates)
    fillings = properties.get("DefinitionSubstitutions", {})
    holes = set(_HOLE.findall(text))
    if holes != set(fillings):
        raise ValueError(f"holes of the definition and DefinitionSubstitutions differ: {holes ^ set(fillings)}")
    values = {name: str(resolved(filling, template, templates)) for name, filling in fillings.items()}
    found = json.loads(_HOLE.sub(lambda hole: json.dumps(values[hole[1]])[1:-1], text))
    return dict(found)


def resolved(value: Any, template: dict[str, Any], templates: Templates) -> Any:
    """A template's value with a plausible name or ARN for each reference."""
    match value:
        case {"Ref": name} | {"Fn::GetAtt": [name, "QueueName"]}:
            kind = _type_of(name, template)
            return _arn(name, kind) if kind in _REF_IS_ARN else _PSEUDO.get(name, name.lower())
        case {"Fn::GetAtt": [name, "Arn" | "TopicArn" | "QueueArn"]}:
            return _arn(name, _type_of(name, template))
        case {"Fn::Join": [joint, parts]}:
            return str(joint).join(str(resolved(part, template, templates)) for part in parts)
        case {"Fn::ImportValue": name}:
            return _exported(name, templates)
        case str() | int() | float():
            return value
    raise ValueError(f"no plausible value is known for {json.dumps(value)}: teach states_contract/machines.py")


def _exported(name: str, templates: Templates) -> Any:
    for template in templates.values():
        for output in template.get("Outputs", {}).values():
            if output.get("Export", {}).get("Name") == name:
                return resolved(output["Value"], template, templates)
    raise ValueError(f"no stack exports {name!r}")


def _type_of(name: str, template: dict[str, Any]) -> str:
    if name in _PSEUDO:
        return ""
    if name in template.get("Parameters", {}):
        return str(template["Parameters"][name]["Type"])
    return str(template["Resources"][name]["Type"])


def _arn(name: str, kind: str) -> str:
    service = kind.split("::")[1].lower()
    return _ARNS.get(kind, _ARN).format(service=service, name=name)
