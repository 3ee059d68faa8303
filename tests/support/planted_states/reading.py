"""What an expression reads, wrongly."""

from planted_states.fault import Fault, drop, put, replace

READING = {
    "a field the answer has not": Fault(
        "StartLabels",
        replace("Assign.labels_job", "JobId", "JobID"),
        "Assign.labels_job reads 'JobID', which StartLabelDetectionResponse of the service's model has not;"
        " did you mean 'JobId'?",
    ),
    "a field deep in the answer": Fault(
        "GetSpeech",
        replace("Assign.speech_problem", "FailureReason", "Reason"),
        "reads 'Reason', which TranscriptionJob of the service's model has not",
    ),
    "a field of the things in a list": Fault(
        "DetectLabels",
        replace("Output.labels", "'confidence': Confidence", "'confidence': Score"),
        "Output.labels reads 'Score', which Label of the service's model has not",
    ),
    "a field of the answer, read two states later": Fault(
        "Plan",
        replace("Assign.plan", "$video.Codec", "$video.CodecName"),
        "Assign.plan reads 'CodecName', which Track of the service's model has not",
    ),
    "a field of an answer bound to a name": Fault(
        "FindOriginal",
        put("Assign.original", "{% ($item := $states.result.Items; {'version': $item.version.S, 'status': ''}) %}"),
        "Assign.original reads 'Items', which GetItemOutput of the service's model has not; did you mean 'Item'?",
    ),
    "a field of the clip that nobody put there": Fault(
        "RecordFailure",
        replace("Arguments", "$clip.received_at", "$clip.recieved_at"),
        "reads 'recieved_at', which the object has not; did you mean 'received_at'?",
    ),
    "a field of Lambda's envelope": Fault(
        "Alert",
        replace("Assign.link", "Payload", "Paylod"),
        "Assign.link reads 'Paylod', which what Lambda answers has not; did you mean 'Payload'?",
    ),
    "a field the other branch puts out": Fault(
        "Analyse",
        replace("Assign.plan", "result[1].notes", "result[0].notes"),
        "Assign.plan reads 'notes', which the object has not; there are jobs",
    ),
    "a field no item comes out with": Fault(
        "Look",
        replace("Assign.frames", "'at': at", "'at': time"),
        "Assign.frames reads 'time', which the object has not",
    ),
    "a field no item is handed": Fault(
        "DetectLabels",
        replace("Arguments.Image.S3Object.Name", "input.key", "input.name"),
        "Arguments.Image.S3Object.Name reads 'name', which the object has not; there are at, key, labels",
    ),
    "a field of an error": Fault(
        "Archive",
        replace("Catch.0.Assign.failure.error", "Error", "ErrorName"),
        "Catch[0].Assign.failure.error reads 'ErrorName', which errorOutput has not; did you mean 'Error'?",
    ),
    "a field of the context": Fault(
        "WaitInQueue",
        replace("Seconds", "Execution.StartTime", "Execution.Start"),
        "Seconds reads 'Start', which the context object's part has not; did you mean 'StartTime'?",
    ),
    "a field of a variable": Fault(
        "Route",
        replace("Choices.1.Condition", "$clip.size", "$clip.bytes"),
        "Choices[1].Condition reads 'bytes', which the object has not",
    ),
    "a result before there is one": Fault(
        "Head",
        put("Arguments.Key", "{% $states.result.Key %}"),
        "Arguments.Key reads 'result', which $states here (result: Assign and Output of Task, Parallel, Map;",
    ),
    "an error nobody caught": Fault(
        "Head",
        put("Assign.clip", "{% $states.errorOutput.Cause %}"),
        "Assign.clip reads 'errorOutput', which $states here",
    ),
    "a variable nobody assigns": Fault(
        "Archive",
        replace("Arguments.StorageClass", "$storage_classes", "$storage_class"),
        "reads the variable '$storage_class', which is not assigned on every way here; did you mean 'storage_classes'?",
    ),
    "a variable only one way assigns": Fault(
        "Gate",
        drop("Choices.0.Assign.doubts"),
        "Assign.plan.notes reads the variable '$doubts', which is not assigned on every way here",
        shows="Reject",
    ),
    "a variable of the other branch": Fault(
        "Listened",
        put("Output.jobs.speech", "{% $labels_job %}"),
        "Output.jobs.speech reads the variable '$labels_job', which is not assigned on every way here",
    ),
    "JSONata that does not parse": Fault(
        "Gate", replace("Choices.1.Condition", "and", "and and"), "Choices[1].Condition '$plan.depth = 'full' and and"
    ),
    "an operator newer than Step Functions": Fault(
        "GetLabels",
        put("Assign.labels_problem", "{% $states.result.StatusMessage ?? '' %}"),
        "the operator '??' is newer than Step Functions' JSONata",
    ),
    "a function Step Functions has not": Fault(
        "Claim", replace("Assign.run", "$hash", "$sha256"), "Assign.run calls '$sha256', which Step Functions has not"
    ),
    "JSONata's own $eval": Fault(
        "Classify",
        put("Assign.judgement", "{% $eval($states.result.Payload) %}"),
        "Assign.judgement calls '$eval', which Step Functions has not",
    ),
    "a hash by another name": Fault(
        "Claim",
        replace("Assign.run", "'SHA-256'", "'SHA256'"),
        "$hash takes one of MD5, SHA-1, SHA-256, SHA-384, SHA-512 in quotes, not 'SHA256'; did you mean 'SHA-256'?",
    ),
    "an expression too clever to follow": Fault(
        "ListFrames",
        put("Assign.frames", "{% $states.result.Contents.* %}"),
        "Assign.frames these checks can't follow the '*' of an expression",
    ),
}
