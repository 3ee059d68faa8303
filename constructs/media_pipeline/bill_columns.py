"""Columns of the bill: what the export asks for, and how the table reads them."""

#: Name and Hive type of each column of COST_AND_USAGE_REPORT (CUR 2.0) that some query reads.
COLUMNS = {
    "line_item_usage_account_id": "string",
    "line_item_usage_start_date": "timestamp",
    "line_item_line_item_type": "string",
    "line_item_product_code": "string",
    "line_item_usage_type": "string",
    "line_item_operation": "string",
    "line_item_resource_id": "string",
    "line_item_line_item_description": "string",
    "line_item_usage_amount": "double",
    "line_item_unblended_cost": "double",
    "pricing_unit": "string",
    "pricing_public_on_demand_cost": "double",
    "product": "map<string,string>",
    "product_region_code": "string",
    "reservation_effective_cost": "double",
    "resource_tags": "map<string,string>",
    "savings_plan_savings_plan_effective_cost": "double",
}
#: The folder a month's files are in is called by it, `BILLING_PERIOD=2026-11`.
PARTITION = "billing_period"
#: The first month that may be asked for: the table knows its partitions by reckoning, and asks S3 for each.
FIRST_MONTH = "2025-01"
