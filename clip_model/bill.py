"""Where the bill is kept: names that deployment and tools share, because it may be in another region than the rest."""

#: AWS delivers cost and usage data from here alone.
REGION = "us-east-1"
TABLE = "cur"
#: Folder of the bucket that exports are in.
EXPORTS = "exports"
#: Folder of the bucket that answers to queries are in.
ANSWERS = "answers"


def bucket_name(environment: str, account: str) -> str:
    """Bucket of the export's files and of answers to queries."""
    return f"impp-{environment}-bill-{account}"


def export_name(environment: str) -> str:
    """The export's name; an account has each name once."""
    return f"impp-{environment}-cur"


def data_folder(environment: str) -> str:
    """Folder of the bucket that the months' folders are in, as Data Exports lays them out; it ends in `/`."""
    return f"{EXPORTS}/{export_name(environment)}/data/"


def database_name(environment: str) -> str:
    """Glue database of the table."""
    return f"impp_{environment}"


def workgroup_name(environment: str) -> str:
    """Athena workgroup whose limit every query keeps."""
    return f"impp-{environment}"
