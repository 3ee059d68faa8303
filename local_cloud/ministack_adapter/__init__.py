"""Every touch on MiniStack's internals, in one place; `tests/contract/test_ministack.py` holds them to what they are.

MiniStack is pinned exactly. What it lacks is added here and where it differs from AWS it is
corrected here, so that the templates stay those that go to AWS.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.integrations import Integrations
from local_cloud.meter import Readings
from local_cloud.ministack_adapter.athena import correct_athena
from local_cloud.ministack_adapter.cloudwatch import correct_cloudwatch
from local_cloud.ministack_adapter.events import correct_events
from local_cloud.ministack_adapter.functions import correct_functions
from local_cloud.ministack_adapter.identity import Identity
from local_cloud.ministack_adapter.metering import meter_services
from local_cloud.ministack_adapter.objects import correct_objects
from local_cloud.ministack_adapter.resource_types import add_resource_types
from local_cloud.ministack_adapter.step_functions import correct_step_functions
from local_cloud.telemetry import Telemetry


def configure(*, account: str, region: str, port: int, wait_scale: float) -> None:
    """Set what MiniStack reads when it is first imported, and what its functions find in their environment."""
    os.environ.update(
        {
            "MINISTACK_ACCOUNT_ID": account,
            "MINISTACK_REGION": region,
            "GATEWAY_PORT": str(port),
            "SFN_WAIT_SCALE": str(wait_scale),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "LAMBDA_EXECUTOR": "local",
            "IOT_MTLS_ENABLED": "0",  # its listener would answer on every interface
            # Functions inherit it: the internet of this cloud, which answers by the Host header.
            "SOURCES_GATEWAY_URL": f"http://127.0.0.1:{port}",
        }
    )


def application(
    identity: Identity,
    integrations: Integrations,
    telemetry: Telemetry,
    readings: Readings,
    *,
    resource_types: Mapping[str, Mapping[str, Callable[..., Any]]],
) -> Any:
    """MiniStack's ASGI application, with everything of ours in place; `resource_types` are those of the stand-ins."""
    from ministack import app

    correct_step_functions(identity, integrations, telemetry)
    add_resource_types(resource_types)
    correct_functions(identity, telemetry)
    correct_objects(identity)
    correct_athena(identity)
    correct_cloudwatch()
    correct_events(identity)
    meter_services(readings)
    return app.app


def trusted_keys(domain_label: str) -> dict[str, str] | None:
    """Public keys (id → PEM) of the distribution `<label>.cloudfront.net`.

    None where there is no such distribution; empty where it serves without signatures.
    """
    from ministack.services import cloudfront

    distribution = cloudfront.find_distribution_for_label(domain_label)
    if distribution is None:
        return None
    return {
        key_id: cloudfront._public_keys[key_id]["Config"]["EncodedKey"]
        for group_id in cloudfront._trusted_key_group_ids(distribution)
        for key_id in cloudfront._key_groups[group_id]["Config"]["Items"]
    }
