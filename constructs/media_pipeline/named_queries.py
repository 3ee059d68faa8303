"""The named queries: `queries/*.sql`, one a file, each about one month."""

from dataclasses import dataclass
from pathlib import Path

from clip_model.campaigns import Source
from clip_model.prices import PRICES

FOLDER = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class NamedQuery:
    """A query as Athena keeps it.

    Attributes:
        name: its file's.
        description: its first line.
        text: SQL; its first lines say what it tells and which parameters it takes.
    """

    name: str
    description: str
    text: str


def named_queries(*, account: str, environment: str) -> list[NamedQuery]:
    """Every query, about one environment's part of an account's bill.

    What carries the environment's tag is its own. What carries none, because AWS gives it none or because the tag is
    not active yet, is taken for its own where it is of a service the pipeline uses.
    """
    services = sorted({price.product_code for price in PRICES.prices.values()} | {"AmazonGlacier"})
    usage = (FOLDER / "common" / "usage.sql").read_text(encoding="utf-8").strip()
    return [_read(path, usage, account, environment, services) for path in sorted(FOLDER.glob("*.sql"))]


def _read(path: Path, usage: str, account: str, environment: str, services: list[str]) -> NamedQuery:
    text = path.read_text(encoding="utf-8").strip()
    for placeholder, value in (
        ("usage", f"\n{usage}\n"),
        ("account", account),
        ("environment", environment),
        ("services", _strings(services)),
        ("fetched", _strings(list(Source))),
    ):
        text = text.replace(f"{{{placeholder}}}", value)
    return NamedQuery(path.stem, text.partition("\n")[0].removeprefix("-- "), text)


def _strings(values: list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
