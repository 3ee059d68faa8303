"""What a file is, by its first bytes and by what its server calls it. Pure."""

#: Bytes of a file's beginning that tell what it is.
HEAD = 512

#: First bytes of a file, and where they stand.
_SIGNATURES = (
    (b"\x1a\x45\xdf\xa3", 0),  # Matroska, WebM
    (b"ftyp", 4),  # MP4, QuickTime
    (b"moov", 4),  # QuickTime of old
    (b"mdat", 4),
    (b"wide", 4),
    (b"\x00\x00\x01\xba", 0),  # MPEG program stream
    (b"\x00\x00\x01\xb3", 0),  # MPEG video
    (b"FLV\x01", 0),
)
#: What a server calls bytes it knows nothing about.
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def is_video(head: bytes) -> bool:
    """Whether a file that begins so is in a container of moving pictures."""
    avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return avi or any(head[place : place + len(mark)] == mark for mark, place in _SIGNATURES)


def may_be_video(content_type: str) -> bool:
    """Whether a Content-Type says video, or nothing at all."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("video/") or kind in _UNTOLD
