"""The dev environment's machine, with plausible names in place of its resources."""

from typing import Any

import pytest
from machine import substituted, tasks


@pytest.fixture(scope="session")
def machine(definition: dict[str, Any]) -> dict[str, Any]:
    return dict(substituted(definition))


@pytest.fixture(scope="session")
def states(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every state of every level, by name."""
    return dict(tasks(machine))
