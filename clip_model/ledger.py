"""The ledger: what the costs function writes down, for the console and for the money gate.

One table, by `kind` and `day`. Numbers are dollars unless their name says otherwise.
"""

from enum import StrEnum


class Entry(StrEnum):
    """Kinds of items in the ledger.

    `DAY`, by day `2026-11-20`: `services` (map of service to dollars), `usd`, `clips`, `bytes`, `usd_a_clip`,
    `usd_a_gb`, `estimated_usd` (what the money gate reserved), `origin` (`bill` or `cost-explorer`), `read_on` (the
    day on which that was asked last).
    `MONTH`, by month `2026-11`: `usd` so far, `forecast_usd` of its end, `estimated_usd` (what the money gate reserved
    for its clips), `expected_usd` (what they were expected to cost in the gate's services) and `gated_usd` (what these
    did cost), `correction_usd`, `reconciled_day`, `differences` (list of maps: `service`, `estimated_usd`,
    `actual_usd`, `why`).
    `ADVICE`, by day: `items` (list of maps: `title`, `area`, `usd_a_month`, `confidence`, `change`, `why`).
    `STORAGE`, by day: `tiers` (map of storage class to bytes).
    `COUNTER`, by day: `spent_usd`, the month's counter as it stood at the end of that day, and `corrected_usd`, the
    part of it that was a correction.
    `TALLY`, by day: what its clips were, for advice (`lambdas/costs/tally.py`).
    `PLAYED`, by day: what CloudFront served, for advice (`lambdas/costs/gathering/played.py`).
    `SENT`, by the Monday of a week: its advice went out.
    """

    DAY = "day"
    MONTH = "month"
    ADVICE = "advice"
    STORAGE = "storage"
    COUNTER = "counter"
    TALLY = "tally"
    PLAYED = "played"
    SENT = "sent"
