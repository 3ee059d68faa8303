"""Claim: a conditional put that makes a second delivery of the same event free."""

from typing import Any

from clip_model import keys
from clip_model.clip_usage import COPY_LIMIT_BYTES
from clip_model.prices import PRICES, SENTIMENT_MIN_UNITS, SPEECH_MIN_SECONDS, TRANSCODE_MIN_SECONDS
from clip_model.reserve import METERS
from clip_model.words import STORAGE_CLASS, Status
from media_pipeline.environment import Environment
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import CATCH_ALL, CONTENDED, DYNAMODB, S3, State, catch, task

#: The clip's own version of its object, so that nothing uploaded since is touched.
THIS_VERSION = whole(
    {
        "Bucket": Expression("$clip.bucket"),
        "Key": Expression("$clip.key"),
        "VersionId": Expression("$clip.version != '' ? $clip.version"),
    }
)

_CLIP = f"""(
  $object := $states.input.detail.object;
  $id := $hash($object.key & ' ' & $object.etag, 'SHA-256');
  $well_formed := $contains($object.key, /{keys.RAW_KEY_PATTERN.replace("/", chr(92) + "/")}/);
  $parts := $split($object.key, '/');
  $file := $parts[-1];
  $stem := $contains($file, /.\\.[^.]*$/) ? $substring($file, 0, $length($file) - $length($split($file, '.')[-1]) - 1)
    : $file;
  $path := $well_formed ? $join($append($filter($parts, function($v, $i) {{ $i < $count($parts) - 1 }}), $stem), '/')
    : 'video/' & $stem;
  $safe := $replace($path, /{keys.UNSAFE_CHARACTERS.replace("/", chr(92) + "/")}/, '_');
  $time := $well_formed ? $parts[3] : '';
  {{
    'id': $id,
    'bucket': $states.input.detail.bucket.name,
    'key': $object.key,
    'etag': $object.etag,
    'version': $exists($lookup($object, 'version-id')) ? $lookup($object, 'version-id') : '',
    'size': $object.size,
    'well_formed': $well_formed,
    'source': $well_formed ? $parts[1] : 'unknown',
    'collection': $well_formed ? $parts[2] : 'unknown',
    'captured_at': $well_formed ? $substring($time, 0, 4) & '-' & $substring($time, 4, 2) & '-' &
      $substring($time, 6, 2) & 'T' & $substring($time, 9, 2) & ':' & $substring($time, 11, 2) & ':' &
      $substring($time, 13, 2) & 'Z' : $states.input.time,
    'folder': $safe & '/' & $substring($id, 0, 8) & '/',
    'received_at': $states.input.time
  }}
)"""


def constants(environment: Environment) -> dict[str, Any]:
    """What the expressions need to know of this deployment."""
    analysis = environment.analysis
    return {
        "limits": {"clip": environment.limits.clip_usd, "month": environment.limits.month_usd},
        "prices": {str(meter): PRICES[meter].usd for meter in METERS},
        "least": {
            "transcode_seconds": TRANSCODE_MIN_SECONDS,
            "speech_seconds": SPEECH_MIN_SECONDS,
            "sentiment_units": SENTIMENT_MIN_UNITS,
        },
        "depths": {name: str(depth) for name, depth in analysis.depths},
        "storage_classes": {str(verdict): name for verdict, name in STORAGE_CLASS.items()},
        "settings": {
            "full_seconds": analysis.full_minutes * 60,
            "frame_seconds": analysis.frame_seconds,
            "looks": 2 if analysis.custom_labels_model else 1,
            "poll_seconds": analysis.poll_seconds,
            "queue_seconds": analysis.queue_hours * 3600,
            "moderated": list(analysis.moderated_collections),
            "language": analysis.language,
            "copy_limit": COPY_LIMIT_BYTES,
        },
    }


def claim_states(environment: Environment) -> dict[str, State]:
    """From the event to the claimed clip; a duplicate ends here, and leaves no copy behind."""
    return {
        "Claim": task(
            "dynamodb:putItem",
            jsonata(
                f"""(
                  $clip := {_CLIP};
                  {{
                    'TableName': '${{ClipsTable}}',
                    'Item': {{
                      'clip_id': {{'S': $clip.id}},
                      'bucket': {{'S': $clip.bucket}},
                      'key': {{'S': $clip.key}},
                      'etag': {{'S': $clip.etag}},
                      'version': {{'S': $clip.version}},
                      'size': {{'N': $string($clip.size)}},
                      'source': {{'S': $clip.source}},
                      'collection': {{'S': $clip.collection}},
                      'captured_at': {{'S': $clip.captured_at}},
                      'folder': {{'S': $clip.folder}},
                      'received_at': {{'S': $clip.received_at}},
                      'day': {{'S': $substring($clip.received_at, 0, 10)}},
                      'status': {{'S': '{Status.PROCESSING}'}},
                      'standing': {{'S': '{Status.PROCESSING}'}},
                      'source_standing': {{'S': $clip.source & '#{Status.PROCESSING}'}},
                      'execution': {{'S': $states.context.Execution.Id}},
                      'event': {{'S': $string($states.input)}}
                    }},
                    'ConditionExpression':
                      'attribute_not_exists(clip_id) OR #status = :redrive OR #execution = :execution',
                    'ExpressionAttributeNames': {{'#status': 'status', '#execution': 'execution'}},
                    'ExpressionAttributeValues': {{
                      ':redrive': {{'S': '{Status.REDRIVE}'}},
                      ':execution': {{'S': $states.context.Execution.Id}}
                    }}
                  }}
                )"""
            ),
            retries=CONTENDED,
            catchers=[
                catch(
                    "DynamoDB.ConditionalCheckFailedException",
                    then="FindOriginal",
                    assign={"clip": jsonata(_CLIP)},
                ),
                {**CATCH_ALL, "Assign": {**CATCH_ALL["Assign"], "clip": jsonata(_CLIP)}},
            ],
            Assign={
                "clip": jsonata(_CLIP),
                "run": jsonata("$substring($hash($states.context.Execution.Id, 'SHA-256'), 0, 40)"),
                **constants(environment),
            },
            next_state="Head",
        ),
        "FindOriginal": _harmless(
            task(
                "dynamodb:getItem",
                {
                    "TableName": "${ClipsTable}",
                    "Key": {"clip_id": {"S": jsonata("$clip.id")}},
                    "ConsistentRead": True,
                },
                retries=DYNAMODB,
                Assign={
                    "original": jsonata(
                        """{
                          'version': $exists($states.result.Item.version) ? $states.result.Item.version.S : '',
                          'status': $exists($states.result.Item.status) ? $states.result.Item.status.S : ''
                        }"""
                    )
                },
                next_state="Copy",
            )
        ),
        "Copy": {
            "Type": "Choice",
            "Choices": [
                {
                    # The same bytes again under the same key: the original's own version is there or archived.
                    "Condition": jsonata(
                        f"""$clip.version != '' and $original.version != '' and $clip.version != $original.version
                          and $original.status in ['{Status.PROCESSING}', '{Status.DONE}']"""
                    ),
                    "Next": "DeleteCopy",
                }
            ],
            "Default": "Duplicate",
        },
        "DeleteCopy": _harmless(
            task("aws-sdk:s3:deleteObject", THIS_VERSION, retries=S3, next_state="Duplicate"),
        ),
        "Duplicate": {"Type": "Succeed", "Output": {"duplicate": True}},
    }


def _harmless(state: State) -> State:
    """A state of a duplicate's: whatever happens to it, the original's record stays as it is."""
    return {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Duplicate"}]}
