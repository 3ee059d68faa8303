"""The *Devices* page: who is out there, who has gone silent, and what waits to be sent."""

from datetime import UTC, datetime

import streamlit as st

from console.devices import Device, Unreadable, read_devices
from console.page import PAGE_SIZE, Pager, show_page
from console.wording import ago, count, moment, plain, size, span
from operations.deployed import Deployed

_NEWEST, _SILENT = "Seen last", "Silent longest"
#: Widths of a device's columns: itself, what waits, what was sent, the link to its clips.
_COLUMNS = (3, 3, 3, 1)


def show(deployed: Deployed) -> None:
    """A page of the fleet."""
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.segmented_control(
            "Order", [_NEWEST, _SILENT], default=_NEWEST, required=True, key="order", bind="query-params"
        )
        st.button("Refresh", icon=":material/refresh:", type="tertiary")
    pager = Pager("devices", order)
    page = read_devices(deployed, silent_first=order == _SILENT, limit=PAGE_SIZE, start=pager.start)
    if not page.devices:
        st.info("No device here. A device appears with its agent's first report.", icon=":material/videocam_off:")
    for device in page.devices:
        with st.container(border=True):
            if isinstance(device, Unreadable):
                _show_unreadable(device)
            else:
                _show_device(device, now)
    pager.show(page.following)


def _show_device(device: Device, now: datetime) -> None:
    name, backlog, sent, clips = st.columns(_COLUMNS, vertical_alignment="center")
    with name:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.text(device.name)
            _show_presence(device, now)
        st.caption(_seen(device, now) + (f" · agent {plain(device.agent)}" if device.agent else ""))
    with backlog:
        st.text(_backlog(device))
        if device.oldest_waiting_at:
            st.caption(f"The oldest has waited {span((now - device.oldest_waiting_at).total_seconds())}")
    with sent:
        st.text(f"{count(device.sent, 'clip')} sent")
        if device.free_bytes is not None:
            st.caption(f"{size(device.free_bytes)} free on its disk")
    with clips:
        _link(device.name)
    if device.last_error:
        when = f" {ago(device.last_error_at, now)}" if device.last_error_at else ""
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(f"last error{when}", icon=":material/error:", color="gray")
            st.text(device.last_error)


def _show_unreadable(device: Unreadable) -> None:
    name, why, clips = st.columns([_COLUMNS[0], sum(_COLUMNS[1:-1]), _COLUMNS[-1]], vertical_alignment="center")
    with name, st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.text(device.name)
        st.badge("unreadable", icon=":material/help:", color="orange")
    with why:
        st.text("Its last report cannot be read.")
        st.caption(plain(device.reason))
    with clips:
        _link(device.name)


def _link(name: str) -> None:
    st.page_link("views/clips.py", label="Clips", icon=":material/movie:", query_params={"source": name})


def _seen(device: Device, now: datetime) -> str:
    if device.is_ahead(now):
        return f"Its clock said {moment(device.seen_at)} UTC"
    return f"Seen {ago(device.seen_at, now)}"


def _show_presence(device: Device, now: datetime) -> None:
    if device.is_ahead(now):
        st.badge("wrong clock", icon=":material/schedule:", color="orange")
    elif device.is_silent(now):
        st.badge("silent", icon=":material/wifi_off:", color="orange")
    else:
        st.badge("online", icon=":material/wifi:", color="green")


def _backlog(device: Device) -> str:
    if not device.backlog_clips:
        return "Nothing waits"
    return f"{count(device.backlog_clips, 'clip')} waiting · {size(device.backlog_bytes)}"


show_page("Devices", show)
