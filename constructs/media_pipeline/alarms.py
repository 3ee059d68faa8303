"""Alarms for the operator: a clip that failed, hung, or was never delivered."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from constructs import Construct
from media_pipeline.nag import acknowledge

#: How often a metric is looked at.
PERIOD = Duration.minutes(5)


class Alarms(Construct):
    """One alarm a kind of loss, all to a topic of the operators' own.

    Attributes:
        topic: who is told.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        pipeline: sfn.IStateMachine,
        undelivered: sqs.IQueue,
        unsent: sqs.IQueue,
        operators: tuple[str, ...],
        topics_key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", display_name="IMPP operations", enforce_ssl=True, master_key=topics_key)
        # A topic with a policy of its own has lost the default one, under which alarms may publish; the grant also
        # lets them ask for the data key that SNS seals each message with.
        self.topic.grant_publish(
            iam.ServicePrincipal(
                "cloudwatch.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        for address in operators:
            acknowledge(
                self.topic.add_subscription(subscriptions.EmailSubscription(address)),
                "SNSRedrivePolicy",
                "an alarm's mail that failed cannot be told by mail; CloudWatch keeps the alarm's state",
                pack="Serverless",
            )
        for name, metric, meaning in (
            ("Failed", pipeline.metric_failed(period=PERIOD), "a clip's run failed: impp redrive --failed"),
            ("TimedOut", pipeline.metric_timed_out(period=PERIOD), "a clip's run hung for days"),
            ("Aborted", pipeline.metric_aborted(period=PERIOD), "a clip's run was stopped by hand"),
            (
                "Undelivered",
                undelivered.metric_approximate_number_of_messages_visible(period=PERIOD),
                "events did not reach the pipeline; they wait in the dead-letter queue",
            ),
            (
                "Unsent",
                unsent.metric_approximate_number_of_messages_visible(period=PERIOD),
                "an incident's alert reached not everyone; it waits in the dead-letter queue",
            ),
        ):
            alarm(self, name, metric=metric, meaning=meaning, topic=self.topic)


def alarm(scope: Construct, name: str, *, metric: cloudwatch.IMetric, meaning: str, topic: sns.ITopic) -> None:
    """Tell the operators as soon as a count is above nothing."""
    cloudwatch.Alarm(
        scope,
        name,
        metric=metric,
        alarm_description=f"IMPP: {meaning}. See docs/runbook.md",
        threshold=1,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    ).add_alarm_action(actions.SnsAction(topic))
