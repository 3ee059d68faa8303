"""Where CloudFormation's registry lists more, or less, than our templates ask for.

A resource type's schema lists what its handlers may ever call. What they call for a feature that no
template uses is not granted; the day one uses it, it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


@dataclass(frozen=True)
class Feature:
    """Actions that a resource type's handlers call for one feature alone.

    Attributes:
        type: the resource type.
        used: whether a resource of the type, by its properties, uses the feature.
        actions: what only this feature needs.
        why: for what is never granted, or is not in the schema: the reason, or the source.
    """

    type: str
    used: Callable[[Properties], bool]
    actions: tuple[str, ...]
    why: str = ""


def sets(*names: str) -> Callable[[Properties], bool]:
    """Whether any of these properties is set, at any depth."""
    return lambda properties: any(name in names for name in _names(properties))


def nowhere(_: Properties) -> bool:
    """What no property asks for."""
    return False


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)


def _has_replicas_elsewhere(properties: Properties) -> bool:
    return len(properties["Replicas"]) > 1


_SCALING = ("DeleteScalingPolicy", "DeleteScheduledAction", "DeregisterScalableTarget", "PutScalingPolicy")
_ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
_TABLES = ("CreateNamespace", "CreateTable", "CreateTableBucket", "GetTable", "GetTableMetadataLocation")

_UPLOAD = ("AbortMultipartUpload", "GetObject", "ListBucketMultipartUploads", "ListMultipartUploadParts", "PutObject")

#: In the schemas, and granted only where a template uses it.
FEATURES = (
    Feature(
        "AWS::Athena::WorkGroup",
        sets("CustomerContentEncryptionConfiguration", "KmsKey"),
        ("kms:Decrypt", "kms:GenerateDataKey"),
    ),
    Feature(
        "AWS::Athena::WorkGroup",
        sets("ExecutionRole", "MonitoringConfiguration"),
        (
            "iam:CreateServiceLinkedRole",
            "iam:PassRole",
            "s3:GetBucketLocation",
            "s3:ListBucket",
            *(f"s3:{name}" for name in _UPLOAD),
        ),
    ),
    Feature(
        "AWS::CloudFront::Distribution",
        sets("ConnectionMode", "TenantConfig"),
        ("cloudfront:CreateConnectionGroup", "cloudfront:GetConnectionGroup"),
    ),
    Feature("AWS::CloudFront::Distribution", sets("VpcOriginConfig"), ("cloudfront:GetVpcOrigin",)),
    Feature("AWS::CloudFront::Distribution", sets("Staging"), ("cloudfront:UpdateDistributionWithStagingConfig",)),
    Feature("AWS::CloudTrail::Trail", sets("AggregationConfigurations"), ("cloudtrail:PutEventConfiguration",)),
    Feature("AWS::CloudTrail::Trail", sets("CloudWatchLogsRoleArn"), ("iam:GetRole", "iam:PassRole")),
    Feature("AWS::CloudTrail::Trail", sets("InsightSelectors"), ("cloudtrail:PutInsightSelectors",)),
    Feature(
        "AWS::CloudTrail::Trail",
        sets("IsOrganizationTrail"),
        (
            "iam:CreateServiceLinkedRole",
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
        ),
    ),
    Feature(
        "AWS::DynamoDB::GlobalTable",
        _has_replicas_elsewhere,
        (
            *(f"dynamodb:{name}" for name in _ITEMS),
            "dynamodb:CreateTableReplica",
            "dynamodb:DeleteTableReplica",
            "iam:CreateServiceLinkedRole",
        ),
    ),
    Feature(
        "AWS::DynamoDB::GlobalTable",
        sets("KinesisStreamSpecification"),
        (
            "dynamodb:DisableKinesisStreamingDestination",
            "dynamodb:EnableKinesisStreamingDestination",
            "dynamodb:UpdateKinesisStreamingDestination",
            "kinesis:DescribeStream",
            "kinesis:ListStreams",
            "kinesis:PutRecords",
        ),
    ),
    Feature(
        "AWS::DynamoDB::GlobalTable",
        sets("ReadProvisionedThroughputSettings", "WriteProvisionedThroughputSettings"),
        (
            *(f"application-autoscaling:{name}" for name in _SCALING),
            "application-autoscaling:PutScheduledAction",
            "application-autoscaling:RegisterScalableTarget",
            "dynamodb:UpdateTableReplicaAutoScaling",
        ),
    ),
    Feature(
        "AWS::DynamoDB::GlobalTable",
        sets("ResourcePolicy"),
        ("dynamodb:DeleteResourcePolicy", "dynamodb:PutResourcePolicy"),
    ),
    Feature(
        "AWS::DynamoDB::GlobalTable",
        sets("SSESpecification"),
        ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:ListAliases", "kms:RevokeGrant"),
    ),
    Feature(
        "AWS::EC2::FlowLog",
        sets("LogDestinationType"),
        ("iam:CreateServiceLinkedRole", "s3:GetBucketPolicy", "s3:PutBucketPolicy"),
    ),
    Feature(
        "AWS::EC2::Subnet", sets("Ipv6CidrBlock"), ("ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock")
    ),
    Feature("AWS::EC2::VPC", sets("VpcEncryptionControl"), ("ec2:CreateVpcEncryptionControl",)),
    Feature(
        "AWS::EC2::VPCGatewayAttachment",
        sets("VpnGatewayId"),
        ("ec2:AttachVpnGateway", "ec2:DetachVpnGateway"),
    ),
    Feature(
        "AWS::EC2::VPCEndpoint", sets("ServiceNetworkArn"), ("vpc-lattice:CreateServiceNetworkVpcEndpointAssociation",)
    ),
    Feature("AWS::EC2::VPCEndpoint", sets("ServiceRegion"), ("vpce:AllowMultiRegion",)),
    Feature(
        "AWS::ECS::Cluster",
        nowhere,
        ("ecs:PutAccountSetting", "ecs:PutAccountSettingDefault"),
        why="settings of the whole account; a cluster's own are set on the cluster",
    ),
    Feature("AWS::ECS::Cluster", sets("CapacityProviders"), ("ecs:PutClusterCapacityProviders",)),
    Feature("AWS::ECS::Cluster", sets("FargateEphemeralStorageKmsKeyId", "KmsKeyId"), ("kms:DescribeKey",)),
    Feature(
        "AWS::ElasticLoadBalancingV2::Listener",
        sets("AuthenticateCognitoConfig"),
        ("cognito-idp:DescribeUserPoolClient",),
    ),
    Feature(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        sets("Ipv4IpamPoolId"),
        ("ec2:DescribeIpamPools", "elasticloadbalancing:ModifyIpPools"),
    ),
    Feature(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        sets("MinimumLoadBalancerCapacity"),
        ("elasticloadbalancing:ModifyCapacityReservation",),
    ),
    Feature(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        sets("Targets"),
        ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
    ),
    Feature(
        "AWS::Glue::Database",
        sets("ConnectionName", "FederatedDatabase"),
        tuple(f"glue:{verb}Connection" for verb in ("Create", "Delete", "Get", "Pass", "Update")),
    ),
    Feature(
        "AWS::Glue::Table",
        sets("OpenTableFormatInput"),
        ("glue:GetSchemaVersion", "glue:PassConnection", "iam:PassRole", "s3:GetObject", "s3:PutObject"),
    ),
    Feature(
        "AWS::IAM::Policy",
        sets("Groups", "Users"),
        tuple(f"iam:{verb}{whose}Policy" for verb in ("Delete", "Get", "Put") for whose in ("Group", "User")),
    ),
    Feature("AWS::IAM::Role", sets("ManagedPolicyArns"), ("iam:AttachRolePolicy", "iam:DetachRolePolicy")),
    Feature(
        "AWS::IAM::Role",
        nowhere,
        ("iam:DeleteRolePermissionsBoundary",),
        why="a role without its boundary could do whatever its policies say",
    ),
    Feature(
        "AWS::IoT::Policy",
        nowhere,
        ("kms:Decrypt",),
        why="for accounts that give AWS IoT a key of their own; ours do not",
    ),
    Feature(
        "AWS::IoT::RoleAlias",
        nowhere,
        ("kms:Decrypt",),
        why="for accounts that give AWS IoT a key of their own; ours do not",
    ),
    Feature("AWS::Lambda::Function", sets("CapacityProviderConfig"), ("lambda:PassCapacityProvider",)),
    Feature(
        "AWS::Lambda::Function",
        sets("CodeSigningConfigArn"),
        (
            "lambda:DeleteFunctionCodeSigningConfig",
            "lambda:GetCodeSigningConfig",
            "lambda:PutFunctionCodeSigningConfig",
        ),
    ),
    Feature(
        "AWS::Lambda::Function",
        sets("FileSystemConfigs"),
        ("elasticfilesystem:DescribeMountTargets",),
    ),
    Feature("AWS::Lambda::Function", sets("FunctionScalingConfig"), ("lambda:PutFunctionScalingConfig",)),
    Feature(
        "AWS::Lambda::Function",
        sets("KmsKeyArn"),
        ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    ),
    Feature("AWS::Lambda::Function", sets("PublishToLatestPublished", "SnapStart"), ("lambda:PublishVersion",)),
    Feature("AWS::Lambda::Function", sets("RecursiveLoop"), ("lambda:PutFunctionRecursionConfig",)),
    Feature(
        "AWS::Lambda::Function",
        sets("ReservedConcurrentExecutions"),
        ("lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency"),
    ),
    Feature("AWS::Lambda::Function", sets("RuntimeManagementConfig"), ("lambda:PutRuntimeManagementConfig",)),
    Feature(
        "AWS::Lambda::Function",
        sets("VpcConfig"),
        (
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ),
    ),
    Feature("AWS::Logs::LogGroup", sets("BearerTokenAuthenticationEnabled"), ("logs:PutBearerTokenAuthentication",)),
    Feature(
        "AWS::Logs::LogGroup",
        sets("DataProtectionPolicy"),
        (
            "firehose:TagDeliveryStream",
            "logs:CreateLogDelivery",
            "logs:DeleteDataProtectionPolicy",
            "logs:PutDataProtectionPolicy",
        ),
    ),
    Feature("AWS::Logs::LogGroup", sets("DeletionProtectionEnabled"), ("logs:PutLogGroupDeletionProtection",)),
    Feature("AWS::Logs::LogGroup", sets("FieldIndexPolicies"), ("logs:DeleteIndexPolicy", "logs:PutIndexPolicy")),
    Feature("AWS::Logs::LogGroup", sets("KmsKeyId"), ("logs:AssociateKmsKey", "logs:DisassociateKmsKey")),
    Feature(
        "AWS::Logs::LogGroup", sets("ResourcePolicyDocument"), ("logs:DeleteResourcePolicy", "logs:PutResourcePolicy")
    ),
    Feature("AWS::S3::Bucket", sets("AbacStatus"), ("s3:PutBucketAbac",)),
    Feature("AWS::S3::Bucket", sets("AccelerateConfiguration"), ("s3:PutAccelerateConfiguration",)),
    Feature("AWS::S3::Bucket", sets("AccessControl"), ("s3:GetBucketAcl", "s3:PutBucketAcl")),
    Feature("AWS::S3::Bucket", sets("AnalyticsConfigurations"), ("s3:PutAnalyticsConfiguration",)),
    Feature("AWS::S3::Bucket", sets("CorsConfiguration"), ("s3:PutBucketCORS",)),
    Feature("AWS::S3::Bucket", sets("IntelligentTieringConfigurations"), ("s3:PutIntelligentTieringConfiguration",)),
    Feature("AWS::S3::Bucket", sets("InventoryConfigurations"), ("s3:PutInventoryConfiguration",)),
    Feature(
        "AWS::S3::Bucket",
        sets("MetadataConfiguration", "MetadataTableConfiguration"),
        (
            "s3:CreateBucketMetadataTableConfiguration",
            "s3:DeleteBucketMetadataTableConfiguration",
            "s3:UpdateBucketMetadataInventoryTableConfiguration",
            "s3:UpdateBucketMetadataJournalTableConfiguration",
            *(f"s3tables:{name}" for name in _TABLES),
            "s3tables:PutTableBucketPolicy",
            "s3tables:PutTableEncryption",
            "s3tables:PutTablePolicy",
            "s3tables:UpdateTableMetadataLocation",
        ),
    ),
    Feature("AWS::S3::Bucket", sets("MetricsConfigurations"), ("s3:PutMetricsConfiguration",)),
    Feature("AWS::S3::Bucket", sets("ObjectLockConfiguration"), ("s3:PutBucketObjectLockConfiguration",)),
    Feature("AWS::S3::Bucket", sets("ReplicationConfiguration"), ("iam:PassRole", "s3:PutReplicationConfiguration")),
    Feature("AWS::S3::Bucket", sets("WebsiteConfiguration"), ("s3:DeleteBucketWebsite", "s3:PutBucketWebsite")),
    Feature(
        "AWS::S3::Bucket",
        nowhere,
        ("s3:DeleteObject", "s3:PutObjectAcl"),
        why="a deploy has no business with what is in a bucket",
    ),
    Feature("AWS::SNS::Topic", sets("DataProtectionPolicy"), ("sns:PutDataProtectionPolicy",)),
    Feature("AWS::SNS::Topic", sets("DeliveryStatusLogging"), ("iam:GetRole", "iam:PassRole")),
    Feature("AWS::SNS::Topic", sets("Subscription"), ("sns:Subscribe", "sns:Unsubscribe")),
    Feature("AWS::SNS::Subscription", sets("SubscriptionRoleArn"), ("iam:GetRole", "iam:PassRole")),
    Feature("AWS::StepFunctions::StateMachine", sets("DefinitionS3Location"), ("s3:GetObject", "s3:GetObjectVersion")),
    Feature(
        "AWS::StepFunctions::StateMachine",
        sets("EncryptionConfiguration"),
        ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
    ),
)

#: Not in the schemas, and needed where a template uses it.
BEYOND_SCHEMAS = (
    Feature(
        "AWS::CloudFront::Distribution",
        sets("Logging"),
        ("s3:GetBucketAcl", "s3:PutBucketAcl"),
        why="CloudFront lets itself into the log bucket as the caller: CloudFront API permissions, CreateDistribution",
    ),
    Feature(
        "AWS::ElasticLoadBalancingV2::Listener",
        sets("AuthenticateOidcConfig"),
        ("secretsmanager:GetSecretValue",),
        why="the client's secret is a dynamic reference: CloudFormation user guide, secretsmanager references",
    ),
    Feature(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        sets("Scheme"),
        ("iam:CreateServiceLinkedRole",),
        why="the first of an account: Elastic Load Balancing user guide, service-linked roles",
    ),
    Feature(
        "AWS::EC2::VPCEndpoint",
        sets("PrivateDnsEnabled"),
        ("route53:AssociateVPCWithHostedZone",),
        why="private names are a hosted zone of AWS's: Service Authorization Reference, ec2:CreateVpcEndpoint",
    ),
)
