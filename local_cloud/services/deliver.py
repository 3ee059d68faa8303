"""Bring a transcoded job's files to where its settings say, and describe them as MediaConvert does."""

from pathlib import Path, PurePosixPath
from typing import Any

import av

from local_cloud.services import playlist
from local_cloud.services.plan import Group, Output, Plan
from local_cloud.services.storage import Storage
from local_cloud.services.transcode import stem

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
}


def deliver(plan: Plan, folder: Path, seconds: float, storage: Storage) -> list[dict[str, Any]]:
    """Store every output's files and answer the API's `OutputGroupDetails`.

    Args:
        plan: what was made.
        folder: where it was made.
        seconds: the clip's length, which is also the length of its captures.
        storage: where it goes.
    """
    return [
        {"OutputDetails": _group(group, index, folder, seconds, storage)} for index, group in enumerate(plan.groups)
    ]


def _group(group: Group, number: int, folder: Path, seconds: float, storage: Storage) -> list[dict[str, Any]]:
    if group.segment_seconds is not None:
        return _hls(group, number, folder, storage)
    details = []
    for index, output in enumerate(group.outputs):
        files = sorted(folder.glob(f"{stem(number, index)}.*"))
        for file in files:
            # `0-1.0000002.jpg` keeps everything after the stem, which is the number and the extension.
            _store(storage, file, group.bucket, output.key + file.name.removeprefix(stem(number, index)))
        details.append(_file_detail(output, files[0], seconds))
    return details


def _file_detail(output: Output, file: Path, seconds: float) -> dict[str, Any]:
    with av.open(str(file)) as container:
        picture = container.streams.video[0].codec_context
        whole = container.duration
    length = whole / av.time_base if output.container == "MP4" and whole else seconds
    return _detail(length, picture.width, picture.height)


def _hls(group: Group, number: int, folder: Path, storage: Storage) -> list[dict[str, Any]]:
    variants = []
    for index, output in enumerate(group.outputs):
        local, name = stem(number, index), PurePosixPath(output.key).name
        listed = folder / f"{local}.m3u8"
        segments = sorted(folder.glob(f"{local}_*.ts"))
        variants.append(playlist.measure(name, listed, segments))
        playlist.rename_segments(listed, local, name)
        for file in (*segments, listed):
            _store(storage, file, group.bucket, output.key + file.name.removeprefix(local))
    # Last, so that whoever sees the master playlist can play all it lists.
    top = folder / f"{number}.m3u8"
    top.write_text(playlist.master(variants))
    _store(storage, top, group.bucket, f"{group.key}.m3u8")
    return [_detail(variant.duration, variant.width, variant.height) for variant in variants]


def _store(storage: Storage, file: Path, bucket: str, key: str) -> None:
    storage.store(file, bucket, key, TYPES[file.suffix])


def _detail(seconds: float, width: int, height: int) -> dict[str, Any]:
    return {"DurationInMs": round(seconds * 1000), "VideoDetails": {"WidthInPx": width, "HeightInPx": height}}
