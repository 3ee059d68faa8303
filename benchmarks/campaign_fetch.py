"""The campaign function's fetch: 2 GiB of a source's into S3 within 512 MB, and its time against boto3's own.

The peer is boto3's `upload_fileobj` reading urllib3's stream, in the same parts, from the same server to the same S3 in
the same run. The function does more: it computes SHA-256 of every part, checks speed and time left, and could go on
where it broke off. Source and S3 are stubs on loopback: one makes bytes up, the other throws them away.
"""

import multiprocessing
import os
import re
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
MIB = 1024 * 1024
SIZE_MIB = 2048
#: What the function has on AWS.
MEMORY_MIB = 512
#: The peer is compared at a smaller size, several times: the machine has other things to do, too.
COMPARED_MIB = 512
RUNS = 3

_BLOCK = b"\x00\x00\x00\x18ftypmp42" + os.urandom(MIB - 12)
#: Of Pixabay's, which says nothing about how fast its footage may be fetched; Wikimedia does, and is not to be outrun.
#: The kernel gives the process no more than a function of that size has, its threads' stacks included.
_FUNCTION = f"""
import json, resource, sys
from types import SimpleNamespace
resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY_MIB * MIB}, {MEMORY_MIB * MIB}))
sys.path.insert(0, "lambdas/campaign")
from handler import handle
context = SimpleNamespace(
    function_name="campaign", memory_limit_in_mb={MEMORY_MIB}, invoked_function_arn="arn", aws_request_id="1",
    get_remaining_time_in_millis=lambda: 900_000,
)
item = {{"source": "pixabay", "id": "7", "url": "https://cdn.pixabay.com/" + sys.argv[1]}}
event = {{"task": "fetch", "item": item, "key": "video/pixabay/a/b/c", "upload_id": "1"}}
answer = handle(event, context)
sys.exit(0 if answer["complete"] and answer["bytes"] == int(sys.argv[1]) else str(answer)[:500])
"""
_PEER = f"""
import boto3, os, sys, urllib3
from boto3.s3.transfer import TransferConfig
url = os.environ["SOURCES_GATEWAY_URL"] + "/" + sys.argv[1]
body = urllib3.PoolManager().request("GET", url, preload_content=False)
config = TransferConfig(multipart_chunksize={16 * MIB})
boto3.client("s3").upload_fileobj(body, "raw", "key", Config=config)
"""


def measure() -> dict[str, str | float]:
    """The function's peak memory, MiB, for a file of `size_mib`; and medians of its time and memory over the peer's."""
    theirs, ours = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ours.recv()}"
        seconds, peak = _run(_FUNCTION, SIZE_MIB, url)
        pairs = [(_run(_FUNCTION, COMPARED_MIB, url), _run(_PEER, COMPARED_MIB, url)) for _ in range(RUNS)]
    finally:
        server.terminate()
        server.join()
    return {
        "peer": f"boto3 {version('boto3')} upload_fileobj of a urllib3 {version('urllib3')} stream",
        "size_mib": SIZE_MIB,
        "memory_limit_mib": MEMORY_MIB,
        "peak_memory_mib": round(peak, 1),
        "mib_a_second": round(SIZE_MIB / seconds, 1),
        "compared_mib": COMPARED_MIB,
        "seconds_ratio": round(median(own[0] / peer[0] for own, peer in pairs), 2),
        "peak_memory_ratio": round(median(own[1] / peer[1] for own, peer in pairs), 2),
    }


def _run(program: str, size_mib: int, url: str) -> tuple[float, float]:
    """Seconds and peak resident memory, MiB, of a program that must succeed."""
    variables = {
        "RAW_BUCKET": "raw",
        "CAMPAIGNS_TABLE": "campaigns",
        "PIXABAY_SECRET": "pixabay",
        "CONTACT": "benchmark@example.com",
        "LARGEST_BYTES": str(SIZE_MIB * MIB),
        "SOURCES_GATEWAY_URL": url,
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PYTHONPATH": str(ROOT),
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(size_mib * MIB)],
        cwd=ROOT,
        env={**own, **variables},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the program ended with {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def _serve(port: Connection) -> None:
    """Be the source and S3, in a process of its own, so that the other's memory is its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    port.send(server.server_port)
    server.serve_forever()


class _Stub(BaseHTTPRequestHandler):
    """`GET /<size>` is a file of so many bytes; anything on the bucket `raw` is an upload that leads nowhere."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/raw/"):
            self._answer(b"<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>")
            return
        size = int(self.path.strip("/"))
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"made-up"')
        self.end_headers()
        for _ in range(size // MIB):
            self.wfile.write(_BLOCK)

    def do_PUT(self) -> None:
        self._discard()
        self.send_response(200)
        self.send_header("ETag", '"gone"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self._discard()
        kind = "InitiateMultipartUpload" if self.path.endswith("?uploads") else "CompleteMultipartUpload"
        self._answer(f"<{kind}Result><UploadId>1</UploadId><ETag>gone</ETag></{kind}Result>".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _discard(self) -> None:
        if re.search("chunked", self.headers.get("Transfer-Encoding", "")):
            while size := int(self.rfile.readline(), 16):
                self._read(size + len(b"\r\n"))
            while self.rfile.readline().strip():
                pass
        else:
            self._read(int(self.headers.get("Content-Length", 0)))

    def _read(self, size: int) -> None:
        while size:
            size -= len(self.rfile.read(min(size, MIB)))

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
