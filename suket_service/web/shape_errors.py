"""What is wrong with the shape of what a program sent, field by field, in plain words. Repeats nothing of it.

Even the names of fields are the sender's: one that is not ours is repeated only if it is a plain word.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from suket_service.errors import Problem, Text

#: Where the body as a whole is meant.
WHOLE = "body"
_PLAIN_WORD = re.compile("[a-z][a-z_]{0,39}")
_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
    "string_pattern_mismatch": "wrong_form",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
}
_TYPES = {
    "string": Text("Harus berupa teks.", "Must be text."),
    "int": Text("Harus bilangan bulat.", "Must be a whole number."),
    "bool": Text("Harus true atau false.", "Must be true or false."),
    "list": Text("Harus berupa daftar.", "Must be a list."),
    "model": Text("Harus berupa objek JSON.", "Must be a JSON object."),
    "dict": Text("Harus berupa objek JSON.", "Must be a JSON object."),
    "date": Text("Harus tanggal, TTTT-BB-HH.", "Must be a date, YYYY-MM-DD."),
    "datetime": Text("Harus waktu menurut RFC 3339.", "Must be an instant by RFC 3339."),
}
_WRONG_VALUE = Text("Isinya tidak dapat dipakai; lihat /api/docs.", "Cannot be used; see /api/docs.")
_TEXTS = {
    "missing": Text("Belum diisi.", "Is missing."),
    "unknown_field": Text("Isian ini tidak dikenal di sini.", "There is no such field here."),
    "too_long": Text("Paling panjang {max_length} karakter.", "At most {max_length} characters long."),
    "too_short": Text("Paling pendek {min_length} karakter.", "At least {min_length} characters long."),
    "too_many": Text("Paling banyak {max_length}.", "At most {max_length}."),
    "too_few": Text("Paling sedikit {min_length}.", "At least {min_length}."),
    "wrong_form": Text(
        "Bentuknya tidak sesuai; lihat /api/docs.", "Does not have the right form; see /api/docs."
    ),
    "unknown_value": Text("Harus salah satu dari: {expected}.", "Must be one of: {expected}."),
    "out_of_range": Text("Di luar batas: {bound}.", "Out of range: {bound}."),
    "wrong_value": _WRONG_VALUE,
}
_BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def shape_problems(error: ValidationError) -> list[Problem]:
    """Every field's first problem, in the order of the fields."""
    found: dict[str, Problem] = {}
    for each in error.errors(include_url=False, include_input=False):
        field = _field(each["loc"], ours=each["type"] != "extra_forbidden")
        found.setdefault(field, _problem(field, each["type"], each.get("ctx", {})))
    return list(found.values())


def _field(place: tuple[int | str, ...], *, ours: bool) -> str:
    if not place:
        return WHOLE
    *path, last = place
    if not ours and not _PLAIN_WORD.fullmatch(str(last)):
        last = "?"
    return ".".join(str(part) for part in (*path, last))


def _problem(field: str, kind: str, limits: Mapping[str, Any]) -> Problem:
    code = _CODES.get(kind)
    if code is None:
        told = _TYPES.get(kind.split("_", maxsplit=1)[0])
        return Problem(field, "wrong_type" if told else "wrong_value", told or _WRONG_VALUE)
    bounds = " ".join(f"{sign} {limits[name]}" for name, sign in _BOUNDS.items() if name in limits)
    values = {**limits, "bound": bounds}
    text = _TEXTS[code]
    in_indonesian = values | {"expected": str(limits.get("expected", "")).replace(" or ", " atau ")}
    return Problem(field, code, Text(text.id.format(**in_indonesian), text.en.format(**values)))
