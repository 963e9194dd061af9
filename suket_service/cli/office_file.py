"""The files that describe an office: a TOML for the office itself, a CSV for its villages."""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from suket_service import administering
from suket_service.administering import NewOffice, require_member_form
from suket_service.core.letter import Capacity, Letterhead, Office
from suket_service.core.region import Village, parse_village_code
from suket_service.errors import FieldError, FileRefused, Text
from suket_service.registry.staff import OF_PEOPLE, Role, StaffMember

_UTC_OFFSETS = (420, 480, 540)
_PLACES = ("nama", "kecamatan", "kab_kota", "provinsi")
_VILLAGE_COLUMNS = {"kode_wilayah", *_PLACES}
MOST_NAME_CHARACTERS = 120
MOST_PLACE_CHARACTERS = 80


def read_office(office_file: Path, regions_file: Path, *, demo: bool) -> NewOffice:
    """An office with its letterhead, staff and villages.

    Raises:
        FileRefused: one of the files cannot be read as such.
    """
    villages = read_villages(regions_file)
    with _reading(office_file) as given:
        office = _office(given["office"])
        new = NewOffice(
            office, _letterhead(given["letterhead"]), _staff(given["staff"], office, demo=demo), villages
        )
    for prefix in office.villages:
        if not any(village.code.startswith(prefix) for village in villages):
            raise _unreadable(
                office_file,
                f"villages {prefix} tidak ada dalam {regions_file.name}",
                f"no village of {regions_file.name} begins with {prefix}",
            )
    return new


def read_letterhead(file: Path) -> Letterhead:
    """The letterhead and signatory alone, out of such a file's ``[letterhead]``.

    Raises:
        FileRefused: it cannot be read as such.
    """
    with _reading(file) as given:
        return _letterhead(given["letterhead"])


@contextmanager
def _reading(file: Path) -> Iterator[dict[str, Any]]:
    try:
        yield tomllib.loads(file.read_text("utf-8-sig"))
    except KeyError as error:
        raise _unreadable(file, f"{error.args[0]} belum diisi", f"{error.args[0]} is missing") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(file, "bukan TOML dalam UTF-8", "it is no TOML in UTF-8") from error
    except RecursionError:
        raise _unreadable(file, "terlalu bersarang", "it is nested too deeply") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise _unreadable(file, str(error), str(error)) from error


def _unreadable(file: Path, id: str, en: str) -> FileRefused:
    return FileRefused(
        "office_file_unreadable",
        Text(
            f"Berkas kantor {file.name} tidak dapat dipakai: {id}.",
            f"The office file {file.name} cannot be used: {en}.",
        ),
    )


def _office(given: Mapping[str, Any]) -> Office:
    code, minutes = given["code"], given["utc_offset_minutes"]
    if not (isinstance(code, str) and re.fullmatch(r"[0-9]{4}", code)):
        raise ValueError('office.code: "2172" (4 digit/digits)')
    if minutes not in _UTC_OFFSETS:
        raise ValueError("office.utc_offset_minutes: 420 (WIB), 480 (WITA), 540 (WIT)")
    return Office(
        code=code,
        name=_filled(given, "name", MOST_NAME_CHARACTERS),
        utc_offset=timedelta(minutes=minutes),
        number_pattern=_pattern(given["number_pattern"]),
        villages=tuple(_prefix(prefix) for prefix in given["villages"]),
    )


def _letterhead(given: Mapping[str, Any]) -> Letterhead:
    most = administering.LETTERHEAD_CHARACTERS
    # Who signs on someone's behalf has a post of two lines.
    post = "\n".join(_filled({"post": line}, "post", most["post"]) for line in str(given["post"]).split("\n"))
    if len(post) > most["post"]:
        raise _too_long("post", most["post"])
    lines: dict[str, Any] = {name: _filled(given, name, most[name]) for name in most if name != "post"}
    return Letterhead(version=1, capacity=_capacity(given["capacity"]), post=post, **lines)


def _capacity(given: str) -> Capacity:
    if given not in list(Capacity):
        raise ValueError('letterhead.capacity: "", "Plt.", "Plh.", "a.n."')
    return Capacity(given)


def _staff(given: Sequence[Mapping[str, Any]], office: Office, *, demo: bool) -> tuple[StaffMember, ...]:
    members = []
    for each in given:
        if each["role"] not in OF_PEOPLE:
            raise ValueError(f"staff.role: {', '.join(OF_PEOPLE)}")
        member = StaffMember(
            _filled(each, "username", MOST_NAME_CHARACTERS),
            office.code,
            _filled(each, "name", MOST_NAME_CHARACTERS),
            Role(each["role"]),
            demo,
        )
        try:
            require_member_form(member)
        except FieldError as error:
            raise ValueError(f"staff: {error.text.id} / {error.text.en}") from None
        members.append(member)
    if len({member.username for member in members}) != len(members):
        raise ValueError("staff.username: dua kali/twice")
    return tuple(members)


def _filled(given: Mapping[str, Any], name: str, most: int) -> str:
    text = given[name]
    if not isinstance(text, str) or not text.strip() or not text.isprintable():
        raise ValueError(f"{name}: teks/text")
    if len(text.strip()) > most:
        raise _too_long(name, most)
    return text.strip()


def _too_long(name: str, most: int) -> ValueError:
    return ValueError(f"{name}: ≤ {most} karakter/characters")


def _prefix(given: object) -> str:
    if not (isinstance(given, str) and re.fullmatch(r"[0-9]{2,10}", given)):
        raise ValueError('office.villages: ["2172"] (2-10 digit/digits)')
    return given


def read_villages(path: Path) -> tuple[Village, ...]:
    """The villages of a CSV with the columns ``kode_wilayah, nama, kecamatan, kab_kota, provinsi``.

    Raises:
        FileRefused: it cannot be read as such.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or not _VILLAGE_COLUMNS.issubset(rows[0]):
            raise ValueError(f"kolom/columns: {', '.join(sorted(_VILLAGE_COLUMNS))}")
        return tuple(
            Village(
                parse_village_code(row["kode_wilayah"]),
                *(_filled(row, name, MOST_PLACE_CHARACTERS) for name in _PLACES),
            )
            for row in rows
        )
    except (OSError, UnicodeDecodeError, ValueError, FieldError, csv.Error) as error:
        raise FileRefused(
            "regions_file_unreadable",
            Text(
                f"Daftar wilayah {path.name} tidak dapat dibaca ({error}).",
                f"The list of regions {path.name} cannot be read ({error}).",
            ),
        ) from error


def _pattern(given: object) -> str:
    try:
        administering.require_number_pattern(str(given))
    except FieldError as error:
        raise ValueError(f"number_pattern: {error.text.id} / {error.text.en}") from None
    return str(given)
