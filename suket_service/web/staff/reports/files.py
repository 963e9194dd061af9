"""Lists as files: one description of the columns for CSV, workbook and paper. Reads no letter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from flask import Response

from suket_service.administering import FileFormat
from suket_service.core.letter import Letterhead
from suket_service.paper.report_pdf import Column, ListPaper, ReportPrinter
from suket_service.paper.wording import long_date
from suket_service.registry import offices
from suket_service.sheets.write import Value, write_csv, write_xlsx
from suket_service.web import attachments
from suket_service.web.context import context
from suket_service.web.language import clock
from suket_service.web.signed_in import signed_in

T = TypeVar("T")

_TYPES = {
    FileFormat.CSV: attachments.CSV,
    FileFormat.XLSX: attachments.XLSX,
    FileFormat.PDF: attachments.PDF,
}


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A column. ``width`` in millimetres on paper; 0: in files alone."""

    title: str
    width: int
    value: Callable[[T], Value]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A list to be written as a file. Titles are Indonesian, as on paper."""

    name: str  # of the file, without its ending
    title: str
    subtitle: str
    fields: Sequence[Field[T]]
    items: Sequence[T]
    total: str
    wide: bool = True


def table_file(table: Table[T], form: FileFormat) -> Response:
    """A list as an attachment.

    Raises:
        PrinterError: it cannot be put on paper.
        FileRefused: ``too_many_rows``.
    """
    if form is FileFormat.PDF:
        return attachment(printer().list(_paper(table)), form, table.name)
    headers = ["No.", *(field.title for field in table.fields)]
    rows = [
        [number, *(field.value(item) for field in table.fields)]
        for number, item in enumerate(table.items, start=1)
    ]
    body = write_csv(headers, rows) if form is FileFormat.CSV else write_xlsx(table.title, headers, rows)
    return attachment(body, form, table.name)


def attachment(body: bytes, form: FileFormat, name: str) -> Response:
    """A file to be kept, never shown beside a page."""
    return attachments.attachment(body, f"{name}.{form}", _TYPES[form])


def wanted_format(text: str) -> FileFormat:
    """The format that a button names; a workbook unless it is one of the others."""
    return FileFormat(text) if text in set(FileFormat) else FileFormat.XLSX


def printer() -> ReportPrinter:
    """This process's printer of reports."""
    settings = context().settings
    return _printer(settings.templates, settings.is_demo)


def letterhead(at: datetime | None = None) -> Letterhead:
    """The letterhead of the reader's office, as it was at that instant, or is now."""
    code = signed_in().office.code
    with context().registry.reading() as tx:
        versions = offices.letterheads(tx, code)
    return next((head for head, since in versions if at is None or since <= at), versions[-1][0])


def made_by() -> str:
    """Who makes a paper, and when, for the foot of its pages."""
    me = signed_in()
    return f"Dibuat oleh {me.name} ({me.username}) pada {long_date(me.today)} {clock(me.at, me.office)}"


def place_and_date(head: Letterhead, day: date | None = None) -> str:
    """Where and when a paper is signed."""
    return f"{head.place}, {long_date(day or signed_in().today)}"


def on_paper(value: Value) -> str:
    """A value as it is printed: dates day first, nothing as a dash."""
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return "–" if value is None or value == "" else str(value)


def _paper(table: Table[T]) -> ListPaper:
    fields = [field for field in table.fields if field.width]
    head = letterhead()
    return ListPaper(
        head=head,
        title=table.title.upper(),
        subtitle=table.subtitle,
        columns=(Column("No.", 10, "right"), *(Column(each.title, each.width, each.kind) for each in fields)),
        rows=[
            [str(number), *(on_paper(field.value(item)) for field in fields)]
            for number, item in enumerate(table.items, start=1)
        ],
        total=table.total,
        nothing="Tidak ada yang perlu didaftar.",
        place_and_date=place_and_date(head),
        made=made_by(),
        made_at=signed_in().at,
        wide=table.wide,
    )


@lru_cache(maxsize=2)
def _printer(templates: Path, demo: bool) -> ReportPrinter:
    return ReportPrinter(templates, demo)
