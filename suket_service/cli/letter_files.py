"""Tables in and out, and the photographs beside them, as the command line meets them. Judges no cell."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from suket_service.cli.session import write_whole
from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.issuing import PhotoOpener
from suket_service.sheets.read import MOST_BYTES, Row
from suket_service.sheets.request_table import read_people
from suket_service.sheets.write import Value, write_csv, write_xlsx

#: A photograph larger than this is refused before it is read into memory; portraits are far smaller.
MOST_PHOTO_BYTES = 10 * 1024 * 1024


def read_rows(path: Path) -> tuple[list[Row], str]:
    """The rows of a CSV or XLSX file and its SHA-256 (hex); also of rows that were given back and mended.

    Raises:
        FileRefused: it cannot be read as a table of requests.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)  # of a larger file, enough to be refused for
    except OSError as error:
        raise FileRefused(
            "file_unreadable",
            Text(f"Berkas {path.name} tidak dapat dibuka.", f"The file {path.name} cannot be opened."),
        ) from error
    return read_people(data), hashlib.sha256(data).hexdigest()


def write_table(path: Path, title: str, headers: Sequence[str], rows: Iterable[Iterable[Value]]) -> None:
    """Write a table as CSV or XLSX, by the ending of the file's name; whole or not at all.

    Raises:
        FileRefused: ``table_suffix``: another ending; ``too_many_rows``.
    """
    match path.suffix.lower():
        case ".xlsx":
            data = write_xlsx(title, headers, rows)
        case ".csv":
            data = write_csv(headers, rows)
        case _:
            raise FileRefused(
                "table_suffix",
                Text(
                    f"Nama berkas {path.name} harus berakhiran .xlsx (untuk Excel) atau .csv.",
                    f"The file name {path.name} must end in .xlsx (for Excel) or .csv.",
                ),
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def photos_beside(path: Path) -> PhotoOpener:
    """Opens the photographs that a file of requests names, and nothing outside its folder."""
    folder = path.resolve().parent

    def open_photo(name: str) -> bytes:
        try:
            target = (folder / name).resolve()
        except (OSError, RuntimeError, ValueError):  # a NUL, a circle of links: no file either way
            raise _missing() from None
        if not target.is_relative_to(folder):
            raise _problem(
                "portrait_outside",
                "Foto harus berada di dalam map yang sama dengan berkas permohonan.",
                "The photograph must lie in the folder of the file of requests.",
            )
        try:
            if target.stat().st_size > MOST_PHOTO_BYTES:
                raise _problem(
                    "portrait_too_large", "Berkas foto lebih dari 10 MB.", "The photograph is over 10 MB."
                )
            return target.read_bytes()
        except OSError:
            raise _missing() from None

    return open_photo


def _missing() -> FieldError:
    return _problem(
        "portrait_missing",
        "Berkas foto tidak ditemukan; periksa nama berkasnya.",
        "The photograph's file was not found; check its name.",
    )


def _problem(code: str, id: str, en: str) -> FieldError:
    return FieldError(Problem("foto", code, Text(id, en)))
