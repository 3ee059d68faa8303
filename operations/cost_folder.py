"""What a folder of clips will cost: each probed, planned as the money gate would, and kept for so many months."""

from collections.abc import Iterator
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


def estimate_folder(folder: Path, collection: str | None, costed: Costed, table: PriceTable) -> Estimate:
    """Everything that becomes of the clips in a folder, once, and their storage from then on.

    Args:
        folder: clips as `video/<source>/<collection>/…`, or anyhow where a collection is given.
        collection: of all the clips.
        costed: the environment they would be sent to; what share of them is an incident its fleet says.
        table: prices.

    Raises:
        OperatorError: there are no clips, one can't be read or belongs to no collection.
    """
    footage = list(read_footage(folder, collection))
    settings, fleet = costed.settings, costed.fleet
    usage, wanted = Usage(), 0.0
    for clip in footage:
        used, usd = _expected(clip, fleet.lanes.get(clip.collection, fleet.campaigns), costed, table)
        usage, wanted = usage + used, wanted + usd
    notes = [*region_notes(settings, table)]
    if wanted > settings.month_usd:
        notes.append(
            f"the money gate would reserve ${wanted:,.2f} and limits.month_usd is ${settings.month_usd:,.2f}:"
            " sent in one month, the last of them are not looked at"
        )
    minutes = sum(clip.seconds for clip in footage) / 60
    title = (
        f"{len(footage)} {'clip' if len(footage) == 1 else 'clips'} of {folder.name}, {minutes:,.1f} minutes,"
        f" sent to {settings.name} and kept for {fleet.months:g} months"
    )
    gb = sum(clip.size for clip in footage) / GB
    return estimated(title, usage, table, clips=len(footage), gb=gb, notes=notes)


def read_footage(folder: Path, collection: str | None) -> Iterator[Footage]:
    """Probe every clip under a folder."""
    if not folder.is_dir():
        raise OperatorError(f"no folder {str(folder)!r}")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES)
    if not paths:
        raise OperatorError(f"no clips under {str(folder)!r}: no file ends in {', '.join(sorted(SUFFIXES))}")
    for path in paths:
        yield probe(path, collection or _collection(path, folder))


def probe(path: Path, collection: str) -> Footage:
    """Read a clip's facts. Raises OperatorError where that can't be done."""
    try:
        import av  # noqa: PLC0415 - a package of the developers', for this one command
    except ImportError:
        raise OperatorError("to read clips takes the package av: pip install av") from None
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise OperatorError(f"{str(path)!r} holds no video")
            video = container.streams.video[0]
            audio = bool(container.streams.audio)
            name, brand = container.format.name, container.metadata.get("major_brand", "")
            seconds = (container.duration or 0) / av.time_base
            codec, lines = video.codec_context.name, video.codec_context.height
    except (av.FFmpegError, OSError) as error:
        raise OperatorError(f"{str(path)!r} cannot be read as video: {error}") from None
    if seconds <= 0:
        raise OperatorError(f"{str(path)!r} does not say how long it is: a recording that was cut off?")
    readable = codec == "h264" and name in _READABLE
    audible = name == _READABLE[0] and brand.strip() != _QUICKTIME
    return Footage(
        collection=collection,
        seconds=seconds,
        size=path.stat().st_size,
        lines=lines,
        audio=audio,
        proxy=not (readable and (audible or not audio)),
    )


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
        used += kept_over(plan.clip, months=fleet.months, noncurrent_days=settings.noncurrent_days)
        used += view(plan.clip) * fleet.views if verdict is Verdict.INCIDENT else Usage()
        parts.append(used * share)
        wanted += plan.usd * share
    return total(parts), wanted
