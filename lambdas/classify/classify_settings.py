"""What the function is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassifySettings:
    """Settings read once, at cold start.

    Attributes:
        processed_bucket: where transcripts are read and `labels.json` is written.
        index_table: where the clip's entries in the search index are written.
        rules_parameter: name of the Parameter Store parameter that holds the rules document.
        language: what is spoken, as Comprehend names it.
    """

    processed_bucket: str
    index_table: str
    rules_parameter: str
    language: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "ClassifySettings":
        """Read the variables. Raises ValueError naming the one that is missing or empty."""
        return cls(
            processed_bucket=_required(environment, "PROCESSED_BUCKET"),
            index_table=_required(environment, "INDEX_TABLE"),
            rules_parameter=_required(environment, "RULES_PARAMETER"),
            language=_required(environment, "LANGUAGE"),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"environment variable {name} must be set, got {value!r}")
    return value
