"""X-Ray as far as it is written to, and read by name."""

import json

import pytest

from local_cloud.services.wire import ServiceError
from local_cloud.services.xray import XRay

SEGMENT = {"name": "impp-dev", "id": "1" * 16, "trace_id": "1-00000001-" + "2" * 24, "start_time": 100.5}


def test_a_segment_is_found_in_its_time_and_not_in_another():
    xray = XRay()
    xray.put_trace_segments({"TraceSegmentDocuments": [json.dumps({**SEGMENT, "annotations": {"about": "run-1"}})]})
    (found,) = xray.get_trace_summaries({"StartTime": 100, "EndTime": 101})["TraceSummaries"]
    assert found["ServiceIds"] == [{"Name": "impp-dev"}]
    assert found["Annotations"]["about"][0]["AnnotationValue"] == {"StringValue": "run-1"}
    assert xray.get_trace_summaries({"StartTime": 101, "EndTime": 102})["TraceSummaries"] == []


@pytest.mark.parametrize("document", ["no json", "{}", "[]", '"text"'])
def test_what_is_no_segment_is_refused_with_its_text(document):
    with pytest.raises(ServiceError, match="not a segment") as refused:
        XRay().put_trace_segments({"TraceSegmentDocuments": [document]})
    assert document in str(refused.value)
