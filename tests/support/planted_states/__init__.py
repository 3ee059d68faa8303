"""Faults planted in the pipeline's real definition, one at a time, and what the checks must say of each."""

from planted_states.arguments import ARGUMENTS
from planted_states.errors import ERRORS
from planted_states.fault import Fault
from planted_states.integrations import INTEGRATIONS
from planted_states.reading import READING
from planted_states.structure import STRUCTURE

#: By what was done.
PLANTED: dict[str, Fault] = {**ARGUMENTS, **INTEGRATIONS, **READING, **ERRORS, **STRUCTURE}
