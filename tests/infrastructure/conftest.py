import pytest
from assembly import synthesize


@pytest.fixture(scope="session")
def bootstrap_synthesis(tmp_path_factory):
    """The stacks an administrator deploys first, as `cdk synth` makes them."""
    return synthesize(tmp_path_factory.mktemp("bootstrap"), app="bootstrap.py")


@pytest.fixture(scope="session")
def environments(synthesis, bootstrap_synthesis):
    """Every stack there is, by environment and short name."""
    first = bootstrap_synthesis.environments
    return {name: {**first[name], **stacks} for name, stacks in synthesis.environments.items()}


@pytest.fixture(scope="session")
def stages():
    """The state machine's states by stage."""
    from media_pipeline.environment import read_environment
    from media_pipeline.pipeline import stages

    return stages(read_environment("dev"))


@pytest.fixture(scope="session")
def stage_of(stages):
    """The stage of each state."""
    return {name: stage for stage, states in stages.items() for name in states}
