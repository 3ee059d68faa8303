"""What a reviewer reads in a pull request: every stack, and the state machine by itself."""

import pytest
from normalised import normalised
from syrupy.extensions.json import JSONSnapshotExtension


@pytest.fixture
def snapshot_json(snapshot):
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("stack", ["Ingest", "Delivery", "Analysis"])
def test_stack(templates, stack, snapshot_json):
    assert normalised(templates[stack]) == snapshot_json


def test_state_machine(definition, snapshot_json):
    assert definition == snapshot_json
