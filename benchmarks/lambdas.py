"""Cold starts: how long each function's handler takes to import, against a bare Powertools handler; and its size.

The bare one has a Logger, a Tracer and one boto3 client. Both are imported by a fresh interpreter that finds what
Lambda would give it: the function's folder and the layer without bytecode, since neither is packed with any, and
boto3 with it. The layer itself is built for another processor and another Python, so this one is made of the same
versions as they are installed here; this Python's own times say nothing of Lambda's, their ratio does. Runs take turns,
and the least time of each counts, in seconds of the processor.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from benchmarks.missed import MissedError

ROOT = Path(__file__).parents[1]
LAMBDAS = ROOT / "lambdas"
LAYER = LAMBDAS / "layer"
#: What Lambda's runtime brings.
RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
RUNS = 15
#: Times the bare handler's import.
MOST = 1.3

BARE = """
import boto3
from aws_lambda_powertools import Logger, Tracer
logger, tracer = Logger(service="bare"), Tracer(service="bare")
s3 = boto3.client("s3")

@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handle(event, context):
    return {}
"""
_MEASURE = """
import sys, time
sys.path[:0] = sys.argv[1:]
start = time.process_time()
import handler
print(time.process_time() - start)
"""
#: What the functions are told, all together; the values have the right form and lead nowhere.
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "LAMBDA_TASK_ROOT": "/var/task",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "IMPP",
    "IMPP_ENVIRONMENT": "bench",
    "PROCESSED_BUCKET": "processed",
    "RAW_BUCKET": "raw",
    "INDEX_TABLE": "index",
    "RULES_PARAMETER": "/rules",
    "LANGUAGE": "en",
    "PLAYBACK_DOMAIN": "d111111abcdef8.cloudfront.net",
    "SIGNING_KEY_ID": "K1",
    "SIGNING_SECRET": "signing",
    "TOPIC_ARN": "arn:aws:sns:us-east-1:111111111111:alerts",
    "ALERTS_TABLE": "alerts",
    "LINK_HOURS": "72",
    "CAMPAIGNS_TABLE": "campaigns",
    "PIXABAY_SECRET": "pixabay",
    "CONTACT": "https://example.com",
    "LARGEST_BYTES": "1000",
    "CLIPS_TABLE": "clips",
    "DEVICES_TABLE": "devices",
    "LEDGER_TABLE": "ledger",
    "ARCHIVE_BUCKET": "archive",
    "LOG_BUCKET": "logs",
    "DISTRIBUTION_ID": "E1",
    "MONTH_USD": "200.0",
    "PLAN": json.dumps(
        {
            "name": "bench",
            "depths": {"default": "full"},
            "moderated_collections": [],
            **dict.fromkeys(("poll_seconds", "frame_seconds", "noncurrent_days", "log_days", "endpoints"), 1),
            **dict.fromkeys(("zones", "console_zones"), 0),
        }
    ),
    "FUNCTIONS": "[]",
}


def measure() -> dict[str, Any]:
    """Each function's ratio and the KiB of its package. Raises MissedError where a ratio is too high."""
    functions = sorted(handler.parent for handler in LAMBDAS.glob("*/handler.py"))
    with tempfile.TemporaryDirectory(prefix="impp-cold-") as name:
        folder = Path(name)
        shared = [_layer(folder / "layer"), _runtime(folder / "runtime")]
        (folder / "bare").mkdir()
        (folder / "bare" / "handler.py").write_text(BARE, encoding="utf-8")
        for function in functions:
            shutil.copytree(function, folder / function.name, ignore=shutil.ignore_patterns("__pycache__"))
        names = ["bare", *(function.name for function in functions)]
        least = dict.fromkeys(names, float("inf"))
        for _ in range(RUNS):
            for each in names:
                least[each] = min(least[each], _import_seconds(folder / each, *shared))
    result = {
        function.name: {
            "import_ratio": round(least[function.name] / least["bare"], 3),
            "package_kib": round(_zipped(function) / 1024, 1),
        }
        for function in functions
    }
    slow = [name for name, figures in result.items() if figures["import_ratio"] > MOST]
    if slow:
        raise MissedError(f"imported in more than {MOST} times a bare handler's time: {', '.join(slow)}", result)
    return result


def _import_seconds(*path: Path) -> float:
    done = subprocess.run(
        # Nothing of this environment's own: no site-packages, no bytecode written.
        [sys.executable, "-S", "-B", "-c", _MEASURE, *map(str, path)],
        env=VARIABLES,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{path[0].name} can't be imported: {done.stderr.strip()[-800:]}")
    return float(done.stdout)


def _layer(folder: Path) -> Path:
    """The layer's packages as they are installed here, at the layer's own versions, and what functions share."""
    folder.mkdir()
    for line in (LAYER / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, pinned, version = line.partition("==")
        if not pinned:
            continue
        found = distribution(name)
        if found.version != version:
            raise RuntimeError(f"the layer has {line}, got {found.version} here")
        for top in _tops(found):
            _copy(top, folder)
    _copy(ROOT / "clip_model", folder)
    for module in LAYER.glob("*.py"):
        _copy(module, folder)
    return folder


def _runtime(folder: Path) -> Path:
    folder.mkdir()
    for name in RUNTIME:
        for top in _tops(distribution(name)):
            (folder / top.name).symlink_to(top)
    return folder


def _tops(found: Distribution) -> set[Path]:
    """A distribution's packages and modules."""
    names = {path.parts[0] for path in found.files or [] if path.parts[0] not in ("..", "__pycache__")}
    return {Path(str(found.locate_file(name))) for name in names}


def _copy(path: Path, folder: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        shutil.copy(path, folder)


def _zipped(function: Path) -> int:
    """Bytes of the package that Lambda gets."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(function.rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                package.write(path, path.relative_to(function))
    return len(content.getvalue())
