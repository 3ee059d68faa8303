"""How the other parts reach the local cloud: its address, credentials and clients."""

import json
import os
import socket
import subprocess
import threading
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_cloud.meter import Line

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
#: Path under which the local cloud is told to enforce IAM.
ENFORCE = "_enforce-iam"
#: Path under which it says what it would be billed for.
METER = "_meter"


class Connection:
    """An AWS account on loopback that plays an environment's account and region.

    Args:
        environment: the environment's name.
        port: where it listens; 0 for one that is free now.
    """

    def __init__(self, environment: str = "dev", *, port: int = 0) -> None:
        settings = tomllib.loads((ROOT / "environments" / f"{environment}.toml").read_text(encoding="utf-8"))
        self.environment = environment
        self.account: str = settings["account"]
        self.region: str = settings["region"]
        self.port = port or free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables under which any SDK or the CDK CLI talks to this cloud."""
        return {
            # Nothing of a real account's may come along.
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def variables_as(self, role_arn: str) -> dict[str, str]:
        """As `variables`, for a process that acts with a role of this account."""
        session = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="local")["Credentials"]
        return {
            **self.variables,
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud, with the account's own key."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.account,
            aws_secret_access_key="local",  # noqa: S106 - the local cloud takes any
            config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard"}),
        )

    def enforce(self) -> None:
        """Let every call need its permission from now on; the account's own key keeps them all."""
        urllib.request.urlopen(f"{self.endpoint_url}/{ENFORCE}", timeout=5).close()  # noqa: S310

    def metered(self) -> list[Line]:
        """What this cloud would be billed for since it started."""
        with urllib.request.urlopen(f"{self.endpoint_url}/{METER}", timeout=60) as answer:  # noqa: S310
            return [Line.read(fields) for fields in json.load(answer)]

    def await_start(self, server: "threading.Thread | subprocess.Popen[bytes]") -> None:
        """Wait until the cloud answers. Raises RuntimeError where it ends or takes longer than a minute."""
        await_answer(self.port, "/_ministack/health", server, "the local cloud")

    def viewer_url(self, link: str) -> str:
        """Where a browser on this machine finds what the world finds at `https://<label>.cloudfront.net/...`."""
        return link.replace("https://", "http://", 1).replace(".cloudfront.net/", f".cloudfront.localhost:{self.port}/")


def await_answer(port: int, path: str, server: "threading.Thread | subprocess.Popen[bytes]", what: str) -> None:
    """Wait until a server answers. Raises RuntimeError that says `what` where it ends or takes longer than a minute."""
    for _ in range(START_SECONDS * 10):
        # First of all: another server on this port would answer just as well.
        if not (server.is_alive() if isinstance(server, threading.Thread) else server.poll() is None):
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{what} did not start on port {port}")


def free_port() -> int:
    """A loopback port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether something listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
