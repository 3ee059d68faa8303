"""The times of day of the sample scenes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours (`#rrggbb`) of sky, land, road and houses; skies go from top to horizon."""

    sky: tuple[str, str]
    cloud: str
    hills: tuple[str, str]
    ground: str
    leaves: tuple[str, str]
    road: str
    line: str
    pavement: str
    walls: tuple[str, str]
    roof: str
    window: str


DAY = Palette(
    sky=("#5fa8e0", "#d8ecf7"),
    cloud="#9fcdec",
    hills=("#9dbfc9", "#7aa68a"),
    ground="#79a85c",
    leaves=("#3f7d45", "#5c9a52"),
    road="#565b61",
    line="#eef0ee",
    pavement="#b9b6ad",
    walls=("#e0c9a0", "#c98f6f"),
    roof="#8a4b3c",
    window="#86a9bd",
)

DUSK = Palette(
    sky=("#3d3a6b", "#f2a672"),
    cloud="#a0707f",
    hills=("#6d5a7c", "#4c4a66"),
    ground="#4d5a4a",
    leaves=("#2c4140", "#3a5148"),
    road="#3f4149",
    line="#d8cdbd",
    pavement="#7d7678",
    walls=("#8d7470", "#7a5d62"),
    roof="#4c343d",
    window="#cfa368",
)

NIGHT = Palette(
    sky=("#0d1430", "#2a3b66"),
    cloud="#26345c",
    hills=("#1c2a4c", "#182440"),
    ground="#1d2c2b",
    leaves=("#15262a", "#1b3030"),
    road="#2a2d35",
    line="#a7abb0",
    pavement="#43464e",
    walls=("#3a3d4d", "#34333f"),
    roof="#20212d",
    window="#b8934f",
)
