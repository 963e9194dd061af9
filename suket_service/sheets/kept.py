"""Rows that were read once, kept to be read again without their file. Judges no cell."""

import json
import zlib
from collections.abc import Sequence

from suket_service.sheets.table import Row


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes that :func:`unpack` takes: our own, so that a stranger's file is opened only once."""
    told = [[row.number, dict(row.fields)] for row in rows]
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode(), level=6)


def unpack(body: bytes) -> list[Row]:
    """The rows that :func:`pack` was given."""
    return [Row(number, fields) for number, fields in json.loads(zlib.decompress(body))]
