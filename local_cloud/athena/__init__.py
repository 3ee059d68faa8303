"""Athena's query engine: its SQL over Parquet, run by DuckDB, with partitions and scanned bytes as AWS reckons them.

It knows no service: tables come as Glue describes them, files from whoever has them.
"""


class Malformed(Exception):  # noqa: N818 - the word AWS uses
    """A statement that Athena refuses to take."""


class QueryFailed(Exception):  # noqa: N818 - what becomes of it
    """A query that ended in state FAILED, by the reason in the message."""


class QueryCancelled(Exception):  # noqa: N818 - what becomes of it
    """A query that Athena cancelled, by the reason in the message; `scanned` bytes are billed all the same."""

    def __init__(self, reason: str, *, scanned: int) -> None:
        super().__init__(reason)
        self.scanned = scanned
