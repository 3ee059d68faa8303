"""The embedded AWS: MiniStack and our stand-ins behind one loopback port, in this process."""

import asyncio
import os
import socket
import threading
import tomllib
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config
from hypercorn.asyncio import serve
from hypercorn.config import Config as ServerConfig

from local_cloud import ministack_adapter
from local_cloud.front import front
from local_cloud.integrations import Integrations
from local_cloud.services.comprehend import Comprehend
from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.rekognition import Rekognition
from local_cloud.services.storage import S3Storage
from local_cloud.services.transcribe import Transcribe
from local_cloud.services.wire import Wire

ROOT = Path(__file__).parents[1]
START_SECONDS = 60


class LocalCloud:
    """An AWS account on loopback, for one environment.

    Use it as a context manager, once a process: MiniStack keeps its state in its modules.

    Args:
        environment: name of the environment whose account and region it plays.
        port: port to listen on; 0 takes a free one.
        wait_scale: what a second of a Wait state or a retry's pause lasts here.
    """

    def __init__(self, environment: str = "dev", *, port: int = 0, wait_scale: float = 0.2) -> None:
        settings = tomllib.loads((ROOT / "environments" / f"{environment}.toml").read_text(encoding="utf-8"))
        self.environment = environment
        self.account: str = settings["account"]
        self.region: str = settings["region"]
        self.port = port or _free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        self._wait_scale = wait_scale
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._wires: dict[str, Wire] = {}
        self._thread = threading.Thread(target=self._serve, name="local-cloud", daemon=True)

    def __enter__(self) -> "LocalCloud":
        self._thread.start()
        self._await_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)
        for wire in self._wires.values():
            wire.close()

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables under which any SDK or the CDK CLI talks to this cloud."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_PROFILE")},
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.account,
            aws_secret_access_key="local",  # noqa: S106 - the local cloud takes any
            config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard"}),
        )

    def viewer_url(self, link: str) -> str:
        """Where a browser on this machine finds what the world finds at `https://<label>.cloudfront.net/...`."""
        return link.replace("https://", "http://", 1).replace(".cloudfront.net/", f".cloudfront.localhost:{self.port}/")

    def _serve(self) -> None:
        ministack_adapter.configure(
            account=self.account, region=self.region, port=self.port, wait_scale=self._wait_scale
        )
        integrations = Integrations(endpoint_url=self.endpoint_url, region=self.region, account=self.account)
        storage = S3Storage(self.endpoint_url, self.account, self.region)
        self._wires = {
            stand_in.service: Wire(stand_in)
            for stand_in in (Rekognition(storage), Transcribe(storage), Comprehend(), MediaConvert(storage))
        }
        application = front(
            ministack_adapter.application(integrations), self._wires, ministack_adapter.trusted_keys
        )
        config = ServerConfig()
        config.bind = [f"127.0.0.1:{self.port}"]
        config.loglevel = "WARNING"
        config.keep_alive_timeout = 75
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(serve(application, config, shutdown_trigger=self._stop.wait))

    def _await_start(self) -> None:
        """Wait until it answers. Raises RuntimeError where it does not within a minute."""
        for _ in range(START_SECONDS * 10):
            try:
                urllib.request.urlopen(f"{self.endpoint_url}/_ministack/health", timeout=5).close()  # noqa: S310
            except OSError:
                if not self._thread.is_alive():
                    break
                threading.Event().wait(0.1)
            else:
                return
        raise RuntimeError(f"the local cloud did not start on port {self.port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
