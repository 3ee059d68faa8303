"""ConsoleStack: the console on the web, for people who sign in (docs/console.md, docs/adr/0012-console-sign-in.md)."""

from aws_cdk import CfnOutput, Duration, SecretValue, Stack
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs import Construct
from media_pipeline.console_network import ConsoleNetwork
from media_pipeline.console_service import PORT, ConsoleService
from media_pipeline.environment import Console, Environment, SignIn

#: Where access logs go in the log bucket.
_LOGS = "console"


class ConsoleStack(Stack):
    """The console's container behind a load balancer that passes on only what a signed-in visitor asks.

    Args:
        console: its settings.
        role: the console's, which the container gets.
        logs: bucket that takes the access logs.
    """

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, console: Console, role: iam.Role, logs: s3.IBucket
    ) -> None:
        super().__init__(scope, id, description="IMPP: the console on the web")
        self._zones = console.zones
        network = ConsoleNetwork(self, "Network", console=console, log_days=environment.retention.log_days)
        running = ConsoleService(
            self, "Container", environment=environment, console=console, network=network, role=role
        )
        name = f"impp-{environment.name}-console"
        balancer = elb.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            load_balancer_name=name,
            vpc=network.vpc,
            security_group=network.balancer,
            internet_facing=True,
            drop_invalid_header_fields=True,
            # Of an open page's connection, which carries a sign of life every 30 seconds.
            idle_timeout=Duration.minutes(2),
            deletion_protection=not environment.disposable,
        )
        self._log_to(logs, balancer)
        target = elb.ApplicationTargetGroup(
            self,
            "Target",
            target_group_name=name,
            vpc=network.vpc,
            protocol=elb.ApplicationProtocol.HTTP,
            port=PORT,
            targets=[running.service],
            health_check=elb.HealthCheck(
                path="/_stcore/health", interval=Duration.seconds(15), healthy_threshold_count=2
            ),
            deregistration_delay=Duration.seconds(30),
            # While a new task replaces the old one, a page's parts come from where the page came from.
            stickiness_cookie_duration=Duration.days(1),
        )
        balancer.add_listener(
            "Http",
            port=80,
            open=False,
            default_action=elb.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True),
        )
        balancer.add_listener(
            "Https",
            port=443,
            open=False,
            certificates=[elb.ListenerCertificate.from_arn(console.certificate)],
            ssl_policy=elb.SslPolicy.TLS13_12_RES_PQ,
            default_action=sign_in(console.oidc, environment_name=environment.name, then=target),
        )
        CfnOutput(self, "ConsoleAddress", value=f"https://{console.domain_name}/")
        CfnOutput(self, "LoadBalancerDomain", value=balancer.load_balancer_dns_name)

    @property
    def availability_zones(self) -> list[str]:
        """The zones of the environment's file, so that synthesis asks no account which it has."""
        return list(self._zones)

    def _log_to(self, logs: s3.IBucket, balancer: elb.ApplicationLoadBalancer) -> None:
        """Not CDK's `log_access_logs`: it trusts what AWS's guide no longer names.

        No condition: load balancing sends neither account nor ARN along. It writes an account's logs into that
        account's folder alone.
        """
        logs.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[logs.arn_for_objects(f"{_LOGS}/AWSLogs/{self.account}/*")],
            )
        )
        for key, value in (("enabled", "true"), ("bucket", logs.bucket_name), ("prefix", _LOGS)):
            balancer.set_attribute(f"access_logs.s3.{key}", value)


def sign_in(oidc: SignIn, *, environment_name: str, then: elb.IApplicationTargetGroup) -> elb.ListenerAction:
    """Send whoever has not signed in to the provider, and pass on the others."""
    return elb.ListenerAction.authenticate_oidc(
        issuer=oidc.issuer,
        authorization_endpoint=oidc.authorization_endpoint,
        token_endpoint=oidc.token_endpoint,
        user_info_endpoint=oidc.user_info_endpoint,
        client_id=oidc.client_id,
        # CloudFormation reads it when it deploys: the template holds its name.
        client_secret=SecretValue.secrets_manager(
            f"impp/{environment_name}/console/oidc", version_id=oidc.secret_version
        ),
        scope="openid email",
        # A working day, and no more: whoever leaves is out by the next one.
        session_timeout=Duration.hours(12),
        # The security group says where the load balancer may go.
        allow_https_outbound=False,
        next=elb.ListenerAction.forward([then]),
    )
