"""Resources as policies name them: what of a service is this environment's own.

Patterns are templates themselves: `{environment}` and the like are filled in by the bootstrap stack.
"""

from dataclasses import dataclass

from clip_model import bill


@dataclass(frozen=True, order=True)
class Scope:
    """What a policy may name of one type of resource.

    Attributes:
        why: what the patterns stand for.
        patterns: ARNs, the account's and region's own unless they say otherwise.
    """

    why: str
    patterns: tuple[str, ...]


def _own(why: str, service: str, *resources: str) -> Scope:
    return Scope(why, tuple(f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}" for resource in resources))


def _global(why: str, service: str, *resources: str) -> Scope:
    return Scope(why, tuple(f"arn:{{partition}}:{service}::{{account}}:{resource}" for resource in resources))


def _billed(why: str, service: str, *resources: str) -> Scope:
    """What has its home where AWS delivers the bill, whatever the environment's region."""
    home = f"arn:{{partition}}:{service}:{bill.REGION}:{{account}}"
    return Scope(why, tuple(f"{home}:{resource}" for resource in resources))


def _here_and_billed(why: str, service: str, *resources: str) -> Scope:
    """What the environment has in its own region and where its bill is."""
    here, there = _own(why, service, *resources), _billed(why, service, *resources)
    return Scope(why, (*here.patterns, *there.patterns))


_NAMED = "impp-{environment}-*"
_BY_ID = "ids that the service makes up"

#: By resource type of the Service Authorization Reference.
SCOPES = {
    "athena:workgroup": _billed("the bill's workgroup", "athena", "workgroup/impp-{environment}"),
    "bcm-data-exports:export": _billed(_BY_ID, "bcm-data-exports", "export/*"),
    "bcm-data-exports:table": _billed("what can be exported", "bcm-data-exports", "table/COST_AND_USAGE_REPORT"),
    "billing:billingview": _global("the account's own view of its bill", "billing", "billingview/primary"),
    "budgets:budget": _global("the environment's budgets", "budgets", "budget/impp-{environment}", f"budget/{_NAMED}"),
    "ce:anomalymonitor": _global(_BY_ID, "ce", "anomalymonitor/*"),
    "ce:anomalysubscription": _global(_BY_ID, "ce", "anomalysubscription/*"),
    "cloudfront:distribution": _global(_BY_ID, "cloudfront", "distribution/*"),
    "cloudfront:origin-access-control": _global(_BY_ID, "cloudfront", "origin-access-control/*"),
    "cloudfront:response-headers-policy": _global(_BY_ID, "cloudfront", "response-headers-policy/*"),
    "cloudtrail:trail": _own("the environment's one trail", "cloudtrail", "trail/impp-{environment}"),
    "cloudwatch:alarm": _own("alarms named after their stack", "cloudwatch", f"alarm:{_NAMED}"),
    "cloudwatch:dashboard": _global("the environment's dashboard", "cloudwatch", "dashboard/impp-{environment}"),
    "cur:cur": _billed("the export, which AWS asks for by its older name too", "cur", "definition/*"),
    "dynamodb:index": _own("tables named after their stack", "dynamodb", f"table/{_NAMED}"),
    "dynamodb:table": _own("tables named after their stack", "dynamodb", f"table/{_NAMED}"),
    "ec2:internet-gateway": _own(_BY_ID, "ec2", "internet-gateway/*"),
    "ec2:network-acl": _own(_BY_ID, "ec2", "network-acl/*"),
    "ec2:route-table": _own(_BY_ID, "ec2", "route-table/*"),
    "ec2:security-group": _own(_BY_ID, "ec2", "security-group/*"),
    "ec2:security-group-rule": _own(_BY_ID, "ec2", "security-group-rule/*"),
    "ec2:subnet": _own(_BY_ID, "ec2", "subnet/*"),
    "ec2:vpc": _own(_BY_ID, "ec2", "vpc/*"),
    "ec2:vpc-endpoint": _own(_BY_ID, "ec2", "vpc-endpoint/*"),
    "ec2:vpc-flow-log": _own(_BY_ID, "ec2", "vpc-flow-log/*"),
    "ecs:cluster": _own("the cluster named after its stack", "ecs", f"cluster/{_NAMED}"),
    "ecs:service": _own("the service named after its stack", "ecs", f"service/{_NAMED}/{_NAMED}"),
    "ecs:service-deployment": _own("deployments of the service", "ecs", f"service-deployment/{_NAMED}/{_NAMED}/*"),
    "ecs:task-definition": _own("the console's task", "ecs", f"task-definition/{_NAMED}:*"),
    "elasticloadbalancing:listener/app": _own(
        "the console's listeners", "elasticloadbalancing", f"listener/app/{_NAMED}/*"
    ),
    "elasticloadbalancing:loadbalancer/app/": _own(
        "the console's load balancer", "elasticloadbalancing", f"loadbalancer/app/{_NAMED}/*"
    ),
    "elasticloadbalancing:targetgroup": _own(
        "the console's target group", "elasticloadbalancing", f"targetgroup/{_NAMED}/*"
    ),
    "events:rule-on-default-event-bus": _own("rules named after their stack", "events", f"rule/{_NAMED}"),
    "glue:catalog": _billed("the account's catalog", "glue", "catalog"),
    "glue:database": _billed("the bill's database", "glue", "database/impp_{environment}"),
    "glue:table": _billed("the bill's table", "glue", "table/impp_{environment}/*"),
    "iam:role": _global("roles named after their stack", "iam", f"role/{_NAMED}"),
    "iot:policy": _own("the devices' policy", "iot", f"policy/{_NAMED}"),
    "iot:rolealias": _own("the devices' role alias", "iot", f"rolealias/{_NAMED}"),
    "kms:alias": _here_and_billed("aliases that tell whose key it is", "kms", f"alias/{_NAMED}"),
    "kms:key": _here_and_billed(_BY_ID, "kms", "key/*"),
    "lambda:function": _own("functions named after their stack", "lambda", f"function:{_NAMED}"),
    "lambda:layer": _own("the layer named after its stack", "lambda", f"layer:{_NAMED}"),
    "lambda:layerVersion": _own("the layer named after its stack", "lambda", f"layer:{_NAMED}"),
    "logs:log-group": _own(
        "log groups named after their stack, and the state machines'",
        "logs",
        f"log-group:{_NAMED}",
        "log-group:/aws/vendedlogs/states/impp-{environment}",
        "log-group:/aws/vendedlogs/states/impp-{environment}:*",
        f"log-group:/aws/vendedlogs/states/{_NAMED}",
    ),
    "mediaconvert:Queue": _own("the queue named after its stack", "mediaconvert", f"queues/{_NAMED}"),
    "route53:hostedzone": Scope(
        "zones of AWS's own hold the endpoints' names", ("arn:{partition}:route53:::hostedzone/*",)
    ),
    "s3:bucket": Scope("buckets named after their stack", (f"arn:{{partition}}:s3:::{_NAMED}",)),
    "s3:object": Scope(
        "code that the CDK CLI uploaded", ("arn:{partition}:s3:::cdk-hnb659fds-assets-{account}-{region}/*",)
    ),
    "scheduler:schedule": _own(
        "schedules named after their stack, in the default group", "scheduler", f"schedule/default/{_NAMED}"
    ),
    "secretsmanager:Secret": _own(
        "the secret by which the load balancer signs people in",
        "secretsmanager",
        "secret:impp/{environment}/console/oidc-??????",
    ),
    "sns:topic": _here_and_billed("topics named after their stack", "sns", _NAMED),
    "sqs:queue": _own("queues named after their stack", "sqs", _NAMED),
    "ssm:parameter": _own("the environment's parameters", "ssm", "parameter/impp/{environment}/*"),
    "states:statemachine": _own(
        "the clips' machine and the campaigns'", "states", "stateMachine:impp-{environment}", f"stateMachine:{_NAMED}"
    ),
}

#: Actions whose resource is not the one of their type.
EXCEPTIONS = {
    "cloudwatch:DescribeAlarms": _own(
        "CloudWatch wants leave for every alarm before it describes one", "cloudwatch", "alarm:*"
    ),
    "iam:CreateServiceLinkedRole": _global(
        "roles of AWS's own, one an account, that the first cluster and the first load balancer bring",
        "iam",
        "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
    ),
    "ssm:GetParameters": _own(
        "the environment's parameters, and the version that the CDK CLI has every template check",
        "ssm",
        "parameter/impp/{environment}/*",
        "parameter/cdk-bootstrap/hnb659fds/version",
    ),
}
