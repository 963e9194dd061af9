"""Files of people as the pages meet them: taken in, and given back to be mended. Judges no row."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.issuing import GivenFile
from suket_service.registry.uploads import Upload
from suket_service.sheets.request_table import ERRORS, columns_of, given_back
from suket_service.sheets.table import Row
from suket_service.sheets.write import write_csv, write_xlsx
from suket_service.web.attachments import CSV, XLSX, attachment
from suket_service.web.forms import Form, done
from suket_service.web.language import say
from suket_service.web.paging import Paged, paged

T = TypeVar("T")

TABLE_TYPES = ".xlsx,.csv"
PHOTO_TYPES = "image/jpeg,image/png,.zip"
#: Rows of a kind that one page shows.
A_PAGE = 25
#: Anything else about a file is the table's.
_FIELD_OF = {
    "archive_damaged": "photos",
    "archive_too_large": "photos",
    "archive_too_many": "photos",
    "too_many_photos": "photos",
    "as_of_in_future": "as_of",
    "source_form": "source",
}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a long list."""

    rows: Sequence[T]
    at: Paged


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is refused: who stands in it, as typed, and what is wrong where."""

    number: int
    name: str
    nik: str
    problems: Sequence[Problem]


def page_of(rows: Sequence[T]) -> Page[T]:
    """The page of a list that was asked for; beyond its end the last one."""
    at = paged(len(rows), A_PAGE)
    return Page(at.of(rows), at)


def chosen_table(form: Form) -> GivenFile:
    """The table that was handed in.

    Raises:
        FieldError: ``no_file``: none was chosen.
    """
    data = form.file("file")
    if data is None:
        raise FieldError(
            Problem("file", "no_file", Text("Pilih berkasnya dahulu.", "Choose the file first."))
        )
    return GivenFile(request.files["file"].filename or "", data)


@contextmanager
def by_field() -> Iterator[None]:
    """Say of a file that is refused which field of the form it came by.

    Raises:
        FieldError.
    """
    try:
        yield
    except FileRefused as refused:
        field = _FIELD_OF.get(refused.code, "file")
        raise FieldError(Problem(field, refused.code, refused.text)) from None


def chosen_pictures() -> list[GivenFile]:
    """The pictures, or ZIPs of them, that were handed in.

    A browser that was given none sends one without a name.
    """
    sent = [file for file in request.files.getlist("photos") if file.filename]
    return [GivenFile(file.filename or "", file.stream.read()) for file in sent]


def bad_rows(rows: Iterable[tuple[Row, Sequence[Problem]]]) -> list[BadRow]:
    """Refused rows as a page shows them."""
    return [
        BadRow(row.number, row.fields.get("nama", "").strip(), row.fields.get("nik", "").strip(), problems)
        for row, problems in rows
    ]


def so_far(upload: Upload, all_done: Text, page: str) -> ResponseReturnValue:
    """The answer to a portion: numbers for the script that asks on, else the file's page; said when all are through."""
    confirmed = upload.confirmed_at is not None
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=upload.done, rows=upload.rows, confirmed=confirmed)
    return done(all_done, page) if confirmed else redirect(page, 303)


def rows_to_mend(
    name: str, rows: Sequence[tuple[Row, Sequence[Problem]]], everything: Sequence[Row], file_type: str
) -> Response:
    """Refused rows as they were typed, with what is wrong with each, to be mended and uploaded again."""
    columns = columns_of(everything)
    told = ((row, " | ".join(map(_told, problems))) for row, problems in rows)
    table, headers = given_back(told, columns), [*columns, ERRORS]
    if file_type == "csv":
        return attachment(write_csv(headers, table), f"{name}.csv", CSV)
    return attachment(write_xlsx("Permohonan", headers, table), f"{name}.xlsx", XLSX)


def _told(problem: Problem) -> str:
    return f"{problem.field}: {say(problem.text)}" if problem.field else say(problem.text)
