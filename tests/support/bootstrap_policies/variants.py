"""Everything that may be deployed: each environment as it is, and one with every optional setting on."""

import json
from tempfile import TemporaryDirectory
from typing import Any

from bootstrap_policies.names import Deployed
from media_pipeline.checked_app import CheckedApp
from media_pipeline.environment import Console, Environment, read_environment
from media_pipeline.stage import MediaPipeline

Templates = dict[str, Any]


def furnished() -> Environment:
    """The dev environment with what an operator may switch on in its file, one thing apart.

    A network forbids webhooks, so the network is left to the environments that have one.
    """
    plain = read_environment("dev")
    model = f"arn:aws:rekognition:{plain.region}:{plain.account}:project/*"
    someone = ("someone@example.com",)
    return plain.model_copy(
        update={
            "analysis": plain.analysis.model_copy(update={"custom_labels_model": model}),
            "alerts": plain.alerts.model_copy(update={"emails": someone, "operators": someone, "webhooks": True}),
            "console": console(plain),
        }
    )


def console(environment: Environment) -> Console:
    """A console on the web for an environment, open to everybody, with all that its settings may hold."""
    provider = "https://login.example.com"
    version = "0a1b2c3d-1111-2222-3333-444455556666"
    home = f"{environment.region}:{environment.account}"
    settings = {
        "domain_name": "footage.example.com",
        "certificate": f"arn:aws:acm:{home}:certificate/{version}",
        "zones": [f"{environment.region}a", f"{environment.region}b"],
        "oidc": {
            "issuer": provider,
            "authorization_endpoint": f"{provider}/authorize",
            "token_endpoint": f"{provider}/token",
            "user_info_endpoint": f"{provider}/userinfo",
            "client_id": "impp-console",
            "secret_version": version,
            "end_session": f"{provider}/logout?client_id=impp-console",
        },
    }
    return Console.model_validate_json(json.dumps(settings))


def synthesized(environment: Environment) -> Templates:
    """An environment's templates, by short name of the stack."""
    with TemporaryDirectory(prefix="impp-variant-") as folder:
        stage = MediaPipeline(CheckedApp(outdir=folder), environment=environment)
        prefix = f"{stage.stage_name}-"
        return {stack.stack_name.removeprefix(prefix): stack.template for stack in stage.synth().stacks}


def deployed(environment: Environment, templates: Templates, *, unknown: str = "*") -> Deployed:
    """Templates with the names their resources have in AWS; `unknown` repeated where AWS makes one up."""
    return Deployed(
        templates,
        environment=environment.name,
        account=environment.account,
        region=environment.region,
        unknown=lambda length: unknown if unknown == "*" else (unknown * length)[:length],
    )
