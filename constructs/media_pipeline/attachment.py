"""What Lambda needs of a function's role to attach the function to a network."""

from aws_cdk import ArnFormat
from aws_cdk import aws_iam as iam

from media_pipeline.network import NetworkStack

_LOOK = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
_CREATE = ["ec2:CreateNetworkInterface"]
_CHANGE = ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]


def attachment_statements(network: NetworkStack) -> list[iam.PolicyStatement]:
    """Lambda makes and removes network interfaces in the name of the role; the function's own code may not.

    Source: Lambda's developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
    """
    subnets = [_ec2(network, "subnet", subnet.subnet_id) for subnet in network.vpc.isolated_subnets]
    group = _ec2(network, "security-group", network.functions.security_group_id)
    return [
        # Neither has a resource to name.
        iam.PolicyStatement(actions=_LOOK, resources=["*"]),
        # In these subnets and this group alone.
        iam.PolicyStatement(actions=_CREATE, resources=[*subnets, group, _ec2(network, "network-interface", "*")]),
        # Lambda tries the removal before there is an interface, and on more than an interface.
        iam.PolicyStatement(actions=_CHANGE, resources=[_ec2(network, "*", "*")]),
        # Whoever gets hold of the credentials inside a function gets none of this.
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=[*_LOOK, *_CREATE, *_CHANGE],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "lambda:SourceFunctionArn": network.format_arn(
                        service="lambda",
                        resource="function",
                        resource_name="*",
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                }
            },
        ),
    ]


def _ec2(network: NetworkStack, resource: str, name: str) -> str:
    return network.format_arn(service="ec2", resource=resource, resource_name=name)
