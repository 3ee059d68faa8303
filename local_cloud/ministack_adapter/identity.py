"""MiniStack's IAM engine, asked in AWS's place: sessions of roles, and what they may do.

The engine is off while the stacks are deployed and on from then on. It knows no policy variables, no keys of a
session's own, no `dynamodb:LeadingKeys` or `cloudwatch:namespace`, and no service that assumes a role; they are added
here.
"""

import contextvars
import copy
import functools
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from local_cloud.authority import Credentials, Denied

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_T = TypeVar("_T")


class Identity:
    """An `Authority` over one account.

    Args:
        account: its number.
        region: where calls are made.
    """

    def __init__(self, *, account: str, region: str) -> None:
        self.account = account
        self.region = region

    @property
    def is_enforced(self) -> bool:
        """Whether a call without permission is refused."""
        from ministack import app

        return bool(app.AUTH)

    def enforce(self) -> None:
        """From now on every call needs its permission."""
        from ministack import app

        if not app.AUTH:
            _parse_once()
            _fill_in_variables()
            _tell_leading_keys()
            _tell_namespaces()
            _tell_alarms()
            app.AUTH = True

    def assume(
        self,
        role_arn: str,
        service: str,
        *,
        session: str = "service",
        source_arn: str | None = None,
        keys: Mapping[str, str] | None = None,
        seconds: int | None = None,
    ) -> Credentials | None:
        """A session of a role that trusts the service; the account's root while nothing is enforced.

        Args:
            role_arn: the role.
            service: who assumes it, as `states.amazonaws.com`.
            session: name of the session.
            source_arn: for which resource of the account.
            keys: condition keys and policy variables that the session carries.
            seconds: how long it lasts; None for as long as the cloud.

        Raises:
            Denied: there is no such role, or it does not trust the service.
        """
        if not self.is_enforced:
            return None
        role = self._inside(lambda: self._role(role_arn))
        if role is None or not self._inside(lambda: self._trusts(role, service, source_arn)):
            raise Denied(f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}")
        return self._register(role["RoleName"], session, keys or {}, seconds)

    def require(self, caller: Credentials | None, action: str, resource: str = "*", **context: str) -> None:
        """Raise Denied unless the caller may do that; `context` are condition keys, `_` for `:`."""
        if caller is None or not self.is_enforced:
            return
        keys = {name.replace("_", ":", 1): value for name, value in context.items()}
        refusal = self._inside(lambda: _refusal(caller, action, resource, self.region, keys))
        if refusal:
            raise Denied(refusal)

    def session_of(self, caller_arn: str) -> Credentials | None:
        """A session by its ARN; None for the account's root."""
        from ministack.services import sts

        found = [key for key, session in list(sts._sessions.items()) if session.get("Arn") == caller_arn]
        return self.named(found[0]) if found else None

    def named(self, access_key_id: str) -> Credentials | None:
        """The credentials of a key that was issued here; None for the account's root."""
        from ministack.services import sts

        session = sts._sessions.get(access_key_id)
        return Credentials(access_key_id, session["SecretAccessKey"], session["SessionToken"]) if session else None

    def verify(self, scope: Mapping[str, Any], body: bytes) -> Credentials | None:
        """Whose request this is. Raises Denied where its signature or its session is not good."""
        from ministack.core import iam_evaluator, router

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        key = router.extract_access_key_id(headers, {})
        if not self.is_enforced:
            return None

        def check() -> Any:
            raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
            iam_evaluator.pin_signed_request(scope["method"], raw_path.partition("?")[0], {}, scope["headers"])
            iam_evaluator.pin_signed_body(body)
            return iam_evaluator.check_credentials(key)

        failure = self._inside(check)
        if failure:
            raise Denied(f"{failure.code}: {failure.message}")
        return self.named(key)

    def _inside(self, work: Callable[[], _T]) -> _T:
        """Work in the account's scope and as if asked over TLS, whatever request this thread was started by."""
        from ministack.core import iam_evaluator
        from ministack.core.responses import set_request_account_id, set_request_region

        def run() -> _T:
            set_request_account_id(self.account)
            set_request_region(self.region)
            iam_evaluator.pin_request_origin("127.0.0.1", secure_transport=True)
            return work()

        return contextvars.copy_context().run(run)

    @staticmethod
    def _role(role_arn: str) -> dict[str, Any] | None:
        from ministack.services import iam

        role: dict[str, Any] | None = iam._roles.get(role_arn.rsplit("/", 1)[-1])
        return role

    def _trusts(self, role: Mapping[str, Any], service: str, source_arn: str | None) -> bool:
        from ministack.core import iam_evaluator

        context = iam_evaluator.EvalContext(
            principal_arn="*",
            principal_type="Service",
            principal_account="",
            action="sts:AssumeRole",
            resource_arn="*",
            region=self.region,
            service_context={"aws:sourceaccount": self.account, "aws:sourcearn": source_arn},
        )
        trust = role["AssumeRolePolicyDocument"]
        return bool(iam_evaluator.evaluate_resource_policy(trust, context, service=service).decision == "Allow")

    def _register(self, role: str, session: str, keys: Mapping[str, str], seconds: int | None) -> Credentials:
        from ministack.services import sts

        digest = hashlib.sha256(json.dumps([role, session, sorted(keys.items())]).encode()).hexdigest()
        credentials = Credentials(f"ASIA{digest[:16].upper()}", digest[16:56], f"session-{digest}")
        sts.register_session(
            credentials.access_key_id,
            {
                "Arn": f"arn:aws:sts::{self.account}:assumed-role/{role}/{session}",
                "UserId": f"{role}:{session}",
                "AccountId": self.account,
                "SecretAccessKey": credentials.secret_access_key,
                "SessionToken": credentials.session_token,
                "Keys": {name.lower(): value for name, value in keys.items()},
                "Expiration": seconds and time.time() + seconds,
            },
        )
        return credentials


def _refusal(caller: Credentials, action: str, resource: str, region: str, keys: dict[str, str]) -> str:
    """Why the caller may not do that, empty where they may."""
    from ministack.core import iam_evaluator

    denied = iam_evaluator.enforce(
        caller.access_key_id, action, action.partition(":")[0], region, resource_arn=resource, service_context=keys
    )
    if denied is None:
        return ""
    if isinstance(denied, iam_evaluator.AuthError):
        return f"{denied.code}: {denied.message}"
    return (
        f"User: {denied.principal_arn} is not authorized to perform: {action} on resource: {resource} "
        "because no identity-based policy allows it"
    )


def _parse_once() -> None:
    """Remember what a policy says; MiniStack parses every one of a role's, its boundary too, at every call."""
    from ministack.core import iam_evaluator

    parse = iam_evaluator.parse_policy_document
    remembered = functools.lru_cache(maxsize=1000)(parse)

    @functools.wraps(parse)
    def parse_policy_document(document: Any) -> list[Any]:
        # Copies, since variables are filled in for each call.
        return list(map(copy.copy, remembered(document))) if isinstance(document, str) else parse(document)

    iam_evaluator.parse_policy_document = parse_policy_document


def _fill_in_variables() -> None:
    """Let policies speak of the caller, as in `video/${credentials-iot:ThingName}/*`, in resources and conditions."""
    from ministack.core import iam_evaluator
    from ministack.services import sts

    principal_keys, evaluate = iam_evaluator._principal_keys, iam_evaluator.evaluate

    def with_session_keys(credential: Any) -> dict[str, Any]:
        session = sts._sessions.get(credential.access_key_id) or {}
        return {**principal_keys(credential), **session.get("Keys", {})}

    def filled(text: str, keys: Mapping[str, Any]) -> str:
        # An unknown variable stays as it is and so matches nothing.
        return (
            text if "${" not in text else _VARIABLE.sub(lambda found: str(keys.get(found[1].lower(), found[0])), text)
        )

    def filled_values(values: Any, keys: Mapping[str, Any]) -> list[str]:
        return [filled(str(value), keys) for value in (values if isinstance(values, list) else [values])]

    def evaluate_filled(context: Any, policies: Any, *limits: Any) -> Any:
        for layer in (policies, *limits):
            for statements in layer:
                for statement in statements:
                    statement.resources = [filled(text, context.principal_keys) for text in statement.resources]
                    # A copy: what was parsed is the policy itself.
                    statement.conditions = {
                        operator: {key: filled_values(values, context.principal_keys) for key, values in block.items()}
                        for operator, block in statement.conditions.items()
                    }
        return evaluate(context, policies, *limits)

    iam_evaluator._principal_keys = with_session_keys
    iam_evaluator.evaluate = evaluate_filled


def _tell_leading_keys() -> None:
    """Let conditions speak of the partition keys that a request to DynamoDB names; those of a query stay unknown."""
    from ministack.core import iam_actions

    original = iam_actions.dynamodb_service_context

    def service_context(body: bytes) -> dict[str, Any]:
        keys = _leading_keys(body)
        return {**original(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}

    iam_actions.dynamodb_service_context = service_context


def _tell_alarms() -> None:
    """Asking for alarms by the beginning of their names is asking for any of them; MiniStack knows no resource."""
    from ministack.core import iam_actions

    original = iam_actions.extract_resource_arn

    @functools.wraps(original)
    def extract(service: str, *arguments: Any) -> Any:
        found, (region, account) = original(service, *arguments), arguments[5:7]
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:*" if (service, found) == ("monitoring", "*") else found

    iam_actions.extract_resource_arn = extract


def _tell_namespaces() -> None:
    """Let conditions speak of the namespace that metrics are put into."""
    from ministack.core import iam_actions

    original = iam_actions.request_tag_context

    @functools.wraps(original)
    def tag_context(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        keys = {"cloudwatch:namespace": _namespace(body)} if iam_action == "cloudwatch:PutMetricData" else {}
        return {**original(service, iam_action, body, params), **keys}

    iam_actions.request_tag_context = tag_context


def _namespace(body: bytes) -> str:
    try:
        return str(json.loads(body or b"{}").get("Namespace", ""))
    except ValueError:
        return ""  # to be refused for that


def _leading_keys(body: bytes) -> list[str]:
    """Of one item, or of each item of a transaction."""
    from ministack.services import dynamodb

    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return []  # to be refused for that
    found: list[str] = []
    for part in [part for item in asked.get("TransactItems", []) for part in item.values()] or [asked]:
        table = dynamodb._tables.get(part.get("TableName", "").rpartition("/")[2])
        key = part.get("Key") or part.get("Item") or {}
        if table and table["pk_name"] in key:
            found += map(str, key[table["pk_name"]].values())
    return found
