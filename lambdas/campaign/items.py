"""An item as the state machine hands it on, and asks for it to be fetched. Pure."""

from datetime import datetime
from typing import Any

from clip_model import metadata
from clip_model.keys import ClipKey
from sources.source import Offer
from texts import cut, filename

#: Bytes, percent-encoded, of each text that travels with a clip: with their names they take less than the 2 KB that
#: S3 gives an object's metadata, and fifty items fit into the 256 KiB of the state machine's state.
_LENGTHS = {"title": 240, "author": 500, "licence": 60, "licence_url": 160, "source_page": 240}
_RUN_LENGTH = 240


def make_item(offer: Offer, *, campaign: str, started_at: datetime, run: str) -> dict[str, Any]:
    """An item of a batch.

    Args:
        offer: what it is made of.
        campaign: for which it is fetched.
        started_at: when the run began.
        run: the run's name.
    """
    attribution = {
        name: cut(text, _LENGTHS[name])
        for name, text in {
            "title": offer.title,
            "author": offer.author,
            "licence": offer.terms.name,
            "licence_url": offer.terms.url,
            "source_page": offer.page,
        }.items()
    }
    tags = {name: attribution[part] for part, name in metadata.ATTRIBUTION.items()}
    tags[metadata.RUN] = cut(run, _RUN_LENGTH)
    return {
        "source": offer.source,
        "id": offer.id,
        "title": attribution["title"],
        "url": offer.url,
        "size": offer.size,
        "mime": offer.mime,
        "key": ClipKey(offer.source, campaign, started_at, filename(offer.title, offer.id, offer.mime)).raw,
        "metadata": {name: metadata.encode(text) for name, text in tags.items() if text},
        "attribution": attribution,
    }
