"""Finding clips: by events, by rescan, and with either of them broken."""

import errno
import os

import pytest
from watchdog.observers.api import BaseObserver

from impp_edge.watch import Watch


class DeafObserver:
    """A listener that the kernel refuses."""

    def __init__(self, number):
        self.number = number

    def is_alive(self):
        return False

    def start(self):
        pass

    def schedule(self, *_, **__):
        raise OSError(self.number, os.strerror(self.number))


@pytest.fixture
def listen(tmp_path):
    watches = []

    def start(*folders, **options):
        watches.append(Watch(folders or (tmp_path,), **options))
        watches[-1].listen()
        return watches[-1]

    yield start
    for watch in watches:
        watch.stop()


def test_a_new_file_is_sent_without_waiting_for_a_rescan(device):
    device.settings["rescan_seconds"] = 3600
    agent = device.start()
    try:
        device.eventually(lambda: agent.store.rows("SELECT 1") and device.card.exists())
        device.record("EVENT/deep/20260130_081500_EF.mp4")
        device.eventually(device.objects)
    finally:
        agent.end()


def test_events_tell_of_files_closed_and_moved_in(device, listen, tmp_path):
    watch = listen(device.card)
    heard = []

    def hears(path):
        heard.extend(watch.take_heard())
        return path in heard

    written = device.record("a.mp4")
    device.eventually(lambda: hears(written))
    (tmp_path / "outside.mp4").write_bytes(b"footage")
    moved = device.card / "b.mp4"
    (tmp_path / "outside.mp4").rename(moved)
    device.eventually(lambda: hears(moved))
    device.record("c.part").rename(device.card / "c.mp4")
    device.eventually(lambda: hears(device.card / "c.mp4"))
    assert device.card / "c.part" not in heard


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.mp4",
        "._20260130_081500_NF.mp4",
        ".Trash/clip.mp4",
        "clip.mp4.tmp",
        "clip.mp4.part",
        "clip.tmp",
        "thumb.jpg",
        "mp4",
    ],
)
def test_what_is_no_clip_is_left_alone(device, name):
    device.record(name)
    watch = Watch([device.card])
    watch.hear(device.card / name)

    assert list(watch.scan()) == []
    assert list(watch.take_heard()) == []


@pytest.mark.parametrize("name", ["a.mp4", "A.MP4", "a.MoV", "a.avi", "a.mkv", "a.webm", "a.m4v", "a.ts", "x/y/z.mp4"])
def test_every_video_is_found_whatever_its_case(device, name):
    path = device.record(name)
    assert list(Watch([device.card]).scan()) == [path]


def test_a_watched_folder_may_itself_be_hidden(tmp_path):
    folder = tmp_path / ".cards"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(b"footage")
    assert list(Watch([folder]).scan()) == [folder / "clip.mp4"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "fs.inotify.max_user_watches is used up"),
        (errno.EMFILE, "fs.inotify.max_user_instances is used up"),
        (errno.EACCES, "Permission denied"),
    ],
)
def test_without_events_it_says_why_once_and_the_rescan_carries_on(device, caplog, number, reason):
    watch = Watch([device.card], observer=lambda: DeafObserver(number))
    watch.listen()
    watch.listen()
    path = device.record("a.mp4")

    assert list(watch.scan()) == [path]
    assert caplog.text.count(f"no events for {device.card}: {reason}") == 1


def test_an_agent_without_events_still_sends_everything(device, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(BaseObserver, "schedule", refuse)
    device.settings["rescan_seconds"] = 0.2
    agent = device.start()
    try:
        device.record("20260130_081500_EF.mp4")
        device.eventually(device.objects)
    finally:
        agent.end()


def test_a_card_that_is_put_in_later_is_found(device, listen, caplog, tmp_path):
    slot = tmp_path / "slot"
    watch = listen(slot)
    assert list(watch.scan()) == []
    assert list(watch.scan()) == []
    assert caplog.text.count(f"cannot read {slot}: No such file or directory") == 1

    slot.mkdir()
    watch.listen()
    path = slot / "clip.mp4"
    path.write_bytes(b"footage")

    assert list(watch.scan()) == [path]
    device.eventually(lambda: path in set(watch.take_heard()))


def test_names_are_read_from_the_watched_folders_own_name_on(tmp_path):
    folder = tmp_path / "event" / "card" / "parking"
    watch = Watch([folder])
    assert str(watch.relative(folder / "a" / "b.mp4")) == "parking/a/b.mp4"
