"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AlertSettings:
    """Settings read once, at cold start.

    Attributes:
        processed_bucket: where the incident page is stored.
        playback_domain: host name of the distribution that serves it.
        signing_key_id: id of the CloudFront public key that checks links.
        signing_secret: name or ARN of the secret that holds the key's private half, PEM.
        topic_arn: the SNS topic that responders subscribe to.
        alerts_table: DynamoDB table that remembers which clips were announced.
        link_hours: how long a link works, hours.
        webhooks_secret: name or ARN of the secret with the chat channels' addresses; None where there are none.
    """

    processed_bucket: str
    playback_domain: str
    signing_key_id: str
    signing_secret: str
    topic_arn: str
    alerts_table: str
    link_hours: int
    webhooks_secret: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "AlertSettings":
        """Read the variables. Raises ValueError naming the one that is missing, empty or no number."""
        return cls(
            processed_bucket=_required(environment, "PROCESSED_BUCKET"),
            playback_domain=_required(environment, "PLAYBACK_DOMAIN"),
            signing_key_id=_required(environment, "SIGNING_KEY_ID"),
            signing_secret=_required(environment, "SIGNING_SECRET"),
            topic_arn=_required(environment, "TOPIC_ARN"),
            alerts_table=_required(environment, "ALERTS_TABLE"),
            link_hours=_hours(_required(environment, "LINK_HOURS")),
            webhooks_secret=environment.get("WEBHOOKS_SECRET") or None,
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"environment variable {name} must be set, got {value!r}")
    return value


def _hours(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"environment variable LINK_HOURS must be a whole number of hours, got {value!r}")
    return int(value)
