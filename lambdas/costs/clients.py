"""Clients of AWS, each made when it is first needed: one run needs few of them, and none is needed to start."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config


@cache
def client(service: str, region: str | None = None) -> Any:
    """A client that is patient with throttling: nobody waits for this function."""
    return boto3.client(service, region_name=region, config=Config(retries={"mode": "standard", "max_attempts": 8}))  # type: ignore[call-overload]
