"""Granted against needed: what is missing, what nothing needs, and what is wider than its needs."""

from collections import Counter
from collections.abc import Iterator, Sequence

from permissions import catalogue
from permissions.matching import filled, holds, matches, reaches
from permissions.model import Finding, Need, Statement

#: Actions that a condition key limits further, where every request carries it.
_LIMITED_BY = {
    "dynamodb:UpdateItem": "dynamodb:LeadingKeys",
    "iam:PassRole": "iam:PassedToService",
    "s3:ListBucket": "s3:prefix",
    "s3:ListBucketVersions": "s3:prefix",
}


def compare(granted: Sequence[Statement], needed: Sequence[Need]) -> list[Finding]:
    """Hold an identity's statements and its needs together.

    Args:
        granted: every statement of its policies, references resolved.
        needed: every permission its calls ask for.

    Returns:
        What is `missing`, what is `unused` (an action, a resource or a condition's value that no need
        touches, a resource wider than all that is touched, something granted twice), each unexplained
        `wildcard`, and what is wrong in the `form` of a statement. Empty where both sides are the same.
    """
    findings = [finding for statement in granted for finding in _form(statement)]
    findings += [_missing(need, granted) for need in needed if not _is_allowed(need, granted)]
    for statement in granted:
        if statement.effect == "Allow":
            findings += _wildcards(statement)
            findings += _unused(statement, needed)
    return [*findings, *_twice(granted, needed)]


def actions_of(statement: Statement) -> list[str]:
    """The actions a statement speaks of, wildcards expanded."""
    return [action for pattern in statement.actions for action in catalogue.expand(pattern)]


def _form(statement: Statement) -> Iterator[Finding]:
    for name in statement.inverted:
        yield Finding("form", f"{statement.place}: {name} allows what is not listed; say what is allowed")
    for pattern in statement.actions:
        if not catalogue.expand(pattern):
            yield Finding("form", f"{statement.place}: IAM knows no action {pattern}")


def _is_allowed(need: Need, granted: Sequence[Statement]) -> bool:
    return {statement.effect for statement in _speaking_of(need, granted) if reaches(statement, need)} == {"Allow"}


def _missing(need: Need, granted: Sequence[Statement]) -> Finding:
    reason = "no statement grants it"
    for statement in _speaking_of(need, granted):
        if statement.effect == "Deny" and reaches(statement, need):
            reason = f"{statement.place} denies it"
            break
        on_it = any(matches(filled(pattern, need), need.resource) for pattern in statement.resources)
        reason = "a condition keeps it from being granted" if on_it else "it is granted on other resources only"
    return Finding("missing", f"{need.action} on {need.resource} is needed by {need.why}, but {reason}")


def _speaking_of(need: Need, granted: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in granted if need.action in actions_of(statement)]


def _wildcards(statement: Statement) -> Iterator[Finding]:
    for pattern in statement.resources:
        # The resource's own part of arn:partition:service:region:account:resource.
        if pattern.split(":", 5)[-1] == "*":
            for action in actions_of(statement):
                if catalogue.has_resource(action):
                    text = f"{statement.place}: unexplained wildcard {pattern}: {action} has a resource to name"
                    yield Finding("wildcard", text)


def _unused(statement: Statement, needed: Sequence[Need]) -> Iterator[Finding]:
    served: list[Need] = []
    for pattern in statement.actions:
        idle = []
        for action in catalogue.expand(pattern):
            own = [need for need in needed if need.action == action and reaches(statement, need)]
            if own:
                yield from _too_wide(statement, action, own)
            else:
                idle.append(action)
            served += own
        if idle:
            some = ", ".join(idle[:3]) + (f" and {len(idle) - 3} more" if idle[3:] else "")
            where = " or ".join(statement.resources)
            yield Finding("unused", f"{statement.place}: nothing needs {some} on {where}; remove it")
    if served:
        yield from _idle_values(statement, served)


def _too_wide(statement: Statement, action: str, own: Sequence[Need]) -> Iterator[Finding]:
    """Where a statement grants one action on more than its needs touch."""
    for pattern in statement.resources:
        touching = [need for need in own if matches(filled(pattern, need), need.resource)]
        if not touching:
            yield Finding("unused", f"{statement.place}: nothing needs {action} on {pattern}; remove it")
        elif pattern != "*" and (narrower := _narrower(filled(pattern, touching[0]), touching)):
            yield Finding("unused", f"{statement.place}: {action} on {pattern} is wider than its needs, {narrower}")
    key = _LIMITED_BY.get(action)
    if key and not statement.values(key) and all(key.lower() in need.keys for need in own):
        yield Finding("unused", f"{statement.place}: {action} must be limited by {key}, which every request carries")


def _idle_values(statement: Statement, served: Sequence[Need]) -> Iterator[Finding]:
    """Values of conditions that no request has, or that hold more than any request asks for."""
    for operator, keys in statement.conditions.items():
        for key, values in keys.items():
            for value in values:
                own = [need for need in served if holds({operator: {key: (value,)}}, need)]
                asked = sorted({need.keys[key.lower()] for need in own if key.lower() in need.keys})
                if own and operator == "Null":
                    continue
                if not asked:
                    text = f"no request has {key} {value}; remove it from {operator}"
                    yield Finding("unused", f"{statement.place}: {text}")
                elif not any(_head(filled(value, own[0])).startswith(_folder(each)) for each in asked):
                    text = f"{key} {value} is wider than requests, {' or '.join(asked)}"
                    yield Finding("unused", f"{statement.place}: {text}")


def _twice(granted: Sequence[Statement], needed: Sequence[Need]) -> Iterator[Finding]:
    """What is granted once more than every need of it takes."""
    served: dict[tuple[str, int, str], list[Need]] = {}
    for number, statement in enumerate(granted):
        for action in actions_of(statement) if statement.effect == "Allow" else ():
            own = [need for need in needed if need.action == action and holds(statement.conditions, need)]
            for pattern in statement.resources:
                touching = [need for need in own if matches(filled(pattern, need), need.resource)]
                served[action, number, pattern] = touching
    grants = Counter(need for needs in served.values() for need in needs)
    for (action, number, pattern), needs in served.items():
        if needs and all(grants[need] > 1 for need in needs):
            text = f"{action} on {pattern} is granted twice; remove one"
            yield Finding("unused", f"{granted[number].place}: {text}")


def _narrower(pattern: str, touching: Sequence[Need]) -> str:
    """A narrower pattern that still holds all that is touched; empty where the pattern is narrow enough.

    Narrow enough is a pattern that begins with the fixed folder of one of its needs, and ends with
    the fixed name that all of them share.
    """
    if not any(_head(pattern).startswith(_folder(need.resource)) for need in touching):
        return " or ".join(sorted({need.resource for need in touching}))
    names = {_name(need.resource) for need in touching}
    if "*" in pattern and len(names) == 1 and not pattern.endswith(next(iter(names))):
        return f"which all end in {names.pop()}"
    return ""


def _head(pattern: str) -> str:
    """What comes before the first wildcard."""
    return pattern.replace("?", "*").partition("*")[0]


def _folder(resource: str) -> str:
    """The fixed beginning of a resource, up to its last separator."""
    head = _head(resource)
    return head[: max(head.rfind("/"), head.rfind(":")) + 1]


def _name(resource: str) -> str:
    """The fixed name a resource ends in, where its place differs each time; empty where it has none."""
    _, wildcard, tail = resource.rpartition("*")
    return tail if wildcard and tail.startswith("/") else ""
