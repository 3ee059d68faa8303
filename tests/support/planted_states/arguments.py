"""What a task sends, wrongly."""

from planted_states.fault import Fault, drop, put, rename, replace

ARGUMENTS = {
    "a misspelt argument": Fault(
        "StartLabels",
        rename("Arguments.MinConfidence", "MinConfidance"),
        "argument 'MinConfidance' is not one of StartLabelDetection's; did you mean 'MinConfidence'?",
    ),
    "an argument in camelCase": Fault(
        "StartLabels",
        rename("Arguments.Video", "video"),
        "argument 'video' is not one of StartLabelDetection's; did you mean 'Video'?",
    ),
    "a member of another shape, deep inside": Fault(
        "StartText",
        rename("Arguments.Video.S3Object.Name", "Key"),
        "argument 'Key' is not one of S3Object's, at Video.S3Object; there are Bucket, Name, Version",
    ),
    "a misspelt member inside an expression": Fault(
        "Transcode",
        replace("Arguments.Settings", "MaxBitrate", "MaxBitRate"),
        "argument 'MaxBitRate' is not one of H264Settings's",
    ),
    "a value that is none of the enum's": Fault(
        "Transcode",
        replace("Arguments.Settings", '"H_264"', '"H264"'),
        "VideoDescription.CodecSettings.Codec' is 'H264', no VideoCodec; did you mean 'H_264'?",
    ),
    "a number where the enum wants a word": Fault(
        "Archive", put("Arguments.StorageClass", 7), "Invalid type for parameter StorageClass, value: 7"
    ),
    "a required argument left out": Fault(
        "GetLabels", drop("Arguments.JobId"), 'Missing required parameter in input: "JobId"'
    ),
    "a token longer than the service takes": Fault(
        "StartText",
        replace("Arguments.ClientRequestToken", "$run", "$run & $run"),
        "-text', more than ClientRequestToken's 64",
    ),
    "a token in letters the service refuses": Fault(
        "StartText",
        replace("Arguments.ClientRequestToken", "'-text'", "'/text'"),
        "/text', which ClientRequestToken refuses: ^[a-zA-Z0-9-_]+$",
    ),
    "the API's own spelling in an SDK integration": Fault(
        "RecordIncident",
        replace("Arguments", '{"S": ($judgement.verdict)}', '{"SS": []}'),
        "argument 'SS' is not one of AttributeValue's",
    ),
    "a misspelt member inside a transaction": Fault(
        "RecordArchived",
        replace("Arguments", '"ExpressionAttributeNames"', '"ExpressionAttributesNames"'),
        "argument 'ExpressionAttributesNames' is not one of Update's, at TransactItems.Update; did you mean",
    ),
    "a text where a counter takes a number": Fault(
        "RecordArchived",
        replace("Arguments", '{"N": ($string($clip.size))}', '{"N": ($clip.size)}'),
        "Invalid type for parameter TransactItems[0].Update.ExpressionAttributeValues.:size.N",
    ),
    "an argument that comes out undefined": Fault(
        "Archive",
        replace("Arguments.StorageClass", "$judgement.verdict", "'forgotten'"),
        "Arguments can't be evaluated for a clip with sound",
    ),
}
