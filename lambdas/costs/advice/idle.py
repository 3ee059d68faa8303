"""What costs by the hour and does nothing."""

from collections.abc import Iterator

from advice.facts import Facts
from advice.proposal import KNOWN_DAYS, Confidence, Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.usage import HOURS_A_MONTH
from clip_model.words import Depth

AREA = "idle"
#: The console's container.
TASK_CPUS, TASK_GB = 0.5, 1.0
#: Devices that are named.
SHOWN = 5


def advise_idle(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Endpoints without clips, a model without frames, a console without visitors, devices without clips."""
    settings = f"environments/{facts.plan.name}.toml"
    if facts.days >= KNOWN_DAYS:
        if facts.plan.zones and not facts.clips and not facts.failed:
            yield _endpoints(facts, settings)
        if facts.model and facts.model_hours and not any(lane.depth == Depth.SAMPLED for lane in facts.lanes):
            yield _model(facts, facts.model)
        yield from _devices(facts)
    if facts.plan.console_zones and facts.visits == 0:
        yield _console(facts, settings)


def _endpoints(facts: Facts, settings: str) -> Proposal:
    count = facts.plan.zones * facts.plan.endpoints
    return Proposal(
        title="Do without a network while no clips come",
        area=AREA,
        about=("network",),
        now={Meter.ENDPOINT_HOUR: count * HOURS_A_MONTH},
        after={},
        sure=confidence(facts.days, counted=True),
        change=f"{settings}: take out [network]",
        why=f"no clip in {facts.days} days; {count} interface endpoints are paid by the hour",
    )


def _model(facts: Facts, model: str) -> Proposal:
    return Proposal(
        title="Stop the Custom Labels model",
        area=AREA,
        # A lane that is looked at by frames would need it again.
        about=("model", *(f"depth of {lane.collection}" for lane in facts.lanes)),
        now={Meter.MODEL_HOUR: facts.model_hours},
        after={},
        sure=confidence(facts.days, counted=True),
        change=f"aws rekognition stop-project-version --project-version-arn {model}",
        why=f"it ran {facts.model_hours:,.0f} hours a month, and no clip was sampled in {facts.days} days",
    )


def _console(facts: Facts, settings: str) -> Proposal:
    return Proposal(
        title="Run the console at home",
        area=AREA,
        about=("console",),
        now={
            Meter.TASK_CPU_HOUR: TASK_CPUS * HOURS_A_MONTH,
            Meter.TASK_GB_HOUR: TASK_GB * HOURS_A_MONTH,
            Meter.BALANCER_HOUR: HOURS_A_MONTH,
            # One of the load balancer's in each zone, and the container's.
            Meter.ADDRESS_HOUR: (facts.plan.console_zones + 1) * HOURS_A_MONTH,
        },
        after={},
        sure=Confidence.HIGH,
        change=f"{settings}: take out [console]",
        why="nobody visited it in 30 days; its container and load balancer are paid by the hour",
    )


def _devices(facts: Facts) -> Iterator[Proposal]:
    if not facts.devices:
        return
    count = len(facts.devices)
    names = ", ".join(device.name for device in facts.devices[:SHOWN]) + (" …" if count > SHOWN else "")
    yield Proposal(
        title=f"Look after or retire what sends no clips: {count} {'device' if count == 1 else 'devices'}",
        area=AREA,
        about=("devices",),
        now={Meter.TABLE_WRITE_UNIT: sum(device.writes for device in facts.devices)},
        after={},
        sure=confidence(facts.days, counted=True),
        change=f"on each device: sudo systemctl disable --now impp-edge ({names})",
        why=f"they report, and sent no clip in {facts.days} days",
    )
