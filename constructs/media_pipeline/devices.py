"""What a device may do, and how it comes by credentials that expire (docs/adr/0009-device-identity.md)."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_s3 as s3

from clip_model import keys
from constructs import Construct
from media_pipeline.nag import acknowledge
from media_pipeline.tables import Table, index

#: The device that asks, as AWS IoT's credentials provider knows it by its certificate.
_THING = "${credentials-iot:ThingName}"


class Devices(Construct):
    """The role that AWS IoT lends to whoever shows a device's certificate, an hour at a time.

    Attributes:
        role: may send clips, each device below its own name, and report, each in its own item.
        role_alias: name a device asks for the role by.
        policy: name of the IoT policy that a device's certificate carries.
        table: what each device last said of itself.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, raw: s3.IBucket, disposable: bool) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.table = DevicesTable(self, "Table", disposable=disposable)
        # Spelled out: the alias names the role, so the role can't wait for the alias.
        alias_arn = stack.format_arn(service="iot", resource="rolealias", resource_name=name)
        self.role = iam.Role(
            self,
            "Role",
            description="IMPP: a device sends its clips and reports how it is",
            assumed_by=iam.ServicePrincipal(
                "credentials.iot.amazonaws.com",
                # No other account, and no other alias of this one, may have AWS IoT hand the role out.
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnEquals": {"aws:SourceArn": alias_arn},
                },
            ),
        )
        self.role.add_to_policy(sending_statement(raw))
        self.role.add_to_policy(reporting_statement(self.table))
        bucket = stack.resolve(raw.bucket_arn)["Fn::GetAtt"][0]
        acknowledge(
            self.role,
            f"IAM5[Resource::<{bucket}.Arn>/{keys.ROOT}/<credentials-iot:ThingName>/*]",
            "a device names its clips itself, below its own name",
        )
        alias = iot.CfnRoleAlias(
            self,
            "Alias",
            role_alias=name,
            role_arn=self.role.role_arn,
            credential_duration_seconds=int(Duration.hours(1).to_seconds()),
        )
        self.role_alias = alias.ref
        self.policy = iot.CfnPolicy(
            self, "Policy", policy_name=name, policy_document=certificate_policy(alias.attr_role_alias_arn)
        ).ref


class DevicesTable(Table):
    """One item a device, by its name, written by the device itself; all of them by when they were last seen."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(
            scope,
            id,
            partition_key="device",
            indexes=(index("by_fleet", "fleet", "seen_at"),),
            disposable=disposable,
        )


def sending_statement(raw: s3.IBucket) -> iam.PolicyStatement:
    """Send clips, go on with a broken upload or give it up; nothing to read, so that a thief of the device can't."""
    return iam.PolicyStatement(
        actions=["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources=[raw.arn_for_objects(f"{keys.ROOT}/{_THING}/*")],
    )


def reporting_statement(table: dynamodb.ITableV2) -> iam.PolicyStatement:
    """Say how one is: in the item that has one's own name, and in no other."""
    return iam.PolicyStatement(
        actions=["dynamodb:UpdateItem"],
        resources=[table.table_arn],
        conditions={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [_THING]},
            # Of no keys at all that is true as well.
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )


def certificate_policy(alias_arn: str) -> iam.PolicyDocument:
    """Be lent this role and no other, while the certificate belongs to a thing: without one there is no name."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["iot:AssumeRoleWithCertificate"],
                resources=[alias_arn],
                conditions={"Bool": {"iot:Connection.Thing.IsAttached": "true"}},
            )
        ]
    )
