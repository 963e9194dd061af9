"""The files that describe an office: a TOML for the office itself, a CSV for its villages."""

import csv
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from suket_service.administering import NewOffice
from suket_service.core.letter import Capacity, Letterhead, Office
from suket_service.core.region import Village, parse_village_code
from suket_service.errors import FieldError, FileRefused, Text
from suket_service.registry.staff import Role, StaffMember

_VILLAGE_COLUMNS = {"kode_wilayah", "nama", "kecamatan", "kab_kota", "provinsi"}


def read_office(office_file: Path, regions_file: Path, *, demo: bool) -> NewOffice:
    """An office with its letterhead, staff and villages.

    Raises:
        FileRefused: one of the files cannot be read as such.
    """
    try:
        given = tomllib.loads(office_file.read_text("utf-8"))
        office = _office(given["office"])
        return NewOffice(
            office=office,
            letterhead=_letterhead(given["letterhead"]),
            staff=tuple(
                StaffMember(str(each["username"]), office.code, str(each["name"]), Role(each["role"]), demo)
                for each in given["staff"]
            ),
            villages=read_villages(regions_file),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise FileRefused(
            "office_file_unreadable",
            Text(
                f"Berkas kantor {office_file.name} tidak dapat dibaca ({error}).",
                f"The office file {office_file.name} cannot be read ({error}).",
            ),
        ) from error


def _office(given: Mapping[str, Any]) -> Office:
    return Office(
        code=str(given["code"]),
        name=str(given["name"]),
        utc_offset=timedelta(minutes=int(given["utc_offset_minutes"])),
        number_pattern=_pattern(str(given["number_pattern"])),
        villages=tuple(str(prefix) for prefix in given["villages"]),
    )


def _letterhead(given: Mapping[str, Any]) -> Letterhead:
    lines = ("government", "agency", "address", "contact", "place", "post", "signatory", "rank", "nip")
    return Letterhead(
        version=1,
        capacity=Capacity(given["capacity"]),
        **{name: str(given[name]) for name in lines},
    )


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
                row["nama"].strip(),
                row["kecamatan"].strip(),
                row["kab_kota"].strip(),
                row["provinsi"].strip(),
            )
            for row in rows
        )
    except (OSError, UnicodeDecodeError, ValueError, FieldError) as error:
        raise FileRefused(
            "regions_file_unreadable",
            Text(
                f"Daftar wilayah {path.name} tidak dapat dibaca ({error}).",
                f"The list of regions {path.name} cannot be read ({error}).",
            ),
        ) from error


def _pattern(text: str) -> str:
    # A pattern that lacks one of these gives two letters one number.
    if not all(field in text for field in ("{serial}", "{series}", "{year}")):
        raise ValueError("number_pattern: {serial} {series} {year}")
    text.format(serial="0001", series="S", office="0000", year=2026)
    return text
