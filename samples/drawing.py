"""A canvas for the sample scenes, and the cars that drive through them."""

import math
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360

#: Shapes are drawn this many times larger and shrunk at the end, which smooths their edges.
OVERSAMPLING = 2

GLASS = "#2c3a47"
SHADOW = "#2a2b2e"
TYRE = "#1b1c1f"
RIM = "#4a5056"
HEADLIGHT = "#cdc6a6"
TAIL_LIGHT = "#8f1d1d"
BRAKE_LIGHT = "#ff3b2f"
HAZARD_LIGHT = "#ffab1a"
BONNET = ("#15181c", "#20252b")

WHEEL_RADIUS = 13.0

Point = tuple[float, float]


class Canvas:
    """Draws in picture units (640 x 360, origin top left) and hands out the finished frame."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING))
        self._draw = ImageDraw.Draw(self.image)

    def shape(self, color: str, *points: Point) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points], fill=color)

    def box(self, color: str, x: float, y: float, width: float, height: float, *, corner: float = 0) -> None:
        """A filled rectangle from its top left corner, with rounded corners of radius `corner`."""
        self._draw.rounded_rectangle(self._bounds(x, y, width, height), corner * OVERSAMPLING, fill=color)

    def oval(self, color: str, x: float, y: float, width: float, height: float) -> None:
        """A filled ellipse round its centre."""
        self._draw.ellipse(self._bounds(x - width / 2, y - height / 2, width, height), fill=color)

    def gradient(self, top: str, bottom: str, y: float, height: float) -> None:
        """A band over the whole width that blends from one colour into another."""
        first, last = ImageColor.getrgb(top), ImageColor.getrgb(bottom)
        rows = round(height * OVERSAMPLING)
        for row in range(rows):
            color = tuple(round(a + (b - a) * row / rows) for a, b in zip(first, last, strict=True))
            line = round(y * OVERSAMPLING) + row
            self._draw.line([(0, line), (self.image.width, line)], fill=color)

    def text(self, words: str, color: str, x: float, y: float, *, height: float) -> None:
        """Words round their centre, in the font that Pillow carries."""
        font = ImageFont.load_default(height * OVERSAMPLING)
        self._draw.text(
            (x * OVERSAMPLING, y * OVERSAMPLING),
            words,
            color,
            font,
            anchor="mm",
            stroke_width=height / 12,
            stroke_fill=color,
        )

    def frame(self) -> Image.Image:
        """The finished picture in its real size."""
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)

    @staticmethod
    def _bounds(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        return (x * OVERSAMPLING, y * OVERSAMPLING, (x + width) * OVERSAMPLING, (y + height) * OVERSAMPLING)


@dataclass(frozen=True)
class Car:
    """How a car looks: its body, the strip along its sill, and its lamps where they are not as usual."""

    color: str
    accent: str
    lights: str | None = None


def draw_car_from_side(canvas: Canvas, car: Car, x: float, ground: float, *, facing: int) -> None:
    """A car in profile, 150 units long.

    Args:
        canvas: what to draw on.
        car: its colours.
        x: its middle.
        ground: the y its tyres stand on.
        facing: 1 to the right, -1 to the left.
    """

    def at(dx: float, dy: float) -> Point:
        return (x + dx * facing, ground + dy)

    canvas.oval(SHADOW, x, ground + 1, 158, 9)
    canvas.shape(car.color, at(-48, -34), at(-30, -56), at(20, -56), at(44, -34))
    canvas.shape(GLASS, at(-40, -36), at(-27, -52), at(-8, -52), at(-8, -36))
    canvas.shape(GLASS, at(-3, -36), at(-3, -52), at(18, -52), at(35, -36))
    canvas.shape(car.color, at(-75, -14), at(-73, -32), at(-48, -36), at(46, -36), at(70, -30), at(75, -14))
    canvas.shape(car.accent, at(-75, -10), at(-75, -19), at(75, -19), at(75, -10))
    canvas.shape(car.lights or HEADLIGHT, at(74, -22), at(73, -28), at(54, -31), at(58, -25))
    canvas.shape(car.lights or TAIL_LIGHT, at(-75, -22), at(-74, -30), at(-54, -31), at(-60, -25))
    for wheel in (-46, 46):
        hub_x, hub_y = at(wheel, -12)
        canvas.oval(TYRE, hub_x, hub_y, 2 * WHEEL_RADIUS, 2 * WHEEL_RADIUS)
        canvas.oval(RIM, hub_x, hub_y, 14, 14)
        for spoke in range(3):
            angle = x / WHEEL_RADIUS + spoke * math.tau / 3
            canvas.oval(TYRE, hub_x + 5 * math.cos(angle), hub_y + 5 * math.sin(angle), 4, 4)


def draw_car_from_behind(canvas: Canvas, car: Car, x: float, ground: float, *, scale: float) -> None:
    """A car seen from the one behind it; `scale` is picture units per metre, `ground` where its tyres stand."""

    def box(color: str, dx: float, dy: float, width: float, height: float, *, corner: float = 0.0) -> None:
        canvas.box(color, x + dx * scale, ground + dy * scale, width * scale, height * scale, corner=corner * scale)

    canvas.oval(SHADOW, x, ground, 2.1 * scale, 0.2 * scale)
    for side in (-0.85, 0.55):
        box(TYRE, side, -0.4, 0.3, 0.4, corner=0.05)
    box(car.color, -0.72, -1.5, 1.44, 0.9, corner=0.25)
    box(GLASS, -0.6, -1.4, 1.2, 0.5, corner=0.15)
    box(car.color, -0.95, -1.0, 1.9, 0.75, corner=0.15)
    box(car.lights or TAIL_LIGHT, -0.9, -0.9, 1.8, 0.13, corner=0.05)
    box("#c9c9c0", -0.27, -0.5, 0.54, 0.13, corner=0.02)


def draw_bonnet(canvas: Canvas) -> None:
    """The edge of the camera's own car, along the bottom of the picture."""
    for color, drop in zip(BONNET, (34, 40), strict=True):
        canvas.oval(color, WIDTH / 2, HEIGHT + drop, WIDTH * 1.04, 116)
