"""Which errors a state can raise, and whether its retriers and catchers name those.

An AWS SDK integration's error is the class the AWS SDK for Java 2 throws, after the service's name there: a modelled
error with the ending `Exception` whatever its own (`S3.NoSuchKeyException`, `DynamoDb.InternalServerErrorException`),
an error the model does not know as the service's own exception (`S3.S3Exception` for `SlowDown` and `AccessDenied`,
`Transcribe.TranscribeException` for `ThrottlingException`), no answer at all as `SdkClientException`.
Optimized integrations differ by service; `_OPTIMIZED` says how and from where.

Sources: developer guide, "Handling errors in Step Functions workflows", "Learning to use AWS service SDK integrations"
(naming, the added ending), "Handle transient Lambda service exceptions" (Lambda's names) and its sample of a
synchronous express workflow (`DynamoDB.AmazonDynamoDBException`); the generator of the SDK for Java
(`DefaultNamingStrategy.getExceptionName`). Not published anywhere: the class an optimized MediaConvert call raises
for an unmodelled error (so naming one is a problem here), and whether DynamoDB's optimized integration, whose base
class is of the SDK for Java 1, knows `ThrottlingException` by name or as `AmazonDynamoDBException` (both pass). Whether
an error the model lists for another operation of the service alone comes by its own name or as the service's is not
published either, and S3's model lists few: only what it lists for the operation itself passes.
An exception a function of ours raises is named by its class alone and can't be told from a misspelt name: a problem.
"""

from collections.abc import Iterator

from states_contract.levels import State, inner, states
from states_contract.machines import Machine
from states_contract.problems import Problem, meant
from states_contract.services import Integration, UnsupportedError, integration, java_service, java_words

#: Prefix and unmodelled names of the optimized integrations' services.
_OPTIMIZED = {
    "dynamodb": ("DynamoDB", ("AmazonDynamoDBException", "SdkClientException")),
    "lambda": (
        "Lambda",
        ("AWSLambdaException", "ClientExecutionTimeoutException", "SdkClientException", "Unknown"),
    ),
    "mediaconvert": ("MediaConvert", ("SdkClientException",)),
}
_ANYWHERE = {"States.ALL", "States.DataLimitExceeded", "States.QueryEvaluationError"}
_OF_TASKS = {*_ANYWHERE, "States.Permissions", "States.TaskFailed", "States.Timeout"}
_NEVER = {
    "States.IntrinsicFailure": "only JSONPath states raise it",
    "States.ParameterPathFailure": "only JSONPath states raise it",
    "States.ResultPathMatchFailure": "only JSONPath states raise it",
    "States.Runtime": "it can be neither retried nor caught",
}
#: A wildcard, and what it leaves to a later retrier or catcher.
_WILD = {
    "States.ALL": {"States.DataLimitExceeded"},
    "States.TaskFailed": {"States.ALL", "States.DataLimitExceeded", "States.HeartbeatTimeout", "States.Timeout"},
}


def error_problems(machine: Machine) -> Iterator[Problem]:
    """Names in Retry and Catch that nothing raises, or that an earlier one takes."""
    for name, state in states(machine.definition):
        for field in ("Retry", "Catch"):
            for text in _named(state, field):
                yield Problem(f"{machine.where}/{name}", text)


def _named(state: State, field: str) -> Iterator[str]:
    rules = state.get(field, [])
    raised = raised_by(state)
    taken: set[str] = set()
    wild: list[str] = []
    for number, rule in enumerate(rules):
        names = rule.get("ErrorEquals", [])
        if not names:
            yield f"{field}[{number}] names no error in ErrorEquals"
        if "States.ALL" in names and (len(names) > 1 or rule is not rules[-1]):
            yield f"{field}[{number}] names 'States.ALL', which must stand alone and last"
        for name in names:
            if name in _NEVER:
                yield f"{field}[{number}] names '{name}': {_NEVER[name]}"
            elif name not in raised:
                yield f"{field}[{number}] names '{name}', which {_not_raised(state)}{meant(name, raised)}"
            shadow = next((each for each in wild if name not in _WILD[each]), name if name in taken else None)
            if shadow:
                yield f"{field}[{number}] names '{name}', but an earlier one takes it with '{shadow}'"
        taken |= set(names)
        wild += [name for name in names if name in _WILD]


def raised_by(state: State) -> set[str]:
    """Every name an error of a state can have, wildcards included."""
    kind = state.get("Type")
    if kind == "Task":
        heartbeat = {"States.HeartbeatTimeout"} if "HeartbeatSeconds" in state else set()
        return {*_OF_TASKS, *heartbeat, *_raised_by_call(state)}
    if kind == "Fail":
        return {str(state.get("Error"))}
    if kind == "Choice":
        return set(_ANYWHERE) if "Default" in state else {*_ANYWHERE, "States.NoChoiceMatched"}
    names = set(_ANYWHERE)
    for level in inner(state):
        for each in level.get("States", {}).values():
            names |= raised_by(each)
    if kind == "Parallel":
        names |= {"States.BranchFailed", "States.TaskFailed"}
    if kind == "Map":
        names |= {"States.ExceedToleratedFailureThreshold", "States.TaskFailed"}
        names |= {"States.ItemReaderFailed"} if "ItemReader" in state else set()
        names |= {"States.ResultWriterFailed"} if "ResultWriter" in state else set()
    return names


def _raised_by_call(state: State) -> set[str]:
    try:
        return set(errors_of(integration(state.get("Resource", ""))))
    except UnsupportedError:
        return set()


def errors_of(call: Integration) -> Iterator[str]:
    """The errors of one integration, as Retry and Catch name them."""
    shapes = [shape.name for shape in call.operation.error_shapes]
    if call.optimized:
        prefix, others = _OPTIMIZED[call.service.service_name]
        yield from (f"{prefix}.{name}" for name in (*map(_ending, shapes), *others))
        return
    prefix = java_service(call.service)
    for name in (*map(java_exception, shapes), f"{prefix}Exception", "SdkClientException"):
        yield f"{prefix}.{name}"


def java_exception(shape: str) -> str:
    """The class the SDK for Java 2 makes of a modelled error: `QueueDoesNotExist` is `QueueDoesNotExistException`."""
    return _ending(java_words(shape.removesuffix("Fault")))


def _ending(name: str) -> str:
    return name if name.endswith("Exception") else f"{name}Exception"


def _not_raised(state: State) -> str:
    if state.get("Type") == "Task":
        return f"{str(state.get('Resource')).partition(':::')[2]} does not raise"
    return f"nothing inside this {state.get('Type')} raises"
