"""CloudFront: requests that S3 answered again and again."""

from collections.abc import Iterator

from advice.facts import Facts
from advice.proposal import Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable

AREA = "playback"
#: Share of requests that CloudFront answers itself where caching works.
GOOD_RATIO = 0.8
ENOUGH_REQUESTS = 1000


def advise_playback(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Longer in the cache, where an edge asked S3 for what it had had before."""
    played = facts.played
    if played is None or played.requests < ENOUGH_REQUESTS:
        return
    ratio = 1 - played.misses / played.requests
    if ratio >= GOOD_RATIO:
        return
    yield Proposal(
        title="Keep products longer in CloudFront",
        area=AREA,
        about=("caching",),
        now={Meter.READ_REQUEST: played.misses},
        after={Meter.READ_REQUEST: played.first_misses},
        sure=confidence(facts.days, counted=True),
        change="constructs/media_pipeline/playback.py, default_behavior: cache_policy=cloudfront.CachePolicy(self,"
        ' "Cache", min_ttl=Duration.days(7), default_ttl=Duration.days(30), max_ttl=Duration.days(365))',
        why=f"CloudFront answered {ratio:.0%} of {played.requests:,.0f} requests a month itself; of"
        f" {played.misses:,.0f} others only {played.first_misses:,.0f} were the first of their edge and object",
    )
