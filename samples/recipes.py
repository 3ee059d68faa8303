"""What each sample shows, by the name that `expected.toml` calls it."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from samples.drawing import BRAKE_LIGHT, HAZARD_LIGHT, Canvas, Car
from samples.footage import FRAME_RATE, Footage, record
from samples.palettes import DAY, DUSK, NIGHT
from samples.road import LANE_WIDTH, NEAREST, Ahead, draw_road
from samples.street import FAR_LANE, GARDEN_LINE, NEAR_LANE, Passing, draw_street

RED, BLUE = ("#c23b31", "#7d2620"), ("#3f6fa8", "#2a4b73")
YELLOW, WHITE, GREEN = ("#c2952f", "#7d601f"), ("#d8dcde", "#8f979c"), ("#4b8a6a", "#2f5a45")

#: Noises, as FFmpeg describes sources; seeded, so that they are the same every time.
QUIET = "anoisesrc=color=brown:amplitude=0.02:seed=11:r=16000"
ENGINE = (
    "aevalsrc='(0.06*sin(2*PI*46*t)+0.04*sin(2*PI*92*t)+0.03*sin(2*PI*139*t))*(1+0.2*sin(2*PI*3*t))"
    "+0.02*(random(0)-0.5)+{thud}':s=16000"
)
THUD_AT, CRASH_AT = 4.6, 2.0
THUD = "0.5*sin(2*PI*60*t)*gte(t,{at})*exp(-9*max(t-{at},0))"

WORDS = "please help. there has been a car crash. call an ambulance."


def crash_in_the_street(seconds: float) -> Image.Image:
    """A yellow car runs into a waiting red one; both stand and blink."""
    after = max(seconds - CRASH_AT, 0)
    pushed = 34 * min(after * 4, 1)
    blinking = HAZARD_LIGHT if after and _lit(seconds, 0.8) else None
    arriving = 286 - 230 * max(CRASH_AT - seconds, 0) + pushed * 0.6
    canvas = draw_street(
        DAY,
        seconds,
        [
            Passing(Car(*RED, blinking), 432 + pushed, NEAR_LANE - 14, 1),
            Passing(Car(*YELLOW, blinking), arriving, NEAR_LANE, 1),
            Passing(Car(*WHITE), 760 - seconds * 130, FAR_LANE, -1),
        ],
    )
    for puff in range(5 if after else 0):
        risen = (after * 0.5 + puff / 5) % 1
        size = 8 + 20 * risen
        canvas.oval("#8f979d", arriving + 68 + 9 * (puff % 3), NEAR_LANE - 38 - 60 * risen, size, size * 0.8)
    return canvas.frame()


def hard_braking(seconds: float) -> Image.Image:
    """The car ahead stands on its brakes, the gap closes, and the picture jolts."""
    braking = min(max(seconds - 3, 0), THUD_AT - 3)
    travelled = 20 * min(seconds, THUD_AT) - 4 * braking**2
    closing = min(max((seconds - 2.5) / (THUD_AT - 2.5), 0), 1)
    gap = 24 - 20.4 * closing**2 * (3 - 2 * closing)
    picture = draw_road(DAY, travelled, [Ahead(Car(*GREEN, BRAKE_LIGHT if closing else None), LANE_WIDTH / 2, gap)])
    shaking = min(max(THUD_AT + 0.8 - seconds, 0), 0.8) if seconds >= THUD_AT else 0
    if not shaking:
        return picture
    shift = round(14 * shaking * (1 if _lit(seconds, 2 / FRAME_RATE) else -1))
    part = (12, 12 + shift, 628, 348 + shift)
    return picture.transform(picture.size, Image.Transform.EXTENT, part, Image.Resampling.BICUBIC)


def police_sign(seconds: float) -> Image.Image:
    """A sign with the one word that any sample shows, and a car with blue lights."""
    canvas = draw_street(
        DUSK,
        seconds,
        [Passing(Car(*WHITE), 150, FAR_LANE, 1), Passing(Car(*GREEN), 700 - seconds * 120, NEAR_LANE, -1)],
    )
    _draw_sign(canvas)
    left_on = _lit(seconds, 0.6)
    for x, on in ((136, left_on), (152, not left_on)):
        canvas.box("#5fb4ff" if on else "#1d3f7a", x, FAR_LANE - 63, 14, 8, corner=2)
    return canvas.frame()


def _lit(seconds: float, period: float) -> bool:
    """Whether a lamp that blinks once a period is on."""
    return seconds % period < period / 2


def _draw_sign(canvas: Canvas) -> None:
    for post in (400, 588):
        canvas.box("#70757b", post, 160, 8, GARDEN_LINE - 146)
    canvas.box("#f2f4f5", 366, 88, 264, 88, corner=8)
    canvas.box("#1f4b99", 372, 94, 252, 76, corner=5)
    canvas.text("POLICE", "#ffffff", 498, 132, height=56)


def plain_drive(seconds: float) -> Image.Image:
    """An afternoon's drive behind a blue car."""
    return draw_road(DAY, 19 * seconds, [Ahead(Car(*BLUE), LANE_WIDTH / 2, 22 + 1.2 * seconds)])


def quiet_night(seconds: float) -> Image.Image:
    """A parked night: one car comes by."""
    return draw_street(NIGHT, seconds, [Passing(Car("#34506f", "#1c2531"), seconds * 150 - 120, NEAR_LANE, 1)]).frame()


def evening_street(seconds: float) -> Image.Image:
    """Two cars pass each other at dusk."""
    cars = [
        Passing(Car(*RED), 740 - seconds * 140, FAR_LANE, -1),
        Passing(Car(*GREEN), seconds * 165 - 100, NEAR_LANE, 1),
    ]
    return draw_street(DUSK, seconds, cars).frame()


def overtaken(seconds: float) -> Image.Image:
    """A red car overtakes on the left and moves in ahead."""
    back_in = min(max((seconds - 3) / 2, 0), 1)
    side = LANE_WIDTH / 2 * (2 * back_in**2 * (3 - 2 * back_in) - 1)
    distance = 6.5 * seconds - 1.4
    return draw_road(DAY, 19 * seconds, [Ahead(Car(*RED), side, distance)] if distance > NEAREST else [])


def night_drive(seconds: float) -> Image.Image:
    """An empty road at night."""
    return draw_road(NIGHT, 17 * seconds, [])


def record_first_half(footage: Footage, path: Path) -> None:
    """Write the front of a recording, as a camera does that loses power: the index at its end is missing."""
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / f"whole{path.suffix}"
        record(footage, whole)
        data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])


CRUISING = ENGINE.format(thud="0")

#: How each sample comes to be; each writes the file at the path it is given.
RECIPES: dict[str, Callable[[Path], object]] = {
    "spoken distress": lambda path: record(
        Footage(crash_in_the_street, 8, QUIET, words=WORDS, words_at=CRASH_AT + 1), path
    ),
    "event flag": lambda path: record(Footage(hard_braking, 7, ENGINE.format(thud=THUD.format(at=THUD_AT))), path),
    "on-screen text": lambda path: record(Footage(police_sign, 6, QUIET), path),
    "plain drive": lambda path: record(Footage(plain_drive, 7, CRUISING), path),
    "no audio": lambda path: record(Footage(quiet_night, 6), path),
    "webm": lambda path: record(Footage(evening_street, 6, QUIET), path),
    "cut off": lambda path: record_first_half(Footage(night_drive, 4, CRUISING), path),
    "empty": lambda path: path.write_bytes(b""),
    "not video": lambda path: path.write_text("Bring the camera in for its yearly check.\n"),
    "name beyond ascii": lambda path: record(Footage(overtaken, 7, CRUISING), path),
}
