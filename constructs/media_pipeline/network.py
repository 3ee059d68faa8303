"""NetworkStack: subnets that no route leads out of, and an endpoint for each service the functions call."""

from typing import cast

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from constructs import Construct
from media_pipeline.environment import Network
from media_pipeline.logs import LogGroup

#: What functions call through each interface endpoint, and all that may pass it. Logs and traces are not here:
#: Lambda takes them itself, outside of the function's network; nor is KMS, which SNS calls for its publisher.
INTERFACES = {
    "comprehend": ["comprehend:DetectSentiment"],
    "rekognition": [
        "rekognition:GetContentModeration",
        "rekognition:GetLabelDetection",
        "rekognition:GetTextDetection",
    ],
    "secretsmanager": ["secretsmanager:GetSecretValue"],
    "sns": ["sns:Publish"],
    "ssm": ["ssm:GetParameter"],
}
#: The same for the two services that are a route and not an address, which costs nothing.
GATEWAYS = {
    "dynamodb": ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "s3": ["s3:GetObject", "s3:PutObject"],
}
#: Nothing outside can reach it or be reached from it, so its addresses are nobody else's business.
ADDRESSES = "10.0.0.0/16"


class NetworkStack(Stack):
    """A VPC without internet gateway, NAT or peering.

    Attributes:
        vpc: it.
        functions: security group of every function: the endpoints, S3 and DynamoDB, and nothing else.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, log_days: int) -> None:
        super().__init__(scope, id, description="IMPP: the functions' network")
        self._zones = network.zones
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(ADDRESSES),
            max_azs=len(network.zones),
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24)
            ],
            # CDK would close the default group by a helper Lambda. Nothing is in that group, and the functions' role
            # may not put anything there.
            restrict_default_security_group=False,
        )
        Validations.of(self.vpc).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::W3010",
                reason="not every zone offers every endpoint, so the environment's file names those that do",
            )
        )
        endpoints = ec2.SecurityGroup(
            self, "Endpoints", vpc=self.vpc, description="IMPP: interface endpoints", allow_all_outbound=False
        )
        self.functions = ec2.SecurityGroup(
            self, "Functions", vpc=self.vpc, description="IMPP: functions", allow_all_outbound=False
        )
        endpoints.add_ingress_rule(self.functions, ec2.Port.HTTPS, "functions")
        # Inside the group: one without a rule of its own starts out with leave to go anywhere.
        cast("ec2.CfnSecurityGroup", self.functions.node.default_child).security_group_egress = [
            _https("interface endpoints", destination_security_group_id=endpoints.security_group_id),
            _https("S3", destination_prefix_list_id=network.s3_prefix_list),
            _https("DynamoDB", destination_prefix_list_id=network.dynamodb_prefix_list),
        ]
        for service, actions in GATEWAYS.items():
            self.vpc.add_gateway_endpoint(
                f"{service}-gateway", service=ec2.GatewayVpcEndpointAwsService(service)
            ).add_to_policy(self._own_calls(actions))
        for service, actions in INTERFACES.items():
            self.vpc.add_interface_endpoint(
                f"{service}-interface",
                service=ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[endpoints],
                open=False,
            ).add_to_policy(self._own_calls(actions))
        FlowLog(self, "FlowLog", vpc=self.vpc, days=log_days)

    @property
    def availability_zones(self) -> list[str]:
        """The zones of the environment's file, so that synthesis asks no account which it has."""
        return list(self._zones)

    def _own_calls(self, actions: list[str]) -> iam.PolicyStatement:
        """Calls by this account, on what is this account's; analysis of text or pictures names no resource."""
        return iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=actions,
            resources=["*"],
            conditions={
                "StringEquals": {"aws:PrincipalAccount": self.account},
                "StringEqualsIfExists": {"aws:ResourceAccount": self.account},
            },
        )


def _https(description: str, **destination: str) -> ec2.CfnSecurityGroup.EgressProperty:
    return ec2.CfnSecurityGroup.EgressProperty(
        description=description, ip_protocol="tcp", from_port=443, to_port=443, **destination
    )


class FlowLog(Construct):
    """Every connection in a VPC, made or refused."""

    def __init__(self, scope: Construct, id: str, *, vpc: ec2.IVpc, days: int) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        log = LogGroup(self, "Log", days=days)
        role = iam.Role(
            self,
            "Role",
            description="IMPP: VPC flow logs",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {
                        "aws:SourceArn": stack.format_arn(service="ec2", resource="vpc-flow-log", resource_name="*")
                    },
                },
            ),
        )
        # It finds its stream, or makes one, and writes.
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[log.log_group_arn],
            )
        )
        # Not CDK's FlowLog: it lets the role pass itself on, which delivery does not need.
        ec2.CfnFlowLog(
            self,
            "Resource",
            resource_type="VPC",
            resource_id=vpc.vpc_id,
            traffic_type="ALL",
            log_group_name=log.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        ).node.add_dependency(role)
