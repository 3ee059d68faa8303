"""What an idle environment is said to cost is what its templates have."""

from collections import Counter
from pathlib import Path

import pytest

from clip_model import platform_usage
from clip_model.meters import Meter
from clip_model.platform_usage import platform
from operations.cost_settings import read_costed

ROOT = Path(__file__).parents[2]


def counted(stacks):
    """Resources that are paid for by being there, over all stacks of an environment."""
    resources = [item for stack in stacks.values() for item in stack.template["Resources"].values()]
    kinds = Counter(item["Type"] for item in resources)
    kinds["metric of an alarm"] = sum(
        sum("MetricStat" in metric for metric in item["Properties"].get("Metrics", [{"MetricStat": {}}]))
        for item in resources
        if item["Type"] == "AWS::CloudWatch::Alarm"
    )
    addresses = sum(
        len(item["Properties"]["SubnetIds"])
        for item in resources
        if item["Type"] == "AWS::EC2::VPCEndpoint" and item["Properties"]["VpcEndpointType"] == "Interface"
    )
    return kinds, addresses


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "environments").glob("*.toml")))
def test_what_is_paid_for_by_the_month_is_counted_as_it_is_deployed(synthesis, name):
    kinds, addresses = counted(synthesis.environments[name])
    used = platform(read_costed(ROOT / "environments" / f"{name}.toml").settings)
    assert used.of_meter(Meter.ALARM_MONTH) == kinds["metric of an alarm"]
    assert used.of_meter(Meter.COMPOSITE_ALARM_MONTH) == kinds["AWS::CloudWatch::CompositeAlarm"]
    assert used.of_meter(Meter.DASHBOARD_MONTH) == kinds["AWS::CloudWatch::Dashboard"]
    assert used.of_meter(Meter.KEY_MONTH) == kinds["AWS::KMS::Key"]
    assert used.of_meter(Meter.ENDPOINT_HOUR) == addresses * 730


def test_the_console_s_task_is_as_large_as_it_is_deployed(furnishings):
    resources = [item for stack in furnishings.values() for item in stack.template["Resources"].values()]
    (task,) = (item["Properties"] for item in resources if item["Type"] == "AWS::ECS::TaskDefinition")
    assert int(task["Cpu"]) == platform_usage.TASK_CPUS * 1024
    assert int(task["Memory"]) == platform_usage.TASK_GB * 1024
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64", "the price is that of ARM"
