"""Files that grow, change or vanish: sent whole or not at all."""

import errno
import os
import threading

import pytest

from impp_edge.files import Identity, identify
from impp_edge.reading import Body, Changed, Source, open_source
from impp_edge.settle import Settling
from impp_edge.throttle import Throttle

MIB = 1024 * 1024


def never():
    return False


def test_a_growing_file_is_sent_when_it_has_come_to_rest(device):
    path = device.record("20260130_081500_NF.mp4", b"")
    pieces = [os.urandom(2000) for _ in range(20)]

    def grow():
        with path.open("ab", buffering=0) as file:
            for piece in pieces:
                file.write(piece)
                threading.Event().wait(0.02)

    writer = threading.Thread(target=grow)
    writer.start()
    assert device.run_once()
    writer.join()

    assert list(device.objects().values()) == [b"".join(pieces)]
    assert len(device.cloud.sent()) == 1


def test_settling_starts_anew_with_every_change(tmp_path):
    now = [0.0]
    settling = Settling(5, clock=lambda: now[0])
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"1")
    settling.note(path)

    now[0] = 5
    path.write_bytes(b"12")
    assert settling.take_settled() == []
    now[0] = 9
    settling.note(path)
    assert settling.take_settled() == []
    now[0] = 10
    assert settling.take_settled() == [(path, identify(path))]
    assert len(settling) == 0


def test_settling_forgets_what_vanishes_and_what_is_no_file(tmp_path):
    now = [0.0]
    settling = Settling(5, clock=lambda: now[0])
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"1")
    settling.note(path)
    settling.note(tmp_path)
    assert len(settling) == 1
    path.unlink()

    now[0] = 5
    assert settling.take_settled() == []
    assert len(settling) == 0


def test_settling_says_what_it_cannot_look_at(tmp_path, caplog):
    looped = tmp_path / "loop"
    looped.symlink_to(looped)

    Settling(5).note(looped / "clip.mp4")

    assert f"cannot look at {looped / 'clip.mp4'}: Too many levels of symbolic links" in caplog.text


def test_a_file_that_grows_between_reading_and_sending_is_never_stored_torn(device, monkeypatch):
    path = device.record("20260130_081500_NF.mp4", b"beginning")
    take, grown = Throttle.take, []

    def grow_once(self, wanted):
        if not grown:
            grown.append(True)
            with path.open("ab") as file:
                file.write(b" and end")
        return take(self, wanted)

    monkeypatch.setattr(Throttle, "take", grow_once)

    assert device.run_once()

    assert list(device.objects().values()) == [b"beginning and end"]
    assert [call.answer for call in device.cloud.sent() if call.answer == 200] == [200]


def test_a_large_file_replaced_in_the_middle_breaks_its_upload_off(device):
    path = device.record("20260130_081500_NF.mp4", os.urandom(12 * MIB))
    replacement = os.urandom(6 * MIB)

    def replace_once(call):
        if call.part == 2 and path.stat().st_size == 12 * MIB:
            other = path.with_name("other")
            other.write_bytes(replacement)
            other.replace(path)

    device.cloud.on_call = replace_once

    assert device.run_once()

    assert list(device.objects().values()) == [replacement]
    (aborted,) = device.cloud.sent("DELETE")
    assert aborted.answer == 204
    assert "Uploads" not in device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)


def test_a_file_deleted_before_its_turn_is_counted_as_gone(device, caplog):
    path = device.record("20260130_081500_NF.mp4")
    device.cloud.on_call = lambda call: device.cloud.refuse(403, "AccessDenied")
    assert not device.run_once()
    path.unlink()

    assert device.run_once()

    assert device.rows()["20260130_081500_NF.mp4"]["state"] == "gone"
    assert "was deleted before it could be sent" in caplog.text


def test_a_file_that_was_gone_is_queued_when_it_is_back(device):
    path = device.record("20260130_081500_NF.mp4")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    device.cloud.on_call = lambda call: device.cloud.refuse(403, "AccessDenied")
    assert not device.run_once()
    path.unlink()
    assert device.run_once()
    device.cloud.on_call = lambda call: None
    device.record("20260130_081500_NF.mp4")
    os.utime(path, ns=times)

    assert device.run_once()

    assert list(device.objects().values()) == [b"footage"]


def test_a_file_deleted_during_its_upload_is_still_sent_whole(device):
    content = os.urandom(11 * MIB)
    path = device.record("20260130_081500_NF.mp4", content)
    device.cloud.on_call = lambda call: path.unlink(missing_ok=True) if call.part == 1 else None

    assert device.run_once()

    assert list(device.objects().values()) == [content]


def test_a_body_stops_before_the_last_bytes_of_a_changed_file(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"0123456789")
    with open_source(path, identify(path), stopping=never) as source:
        body = Body(source, 2, 6, Throttle(0))
        assert (len(body), body.read(4), body.tell()) == (6, b"2345", 4)
        body.seek(0)
        assert body.read() == b"234567"
        assert body.read() == b""
        body.seek(4)
        path.write_bytes(b"abcdefghijk")
        with pytest.raises(Changed):
            body.read(4)


def test_a_file_that_shrank_is_noticed_even_where_its_size_is_not(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"")
    with path.open("rb") as file, pytest.raises(Changed):
        Source(file, path, identify(path), stopping=never).read(0, 10)


def test_a_queued_file_that_is_another_by_now_is_not_opened(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"new")
    with pytest.raises(Changed), open_source(path, Identity(99, 1), stopping=never):
        pass


def test_a_card_that_cannot_be_read_is_the_files_trouble_and_not_the_networks(device, monkeypatch):
    bad = device.record("event/bad.mp4", b"x" * 100)
    device.record("continuous/good.mp4", b"y" * 200)
    pread = os.pread

    def fail_on_bad(fd, size, position):
        if os.fstat(fd).st_ino == bad.stat().st_ino:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return pread(fd, size, position)

    monkeypatch.setattr(os, "pread", fail_on_bad)

    assert not device.run_once()

    assert list(device.objects().values()) == [b"y" * 200]
    row = device.rows()["bad.mp4"]
    assert (row["state"], row["attempts"]) == ("failed-retrying", 5)
    assert "Input/output error" in row["error"]


def test_a_card_that_fails_while_the_body_is_sent_is_not_taken_for_the_network(tmp_path, monkeypatch):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"0123456789")
    with open_source(path, identify(path), stopping=never) as source:
        monkeypatch.setattr(os, "pread", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "bad card")))
        with pytest.raises(OSError, match="bad card"):
            source.read(0, 5)
        with pytest.raises(OSError, match="bad card"):
            source.check()


def test_a_link_is_not_followed_out_of_the_folder(device, tmp_path):
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"not footage")
    (device.card / "clip.mp4").symlink_to(secret)

    assert device.run_once()

    assert device.objects() == {}


@pytest.mark.parametrize("bad_read", [1, 2])
def test_content_that_was_read_wrongly_once_is_refused_and_read_again(device, monkeypatch, bad_read):
    device.record("20260130_081500_NF.mp4", b"footage")
    pread, reads = os.pread, []

    def flip_one(fd, size, position):
        reads.append(position)
        return b"f00tage" if len(reads) == bad_read else pread(fd, size, position)

    monkeypatch.setattr(os, "pread", flip_one)

    assert device.run_once()

    assert list(device.objects().values()) == [b"footage"]
    assert [call.answer for call in device.cloud.sent()] == [400, 200]
