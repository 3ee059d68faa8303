"""What was found before in the same picture or recording: the same clip is sent again and again, and takes seconds."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

from local_cloud.services.frames import Image

Source = TypeVar("Source")
Finding = TypeVar("Finding")

#: Findings of each kind that are kept: those used last.
_MOST = 2000


def remembering(
    digest: Callable[[Source], bytes],
) -> Callable[[Callable[[Source], Finding]], Callable[[Source], Finding]]:
    """Have a function look once at what has the same digest. What it returns is not to be changed."""

    def decorate(find: Callable[[Source], Finding]) -> Callable[[Source], Finding]:
        known: OrderedDict[bytes, Finding] = OrderedDict()
        lock = threading.Lock()

        @wraps(find)
        def recall(source: Source) -> Finding:
            key = digest(source)
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key]
            found = find(source)
            with lock:
                known[key] = found
                while len(known) > _MOST:
                    known.popitem(last=False)
            return found

        return recall

    return decorate


def of_picture(image: Image) -> bytes:
    """The digest of a picture (rows x columns x BGR): of its size and of each pixel."""
    return hashlib.blake2b(image.tobytes(), person=b"%dx%d" % image.shape[:2]).digest()


def of_file(path: Path) -> bytes:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()
