"""Events from S3 and their way to the state machine, as AWS sends them."""

import contextvars
import json
from typing import Any

from local_cloud.authority import Credentials, Denied
from local_cloud.ministack_adapter.identity import Identity


def correct_events(identity: Identity) -> None:
    """Versions in S3's events; targets under their rule's role; what can't be delivered into the dead-letter queue."""
    _name_versions()
    _deliver_under_the_rules_role(identity)


def _name_versions() -> None:
    """S3 tells EventBridge which version of an object was created; MiniStack leaves it out there."""
    from ministack.services import eventbridge, s3

    version: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)
    original_fire, original_dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire(*arguments: Any, **options: Any) -> None:
        version.set(options.get("version_id"))
        original_fire(*arguments, **options)

    def dispatch(event: dict[str, Any], *arguments: Any) -> Any:
        if event["Source"] == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return original_dispatch(event, *arguments)

    s3._fire_s3_event = fire
    eventbridge._dispatch_event = dispatch


def _deliver_under_the_rules_role(identity: Identity) -> None:
    """EventBridge and its Scheduler start a machine with the target's role; MiniStack asks nobody."""
    from ministack.services import eventbridge

    original = eventbridge._invoke_target

    def invoke(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        if ":states:" in target["Arn"]:
            scheduled = event["Source"] == "aws.scheduler"
            queue, role = target.get("DeadLetterConfig", {}).get("Arn"), None
            try:
                service, source = ("scheduler", _group(identity, rule)) if scheduled else ("events", rule.get("Arn"))
                role = identity.assume(target["RoleArn"], f"{service}.amazonaws.com", source_arn=source)
                identity.require(role, "states:StartExecution", target["Arn"])
            except Denied:
                # A queue lets a rule in by a policy of its own; the Scheduler writes into it as the target's role.
                if queue and (not scheduled or (role and _may(identity, role, "sqs:SendMessage", queue))):
                    # A rule's event as it was; of a schedule, what its target was to be given.
                    kept = {"Input": target.get("Input")} if scheduled else {}
                    original({"Arn": queue, **kept}, event, rule, view)
                return
        original(target, event, rule, view)

    eventbridge._invoke_target = invoke


def _group(identity: Identity, schedule: dict[str, Any]) -> str:
    """In whose name a schedule acts: its group's."""
    group = schedule.get("GroupName", "default")
    return f"arn:aws:scheduler:{identity.region}:{identity.account}:schedule-group/{group}"


def _may(identity: Identity, role: Credentials, action: str, resource: str) -> bool:
    try:
        identity.require(role, action, resource)
    except Denied:
        return False
    return True
