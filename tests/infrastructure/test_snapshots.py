"""What a reviewer reads in a pull request: every construct and every stage of the state machine, a file each."""

from pathlib import Path

import pytest
from readable import to_yaml
from snapshots import contents
from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

FOLDER = Path(__file__).parent / "__snapshots__"
LINES = 400
UPDATE = 'run `make test ARGS="tests/infrastructure --snapshot-update"`, then read the diff as a reviewer will'


class YamlFile(SingleFileSnapshotExtension):
    """`__snapshots__/dev/Analysis/Alarms.yaml` holds the snapshot of that name."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    def serialize(self, data, **options):
        return to_yaml(data)

    @classmethod
    def dirname(cls, *, test_location):
        return str(FOLDER)

    @classmethod
    def get_file_basename(cls, *, test_location, index):
        return index

    @classmethod
    def get_snapshot_name(cls, *, test_location, index=0):
        return f"{test_snapshots.__name__}[{index}]"

    @classmethod
    def matches_test_location(cls, *, test_location, snapshot_location):
        return Path(snapshot_location).is_relative_to(FOLDER)

    def read_snapshot_collection(self, *, snapshot_location):
        index = Path(snapshot_location).relative_to(FOLDER).with_suffix("")
        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=self.get_snapshot_name(test_location=None, index=index)))
        return collection


@pytest.fixture(scope="module")
def expected(environments, furnishings, stage_of):
    return contents(environments, stage_of) | contents({"furnished": furnishings}, stage_of)


def files():
    return {str(path.relative_to(FOLDER).with_suffix("")): path for path in FOLDER.rglob("*") if path.is_file()}


def test_snapshots(expected, snapshot, subtests):
    on_disk = snapshot.use_extension(YamlFile)
    for name, content in expected.items():
        with subtests.test(name):
            assert content == on_disk(name=name), f"{name} is not as it was: {UPDATE}"


def test_no_file_is_left_over(expected, request):
    left = {name: path for name, path in files().items() if name not in expected}
    if request.config.option.update_snapshots:
        for path in left.values():
            path.unlink()
    else:
        assert not left, f"nothing is snapshot as {sorted(left)}: {UPDATE}"


def test_every_file_is_read_in_one_sitting():
    long = {name: lines for name, path in files().items() if (lines := len(path.read_text().splitlines())) > LINES}
    assert not long, f"more than {LINES} lines; make two of the construct, or of the stage of the state machine: {long}"
