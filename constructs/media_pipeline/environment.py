"""An environment's settings: `environments/<name>.toml` as one frozen, typed object."""

import json
import tomllib
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from clip_model.words import Depth

FOLDER = Path(__file__).parents[2] / "environments"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
KeyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,20}$")]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:[0-9]{12}:.+$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$")]
PrefixList = Annotated[str, StringConstraints(pattern=r"^pl-[0-9a-f]{8,17}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$")]
Certificate = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+$")
]


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
        runbook: address of docs/runbook.md, for the links in alarms.
        webhooks: incidents also go to Slack or Teams, by the addresses kept in Secrets Manager.
    """

    emails: tuple[Email, ...]
    operators: tuple[Email, ...]
    webhooks: bool
    runbook: Address


class Retention(_Settings):
    """Days that replaced or deleted object versions, and logs, are kept."""

    noncurrent_days: int = Field(ge=1)
    log_days: Literal[1, 7, 14, 30, 90, 180, 365, 731]  # CloudWatch knows certain numbers only


class Campaigns(_Settings):
    """How footage is fetched from the web; which footage, editors say in Parameter Store.

    Attributes:
        schedule: when the weekly run starts, UTC, as EventBridge Scheduler writes it.
        contact: where a source may reach you about your requests; Wikimedia asks for one in the User-Agent.
        largest_mb: a file above so many megabytes is left where it is.
        at_once: files fetched side by side; Wikimedia lets a robot have two connections.
        wait_hours: how long a run waits for the analysis of what it fetched.
    """

    schedule: Annotated[str, StringConstraints(pattern=r"^(cron|rate)\([^()]+\)$")]
    contact: Annotated[str, StringConstraints(pattern=r"^[!-~]*[@/][!-~]*$")]
    largest_mb: int = Field(ge=1, le=5000)
    at_once: int = Field(ge=1, le=2)
    wait_hours: float = Field(gt=0, le=72)


class Costs(_Settings):
    """What money may be spent before somebody is told, US dollars.

    Attributes:
        budget_usd: a month's, of the whole environment; AWS Budgets tells of half of it, of 80 % and of all of it
            once spent, and of a forecast above it.
        anomaly_usd: an unusual expense of so much is told of.
        clip_usd: a day's mean of a clip above it raises an alarm.
        gb_usd: a day's mean of a gigabyte received above it raises an alarm.
        scan_gb: a query of the bill reads no more; Athena's price goes by it.
    """

    budget_usd: float = Field(gt=0)
    anomaly_usd: float = Field(gt=0)
    clip_usd: float = Field(gt=0)
    gb_usd: float = Field(gt=0)
    scan_gb: float = Field(ge=0.01)


class Traffic(_Settings):
    """What a device, or all campaigns together, sends of a collection.

    Attributes:
        clips_a_day: how many; a fraction where not one comes every day.
        seconds: how long each is.
        megabytes: how large each is.
        incidents: share of them that is found to be an incident, 0 to 1.
        important: share that is important.
    """

    clips_a_day: float = Field(ge=0)
    seconds: float = Field(gt=0)
    megabytes: float = Field(gt=0)
    incidents: float = Field(ge=0, le=1)
    important: float = Field(ge=0, le=1)


class Fleet(_Settings):
    """The traffic `impp cost estimate` reckons with.

    Attributes:
        devices: how many.
        audio: share of clips with sound.
        views: how often an incident is watched.
        months: for how long clips have been kept when the month that is estimated ends.
        event: lane of a device.
        parking: lane of a device.
        continuous: lane of a device.
        campaigns: all of them together, not a device.
    """

    devices: int = Field(ge=0)
    audio: float = Field(ge=0, le=1)
    views: float = Field(ge=0)
    months: float = Field(gt=0, le=120)
    event: Traffic
    parking: Traffic
    continuous: Traffic
    campaigns: Traffic


class Audit(_Settings):
    """A trail of who touched the account and the clips; `log_days`: how long it is kept."""

    log_days: int = Field(ge=1)


class Network(_Settings):
    """Functions in subnets that no route leads out of.

    Attributes:
        zones: availability zones; each has its own interface endpoints, and they are paid by the hour. More may be
            added at the end. CloudFormation takes none away that functions run in: first deploy without a network.
        s3_prefix_list: the region's managed prefix list of S3, which no template can look up.
        dynamodb_prefix_list: the same of DynamoDB.
    """

    zones: tuple[str, ...] = Field(min_length=1)
    s3_prefix_list: PrefixList
    dynamodb_prefix_list: PrefixList


class SignIn(_Settings):
    """The OpenID Connect provider that says who somebody is; the addresses are those of its discovery document.

    Attributes:
        issuer: who signs its tokens.
        authorization_endpoint: where a browser is sent to sign in.
        token_endpoint: where the load balancer gets tokens.
        user_info_endpoint: where it asks who they are of.
        client_id: what the provider calls the console.
        secret_version: version of the secret `impp/<environment>/console/oidc` to use; another one takes a deployment.
        end_session: page that ends the provider's own session too, with all the provider wants in the query.
    """

    issuer: Address
    authorization_endpoint: Address
    token_endpoint: Address
    user_info_endpoint: Address
    client_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,256}$")]
    secret_version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{32,64}$")]
    end_session: Address | None = None


class Console(_Settings):
    """The console on the web, behind a load balancer that signs people in.

    Attributes:
        domain_name: where people find it; a DNS record of yours leads to the load balancer.
        certificate: of that name, in AWS Certificate Manager and in the environment's region.
        zones: availability zones of the load balancer, which wants two.
        allowed: networks from which it may be reached, before anybody is asked to sign in.
        oidc: who signs people in.
    """

    domain_name: Domain
    certificate: Certificate
    zones: tuple[str, ...] = Field(min_length=2)
    allowed: tuple[IPv4Network, ...] = Field(default=(IPv4Network("0.0.0.0/0"),), min_length=1)
    oidc: SignIn


class Ci(_Settings):
    """Who deploys.

    Attributes:
        repository: on GitHub, as its tokens call it: `owner@123/name@456`, or `owner/name` where it is older
            than GitHub's putting ids there (docs/deploy.md tells how to ask).
    """

    repository: Repository


class Environment(_Settings):
    """One environment.

    Attributes:
        disposable: its data goes with its stacks; where not, data stays and neither can be deleted by mistake.
        audit: the audit trail, where there is to be one.
        network: the network of its functions, where they are to have one of their own.
        console: the console on the web, where it is to be there.
        ci: who deploys it, where an administrator does not do it by hand.
    """

    name: Name
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    disposable: bool
    limits: Limits
    analysis: Analysis
    playback: Playback
    alerts: Alerts
    retention: Retention
    campaigns: Campaigns
    costs: Costs
    fleet: Fleet
    audit: Audit | None = None
    network: Network | None = None
    console: Console | None = None
    ci: Ci | None = None

    @model_validator(mode="after")
    def _network_fits(self) -> Self:
        if self.network is None:
            return self
        if self.alerts.webhooks:
            raise PydanticCustomError(
                "network",
                "alerts.webhooks must be false where there is a [network], got true:"
                " no route leads from its subnets to Slack or Teams",
            )
        _check_zones("network", self.network.zones, self.region)
        return self

    @model_validator(mode="after")
    def _console_fits(self) -> Self:
        if self.console is None:
            return self
        _check_zones("console", self.console.zones, self.region)
        if self.console.certificate.split(":")[3] != self.region:
            raise PydanticCustomError(
                "console",
                "console.certificate must be one of {region}, where the load balancer is, got '{certificate}'",
                {"region": self.region, "certificate": self.console.certificate},
            )
        return self


def _check_zones(section: str, zones: tuple[str, ...], region: str) -> None:
    context = {"section": section, "region": region}
    if strangers := [zone for zone in zones if zone[:-1] != region]:
        raise PydanticCustomError(
            "zones",
            "{section}.zones must be zones of {region}, as {region}a, got '{zone}'",
            {**context, "zone": strangers[0]},
        )
    if len(set(zones)) < len(zones):
        raise PydanticCustomError(
            "zones", "{section}.zones must differ, got {zones}", {**context, "zones": ", ".join(zones)}
        )


def read_environments(folder: Path = FOLDER) -> list[Environment]:
    """Read every environment there is.

    Raises:
        ValueError: as `read_environment`, or where two environments are the same account and region.
    """
    environments = [read_environment(path.stem, folder) for path in sorted(folder.glob("*.toml"))]
    homes: dict[tuple[str, str], str] = {}
    for environment in environments:
        home = environment.account, environment.region
        if home in homes:
            raise ValueError(
                f"{homes[home]}.toml and {environment.name}.toml: environments must differ in account or region,"
                f" got {environment.account} in {environment.region} for both"
            )
        homes[home] = environment.name
    return environments


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
        elif not field:
            problems.append(f"{file}: {item['msg']}")
        elif item["type"] == "extra_forbidden":
            problems.append(f"{file}: unknown field {field}, got {item['input']!r}")
        else:
            problems.append(f"{file}: {field}: {item['msg'][0].lower()}{item['msg'][1:]}, got {item['input']!r}")
    return problems
