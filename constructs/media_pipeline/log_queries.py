"""Questions to the logs, saved for Logs Insights under `IMPP/<environment>/`."""

from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.machine import Machine

#: Of the functions' logs, by title. What is in capitals is to be replaced by the one who asks.
OF_FUNCTIONS = {
    "A clip's story": """
        fields @timestamp, service, level, message, verdict, severity, channel, fault, function_request_id
        | filter clip_id = "CLIP_ID"
        | sort @timestamp asc
    """,
    "Errors by function": """
        filter level = "ERROR" or level = "CRITICAL"
        | stats count(*) as times, max(@timestamp) as latest by @log, message, fault, errorType
        | sort times desc
    """,
    "Cold starts": """
        filter type = "platform.report" and ispresent(record.metrics.initDurationMs)
        | stats count(*) as starts, avg(record.metrics.initDurationMs) as mean_ms,
            pct(record.metrics.initDurationMs, 95) as p95_ms by @log
        | sort p95_ms desc
    """,
    "Memory used and given": """
        filter type = "platform.report"
        | stats max(record.metrics.maxMemoryUsedMB) as used_mb, max(record.metrics.memorySizeMB) as given_mb,
            pct(record.metrics.durationMs, 95) as p95_ms by @log
    """,
    "Verdicts by the hour": """
        filter message = "classified"
        | stats count(*) as clips by verdict, bin(1h)
    """,
    "Sources that failed": """
        filter message = "source failed"
        | stats count(*) as times, max(@timestamp) as latest by source, fault
        | sort times desc
    """,
    "What a clip and a gigabyte cost": """
        fields @timestamp, CostPerClip.0, CostPerGB.0, MonthSpentShare.0
        | filter ispresent(CostPerClip.0) or ispresent(CostPerGB.0) or ispresent(MonthSpentShare.0)
        | sort @timestamp desc
    """,
}
#: Of the machines' logs.
OF_MACHINES = {
    "A run's story": """
        fields @timestamp, type, details.name, details.error, details.cause
        | filter execution_arn like "EXECUTION"
        | sort @timestamp asc
        | limit 1000
    """,
    "Failures by state and cause": """
        filter type = "ExecutionFailed"
        | parse details.cause "*: *" as state, cause
        | stats count(*) as runs, max(@timestamp) as latest by state, details.error, cause
        | sort runs desc
    """,
    "Slowest runs": """
        stats (max(@timestamp) - min(@timestamp)) / 1000 as seconds by execution_arn
        | sort seconds desc
        | limit 20
    """,
    "Tasks that were tried again": """
        filter type = "TaskFailed"
        | stats count(*) as times by details.resource, details.error
        | sort times desc
    """,
}


class LogQueries(Construct):
    """The saved queries."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        functions: Mapping[str, lambda_.Function],
        machines: Mapping[str, Machine],
    ) -> None:
        super().__init__(scope, id)
        asked = (
            (OF_FUNCTIONS, [function.log_group.log_group_name for function in functions.values()]),
            (OF_MACHINES, [machine.log.log_group_name for machine in machines.values()]),
        )
        for queries, groups in asked:
            for title, text in queries.items():
                logs.CfnQueryDefinition(
                    self,
                    title.replace(" ", "").replace("'", ""),
                    name=f"IMPP/{environment.name}/{title}",
                    query_string="\n".join(line.strip() for line in text.strip().splitlines()),
                    log_group_names=groups,
                )
