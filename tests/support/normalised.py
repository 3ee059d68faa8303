"""What a synthesis makes of the same sources every time, and in every environment."""

import json
import re
from collections.abc import Callable
from typing import Any

from assembly import Stack

_ASSET = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
#: CDK ends a name of its making with a hash of the construct's path, which begins with the environment.
_OF_PATH = re.compile(r"(impp<environment>[A-Za-z0-9]+?)[0-9A-F]{8}$")
_FUNCTION_VERSION = re.compile(r"(?<=CurrentVersion)([0-9A-F]{8})[0-9a-f]{32}")


def normalised(stack: Stack) -> Stack:
    """The stack without hashes of files, which change with every line of code; machines as data, queries by a line."""
    return Stack(template=_without_hashes(stack.template), attributes=stack.attributes)


def neutral(value: Any, *, environment: str, account: str) -> Any:
    """The value without its environment's name and account, to be compared with another environment's."""
    name = re.compile(rf"(?<![A-Za-z]){environment}(?![A-Za-z])|(?<=impp){environment}")

    def replace(text: str) -> str:
        return _OF_PATH.sub(r"\1<path>", name.sub("<environment>", text).replace(account, "<account>"))

    return _replaced(value, replace)


def _without_hashes(value: Any) -> Any:
    value = _replaced(value, lambda text: _FUNCTION_VERSION.sub(r"\1<version>", _ASSET.sub("<hash>", text)))
    for resource in value["Resources"].values():
        properties = resource.get("Properties", {})
        if isinstance(properties.get("DefinitionString"), str):
            properties["DefinitionString"] = json.loads(properties["DefinitionString"])
        if resource.get("Type") == "AWS::Athena::NamedQuery":
            # Each is read where it is written; here is what it says of itself.
            properties["QueryString"] = properties["QueryString"].partition("\n")[0]
    return value


def _replaced(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {replace(key): _replaced(item, replace) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, replace) for item in value]
    return replace(value) if isinstance(value, str) else value
