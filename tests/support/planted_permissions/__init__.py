"""Faults planted in the real templates and recordings, one at a time, and what the proof must say of each."""

from planted_permissions.fault import Fault
from planted_permissions.grants import GRANTS
from planted_permissions.policies import POLICIES
from planted_permissions.users import USERS
from planted_permissions.wildcards import WILDCARDS

#: By what was done.
PLANTED: dict[str, Fault] = {**GRANTS, **WILDCARDS, **POLICIES, **USERS}
