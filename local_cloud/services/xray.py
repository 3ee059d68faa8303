"""X-Ray, as far as it is written to and read by name: segments in, summaries out; everything is sampled."""

import json
from datetime import UTC, datetime
from typing import Any

from clip_model.meters import Meter
from local_cloud.meter import Readings
from local_cloud.services.wire import ServiceError

_CALLED = "AWS::Lambda::Function"


class XRay:
    """Segments kept in memory; traces are counted on `readings`, by the segments that begin them."""

    service = "xray"
    invalid_request = "InvalidRequestException"

    def __init__(self, readings: Readings | None = None) -> None:
        self._readings = readings or Readings()
        self._segments: list[dict[str, Any]] = []

    def close(self) -> None:
        """Nothing waits here."""

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        """No call used here names a resource."""
        return "*"

    def put_trace_segments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Keep segment documents."""
        for document in arguments["TraceSegmentDocuments"]:
            try:
                segment = json.loads(document)
                self._segments.append({name: segment[name] for name in ("name", "id", "trace_id", "start_time")})
                self._segments[-1]["annotations"] = segment.get("annotations", {})
            except (ValueError, KeyError, TypeError) as error:
                raise ServiceError(self.invalid_request, f"not a segment: {error!r} in {document!r}") from None
            # On AWS a function that a machine calls is in the machine's trace, and here nearly every one is.
            if segment.get("origin") != _CALLED:
                self._readings.count(Meter.TRACE, resource=segment["name"])
        return {"UnprocessedTraceSegments": []}

    def put_telemetry_records(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Take the daemon's own numbers."""
        return {}

    def get_sampling_rules(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """No rule of the account's own."""
        return {"SamplingRuleRecords": []}

    def get_sampling_targets(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """No rule, no target."""
        return {"SamplingTargetDocuments": [], "UnprocessedStatistics": []}

    def get_trace_summaries(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Traces that began in the time asked for."""
        start, end = float(arguments["StartTime"]), float(arguments["EndTime"])
        found = [segment for segment in self._segments if start <= segment["start_time"] <= end]
        return {
            "TraceSummaries": [
                {
                    "Id": segment["trace_id"],
                    "StartTime": datetime.fromtimestamp(segment["start_time"], UTC),
                    "ServiceIds": [{"Name": segment["name"]}],
                    "Annotations": {
                        name: [{"AnnotationValue": {"StringValue": value}}]
                        for name, value in segment["annotations"].items()
                    },
                }
                for segment in found
            ],
            "TracesProcessedCount": len(found),
        }
