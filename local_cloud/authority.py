"""Who calls a service of the local cloud, and what they may do there."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Credentials:
    """What an SDK signs with. `session_token` is None for the account's root."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


class Denied(Exception):  # noqa: N818 - the word AWS uses
    """A call that IAM does not allow; the message names the caller, the action and the resource."""


class Authority(Protocol):
    """IAM, as a service asks it."""

    def require(self, caller: Credentials | None, action: str, resource: str = "*", **context: str) -> None:
        """Raise Denied unless the caller may do that; `context` are condition keys, `_` for `:`."""

    def assume(self, role_arn: str, service: str, *, source_arn: str | None = None) -> Credentials | None:
        """A session of a role that trusts the service, for a resource of its. Raises Denied where it does not."""


class Unguarded:
    """An authority that allows everything, as an account without IAM would."""

    def require(self, caller: Credentials | None, action: str, resource: str = "*", **context: str) -> None:
        """Allow it."""

    def assume(self, role_arn: str, service: str, *, source_arn: str | None = None) -> Credentials | None:
        """No session: whoever acts goes on acting."""


#: In whose name the work under way reaches other services; None for the account's root.
_caller: ContextVar[Credentials | None] = ContextVar("caller", default=None)


def caller() -> Credentials | None:
    """In whose name the work under way is done."""
    return _caller.get()


@contextmanager
def acting_as(credentials: Credentials | None) -> Iterator[None]:
    """Do what is inside in somebody's name, as a service does with its caller's or with a role's."""
    token = _caller.set(credentials)
    try:
        yield
    finally:
        _caller.reset(token)
