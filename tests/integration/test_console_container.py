"""What the console's image holds runs as the container runs it, with the packages of its list and no others."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import distribution
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from aws_cdk import App, Stack

from console import served
from media_pipeline.console_service import ConsoleImage

#: The container's root cannot be written to; here a try is told.
NOTED = """
import os, sys
def note(event, arguments):
    if event == "open":
        name, mode, flags = arguments
        if isinstance(name, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
    elif event not in {"os.mkdir", "os.rename", "os.remove"}:
        return
    os.write(2, f"WRITES {arguments}\\n".encode())
sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The folder that the image copies."""
    app = App(outdir=str(tmp_path_factory.mktemp("assembly")))
    asset = ConsoleImage(Stack(app, "Stack"), "Image", environment_name="dev")
    return Path(app.outdir) / f"asset.{asset.asset_hash}"


@pytest.fixture(scope="module")
def packages(image, tmp_path_factory):
    """A folder of what the image's list of packages names."""
    folder = tmp_path_factory.mktemp("packages") / "site-packages"
    folder.mkdir()
    for line in (image / "console" / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            installed = distribution(line.partition("==")[0])
            for name in {file.parts[0] for file in installed.files} - {"..", "__pycache__"}:
                (folder / name).symlink_to(installed.locate_file(name))
    return folder


@pytest.fixture
def run(image, packages):
    """Start Python on a script as the container would: without what else is installed here."""
    started = []

    def run(script, **variables):
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", script],  # no site-packages
            cwd=image,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(packages),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": "/nonexistent",
                "TMPDIR": "/nonexistent",
                "AWS_EC2_METADATA_DISABLED": "true",
                "IMPP_ENV": "dev",
                served.DOMAIN_NAME: "127.0.0.1",
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_it_serves_and_writes_nothing(run):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = run(
        f"{NOTED}\nfrom console import served\nserved.PORT = {port}\n"
        "import os; served.console().run(config=served.options(os.environ))"
    )
    assert answer(server, f"http://127.0.0.1:{port}/_stcore/health") == (200, b"ok")
    assert answer(server, f"http://127.0.0.1:{port}/")[1].lower().lstrip().startswith((b"<!", b"<html"))
    assert b"Signed out" in answer(server, f"http://127.0.0.1:{port}/sign-out")[1]
    server.send_signal(signal.SIGTERM)  # as Fargate ends it
    _, said = server.communicate(timeout=60)
    assert "WRITES" not in said, said


def answer(server, address):
    """Status and body, once the server listens."""
    deadline = time.monotonic() + 120
    while True:
        try:
            with urlopen(address, timeout=60) as response:
                return response.status, response.read()
        except URLError:
            assert server.poll() is None, server.communicate()[1]
            assert time.monotonic() < deadline, "it does not listen"
            time.sleep(0.2)


IMPORTED = """
import ast, importlib, importlib.util, json, sys
from pathlib import Path
sys.path.insert(0, "")
missing = []
for path in [*Path("console").rglob("*.py"), *Path("clip_model").rglob("*.py")]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if importlib.util.find_spec(name) is None:
                missing.append(f"{path}: {name}")
            elif name.startswith("operations."):
                importlib.import_module(name)  # and so all that it imports
print(json.dumps(missing))
"""


def test_whatever_a_page_imports_is_in_it(run):
    said, errors = run(IMPORTED).communicate(timeout=120)
    assert said, errors
    assert json.loads(said) == []
