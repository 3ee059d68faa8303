"""AWS IoT's registry: which certificate speaks for a thing, and what its policies open."""

from local_cloud.ministack_adapter.identity import Identity


def certificate_of(identity: Identity, thing: str, role_alias_arn: str) -> str | None:
    """Id of an active certificate of the thing whose policies let it assume the role alias; None without one."""
    from ministack.core.responses import request_scope
    from ministack.services import iot

    account, region = identity.account, identity.region
    resource = role_alias_arn.rpartition(":")[2]
    with request_scope(account, region):
        arn = iot._thing_arn(thing)
        certificates = {
            name
            for name, record in iot._certificates.items()
            if record["status"] == "ACTIVE" and arn in record.get("attachedThings", [])
        }
    for name in certificates:
        context = iot._mqtt_policy_context(account, region, name, thing)
        if iot._mqtt_policy_allows(account, region, name, context, "iot:AssumeRoleWithCertificate", resource):
            return str(name)
    return None
