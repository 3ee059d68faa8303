"""Objects in a folder instead of S3, media made by FFmpeg, patience with jobs, and boto3 over real HTTP."""

import asyncio
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import cv2
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from local_cloud.services.storage import ObjectError, StoredObject, local_name
from local_cloud.services.wire import Wire

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
PATIENCE_SECONDS = 120


class FolderStorage:
    """Objects as files under `<root>/<bucket>/<key>`; remembers content types and the order of writing."""

    def __init__(self, root):
        self.root = root
        self.stored = {}
        self.pretended_sizes = {}

    def put(self, bucket, key, content):
        path = self.root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read_bytes() if isinstance(content, Path) else content)
        return f"s3://{bucket}/{key}"

    def read(self, bucket, key):
        return (self.root / bucket / key).read_bytes()

    def describe(self, bucket, key):
        path = self._existing(bucket, key)
        size = self.pretended_sizes.get(key, path.stat().st_size)
        return StoredObject(size, '"0123abcd"', datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "video/mp4")

    @contextmanager
    def fetch(self, bucket, key):
        path = self._existing(bucket, key)
        copy = self.root / local_name(key)
        shutil.copy(path, copy)
        yield copy

    def store(self, path, bucket, key, content_type):
        self.put(bucket, key, path)
        self.stored[key] = content_type

    def _existing(self, bucket, key):
        path = self.root / bucket / key
        if not path.is_file():
            raise ObjectError(f"can't read s3://{bucket}/{key}: Not Found")
        return path


@pytest.fixture
def storage(tmp_path):
    return FolderStorage(tmp_path)


@pytest.fixture(scope="session")
def make_media(tmp_path_factory):
    """Run FFmpeg with the given arguments into a new file of the given name."""

    def make(name, *arguments):
        path = tmp_path_factory.mktemp("media") / name
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments), str(path)], check=True)
        return path

    return make


@pytest.fixture(scope="session")
def clip(make_media):
    """7 s, 320x240, 25 frames a second, H.264 and AAC."""
    picture = ("-f", "lavfi", "-i", "testsrc2=d=7:s=320x240:r=25")
    sound = ("-f", "lavfi", "-i", "sine=440:d=7")
    return make_media("clip.mp4", *picture, *sound, *X264, "-c:a", "aac")


@pytest.fixture(scope="session")
def silent_clip(make_media):
    """2 s, 320x240, 25 frames a second, no sound."""
    return make_media("silent.mp4", "-f", "lavfi", "-i", "testsrc2=d=2:s=320x240:r=25", *X264)


@pytest.fixture(scope="session")
def sideways_clip(make_media, silent_clip):
    """The silent clip, to be shown turned a quarter counter-clockwise."""
    return make_media("sideways.mp4", "-display_rotation", 90, "-i", silent_clip, "-c", "copy")


@pytest.fixture(scope="session")
def webm_clip(make_media):
    """1 s, 160x120, VP8 and Opus."""
    picture = ("-f", "lavfi", "-i", "testsrc2=d=1:s=160x120:r=10")
    sound = ("-f", "lavfi", "-i", "sine=440:d=1")
    return make_media("clip.webm", *picture, *sound, "-c:v", "libvpx", "-c:a", "libopus")


@pytest.fixture(scope="session")
def sign():
    """A picture with two lines of text, 640x360, BGR."""
    picture = np.full((360, 640, 3), 60, np.uint8)
    cv2.putText(picture, "HELP ME", (60, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 4)
    cv2.putText(picture, "speed 52", (60, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (255, 255, 0), 3)
    return picture


@pytest.fixture(scope="session")
def face():
    """A drawn face, 400x400, BGR, shaded the way the face detector looks for."""
    grey = np.full((400, 400), 90, np.uint8)
    cv2.ellipse(grey, (200, 200), (90, 120), 0, 0, 360, 200, -1)
    for x in (165, 235):
        cv2.ellipse(grey, (x, 175), (26, 16), 0, 0, 360, 110, -1)
        cv2.circle(grey, (x, 175), 9, 30, -1)
        cv2.line(grey, (x - 24, 150), (x + 24, 150), 80, 8)
    cv2.line(grey, (200, 170), (200, 225), 225, 14)
    cv2.ellipse(grey, (200, 228), (18, 8), 0, 0, 360, 130, -1)
    cv2.ellipse(grey, (200, 265), (36, 11), 0, 0, 360, 100, -1)
    cv2.ellipse(grey, (200, 100), (92, 50), 0, 180, 360, 40, -1)
    return cv2.cvtColor(cv2.GaussianBlur(grey, (0, 0), 4), cv2.COLOR_GRAY2BGR)


@pytest.fixture(scope="session")
def png():
    """Encode a BGR picture as PNG bytes."""
    return lambda picture: cv2.imencode(".png", picture)[1].tobytes()


@pytest.fixture(scope="session")
def eventually():
    """Call until the answer satisfies the condition; the answer."""

    def wait(ask, until):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not until(answer := ask()):
            assert time.monotonic() < give_up, f"still {answer} after {PATIENCE_SECONDS} s"
            time.sleep(0.02)
        return answer

    return wait


@contextmanager
def served(wire):
    """The wire behind a real HTTP port on loopback; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, answer = asyncio.run(wire(self.command, self.path, dict(self.headers), body, {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - http.server's own name

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        wire.close()


@contextmanager
def connect(implementation):
    with served(Wire(implementation)) as address:
        yield boto3.client(
            implementation.service,
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture(scope="session")
def client_of():
    """A boto3 client of an implementation, as a context."""
    return connect
