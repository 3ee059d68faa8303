"""Athena and Cost Explorer over the wire, for tools that ask them: queries run by the local cloud's own engine."""

import io
import json

from bills import asked, engine, queries
from botocore.awsrequest import AWSResponse

from local_cloud.athena import Malformed, QueryCancelled, QueryFailed

OPERATIONS = ("ListNamedQueries", "GetNamedQuery", "StartQueryExecution", "GetQueryExecution", "GetQueryResults")


class Raw(io.BytesIO):
    """A response body as urllib3 hands it to botocore."""

    def stream(self, **_):
        yield self.read()


class SmallAthena:
    """Named queries of one workgroup over a few months' files.

    Attributes:
        months: files of the bill by month.
        cutoff: bytes a query may scan.
        named: queries by name; none where nothing is deployed.
        page: rows in an answer's page.
    """

    def __init__(self, months):
        self.months = months
        self.cutoff = None
        self.named = dict(queries())
        self.page = 1000
        self._runs = {}

    def answer(self, request, **_):
        """Botocore's handler: the operation is in a header."""
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        try:
            status, body = 200, getattr(self, operation)(json.loads(request.body))
        except Malformed as error:
            status, body = 400, {"__type": "InvalidRequestException", "Message": str(error)}
        return respond(request, status, body)

    def ListNamedQueries(self, asked):  # noqa: N802 - AWS's name
        if asked["WorkGroup"] != "impp-dev":
            raise Malformed(f"WorkGroup {asked['WorkGroup']} is not found.")
        return {"NamedQueryIds": list(self.named)}

    def GetNamedQuery(self, asked):  # noqa: N802
        query = self.named[asked["NamedQueryId"]]
        return {
            "NamedQuery": {
                "Name": query.name,
                "Description": query.description,
                "QueryString": query.text,
                "Database": "impp_dev",
            }
        }

    def StartQueryExecution(self, request):  # noqa: N802
        identity = f"run-{len(self._runs)}"
        status, found = {"State": "SUCCEEDED"}, None
        try:
            found = asked(
                request["QueryString"],
                request["ExecutionParameters"],
                over=engine(self.months),
                cutoff=self.cutoff,
            )
        except QueryCancelled as error:
            status = {"State": "CANCELLED", "StateChangeReason": str(error)}
        except QueryFailed as error:
            status = {"State": "FAILED", "StateChangeReason": str(error)}
        self._runs[identity] = status, found
        return {"QueryExecutionId": identity}

    def GetQueryExecution(self, asked):  # noqa: N802
        status, found = self._runs[asked["QueryExecutionId"]]
        return {
            "QueryExecution": {
                "Status": status,
                "Statistics": {"DataScannedInBytes": found.scanned if found else 0},
            }
        }

    def GetQueryResults(self, asked):  # noqa: N802
        _, found = self._runs[asked["QueryExecutionId"]]
        rows = [[name for name, _ in found.columns], *found.rows]
        start = int(asked.get("NextToken", 0))
        more = {"NextToken": str(start + self.page)} if start + self.page < len(rows) else {}
        shown = [
            {"Data": [{} if value is None else {"VarCharValue": str(value)} for value in row]}
            for row in rows[start : start + self.page]
        ]
        return {"ResultSet": {"Rows": shown, "ResultSetMetadata": {"ColumnInfo": []}}, **more}


def respond(request, status, body):
    """A JSON answer."""
    return AWSResponse(request.url, status, {"content-type": "application/json"}, Raw(json.dumps(body).encode()))
