"""An environment's settings: `environments/<name>.toml` as one frozen, typed object."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from clip_model.words import Depth

FOLDER = Path(__file__).parents[2] / "environments"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
KeyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,20}$")]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:[0-9]{12}:.+$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Limits(_Settings):
    """What may be spent on analysis, in US dollars; beyond it a clip is looked at less closely."""

    clip_usd: float = Field(gt=0)
    month_usd: float = Field(gt=0)


class Depths(_Settings):
    """How closely each lane is looked at; `default` is for every other collection."""

    event: Depth
    parking: Depth
    continuous: Depth
    default: Depth


class Analysis(_Settings):
    """How clips are analysed.

    Attributes:
        language: what is spoken, as Transcribe names it.
        moderated_collections: collections that also get content moderation.
        full_minutes: a clip longer than this is sampled, even where its lane asks for `full`.
        frame_seconds: seconds between frames at depth `sampled`.
        poll_seconds: shortest wait before a job is asked whether it is done.
        queue_hours: how long a clip waits for one of the account's Rekognition jobs.
        depths: depth by collection.
        custom_labels_model: ARN of a Rekognition Custom Labels model version that also looks at
            sampled frames; nothing here starts or stops it.
    """

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
    moderated_collections: tuple[str, ...]
    full_minutes: float = Field(gt=0, le=360)
    frame_seconds: int = Field(ge=1)
    poll_seconds: int = Field(ge=1, le=300)
    queue_hours: float = Field(gt=0, le=72)
    depths: Depths
    custom_labels_model: Arn | None = None


class Playback(_Settings):
    """Signed links.

    Attributes:
        signing_keys: names of the keys CloudFront trusts, one or two; the first signs.
        link_hours: how long a link works.
    """

    signing_keys: tuple[KeyName, ...] = Field(min_length=1, max_length=2)
    link_hours: int = Field(ge=1, le=24 * 30)


class Alerts(_Settings):
    """Who is told.

    Attributes:
        emails: of an incident.
        operators: of an alarm.
        webhooks: incidents also go to Slack or Teams, by the addresses kept in Secrets Manager.
    """

    emails: tuple[Email, ...]
    operators: tuple[Email, ...]
    webhooks: bool


class Retention(_Settings):
    """Days that replaced or deleted object versions, and logs, are kept."""

    noncurrent_days: int = Field(ge=1)
    log_days: Literal[1, 7, 14, 30, 90, 180, 365, 731]  # CloudWatch knows certain numbers only


class Environment(_Settings):
    """One environment. `disposable`: its data goes with its stacks."""

    name: Name
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    disposable: bool
    limits: Limits
    analysis: Analysis
    playback: Playback
    alerts: Alerts
    retention: Retention


def read_environment(name: str, folder: Path = FOLDER) -> Environment:
    """Read `<folder>/<name>.toml`.

    Raises:
        ValueError: where the file is missing or not TOML, or a field is missing, unknown or wrong;
            the message names the file, the field, what was expected and the value received.
    """
    path = folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"
        raise ValueError(f"no environment {name!r}: {path.name} is not in {folder.name}/ (there: {known})")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not TOML: {error}") from None
    try:
        # As JSON: strict, and yet lists become tuples.
        environment = Environment.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise ValueError("\n".join(_problems(path.name, error))) from None
    if environment.name != name:
        raise ValueError(f"{path.name}: name must be {name!r}, as the file's, got {environment.name!r}")
    return environment


def _problems(file: str, error: ValidationError) -> list[str]:
    problems = []
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"])
        if item["type"] == "missing":
            problems.append(f"{file}: {field} is missing")
        elif item["type"] == "extra_forbidden":
            problems.append(f"{file}: unknown field {field}, got {item['input']!r}")
        else:
            problems.append(f"{file}: {field}: {item['msg'][0].lower()}{item['msg'][1:]}, got {item['input']!r}")
    return problems
