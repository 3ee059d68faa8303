"""CloudWatch as the console asks it: exact dimensions, percentiles, newest values first, and small pages."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy

_STATISTICS = {"Sum": sum, "Maximum": max, "SampleCount": len}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE = 2


class Watch:
    """Keeps values and alarms, and answers.

    Attributes:
        calls: how often each operation was called.
        queries: how many queries the last GetMetricData had.
        refusal: what every call fails with, where it is set.
    """

    def __init__(self):
        self._values, self._alarms, self._asked = {}, [], {}
        self.calls, self.queries, self.refusal = Counter(), [], None

    def handlers(self):
        """For botocore: what is asked, and in place of the call its answer."""
        return [
            ("provide-client-params.cloudwatch.*", self._note),
            ("before-call.cloudwatch.*", self._answer),
        ]

    def put(self, namespace, metric, time, values, **dimensions):
        """Values of one metric at one time."""
        place = self._values.setdefault((namespace, str(metric), frozenset(dimensions.items())), [])
        place += [(time, value) for value in values]

    def alarm(self, name, state="OK", description="", reason="", since=None, **dimensions):
        """An alarm as it is now."""
        self._alarms.append(
            {
                "AlarmName": name,
                "StateValue": state,
                "AlarmDescription": description,
                "StateReason": reason,
                "StateTransitionedTimestamp": since or datetime.now(UTC),
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            }
        )

    def _note(self, params, model, **_):
        self._asked = params
        self.calls[model.name] += 1

    def _answer(self, model, **_):
        if self.refusal:
            return SimpleNamespace(status_code=403), {"Error": {"Code": "AccessDenied", "Message": self.refusal}}
        answer = getattr(self, f"_{model.name}")(**self._asked)
        return SimpleNamespace(status_code=200), answer

    def _DescribeAlarms(self, AlarmNamePrefix, AlarmTypes, NextToken="0"):  # noqa: N802, N803 - AWS's names
        assert AlarmTypes == ["MetricAlarm"]
        own = [alarm for alarm in self._alarms if alarm["AlarmName"].startswith(AlarmNamePrefix)]
        start = int(NextToken)
        more = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(own) else {}
        return {"MetricAlarms": own[start : start + _PAGE], "CompositeAlarms": [], **more}

    def _ListMetrics(self, Namespace, MetricName, Dimensions):  # noqa: N802, N803 - AWS's names
        (wanted,) = Dimensions
        return {
            "Metrics": [
                {"Dimensions": [{"Name": key, "Value": value} for key, value in sorted(dimensions)]}
                for namespace, metric, dimensions in self._values
                if (namespace, metric) == (Namespace, MetricName)
                and any(key == wanted["Name"] and wanted.get("Value", value) == value for key, value in dimensions)
            ]
        }

    def _GetMetricData(self, MetricDataQueries, StartTime, EndTime):  # noqa: N802, N803 - AWS's names
        assert len(MetricDataQueries) <= 500
        self.queries.append(len(MetricDataQueries))
        return {"MetricDataResults": [self._result(query, StartTime, EndTime) for query in MetricDataQueries]}

    def _result(self, query, start, end):
        asked = query["MetricStat"]
        metric = asked["Metric"]
        dimensions = frozenset((each["Name"], each["Value"]) for each in metric["Dimensions"])
        period = timedelta(seconds=asked["Period"])
        buckets = {}
        for time, value in self._values.get((metric["Namespace"], metric["MetricName"], dimensions), []):
            if start <= time < end:
                buckets.setdefault(_EPOCH + (time - _EPOCH) // period * period, []).append(value)
        newest_first = sorted(buckets, reverse=True)
        return {
            "Id": query["Id"],
            "Timestamps": newest_first,
            "Values": [self._statistic(asked["Stat"], buckets[time]) for time in newest_first],
            "StatusCode": "Complete",
        }

    @staticmethod
    def _statistic(name, values):
        if name.startswith("p"):
            return float(numpy.percentile(values, float(name[1:])))
        return float(_STATISTICS[name](values))
