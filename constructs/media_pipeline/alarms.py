"""Alarms for the operators: who is told, and what every alarm has."""

import re

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from constructs import Construct, IConstruct
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge

#: How often a metric is looked at.
PERIOD = Duration.minutes(5)


class OperationsTopic(sns.Topic):
    """Where alarms go, and from there to the operators; `key` seals messages."""

    def __init__(self, scope: Construct, id: str, *, operators: tuple[str, ...], key: kms.IKey) -> None:
        super().__init__(scope, id, display_name="IMPP operations", enforce_ssl=True, master_key=key)
        # A topic with a policy of its own has lost the default one, under which alarms may publish; the grant also
        # lets them ask for the data key that SNS seals each message with.
        self.grant_publish(
            iam.ServicePrincipal(
                "cloudwatch.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        for address in operators:
            acknowledge(
                self.add_subscription(subscriptions.EmailSubscription(address)),
                "SNSRedrivePolicy",
                "an alarm's mail that failed cannot be told by mail; CloudWatch keeps the alarm's state",
                pack="Serverless",
            )


def alarm(
    scope: Construct,
    name: str,
    *,
    environment: Environment,
    topic: sns.ITopic,
    metric: cloudwatch.IMetric,
    meaning: str,
    section: str | None = None,
    threshold: float = 1,
    below: bool = False,
    periods: int = 1,
    of_periods: int | None = None,
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> cloudwatch.Alarm:
    """Tell the operators when something begins, and when it is over.

    Args:
        scope: where it is put.
        environment: whose name and runbook it has.
        topic: who is told.
        metric: what is looked at.
        name: `Failed`; in CloudWatch it is `impp-dev-Failed`, whatever stack it is of.
        meaning: what happened, in words, for the mail.
        section: heading of docs/runbook.md that says what to do; the name, where it has one of its own.
        threshold: as much, or more, is too much.
        below: less than the threshold is too little, instead.
        periods: in so many of the metric's periods.
        of_periods: out of so many; `periods`, where one must come after the other.
        missing: what a period without any data is taken for.
    """
    link = f"{environment.alerts.runbook}#{anchor(section or name)}"
    made = cloudwatch.Alarm(
        scope,
        name,
        alarm_name=alarm_name(environment, name),
        metric=metric,
        alarm_description=f"IMPP: {meaning}. {link}",
        threshold=threshold,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        if below
        else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        datapoints_to_alarm=periods,
        evaluation_periods=of_periods or periods,
        treat_missing_data=missing,
    )
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made


def alarm_name(environment: Environment, name: str) -> str:
    """What CloudWatch calls an alarm."""
    return f"impp-{environment.name}-{name}"


def alarms_of(*scopes: IConstruct) -> list[cloudwatch.Alarm]:
    """Every alarm there is in them."""
    return [node for scope in scopes for node in scope.node.find_all() if isinstance(node, cloudwatch.Alarm)]


def anchor(heading: str) -> str:
    """The address GitHub gives a heading inside its page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
