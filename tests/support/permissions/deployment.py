"""Templates of one environment as CloudFormation would deploy them: every reference a name or an ARN."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from permissions import arns

_SUBSTITUTION = re.compile(r"\$\{([^!}]+)\}")


@dataclass(frozen=True)
class Resource:
    """One resource of a template.

    Attributes:
        stack: short name of its stack.
        id: its logical id.
        type: its CloudFormation type.
        name: the name it is known by once deployed.
        properties: as in the template, references unresolved.
    """

    stack: str
    id: str
    type: str
    name: str
    properties: Mapping[str, Any]


class Deployment:
    """An environment's stacks, deployed on paper.

    A resource without a name of its own is named `<stack>-<logical id>`.

    Args:
        templates: by short name of the stack.
        environment: the environment's name, as in `impp-<environment>-<stack>`.
        account: its account's number.
        region: its region.
    """

    def __init__(self, templates: Mapping[str, Any], *, environment: str, account: str, region: str) -> None:
        self.environment = environment
        self.account = account
        self.region = region
        self._templates = templates
        self._exports = {
            self.resolve(stack, output["Export"]["Name"]): (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def resources(self, *types: str) -> Iterator[Resource]:
        """Resources of the given types, or all."""
        for stack, template in self._templates.items():
            for logical_id, body in template["Resources"].items():
                if not types or body["Type"] in types:
                    yield self._resource(stack, logical_id)

    def properties(self, resource: Resource) -> dict[str, Any]:
        """A resource's properties, resolved."""
        return dict(self.resolve(resource.stack, dict(resource.properties)))

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Every output's value, by `Stack.Output`."""
        return {
            f"{stack}.{name}": str(self.resolve(stack, output["Value"]))
            for stack, template in self._templates.items()
            for name, output in template.get("Outputs", {}).items()
        }

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def arn_of(self, resource: Resource) -> str:
        """A resource's ARN."""
        return arns.arn(self, resource.type, resource.name)

    def resolve(self, stack: str, value: Any) -> Any:
        """A value of a stack's template with each intrinsic function worked out.

        Raises:
            ValueError: on a function, reference or attribute the proof does not know.
        """
        if isinstance(value, list):
            return [self.resolve(stack, item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref":
                return self._ref(stack, argument)
            if function.startswith("Fn::"):
                return self._call(stack, function.removeprefix("Fn::"), argument)
        return {key: self.resolve(stack, item) for key, item in value.items()}

    def _call(self, stack: str, function: str, argument: Any) -> Any:
        if function == "GetAtt":
            return self._attribute(stack, *argument)
        if function == "ImportValue":
            return self.resolve(*self._exports[self.resolve(stack, argument)])
        if function == "Join":
            return argument[0].join(str(item) for item in self.resolve(stack, argument[1]))
        if function == "Select":
            return self.resolve(stack, argument[1])[int(argument[0])]
        if function == "Split":
            return str(self.resolve(stack, argument[1])).split(argument[0])
        if function == "Sub" and isinstance(argument, str):
            return _SUBSTITUTION.sub(lambda found: str(self._ref(stack, found[1])), argument)
        raise ValueError(f"Fn::{function} in stack {stack} is not known to the proof; add it in {__name__}")

    def _ref(self, stack: str, name: str) -> str:
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        template = self._templates[stack]
        if name in template.get("Parameters", {}):
            return str(template["Parameters"][name].get("Default", name))
        if name in template["Resources"]:
            resource = self._resource(stack, name)
            return self.arn_of(resource) if resource.type in arns.REFERRED_TO_BY_ARN else resource.name
        raise ValueError(f"stack {stack} refers to {name!r}, which it does not have")

    def _attribute(self, stack: str, id: str, attribute: str) -> str:
        resource = self._resource(stack, id)
        if attribute in arns.ARNS:
            return self.arn_of(resource)
        return resource.name if attribute in arns.NAMES else f"{resource.name}.{attribute}"

    def _resource(self, stack: str, id: str) -> Resource:
        body = self._templates[stack]["Resources"][id]
        properties = body.get("Properties", {})
        own = properties.get(arns.NAMED_BY.get(body["Type"], ""))
        name = f"{stack}-{id}" if own is None else str(self.resolve(stack, own))
        return Resource(stack, id, body["Type"], name, properties)
