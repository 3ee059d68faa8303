import pytest
from assembly import synthesize, synthesize_here


@pytest.fixture(scope="session")
def bootstrap_synthesis(tmp_path_factory):
    """The stacks an administrator deploys first, as `cdk synth` makes them."""
    return synthesize(tmp_path_factory.mktemp("bootstrap"), app="bootstrap.py")


@pytest.fixture(scope="session")
def furnished_synthesis(tmp_path_factory):
    """An environment with everything on that the others have off."""
    from bootstrap_policies.variants import furnished

    from media_pipeline.stage import MediaPipeline

    environment = furnished()
    model = f"arn:aws:rekognition:{environment.region}:{environment.account}:project/parts/version/1/1"
    analysis = environment.analysis.model_copy(update={"custom_labels_model": model})
    return synthesize_here(
        tmp_path_factory.mktemp("furnished"),
        lambda app: MediaPipeline(app, environment=environment.model_copy(update={"analysis": analysis})),
    )


@pytest.fixture(scope="session")
def environments(synthesis, bootstrap_synthesis):
    """Every stack there is, by environment and short name."""
    first = bootstrap_synthesis.environments
    return {name: {**first[name], **stacks} for name, stacks in synthesis.environments.items()}


@pytest.fixture(scope="session")
def furnishings(environments, furnished_synthesis):
    """The stacks that no environment has on, by short name."""
    there = {stack for stacks in environments.values() for stack in stacks}
    (furnished,) = furnished_synthesis.environments.values()
    return {name: stack for name, stack in furnished.items() if name not in there}


@pytest.fixture(scope="session")
def stages():
    """The states of each machine by stage; those of a Map's iterations by its name and their own stage."""
    from media_pipeline.campaign_machine import campaign_stages
    from media_pipeline.campaign_states.item import item_stages
    from media_pipeline.environment import read_environment
    from media_pipeline.pipeline import stages

    environment = read_environment("dev")
    items = {f"Items/{stage}": states for stage, states in item_stages().items()}
    return {"Pipeline": stages(environment), "Campaigns": {**campaign_stages(environment), **items}}


@pytest.fixture(scope="session")
def stage_of(stages):
    """The stage of each state, by machine."""
    return {
        machine: {name: stage for stage, states in of_machine.items() for name in states}
        for machine, of_machine in stages.items()
    }
