"""The seal, version 1: sealed facts to bytes to the QR's text, and back. Checks no signature.

The layout is the contract of design.md section 4. Reading is strict: one sequence of facts has
exactly one body, and one seal has exactly one digit string.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta

from suket_service.core.kind import HIGHEST_CODE
from suket_service.core.region import FIRST_VILLAGE, LAST_VILLAGE
from suket_service.core.resident import MOST_RT_RW, Sex, name_problem
from suket_service.errors import SealError

FORMAT = 0x01
SIGNATURE_BYTES = 64  # ECDSA P-256, r and s of 32 bytes each
MOST_DIGITS = 480  # the largest seal, 193 bytes, has 463; checked before any conversion
FEWEST_DIGITS = 270  # of the smallest, 114 bytes beginning with 0x01, has 273
MOST_STATUS_LIST = 65_535
MOST_STATUS_INDEX = 0xFF_FFFF
MOST_NIK = 10**16 - 1
PORTRAIT_BYTES = 16
NO_PORTRAIT = bytes(PORTRAIT_BYTES)

_EPOCH = date(1900, 1, 1)
_UNTIL_CARD = 0xFFFF
_FIXED_BYTES = 49  # everything before the name's text, its length byte included
_TEXT = re.compile(r"(?:(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)/s#)?([0-9]+)")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class SealedFacts:
    """What one seal states. ``(status_list, status_index)`` is the letter's identity."""

    status_list: int
    status_index: int
    nik: str  # 16 digits
    birth_date: date
    issued_on: date
    valid_until: date | None  # last valid day; None until the card is issued
    kind: int
    sex: Sex
    village: str  # 10 digits
    rt: int
    rw: int
    portrait: bytes  # first 16 bytes of SHA-256 of the stored portrait file
    name: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as read: its facts, the id of the key it names, and the exact bytes."""

    facts: SealedFacts
    key_id: bytes
    body: bytes
    signature: bytes

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of body and signature, 32 bytes."""
        return fingerprint(self.body + self.signature)


def fingerprint(sealed: bytes) -> bytes:
    """SHA-256 of ``body ‖ signature``, 32 bytes."""
    return hashlib.sha256(sealed).digest()


def check_code(print_of_seal: bytes) -> str:
    """The code printed under the symbol: 40 bits of the fingerprint in Crockford Base32, ``XXXX-XXXX``."""
    number = int.from_bytes(print_of_seal[:5], "big")
    letters = "".join(_CROCKFORD[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def pack(facts: SealedFacts, key_id: bytes) -> bytes:
    """The body to sign.

    Raises:
        ValueError: the facts are outside what a seal can state (``field_invalid`` if they were read).
    """
    _check(facts)
    if len(key_id) != 4:  # noqa: PLR2004 - the layout's width
        raise ValueError("a key id has 4 bytes")
    name = facts.name.encode()
    until = _UNTIL_CARD if facts.valid_until is None else _days(facts.valid_until)
    return b"".join(
        (
            bytes((FORMAT,)),
            key_id,
            facts.status_list.to_bytes(2, "big"),
            facts.status_index.to_bytes(3, "big"),
            int(facts.nik).to_bytes(7, "big"),
            _days(facts.birth_date).to_bytes(2, "big"),
            _days(facts.issued_on).to_bytes(2, "big"),
            until.to_bytes(2, "big"),
            bytes((facts.kind << 1 | (facts.sex is Sex.FEMALE),)),
            int(facts.village).to_bytes(5, "big"),
            (facts.rt << 12 | facts.rw).to_bytes(3, "big"),
            facts.portrait,
            bytes((len(name),)),
            name,
        )
    )


def digits(sealed: bytes) -> str:
    """The decimal digits of ``body ‖ signature``: the QR's numeric segment."""
    return str(int.from_bytes(sealed, "big"))


@dataclass(frozen=True, slots=True)
class SealText:
    """A text of the right form: the origin of its link (None for bare digits) and its digits."""

    origin: str | None
    digits: str


def read_text(text: str, *, allow_http: bool = False) -> SealText:
    """Step 1: is this the text of a seal at all? ``http://`` links exist only in the demo environment.

    Raises:
        SealError: ``not_a_seal``.
    """
    match = _TEXT.fullmatch(text)
    if match is None or len(match[2]) > MOST_DIGITS:
        raise SealError("not_a_seal")
    if match[1] is not None and match[1].startswith("http:") and not allow_http:
        raise SealError("not_a_seal")
    return SealText(match[1], match[2])


def read_digits(text: str) -> bytes:
    """Step 2: the bytes that these digits stand for.

    Raises:
        SealError: ``not_canonical``: a leading zero, so another string means the same bytes.
    """
    if text.startswith("0"):
        raise SealError("not_canonical")
    number = int(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def parse(sealed: bytes) -> Seal:
    """Step 3: the facts and the signature.

    Raises:
        SealError: ``format_unknown`` or ``field_invalid``.
    """
    if sealed[:1] != bytes((FORMAT,)):
        raise SealError("format_unknown")
    if len(sealed) < _FIXED_BYTES + SIGNATURE_BYTES:
        raise SealError("field_invalid")
    body, signature = sealed[:-SIGNATURE_BYTES], sealed[-SIGNATURE_BYTES:]
    if len(body) != _FIXED_BYTES + body[_FIXED_BYTES - 1]:
        raise SealError("field_invalid")
    try:
        facts = _unpack(body)
        _check(facts)
    except ValueError as error:
        # The cause holds parts of an unchecked identity; it must not travel into a log.
        del error
        raise SealError("field_invalid") from None
    return Seal(facts, body[1:5], body, signature)


def _unpack(body: bytes) -> SealedFacts:
    until = int.from_bytes(body[21:23], "big")
    rt_rw = int.from_bytes(body[29:32], "big")
    nik = int.from_bytes(body[10:17], "big")
    return SealedFacts(
        status_list=int.from_bytes(body[5:7], "big"),
        status_index=int.from_bytes(body[7:10], "big"),
        nik=f"{nik:016d}",
        birth_date=_date(int.from_bytes(body[17:19], "big")),
        issued_on=_date(int.from_bytes(body[19:21], "big")),
        valid_until=None if until == _UNTIL_CARD else _date(until),
        kind=body[23] >> 1,
        sex=Sex.FEMALE if body[23] & 1 else Sex.MALE,
        village=f"{int.from_bytes(body[24:29], 'big'):010d}",
        rt=rt_rw >> 12,
        rw=rt_rw & 0xFFF,
        portrait=body[32:48],
        name=body[_FIXED_BYTES:].decode("utf-8"),
    )


def _check(facts: SealedFacts) -> None:
    in_range = (
        1 <= facts.status_list <= MOST_STATUS_LIST,
        0 <= facts.status_index <= MOST_STATUS_INDEX,
        re.fullmatch(r"[0-9]{16}", facts.nik) is not None and 1 <= int(facts.nik) <= MOST_NIK,
        1 <= facts.kind <= HIGHEST_CODE,
        re.fullmatch(r"[0-9]{10}", facts.village) is not None
        and FIRST_VILLAGE <= int(facts.village) <= LAST_VILLAGE,
        0 <= facts.rt <= MOST_RT_RW and 0 <= facts.rw <= MOST_RT_RW,
        len(facts.portrait) == PORTRAIT_BYTES,
        facts.birth_date <= facts.issued_on,
        facts.valid_until is None or facts.issued_on <= facts.valid_until,
        name_problem(facts.name) is None,
    )
    if not all(in_range):
        raise ValueError("facts outside what a seal can state")


def _days(day: date) -> int:
    count = (day - _EPOCH).days
    if not 0 <= count < _UNTIL_CARD:
        raise ValueError("date outside what a seal can state")
    return count


def _date(days: int) -> date:
    if days == _UNTIL_CARD:
        raise ValueError("0xFFFF is a date only in valid-until")
    return _EPOCH + timedelta(days=days)
