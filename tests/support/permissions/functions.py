"""What a Lambda function's role needs: what its code calls, and what Lambda itself does with the role."""

from collections.abc import Iterator, Mapping, Sequence

from clip_model.campaigns import Source
from permissions import recordings
from permissions.calls import Call, Needs
from permissions.deployment import Deployment, Resource
from permissions.model import Need
from permissions.recordings import Recorded
from permissions.spared import is_spared

#: Sources under whose keys a function alone writes.
_OWN = {"lambdas/campaign": frozenset(Source)}


def function_needs(deployment: Deployment, resource: Resource, calls: Sequence[Recorded]) -> Iterator[Need]:
    """Needs of one function.

    Raises:
        ValueError: it is not one of ours, its tests make no call, or it lacks a variable its code reads.
    """
    properties = deployment.properties(resource)
    variables = properties.get("Environment", {}).get("Variables", {})
    name = variables.get("POWERTOOLS_SERVICE_NAME")
    if name is None:
        raise ValueError("no source of needs is known: it is no function of ours")
    needs = Needs(deployment)
    source = (("lambda:SourceFunctionArn", deployment.arn_of(resource)),)
    for call in _calls(f"lambdas/{name}", variables, calls, source):
        yield from (need for need in needs.of(call) if not is_spared(f"lambdas/{name}", need, calls))
    if "LoggingConfig" in properties:
        for action in ("CreateLogStream", "PutLogEvents"):
            arn = deployment.arn("logs", f"log-group:{properties['LoggingConfig']['LogGroup']}:*")
            yield Need(f"logs:{action}", arn, f"the log of {name}")
    if properties.get("TracingConfig", {}).get("Mode") == "Active":
        for action in ("PutTelemetryRecords", "PutTraceSegments"):
            yield Need(f"xray:{action}", "*", f"the traces of {name}")
    if "VpcConfig" in properties:
        yield from _attachment(deployment, properties["VpcConfig"], f"the network of {name}")


def _attachment(deployment: Deployment, network: Mapping[str, list[str]], why: str) -> Iterator[Need]:
    """Lambda's own work on network interfaces: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html."""
    for action in ("DescribeNetworkInterfaces", "DescribeSubnets"):
        yield Need(f"ec2:{action}", "*", why)
    subnets = [f"subnet/{each}" for each in network["SubnetIds"]]
    groups = [f"security-group/{each}" for each in network["SecurityGroupIds"]]
    for resource in (*subnets, *groups, "network-interface/*"):
        yield Need("ec2:CreateNetworkInterface", deployment.arn("ec2", resource), why)
    for action in ("AssignPrivateIpAddresses", "DeleteNetworkInterface", "UnassignPrivateIpAddresses"):
        yield Need(f"ec2:{action}", deployment.arn("ec2", "*/*"), why)


def _calls(
    program: str, variables: Mapping[str, str], calls: Sequence[Recorded], source: tuple[tuple[str, str], ...]
) -> Iterator[Call]:
    own = recordings.of(calls, program)
    handled = [call for call in own if f"{program}/handler.py" in call.files]
    for call in own:
        try:
            parameters = recordings.told(call.parameters, variables)
        except KeyError as missing:
            if all(missing.args[0] in each.variables for each in handled):
                raise ValueError(f"{program} reads the variable {missing}, which the template does not set") from None
            continue  # the function's tests show that it does without
        yield Call(
            call.service,
            call.operation,
            parameters,
            f"{program} ({call.test})",
            error=call.error,
            own=_OWN.get(program, frozenset()),
            context=source,
        )
