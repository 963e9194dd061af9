"""Workbooks: the same rows as a CSV would give; a cell that is not what was written is marked, never passed on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suket_service.core.request import EXTRA_CELLS, NUMERIC_CELLS, UNREADABLE_CELLS
from suket_service.errors import FileRefused
from suket_service.sheets import table
from suket_service.sheets.read import Row, read_table
from tests.selection import examples
from tests.sheets.builders import (
    COLUMNS,
    HEADER,
    SHEET,
    a_book,
    a_formula,
    a_number,
    a_workbook,
    an_archive,
    with_part,
    with_rows,
)

NIK = "2172031708950012"
ANI = {"nik": "1", "nama": "ANI"}


def rows_of(data: bytes) -> list[Row]:
    return read_table(data, COLUMNS)


def fields_of(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> list[dict[str, str]]:
    return [dict(row.fields) for row in rows_of(a_workbook(*rows, header=header))]


def fields_with(**cells: Any) -> dict[str, str]:
    """The fields of a row with these cells changed, those that are empty left out."""
    [fields] = fields_of([{**ANI, **cells}.get(name) for name in HEADER])
    return {field: text for field, text in fields.items() if text}


def refusal_of(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        rows_of(data)
    assert refused.value.text.id
    assert refused.value.text.en
    return refused.value


# Text


def test_a_row_has_its_cells_by_field_and_the_number_that_a_spreadsheet_shows() -> None:
    data = a_workbook([NIK, "ANI", "1995-08-17", "1.jpg"], ["2", "BUDI"])
    assert rows_of(data) == [
        Row(2, {"nik": NIK, "nama": "ANI", "tanggal_lahir": "1995-08-17", "foto": "1.jpg"}),
        Row(3, {"nik": "2", "nama": "BUDI"}),
    ]


def test_text_in_the_cells_themselves_is_read_like_text_in_the_common_table() -> None:
    assert rows_of(a_workbook(["1", "ANI"], in_memory=False, constant_memory=True)) == [Row(2, ANI)]


def test_cells_are_kept_as_they_are() -> None:
    assert fields_with(nik=" 0012 ", nama='=A1+"x"\n <&>\t') == {"nik": " 0012 ", "nama": '=A1+"x"\n <&>\t'}


def test_formatting_inside_a_text_is_left_out() -> None:
    data = with_rows(
        a_workbook(),
        '<row r="2"><c r="A2" t="inlineStr"><is><t>1</t></is></c>'
        '<c r="B2" t="inlineStr"><is><r><t xml:space="preserve">ANI </t></r><r><rPr><b/></rPr><t>SARI</t></r></is></c></row>',
    )
    assert rows_of(data)[0].fields["nama"] == "ANI SARI"


def test_a_very_long_cell_is_cut() -> None:
    assert len(fields_with(nama="A" * 5_000)["nama"]) == table.MOST_CELL_CHARACTERS


def test_blank_rows_are_passed_over_and_counted() -> None:
    rows = rows_of(a_workbook([], ["1", "ANI"], ["", "  "], [None], ["2", "BUDI"]))
    assert [row.number for row in rows] == [3, 6]


def test_a_sheet_whose_table_does_not_begin_in_the_corner_keeps_its_numbers() -> None:
    data = a_book({"Lembar1": [[], [None, *HEADER], [None, "1", "ANI"]]})
    assert refusal_of(data).code == "column_missing"


def test_an_empty_first_column_is_not_taken_off() -> None:
    data = a_book({"Lembar1": [[None, *HEADER], [None, "1", "ANI"]]})
    assert "Kolom A tidak berjudul" in refusal_of(data).text.id


def test_cells_beyond_the_header_mark_the_row() -> None:
    assert fields_of(["1", "ANI", "more"], ["2", "BUDI", " "], header=("nik", "nama")) == [
        {**ANI, EXTRA_CELLS: "1"},
        {"nik": "2", "nama": "BUDI"},
    ]


def test_an_error_beyond_the_header_marks_the_row() -> None:
    assert EXTRA_CELLS in fields_of(["1", "ANI", a_formula("#REF!")], header=("nik", "nama"))[0]


def test_hidden_rows_and_columns_count_like_others() -> None:
    def hide(book: Any) -> None:
        [sheet] = book.worksheets()
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    data = a_book({"Lembar1": [HEADER, ["1", "ANI"], ["2", "BUDI"]]}, hide)
    assert [row.fields["nama"] for row in rows_of(data)] == ["ANI", "BUDI"]


def test_of_merged_cells_the_first_holds_the_value() -> None:
    def merge(book: Any) -> None:
        book.worksheets()[0].merge_range(1, 1, 2, 1, "ANI")

    data = a_book({"Lembar1": [HEADER, ["1"], ["2"]]}, merge)
    assert [row.fields.get("nama", "") for row in rows_of(data)] == ["ANI", ""]


# Numbers


@pytest.mark.few(8)
@pytest.mark.parametrize("number", [2172031708950012, 1, 1.5, -1, 0], ids=str)
@pytest.mark.parametrize("number_format", ["0", "@", "0000000000000000", "yyyy-mm-dd"])
def test_a_nik_in_a_cell_of_numbers_is_marked_and_not_given(number: float, number_format: str) -> None:
    assert fields_with(nik=a_number(number, number_format)) == {"nama": "ANI", NUMERIC_CELLS: "nik"}


def test_a_nik_that_is_the_number_of_a_formula_is_marked() -> None:
    assert fields_with(nik=a_formula(2172031708950012))[NUMERIC_CELLS] == "nik"


def test_a_nik_that_is_the_text_of_a_formula_is_read() -> None:
    assert fields_with(nik=a_formula(NIK))["nik"] == NIK


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (0, "0"),
        (-7, "-7"),
        (1.5, "1.5"),
        (a_number(1, "000"), "1"),
        (a_formula(12), "12"),
        (1e22, "1" + "0" * 22),
    ],
    ids=["1", "1.0", "0", "-7", "1.5", "shown as 001", "a formula's", "1e22"],
)
def test_a_number_elsewhere_is_its_digits(cell: Any, text: str) -> None:
    assert fields_with(foto=cell)["foto"] == text


# Dates


def test_a_cell_of_a_date_is_that_date() -> None:
    assert fields_with(tanggal_lahir=date(1995, 8, 17))["tanggal_lahir"] == "1995-08-17"


@pytest.mark.parametrize("number_format", ["dd/mm/yyyy", "m/d/yy", "[$-421]dd mmmm yyyy", "yyyy-mm-dd hh:mm"])
def test_a_date_is_read_whatever_it_looks_like(number_format: str) -> None:
    assert fields_with(tanggal_lahir=a_number(34928, number_format))["tanggal_lahir"] == "1995-08-17"


def test_a_workbook_that_counts_from_1904_is_read_by_its_own_calendar() -> None:
    data = a_workbook(["1", "ANI", date(1995, 8, 17)], date_1904=True)
    assert rows_of(data)[0].fields["tanggal_lahir"] == "1995-08-17"


@pytest.mark.parametrize(
    ("cell", "text"), [("1995-08-17", "1995-08-17"), ("1995-08-17T00:00:00", "1995-08-17")]
)
def test_a_date_written_as_iso_text_is_that_date(cell: str, text: str) -> None:
    data = with_rows(
        a_workbook(),
        '<row r="2"><c r="A2" t="str"><v>1</v></c><c r="B2" t="str"><v>ANI</v></c>'
        f'<c r="C2" t="d"><v>{cell}</v></c></row>',
    )
    assert rows_of(data)[0].fields["tanggal_lahir"] == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (34928, "34928"),
        (a_number(34928.5, "yyyy-mm-dd hh:mm"), "1995-08-17 12:00:00"),
        (a_number(0.5, "hh:mm"), "12:00:00"),
        (a_number(60, "yyyy-mm-dd"), "1900-02-28 ?"),  # Excel shows 29 February 1900
        (a_number(1, "yyyy-mm-dd"), "1900-01-01 ?"),
    ],
    ids=["serial number", "with a time", "time", "no such day", "unsure day"],
)
def test_what_is_no_sure_date_becomes_no_date(cell: Any, text: str) -> None:
    assert fields_with(tanggal_lahir=cell)["tanggal_lahir"] == text


@pytest.mark.parametrize("cell", [date(2026, 3, 5), a_number(0.5, "hh:mm")], ids=["date", "time"])
def test_a_date_where_none_is_expected_is_marked(cell: Any) -> None:
    assert fields_with(foto=cell) == {**ANI, NUMERIC_CELLS: "foto"}


# What cannot be read


@pytest.mark.few(5)
@pytest.mark.parametrize(
    "error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!"]
)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_cell_with_an_error_is_marked_and_not_empty(error: str, quote: str) -> None:
    data = with_rows(
        a_workbook(),
        '<row r="2"><c r="A2" t="str"><v>1</v></c><c r="B2" t="str"><v>ANI</v></c>'
        f'<c r="D2" t={quote}e{quote}><f>A1</f><v>{error}</v></c></row>',
    )
    assert rows_of(data)[0].fields == {**ANI, "tanggal_lahir": "", UNREADABLE_CELLS: "foto"}


@pytest.mark.parametrize(
    "cell",
    ["#N/A", a_formula("#REF!"), True, a_formula(result=False)],
    ids=["error", "formula's error", "truth value", "formula's truth value"],
)
def test_errors_and_truth_values_are_marked(cell: Any) -> None:
    assert fields_with(foto=cell) == {**ANI, UNREADABLE_CELLS: "foto"}


def test_every_marked_field_of_a_row_is_named() -> None:
    assert fields_with(nik=True, nama=date(2026, 3, 5), foto=a_formula("#N/A")) == {
        NUMERIC_CELLS: "nama",
        UNREADABLE_CELLS: "nik foto",
    }


def test_a_row_of_errors_alone_is_not_blank() -> None:
    assert fields_with(nik=a_formula("#N/A"), nama=None) == {UNREADABLE_CELLS: "nik"}


def test_a_number_sign_begins_no_error() -> None:
    assert fields_with(nama="#12 A")["nama"] == "#12 A"


def test_a_formula_saved_without_its_value_is_empty() -> None:
    assert fields_with(foto=a_formula("")) == ANI


# Sheets

TABLE = (HEADER, ("1", "ANI"))
OTHER = (HEADER, ("2", "BUDI"))


def hiding(*names: str) -> Any:
    def hide(book: Any) -> None:
        book.get_worksheet_by_name(next(name for name in book.sheetnames if name not in names)).activate()
        for name in names:
            book.get_worksheet_by_name(name).hide()

    return hide


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (a_book({"A": TABLE, "B": OTHER}), "ANI"),
        (a_book({"Petunjuk": [["isi lembar kedua"]], "Permohonan": TABLE}), "ANI"),
        (a_book({"A": OTHER, "permohonan ": TABLE}), "ANI"),
        (a_book({"A": OTHER, "B": TABLE}, hiding("A")), "ANI"),
        (a_book({"A": TABLE, "Permohonan": OTHER}, hiding("Permohonan")), "ANI"),
        (a_book({"A": [], "Permohonan": TABLE}), "ANI"),
    ],
    ids=[
        "the first",
        "by name",
        "by name in any case",
        "not a hidden one",
        "not a hidden name",
        "not an empty one",
    ],
)
def test_the_sheet_that_counts_is(data: bytes, name: str) -> None:
    assert [row.fields["nama"] for row in rows_of(data)] == [name]


def test_a_sheet_of_a_chart_is_passed_over() -> None:
    def add_chart(book: Any) -> None:
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=A!$A$1:$A$2"})
        book.add_chartsheet("Grafik").set_chart(chart)
        book.worksheets_objs.insert(0, book.worksheets_objs.pop())

    assert [row.fields["nama"] for row in rows_of(a_book({"A": TABLE}, add_chart))] == ["ANI"]


def test_an_empty_first_sheet_before_a_full_one_is_told_by_name() -> None:
    refused = refusal_of(a_book({"Kosong": [], "Lain": [[" "]], "Isi": TABLE}))
    assert refused.code == "sheet_empty"
    assert "'Kosong'" in refused.text.id
    assert "'Isi'" in refused.text.id
    assert "'Lain'" not in refused.text.id


def test_a_workbook_without_a_sheet_to_see_is_refused() -> None:
    shown = b'<sheet name="A" '
    data = with_part(
        a_book({"A": TABLE}), "xl/workbook.xml", lambda book: book.replace(shown, shown + b'state="hidden" ')
    )
    assert refusal_of(data).code == "sheet_hidden"


@pytest.mark.few(8)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (a_book({"A": []}), "file_empty"),
        (a_book({"A": [], "B": []}), "file_empty"),
        (a_workbook(), "file_empty"),
        (a_workbook(["", " "]), "file_empty"),
        (a_workbook(["1"], header=["nik"]), "column_missing"),
        (a_workbook(["1"], header=["nik", "nama", "umur"]), "column_unknown"),
        (a_workbook(["1"], header=["DAFTAR PERMOHONAN"]), "column_unknown"),
        (a_workbook(["1"], header=["nik", True, "nama"]), "column_unknown"),
        (a_workbook(["1"], header=["nik", "nama", "Name"]), "column_twice"),
        (an_archive(), "file_not_xlsx"),
        (an_archive("word/document.xml"), "file_not_xlsx"),
        (an_archive("mimetype", "content.xml"), "file_not_xlsx"),
        (an_archive("xl/workbook.bin"), "file_not_xlsx"),
        (an_archive("xl/workbook.xml"), "workbook_damaged"),
        (with_part(a_workbook(["1", "ANI"]), SHEET, lambda sheet: sheet[:-200]), "workbook_damaged"),
    ],
)
def test_a_file_is_refused_whole(data: bytes, code: str) -> None:
    assert refusal_of(data).code == code


@pytest.mark.parametrize(("name", "said"), [("xl/workbook.bin", "XLSB"), ("content.xml", "ODS")])
def test_another_spreadsheet_s_file_is_named(name: str, said: str) -> None:
    assert f"berkas {said}" in refusal_of(an_archive("mimetype", name)).text.id


def test_a_row_in_the_header_s_place_is_not_repeated_to_anyone() -> None:
    told = refusal_of(a_workbook(header=["SITI AMINAH", NIK])).text.id
    assert not [secret for secret in ("SITI", "2172") if secret in told]


@pytest.mark.slow
def test_as_many_rows_as_allowed_are_read() -> None:
    assert len(rows_of(a_workbook(*[("1", "A")] * table.MOST_ROWS))) == table.MOST_ROWS


def test_one_row_more_is_too_many() -> None:
    assert refusal_of(a_workbook(*[("1", "A")] * (table.MOST_ROWS + 1))).code == "file_too_many_rows"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff"),
        max_size=20,
    ),
    st.sampled_from(["#REF!", "#N/A", " ", "=1+1", NIK]),
)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=20))
def test_any_cells_are_rows_or_a_refusal(rows: list[list[Any]]) -> None:
    written = [[_text_if_too_early(cell) for cell in row] for row in rows]
    try:
        read = rows_of(a_workbook(*written))
    except FileRefused:
        assert all(cell in (None, "") or str(cell).isspace() for row in rows for cell in row)
        return
    for row in read:
        before = written[row.number - 2]
        given = before[HEADER.index("nik")] if before else None
        assert row.fields.get("nik", "") == (given if isinstance(given, str) and given[:1] != "#" else "")


def _text_if_too_early(cell: Any) -> Any:
    return str(cell) if isinstance(cell, date) and cell.year < 1900 else cell
