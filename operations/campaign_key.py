"""Pixabay's API key, which an administrator gets from Pixabay and writes once."""

import re
import sys
from getpass import getpass

from operations.deployed import Deployed, OperatorError

#: What no key of theirs has: blanks, control characters, anything beyond ASCII.
_KEY = re.compile(r"[!-~]{8,200}")


def secret_name(environment: str) -> str:
    """The Secrets Manager secret that holds the key, as plain text."""
    return f"impp/{environment}/campaigns/pixabay"


def write_pixabay_key(deployed: Deployed) -> str:
    """Read the key, unseen where it is typed, and write it; what was done, in words.

    Raises OperatorError where what was read is no key, or the secret is about to be deleted.
    """
    key = (getpass("Pixabay's API key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not _KEY.fullmatch(key):
        # The value itself stays unsaid: it may be a key with a slip of the pen.
        raise OperatorError(f"a key of Pixabay's is 8 to 200 visible ASCII characters, got {len(key)} characters")
    name = secret_name(deployed.environment.name)
    secrets = deployed.client("secretsmanager")
    try:
        secrets.put_secret_value(SecretId=name, SecretString=key)
    except secrets.exceptions.ResourceNotFoundException:
        secrets.create_secret(Name=name, SecretString=key, Description="IMPP campaigns, Pixabay's API key")
        return f"secret {name}: written"
    except secrets.exceptions.InvalidRequestException:
        raise OperatorError(
            f"secret {name} is scheduled for deletion: keep it with"
            f" `aws secretsmanager restore-secret --secret-id {name}` and write the key again"
        ) from None
    return f"secret {name}: written over"
