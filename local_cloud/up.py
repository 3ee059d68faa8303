"""`make up`: the demo's cloud, edge agent and console, until Ctrl-C."""

import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from local_cloud import past
from local_cloud.campaign_demo import give_pixabay_key
from local_cloud.cloud import LocalCloud
from local_cloud.connection import ROOT, Connection, is_taken
from local_cloud.dashboard import end, playback_base, serving
from local_cloud.deployment import deploy
from local_cloud.device import SAMPLES, Device
from local_cloud.journey import AlertMail, records
from local_cloud.metered_bill import write_bill

PORT = 4566
CONSOLE_PORT = 8501
#: Seconds that a second of waiting lasts: a person is watching.
WAIT_SCALE = 0.5
#: Seconds between deliveries of the bill.
BILL_SECONDS = 60
BUILD = ROOT / "build" / "up"


def main() -> int:
    """Serve until Ctrl-C."""
    console = Console(emoji=False)
    for port in (PORT, CONSOLE_PORT):
        if is_taken(port):
            sys.stderr.write(f"up: port {port} is taken; is another `make up` running?\n")
            return 1
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        # In a thread: the main one may be inside this very event when the signal comes.
        signal.signal(name, lambda *_: threading.Thread(target=stop.set).start())
    with LocalCloud(port=PORT, wait_scale=WAIT_SCALE) as cloud:
        with console.status("deploying with the CDK CLI …"):
            outputs = deploy(cloud)
        give_pixabay_key(cloud, outputs)
        past.remember_costs(cloud, outputs)
        device = Device(cloud, BUILD / "device", bucket=outputs["RawBucket"])
        device.enroll(outputs)
        device.insert(SAMPLES / "media")
        agent = device.start()
        threading.Thread(target=_deliver_bills, args=(cloud, stop), daemon=True).start()
        try:
            with serving(cloud, outputs, port=CONSOLE_PORT) as url:
                _tell_where(cloud, outputs, console, card=device.card, url=url)
                _tell_alerts(cloud, outputs, console, stop)
        finally:
            end(agent)
    return 0


def _deliver_bills(cloud: Connection, stop: threading.Event) -> None:
    """Bill what is metered, for `impp cost bill`."""
    while not stop.wait(BILL_SECONDS):
        write_bill(cloud)


def _tell_alerts(cloud: Connection, outputs: dict[str, str], console: Console, stop: threading.Event) -> None:
    """Print each alert as it comes, with a link that plays here."""
    mail = AlertMail(cloud, outputs["AlertTopicArn"])
    while not stop.wait(2):
        for message in mail.fetch():
            links = [record["link"] for record in records(cloud, outputs["ClipsTable"]) if "link" in record]
            console.rule("alert")
            console.print(message, soft_wrap=True, highlight=False, markup=False)
            for link in links:
                if link in message:
                    console.print(
                        f"plays here: {cloud.viewer_url(link)}", soft_wrap=True, style="cyan", highlight=False
                    )


def _tell_where(cloud: Connection, outputs: Mapping[str, str], console: Console, *, card: Path, url: str) -> None:
    """Print where everything is."""
    console.print(f"console       {url}  (Costs, and most of Health, show a made-up past)")
    console.print(f"AWS endpoint  {cloud.endpoint_url}  (access key {cloud.account}, any secret)")
    console.print(f"memory card   {card}  (put a clip there and watch)")
    console.print(
        f"to use impp      export AWS_ENDPOINT_URL={cloud.endpoint_url} AWS_ACCESS_KEY_ID={cloud.account} "
        f"AWS_SECRET_ACCESS_KEY=local AWS_REGION={cloud.region} IMPP_PLAYBACK_BASE={playback_base(cloud, outputs)}",
        soft_wrap=True,
        highlight=False,
    )
    console.print("Ctrl-C stops it all.")


if __name__ == "__main__":
    sys.exit(main())
