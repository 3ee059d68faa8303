"""What a folder of clips will cost: each probed, planned as the money gate would, and kept for so many months."""

import os
from dataclasses import dataclass
from pathlib import Path

from clip_model.clip_usage import Clip, clip_usage, view
from clip_model.fleet import Traffic
from clip_model.fleet_usage import planned
from clip_model.kept_usage import kept_over
from clip_model.keys import ROOT
from clip_model.prices import GB, PriceTable
from clip_model.usage import Usage, total
from clip_model.words import Depth, Verdict
from operations.cost_estimate import Estimate, estimated, region_notes
from operations.cost_settings import Costed
from operations.deployed import OperatorError

#: What a file of footage ends in.
SUFFIXES = frozenset([".3gp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm"])
#: Containers that Rekognition reads, by FFmpeg's names.
_READABLE = ("mov,mp4,m4a,3gp,3g2,mj2", "avi")
#: What FFmpeg's one name for both does not tell: a QuickTime file, which Transcribe does not read.
_QUICKTIME = "qt"


@dataclass(frozen=True)
class Footage:
    """A clip that was probed, and the collection it belongs to."""

    collection: str
    seconds: float
    size: int
    lines: int
    audio: bool
    proxy: bool


@dataclass(frozen=True)
class Rejected:
    """A file of so many bytes that the pipeline would reject and keep, and why."""

    size: int
    why: str


def estimate_folder(folder: Path, collection: str | None, costed: Costed, table: PriceTable) -> Estimate:
    """Everything that becomes of the clips in a folder, once, and their storage from then on.

    Args:
        folder: clips as `video/<source>/<collection>/…`, or anyhow where a collection is given.
        collection: of all the clips.
        costed: the environment they would be sent to; what share of them is an incident its fleet says.
        table: prices.

    Raises:
        OperatorError: there are no clips, none can be read as video, or one belongs to no collection.
    """
    footage, rejected = read_footage(folder, collection)
    settings, fleet = costed.settings, costed.fleet
    usage, wanted = Usage(), 0.0
    for clip in footage:
        used, usd = _expected(clip, fleet.lanes.get(clip.collection, fleet.campaigns), costed, table)
        usage, wanted = usage + used, wanted + usd
    usage = total((usage, *(_kept_aside(each, fleet.months) for each in rejected)))
    notes = [*region_notes(settings, table)]
    if rejected:
        notes.append(f"{_clips(len(rejected))} would be rejected and kept; the first: {rejected[0].why}")
    if wanted > settings.month_usd:
        notes.append(
            f"the money gate would reserve ${wanted:,.2f} and limits.month_usd is ${settings.month_usd:,.2f}:"
            " sent in one month, the last of them are not looked at"
        )
    minutes = sum(clip.seconds for clip in footage) / 60
    title = (
        f"{_clips(len(footage) + len(rejected))} of {folder.name}, {minutes:,.1f} minutes,"
        f" sent to {settings.name} and kept for {fleet.months:g} months"
    )
    received = [*(clip.size for clip in footage), *(each.size for each in rejected)]
    return estimated(title, usage, table, clips=len(received), gb=sum(received) / GB, notes=notes)


def read_footage(folder: Path, collection: str | None) -> tuple[list[Footage], list[Rejected]]:
    """Probe every clip under a folder; what goes while that is done is left out."""
    footage: list[Footage] = []
    rejected: list[Rejected] = []
    for path in _files(folder):
        try:
            probed = probe(path, collection or _collection(path, folder))
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise OperatorError(f"{str(path)!r} can't be read: {error.strerror}") from None
        if isinstance(probed, Footage):
            footage.append(probed)
        else:
            rejected.append(probed)
    if not footage and rejected:
        raise OperatorError(f"no clip under {str(folder)!r} can be read as video; the first: {rejected[0].why}")
    if not footage:
        raise OperatorError(f"no clips under {str(folder)!r}: no file ends in {', '.join(sorted(SUFFIXES))}")
    return footage, rejected


def probe(path: Path, collection: str) -> Footage | Rejected:
    """Read a clip's facts, or why the pipeline would reject it. Raises OSError where the file itself can't be had."""
    try:
        import av  # noqa: PLC0415 - a package of the developers', for this one command
    except ImportError:
        raise OperatorError("to read clips takes the package av: pip install av") from None
    size = path.stat().st_size
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return Rejected(size, f"{str(path)!r} holds no video")
            video = container.streams.video[0]
            audio = bool(container.streams.audio)
            name, brand = container.format.name, container.metadata.get("major_brand", "")
            seconds = (container.duration or 0) / av.time_base
            codec, lines = video.codec_context.name, video.codec_context.height
    except (FileNotFoundError, PermissionError):
        raise
    except (av.FFmpegError, OSError) as error:
        return Rejected(size, f"{str(path)!r} cannot be read as video: {error.strerror}")
    if seconds <= 0:
        return Rejected(size, f"{str(path)!r} does not say how long it is: a recording that was cut off?")
    readable = codec == "h264" and name in _READABLE
    audible = name == _READABLE[0] and brand.strip() != _QUICKTIME
    return Footage(
        collection=collection,
        seconds=seconds,
        size=size,
        lines=lines,
        audio=audio,
        proxy=not (readable and (audible or not audio)),
    )


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise OperatorError(f"no folder {str(folder)!r}")

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise OperatorError(f"{error.filename!r} can't be read: {error.strerror}")

    paths = (Path(where, name) for where, _, names in os.walk(folder, onerror=refuse) for name in names)
    return sorted(path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())


def _collection(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).parts
    if parts[0] != ROOT or len(parts) < 4:  # noqa: PLR2004 - video, source, collection and a name
        raise OperatorError(
            f"clips must be laid out as {ROOT}/<source>/<collection>/… or be given a --collection,"
            f" got {'/'.join(parts)!r}"
        )
    return parts[2]


def _expected(footage: Footage, traffic: Traffic, costed: Costed, table: PriceTable) -> tuple[Usage, float]:
    """Usage of a clip that may get any verdict, each by its share, and what the gate would reserve."""
    settings, fleet = costed.settings, costed.fleet
    parts, wanted = [], 0.0
    for verdict, share in traffic.verdicts.items():
        clip = Clip(
            seconds=footage.seconds,
            size=footage.size,
            depth=Depth.NONE,
            verdict=verdict,
            lines=footage.lines,
            audio=footage.audio,
            proxy=footage.proxy,
            moderated=footage.collection in settings.moderated,
        )
        plan = planned(clip, footage.collection, settings, table)
        used = clip_usage(plan.clip)
        used += kept_over(plan.clip, months=fleet.months)
        used += view(plan.clip) * fleet.views if verdict is Verdict.INCIDENT else Usage()
        parts.append(used * share)
        wanted += plan.usd * share
    return total(parts), wanted


def _kept_aside(rejected: Rejected, months: float) -> Usage:
    clip = Clip(seconds=0, size=rejected.size, depth=Depth.NONE, verdict=Verdict.REJECTED)
    return clip_usage(clip) + kept_over(clip, months=months)


def _clips(count: int) -> str:
    return f"{count} {'clip' if count == 1 else 'clips'}"
