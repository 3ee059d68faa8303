"""What a task's Resource calls, by botocore's models and in Step Functions' spelling.

AWS SDK integrations are made by the AWS SDK for Java 2, and names follow it: the service in lower case, the
action in camelCase, members in PascalCase with a leading run of capitals lowered (`BOOL` is `Bool`, `ETag`
stays). Optimized integrations keep the API's own member names. Sources: "Learning to use AWS service SDK
integrations" in the Step Functions developer guide; the SDK's code generator (`DefaultNamingStrategy`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import botocore.session
from botocore.model import OperationModel, ServiceModel

from states_contract.problems import meant

_RESOURCE = re.compile(r"arn:aws(?:-cn|-us-gov)?:states:::(aws-sdk:)?([a-z0-9-]+):(\w+)(?:\.([\w:]+))?")
#: Patterns of the optimized integrations this project uses, `""` for request and response. Source: the table
#: "Integration pattern support" of the developer guide. An action that is not here is a problem until looked up.
OPTIMIZED = {
    "dynamodb:deleteItem": ("",),
    "dynamodb:getItem": ("",),
    "dynamodb:putItem": ("",),
    "dynamodb:updateItem": ("",),
    "lambda:invoke": ("", "waitForTaskToken"),
    "mediaconvert:createJob": ("", "sync"),
}
_SDK_PATTERNS = ("", "waitForTaskToken")
_SESSION = botocore.session.get_session()


class UnsupportedError(Exception):
    """A Resource that Step Functions would refuse, or that these checks do not know."""


@dataclass(frozen=True)
class Integration:
    """One integration.

    Attributes:
        name: as in the Resource, `aws-sdk:s3:copyObject`.
        service: its model.
        operation: its model.
        pattern: `""`, `sync` or `waitForTaskToken`.
        optimized: whether it is one of Step Functions' own, not the SDK's.
    """

    name: str
    service: ServiceModel
    operation: OperationModel
    pattern: str
    optimized: bool

    @property
    def spell(self) -> Callable[[str], str]:
        """From a member's name in the model to the name in the state."""
        return _capital if self.optimized else sdk_member


@cache
def integration(resource: str) -> Integration:
    """Read a Resource.

    Raises:
        UnsupportedError: no such service, action or pattern.
    """
    found = _RESOURCE.fullmatch(resource)
    if not found:
        raise UnsupportedError(f"Resource '{resource}' is no arn:aws:states:::[aws-sdk:]service:action[.pattern]")
    sdk, service, action, pattern = found[1], found[2], found[3], found[4] or ""
    model = _service(service)
    actions = {_camel(name): name for name in model.operation_names}
    if action not in actions:
        raise UnsupportedError(f"{service} has no action '{action}'{meant(action, actions)}")
    _require_pattern(f"{service}:{action}", pattern, optimized=not sdk)
    return Integration(
        resource.partition(":::")[2], model, model.operation_model(actions[action]), pattern, optimized=not sdk
    )


def _require_pattern(name: str, pattern: str, *, optimized: bool) -> None:
    if optimized and name not in OPTIMIZED:
        raise UnsupportedError(
            f"the optimized integration '{name}' is unknown here: if AWS offers it, add it to OPTIMIZED of"
            " states_contract/services.py and its error names to errors.py; if not, write aws-sdk:" + name
        )
    offered = OPTIMIZED[name] if optimized else _SDK_PATTERNS
    if pattern not in offered:
        which = "optimized" if optimized else "AWS SDK"
        also = "; only the optimized integration waits for the job" if pattern in OPTIMIZED.get(name, ()) else ""
        raise UnsupportedError(f"the {which} integration {name} has no pattern '.{pattern}'{also}")


@cache
def _service(name: str) -> ServiceModel:
    available = _SESSION.get_available_services()
    # Most services are called alike by botocore and Java; only for the others are all models read.
    for candidate in sorted(available, key=lambda each: each.replace("-", "") != name):
        model = _SESSION.get_service_model(candidate)
        if java_service(model).lower() == name:
            return model
    raise UnsupportedError(f"no service is called '{name}'{meant(name, [each.replace('-', '') for each in available])}")


def java_service(model: ServiceModel) -> str:
    """A service's name in the SDK for Java, which its errors start with: `DynamoDb`, `MediaConvert`, `S3`."""
    name = java_words(model.service_id)
    name = re.sub(r"^(Amazon|Aws)", "", name)
    return name.removesuffix("Service")


def java_words(name: str) -> str:
    """A name in the SDK's PascalCase, where an acronym is a word: `DBInstance` is `DbInstance`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z][A-Za-z0-9])", " ", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", name)
    name = re.sub(r"([0-9])([A-Za-z])", r"\1 \2", name)
    return "".join(word.capitalize() for word in re.findall(r"[A-Za-z0-9]+", name))


def sdk_member(name: str) -> str:
    """A member's name in an SDK integration: `DBInstanceIdentifier` is `DbInstanceIdentifier`."""
    capitals = re.match(r"[A-Z]*", name)[0]  # type: ignore[index]
    if len(capitals) > 1:
        end = len(capitals) if len(capitals) == len(name) or not name[len(capitals)].islower() else len(capitals) - 1
        name = name[:end].lower() + name[end:]
    return _capital(name)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _camel(operation: str) -> str:
    name = sdk_member(operation)
    return name[0].lower() + name[1:]
