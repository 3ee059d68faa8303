"""Where states lead and what they are made of, wrongly."""

from planted_states.fault import Fault, drop, put, rename

STRUCTURE = {
    "a task that may hang": Fault("GetText", drop("TimeoutSeconds"), "a Task needs TimeoutSeconds"),
    "a machine that may hang": Fault("", drop("TimeoutSeconds"), "it has no TimeoutSeconds"),
    "a machine in JSONPath": Fault(
        "", put("QueryLanguage", "JSONPath"), "QueryLanguage is 'JSONPath'; write 'JSONata'"
    ),
    "a definition too large": Fault("", put("Comment", "x" * 2**20), "Step Functions takes less than 1048576"),
    "a Next that leads nowhere": Fault(
        "Head", put("Next", "Prob"), "goes to 'Prob', which is no state of its level; did you mean 'Probe'?"
    ),
    "a way out of a branch": Fault(
        "Heard", put("Default", "Classify"), "goes to 'Classify', which is no state of its level"
    ),
    "a state no way leads to": Fault(
        "", put("States.Orphan", {"Type": "Pass", "End": True}), "no state leads here", shows="Orphan"
    ),
    "a StartAt that names no state": Fault(
        "", put("StartAt", "Clam"), "StartAt names no state of its level; did you mean 'Claim'?", shows="Clam"
    ),
    "a state that neither goes on nor ends": Fault("Watched", drop("End"), "it must have either Next or End: true"),
    "a field of JSONPath": Fault(
        "Economise",
        put("ResultPath", "$.plan"),
        "field 'ResultPath' is of JSONPath; in JSONata write Arguments, Output and Assign",
    ),
    "a misspelt field": Fault(
        "Plan", rename("Output", "Outputs"), "a Pass has no field 'Outputs'; did you mean 'Output'?"
    ),
    "a misspelt field of a retrier": Fault(
        "Head",
        rename("Retry.0.MaxDelaySeconds", "MaxDelay"),
        "a retrier has no field 'MaxDelay'; did you mean 'MaxDelaySeconds'?",
    ),
    "a jitter there is not": Fault(
        "Head", put("Retry.0.JitterStrategy", "HALF"), "JitterStrategy is 'HALF'; it is FULL or NONE"
    ),
    "a ceiling below the first wait": Fault(
        "Head", put("Retry.0.MaxDelaySeconds", 1), "MaxDelaySeconds is 1; it is over IntervalSeconds (2)"
    ),
    "a Map's mode there is not": Fault(
        "Look",
        put("ItemProcessor.ProcessorConfig.Mode", "PARALLEL"),
        "ProcessorConfig.Mode is 'PARALLEL'; it is INLINE or DISTRIBUTED",
    ),
    "a variable of the outer level assigned inside": Fault(
        "StartLabels",
        put("Assign.plan", {}),
        "assigns 'plan', a variable of an outer level, which an inner level can only read",
    ),
}
