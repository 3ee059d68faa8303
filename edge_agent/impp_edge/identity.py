"""The folder in the state directory that holds who the device is: key, certificate, and a note of whose they are."""

import json
import os
from pathlib import Path


class IdentityFolder:
    """Files that only the agent's user may read. Every method raises OSError where the disk does not do its part.

    Attributes:
        path: the folder.
        private_key: PEM file.
        certificate: PEM file.
    """

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "identity"
        self.private_key = self.path / "private.key"
        self.certificate = self.path / "certificate.pem"
        self._note = self.path / "enrolled.json"

    def make(self) -> None:
        """Make the folder, where it is not there yet."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        _give_to_owner(self.path)

    def read_note(self) -> tuple[str, str] | None:
        """Thing and certificate ARN, or None where there is no certificate yet."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return note["thing"], note["certificate"]

    def keep_key(self, pem: str) -> None:
        """Store the private key."""
        _write(self.private_key, pem)

    def keep_certificate(self, pem: str, *, thing: str, arn: str) -> None:
        """Store the certificate and, last of all, whose it is."""
        _write(self.certificate, pem)
        _write(self._note, json.dumps({"thing": thing, "certificate": arn}))


def _write(path: Path, text: str) -> None:
    """Write a file; after a power cut it is there in full or not at all."""
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _give_to_owner(draft)
    draft.rename(path)


def _give_to_owner(path: Path) -> None:
    """The agent's user owns the directory above; an administrator may be the one who enrolls."""
    owner = path.parent.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
