"""Where the office's signing certificate lies. Opens nothing and imports nothing heavy: ``pades`` does both."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """A PKCS#12 file (``.p12``, ``.pfx``) with the office's certificate, its chain and its private key."""

    path: Path
    passphrase: str | None = field(repr=False)
