"""From a call to the permissions it asks for, where AWS documents them as other than its own name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from clip_model import bill
from permissions import catalogue
from permissions.deployment import Deployment
from permissions.model import Need
from permissions.samples import any_key, any_name

Parameters = Mapping[str, Any]

#: IAM's prefix where it is not botocore's name of the service.
_PREFIXES = {"stepfunctions": "states"}
#: Operations of S3 whose permission has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "UploadPart": "PutObject",
}
#: The same of other services.
_ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction"}
_OF_A_VERSION = {"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}
_MISSING = {"404", "NoSuchKey"}


@dataclass(frozen=True)
class Call:
    """One call of an AWS operation.

    Attributes:
        service: as botocore names it.
        operation: as the API names it.
        parameters: what was asked, names resolved to those of the deployment.
        why: who called, for messages.
        error: the error code it was answered with, empty where it succeeded.
        own: sources under whose keys, and devices in whose items, the caller alone writes.
        context: condition keys that every request of the caller carries.
    """

    service: str
    operation: str
    parameters: Parameters
    why: str
    error: str = ""
    own: frozenset[str] = frozenset()
    context: tuple[tuple[str, str], ...] = ()


class Needs:
    """What calls need in one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._keys = _topic_keys(deployment)

    def of(self, call: Call) -> Iterator[Need]:
        """Every permission a call asks for."""
        for need in self._of(call):
            yield replace(need, context=(*need.context, *_leading_key(call), *call.context))

    def read_object(self, url: str, call: Call) -> Need:
        """What it takes to read an object by its `s3://` URL."""
        parts = urlsplit(url, allow_fragments=False)
        return Need("s3:GetObject", self.object_arn(parts.netloc, parts.path[1:], call.own), call.why)

    def object_arn(self, bucket: str, key: str, own: frozenset[str] = frozenset()) -> str:
        """An object's ARN, `*` in place of clip and run."""
        return f"arn:aws:s3:::{bucket}/{any_key(key, own=own)}"

    def _of(self, call: Call) -> Iterator[Need]:
        if call.service == "s3":
            yield from self._of_s3(call)
            return
        if call.operation == "TransactWriteItems":
            yield from self._of_transaction(call)
            return
        if "RequestItems" in call.parameters:
            for table in call.parameters["RequestItems"]:
                arn = self._deployment.arn("dynamodb", f"table/{table}")
                yield Need(f"dynamodb:{call.operation}", arn, call.why)
            return
        prefix = _PREFIXES.get(call.service, call.service)
        action = _ACTIONS.get(f"{prefix}:{call.operation}", f"{prefix}:{call.operation}")
        if not catalogue.expand(action):
            raise ValueError(f"{call.why}: IAM knows no action {action}; say in {__name__} what the call needs")
        namespace = call.parameters.get("Namespace") if action == "cloudwatch:PutMetricData" else None
        spaces = (("cloudwatch:namespace", str(namespace)),) if namespace else ()
        yield Need(action, self._resource(prefix, action, call), call.why, spaces)
        yield from self._in_the_callers_name(call)
        if action == "athena:StartQueryExecution":
            yield from self._of_query(call)
        if "Tags" in call.parameters:
            # A job is made with its tags: Service Authorization Reference, TagResource.
            place = self._deployment.arn(prefix, "jobs/*") if prefix == "mediaconvert" else "*"
            yield Need(f"{prefix}:TagResource", place, call.why)
        if action == "mediaconvert:CreateJob":
            passed = (("iam:PassedToService", "mediaconvert.amazonaws.com"),)
            yield Need("iam:PassRole", call.parameters["Role"], call.why, passed)

    def _of_s3(self, call: Call) -> Iterator[Need]:
        asked = call.parameters
        name = _S3.get(call.operation, call.operation)
        bucket = f"arn:aws:s3:::{asked['Bucket']}"
        if call.operation in {"CopyObject", "UploadPartCopy"}:
            source, _, version = unquote(asked["CopySource"]).partition("?versionId=")
            place = self.object_arn(*source.split("/", 1), call.own)
            yield Need("s3:GetObjectVersion" if version else "s3:GetObject", place, call.why)
            name = "PutObject"
        if "Key" not in asked:
            prefix = (("s3:prefix", any_key(asked["Prefix"], own=call.own)),) if "Prefix" in asked else ()
            yield Need(f"s3:{name}", bucket, call.why, prefix)
            return
        if "VersionId" in asked:
            name = _OF_A_VERSION.get(name, name)
        yield Need(f"s3:{name}", self.object_arn(asked["Bucket"], asked["Key"], call.own), call.why)
        if call.error in _MISSING and name in {"GetObject", "GetObjectVersion"}:
            # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html: without it the answer is 403.
            yield Need("s3:ListBucket", bucket, f"{call.why}, to be told that an object is missing")

    def _of_transaction(self, call: Call) -> Iterator[Need]:
        for item in call.parameters["TransactItems"]:
            ((kind, asked),) = item.items()
            action = "dynamodb:ConditionCheckItem" if kind == "ConditionCheck" else f"dynamodb:{kind}Item"
            yield Need(action, self._deployment.arn("dynamodb", f"table/{asked['TableName']}"), call.why)

    def _in_the_callers_name(self, call: Call) -> Iterator[Need]:
        """What Rekognition, Transcribe, MediaConvert's probe and SNS do in the name of who calls them."""
        asked = call.parameters
        for kind in ("Video", "Image"):
            if "S3Object" in asked.get(kind, {}):
                place = asked[kind]["S3Object"]
                yield self.read_object(f"s3://{place['Bucket']}/{place['Name']}", call)
        if "MediaFileUri" in asked.get("Media", {}):
            yield self.read_object(asked["Media"]["MediaFileUri"], call)
        for file in asked.get("InputFiles", ()):
            yield self.read_object(file["FileUrl"], call)
        if call.service == "transcribe" and "OutputKey" in asked:
            # Beside its result Transcribe leaves an empty object, by which it finds out that it may write.
            folder = asked["OutputKey"].rpartition("/")[0]
            for key in (asked["OutputKey"], f"{folder}/.write_access_check_file.temp"):
                yield Need("s3:PutObject", self.object_arn(asked["OutputBucketName"], key), call.why)
        if call.service == "sns" and (key := self._keys.get(asked["TopicArn"])):
            # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
            through = (("kms:ViaService", f"sns.{self._deployment.region}.amazonaws.com"),)
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                yield Need(action, key, f"{call.why}, to an encrypted topic", through)

    def _of_query(self, call: Call) -> Iterator[Need]:
        """What Athena does in the name of who asks: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html."""
        environment, account = self._deployment.environment, self._deployment.account
        database, bucket = bill.database_name(environment), bill.bucket_name(environment, account)
        resources = ("catalog", f"database/{database}", f"table/{database}/{bill.TABLE}")
        for resource in resources[:2]:
            yield Need("glue:GetDatabase", self._billed("glue", resource), call.why)
        for resource in resources:
            for action in ("glue:GetPartitions", "glue:GetTable"):
                yield Need(action, self._billed("glue", resource), call.why)
        for action in ("s3:GetBucketLocation", "s3:ListBucket"):
            yield Need(action, f"arn:aws:s3:::{bucket}", call.why)
        data, answers = f"{bill.data_folder(environment)}*", f"{bill.ANSWERS}/*"
        for action, objects in (("GetObject", data), ("GetObject", answers), ("PutObject", answers)):
            yield Need(f"s3:{action}", f"arn:aws:s3:::{bucket}/{objects}", call.why)

    def _billed(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{bill.REGION}:{self._deployment.account}:{resource}"

    def _resource(self, prefix: str, action: str, call: Call) -> str:
        if not catalogue.has_resource(action):
            return "*"
        if prefix == "athena":
            # Queries and their names are reached through the workgroup.
            return self._billed("athena", f"workgroup/{bill.workgroup_name(self._deployment.environment)}")
        if prefix not in _RESOURCES:
            raise ValueError(f"{call.why}: the resource of {action} is not known; add it in {__name__}")
        resource = _RESOURCES[prefix](call.parameters)
        return resource if resource.startswith("arn:") else self._deployment.arn(prefix, resource)


def _table(asked: Parameters) -> str:
    # A query of an index is authorised on the index alone.
    return f"table/{asked['TableName']}" + (f"/index/{asked['IndexName']}" if "IndexName" in asked else "")


def _leading_key(call: Call) -> tuple[tuple[str, str], ...]:
    """The key of an item that is the caller's own; those of others differ each time."""
    key = call.parameters.get("Key", {}) if call.service == "dynamodb" else {}
    named = [name for value in key.values() for name in value.values() if name in call.own]
    return tuple(("dynamodb:LeadingKeys", name) for name in named)


def _machine(asked: Parameters) -> str:
    if "executionArn" not in asked:
        return str(asked["stateMachineArn"])
    # An execution's ARN is its machine's but for one word, and the execution's own name behind it.
    machine, _, _ = asked["executionArn"].rpartition(":")
    return f"{machine.replace(':stateMachine:', ':execution:')}:*"


#: The resource a call touches, by IAM's prefix: its ARN, or the ARN's last part.
_RESOURCES: dict[str, Callable[[Parameters], str]] = {
    "cloudformation": lambda asked: f"stack/{asked['StackName']}/*",
    "cloudwatch": lambda _: "alarm:*",
    "dynamodb": _table,
    "lambda": lambda asked: str(asked["FunctionName"]),
    # Groups are looked for by the beginning of their names.
    "logs": lambda _: "log-group:*",
    "mediaconvert": lambda asked: str(asked["Queue"]),
    "rekognition": lambda asked: str(asked["ProjectVersionArn"]),
    # Six characters of its own follow a secret's name in its ARN.
    "secretsmanager": lambda asked: f"secret:{asked['SecretId']}-aB3dE6",
    "sns": lambda asked: str(asked["TopicArn"]),
    "ssm": lambda asked: f"parameter/{asked['Name'].removeprefix('/')}",
    "states": _machine,
    "transcribe": lambda asked: f"transcription-job/{any_name(asked['TranscriptionJobName'])}",
}


def _topic_keys(deployment: Deployment) -> dict[str, str]:
    """Keys of the account's own that topics are encrypted with, by the topic's ARN."""
    keys = {resource.name: deployment.arn_of(resource) for resource in deployment.resources("AWS::KMS::Key")}
    found = {}
    for topic in deployment.resources("AWS::SNS::Topic"):
        named = str(deployment.properties(topic).get("KmsMasterKeyId", ""))
        if key := keys.get(named.rpartition("/")[2]):
            found[deployment.arn_of(topic)] = key
    return found
