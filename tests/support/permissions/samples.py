"""What a recorded or evaluated name stands for: `*` in place of what is another one each time."""

import re

from clip_model import keys

_RANDOM = re.compile(r"\b(?:[0-9a-f]{40,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_IDENTITY = re.compile(r"[0-9a-f]{8}")
_CAPTURED = re.compile(r"[0-9]{8}_[0-9]{6}")

#: Where CloudFront's access logs are in the log bucket, under names that tell their hour.
_ACCESS_LOGS = "cloudfront"
#: Segments of a raw key: root, source, collection, time, file name; below a product's come its stem and its own name.
_RAW_SEGMENTS = 5


def any_name(name: str) -> str:
    """A name without its random part: a hash, or an id of AWS's or Python's making."""
    return _RANDOM.sub("*", name)


def any_key(key: str, *, own: frozenset[str] = frozenset()) -> str:
    """An object's key with `*` for clip and run.

    A raw clip's becomes `video/*`, one in quarantine `quarantine/video/*`, a product's `video/*/index.html`,
    a working copy's `work/*`.

    Args:
        key: the key.
        own: sources the caller always writes under, which stay as they are: `video/<source>/*`.
    """
    root, *segments = key.split("/")
    if root in {keys.WORK, _ACCESS_LOGS}:
        return f"{root}/*"
    if root == keys.QUARANTINE:
        return f"{root}/{any_key('/'.join(segments), own=own)}"
    if root != keys.ROOT or not segments:
        return any_name(key)
    prefix = f"{root}/{segments[0]}" if segments[0] in own else root
    return "/".join([prefix, "*", *_product_name(segments)])


def _product_name(segments: list[str]) -> list[str]:
    """What follows the clip's own folder; nothing for the clip itself."""
    laid_out = len(segments) >= _RAW_SEGMENTS - 1 and _CAPTURED.fullmatch(segments[2])
    rest = segments[_RAW_SEGMENTS - 1 :] if laid_out else segments[1:]
    return rest[1:] if rest and _IDENTITY.fullmatch(rest[0]) else rest
