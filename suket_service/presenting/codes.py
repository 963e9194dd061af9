"""Enrolment codes as they are made, typed and kept. Knows no station."""

import hashlib
import secrets

CHARACTERS = 12
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_GROUP = 4


def new_code() -> str:
    """60 random bits as they are written down: ``XXXX-XXXX-XXXX``."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(CHARACTERS))
    return "-".join(letters[start : start + _GROUP] for start in range(0, CHARACTERS, _GROUP))


def hash_of(code: str) -> bytes:
    """What a code is found by, however it was typed. It is random and used once: no slow hash is called for."""
    typed = "".join(each for each in code.upper() if each.isalnum()).translate(_MISREAD)
    return hashlib.sha256(f"suket-enrolment-v1\0{typed}".encode("utf-8", "replace")).digest()
