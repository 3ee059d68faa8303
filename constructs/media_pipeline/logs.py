"""Log groups that expire."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from constructs import Construct

_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


class LogGroup(logs.LogGroup):
    """A log group that keeps its events so many days; `name` only where a service asks for one."""

    def __init__(self, scope: Construct, id: str, *, days: int, name: str | None = None) -> None:
        super().__init__(
            scope, id, log_group_name=name, retention=_RETENTION[days], removal_policy=RemovalPolicy.DESTROY
        )
