"""A source's API key, kept where an operator wrote it."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from errors import UnreadyError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Secret:
    """A key in Secrets Manager, as plain text."""

    def __init__(self, secretsmanager: "SecretsManagerClient", *, name: str) -> None:
        self._secretsmanager = secretsmanager
        self._name = name

    @property
    def how_to_store(self) -> str:
        """What an operator types; the key itself is asked for then, and in no shell's history."""
        return f"impp campaign key, which writes the secret {self._name}"

    def read(self) -> str:
        """The key. Raises UnreadyError, saying what to type, where there is none."""
        try:
            key = self._secretsmanager.get_secret_value(SecretId=self._name).get("SecretString", "").strip()
        except ClientError as error:
            match error.response["Error"]["Code"]:
                # Who may read a secret by its name and any ending is refused, as long as there is none of the name.
                case "AccessDeniedException" | "ResourceNotFoundException":
                    raise UnreadyError(f"there is no API key; to store it: {self.how_to_store}") from None
                case "InvalidRequestException":
                    raise UnreadyError(
                        "the API key is about to be deleted; to keep it:"
                        f" aws secretsmanager restore-secret --secret-id {self._name}"
                    ) from None
            raise
        if not key:
            raise UnreadyError(f"the API key is empty; to store it: {self.how_to_store}")
        return key
