"""The stand-ins look at the same thing once."""

import numpy as np
import pytest

from local_cloud.services import memory
from local_cloud.services.memory import of_file, of_picture, remembering


@pytest.fixture
def looked():
    return []


@pytest.fixture
def brightest(looked):
    @remembering(of_picture)
    def find(image):
        looked.append(image)
        return int(image.max())

    return find


def picture(value, size=(2, 3)):
    return np.full((*size, 3), value, np.uint8)


def test_the_same_picture_is_looked_at_once(brightest, looked):
    assert [brightest(picture(7)), brightest(picture(9)), brightest(picture(7))] == [7, 9, 7]
    assert len(looked) == 2


def test_pictures_of_the_same_bytes_and_another_size_are_not_the_same(brightest, looked):
    brightest(picture(7, (2, 3)))
    brightest(picture(7, (3, 2)))
    assert len(looked) == 2


def test_what_was_not_asked_for_longest_is_forgotten(brightest, looked, monkeypatch):
    monkeypatch.setattr(memory, "_MOST", 2)
    for value in (1, 2, 1, 3, 1, 2):
        brightest(picture(value))
    assert [int(image[0, 0, 0]) for image in looked] == [1, 2, 3, 2]


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    for name, content in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        (tmp_path / name).write_bytes(content)
    first, second, third = (of_file(tmp_path / name) for name in "abc")
    assert first == second != third


def test_what_fails_is_tried_again(looked):
    @remembering(of_picture)
    def find(image):
        looked.append(image)
        raise ValueError("unreadable")

    for _ in range(2):
        with pytest.raises(ValueError, match="unreadable"):
            find(picture(1))
    assert len(looked) == 2
