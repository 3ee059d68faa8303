"""Functions, log groups and the console, by the metrics they leave."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from advice.facts import FunctionUse, LogUse
from clients import client
from clip_model.metrics import ENVIRONMENT, NAMESPACE, Metric
from clip_model.prices import GB
from costs_settings import FunctionSetting
from gathering.window import DAYS, Search, Series, monthly, read_series

#: Milliseconds.
_SECOND = 1000


def read_functions(functions: Sequence[FunctionSetting], environment: str, *, now: datetime) -> tuple[FunctionUse, ...]:
    """How long functions ran and how much memory they said they took."""
    series: dict[str, Series | Search] = {}
    for function in functions:
        own = {"FunctionName": function.name}
        series[f"{function.name} run"] = Series("AWS/Lambda", "Duration", "Sum", own)
        said = {ENVIRONMENT: environment, "function_name": function.name}
        series[f"{function.name} used"] = Series(NAMESPACE, Metric.MEMORY_USED, "Maximum", said)
    values = read_series(series, now=now)
    return tuple(
        FunctionUse(
            name=function.name,
            setting=function.setting,
            memory_mb=function.memory_mb,
            used_mb=max(values[f"{function.name} used"], default=0.0),
            seconds=monthly(sum(values[f"{function.name} run"]) / _SECOND, DAYS),
        )
        for function in functions
    )


def read_logs(environment: str, *, now: datetime) -> tuple[LogUse, ...]:
    """The environment's log groups."""
    groups = list(_groups(f"impp-{environment}-", f"/aws/vendedlogs/states/impp-{environment}"))
    series: dict[str, Series | Search] = {
        group["logGroupName"]: Series("AWS/Logs", "IncomingBytes", "Sum", {"LogGroupName": group["logGroupName"]})
        for group in groups
    }
    values = read_series(series, now=now)
    return tuple(
        LogUse(
            name=group["logGroupName"],
            stored_gb=group.get("storedBytes", 0) / GB,
            written_gb=monthly(sum(values[group["logGroupName"]]) / GB, DAYS),
            days=group.get("retentionInDays"),
            machine=group["logGroupName"].startswith("/aws/vendedlogs/states/"),
        )
        for group in groups
    )


def read_visits(environment: str, *, now: datetime) -> float | None:
    """Requests to the console's load balancer in 30 days; None where that is not known for all of them."""
    search = Search(f'{{AWS/ApplicationELB,LoadBalancer}} MetricName="RequestCount" "app/impp-{environment}-console"')
    hours = Search(f'{{AWS/ApplicationELB,LoadBalancer}} MetricName="ConsumedLCUs" "app/impp-{environment}-console"')
    values = read_series({"requests": search, "there": hours}, now=now)
    # A balancer without a request has no such metric at all; that it was there, its other one tells.
    return sum(values["requests"]) if len(values["there"]) >= DAYS - 1 else None


def _groups(*prefixes: str) -> Iterator[dict[str, Any]]:
    for prefix in prefixes:
        for page in client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
            yield from page["logGroups"]
