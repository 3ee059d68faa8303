"""A country road, seen by the dash cam of a driving car."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from samples.drawing import HEIGHT, WIDTH, Canvas, Car, Point, draw_bonnet, draw_car_from_behind
from samples.palettes import Palette

#: Height in the picture where land and sky meet.
HORIZON = 152.0
#: Picture units that a metre covers at one metre's distance; the camera's height over the road, metres.
FOCAL_LENGTH, EYE_HEIGHT = 330.0, 1.35
#: Metres ahead between which things are drawn.
NEAREST, FARTHEST = 2.0, 150.0
LANE_WIDTH = 3.4
DASH_LENGTH, DASH_SPACING = 3.0, 9.0
TREE_SPACING, TREE_SIDES = 19.0, (-20.0, 22.0)


@dataclass(frozen=True)
class Ahead:
    """Another car: metres right of the centre line, and metres ahead."""

    car: Car
    side: float
    distance: float


def draw_road(palette: Palette, travelled: float, traffic: Iterable[Ahead]) -> Image.Image:
    """The view after `travelled` metres, in the right lane."""
    canvas = Canvas()
    _draw_horizon(canvas, palette)
    _draw_surface(canvas, palette, travelled)
    _draw_trees(canvas, palette, travelled)
    for other in sorted(traffic, key=lambda other: -other.distance):
        x, ground = _at(other.side, other.distance)
        draw_car_from_behind(canvas, other.car, x, ground, scale=FOCAL_LENGTH / other.distance)
    draw_bonnet(canvas)
    return canvas.frame()


def _at(side: float, distance: float) -> Point:
    """Where a point of the ground is in the picture; in metres, `side` from the centre line."""
    scale = FOCAL_LENGTH / distance
    return (WIDTH / 2 + (side - LANE_WIDTH / 2) * scale, HORIZON + EYE_HEIGHT * scale)


def _draw_horizon(canvas: Canvas, palette: Palette) -> None:
    canvas.gradient(*palette.sky, 0, HORIZON)
    for color, height, step in ((palette.hills[0], 58.0, 0.011), (palette.hills[1], 26.0, 0.019)):
        ridge = [(x, HORIZON - height * (0.6 + 0.4 * math.cos((x - WIDTH / 2) * step))) for x in range(0, WIDTH + 1, 8)]
        canvas.shape(color, (0, HORIZON), *ridge, (WIDTH, HORIZON))
    canvas.box(palette.ground, 0, HORIZON - 1, WIDTH, HEIGHT - HORIZON + 1)


def _draw_surface(canvas: Canvas, palette: Palette, travelled: float) -> None:
    def strip(color: str, left: float, right: float, near: float, far: float) -> None:
        canvas.shape(color, _at(left, near), _at(left, far), _at(right, far), _at(right, near))

    strip(palette.pavement, -LANE_WIDTH - 0.9, LANE_WIDTH + 0.9, NEAREST, FARTHEST)
    strip(palette.road, -LANE_WIDTH - 0.3, LANE_WIDTH + 0.3, NEAREST, FARTHEST)
    for edge in (-LANE_WIDTH, LANE_WIDTH):
        strip(palette.line, edge - 0.07, edge + 0.07, NEAREST, FARTHEST)
    for number in range(math.ceil(FARTHEST / DASH_SPACING)):
        near = number * DASH_SPACING - travelled % DASH_SPACING
        if near + DASH_LENGTH > NEAREST:
            strip(palette.line, -0.08, 0.08, max(near, NEAREST), near + DASH_LENGTH)


def _draw_trees(canvas: Canvas, palette: Palette, travelled: float) -> None:
    nearest = math.floor(travelled / TREE_SPACING) + 1
    for number in reversed(range(nearest, nearest + math.floor(FARTHEST / TREE_SPACING))):
        distance = max(number * TREE_SPACING - travelled, NEAREST)
        for index, side in enumerate(TREE_SIDES):
            x, ground = _at(side + 3 * math.sin(number * 2.4 + index), distance)
            size = FOCAL_LENGTH / distance * (1 + 0.25 * math.sin(number * 1.7 + index * 2))
            canvas.oval(palette.leaves[0], x, ground - 1.5 * size, 6.4 * size, 3.4 * size)
            canvas.oval(palette.leaves[1], x + 0.6 * size, ground - 2.2 * size, 4.2 * size, 2.4 * size)
