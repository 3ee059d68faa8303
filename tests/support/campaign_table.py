"""The campaigns table with runs in it, as the campaigns' machine leaves them."""

from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:impp-dev-campaigns"


class CampaignTable:
    """Writes records under names of the deployed tests' environment; what is given replaces what is usual."""

    def __init__(self, aws):
        self._table = aws.resource("dynamodb").Table("campaigns")

    def put_run(self, run, *, seconds=0, **changes):
        """A run that ended well a minute after it began; None leaves an attribute out."""
        begun = BEGIN + timedelta(seconds=seconds)
        record = {
            "run": run,
            "execution": f"{EXECUTION}:{run}",
            "kind": "run",
            "started_at": _text(begun),
            "ended_at": _text(begun + timedelta(minutes=1)),
            "trigger": "manual",
            "by": "ada",
            "campaign": "nature",
            "batch_size": 3,
            "sources": ["wikimedia", "pixabay"],
            "status": "done",
            "found": 3,
            "left_out": [],
            "received": 2,
            "processed": 2,
            "skipped": 1,
            "failed": 0,
            "notes": [],
            **changes,
        }
        self._put(f"run#{run}", "run", record)

    def put_item(self, run, item_id, **changes):
        """An item that was received."""
        record = {
            "source": "wikimedia",
            "item_id": item_id,
            "title": f"Waterfall {item_id}",
            "state": "received",
            "reason": "",
            "key": f"video/wikimedia/nature/20261121_090000/{item_id}.webm",
            "clip_id": f"clip-{item_id}",
            "bytes": 12_300_000,
            "author": "Ada Byron",
            "licence": "CC BY-SA 4.0",
            "licence_url": "https://creativecommons.org/licenses/by-sa/4.0",
            "source_page": f"https://commons.wikimedia.org/wiki/File:{item_id}.webm",
            "started_at": _text(BEGIN),
            **changes,
        }
        self._put(f"run#{run}", f"item#{record['source']}#{item_id}", record)

    def put_choice(self, campaign, *, batch_size=4, sources=("wikimedia",)):
        """What a person had fetched last."""
        choice = {"campaign": campaign, "batch_size": batch_size, "sources": list(sources), "turn": campaign}
        self._put("choice", "choice", choice)

    def put_turn(self, campaign):
        """What the weekly run took last, before anybody chose anything."""
        self._put("choice", "choice", {"turn": campaign})

    def _put(self, pk, sk, record):
        self._table.put_item(
            Item={"pk": pk, "sk": sk, **{name: value for name, value in record.items() if value is not None}}
        )


#: What a run's record lacks as long as it goes on.
UNENDED = dict.fromkeys(("ended_at", "received", "processed", "skipped", "failed"))
#: What the record of a run that failed before it was opened lacks.
UNOPENED = dict.fromkeys(
    ("by", "batch_size", "sources", "found", "left_out", "received", "processed", "skipped", "failed", "notes")
)


def _text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.250Z")
