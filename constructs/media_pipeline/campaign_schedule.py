"""The weekly run: EventBridge Scheduler starts the campaigns' machine, and what could not be started is kept."""

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn

from constructs import Construct
from media_pipeline.queues import DeadLetterQueue
from media_pipeline.schedules import ScheduleRole


class WeeklyRun(Construct):
    """Starts a run without naming a campaign: the machine takes the last manual choice, or the next in turn.

    Attributes:
        unstarted: starts that EventBridge Scheduler gave up on.
    """

    def __init__(self, scope: Construct, id: str, *, schedule: str, machine: sfn.StateMachine) -> None:
        super().__init__(scope, id)
        self.unstarted = DeadLetterQueue(self, "Unstarted")
        scheduler.Schedule(
            self,
            "Schedule",
            description="IMPP: the weekly campaign",
            schedule=scheduler.ScheduleExpression.expression(schedule, TimeZone.ETC_UTC),
            target=targets.StepFunctionsStartExecution(
                machine,
                input=scheduler.ScheduleTargetInput.from_object({"trigger": "schedule"}),
                role=ScheduleRole(self, "Role", description="IMPP: the schedule starts a campaign"),
                dead_letter_queue=self.unstarted,
                max_event_age=Duration.hours(24),
                retry_attempts=185,
            ),
        )
