"""The tracer of a function sees its calls of AWS; in a process of its own, since what it patches stays patched."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOOK = """
import wrapt
from botocore.client import BaseClient
before = isinstance(BaseClient._make_api_call, wrapt.BoundFunctionWrapper | wrapt.FunctionWrapper)
import handler
print(before, isinstance(BaseClient._make_api_call, wrapt.BoundFunctionWrapper | wrapt.FunctionWrapper))
"""


def test_calls_of_aws_are_in_a_functions_trace():
    folders = [ROOT, ROOT / "lambdas" / "classify", ROOT / "lambdas" / "layer"]
    variables = {
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "IMPP_ENVIRONMENT": "test",
        "LAMBDA_TASK_ROOT": "/var/task",
        **dict.fromkeys(("PROCESSED_BUCKET", "INDEX_TABLE", "RULES_PARAMETER", "LANGUAGE"), "x"),
    }
    looked = subprocess.run(
        [sys.executable, "-c", LOOK], env=variables, capture_output=True, text=True, check=True, timeout=60
    )
    assert looked.stdout.split() == ["False", "True"]
