"""Command lines of documentation and workflows, held against the programs they are meant for.

Only what can be known without running them: that the program has the command, and the command the option.
"""

import argparse
import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from impp_edge import cli as edge
from operations import cli as operator

ROOT = Path(__file__).parents[2]
_CDK = ROOT / "node_modules" / "aws-cdk" / "lib" / "cli" / "cli-type-registry.json"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
#: The shell's own, and programs whose options nobody doubts.
_PLAIN = {"cat", "cd", "chromium", "command", "echo", "export", "gh", "git", "ln", "sudo", "sudoedit", "tee"}
#: What the AWS command line adds to AWS's own operations.
_AWS_GLOBAL = {"endpoint-url", "no-cli-pager", "output", "profile", "query", "region"}
_AWS_OWN = {("configure", "sso"), ("sso", "login")}


def written_in(page: Path) -> Iterator[str]:
    """Every command line in the shell blocks of a Markdown page, continued lines as one."""
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


def faults(line: str) -> Iterator[str]:
    """What is wrong with a command line, the commands within it included."""
    while inner := _SUBSTITUTION.search(line):
        yield from faults(inner[1])
        line = line.replace(inner[0], "VALUE")
    for command in _split(line):
        words = [word for word in command if not re.fullmatch(r"[A-Z_]+=.*", word)]
        if words:
            yield from _faults(*words)


def _split(line: str) -> Iterator[list[str]]:
    """Commands of a line, without where they read from and write to."""
    words: list[str] = []
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    tokens = iter(lexer)
    for word in tokens:
        if set(word) <= set("|&;(){}"):
            yield words
            words = []
        elif set(word) <= set("<>&"):
            next(tokens, None)
        else:
            words.append(word)
    yield words


def _faults(program: str, *words: str) -> Iterator[str]:
    known: dict[str, Callable[[Sequence[str]], Iterator[str]]] = {
        "aws": _aws,
        "cdk": _cdk,
        "impp": lambda each: _argparse(operator._parser(), each),
        "impp-edge": lambda each: _argparse(edge._parser(), each),
        "make": _make,
        "pipx": _pipx,
        "python": _python,
    }
    name = program.rpartition("/")[2]
    if name in known:
        yield from (f"{name}: {fault}" for fault in known[name](words))
    elif name not in _PLAIN:
        yield f"{program} is a program that nothing here knows"
    if program.startswith((".venv/", "node_modules/")) and not (ROOT / program).exists():
        yield f"{program} is not there"


def _argparse(parser: argparse.ArgumentParser, words: Sequence[str]) -> Iterator[str]:
    try:
        parser.parse_args(words)
    except (Exception, SystemExit) as error:  # the operator's parser raises, the device's exits
        yield f"{' '.join(words)}: {error}"


def _make(words: Sequence[str]) -> Iterator[str]:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for word in words:
        if "=" not in word and word not in targets:
            yield f"no target {word}"


def _python(words: Sequence[str]) -> Iterator[str]:
    if not (ROOT / words[0]).is_file():
        yield f"no file {words[0]}"


def _pipx(words: Sequence[str]) -> Iterator[str]:
    if words[0] != "run" or not re.fullmatch(r"[\w-]+==[\d.]+", words[1]):
        yield f"a program of one exact version, got {' '.join(words)}"


@cache
def _registry() -> dict[str, dict]:
    return json.loads(_CDK.read_text(encoding="utf-8"))


def _cdk(words: Sequence[str]) -> Iterator[str]:
    name, *rest = words
    if name not in _registry()["commands"]:
        yield f"no command {name}"
        return
    options = {*_registry()["globalOptions"], *_registry()["commands"][name].get("options", {})}
    for word in rest:
        option = word.partition("=")[0].removeprefix("--")
        if word.startswith("-") and option not in options and option.removeprefix("no-") not in options:
            yield f"{name} has no option {word}"
    if "--app" in rest and (app := rest[rest.index("--app") + 1]) != "cdk.out":
        yield from faults(app)


def _aws(words: Sequence[str]) -> Iterator[str]:
    service, operation, *rest = words
    if (service, operation) in _AWS_OWN:
        return
    try:
        model = botocore.session.get_session().get_service_model(service)
    except UnknownServiceError:
        yield f"no service {service}"
        return
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if operation == "wait":
        waiters = botocore.session.get_session().get_waiter_model(service)
        operations = {xform_name(name, "-"): waiters.get_waiter(name).operation for name in waiters.waiter_names}
        operation, *rest = rest
    if operation not in operations:
        yield f"{service} has no command {operation}"
        return
    shape = model.operation_model(operations[operation]).input_shape
    options = _AWS_GLOBAL | {xform_name(name, "-") for name in (shape.members if shape else ())}
    for word in rest:
        if word.startswith("--") and word.removeprefix("--").removeprefix("no-") not in options:
            yield f"{service} {operation} has no option {word}"
