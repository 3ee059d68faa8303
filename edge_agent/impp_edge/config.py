"""The agent's settings: one TOML file, read once at start."""

import re
import tomllib
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

DEFAULT_PATH = Path("/etc/impp-edge/config.toml")


class ConfigError(ValueError):
    """The settings can't be used; the text names each field, what it must be and the value received."""


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError("must be an IANA time zone such as Europe/Berlin") from None
    return name


def _provider(endpoint: str) -> str:
    if not _PROVIDER.fullmatch(endpoint):
        raise ValueError("must be the host that `aws iot describe-endpoint` names, or http://127.0.0.1:PORT")
    return endpoint


#: In clear only where nobody listens in: on this very machine, for test clouds.
_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?|http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?")

AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Seconds = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DeviceIdentity(_Settings):
    """Who the device is to AWS IoT's credentials provider; `impp-edge enroll` writes it."""

    endpoint: Annotated[str, AfterValidator(_provider)] = Field(description="host of the credentials provider")
    role_alias: str = Field(pattern=r"^[A-Za-z0-9_=,@-]{1,128}$", description="the IoT role alias")
    certificate: AbsolutePath = Field(description="PEM file of the device's certificate")
    private_key: AbsolutePath = Field(description="PEM file of its private key")
    ca: AbsolutePath | None = Field(
        default=None, description="PEM file of the authorities to trust, else the SDK's own"
    )

    @property
    def by_tls(self) -> bool:
        """Whether the provider is asked by mutual TLS, as AWS's must be."""
        return not self.endpoint.startswith("http://")

    @property
    def url(self) -> str:
        """Where credentials are asked for."""
        base = f"https://{self.endpoint}" if self.by_tls else self.endpoint
        return f"{base}/role-aliases/{self.role_alias}/credentials"


class Config(_Settings):
    """What the owner of a device decides."""

    device_id: str = Field(pattern=r"^[A-Za-z0-9:_-]{1,128}$", description="an IoT thing name")
    watch: tuple[AbsolutePath, ...] = Field(min_length=1, description="folders whose clips are sent")
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="the raw media bucket")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="the bucket's region")
    endpoint_url: str | None = Field(
        None, pattern=r"^https?://[^\s/]+/?$", description="another AWS than Amazon's, for test clouds"
    )
    state_dir: AbsolutePath = Field(Path("/var/lib/impp-edge"), description="where the queue is kept")
    settle_seconds: Seconds = Field(5.0, gt=0, description="a file at rest this long is complete")
    rescan_seconds: Seconds = Field(60.0, gt=0, description="how often the folders are read in full")
    bandwidth_kib_per_second: Whole = Field(0, ge=0, description="upload limit; 0 means none")
    part_mib: Whole = Field(8, ge=5, le=5120, description="larger files travel in parts of this size")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field("UTC", description="zone of the camera's clock")
    devices_table: str = Field(
        "", pattern=r"^([A-Za-z0-9_.-]{3,255})?$", description="where the device reports how it is; empty means nowhere"
    )
    report_seconds: Seconds = Field(300.0, gt=0, description="how often it reports")
    identity: DeviceIdentity | None = Field(None, description="how to get credentials that expire")

    @property
    def part_bytes(self) -> int:
        """Size of one part, bytes."""
        return self.part_mib * 1024 * 1024

    @property
    def bytes_per_second(self) -> int:
        """Upload limit; 0 means none."""
        return self.bandwidth_kib_per_second * 1024

    @property
    def zone(self) -> ZoneInfo:
        """Zone that times in file names are in."""
        return ZoneInfo(self.timezone)


def load_config(path: Path) -> Config:
    """Read and check the settings. Raises ConfigError with one line per problem."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Config.model_validate(data)
    except OSError as error:
        raise ConfigError(f"cannot read the settings {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings {path} must be TOML in UTF-8: {error}") from None
    except ValidationError as error:
        raise ConfigError("\n".join(f"{path}: {line}" for line in _problems(error))) from None


def table_to_add(config: Config, name: str) -> str:
    """The name of the devices table, where settings lack it that are to have it; empty where they have it already.

    Raises ConfigError where they say something else, or no table can have that name.
    """
    if "devices_table" not in config.model_fields_set:
        try:
            return Config.model_validate(config.model_dump() | {"devices_table": name}).devices_table
        except ValidationError as error:
            raise ConfigError("\n".join(_problems(error))) from None
    if name not in {"", config.devices_table}:
        raise ConfigError(
            f"devices_table: must be {name!r}, as asked for, or be left out, got {config.devices_table!r}"
        )
    return ""


def make_identity(**identity: str) -> DeviceIdentity:
    """An identity that settings may hold. Raises ConfigError with one line per problem."""
    try:
        return DeviceIdentity.model_validate(identity)
    except ValidationError as error:
        raise ConfigError("\n".join(_problems(error, DeviceIdentity))) from None


def _problems(error: ValidationError, model: type[BaseModel] = Config) -> list[str]:
    lines = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"])
        known = (DeviceIdentity if field.startswith("identity.") else model).model_fields
        if problem["type"] == "missing":
            lines.append(f"{field} is required: {known[str(problem['loc'][-1])].description}")
        elif problem["type"] == "extra_forbidden":
            lines.append(f"{field} is not a setting, got {problem['input']!r}; known: {', '.join(known)}")
        else:
            expected = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{field}: {expected[0].lower()}{expected[1:]}, got {problem['input']!r}")
    return lines
