"""ARNs of the CloudFormation types in our templates, and how those types are referred to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from permissions.deployment import Deployment

#: The service and resource part of a type's ARN. What lacks region or account says so in `arn`.
_FORMS = {
    "AWS::CloudTrail::Trail": "cloudtrail:trail/{}",
    "AWS::DynamoDB::GlobalTable": "dynamodb:table/{}",
    "AWS::ECS::Cluster": "ecs:cluster/{}",
    "AWS::ECS::TaskDefinition": "ecs:task-definition/{}:*",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "elasticloadbalancing:loadbalancer/app/{}/*",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "elasticloadbalancing:targetgroup/{}/*",
    "AWS::Events::Rule": "events:rule/{}",
    "AWS::IoT::Policy": "iot:policy/{}",
    "AWS::IoT::RoleAlias": "iot:rolealias/{}",
    "AWS::KMS::Key": "kms:key/{}",
    "AWS::Lambda::Function": "lambda:function:{}",
    "AWS::Logs::LogGroup": "logs:log-group:{}:*",
    "AWS::MediaConvert::Queue": "mediaconvert:queues/{}",
    "AWS::SNS::Topic": "sns:{}",
    "AWS::SQS::Queue": "sqs:{}",
    "AWS::StepFunctions::StateMachine": "states:stateMachine:{}",
}

#: Types whose Ref is their ARN.
REFERRED_TO_BY_ARN = {"AWS::IAM::ManagedPolicy", "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}

#: Attributes that are the name.
NAMES = {"Name"}

#: Attributes that are the ARN.
ARNS = {"Arn", "RoleAliasArn", "TopicArn"}

#: The property that names a resource of a type, where our templates set it.
NAMED_BY = {
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IoT::Policy": "PolicyName",
    "AWS::IoT::RoleAlias": "RoleAlias",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::MediaConvert::Queue": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


def arn(deployment: "Deployment", type: str, name: str) -> str:
    """The ARN of a resource of a CloudFormation type. Raises ValueError on a type it does not know."""
    if type == "AWS::S3::Bucket":
        return f"arn:aws:s3:::{name}"
    if type in {"AWS::IAM::ManagedPolicy", "AWS::IAM::Role"}:
        return f"arn:aws:iam::{deployment.account}:{'policy' if type.endswith('Policy') else 'role'}/{name}"
    if type not in _FORMS:
        raise ValueError(f"no ARN is known of a {type}; add it in {__name__}")
    service, _, resource = _FORMS[type].partition(":")
    return deployment.arn(service, resource.format(name))
