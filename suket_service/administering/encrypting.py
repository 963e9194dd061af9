"""Files locked for the holders of keys that are kept elsewhere, in the age format. Knows no registry and no backup.

Whoever locks needs the recipients alone, which are no secret: a machine that is broken into can make
backups and read none. Memory does not grow with a file: it goes through in pieces of 64 KiB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NewType

import pyrage  # type: ignore[import-untyped]

from suket_service.errors import FileRefused, SettingsError, Text

#: How every locked file begins.
_HEADER = b"age-encryption.org/v1\n"
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how a key's line begins
#: More than any file of keys takes; a backup given by mistake is not read whole.
MOST_KEY_FILE_CHARACTERS = 64 * 1024

#: Texts that have been read: ``age1…`` and ``AGE-SECRET-KEY-…``.
Recipient = NewType("Recipient", str)
Identity = NewType("Identity", str)
_age = pyrage.x25519


@dataclass(frozen=True, slots=True)
class BackupKey:
    """A key to read backups by. ``text`` is what its file holds, as age-keygen writes it."""

    recipient: str  # no secret: what backups are locked for
    text: str = field(repr=False)


def new_backup_key(at: datetime) -> BackupKey:
    """A fresh key; nothing is kept of it here."""
    identity = _age.Identity.generate()
    recipient = str(identity.to_public())
    return BackupKey(
        recipient, f"# created: {at:%Y-%m-%dT%H:%M:%SZ}\n# public key: {recipient}\n{identity}\n"
    )


def read_recipients(texts: Sequence[str]) -> tuple[Recipient, ...]:
    """The recipients that those texts (``age1…``) name.

    Raises:
        SettingsError: ``recipient_unusable``.
    """
    if any(text.strip().upper().startswith(_SECRET) for text in texts):
        raise SettingsError(
            "recipient_unusable",
            Text(
                "Ini kunci rahasianya, bukan penerimanya. Hapus dari mesin ini dan buat kunci cadangan baru. Tidak ada yang disalin.",
                "This is the secret key, not its recipient. Take it off this machine and make a new backup key. Nothing was copied.",
            ),
        )
    try:
        return tuple(Recipient(str(_age.Recipient.from_str(text.strip()))) for text in texts)
    except pyrage.RecipientError:
        raise SettingsError(
            "recipient_unusable",
            Text(
                "Penerima cadangan tidak dapat dibaca; bentuknya age1… (dari `suket backup-key`). Tidak ada yang disalin.",
                "A recipient of backups cannot be read; it looks like age1… (from `suket backup-key`). Nothing was copied.",
            ),
        ) from None


def read_identities(text: str) -> tuple[Identity, ...]:
    """The keys in a key file: one a line, lines that begin with # left out.

    Raises:
        FileRefused: ``identity_unreadable``. The error does not say what stood there.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    try:
        if found and all(line.startswith(_SECRET) for line in found):
            return tuple(Identity(str(_age.Identity.from_str(line))) for line in found)
    except pyrage.IdentityError:
        pass
    raise FileRefused(
        "identity_unreadable",
        Text(
            "Berkas kunci itu tidak memuat kunci cadangan (AGE-SECRET-KEY-…). Berikan berkas buatan `suket backup-key`.",
            "That key file holds no key of backups (AGE-SECRET-KEY-…). Give the file that `suket backup-key` made.",
        ),
    )


def is_locked(file: Path) -> bool:
    """Whether a file says of itself that it is locked."""
    with file.open("rb") as opened:
        return opened.read(len(_HEADER)) == _HEADER


def lock(plain: Path, locked: Path, recipients: Sequence[Recipient]) -> None:
    """Write ``locked``, which must not be there, so that only those recipients can read it.

    Raises:
        OSError: it cannot be written, or ``plain`` cannot be read.
    """
    keys = [_age.Recipient.from_str(each) for each in recipients]
    with plain.open("rb") as source, locked.open("xb") as file:
        target = _Watched(file)
        try:
            pyrage.encrypt_io(source, target, keys)
        except (pyrage.EncryptError, OSError) as error:
            raise target.error or OSError(f"age: {type(error).__name__}") from None


def unlock(locked: Path, plain: Path, identities: Sequence[Identity]) -> None:
    """Write ``plain``, which must not be there. When this raises, what was written is to be thrown away.

    Raises:
        FileRefused: ``identity_wrong``; ``backup_damaged``: altered or cut short.
        OSError: ``plain`` cannot be written.
    """
    keys = [_age.Identity.from_str(each) for each in identities]
    with locked.open("rb") as source, plain.open("xb") as file:
        target = _Watched(file)
        try:
            pyrage.decrypt_io(source, target, keys)
        except (pyrage.DecryptError, OSError) as error:
            if target.error is not None:
                raise target.error from None
            raise _wrong_key() if "No matching keys" in str(error) else _altered() from None


class _Watched:
    """A file being written that remembers why it could not be: age's own errors do not tell."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


def _wrong_key() -> FileRefused:
    return FileRefused(
        "identity_wrong",
        Text(
            "Kunci ini tidak membuka cadangan itu: cadangan dikunci untuk penerima lain. Tidak ada yang dipulihkan.",
            "This key does not open that backup: it was locked for other recipients. Nothing was restored.",
        ),
    )


def _altered() -> FileRefused:
    return FileRefused(
        "backup_damaged",
        Text(
            "Cadangan terkunci ini terpotong atau berubah; tidak ada yang dipulihkan. Pakailah salinan atau cadangan lain.",
            "This locked backup is cut short or was altered; nothing was restored. Use another copy or another backup.",
        ),
    )
