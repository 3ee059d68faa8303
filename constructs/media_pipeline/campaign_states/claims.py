"""Claims: who fetches an item and whose content is kept, each one item of the campaigns table; as calls' arguments.

A claim whose run was stopped lapses. One whose item failed is given back, with a count of how often it did, so that
a search can pass over what never works. Every other claim is kept for good.
"""

from typing import Any

from media_pipeline.campaign_states.record import NOW, RUN
from media_pipeline.states.expressions import Expression, render

ITEM = "$item.source & '#' & $item.id"
#: A run lasts five days at the most.
_LAPSE_SECONDS = 7 * 86_400
#: After so long it is forgotten how often an item failed.
_FORGET_SECONDS = 28 * 86_400
#: Who claims content: two items of one run with the same content are still two.
_CLAIMANT = f"{RUN} & ' ' & {ITEM}"


def _claim(pk: str) -> dict[str, Any]:
    return {"TableName": "${CampaignsTable}", "Key": {"pk": {"S": Expression(pk)}, "sk": {"S": "claim"}}}


_OF_ITEM = _claim(f"'item#' & {ITEM}")
_OF_CONTENT = _claim("'content#' & $content")


def take_item() -> dict[str, Any]:
    """An update: this run fetches the item."""
    return {**_OF_ITEM, **_taken(RUN)}


def take_content() -> dict[str, Any]:
    """An update: what was fetched is this item's and no other's."""
    return {**_claim("'content#' & $part_of.content"), **_taken(_CLAIMANT, key={"S": Expression("$item.key")})}


def keep() -> dict[str, Any]:
    """A transaction: from here on the item's claims do not lapse."""
    item, content = (
        render({"Update": {**claim, "UpdateExpression": "REMOVE expires_at"}}) for claim in (_OF_ITEM, _OF_CONTENT)
    )
    return {"TransactItems": Expression(f"$append([{item}], $content != '' ? [{content}] : [])")}


def give_item_back() -> dict[str, Any]:
    """An update: the item failed once more, and any run may fetch it."""
    return {
        **_OF_ITEM,
        "UpdateExpression": "ADD failures :one SET expires_at = :expires REMOVE #run",
        **_if_still(RUN, one={"N": "1"}, expires=_in(_FORGET_SECONDS)),
    }


def give_content_back() -> dict[str, Any]:
    """A deletion: the content did not come after all."""
    return {**_OF_CONTENT, **_if_still(_CLAIMANT)}


def _taken(claimant: str, **also: Any) -> dict[str, Any]:
    """What claims; a retry whose first answer was lost finds its own. `also`: attributes to set."""
    attributes = {
        "run": {"S": Expression(claimant)},
        "claimed_at": {"S": Expression(NOW)},
        "expires_at": _in(_LAPSE_SECONDS),
        **also,
    }
    return {
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        # DynamoDB takes away what has expired within days, not at once.
        "ConditionExpression": "attribute_not_exists(#run) OR #run = :run OR #expires_at < :now",
        "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        "ExpressionAttributeValues": {":now": _in(0), **{f":{name}": value for name, value in attributes.items()}},
    }


def _if_still(claimant: str, **values: Any) -> dict[str, Any]:
    """What keeps a change to one's own claim; `values` are the change's."""
    return {
        "ConditionExpression": "#run = :run",
        "ExpressionAttributeNames": {"#run": "run"},
        "ExpressionAttributeValues": {
            ":run": {"S": Expression(claimant)},
            **{f":{name}": value for name, value in values.items()},
        },
    }


def _in(seconds: int) -> dict[str, Any]:
    """A time to come, or now, as DynamoDB lets items expire by it."""
    return {"N": Expression(f"$string($floor($millis() / 1000) + {seconds})")}
