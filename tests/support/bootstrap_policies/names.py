"""How resources are called in AWS: by us, by CloudFormation, or by their service.

`Deployed` resolves templates to such names, `*` for what nobody knows before the deployment.
"""

from collections.abc import Callable

from permissions import arns
from permissions.deployment import Deployment, Resource

#: Properties by which our templates name a resource, beside those of `permissions.arns`.
_NAMED_BY = {
    "AWS::Athena::WorkGroup": "Name",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::MediaConvert::Queue": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    **arns.NAMED_BY,
}

#: CloudFormation begins the name with the stack's.
_AFTER_STACK = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::DynamoDB::GlobalTable",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}
#: ARNs that `permissions.arns` does not know.
_ARNS = {
    "AWS::CloudWatch::Alarm": "cloudwatch:alarm:{}",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch:alarm:{}",
    "AWS::KMS::Alias": "kms:{}",
    "AWS::Lambda::LayerVersion": "lambda:layer:{}",
    "AWS::SSM::Parameter": "ssm:parameter{}",
}


class Deployed(Deployment):
    """An environment's stacks, with the names their resources have in AWS.

    Args:
        unknown: what stands for what CloudFormation or a service makes up, by its length.
    """

    def __init__(
        self, templates: dict, *, environment: str, account: str, region: str, unknown: Callable[[int], str]
    ) -> None:
        self._unknown = unknown
        super().__init__(templates, environment=environment, account=account, region=region)

    def arn_of(self, resource: Resource) -> str:
        """A resource's ARN."""
        if resource.type in _ARNS:
            service, _, form = _ARNS[resource.type].partition(":")
            return self.arn(service, form.format(resource.name))
        return super().arn_of(resource)

    def _resource(self, stack: str, id: str) -> Resource:
        plain = super()._resource(stack, id)
        return Resource(stack, id, plain.type, self._name(plain), plain.properties)

    def _attribute(self, stack: str, id: str, attribute: str) -> str:
        text, name = super()._attribute(stack, id, attribute), self._resource(stack, id).name
        return name if text == f"{name}.{attribute}" else text  # any other id is as good as the name

    def _name(self, resource: Resource) -> str:
        named = _NAMED_BY.get(resource.type, "")
        if named in resource.properties:
            return str(self.resolve(resource.stack, resource.properties[named]))
        if resource.type in _AFTER_STACK:
            name = f"impp-{self.environment}-{resource.stack}-{resource.id}"[:50] + f"-{self._unknown(12)}"
            return name.lower() if resource.type == "AWS::S3::Bucket" else name
        return self._unknown(36)
