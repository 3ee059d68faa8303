"""What a smoke test looks at through CloudFront: that the alert's own link plays, and that nothing else does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath

from clip_model import keys
from operations.report import Report
from operations.smoke_clips import Clip
from operations.viewer import Answer, Viewer


@dataclass(frozen=True)
class PlaybackChecks:
    """The checks of one incident's playback.

    Attributes:
        viewer: holds the link.
        clip: whose it is.
        sizes: products in bytes, by name.
        report: takes the checks.
    """

    viewer: Viewer
    clip: Clip
    sizes: Mapping[str, int]
    report: Report

    def check_all(self) -> None:
        """Page, playlists, a segment, the MP4, and the documents beside them."""
        self._check_served("page", keys.PAGE, self.viewer.open_link())
        playlist = self.viewer.open(keys.PLAYLIST)
        self._check_served("playlist", keys.PLAYLIST, playlist)
        segments = self._check_renditions(_entries(keys.PLAYLIST, playlist))
        for segment in segments[:1]:
            self._check_served("segment", segment, self.viewer.open(segment))
        self._check_served("mp4", keys.MP4, self.viewer.open(keys.MP4))
        self._check_labels()
        if keys.TRANSCRIPT in self.sizes:
            self._check_transcript()

    def _check_served(self, what: str, name: str, signed: Answer) -> None:
        """An object comes whole to whoever has the link, and not at all to others."""
        unsigned = self.viewer.open_unsigned(name)
        size = self.sizes.get(name, 0)
        self._check(
            what,
            ok=signed.ok and len(signed.body) == size and unsigned.status == HTTPStatus.FORBIDDEN,
            found=f"{signed} and {len(signed.body)} of {size} bytes with the link, {unsigned} without",
        )

    def _check_renditions(self, renditions: list[str]) -> list[str]:
        """Every rendition lists segments, and each of those is in the bucket; the segments' names."""
        listed = {name: _entries(name, self.viewer.open(name)) for name in renditions}
        segments = [segment for found in listed.values() for segment in found]
        empty = [name for name, found in listed.items() if not found]
        lacking = [segment for segment in segments if not self.sizes.get(segment)]
        found = f"{len(renditions)}, segments: {len(segments)}"
        found += f", none listed in {', '.join(empty)}" if empty else ""
        found += f", not in the bucket: {', '.join(lacking)}" if lacking else ""
        self._check("renditions", ok=bool(segments) and not empty and not lacking, found=found)
        return segments

    def _check_labels(self) -> None:
        answer = self.viewer.open(keys.LABELS)
        try:
            labels = json.loads(answer.body)
            whose, found = labels["clip_id"], f"seen: {len(labels['labels'])}, heard: {len(labels['words'])}"
        except (ValueError, LookupError, TypeError) as error:
            self._check("labels", ok=False, found=f"{answer}, not the document it must be: {error!r}")
        else:
            self._check("labels", ok=whose == self.clip.id, found=f"{found}, for clip {whose}")

    def _check_transcript(self) -> None:
        answer = self.viewer.open(keys.TRANSCRIPT)
        try:
            text = json.loads(answer.body)["results"]["transcripts"][0]["transcript"]
        except (ValueError, LookupError, TypeError) as error:
            self._check("transcript", ok=False, found=f"{answer}, not the document it must be: {error!r}")
        else:
            self._check("transcript", ok=isinstance(text, str), found=str(text) or "no words")

    def _check(self, what: str, *, ok: bool, found: str) -> None:
        self.report.check(self.clip.name, what, ok=ok, found=found)


def _entries(name: str, answer: Answer) -> list[str]:
    """What a playlist lists, as names in the clip's folder; nothing where it was not served."""
    if not answer.ok:
        return []
    lines = [line.strip() for line in answer.body.decode(errors="replace").splitlines()]
    return [str(PurePosixPath(name).parent / line) for line in lines if line and not line.startswith("#")]
