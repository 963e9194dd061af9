"""Token Status List: a status per letter as a compressed array of bits. Signs and stores nothing.

Source: draft-ietf-oauth-status-list-20 sections 4.1 and 4.2: least significant bits first, zlib.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from suket_service.core.keyring import b64url, unb64url
from suket_service.errors import InputError, Text

#: One list per office and million letters.
CAPACITY = 1_000_000
#: The most bytes a list may unpack to: the highest index of a seal, 24 bits, at 2 bits each.
MOST_UNPACKED_BYTES = 4 * 1024 * 1024
BITS = 2
_SIZES = frozenset({1, 2, 4, 8})


class Status(IntEnum):
    """What an entry says. 0x03 is ours to define (section 7.1): never given to a letter."""

    VALID = 0x00
    INVALID = 0x01
    SUSPENDED = 0x02
    NOT_ISSUED = 0x03


@dataclass(frozen=True, slots=True)
class StatusList:
    """``raw`` holds ``8 // bits`` entries a byte."""

    bits: int
    raw: bytes

    @classmethod
    def pack(cls, statuses: Iterable[int], bits: int = BITS) -> "StatusList":
        """A list of the given statuses, in order.

        Raises:
            ValueError: a size the format does not know, or a status that does not fit it.
        """
        if bits not in _SIZES:
            raise ValueError("bits must be 1, 2, 4 or 8")
        raw = bytearray()
        per_byte = 8 // bits
        for position, status in enumerate(statuses):
            if not 0 <= status < 1 << bits:
                raise ValueError("status does not fit")
            if position % per_byte == 0:
                raw.append(0)
            raw[-1] |= status << (position % per_byte * bits)
        return cls(bits, bytes(raw))

    @classmethod
    def of_letters(
        cls, next_index: int, exceptions: Mapping[int, Status], capacity: int = CAPACITY
    ) -> "StatusList":
        """An office's list: valid below ``next_index`` but for ``exceptions``, not issued from there on."""
        raw = bytearray(b"\xff" * (capacity * BITS // 8))
        full, rest = divmod(next_index, 8 // BITS)
        raw[:full] = bytes(full)
        if rest:
            raw[full] = 0xFF << (rest * BITS) & 0xFF
        for index, status in exceptions.items():
            byte, slot = divmod(index, 8 // BITS)
            shift = slot * BITS
            raw[byte] = raw[byte] & ~(3 << shift) & 0xFF | status << shift
        return cls(BITS, bytes(raw))

    def __len__(self) -> int:
        return len(self.raw) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        """The status at ``index``.

        Raises:
            IndexError: below 0 or beyond the list.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        byte, slot = divmod(index, 8 // self.bits)
        return self.raw[byte] >> (slot * self.bits) & ((1 << self.bits) - 1)

    def to_claim(self) -> dict[str, Any]:
        """The ``status_list`` claim: ``{"bits", "lst"}``."""
        return {"bits": self.bits, "lst": _deflated(self.raw)}

    @classmethod
    def from_claim(cls, claim: Mapping[str, Any], most: int = MOST_UNPACKED_BYTES) -> "StatusList":
        """Read a ``status_list`` claim that unpacks to at most ``most`` bytes.

        Raises:
            InputError: ``status_list_unreadable``, also when it would unpack beyond the cap.
        """
        try:
            bits, text = claim["bits"], claim["lst"]
            if type(bits) is not int or bits not in _SIZES:
                raise ValueError("bits")
            unpacker = zlib.decompressobj()
            raw = unpacker.decompress(unb64url(text), max(1, min(most, MOST_UNPACKED_BYTES)))
            if not unpacker.eof or unpacker.unused_data:
                raise ValueError("too large, cut short, or followed by more")
        except (KeyError, TypeError, ValueError, zlib.error):
            raise InputError(
                "status_list_unreadable",
                Text(
                    "Daftar status tidak dapat dibaca. Ambil ulang.",
                    "The status list cannot be read. Fetch it again.",
                ),
            ) from None
        return cls(bits, raw)


@lru_cache(maxsize=16)
def _deflated(raw: bytes) -> str:
    # At the highest level, as section 4.1 recommends: a quarter of a second a million letters. Each bundle
    # holds the lists again, and most of them do not change between two publications.
    return b64url(zlib.compress(raw, 9))
