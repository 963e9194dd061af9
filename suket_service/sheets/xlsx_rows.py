"""Rows out of an XLSX workbook, read by a child process with limits (``cell_reader``). Opens no archive itself."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

import suket_service
from suket_service.errors import FileRefused, Text
from suket_service.sheets import container
from suket_service.sheets.table import Columns, Line, Row, rows_of

WALL_SECONDS = 30.0

_COMMAND = (sys.executable, "-m", "suket_service.sheets.cell_reader")
_ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(Path(suket_service.__file__).parent.parent),
    "PYTHONSAFEPATH": "1",  # nothing is imported out of the folder that the file lies in
    "PYTHONDONTWRITEBYTECODE": "1",
}


def read_xlsx(data: bytes, columns: Columns) -> list[Row]:
    """The rows of a workbook's first visible sheet, or of the visible one named ``Permohonan``.

    The header is row 1. Rows and columns that are hidden count like others; of merged cells only the
    first holds the value; of a formula counts the value that was saved with it. Numbers and dates become text
    (``1``, ``1995-08-17``), except where that would not be what was written: such a cell is marked
    (``core.request.NUMERIC_CELLS`` and ``UNREADABLE_CELLS``).

    Raises:
        FileRefused: ``file_not_xlsx``, ``workbook_damaged``, ``workbook_too_large``, ``file_too_large``,
            ``sheet_hidden``, ``sheet_empty``, or as :func:`table.rows_of`.
    """
    with tempfile.TemporaryFile() as answer:
        exit_code = _read_cells(data, answer)
        if exit_code is None or exit_code < 0:
            raise container.too_large()  # it was stopped by one of its limits
        if exit_code > 0:
            raise container.damaged()
        answer.seek(0)
        told: dict[str, Any] = json.load(answer)
    if "refused" in told:
        code, *sentences = told["refused"]
        raise FileRefused(code, Text(*sentences))
    return rows_of((Line(number, cells, kinds) for number, cells, kinds in told["lines"]), columns)


def _read_cells(data: bytes, answer: IO[bytes]) -> int | None:
    """The child's exit code; negative where a signal ended it, None where its time was up."""
    try:
        child = subprocess.run(  # noqa: S603 - our own module, no shell, the file comes by stdin
            _COMMAND,
            input=data,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return child.returncode
