"""The console's network: a load balancer that anybody allowed may reach, and a task that only it reaches."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_ec2 as ec2

from constructs import Construct
from media_pipeline.environment import Console
from media_pipeline.nag import acknowledge
from media_pipeline.network import FlowLog

#: Nothing else is in it, and it is connected to no other network.
ADDRESSES = "10.1.0.0/16"


class ConsoleNetwork(Construct):
    """A VPC of public subnets. A NAT gateway would cost more than all the rest, so the task has an address of its own.

    Attributes:
        vpc: it.
        balancer: the load balancer's security group: in from the allowed networks, out to the identity provider.
        task: the task's: in from the load balancer, which the target group adds; out to AWS, over TLS.
    """

    def __init__(self, scope: Construct, id: str, *, console: Console, log_days: int) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(ADDRESSES),
            max_azs=len(console.zones),
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                )
            ],
            # CDK would close the default group by a helper Lambda; nothing is in that group.
            restrict_default_security_group=False,
        )
        Validations.of(self.vpc).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::W3010",
                reason="not every zone runs tasks on ARM, so the environment's file names those that do",
            )
        )
        self.balancer = ec2.SecurityGroup(
            self, "Balancer", vpc=self.vpc, description="IMPP: load balancer of the console", allow_all_outbound=False
        )
        for network in console.allowed:
            peer = ec2.Peer.ipv4(str(network))
            self.balancer.add_ingress_rule(peer, ec2.Port.HTTPS, "visitors")
            self.balancer.add_ingress_rule(peer, ec2.Port.HTTP, "visitors, who are sent on to HTTPS")
        if any(network.prefixlen == 0 for network in console.allowed):
            acknowledge(
                self.balancer, "EC23", "the load balancer passes on no request of anybody who has not signed in"
            )
        self.balancer.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "the identity provider")
        self.task = ec2.SecurityGroup(
            self, "Task", vpc=self.vpc, description="IMPP: the console", allow_all_outbound=False
        )
        self.task.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "AWS")
        FlowLog(self, "FlowLog", vpc=self.vpc, days=log_days)
