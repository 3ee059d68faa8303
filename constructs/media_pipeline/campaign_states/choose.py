"""Choose: which campaign, how many clips, from where."""

import json
from collections.abc import Iterable

from clip_model.campaigns import MAX_BATCH, Licence, Schedule, Source
from media_pipeline.states.expressions import jsonata
from media_pipeline.states.policies import DYNAMODB, State, retry, task

_PARAMETERS = retry("Ssm.InternalServerErrorException", "Ssm.SsmException", "Ssm.SdkClientException")

#: The console tells what comes next by the same rules; a contract test holds the two together.
_THEME = f"""(
  $asked := function($name, $else) {{ $exists($lookup($request, $name)) ? $lookup($request, $name) : $else }};
  $weekly := $sort($filter($append([], $keys($book.campaigns)), function($name) {{
    $lookup($book.campaigns, $name).schedule = '{Schedule.WEEKLY}'
  }}));
  $following := $filter($weekly, function($name) {{ $name > $choice.turn }})[0];
  $repeated := $choice.campaign in $weekly ? $choice.campaign : $weekly[0];
  $due := $book.rotate ? ($exists($following) ? $following : $weekly[0]) : $repeated;
  $name := $request.trigger = 'schedule' ? $due : $request.campaign;
  $campaign := $exists($name) ? $lookup($book.campaigns, $name);
  $again := $request.trigger = 'schedule' and $not($book.rotate) and $choice.campaign = $name;
  $exists($campaign) ? {{
    'name': $name,
    'query': $campaign.query,
    'licences': $campaign.licences,
    'schedule': $campaign.schedule,
    'sources': $asked('sources', $again ? $choice.sources : $campaign.sources),
    'batch_size': $asked('batch_size', $again ? $choice.batch_size : $campaign.batch_size)
  }} : {{'name': ''}}
)"""


def _some_of(words: str, known: Iterable[str]) -> str:
    """JSONata for: there are some of these words, and each is known."""
    return f"""($count({words}) > 0 and $count({words}[$not($ in {json.dumps([*known])})]) = 0)"""


#: A book that was written by hand may hold a campaign that is none.
_SOUND = f"""$type($theme.query) = 'string' and {_some_of("$theme.licences", Licence)} and
  {_some_of("$theme.sources", Source)} and
  ($type($theme.batch_size) = 'number' ? $theme.batch_size >= 1 and $theme.batch_size <= {MAX_BATCH} : false)"""


def choose_states() -> dict[str, State]:
    """From the request to the theme: a person's, the last manual choice, or the next in turn."""
    return {
        "ReadBook": task(
            "aws-sdk:ssm:getParameter",
            {"Name": "${CampaignsParameter}"},
            retries=_PARAMETERS,
            Assign={
                "request": jsonata("$states.input"),
                "book": jsonata("$merge([{'rotate': false}, $parse($states.result.Parameter.Value)])"),
            },
            next_state="ReadChoice",
        ),
        "ReadChoice": task(
            "dynamodb:getItem",
            {"TableName": "${CampaignsTable}", "Key": {"pk": {"S": "choice"}, "sk": {"S": "choice"}}},
            retries=DYNAMODB,
            Assign={
                "choice": jsonata(
                    """(
                      $kept := $states.result.Item;
                      {
                        'turn': $exists($kept.turn) ? $kept.turn.S : '',
                        'campaign': $exists($kept.campaign) ? $kept.campaign.S : '',
                        'batch_size': $exists($kept.batch_size) ? $number($kept.batch_size.N) : 0,
                        'sources': [$kept.sources.L.S]
                      }
                    )"""
                )
            },
            next_state="Choose",
        ),
        "Choose": {
            "Type": "Pass",
            "Assign": {
                "theme": jsonata(_THEME),
                "failure": {
                    "state": "Choose",
                    "error": "Campaign.Unknown",
                    "cause": jsonata("'there is no campaign ' & $string($request.campaign)"),
                },
            },
            "Output": {},
            "Next": "Known",
        },
        "Known": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata(_SOUND), "Next": "OpenRun"},
                {
                    "Condition": jsonata("$theme.name != ''"),
                    "Assign": {
                        "failure": {
                            "state": "Choose",
                            "error": "Campaign.Broken",
                            "cause": jsonata(
                                "'campaign ' & $theme.name & ' has no sound query, licences, sources or batch size'"
                            ),
                        }
                    },
                    "Next": "RecordFailure",
                },
                {"Condition": jsonata("$request.trigger = 'schedule'"), "Next": "NothingDue"},
            ],
            "Default": "RecordFailure",
        },
        "NothingDue": {"Type": "Succeed", "Output": {"due": False}},
    }
