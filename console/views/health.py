"""The *Health* page: whether all is well now, and how the last hours or days went."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from clip_model.metrics import Metric
from clip_model.words import Status
from console.cloudwatch import Alarm, Span, State, read_alarms
from console.health import LATENCIES, Health, Latency, Queue, read_health
from console.health_charts import show_failures, show_latency, show_stages, show_verdicts
from console.page import Colour, show_page
from console.run_tables import naive, state_column
from console.wording import count, lasting, plain, span
from operations.deployed import Deployed

#: How far back is looked, by how that is said, and the length of a bar or between two points of a line.
SPANS = {
    "24 hours": (timedelta(hours=24), timedelta(hours=1)),
    "7 days": (timedelta(days=7), timedelta(hours=6)),
}
_LATENCIES = {Metric.UPLOAD_TO_ALERT: "upload to alert", Metric.UPLOAD_TO_ARCHIVE: "upload to archive"}
#: What an alarm's state is called, and its colour in a table and in a badge.
_STATES: dict[State, tuple[str, str, Colour]] = {
    State.ALARM: ("alarm", "#d64545", "red"),
    State.INSUFFICIENT_DATA: ("no data yet", "#5f6773", "gray"),
    State.OK: ("quiet", "#6b8f71", "green"),
}


def show(deployed: Deployed) -> None:
    """Alarms first, then numbers, then how it went."""
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "How far back",
            list(SPANS),
            default=next(iter(SPANS)),
            required=True,
            key="back",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.button("Refresh", icon=":material/refresh:", type="tertiary")
    length, period = SPANS[chosen]
    alarms = read_alarms(deployed)
    _show_alarms(alarms, now)
    health = read_health(deployed, alarms, Span.until(now, length=length, period=period), now)
    _show_numbers(health)
    _show_latencies(health)
    _show_clips(health)
    _show_waiting(health)
    _show_every_alarm(alarms)


def _show_alarms(alarms: Sequence[Alarm], now: datetime) -> None:
    """Those that are red, or one calm line."""
    red = [alarm for alarm in alarms if alarm.state is State.ALARM]
    if not alarms:
        st.warning("No alarm watches this environment: deploy it again.", icon=":material/notifications_off:")
    elif not red:
        silent = sum(alarm.state is State.INSUFFICIENT_DATA for alarm in alarms)
        more = f" Of {silent} nothing is known yet." if silent else ""
        st.success(
            f"All is well: {count(len(alarms), 'alarm')}, none of them red.{more}", icon=":material/check_circle:"
        )
    for alarm in red:
        _show_alarm(alarm, now)


def _show_alarm(alarm: Alarm, now: datetime) -> None:
    lasts = f", for {span((now - alarm.since).total_seconds())}" if alarm.since else ""
    told, button = st.columns([6, 1], vertical_alignment="center")
    with told:
        st.error(
            f"**{plain(alarm.meaning)}**\n\n{plain(f'{alarm.name}{lasts}. {alarm.reason}')}", icon=":material/error:"
        )
    if alarm.runbook:
        with button:
            st.link_button("What to do", alarm.runbook, icon=":material/menu_book:", width="stretch")


def _show_numbers(health: Health) -> None:
    with st.container(horizontal=True):
        for metric in LATENCIES:
            _show_latency_number(_LATENCIES[metric], health.latencies[metric])
        classified = health.classified
        _show_number("Classified", None if classified is None else f"{classified:,}", "clips")
        failed = sum(each.clips for each in health.failures)
        _show_number("Failed", f"{failed:,}", "clips" if failed else "none was reported", is_bad=failed > 0)
        throttled = sum(health.throttled.values())
        _show_number("Throttled", f"{throttled:,}" if health.throttled else None, "times", is_bad=throttled > 0)
        silent, oldest = health.silent_devices, health.oldest_device_seconds
        _show_number(
            "Silent devices",
            None if silent is None else f"{silent:,}",
            "" if oldest is None else f"the longest for {span(oldest)}",
            is_bad=bool(silent),
        )
    with st.container(horizontal=True):
        st.page_link(
            "views/clips.py", label="Failed clips", icon=":material/movie:", query_params={"verdict": Status.FAILED}
        )
        st.page_link(
            "views/devices.py",
            label="Silent devices",
            icon=":material/wifi_off:",
            query_params={"order": "Silent longest"},
        )


def _show_latency_number(name: str, latency: Latency) -> None:
    """That of the newest stretch of time in which any clip came through."""
    newest = max(latency.p50, default=None)
    slow = latency.p95.get(newest) if newest else None
    _show_number(
        name.capitalize(),
        lasting(latency.p50[newest]) if newest else None,
        "" if slow is None else f"95 % within {lasting(slow)}",
    )


def _show_number(label: str, value: str | None, note: str, *, is_bad: bool = False) -> None:
    """A number; without one it is said that it is not known, which is not nothing."""
    st.metric(
        label,
        "–" if value is None else value,
        "not known" if value is None else note or None,
        delta_color="red" if is_bad else "gray",
        delta_arrow="off",
        border=True,
    )


def _show_latencies(health: Health) -> None:
    for metric, part in zip(LATENCIES, st.columns(2, gap="large"), strict=True):
        with part:
            st.subheader(f"From {_LATENCIES[metric]}", anchor=False)
            if health.latencies[metric].p50:
                show_latency(health.span, health.latencies[metric], name=_LATENCIES[metric])
            else:
                st.caption("Nothing was measured in this time.")


def _show_clips(health: Health) -> None:
    verdicts, failures = st.columns(2, gap="large")
    with verdicts:
        st.subheader("Clips by verdict", anchor=False)
        if health.classified is None:
            st.caption("Nothing was measured in this time.")
        else:
            show_verdicts(health.span, health.verdicts)
    with failures:
        st.subheader("Failed clips, by state", anchor=False)
        if health.failures:
            show_failures(health.failures)
        else:
            st.caption("No failure was reported in this time.")


def _show_waiting(health: Health) -> None:
    """Where clips spend their time, and what was left undelivered."""
    stages, queues = st.columns(2, gap="large")
    with stages:
        st.subheader("Where the time goes", anchor=False)
        if health.stages:
            show_stages(health.stages)
        else:
            st.caption("Nothing was measured in this time.")
    with queues:
        st.subheader("Undelivered now", anchor=False)
        for queue in health.queues:
            _show_queue(queue)
        if any(queue.messages is None for queue in health.queues):
            st.caption("SQS says nothing of a queue in which nothing has been for hours.")
        _show_throttled(health)


def _show_queue(queue: Queue) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if queue.messages is None:
            st.badge("nothing heard", icon=":material/help:", color="gray")
        elif queue.messages:
            oldest = "" if queue.oldest_seconds is None else f", the oldest for {span(queue.oldest_seconds)}"
            st.badge(f"{count(queue.messages, 'message')}{oldest}", icon=":material/mail:", color="red")
        else:
            st.badge("empty", icon=":material/check:", color="green")
        st.text(queue.name)


def _show_throttled(health: Health) -> None:
    """What was asked for too often; it is tried again, so nothing is lost by it but time."""
    throttled = {name: times for name, times in health.throttled.items() if times}
    if throttled:
        st.subheader("Throttled", anchor=False)
    for name, times in throttled.items():
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(count(times, "time"), icon=":material/hourglass:", color="orange")
            st.text(name)


def _show_every_alarm(alarms: Sequence[Alarm]) -> None:
    if not alarms:
        return
    with st.expander("Every alarm", icon=":material/notifications:"):
        st.dataframe(
            [
                {
                    "State": [_STATES[alarm.state][0]],
                    "What it means": alarm.meaning,
                    "Runbook": alarm.runbook or None,
                    "Since (UTC)": naive(alarm.since) if alarm.since else None,
                    "Name": alarm.name,
                }
                for alarm in alarms
            ],
            key="alarms",
            hide_index=True,
            column_config={
                "State": state_column({label: (shade, colour) for label, shade, colour in _STATES.values()}),
                "What it means": st.column_config.TextColumn(width="large"),
                "Runbook": st.column_config.LinkColumn(display_text="Open", width="small"),
                "Since (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            },
        )


show_page("Health", show)
