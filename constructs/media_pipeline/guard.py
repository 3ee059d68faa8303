"""Guard: who is told when the bill grows beyond what was meant, or in a way it never did."""

import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_ce as cost_explorer
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from constructs import Construct
from media_pipeline.customer_key import CustomerKey
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge

#: The tag every stack bears; it must be made a cost allocation tag by hand (docs/costs.md).
TAG = "impp:environment"
#: Percent of a budget that were spent, and that will be by a forecast.
_SPENT = (50, 80, 100)
_FORECAST = 100
#: Services of which some calls bear no tag, as a bill calls them; analysis is what they do here.
_UNTAGGED = ("Amazon Rekognition", "Amazon Comprehend", "Amazon Transcribe")


class Guard(Construct):
    """Two budgets, a watch for unusual costs, and the topic both tell.

    Rekognition's calls bear no tag, so a budget by tag would never see the largest part of the bill. They have a
    budget of their own, of as much as the money gate lets analysis have: above it the gate itself is wrong.

    Attributes:
        topic: who is told.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        self.topic = self._topic(environment)
        self._budget(
            "Budget",
            f"impp-{environment.name}",
            environment.costs.budget_usd,
            {"TagKeyValue": [f"user:{TAG}${environment.name}"]},
        )
        self._budget(
            "AnalysisBudget",
            f"impp-{environment.name}-analysis",
            environment.limits.month_usd,
            {"Service": list(_UNTAGGED)},
        )
        monitor = cost_explorer.CfnAnomalyMonitor(
            self,
            "Monitor",
            monitor_name=f"impp-{environment.name}",
            # By tag: an account has room for one monitor of all services, and AWS makes that one itself.
            monitor_type="CUSTOM",
            monitor_specification=json.dumps({"Tags": {"Key": TAG, "Values": [environment.name]}}),
        )
        cost_explorer.CfnAnomalySubscription(
            self,
            "Subscription",
            subscription_name=f"impp-{environment.name}",
            frequency="IMMEDIATE",
            monitor_arn_list=[monitor.attr_monitor_arn],
            subscribers=[
                cost_explorer.CfnAnomalySubscription.SubscriberProperty(address=self.topic.topic_arn, type="SNS")
            ],
            threshold_expression=json.dumps(
                {
                    "Dimensions": {
                        "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                        "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                        "Values": [f"{environment.costs.anomaly_usd:g}"],
                    }
                }
            ),
        ).node.add_dependency(self.topic)

    def _budget(self, id: str, name: str, usd: float, filters: dict[str, list[str]]) -> None:
        subscriber = budgets.CfnBudget.SubscriberProperty(address=self.topic.topic_arn, subscription_type="SNS")
        budgets.CfnBudget(
            self,
            id,
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=name,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
                cost_filters=filters,
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in (*(("ACTUAL", percent) for percent in _SPENT), ("FORECASTED", _FORECAST))
            ],
        ).node.add_dependency(self.topic)

    def _topic(self, environment: Environment) -> sns.Topic:
        account = Stack.of(self).account
        key = CustomerKey(
            self,
            "Key",
            alias=f"impp-{environment.name}-costs",
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        topic = sns.Topic(self, "Topic", display_name="IMPP costs", enforce_ssl=True, master_key=key)
        for service in ("budgets", "costalerts"):
            topic.grant_publish(
                iam.ServicePrincipal(
                    f"{service}.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": account}}
                )
            )
        for address in environment.alerts.operators:
            acknowledge(
                topic.add_subscription(subscriptions.EmailSubscription(address)),
                "SNSRedrivePolicy",
                "a mail that failed cannot be told by mail; the budget's own page shows that it was exceeded",
                pack="Serverless",
            )
        return topic
