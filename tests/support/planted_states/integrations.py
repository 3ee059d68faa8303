"""What a task calls, wrongly."""

from planted_states.fault import Fault, put, replace

INTEGRATIONS = {
    "an unknown action": Fault(
        "StartLabels",
        replace("Resource", "startLabelDetection", "startLabelsDetection"),
        "rekognition has no action 'startLabelsDetection'; did you mean 'startLabelDetection'?",
    ),
    "an action in PascalCase": Fault(
        "Head",
        replace("Resource", "headObject", "HeadObject"),
        "s3 has no action 'HeadObject'; did you mean 'headObject'?",
    ),
    "an unknown service": Fault(
        "StartSpeech",
        replace("Resource", "transcribe", "transcriber"),
        "no service is called 'transcriber'; did you mean 'transcribe'?",
    ),
    "a job awaited by the SDK": Fault(
        "Highlight",
        replace("Resource", ":mediaconvert", ":aws-sdk:mediaconvert"),
        "the AWS SDK integration mediaconvert:createJob has no pattern '.sync'; only the optimized integration waits",
    ),
    "an item awaited": Fault(
        "Claim",
        replace("Resource", "putItem", "putItem.sync"),
        "the optimized integration dynamodb:putItem has no pattern '.sync'",
    ),
    "an optimized integration nobody looked up": Fault(
        "Head",
        replace("Resource", "aws-sdk:s3", "s3"),
        "the optimized integration 's3:headObject' is unknown here",
    ),
    "a function's ARN for a Resource": Fault(
        "Alert",
        put("Resource", "arn:aws:lambda:us-east-1:111111111111:function:alert"),
        "is no arn:aws:states:::[aws-sdk:]service:action[.pattern]",
    ),
    "a callback without its token": Fault(
        "Alert",
        replace("Resource", "lambda:invoke", "lambda:invoke.waitForTaskToken"),
        "its Arguments hand over no $states.context.Task.Token",
    ),
}
