"""What retriers and catchers name, wrongly."""

from planted_states.fault import Fault, put, reverse

ERRORS = {
    "the other integration's prefix": Fault(
        "Claim",
        put("Catch.0.ErrorEquals", ["DynamoDb.ConditionalCheckFailedException"]),
        "Catch[0] names 'DynamoDb.ConditionalCheckFailedException', which dynamodb:putItem does not raise;"
        " did you mean 'DynamoDB.ConditionalCheckFailedException'?",
    ),
    "an error the model does not know": Fault(
        "Archive",
        put("Retry.0.ErrorEquals", ["S3.SlowDownException"]),
        "Retry[0] names 'S3.SlowDownException', which aws-sdk:s3:copyObject does not raise",
    ),
    "the API's name without its ending": Fault(
        "Head",
        put("Catch.0.ErrorEquals", ["S3.NoSuchKey"]),
        "Catch[0] names 'S3.NoSuchKey', which aws-sdk:s3:headObject does not raise;"
        " did you mean 'S3.NoSuchKeyException'?",
    ),
    "an error of another operation": Fault(
        "GetLabels",
        put("Retry.0.ErrorEquals", ["Rekognition.LimitExceededException"]),
        "names 'Rekognition.LimitExceededException', which aws-sdk:rekognition:getLabelDetection does not raise",
    ),
    "an error of another service": Fault(
        "Transcode",
        put("Retry.0.ErrorEquals", ["Transcribe.LimitExceededException"]),
        "names 'Transcribe.LimitExceededException', which mediaconvert:createJob.sync does not raise",
    ),
    "an error no branch raises": Fault(
        "Analyse",
        put("Catch.0.ErrorEquals", ["Rekognition.LimitExceeded"]),
        "names 'Rekognition.LimitExceeded', which nothing inside this Parallel raises;"
        " did you mean 'Rekognition.LimitExceededException'?",
    ),
    "an error of JSONPath": Fault(
        "Probe",
        put("Retry.0.ErrorEquals", ["States.ParameterPathFailure"]),
        "names 'States.ParameterPathFailure': only JSONPath states raise it",
    ),
    "an error nothing catches": Fault(
        "Probe",
        put("Catch.0.ErrorEquals", ["States.Runtime"]),
        "names 'States.Runtime': it can be neither retried nor caught",
    ),
    "States.ALL before the rest": Fault(
        "Probe", reverse("Catch"), "Catch[0] names 'States.ALL', which must stand alone and last"
    ),
    "States.ALL in company": Fault(
        "Head",
        put("Catch.0.ErrorEquals", ["States.ALL", "States.Timeout"]),
        "Catch[0] names 'States.ALL', which must stand alone and last",
    ),
    "a retrier never reached": Fault(
        "Classify",
        reverse("Retry"),
        "Retry[1] names 'Lambda.ServiceException', but an earlier one takes it with 'States.TaskFailed'",
    ),
}
