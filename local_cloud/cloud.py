"""The embedded AWS: MiniStack and our stand-ins behind one loopback port, in this process."""

import asyncio
import json
import os
import threading
from collections.abc import Mapping
from functools import partial
from types import TracebackType

from hypercorn.asyncio import serve
from hypercorn.config import Config as ServerConfig

from local_cloud import credentials_provider, ministack_adapter
from local_cloud.authority import Credentials
from local_cloud.clients import Clients
from local_cloud.connection import ENFORCE, METER, Connection
from local_cloud.credentials_provider import CredentialsProvider
from local_cloud.front import Front
from local_cloud.integrations import Integrations
from local_cloud.internet.web import HOSTS, Internet
from local_cloud.meter import Readings
from local_cloud.ministack_adapter.identity import Identity
from local_cloud.ministack_adapter.standing import standing
from local_cloud.ministack_adapter.things import certificate_of
from local_cloud.services.comprehend import Comprehend
from local_cloud.services.cost_explorer import CostExplorer
from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.pricing import Pricing
from local_cloud.services.rekognition import Rekognition
from local_cloud.services.storage import S3Storage
from local_cloud.services.transcribe import Transcribe
from local_cloud.services.wire import Wire
from local_cloud.services.xray import XRay
from local_cloud.telemetry import Telemetry


class LocalCloud(Connection):
    """The cloud itself, served from this process while the context lasts.

    One a process: MiniStack keeps its state in its modules.

    Args:
        environment: name of the environment whose account and region it plays.
        port: port to listen on; 0 takes a free one.
        wait_scale: seconds that a second of a Wait state or of a retry's pause lasts here.
    """

    def __init__(self, environment: str = "dev", *, port: int = 0, wait_scale: float = 1.0) -> None:
        super().__init__(environment, port=port)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]  # a profile or an endpoint of the user's is none of this process's business
        self._wait_scale = wait_scale
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._wires: dict[str, Wire] = {}
        self._telemetry: Telemetry | None = None
        self._thread = threading.Thread(target=self._serve, name="local-cloud", daemon=True)

    def __enter__(self) -> "LocalCloud":
        self._thread.start()
        self.await_start(self._thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)
        for wire in self._wires.values():
            wire.close()
        if self._telemetry:
            self._telemetry.close()

    def _serve(self) -> None:
        ministack_adapter.configure(
            account=self.account, region=self.region, port=self.port, wait_scale=self._wait_scale
        )
        identity = Identity(account=self.account, region=self.region)
        clients = Clients(endpoint_url=self.endpoint_url, region=self.region, account=self.account)
        storage, readings = S3Storage(clients), Readings(standing)
        stand_ins = (
            Rekognition(storage, readings=readings),
            Transcribe(storage, region=self.region, account_id=self.account, readings=readings),
            Comprehend(readings),
            MediaConvert(storage, region=self.region, account_id=self.account, authority=identity, readings=readings),
            XRay(readings),
            CostExplorer(readings, environment=self.environment),
            Pricing(),
        )
        self._wires = {stand_in.service: Wire(stand_in, identity) for stand_in in stand_ins}
        self._telemetry = Telemetry(clients, identity)
        integrations = Integrations(clients, identity)
        provider = CredentialsProvider(
            account=self.account,
            region=self.region,
            certificate_of=partial(certificate_of, identity),
            issue=partial(_lend, identity),
        )
        application = Front(
            ministack_adapter.application(
                identity,
                integrations,
                self._telemetry,
                readings,
                resource_types={"AWS::IoT::RoleAlias": provider.resource_type},
            ),
            services=self._wires,
            trusted_keys=ministack_adapter.trusted_keys,
            sites=dict.fromkeys(HOSTS, Internet()),
            own={
                ENFORCE: partial(_enforce, identity),
                METER: partial(_tell, readings),
                credentials_provider.ROOT: provider.answer,
            },
            verify=identity.verify,
            readings=readings,
        )
        config = ServerConfig()
        config.bind = [f"127.0.0.1:{self.port}"]
        config.loglevel = "WARNING"
        # Clients of SDKs keep connections for as long as they live; one that is closed just as the next request comes
        # fails that request, and what is called in the name of a state machine is tried once.
        config.keep_alive_timeout = 24 * 3600
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(serve(application, config, shutdown_trigger=self._stop.wait))


def _enforce(identity: Identity, _path: str, _headers: Mapping[str, str]) -> tuple[int, str]:
    identity.enforce()
    return 200, "{}"


def _tell(readings: Readings, _path: str, _headers: Mapping[str, str]) -> tuple[int, str]:
    return 200, json.dumps([line.told() for line in readings.lines()])


def _lend(
    identity: Identity, role_arn: str, *, session: str, source_arn: str, keys: Mapping[str, str], seconds: int
) -> Credentials:
    """A device's session; the account's root while nothing is enforced."""
    lent = identity.assume(
        role_arn, credentials_provider.SERVICE, session=session, source_arn=source_arn, keys=keys, seconds=seconds
    )
    return lent or Credentials(identity.account, "local")
