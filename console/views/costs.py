"""The *Costs* page: what was spent and on what, where the month is heading, and what would save money."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from clip_model.prices import PRICES
from console.cost_charts import show_days, show_differences, show_services, show_sum
from console.costs import ORIGINS, Advice, Costs, Day, Month, estimate, origins, per_clip, per_gb, read_costs
from console.figures import TIERS, monthly_usd
from console.page import Colour, show_page
from console.wording import calendar_day, cents, count, dollars, plain, size, span
from operations.deployed import Deployed, OperatorError

#: Days there are to choose from.
SPANS = (30, 90)
#: When the ledger is written, UTC.
WRITTEN = time(7)
#: Dollars a month that an estimate's chart shows at the least.
LEAST = 0.01
#: Pieces of advice that are shown at once.
ADVISED = 4

_CONFIDENCE: dict[str, Colour] = {"high": "green", "medium": "yellow", "low": "gray"}


def show(deployed: Deployed) -> None:
    """The month, the days before now, storage, estimate against bill, advice."""
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="center"):
        days = st.segmented_control(
            "Days",
            SPANS,
            format_func=lambda days: f"{days} days",
            default=SPANS[0],
            required=True,
            key="span",
            bind="query-params",
            label_visibility="collapsed",
        )
        origin = st.container()
    first = now.date() - timedelta(days=days)
    costs = read_costs(deployed, first=min(first, now.date().replace(day=1)), last=now.date())
    budget = deployed.environment.budget_usd
    with origin:
        _show_origins(costs.days)
    if costs.days:
        shown = [day for day in costs.days if day.day >= first]
        _show_numbers(costs, shown, budget)
        _show_spending(costs, shown, budget)
    else:
        _show_nothing(deployed, now)
    _show_where(costs)
    _show_advice(costs)
    if costs.days:
        _show_table(costs.days)
    _show_prices()


def _show_nothing(deployed: Deployed, now: datetime) -> None:
    following = datetime.combine(now.date(), WRITTEN, UTC)
    following += timedelta(days=following <= now)
    st.info(
        f"The ledger has no day yet. It is written each day at {WRITTEN:%H:%M} UTC, next in"
        f" {span((following - now).total_seconds())}, and AWS tells of a day once it is over."
        " Until then, what a month will cost by the price list and the fleet in this environment's file:",
        icon=":material/savings:",
    )
    try:
        month = estimate(deployed)
    except OperatorError as error:
        st.caption(plain(f"It cannot be estimated: {error}"))
    else:
        budget = deployed.environment.budget_usd
        st.metric(
            "A month, estimated",
            dollars(month.usd),
            f"{month.usd / budget:.0%} of its budget",
            delta_color="red" if month.usd > budget else "gray",
            delta_arrow="off",
            border=True,
            width=240,
        )
        show_services({service: usd for service, usd in month.by_service.items() if usd >= LEAST})
    st.code(f"impp cost estimate --env {deployed.environment.name}", language="sh")


def _show_origins(days: Sequence[Day]) -> None:
    """Who said what was spent, and up to which day."""
    told = origins(days)
    if told:
        alone = "" if "bill" in told else "; the bill's export has told nothing yet"
        parts = [f"{ORIGINS.get(origin, origin)} up to {calendar_day(last)}" for origin, last in told.items()]
        st.caption(f"From {', before it '.join(parts)}{alone}")


def _show_numbers(costs: Costs, shown: Sequence[Day], budget: float) -> None:
    with st.container(horizontal=True):
        if costs.month:
            _show_month(costs.month, budget)
        for label, value in (("A clip", per_clip(shown)), ("A GB received", per_gb(shown))):
            st.metric(
                label,
                "–" if value is None else dollars(value),
                f"mean of {count(len(shown), 'day')}",
                delta_color="gray",
                delta_arrow="off",
                border=True,
                help="All that was spent in these days, by what was received in them",
            )
        st.metric(
            "Advice would save",
            dollars(sum(each.usd_a_month for each in costs.advice)),
            "a month",
            delta_color="green" if costs.advice else "gray",
            delta_arrow="off",
            border=True,
        )


def _show_month(month: Month, budget: float) -> None:
    st.metric(
        f"{month.first:%B}",
        dollars(month.usd),
        f"{month.usd / budget:.0%} of its budget",
        delta_color="red" if month.usd > budget else "gray",
        delta_arrow="off",
        border=True,
    )
    if month.forecast_usd is not None:
        is_over = month.forecast_usd > budget
        st.metric(
            f"{month.first:%B}, forecast",
            dollars(month.forecast_usd),
            f"{dollars(abs(budget - month.forecast_usd))} {'above' if is_over else 'below'} {dollars(budget)}",
            delta_color="red" if is_over else "green",
            delta_arrow="off",
            border=True,
        )


def _show_spending(costs: Costs, shown: Sequence[Day], budget: float) -> None:
    by_day, together = st.columns([3, 2], gap="large")
    with by_day:
        st.subheader("Each day, by service", anchor=False)
        show_days(shown)
    if costs.month:
        with together:
            st.subheader(f"{costs.month.first:%B} against its budget", anchor=False)
            show_sum(costs.days, costs.month, budget)


def _show_where(costs: Costs) -> None:
    """What is kept, and where an estimate was wrong."""
    storage, estimate = st.columns([2, 3], gap="large")
    if costs.measured:
        with storage:
            _show_storage(costs.stored)
            st.caption(f"As of {calendar_day(costs.measured)}")
    if costs.month and (costs.month.differences or costs.month.gated_usd is not None):
        with estimate:
            _show_reconciled(costs.month)


def _show_storage(stored: dict[str, int]) -> None:
    """The tiers, each as long as what it costs."""
    tiers = [*TIERS, *sorted(set(stored) - set(TIERS))]
    costs = {tier: monthly_usd(tier, stored.get(tier, 0)) for tier in tiers}
    known = [usd for usd in costs.values() if usd is not None]
    st.subheader(plain(f"Storage, {cents(sum(known))} a month"), anchor=False)
    most = max(known) or 1.0
    for tier, usd in costs.items():
        told = "no price here" if usd is None else cents(usd)
        st.progress((usd or 0.0) / most, text=plain(f"{TIERS.get(tier, tier)} · {size(stored.get(tier, 0))} · {told}"))


def _show_reconciled(month: Month) -> None:
    st.subheader("Estimated, and billed", anchor=False)
    if month.expected_usd and month.gated_usd is not None:
        off = month.gated_usd / month.expected_usd - 1
        st.caption(
            plain(
                f"The clips of {month.first:%B} were expected to cost {dollars(month.expected_usd)} by now and did"
                f" cost {dollars(month.gated_usd)}: {abs(off):.1%} {'more' if off > 0 else 'less'}."
                f" The money gate had reserved {dollars(month.reserved_usd)} for them."
            )
        )
    if month.differences:
        show_differences(month.differences)
    with st.container(gap="xsmall"):
        for each in month.differences:
            off = each.actual_usd - each.estimated_usd
            st.text(f"• {each.service}, {dollars(abs(off))} {'more' if off > 0 else 'less'}: {each.why}")


def _show_advice(costs: Costs) -> None:
    if costs.advised is None:
        return
    st.subheader("What would save money", anchor=False)
    if not costs.advice:
        st.success(f"Nothing to change was found on {calendar_day(costs.advised)}.", icon=":material/check_circle:")
        return
    _show_cards(costs.advice[:ADVISED])
    if more := costs.advice[ADVISED:]:
        with st.expander(f"{count(len(more), 'smaller one')}", icon=":material/savings:"):
            _show_cards(more)


def _show_cards(advice: Sequence[Advice]) -> None:
    for start in range(0, len(advice), 2):
        for part, each in zip(st.columns(2), advice[start : start + 2], strict=False):
            with part, st.container(border=True, height="stretch"):
                _show_card(each)


def _show_card(advice: Advice) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.subheader(plain(f"{dollars(advice.usd_a_month)} a month"), anchor=False, width="content")
        st.badge(plain(f"{advice.confidence} confidence"), color=_CONFIDENCE.get(advice.confidence, "gray"))
        st.badge(plain(advice.area), color="gray")
    st.text(advice.title)
    st.caption(plain(advice.why))
    st.space("stretch")
    st.code(advice.change, language=None, wrap_lines=True)


def _show_table(days: Sequence[Day]) -> None:
    """Every day that was read."""
    names = sorted({service for day in days for service in day.services})
    with st.expander("Every day", icon=":material/table_rows:"):
        st.dataframe(
            [
                {
                    "Day": day.day,
                    "Cost": day.usd,
                    "Clips": day.clips,
                    "Received": day.bytes,
                    **{service: day.services.get(service) for service in names},
                    "From": ORIGINS.get(day.origin, day.origin),
                }
                for day in reversed(days)
            ],
            key="every-day",
            hide_index=True,
            column_config={
                "Received": st.column_config.NumberColumn(format="bytes"),
                **{name: st.column_config.NumberColumn(format="dollar") for name in ("Cost", *names)},
            },
        )


def _show_prices() -> None:
    as_of = calendar_day(date.fromisoformat(PRICES.as_of))
    st.caption(
        plain(
            f"What storage costs is by AWS's price list of {PRICES.region} as of {as_of},"
            " before any free tier or discount."
        )
    )


show_page("Costs", show)
