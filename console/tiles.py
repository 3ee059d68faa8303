"""Pictures for clips of which no frame is kept: a quiet tile in the colour of the clip's standing."""

from clip_model.words import Status, Verdict
from console.page import STANDINGS

_SYMBOLS: dict[str, str] = {
    Verdict.INCIDENT: '<path d="M160 62v34M160 110v2"/>',
    Verdict.IMPORTANT: '<path d="M160 60l9 19 21 3-15 15 4 21-19-10-19 10 4-21-15-15 21-3z"/>',
    Verdict.ROUTINE: '<path d="M142 92l13 13 24-28"/>',
    Verdict.REJECTED: '<path d="M138 112l44-44"/><circle cx="160" cy="90" r="31"/>',
    Status.PROCESSING: '<path d="M136 90h1M160 90h1M184 90h1"/>',
    Status.REDRIVE: '<path d="M182 78a25 25 0 1 0 3 18M184 64v15h-15"/>',
    Status.FAILED: '<path d="M144 74l32 32M176 74l-32 32"/>',
}


def tile(standing: str) -> str:
    """The tile of a standing as SVG, 16:9, readable on light and dark."""
    colour = STANDINGS[standing][0] if standing in STANDINGS else "#808080"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180">'
        f'<rect width="320" height="180" rx="10" fill="{colour}" fill-opacity=".14"/>'
        f'<g fill="none" stroke="{colour}" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">'
        f"{_SYMBOLS.get(standing, '')}</g></svg>"
    )
