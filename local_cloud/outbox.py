"""Alert messages published in the local cloud, kept so that a person can read them."""

import json
from pathlib import Path
from typing import TypedDict


class Message(TypedDict):
    """One published alert."""

    topic_arn: str
    subject: str
    message: str


class Outbox:
    """Messages in a JSON-lines file, oldest first; another process may read while this one records.

    Args:
        path: the file; made, with its folder, by the first message.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, topic_arn: str, subject: str, message: str) -> None:
        """Append one message."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(Message(topic_arn=topic_arn, subject=subject, message=message))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def messages(self) -> list[Message]:
        """Every message so far; none where nothing was recorded."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]
