"""The bandwidth limit."""

import os
import time

import pytest

from impp_edge.throttle import Throttle


class FakeTime:
    def __init__(self):
        self.now = 100.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def fake():
    return FakeTime()


def throttle(fake, rate):
    return Throttle(rate, clock=fake.clock, sleep=fake.sleep)


def pull(limit, total, chunk=16_384):
    while total > 0:
        total -= limit.take(min(chunk, total))


def test_over_time_no_more_passes_than_the_rate_and_one_seconds_burst(fake):
    limit = throttle(fake, 100_000)
    pull(limit, 1_100_000)
    assert fake.now - 100 == pytest.approx(10, abs=0.2)


def test_no_limit_never_waits(fake):
    pull(throttle(fake, 0), 10**9, chunk=10**8)
    assert fake.now == 100


def test_a_rest_saves_up_one_second_and_no_more(fake):
    limit = throttle(fake, 1000)
    pull(limit, 1000)
    fake.now += 60
    started = fake.now
    pull(limit, 3000)
    assert fake.now - started == pytest.approx(2, abs=0.01)


def test_the_rate_may_change_on_the_way(fake):
    limit = throttle(fake, 1000)
    pull(limit, 2000)
    assert fake.now - 100 == pytest.approx(1, abs=0.01)
    limit.bytes_per_second = 10_000
    started = fake.now
    pull(limit, 20_000)
    # Up to one second's burst, at the new rate, passes at once.
    assert 1 <= fake.now - started <= 2


def test_a_slow_link_still_moves_every_second(fake):
    limit = throttle(fake, 1024)
    assert limit.take(16_384) == 1024


def test_an_upload_takes_as_long_as_the_limit_says(device):
    device.settings["bandwidth_kib_per_second"] = 256
    device.record("20260130_081500_NF.mp4", os.urandom(512 * 1024))
    started = time.monotonic()

    assert device.run_once()

    # One second's worth passes at once, the other 256 KiB take a second.
    assert 1 <= time.monotonic() - started < 4


def test_each_byte_passes_the_limit_once(device, monkeypatch):
    take, taken = Throttle.take, []
    monkeypatch.setattr(Throttle, "take", lambda self, wanted: taken.append(take(self, wanted)) or taken[-1])
    device.record("20260130_081500_NF.mp4", os.urandom(512 * 1024))

    assert device.run_once()

    assert sum(taken) == 512 * 1024
