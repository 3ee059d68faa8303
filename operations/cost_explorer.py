"""Cost Explorer: what a month cost by service, until the bill is there to be asked. Each question costs a cent."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from clip_model import bill
from clip_model.explorer import METRIC, cost_filter
from clip_model.times import month_end
from operations.deployed import Deployed


def by_service(deployed: Deployed, month: str) -> dict[str, float]:
    """Dollars by service as Cost Explorer calls it, the dearest first."""
    explorer = deployed.client("ce", bill.REGION)
    # A day that has not begun cannot be asked about.
    end = min(month_end(month), datetime.now(UTC).date() + timedelta(days=1))
    sums: dict[str, float] = defaultdict(float)
    request = {
        "TimePeriod": {"Start": f"{month}-01", "End": end.isoformat()},
        "Granularity": "MONTHLY",
        "Metrics": [METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": cost_filter(deployed.environment.name),
    }
    token: dict[str, str] = {}
    while True:
        page = explorer.get_cost_and_usage(**request, **token)
        for period in page["ResultsByTime"]:
            for group in period["Groups"]:
                sums[group["Keys"][0]] += float(group["Metrics"][METRIC]["Amount"])
        if "NextPageToken" not in page:
            return dict(sorted(sums.items(), key=lambda item: -item[1]))
        token = {"NextPageToken": page["NextPageToken"]}
