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
    def how_to_replace(self) -> str:
        """The command that writes another key."""
        return f"aws secretsmanager put-secret-value --secret-id {self._name} --secret-string <key>"

    def read(self) -> str:
        """The key. Raises UnreadyError, saying what to type, where there is none."""
        try:
            key = self._secretsmanager.get_secret_value(SecretId=self._name).get("SecretString", "").strip()
        except ClientError as error:
            # Who may read a secret by its name and any ending is refused, as long as there is none of the name.
            if error.response["Error"]["Code"] not in {"AccessDeniedException", "ResourceNotFoundException"}:
                raise
            raise UnreadyError(
                f"there is no API key; to store it: aws secretsmanager create-secret --name {self._name}"
                " --secret-string <key>"
            ) from None
        if not key:
            raise UnreadyError(f"the API key is empty; to store it: {self.how_to_replace}")
        return key
