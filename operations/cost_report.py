"""An estimate for people and for machines: two tables with bars, a picture, JSON."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from clip_model.prices import PriceTable
from operations.cost_estimate import Estimate
from operations.deployed import OperatorError

#: Letters of the longest bar in a terminal.
_BAR = 24
_BLOCKS = " ▏▎▍▌▋▊▉█"
#: Of the picture, in pixels.
_WIDTH, _ROW, _LABELS, _FIGURES = 720, 24, 150, 110
_COLOUR = "#2a78d6"


def tell(estimate: Estimate) -> Iterator[str]:
    """The estimate, a line at a time."""
    yield estimate.title
    yield _headline(estimate)
    yield ""
    yield from _rows("SERVICE", estimate.by_service)
    yield ""
    yield from _rows("STAGE", estimate.by_stage)
    yield ""
    yield tell_prices(estimate.table)
    for note in estimate.notes:
        yield f"note: {note}"


def tell_prices(table: PriceTable) -> str:
    """Which prices they are."""
    return f"list prices of {table.as_of}, {table.region}: no free tier, no discounts, no taxes"


def write_json(estimate: Estimate, path: Path) -> None:
    """Write the estimate for a machine. Raises OperatorError where the file can't be written."""
    document = {
        "title": estimate.title,
        "usd": estimate.usd,
        "clips": estimate.clips,
        "gb": estimate.gb,
        "by_service": estimate.by_service,
        "by_stage": estimate.by_stage,
        "lines": [
            {
                "stage": line.stage,
                "meter": line.meter,
                "quantity": line.quantity,
                "unit": estimate.table[line.meter].unit,
                "usd": line.usd,
            }
            for line in estimate.lines
        ],
        "prices": {"as_of": estimate.table.as_of, "region": estimate.table.region},
        "notes": estimate.notes,
    }
    _write(path, json.dumps(document, indent=2) + "\n")


def write_chart(estimate: Estimate, path: Path) -> None:
    """Draw the estimate as SVG, or as a page that holds it. Raises OperatorError for another kind of file."""
    if path.suffix not in {".html", ".svg"}:
        raise OperatorError(f"a chart is a file .svg or .html, got {path.name!r}")
    picture = draw(estimate)
    if path.suffix == ".html":
        picture = f'<!doctype html>\n<meta charset="utf-8">\n<title>{escape(estimate.title)}</title>\n{picture}'
    _write(path, picture)


def draw(estimate: Estimate) -> str:
    """Bars by service and by stage, as SVG."""
    parts: list[str] = []
    top = 2 * _ROW
    for heading, sums in (("by service", estimate.by_service), ("by stage", estimate.by_stage)):
        parts.append(f'<text x="0" y="{top}" font-weight="bold">{heading}</text>')
        for number, (name, usd) in enumerate(sums.items(), start=1):
            parts += _bar(name, usd, max(sums.values()), top + number * _ROW)
        top += (len(sums) + 2) * _ROW
    headline = escape(f"{estimate.title}: {_headline(estimate)}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {_WIDTH + 24} {top + 24}" width="{_WIDTH}"'
        f' role="img" aria-label="{headline}" font-family="sans-serif" font-size="13">'
        f'<rect x="-12" y="-12" width="100%" height="100%" fill="#fff"/><text x="0" y="{_ROW // 2}">{headline}</text>'
        f'{"".join(parts)}<text x="0" y="{top}" fill="#666">{escape(tell_prices(estimate.table))}</text></svg>\n'
    )


def _bar(name: str, usd: float, most: float, baseline: float) -> Iterator[str]:
    width = (_WIDTH - _LABELS - _FIGURES) * usd / most if most else 0
    yield f'<text x="0" y="{baseline}">{escape(name)}</text>'
    yield f'<rect x="{_LABELS}" y="{baseline - 13}" width="{width:.1f}" height="16" fill="{_COLOUR}"/>'
    yield f'<text x="{_WIDTH}" y="{baseline}" text-anchor="end">${usd:,.2f}</text>'


def _headline(estimate: Estimate) -> str:
    parts = [f"${estimate.usd:,.2f}"]
    if estimate.clips:
        parts += [f"${estimate.usd / estimate.clips:,.4f} a clip", f"${estimate.usd / estimate.gb:,.4f} a GB"]
    return ", ".join(parts)


def _rows(heading: str, sums: Mapping[str, float]) -> Iterator[str]:
    whole, most = sum(sums.values()), max(sums.values(), default=0)
    width = max(len(heading), *map(len, sums), 16)
    yield f"{heading:<{width}}  {'DOLLARS':>10}  SHARE"
    for name, usd in sums.items():
        yield f"{name:<{width}}  {usd:>10,.2f}  {usd / whole:>4.0%}  {_blocks(usd / most)}".rstrip()


def _blocks(share: float) -> str:
    eighths = round(share * _BAR * 8)
    return _BLOCKS[-1] * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{str(path)!r} can't be written: {error.strerror}") from None
