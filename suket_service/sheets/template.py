"""A workbook to fill in: text columns, notes on the titles, lists to choose from, examples. Knows no rule.

What it offers is told to it; whoever reads the filled-in file judges anew.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from suket_service.sheets.write import CREATED, OPTIONS, TEXT_FORMAT

CHOICES_SHEET = "Pilihan"
EXAMPLES_SHEET = "Contoh"
_READY_ROWS = 2_000  # that a list to choose from is offered in
_WIDTHS = (12, 34)  # of columns, in characters
_NOTE = {"x_scale": 2.2, "y_scale": 1.4, "font_size": 10}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column to fill in."""

    field: str
    note: str  # shown beside its title
    required: bool
    choices: tuple[tuple[str, str], ...] = ()  # what may stand in it, and what that means
    strict: bool = True  # whether nothing else may


def write_template(
    title: str,
    columns: Sequence[TemplateColumn],
    examples: Sequence[Mapping[str, str]],
    rows: Sequence[Mapping[str, str]] = (),
) -> bytes:
    """A workbook whose first sheet takes the rows; examples and choices stand on sheets of their own.

    The same template gives the same bytes.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"created": CREATED})
        look = _Look(book)
        main, examples_sheet = book.add_worksheet(title), book.add_worksheet(EXAMPLES_SHEET)
        choices_sheet = book.add_worksheet(CHOICES_SHEET)
        _fill(main, columns, rows, look)
        _fill(examples_sheet, columns, examples, look)
        for index, column in enumerate(columns):
            main.write_comment(0, index, column.note, _NOTE)
        places = _write_choices(choices_sheet, columns, look)
        for index, column in enumerate(columns):
            if column.choices:
                main.data_validation(1, index, _READY_ROWS, index, _validation(column, places[column.field]))
    return out.getvalue()


class _Look:
    """The formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.text = book.add_format({"num_format": TEXT_FORMAT})
        self.required = book.add_format({"num_format": TEXT_FORMAT, "bold": True, "bg_color": "#D7E8E4"})
        self.optional = book.add_format({"num_format": TEXT_FORMAT, "bold": True})


def _fill(
    sheet: xlsxwriter.worksheet.Worksheet,
    columns: Sequence[TemplateColumn],
    rows: Sequence[Mapping[str, str]],
    look: _Look,
) -> None:
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(columns):
        longest = max([len(row.get(column.field, "")) for row in rows] + [len(column.field)])
        # The whole column is text, also the cells that are still empty: a NIK typed there stays whole.
        sheet.set_column(index, index, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]), look.text)
        sheet.write_string(0, index, column.field, look.required if column.required else look.optional)
        for number, row in enumerate(rows, start=1):
            sheet.write_string(number, index, row.get(column.field, ""), look.text)


def _write_choices(
    sheet: xlsxwriter.worksheet.Worksheet, columns: Sequence[TemplateColumn], look: _Look
) -> dict[str, str]:
    """Where the choices of each field stand, as a range: a list written into the rule itself is cut at 255."""
    places, at = {}, 0
    sheet.freeze_panes(1, 0)
    for column in columns:
        if not column.choices:
            continue
        meanings = any(meaning for _, meaning in column.choices)
        sheet.write_string(0, at, column.field, look.optional)
        for number, (value, meaning) in enumerate(column.choices, start=1):
            sheet.write_string(number, at, value, look.text)
            if meaning:
                sheet.write_string(number, at + 1, meaning, look.text)
        letter = xlsxwriter.utility.xl_col_to_name(at, col_abs=True)
        places[column.field] = f"={CHOICES_SHEET}!{letter}$2:{letter}${len(column.choices) + 1}"
        width = max(len(value) for value, _ in column.choices)
        sheet.set_column(at, at, min(max(width, len(column.field)) + 2, _WIDTHS[1]), look.text)
        if meanings:
            sheet.set_column(at + 1, at + 1, _WIDTHS[1], look.text)
        at += 2 if meanings else 1
    return places


def _validation(column: TemplateColumn, place: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": place,
        "error_type": "stop" if column.strict else "information",
        "error_title": column.field,
        "error_message": f"Pilih dari daftar; lihat lembar {CHOICES_SHEET}.",
    }
