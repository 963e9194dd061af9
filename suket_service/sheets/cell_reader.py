"""A child process that turns a stranger's workbook into lines of cells: stdin to stdout. Knows no columns.

``python -m suket_service.sheets.cell_reader`` writes one JSON object: ``{"lines": [[number, [text…],
kinds]…]}`` or ``{"refused": [code, Indonesian, English]}``. It limits itself before it touches the data,
because calamine lays a sheet out in full: one cell in the last corner asks for 400 GB, and being refused
them ends the process, not the call.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import python_calamine as calamine

from suket_service.errors import FileRefused
from suket_service.sheets import container
from suket_service.sheets.table import (
    MOST_BYTES,
    MOST_CELL_CHARACTERS,
    MOST_ROWS,
    Kind,
    Line,
    empty,
    refuse,
)

MEMORY = 384 * 1024 * 1024  # 20,000 rows take a quarter of it
CPU_SECONDS = 10
MOST_OUTPUT = 2 * MOST_BYTES
PREFERRED_SHEET = "permohonan"

#: Before it, Excel counts a 29 February 1900 that never was and other programs do not: such a day is unsure.
_SURE_FROM = date(1900, 3, 1)
_ERROR = re.compile(r"#(?:[A-Z0-9/]+[!?]|N/A|GETTING_DATA)")


def main() -> None:
    """Read what stands on stdin; ends with an exit code other than 0 when that is impossible."""
    limit()
    try:
        answer = f'{{"lines":[{",".join(lines_within_limits(sys.stdin.buffer.read()))}]}}'
    except FileRefused as refused:
        answer = json.dumps({"refused": [refused.code, refused.text.id, refused.text.en]})
    sys.stdout.buffer.write(answer.encode())


def limit() -> None:
    """Give up everything this process will not need: memory, time, files, children, core dumps."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (within, within))


def lines_within_limits(data: bytes) -> list[str]:
    """The lines of the sheet that counts, each as JSON, as far as any table may go.

    Raises:
        FileRefused: as ``container.rebuilt`` and :func:`lines_of` say; ``workbook_too_large`` also where
            the text in it is more than a CSV may hold.
    """
    try:
        told, size = [], 0
        for line in lines_of(calamine.load_workbook(container.rebuilt(data))):
            told.append(json.dumps([line.number, line.cells, line.kinds], ensure_ascii=False))
            size += len(told[-1].encode())
            if size > MOST_BYTES:
                raise container.too_large()
            if len(told) > MOST_ROWS + 1:
                break  # enough to be refused for
        return told
    except MemoryError:
        raise container.too_large() from None


def lines_of(workbook: calamine.CalamineWorkbook) -> Iterator[Line]:
    """The lines of a workbook's first visible sheet, or of the visible one named ``Permohonan``.

    Line 1 is always there; other blank lines are passed over. Hidden rows and columns count like others.

    Raises:
        FileRefused: ``sheet_hidden``: no sheet can be seen; ``sheet_empty``: nothing stands in this
            one, but something in another; ``file_empty``.
    """
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is calamine.SheetTypeEnum.WorkSheet
        and sheet.visible is calamine.SheetVisibleEnum.Visible
    ]
    if not names:
        raise refuse(
            "sheet_hidden",
            "Semua lembar kerja tersembunyi. Tampilkan lembar permohonan, simpan, lalu kirim lagi.",
            "Every worksheet is hidden. Show the sheet of requests, save the file and retry.",
        )
    chosen = next((name for name in names if name.strip().casefold() == PREFERRED_SHEET), names[0])
    lines = _lines(workbook.get_sheet_by_name(chosen))
    first = next(lines)
    second = next(lines, None)
    if second is None and first.is_blank:
        raise _nothing_in(workbook, chosen, names)
    yield first
    if second is not None:
        yield second
        yield from lines


def _lines(sheet: calamine.CalamineSheet) -> Iterator[Line]:
    number = 0
    left_out = [""] * (sheet.start[1] if sheet.start else 0)  # empty columns before the first that is not
    for number, values in enumerate(sheet.iter_rows(), start=1):
        values[:0] = left_out
        while values and values[-1] == "":
            values.pop()
        cells = [_cell(value) for value in values]
        line = Line(number, [text for text, _ in cells], "".join(kind for _, kind in cells))
        if number == 1 or not line.is_blank:
            yield line
    if number == 0:
        yield Line(1, [])


def _cell(value: Any) -> tuple[str, Kind]:
    if isinstance(value, str):
        is_error = value.startswith("#") and _ERROR.fullmatch(value)
        return ("", Kind.UNREADABLE) if is_error else (value[:MOST_CELL_CHARACTERS], Kind.TEXT)
    if isinstance(value, bool):
        return "", Kind.UNREADABLE
    if isinstance(value, int | float):
        return (str(int(value)) if float(value).is_integer() else repr(value)), Kind.NUMBER
    if isinstance(value, datetime) and value.time() == time() and value.date() >= _SURE_FROM:
        return value.date().isoformat(), Kind.MOMENT
    if isinstance(value, date) and not isinstance(value, datetime) and value < _SURE_FROM:
        return f"{value} ?", Kind.MOMENT  # no parser of dates takes it
    return str(value), Kind.MOMENT


def _nothing_in(workbook: calamine.CalamineWorkbook, chosen: str, names: list[str]) -> FileRefused:
    for name in names:
        if any(not line.is_blank for line in _lines(workbook.get_sheet_by_name(name))):
            return refuse(
                "sheet_empty",
                f"Lembar '{_shown(chosen)}' kosong, tetapi lembar '{_shown(name)}' berisi. "
                "Yang dibaca hanya lembar pertama, atau lembar bernama 'Permohonan': ganti namanya, atau pindahkan ke depan.",
                f"Sheet '{_shown(chosen)}' is empty, but sheet '{_shown(name)}' is not. "
                "Only the first sheet is read, or one named 'Permohonan': rename it, or move it to the front.",
            )
    return empty()


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())


if __name__ == "__main__":
    main()
