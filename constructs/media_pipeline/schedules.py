"""What EventBridge's schedules have in common."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from constructs import Construct


class ScheduleRole(iam.Role):
    """The role a schedule of the default group acts with."""

    def __init__(self, scope: Construct, id: str, *, description: str) -> None:
        stack = Stack.of(scope)
        super().__init__(
            scope,
            id,
            description=description,
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                # In whose name a schedule acts, its group says.
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnEquals": {
                        "aws:SourceArn": stack.format_arn(
                            service="scheduler", resource="schedule-group", resource_name="default"
                        )
                    },
                },
            ),
        )
