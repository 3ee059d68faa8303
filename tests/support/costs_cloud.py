"""What the costs function finds: tables and buckets in moto; the bill, Cost Explorer and CloudWatch as told."""

import gzip
import json
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from tables import TABLES

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)  # a Tuesday
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:operations"
ENVIRONMENT = {
    "IMPP_ENVIRONMENT": "test",
    "CLIPS_TABLE": "clips",
    "DEVICES_TABLE": "devices",
    "LEDGER_TABLE": "ledger",
    "RAW_BUCKET": "raw-media",
    "ARCHIVE_BUCKET": "archive-media",
    "PROCESSED_BUCKET": "processed-media",
    "LOG_BUCKET": "access-logs",
    "DISTRIBUTION_ID": "E1EXAMPLE",
    "RULES_PARAMETER": "/impp/test/rules",
    "TOPIC_ARN": TOPIC,
    "MONTH_USD": "200.0",
    "PLAN": json.dumps(
        {
            "name": "test",
            "poll_seconds": 15,
            "frame_seconds": 2,
            "depths": {"event": "full", "parking": "full", "continuous": "sampled", "default": "full"},
            "moderated_collections": ["travel"],
            "noncurrent_days": 30,
            "log_days": 30,
            "zones": 0,
            "endpoints": 5,
            "console_zones": 2,
        }
    ),
    "FUNCTIONS": json.dumps(
        [{"name": "impp-test-classify", "memory_mb": 512, "setting": "constructs/media_pipeline/classification.py"}]
    ),
}
RULES = {
    "version": 1,
    "rules": [
        {"name": "violent picture", "verdict": "important", "severity": "high", "moderation": ["Violence"]},
        {"name": "distressed voice", "verdict": "important", "severity": "low", "sentiment": "NEGATIVE"},
    ],
}
QUERIES = {name: f"SELECT '{name}' WHERE billing_period = ?" for name in ("day", "meter", "service")}


class Answers:
    """Answers calls in a test's name: each is checked by botocore, and answered as told."""

    def __init__(self, events):
        self._told, self._asked = None, []
        events.register("provide-client-params.*.*", self._note)
        events.register("before-call.*.*", self._answer)

    @contextmanager
    def by(self, told):
        """Answer as it tells."""
        self._told = told
        yield told
        self._told = None

    def _note(self, params, model, **_):
        self._asked.append(params)
        if self._told:
            self._told.calls[model.name].append(params)

    def _answer(self, model, **_):
        params = self._asked.pop()
        if self._told is None:
            return None
        if model.name in self._told.refused:
            error = {"Code": self._told.refused[model.name], "Message": "no"}
            return AWSResponse("", 400, {}, None), {"Error": error, "ResponseMetadata": {}}
        answer = getattr(self._told, f"_{xform_name(model.name)}", None)
        return (AWSResponse("", 200, {}, None), answer(params)) if answer else None


class Told:
    """What services that moto does not know well enough are to say.

    Attributes:
        calls: parameters of each call, by operation.
        refused: error codes by operation.
        bill: rows by query and month.
        explorer: dollars and amount by day, service and usage type, as Cost Explorer calls them.
        forecast: dollars of the rest of the month.
        series: values by metric's name and its dimensions' values, joined by `/`.
        state: how Athena's queries end.
        pages: how many an answer has.
    """

    def __init__(self):
        self.calls = defaultdict(list)
        self.refused = {}
        self.bill = {}
        self.explorer = {}
        self.forecast = 50.0
        self.series = {}
        self.state = {"State": "SUCCEEDED"}
        self.pages = 1
        self._started = {}

    def _list_named_queries(self, _):
        return {"NamedQueryIds": list(QUERIES)}

    def _get_named_query(self, params):
        name = params["NamedQueryId"]
        return {"NamedQuery": {"Name": name, "Database": "impp_test", "QueryString": QUERIES[name]}}

    def _start_query_execution(self, params):
        (name,) = [name for name, text in QUERIES.items() if text == params["QueryString"]]
        (month,) = params["ExecutionParameters"]
        identity = f"query-{len(self._started)}"
        self._started[identity] = self.bill.get((name, month.strip("'")), [])
        return {"QueryExecutionId": identity}

    def _get_query_execution(self, params):
        return {"QueryExecution": {"QueryExecutionId": params["QueryExecutionId"], "Status": self.state}}

    def _get_query_results(self, params):
        rows = self._started[params["QueryExecutionId"]]
        names = list(rows[0]) if rows else ["day"]
        cells = [[{"VarCharValue": str(value)} for value in row.values()] for row in rows]
        lines = [{"Data": data} for data in [[{"VarCharValue": name} for name in names], *cells]]
        at = int(params.get("NextToken", 0))
        size = -(-len(lines) // self.pages)
        rest = {"NextToken": str(at + size)} if at + size < len(lines) else {}
        return {"ResultSet": {"Rows": lines[at : at + size]}, **rest}

    def _get_cost_and_usage(self, params):
        start, end = params["TimePeriod"]["Start"], params["TimePeriod"]["End"]
        usage = len(params["GroupBy"]) > 1
        found = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
        for (day, service, kind), (usd, amount) in self.explorer.items():
            if start <= day < end:
                period = start if params["Granularity"] == "MONTHLY" else day
                sums = found[period][(service, kind) if usage else (service,)]
                sums[0] += usd
                sums[1] += amount
        results = [
            {
                "TimePeriod": {"Start": period, "End": period},
                "Groups": [
                    {
                        "Keys": list(keys),
                        "Metrics": {
                            "AmortizedCost": {"Amount": str(usd), "Unit": "USD"},
                            "UsageQuantity": {"Amount": str(amount), "Unit": "N/A"},
                        },
                    }
                    for keys, (usd, amount) in groups.items()
                ],
            }
            for period, groups in sorted(found.items())
        ]
        at = int(params.get("NextPageToken", 0))
        size = max(1, -(-len(results) // self.pages))
        rest = {"NextPageToken": str(at + size)} if at + size < len(results) else {}
        return {"ResultsByTime": results[at : at + size], **rest}

    def _get_cost_forecast(self, params):
        return {"Total": {"Amount": str(self.forecast), "Unit": "USD"}}

    def _get_metric_data(self, params):
        end = params["EndTime"]
        results = []
        for query in params["MetricDataQueries"]:
            values = self.series.get(self._name(query), [])
            # CloudWatch tells the newest first.
            times = [end - timedelta(days=back + 1) for back in range(len(values))]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": list(reversed(values))})
        return {"MetricDataResults": results}

    @staticmethod
    def _name(query):
        if "Expression" in query:
            return query["Expression"].partition('MetricName="')[2].partition('"')[0]
        metric = query["MetricStat"]["Metric"]
        return "/".join([metric["MetricName"], *(each["Value"] for each in metric["Dimensions"])])


_made = {}


def remembered(kind, make):
    """Makes each client or resource once."""

    def get(service, region_name=None, **_):
        if (kind, service, region_name) not in _made:
            _made[kind, service, region_name] = make(service, region_name=region_name)
        return _made[kind, service, region_name]

    return get


def furnish():
    """Tables, buckets, topic and rules, empty but for the rules."""
    dynamodb = boto3.client("dynamodb")
    for table in TABLES:
        if table["TableName"] in {"clips", "devices", "ledger"}:
            dynamodb.create_table(**table)
    s3 = boto3.client("s3")
    for name in ("raw-media", "archive-media", "processed-media", "access-logs"):
        s3.create_bucket(Bucket=name)
    boto3.client("sns").create_topic(Name="operations")
    boto3.client("ssm").put_parameter(Name="/impp/test/rules", Type="String", Value=json.dumps(RULES))


def put_clips(day, count, *, collection="parking", depth="full", verdict="routine", **changes):
    """Records of clips of 30 seconds, 30 MB and a reserve of $0.07, one a minute of the day."""
    clips = boto3.resource("dynamodb").Table("clips")
    with clips.batch_writer() as batch:
        for number in range(count):
            record = {
                "clip_id": f"{day} {collection} {depth} {verdict} {number} {len(changes)}",
                "day": day,
                "received_at": f"{day}T{number // 60:02}:{number % 60:02}:00Z",
                "source": "cam-1",
                "collection": collection,
                "status": "done",
                "verdict": verdict,
                "depth": depth,
                "size": 30_000_000,
                "storage_class": {"routine": "DEEP_ARCHIVE", "important": "STANDARD_IA"}.get(verdict, "STANDARD"),
                "reasons": ["no rule fired"],
                "duration": Decimal(30),
                "height": 1080,
                "audio": True,
                "proxy": False,
                "estimated_cost_usd": Decimal("0.07"),
                **changes,
            }
            batch.put_item(Item={name: value for name, value in record.items() if value is not None})


def put_log(day, lines):
    """An access log: (edge, path, status, result, bytes) a line."""
    fields = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-edge-result-type"
    rows = [
        f"{day}\t10:00:00\t{edge}\t{size}\t192.0.2.1\tGET\td1.cloudfront.net\t{path}\t{status}\t{result}"
        for edge, path, status, result, size in lines
    ]
    text = "\n".join(["#Version: 1.0", f"#Fields: {fields}", *rows])
    boto3.client("s3").put_object(
        Bucket="access-logs", Key=f"cloudfront/E1EXAMPLE.{day}-10.abcd1234.gz", Body=gzip.compress(text.encode())
    )
