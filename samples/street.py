"""A street of houses, seen by the dash cam of a car parked across from them."""

from collections.abc import Iterable
from dataclasses import dataclass

from samples.drawing import HEIGHT, WIDTH, Canvas, Car, draw_bonnet, draw_car_from_side
from samples.palettes import Palette

#: Heights in the picture: where the houses stand, where the road begins, and where each lane's tyres are.
GARDEN_LINE, KERB = 198.0, 218.0
FAR_LANE, NEAR_LANE = 252.0, 304.0


@dataclass(frozen=True)
class Passing:
    """A car in the street; `facing` is 1 to the right and -1 to the left, `x` its middle."""

    car: Car
    x: float
    lane: float
    facing: int


def draw_street(palette: Palette, seconds: float, traffic: Iterable[Passing]) -> Canvas:
    """The view at a time, on a canvas that takes more before its `frame` is read; clouds drift with the time."""
    canvas = Canvas()
    canvas.gradient(*palette.sky, 0, GARDEN_LINE)
    for start, y in ((60, 40), (300, 24), (520, 62)):
        x = (start + seconds * 7) % (WIDTH + 160) - 80
        for dx, dy, width in ((-26, 4, 60), (8, -4, 70), (36, 5, 52)):
            canvas.oval(palette.cloud, x + dx, y + dy, width, 22)
    for tree in range(9):
        canvas.oval(palette.leaves[tree % 2], tree * 84 - 10, 112 + 9 * (tree % 3), 150, 84)
    canvas.box(palette.leaves[0], 0, 112, WIDTH, GARDEN_LINE - 112)
    _draw_house(canvas, palette, wall=palette.walls[0], left=60, width=150, height=66)
    _draw_house(canvas, palette, wall=palette.walls[1], left=250, width=100, height=80)
    _draw_hedges(canvas, palette)
    canvas.box(palette.pavement, 0, GARDEN_LINE, WIDTH, KERB - GARDEN_LINE)
    canvas.box(palette.road, 0, KERB, WIDTH, HEIGHT - KERB)
    for passing in sorted(traffic, key=lambda passing: passing.lane):
        draw_car_from_side(canvas, passing.car, passing.x, passing.lane, facing=passing.facing)
    draw_bonnet(canvas)
    return canvas


def _draw_house(canvas: Canvas, palette: Palette, *, wall: str, left: float, width: float, height: float) -> None:
    right, top = left + width, GARDEN_LINE - height
    canvas.box(wall, left, top, width, height)
    canvas.shape(palette.roof, (left - 7, top), (left + 16, top - 30), (right - 16, top - 30), (right + 7, top))
    canvas.box(palette.line, left + 16, top + 16, width - 32, 28)
    canvas.box(palette.window, left + 19, top + 19, width - 38, 22)


def _draw_hedges(canvas: Canvas, palette: Palette) -> None:
    for number in range(6):
        canvas.oval(palette.leaves[0], number * 118 - 14, GARDEN_LINE - 6, 90, 34)
        canvas.oval(palette.leaves[1], number * 118 + 50, GARDEN_LINE - 4, 80, 28)
