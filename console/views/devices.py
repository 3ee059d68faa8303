"""The *Devices* page: who is out there, who has gone silent, and what waits to be sent."""

from datetime import UTC, datetime

import streamlit as st

from console.devices import Device, read_devices
from console.page import PAGE_SIZE, Pager, show_page
from console.wording import ago, count, size
from operations.deployed import Deployed

_NEWEST, _SILENT = "Seen last", "Silent longest"


def show(deployed: Deployed) -> None:
    """A page of the fleet."""
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.segmented_control(
            "First", [_NEWEST, _SILENT], default=_NEWEST, required=True, key="order", bind="query-params"
        )
        st.button("Refresh", icon=":material/refresh:", type="tertiary")
    pager = Pager("devices", order)
    page = read_devices(deployed, silent_first=order == _SILENT, limit=PAGE_SIZE, start=pager.start)
    if not page.devices:
        st.info("No device here. A device appears with its agent's first report.", icon=":material/videocam_off:")
    for device in page.devices:
        _show_device(device, now)
    pager.show(page.following)


def _show_device(device: Device, now: datetime) -> None:
    with st.container(border=True):
        name, backlog, sent, clips = st.columns([3, 3, 3, 1], vertical_alignment="center")
        with name:
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                st.text(device.name)
                _show_presence(device, now)
            st.caption(f"Seen {ago(device.seen_at, now)}" + (f" · agent {device.agent}" if device.agent else ""))
        with backlog:
            st.text(_backlog(device))
            if device.oldest_waiting_at:
                st.caption(f"The oldest was recorded {ago(device.oldest_waiting_at, now)}")
        with sent:
            st.text(f"{count(device.sent, 'clip')} sent")
            if device.free_bytes is not None:
                st.caption(f"{size(device.free_bytes)} free on its disk")
        clips.page_link("views/clips.py", label="Clips", icon=":material/movie:", query_params={"source": device.name})
        if device.last_error:
            when = f" {ago(device.last_error_at, now)}" if device.last_error_at else ""
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                st.badge(f"last error{when}", icon=":material/error:", color="gray")
                st.text(device.last_error)


def _show_presence(device: Device, now: datetime) -> None:
    if device.is_silent(now):
        st.badge("silent", icon=":material/wifi_off:", color="orange")
    else:
        st.badge("online", icon=":material/wifi:", color="green")


def _backlog(device: Device) -> str:
    if not device.backlog_clips:
        return "Nothing waits"
    return f"{count(device.backlog_clips, 'clip')} waiting · {size(device.backlog_bytes)}"


show_page("Devices", show)
