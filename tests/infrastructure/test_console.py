"""The console on the web: who reaches it, as whom it acts, and what its container may do."""

import copy
import json
from ipaddress import IPv4Network

import pytest
from bootstrap_policies.variants import console, synthesized
from permissions.deployment import Deployment
from permissions.resource_policies import check_policies
from permissions.users import needs_by_role
from streamlit.web.server.starlette import starlette_server_config

from console import served
from console.page import SIGNED_IN
from media_pipeline.environment import read_environment, read_environments

ENVIRONMENT = read_environment("dev")


def resources(template, kind):
    return {name: item["Properties"] for name, item in template["Resources"].items() if item["Type"] == kind}


def text(value):
    """A value as one text, `arn:<AWS::Partition>:...` for what CloudFormation puts together."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return "".join(map(text, argument[1]))
    return f"<{argument}>" if isinstance(argument, str) else f"<{'.'.join(argument)}>"


def imported(stacks, value):
    """What a value that another stack hands on is there: the stack, and the value in its template."""
    for name, template in stacks.items():
        for output in template.get("Outputs", {}).values():
            if output.get("Export", {}).get("Name") == value["Fn::ImportValue"]:
                return name, output["Value"]
    raise AssertionError(f"nobody hands on {value}")


@pytest.fixture(scope="module")
def stacks():
    """The dev environment's, with a console that is open to all who can sign in."""
    return synthesized(ENVIRONMENT.model_copy(update={"console": console(ENVIRONMENT)}))


@pytest.fixture(scope="module")
def template(stacks):
    return stacks["Console"]


@pytest.fixture(scope="module")
def lasting():
    """Of an environment that keeps its data, for one network alone."""
    settings = console(ENVIRONMENT).model_copy(update={"allowed": (IPv4Network("192.0.2.0/24"),)})
    return synthesized(ENVIRONMENT.model_copy(update={"disposable": False, "console": settings}))["Console"]


@pytest.fixture
def task(template):
    ((_, task),) = resources(template, "AWS::ECS::TaskDefinition").items()
    return task


@pytest.fixture
def container(task):
    (container,) = task["ContainerDefinitions"]
    return container


def test_it_is_there_where_switched_on_and_nowhere_else(every_template):
    on = {environment.name for environment in read_environments() if environment.console}
    assert {name for name, stacks in every_template.items() if "Console" in stacks} == on
    for name, stacks in every_template.items():
        assert ("ecs-tasks.amazonaws.com" in json.dumps(stacks["Access"])) is (name in on)


def test_nothing_gets_past_the_sign_in(template):
    """No rule either, which would come before a listener's own action."""
    assert not resources(template, "AWS::ElasticLoadBalancingV2::ListenerRule")
    plain, secure = sorted(
        resources(template, "AWS::ElasticLoadBalancingV2::Listener").values(), key=lambda x: x["Port"]
    )
    (redirect,) = plain["DefaultActions"]
    assert (plain["Port"], redirect["Type"], redirect["RedirectConfig"]["Protocol"]) == (80, "redirect", "HTTPS")
    first, second = secure["DefaultActions"]
    assert (secure["Port"], secure["Protocol"]) == (443, "HTTPS")
    assert (first["Type"], first["Order"], second["Type"], second["Order"]) == ("authenticate-oidc", 1, "forward", 2)
    assert first["AuthenticateOidcConfig"].get("OnUnauthenticatedRequest", "authenticate") == "authenticate"
    assert secure["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")


def test_the_template_names_the_secret_and_does_not_hold_it(template):
    oidc = console(ENVIRONMENT).oidc
    (config,) = [
        action["AuthenticateOidcConfig"]
        for listener in resources(template, "AWS::ElasticLoadBalancingV2::Listener").values()
        for action in listener["DefaultActions"]
        if "AuthenticateOidcConfig" in action
    ]
    name = f"impp/{ENVIRONMENT.name}/console/oidc:SecretString:::{oidc.secret_version}"
    assert config.pop("ClientSecret") == f"{{{{resolve:secretsmanager:{name}}}}}"
    assert config == {
        "Issuer": oidc.issuer,
        "AuthorizationEndpoint": oidc.authorization_endpoint,
        "TokenEndpoint": oidc.token_endpoint,
        "UserInfoEndpoint": oidc.user_info_endpoint,
        "ClientId": oidc.client_id,
        "Scope": "openid email",
        "SessionTimeout": str(int(SIGNED_IN.total_seconds())),
    }


def ways(template, description):
    """Ways into and out of a security group: whence or where to, and the port."""
    groups = resources(template, "AWS::EC2::SecurityGroup")
    (name,) = [name for name, group in groups.items() if group["GroupDescription"] == description]
    others = {group: other["GroupDescription"] for group, other in groups.items()}

    def way(rule):
        assert rule["IpProtocol"] == "tcp"
        assert rule["FromPort"] == rule["ToPort"]
        group = rule.get("SourceSecurityGroupId", rule.get("DestinationSecurityGroupId"))
        return rule["CidrIp"] if group is None else others[group["Fn::GetAtt"][0]], rule["FromPort"]

    for kind in ("Ingress", "Egress"):
        own = list(groups[name].get(f"SecurityGroup{kind}", ()))
        beside = resources(template, f"AWS::EC2::SecurityGroup{kind}").values()
        own += [rule for rule in beside if rule["GroupId"] == {"Fn::GetAtt": [name, "GroupId"]}]
        yield sorted(map(way, own))


BALANCER, TASK = "IMPP: load balancer of the console", "IMPP: the console"


def test_visitors_reach_the_load_balancer_and_only_it_reaches_the_task(template):
    into, out = ways(template, BALANCER)
    assert into == [("0.0.0.0/0", 80), ("0.0.0.0/0", 443)]
    assert out == [("0.0.0.0/0", 443), (TASK, served.PORT)]
    into, out = ways(template, TASK)
    assert into == [(BALANCER, served.PORT)]
    assert out == [("0.0.0.0/0", 443)]


def test_other_networks_are_kept_out_where_some_are_named(lasting):
    into, _ = ways(lasting, BALANCER)
    assert into == [("192.0.2.0/24", 80), ("192.0.2.0/24", 443)]


def test_its_network_is_in_the_zones_of_the_file_and_pays_for_no_gateway(template):
    zones = [subnet["AvailabilityZone"] for subnet in resources(template, "AWS::EC2::Subnet").values()]
    assert tuple(zones) == console(ENVIRONMENT).zones
    assert not resources(template, "AWS::EC2::NatGateway")
    ((log,),) = [resources(template, "AWS::EC2::FlowLog").values()]
    assert (log["ResourceType"], log["TrafficType"]) == ("VPC", "ALL")


def test_visits_are_logged_in_this_accounts_folder_alone(stacks, template):
    (balancer,) = resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    attributes = {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}
    assert attributes["access_logs.s3.enabled"] == "true"
    stack, bucket = imported(stacks, attributes["access_logs.s3.bucket"])
    (policy,) = [
        item for item in resources(stacks[stack], "AWS::S3::BucketPolicy").values() if item["Bucket"] == bucket
    ]
    (write,) = [item for item in policy["PolicyDocument"]["Statement"] if item["Effect"] == "Allow"]
    assert write["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert (write["Action"], "Condition" in write) == ("s3:PutObject", False)
    folder = f"{attributes['access_logs.s3.prefix']}/AWSLogs/{ENVIRONMENT.account}/*"
    assert text(write["Resource"]) == f"<{bucket['Ref']}.Arn>/{folder}"


def test_the_load_balancer_passes_no_malformed_header_on_and_stays_where_data_does(template, lasting):
    for each, protected in ((template, "false"), (lasting, "true")):
        (balancer,) = resources(each, "AWS::ElasticLoadBalancingV2::LoadBalancer").values()
        attributes = {item["Key"]: item["Value"] for item in balancer["LoadBalancerAttributes"]}
        assert attributes["deletion_protection.enabled"] == protected
        assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_an_open_page_stays_connected(template):
    (balancer,) = resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    attributes = {item["Key"]: item["Value"] for item in balancer["LoadBalancerAttributes"]}
    assert int(attributes["idle_timeout.timeout_seconds"]) > 2 * starlette_server_config.DEFAULT_WEBSOCKET_PING_INTERVAL
    (target,) = resources(template, "AWS::ElasticLoadBalancingV2::TargetGroup").values()
    assert (target["Port"], target["HealthCheckPath"]) == (served.PORT, "/_stcore/health")
    assert {"Key": "stickiness.enabled", "Value": "true"} in target["TargetGroupAttributes"]


def test_the_container_is_nobody_and_writes_nowhere(task, container):
    assert (task["Cpu"], task["Memory"], task["RuntimePlatform"]["CpuArchitecture"]) == ("512", "1024", "ARM64")
    assert int(container["User"]) > 0
    assert container["ReadonlyRootFilesystem"] is True
    assert "Volumes" not in task
    assert not container.get("Privileged")


def test_the_container_is_told_what_it_reads_and_nothing_secret(container):
    told = {item["Name"]: item["Value"] for item in container["Environment"]}
    settings = console(ENVIRONMENT)
    assert told == {
        "IMPP_ENV": ENVIRONMENT.name,
        served.DOMAIN_NAME: settings.domain_name,
        served.sign_out.END_SESSION: settings.oidc.end_session,
    }
    assert "Secrets" not in container


def test_it_acts_in_the_consoles_role_which_tasks_of_this_account_alone_may_be(stacks, task):
    stack, role = imported(stacks, task["TaskRoleArn"])
    (output,) = [item["Value"] for name, item in stacks["Access"]["Outputs"].items() if name == "ConsoleRoleArn"]
    assert (stack, role) == ("Access", output)
    person, tasks = stacks[stack]["Resources"][role["Fn::GetAtt"][0]]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert set(person["Principal"]) == {"AWS"}
    assert tasks["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert tasks["Condition"]["StringEquals"] == {"aws:SourceAccount": ENVIRONMENT.account}
    source = text(tasks["Condition"]["ArnLike"]["aws:SourceArn"])
    assert source == f"arn:<AWS::Partition>:ecs:{ENVIRONMENT.region}:{ENVIRONMENT.account}:*"


def test_pulling_its_image_is_another_roles_and_waits_for_its_policy(template, task):
    assert task["ExecutionRoleArn"] != task["TaskRoleArn"]
    role = task["ExecutionRoleArn"]["Fn::GetAtt"][0]
    ((policy, document),) = [
        (name, item["PolicyDocument"])
        for name, item in resources(template, "AWS::IAM::Policy").items()
        if {"Ref": role} in item["Roles"]
    ]
    services = {
        action.partition(":")[0]
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert services == {"ecr", "logs"}
    ((_, service),) = [item for item in template["Resources"].items() if item[1]["Type"] == "AWS::ECS::Service"]
    assert policy in service["DependsOn"]


def test_a_task_that_does_not_start_leaves_the_one_before_it_running(template):
    ((_, service),) = resources(template, "AWS::ECS::Service").items()
    deployment = service["DeploymentConfiguration"]
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert (service["DesiredCount"], deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (1, 100, 200)
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED"


def deployment(stacks, *names):
    templates = {name: stacks[name] for name in names or stacks}
    return Deployment(templates, environment=ENVIRONMENT.name, account=ENVIRONMENT.account, region=ENVIRONMENT.region)


def test_logs_of_any_account_would_be_noticed(stacks):
    planted = copy.deepcopy(stacks)
    for policy in resources(planted["Ingest"], "AWS::S3::BucketPolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "logdelivery" in json.dumps(statement["Principal"]):
                statement["Resource"]["Fn::Join"][1][-1] = "/console/AWSLogs/*"
    assert check_policies(deployment(stacks)) == []
    (finding,) = check_policies(deployment(planted))
    assert f"write of any account; name the folder AWSLogs/{ENVIRONMENT.account}/" in finding.text


def test_an_image_of_somebody_elses_would_be_noticed(stacks):
    planted = copy.deepcopy(stacks)
    (task,) = resources(planted["Console"], "AWS::ECS::TaskDefinition").values()
    task["ContainerDefinitions"][0]["Image"] = "docker.io/library/python:latest"
    with pytest.raises(ValueError, match=r"the container console has an image of docker.io, which is not this account"):
        needs_by_role(deployment(planted, "Access", "Console"), [])
