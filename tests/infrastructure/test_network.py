"""The functions' network: no way out of it but to what they call, and nothing they call without a way."""

import copy
import json

import pytest

from media_pipeline.environment import read_environments

NETWORKED = {environment.name: environment for environment in read_environments() if environment.network}

#: What a role holds for Lambda itself, which does this from outside of the function's network.
DONE_BY_LAMBDA = {"ec2", "logs", "xray"}

#: All that a network without a way out is made of.
PARTS = {
    "AWS::EC2::FlowLog",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
}


def resources(template, kind):
    return {name: item["Properties"] for name, item in template["Resources"].items() if item["Type"] == kind}


def listed(value):
    return value if isinstance(value, list) else [value]


def called(stacks):
    """Actions of its functions' roles that need a way out of the network, by service."""
    calls = {}
    for template in stacks.values():
        functions = resources(template, "AWS::Lambda::Function").values()
        roles = {item["Role"]["Fn::GetAtt"][0] for item in functions if "VpcConfig" in item}
        for policy in resources(template, "AWS::IAM::Policy").values():
            if roles & {role["Ref"] for role in policy["Roles"]}:
                for action in _own_actions(policy):
                    calls.setdefault(action.split(":")[0], set()).add(action)
    return {service: actions for service, actions in calls.items() if service not in DONE_BY_LAMBDA}


def _own_actions(policy):
    for statement in policy["PolicyDocument"]["Statement"]:
        # What another service does in the function's name, it does from where that service is.
        through_another = "kms:ViaService" in statement.get("Condition", {}).get("StringEquals", {})
        if statement["Effect"] == "Allow" and not through_another:
            yield from listed(statement["Action"])


def offered(stacks):
    """Actions that endpoints let pass, by service."""
    offers = {}
    for endpoint in resources(stacks["Network"], "AWS::EC2::VPCEndpoint").values():
        service = json.dumps(endpoint["ServiceName"]).strip('"]}').rpartition(".")[2]
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        offers[service] = set(listed(statement["Action"]))
    return offers


@pytest.fixture(params=NETWORKED)
def environment(request):
    return NETWORKED[request.param]


@pytest.fixture
def stacks(every_template, environment):
    return every_template[environment.name]


@pytest.fixture
def network(stacks):
    return stacks["Network"]


def test_it_is_there_where_switched_on_and_nowhere_else(every_template):
    assert {name for name, stacks in every_template.items() if "Network" in stacks} == set(NETWORKED)
    for name, stacks in every_template.items():
        functions = resources(stacks["Analysis"], "AWS::Lambda::Function").values()
        assert {"VpcConfig" in function for function in functions} == {name in NETWORKED}


def test_outside_are_what_reaches_the_web_and_what_asks_for_the_bill_alone(stacks):
    outside = [
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for template in stacks.values()
        for function in resources(template, "AWS::Lambda::Function").values()
        if "VpcConfig" not in function
    ]
    assert sorted(outside) == ["campaign", "costs"]


def test_no_route_leads_out(network):
    """A route of any kind, a gateway, a peering, an address of the internet: each would be a part of another type."""
    kinds = {item["Type"] for item in network["Resources"].values()}
    assert {kind for kind in kinds if kind.startswith("AWS::EC2::")} == PARTS
    subnets = resources(network, "AWS::EC2::Subnet")
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets.values())


def test_it_is_in_the_zones_the_environment_names(environment, network):
    zones = [subnet["AvailabilityZone"] for subnet in resources(network, "AWS::EC2::Subnet").values()]
    assert tuple(zones) == environment.network.zones


def test_every_function_is_in_it(stacks):
    exports = {
        output["Export"]["Name"]: output["Value"]
        for output in stacks["Network"]["Outputs"].values()
        if "Export" in output
    }
    subnets = [{"Ref": name} for name in resources(stacks["Network"], "AWS::EC2::Subnet")]
    for function in resources(stacks["Analysis"], "AWS::Lambda::Function").values():
        place = function["VpcConfig"]
        assert [exports[subnet["Fn::ImportValue"]] for subnet in place["SubnetIds"]] == subnets
        (group,) = (exports[group["Fn::ImportValue"]] for group in place["SecurityGroupIds"])
        assert group["Fn::GetAtt"][0] == group_named(stacks["Network"], "IMPP: functions")


def group_named(network, description):
    (name,) = [
        name
        for name, group in resources(network, "AWS::EC2::SecurityGroup").items()
        if group["GroupDescription"] == description
    ]
    return name


def test_functions_reach_the_endpoints_s3_and_dynamodb_and_nothing_else(environment, network):
    functions, endpoints = group_named(network, "IMPP: functions"), group_named(network, "IMPP: interface endpoints")
    rules = resources(network, "AWS::EC2::SecurityGroup")[functions]["SecurityGroupEgress"]
    assert {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules} == {("tcp", 443, 443)}
    ways = [key for rule in rules for key in rule if key.startswith(("Cidr", "Destination"))]
    assert ways == ["DestinationSecurityGroupId", "DestinationPrefixListId", "DestinationPrefixListId"]
    assert rules[0]["DestinationSecurityGroupId"] == {"Fn::GetAtt": [endpoints, "GroupId"]}
    lists = {rule.get("DestinationPrefixListId") for rule in rules[1:]}
    assert lists == {environment.network.s3_prefix_list, environment.network.dynamodb_prefix_list}


def test_only_functions_reach_the_endpoints(network):
    functions, endpoints = group_named(network, "IMPP: functions"), group_named(network, "IMPP: interface endpoints")
    ((_, rule),) = resources(network, "AWS::EC2::SecurityGroupIngress").items()
    assert rule["GroupId"] == {"Fn::GetAtt": [endpoints, "GroupId"]}
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": [functions, "GroupId"]}
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
    assert not any("SecurityGroupIngress" in group for group in resources(network, "AWS::EC2::SecurityGroup").values())
    for endpoint in resources(network, "AWS::EC2::VPCEndpoint").values():
        if endpoint["VpcEndpointType"] == "Interface":
            assert endpoint["SecurityGroupIds"] == [{"Fn::GetAtt": [endpoints, "GroupId"]}]
            assert endpoint["PrivateDnsEnabled"] is True


def test_there_is_an_endpoint_for_every_call_and_no_other(stacks):
    assert offered(stacks) == called(stacks)
    assert {"s3", "dynamodb"} < set(called(stacks))


@pytest.mark.parametrize("service", ["comprehend", "dynamodb", "rekognition", "s3", "secretsmanager", "sns", "ssm"])
def test_a_missing_endpoint_is_noticed(stacks, service):
    changed = copy.deepcopy(stacks)
    changed["Network"]["Resources"] = {
        name: item
        for name, item in changed["Network"]["Resources"].items()
        if not (
            item["Type"] == "AWS::EC2::VPCEndpoint" and f".{service}" in json.dumps(item["Properties"]["ServiceName"])
        )
    }
    assert offered(changed) != called(changed)


@pytest.mark.parametrize("action", ["sqs:SendMessage", "s3:DeleteObject", "kms:Sign"])
def test_a_call_without_a_way_is_noticed(stacks, action):
    changed = copy.deepcopy(stacks)
    (policy,) = [p for n, p in resources(changed["Analysis"], "AWS::IAM::Policy").items() if n.startswith("Alerting")]
    policy["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Action": action, "Resource": "*"})
    assert offered(changed) != called(changed)


def test_an_endpoint_passes_nothing_of_another_account(environment, network):
    for endpoint in resources(network, "AWS::EC2::VPCEndpoint").values():
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Allow"
        assert statement["Condition"] == {
            "StringEquals": {"aws:PrincipalAccount": environment.account},
            "StringEqualsIfExists": {"aws:ResourceAccount": environment.account},
        }


def test_gateways_are_in_every_route_table(network):
    tables = [{"Ref": name} for name in resources(network, "AWS::EC2::RouteTable")]
    gateways = [
        endpoint["RouteTableIds"]
        for endpoint in resources(network, "AWS::EC2::VPCEndpoint").values()
        if endpoint["VpcEndpointType"] == "Gateway"
    ]
    assert gateways == [tables, tables]
    assert len(tables) == len(resources(network, "AWS::EC2::Subnet"))


def attachment(stacks):
    """Statements on network interfaces, of each function's role."""
    for policy in resources(stacks["Analysis"], "AWS::IAM::Policy").values():
        found = [item for item in policy["PolicyDocument"]["Statement"] if "ec2:" in json.dumps(item["Action"])]
        if found:
            yield found


def test_lambda_may_attach_each_function_here_and_nowhere_else(stacks):
    roles = list(attachment(stacks))
    assert len(roles) == 2
    group = group_named(stacks["Network"], "IMPP: functions")
    for statements in roles:
        (create,) = [item for item in statements if item["Action"] == "ec2:CreateNetworkInterface"]
        kinds = sorted(json.dumps(arn).rpartition(":")[2].partition("/")[0] for arn in map(_flat, create["Resource"]))
        assert kinds == [
            "network-interface",
            "security-group",
            *["subnet"] * len(resources(stacks["Network"], "AWS::EC2::Subnet")),
        ]
        assert f"{group}GroupId" in json.dumps(create["Resource"])


def _flat(arn):
    return "".join(part if isinstance(part, str) else "<>" for part in arn["Fn::Join"][1])


def test_the_functions_own_code_may_do_none_of_it(environment, stacks):
    for statements in attachment(stacks):
        allowed = {
            action
            for item in statements
            if item["Effect"] == "Allow"
            for action in listed(item["Action"])
            if action.startswith("ec2:")
        }
        (deny,) = [item for item in statements if item["Effect"] == "Deny"]
        assert set(deny["Action"]) == allowed
        assert deny["Resource"] == "*"
        source = _flat(deny["Condition"]["ArnLike"]["lambda:SourceFunctionArn"])
        assert source == f"arn:<>:lambda:{environment.region}:{environment.account}:function:*"


def test_every_connection_is_logged_by_a_role_for_this_alone(environment, network):
    (log,) = resources(network, "AWS::EC2::FlowLog").values()
    assert (log["ResourceType"], log["TrafficType"]) == ("VPC", "ALL")
    assert log["ResourceId"] == {"Ref": next(iter(resources(network, "AWS::EC2::VPC")))}
    ((name, role),) = resources(network, "AWS::IAM::Role").items()
    assert log["DeliverLogsPermissionArn"] == {"Fn::GetAtt": [name, "Arn"]}
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": environment.account}
    source = _flat(trust["Condition"]["ArnLike"]["aws:SourceArn"])
    assert source == f"arn:<>:ec2:{environment.region}:{environment.account}:vpc-flow-log/*"
    (policy,) = resources(network, "AWS::IAM::Policy").values()
    (write,) = policy["PolicyDocument"]["Statement"]
    assert write["Resource"] == {"Fn::GetAtt": [log["LogGroupName"]["Ref"], "Arn"]}
