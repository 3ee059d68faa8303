"""What the state machine does with a clip, as far as changes concern it; the rest is `clip_model.clip_usage`."""

import math

from clip_model.clip_usage import MAX_FRAMES
from clip_model.meters import Meter

#: States that moderation adds: it is started, waited for, asked about, and the answer looked at.
MODERATION_TRANSITIONS = 4
#: Outputs of the job that captures frames: they, and the film beside them.
FRAME_OUTPUTS = 2
#: Video APIs at depth `full`: labels and text.
VIDEO_APIS = 2


def frames(seconds: float, frame_seconds: int) -> int:
    """Frames that are looked at in a clip."""
    # A mean is not as round as the lengths it is of.
    exactly = round(seconds, 6)
    return math.ceil(exactly / max(frame_seconds, math.ceil(exactly / MAX_FRAMES)))


def looking(clips: float, seconds: float, frame_seconds: int) -> dict[Meter, float]:
    """What looking at the frames of clips is billed, by their mean length: each is a picture, an object and a state."""
    looked_at = clips * frames(seconds / clips, frame_seconds)
    return {Meter.IMAGE: looked_at, Meter.TRANSITION: looked_at, Meter.WRITE_REQUEST: looked_at}
