"""What a change of settings changes in a month: two folders of environments, each estimated, side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clip_model.prices import PriceTable
from operations.cost_estimate import Estimate, estimate_month
from operations.cost_report import tell_prices
from operations.cost_settings import flat, read_costed, read_document
from operations.deployed import OperatorError

#: Below half a cent nothing changes.
_CENT = 0.005


@dataclass(frozen=True)
class Change:
    """One environment before and after.

    Attributes:
        name: its.
        before: its month before; None where it is new.
        after: its month after; None where it is gone.
        settings: names of settings that differ, with what was there and what is; None where there is none.
        fleet_assumed: the file before said nothing of a fleet, so today's was taken.
    """

    name: str
    before: Estimate | None
    after: Estimate | None
    settings: Mapping[str, tuple[Any, Any]]
    fleet_assumed: bool = False

    @property
    def services(self) -> dict[str, tuple[float, float]]:
        """Dollars of each service before and after, where they differ, the largest difference first."""
        before = self.before.by_service if self.before else {}
        after = self.after.by_service if self.after else {}
        both = {name: (before.get(name, 0.0), after.get(name, 0.0)) for name in before | after}
        differing = {name: pair for name, pair in both.items() if abs(pair[1] - pair[0]) >= _CENT}
        return dict(sorted(differing.items(), key=lambda item: -abs(item[1][1] - item[1][0])))


def compare(before: Path, after: Path, table: PriceTable) -> list[Change]:
    """Every environment of two folders, by name.

    Raises:
        OperatorError: a folder has none, or a file can't be read.
    """
    old, new = _files(before), _files(after)
    return [_change(name, old.get(name), new.get(name), table) for name in sorted(old | new)]


def tell_changes(changes: list[Change], table: PriceTable) -> Iterator[str]:
    """The changes for a terminal."""
    for change in changes:
        yield f"{change.name}: {_sums(change)}"
        for name, (before, after) in change.services.items():
            yield f"  {name:<16}  {before:>10,.2f} → {after:>10,.2f}  {after - before:>+10,.2f}"
        for line in _settings(change):
            yield f"  {line}"
    yield tell_prices(table)


def tell_markdown(changes: list[Change], table: PriceTable) -> Iterator[str]:
    """The changes for a pull request's summary."""
    yield "### Monthly cost"
    yield ""
    yield "| environment | before | after | difference |"
    yield "| --- | ---: | ---: | ---: |"
    for change in changes:
        before, after = (f"${each.usd:,.2f}" if each else "–" for each in (change.before, change.after))
        yield f"| {change.name} | {before} | {after} | {_signed(_difference(change))} |"
    for change in changes:
        if change.services or change.settings:
            yield from ("", f"#### {change.name}: {_sums(change)}", "")
            yield from (f"- {line}" for line in _settings(change))
            if change.services:
                yield from ("", "| service | before | after | difference |", "| --- | ---: | ---: | ---: |")
            for name, (was, is_) in change.services.items():
                yield f"| {name} | ${was:,.2f} | ${is_:,.2f} | {_signed(is_ - was)} |"
    yield ""
    yield f"_{tell_prices(table)}_"


def _files(folder: Path) -> dict[str, Path]:
    files = {path.stem: path for path in folder.glob("*.toml")}
    if not files:
        raise OperatorError(f"no environments in {str(folder)!r}: no file ends in .toml")
    return files


def _change(name: str, before: Path | None, after: Path | None, table: PriceTable) -> Change:
    old, new = (read_document(path) if path else {} for path in (before, after))
    assumed = bool(before and after) and "fleet" not in old
    fleet = new.get("fleet") if assumed else None
    was, is_ = flat({**old, "fleet": fleet} if assumed else old), flat(new)
    return Change(
        name=name,
        before=estimate_month(read_costed(before, fleet=fleet), table) if before else None,
        after=estimate_month(read_costed(after), table) if after else None,
        settings={key: (was.get(key), is_.get(key)) for key in was | is_ if was.get(key) != is_.get(key)}
        if before and after
        else {},
        fleet_assumed=assumed,
    )


def _difference(change: Change) -> float:
    return (change.after.usd if change.after else 0) - (change.before.usd if change.before else 0)


def _sums(change: Change) -> str:
    match change.before, change.after:
        case None, Estimate(usd=after):
            return f"new, ${after:,.2f} a month"
        case Estimate(usd=before), None:
            return f"gone, it was ${before:,.2f} a month"
        case Estimate(usd=before), Estimate(usd=after) if abs(after - before) >= _CENT:
            return f"${before:,.2f} → ${after:,.2f} a month, {_signed(after - before)}"
        case _:
            return f"${change.after.usd if change.after else 0:,.2f} a month, as before"


def _signed(usd: float) -> str:
    return "–" if abs(usd) < _CENT else f"{'+' if usd > 0 else '−'}${abs(usd):,.2f}"


def _settings(change: Change) -> Iterator[str]:
    for name, (before, after) in change.settings.items():
        yield f"{name}: {_shown(before)} → {_shown(after)}"
    if change.fleet_assumed:
        yield "before, the file had no [fleet]: estimated with the one it has now"


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)
