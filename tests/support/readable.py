"""Templates as a reviewer reads them: YAML, sorted, with CloudFormation's short forms and JSONata in lines."""

import re
from itertools import pairwise
from typing import Any

import yaml
from jsonata_lines import WIDTH, broken, is_expression

#: Characters a collection may take to stand on one line.
SHORT = 84
_IMPORT = "import "
_PLACE = re.compile(r"\$\{([^}]+)\}")


def to_yaml(value: Any) -> str:
    """A part of a template as text that reads well, and differs in few lines when little changes."""
    return yaml.dump(_laid_out(value), Dumper=_Dumper, width=WIDTH, allow_unicode=True)


def from_yaml(text: str) -> Any:
    """The part again, but for the whitespace in its expressions."""
    return yaml.load(text, Loader=_Loader)


def without_layout(value: Any) -> Any:
    """The value with no whitespace in its expressions: what is left of them once layout may change it."""
    if isinstance(value, dict):
        return {key: without_layout(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_layout(item) for item in value]
    return "".join(value.split()) if is_expression(value) else value


class _Short(str):
    """A function of CloudFormation's as people write it: `!GetAtt Clips.Arn`."""

    tag: str

    @classmethod
    def of(cls, tag: str, text: str) -> "_Short":
        short = cls(text)
        short.tag = f"!{tag}"
        return short


def _laid_out(value: Any) -> Any:
    if isinstance(value, dict):
        return _shortened(value) or {key: _laid_out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_laid_out(item) for item in value]
    return broken(value) if is_expression(value) and len(value) > WIDTH else value


def _shortened(value: dict[str, Any]) -> _Short | None:
    """What is short for the value. A join reads as one text: `!Join arn:${AWS::Partition}:s3:::${Raw}/*`."""
    match value:
        case {"Ref": str(name), **rest} if not rest:
            return _Short.of("Ref", name)
        case {"Fn::GetAtt": [str(name), str(attribute)], **rest} if not rest:
            return _Short.of("GetAtt", f"{name}.{attribute}")
        case {"Fn::ImportValue": str(name), **rest} if not rest:
            return _Short.of("ImportValue", name)
        case {"Fn::Join": ["", [*pieces]], **rest} if not rest:
            texts = [_piece(piece) for piece in pieces]
            touching = any(isinstance(one, str) and isinstance(other, str) for one, other in pairwise(pieces))
            return _Short.of("Join", "".join(map(str, texts))) if all(texts) and not touching else None
    return None


def _piece(item: Any) -> str | None:
    if isinstance(item, str):
        return item if "${" not in item else None
    short = _shortened(item)
    if short is None or short.tag == "!Join":
        return None
    return f"${{{_IMPORT if short.tag == '!ImportValue' else ''}{short}}}"


def _reference(text: str) -> dict[str, Any]:
    if text.startswith(_IMPORT):
        return {"Fn::ImportValue": text.removeprefix(_IMPORT)}
    name, dot, attribute = text.partition(".")
    return {"Fn::GetAtt": [name, attribute]} if dot else {"Ref": name}


class _Dumper(yaml.SafeDumper):
    """Short collections on one line, long text as a block, and no anchors: a part must be readable by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        return super().represent_mapping(tag, mapping, flow_style=_is_short(mapping))

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=_is_short(sequence))


def _is_short(collection: Any) -> bool:
    # A retrier reads as one sentence, and a machine has dozens of them.
    return len(str(collection)) <= SHORT or (isinstance(collection, dict) and "BackoffRate" in collection)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif is_expression(value) and '"' not in value and "\\" not in value:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Short, lambda dumper, short: dumper.represent_scalar(short.tag, str(short)))


class _Loader(yaml.SafeLoader):
    """Reads the short forms back."""


def _join(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> dict[str, Any]:
    pieces = enumerate(_PLACE.split(loader.construct_scalar(node)))
    return {"Fn::Join": ["", [_reference(piece) if number % 2 else piece for number, piece in pieces if piece]]}


_Loader.add_constructor("!Join", _join)
_Loader.add_constructor("!Ref", lambda loader, node: {"Ref": loader.construct_scalar(node)})
_Loader.add_constructor("!GetAtt", lambda loader, node: _reference(loader.construct_scalar(node)))
_Loader.add_constructor("!ImportValue", lambda loader, node: {"Fn::ImportValue": loader.construct_scalar(node)})
