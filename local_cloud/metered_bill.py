"""The bill of what the local cloud has metered, delivered into the deployed export's bucket as Data Exports does.

AWS delivers some times a day, and a day late; here it is written whenever somebody asks.
"""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clip_model import bill
from clip_model.meters import Meter
from clip_model.prices import PRICES
from local_cloud.connection import Connection
from local_cloud.meter import Line
from local_cloud.services.cost_lines import SERVICES, tags_of

_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("ms"),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
#: Units by the bill's own words, where a query reads them.
_UNITS = {
    Meter.TRANSCODE_SD_MINUTE: "minutes",
    Meter.TRANSCODE_HD_MINUTE: "minutes",
    Meter.TRANSCODE_UHD_MINUTE: "minutes",
}
#: ARNs of what is metered by a name alone.
_RESOURCES = {
    "AWSLambda": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AmazonDynamoDB": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AmazonCloudFront": "arn:aws:cloudfront::{account}:distribution/{name}",
}


def write_bill(cloud: Connection) -> None:
    """Deliver each month that something was metered in; what was delivered before is replaced.

    The columns are those that the deployed table has.
    """
    table = cloud.client("glue").get_table(DatabaseName=bill.database_name(cloud.environment), Name=bill.TABLE)
    columns = {column["Name"]: column["Type"] for column in table["Table"]["StorageDescriptor"]["Columns"]}
    months: dict[str, list[Line]] = {}
    for line in cloud.metered():
        months.setdefault(line.hour[:7], []).append(line)
    name = bill.export_name(cloud.environment)
    for month, lines in months.items():
        cloud.client("s3").put_object(
            Bucket=bill.bucket_name(cloud.environment, cloud.account),
            Key=f"{bill.data_folder(cloud.environment)}BILLING_PERIOD={month}/{name}-00001.snappy.parquet",
            Body=month_file(lines, columns, environment=cloud.environment, account=cloud.account, region=cloud.region),
        )


def month_file(
    lines: Iterable[Line], columns: Mapping[str, str], *, environment: str, account: str, region: str
) -> bytes:
    """Lines of a month as a Parquet file.

    Args:
        lines: what was metered.
        columns: Hive types by name; one that the local cloud knows nothing of is empty.
        environment: value of its tag.
        account: who pays.
        region: where it was used.
    """
    rows = [_row(line, environment, account, region) for line in lines]
    arrays = {name: pa.array([row.get(name) for row in rows], _TYPES[kind]) for name, kind in columns.items()}
    file = io.BytesIO()
    pq.write_table(pa.table(arrays), file, compression="snappy")
    return file.getvalue()


def _row(line: Line, environment: str, account: str, region: str) -> dict[str, Any]:
    price = PRICES[line.meter]
    resource = _RESOURCES.get(price.product_code, "{name}").format(region=region, account=account, name=line.resource)
    tags = {f"user_{name.replace(':', '_')}": value for name, value in tags_of(line, environment).items()}
    return {
        "line_item_usage_account_id": account,
        "line_item_usage_start_date": datetime.fromisoformat(line.hour).replace(tzinfo=None),
        "line_item_line_item_type": "Usage",
        "line_item_product_code": price.product_code,
        "line_item_usage_type": price.usage_type,
        "line_item_operation": line.operation,
        "line_item_resource_id": resource,
        "line_item_line_item_description": f"${price.usd:g} per {price.unit}",
        "line_item_usage_amount": line.quantity,
        "line_item_unblended_cost": line.usd,
        "pricing_unit": _UNITS.get(line.meter, price.unit),
        "pricing_public_on_demand_cost": line.usd,
        "product": [("product_name", SERVICES[price.product_code])],
        "product_region_code": region,
        "reservation_effective_cost": 0.0,
        "resource_tags": sorted(tags.items()),
        "savings_plan_savings_plan_effective_cost": 0.0,
    }
