"""What any bootstrap stack is held against, made of the templates of everything that may be deployed."""

from typing import Any

from bootstrap_policies.checks import Expected
from bootstrap_policies.needed import needed, passed_to
from bootstrap_policies.variants import deployed, furnished, synthesized
from media_pipeline.environment import Environment, read_environments


class Standard:
    """The standard.

    Args:
        every_template: templates by environment and stack.

    Attributes:
        variants: everything that may be deployed: environments with their templates.
        patterns: the same with `*` where AWS makes up a part of a name.
        pipelines: the same with whole names.
    """

    def __init__(self, every_template: dict[str, dict[str, Any]]) -> None:
        plain = [(environment, every_template[environment.name]) for environment in read_environments()]
        self.variants = [*plain, (furnished(), synthesized(furnished()))]
        self.patterns = [deployed(*variant) for variant in self.variants]
        self.pipelines = [deployed(*variant, unknown="1a2B3c4D5e6F") for variant in self.variants]
        self._actions, self._passed = needed(self.patterns), passed_to(self.patterns)

    def expected(self, environment: Environment) -> Expected:
        """Of one environment's bootstrap stack."""
        return Expected(environment, needed=self._actions, passed=self._passed, pipelines=self.pipelines)
