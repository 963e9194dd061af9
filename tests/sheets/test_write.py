"""Tables out: what was given comes back as it was, and no text is ever calculated."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import python_calamine
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suket_service.errors import FileRefused
from suket_service.sheets import write
from suket_service.sheets.read import read_table
from suket_service.sheets.request_table import COLUMNS
from suket_service.sheets.write import Value, formula_safe, write_csv, write_xlsx
from tests.selection import examples

TRIGGERS = "=+-@\t\r\n＝＋－＠"
TEXTS = st.text(st.one_of(st.sampled_from(f"{TRIGGERS} ,;\"'A"), st.characters(codec="utf-8")), max_size=12)
#: What a CSV and XML can both hold.
PLAIN = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*")
VALUES = st.one_of(
    st.none(),
    TEXTS.filter(PLAIN.fullmatch),
    st.integers(-(10**17), 10**17),
    st.dates(min_value=date(1800, 1, 1)),
)
TABLES = st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6)


def from_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def from_xlsx(data: bytes) -> list[list[Any]]:
    sheet = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)


def part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


SHEET = "xl/worksheets/sheet1.xml"
NIK = "2172031708950012"


# CSV


def test_a_csv_is_what_excel_opens() -> None:
    assert write_csv(["nik", "lahir"], [[NIK, date(1995, 8, 17)], [None, 5]]) == (
        b"\xef\xbb\xbfnik,lahir\r\n2172031708950012,1995-08-17\r\n,5\r\n"
    )


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("before", ["", " ", "   ", "\u00a0", '"', " '"], ids=repr)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(trigger: str, before: str) -> None:
    text = f"{before}{trigger}1"
    if before and trigger in "\t\r\n":
        text = f"{before}{trigger}=1"
    assert formula_safe(text)[0] == "'"
    assert from_csv(write_csv(["a"], [[text]]))[1][0][0] == "'"


@pytest.mark.parametrize("separator", [",", ";", "\t", "\n", "\r\n"], ids=repr)
def test_a_text_that_another_country_s_spreadsheet_parts_begins_no_formula_either(separator: str) -> None:
    assert formula_safe(f'JALAN A{separator} "=1+1') == f"JALAN A{separator}' \"=1+1"


@pytest.mark.parametrize(
    "text", ["SITI", "NUR'AINI", "A=B", "a@b", "JALAN 1-2, A;B", "RT 1/2", "", " ", "1995-08-17"]
)
def test_a_common_text_is_left_alone(text: str) -> None:
    assert formula_safe(text) == text


def test_a_number_below_zero_is_no_formula() -> None:
    assert from_csv(write_csv(["a"], [[-5]])) == [["a"], ["-5"]]


def test_a_header_is_made_safe_too() -> None:
    assert from_csv(write_csv(["=a"], [])) == [["'=a"]]


@given(TEXTS)
def test_no_text_begins_a_formula_wherever_it_is_parted(text: str) -> None:
    for piece in re.split("[,;\t\r\n]", formula_safe(text)):
        assert piece.strip(' "\u00a0')[:1] not in tuple("=+-@＝＋－＠")


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=6))
@example([["\x00", "\ud800"], ["a\r\nb", 'x"y']])
def test_a_csv_gives_back_its_texts(rows: list[list[str]]) -> None:
    assert from_csv(write_csv(["a", "b"], rows))[1:] == [[formula_safe(text) for text in row] for row in rows]


@given(TEXTS.filter(PLAIN.fullmatch))
def test_only_apostrophes_are_added(text: str) -> None:
    rest = iter(formula_safe(text))
    added = [letter for given in text for letter in _before(given, rest)]
    assert set(added) <= {"'"}
    assert next(rest, None) is None


def _before(letter: str, rest: Any) -> list[str]:
    """What stands in ``rest`` before this letter, taking the apostrophes added before an apostrophe as its own."""
    skipped = []
    while (found := next(rest)) != letter:
        skipped.append(found)
    return skipped


# XLSX


def test_a_workbook_holds_texts_as_text_numbers_as_numbers_and_dates_as_dates() -> None:
    data = write_xlsx("Surat", ["nik", "rt", "lahir", "kosong"], [[NIK, 1, date(1995, 8, 17), None]])
    assert from_xlsx(data) == [["nik", "rt", "lahir", "kosong"], [NIK, 1.0, date(1995, 8, 17), ""]]
    assert 'numFmtId="49"' in part(data, "xl/styles.xml")  # "@": what is typed there stays text


@pytest.mark.parametrize(
    "text", ["=1+1", "{=1}", "http://a.example", "mailto:a@b", "0012", "-5", "=HYPERLINK(1)"]
)
def test_a_text_is_neither_formula_nor_link_nor_number(text: str) -> None:
    data = write_xlsx("Surat", ["a"], [[text]])
    assert from_xlsx(data)[1] == [text]
    assert "<f>" not in part(data, SHEET)
    assert "hyperlink" not in part(data, SHEET)


def test_the_header_is_bold_stays_in_view_and_filters() -> None:
    data = write_xlsx("Surat", ["a", "b"], [["1", "2"], ["3", "4"]])
    assert "<b/>" in part(data, "xl/styles.xml")
    assert 'state="frozen"' in part(data, SHEET)
    assert '<autoFilter ref="A1:B3"/>' in part(data, SHEET)


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    data = write_xlsx("Surat", ["a", "b"], [["x" * 20, "x" * 500]])
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([0-9.]+)"', part(data, SHEET))]
    assert [round(width) for width in widths] == [21, write.WIDEST + 1]


def test_the_same_table_is_the_same_bytes() -> None:
    table = ["nik"], [[NIK], ["a"]]
    assert write_xlsx("Surat", *table) == write_xlsx("Surat", *table)
    assert ">2000-01-01T00:00:00Z</dcterms:created>" in part(write_xlsx("Surat", *table), "docProps/core.xml")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Surat 2026", "Surat 2026"),
        ("Surat [a]:*?/\\b", "Surat  a      b"),
        ("'Surat'", "Surat"),
        ("S" * 40, "S" * 31),
    ],
)
def test_a_sheet_is_named_by_the_title_as_far_as_excel_takes_it(title: str, name: str) -> None:
    book = python_calamine.load_workbook(io.BytesIO(write_xlsx(title, ["a"], [])))
    assert book.sheet_names == [name]


def test_what_xml_cannot_hold_is_replaced_visibly() -> None:
    data = write_xlsx("Surat", ["a\x01"], [["A\x00B\ud800C\uffffD\x1fE"]])
    assert from_xlsx(data) == [["a\ufffd"], ["A\ufffdB\ufffdC\ufffdD\ufffdE"]]


def test_a_number_too_long_for_a_cell_is_kept_as_text() -> None:
    assert from_xlsx(write_xlsx("Surat", ["a"], [[2172031708950012], [10**15 - 1]])) == [
        ["a"],
        ["2172031708950012"],
        [float(10**15 - 1)],
    ]


@pytest.mark.parametrize("day", [date(1900, 2, 28), date(1900, 1, 1), date(1899, 12, 31), date(1800, 1, 1)])
def test_a_day_on_which_spreadsheets_disagree_is_kept_as_text(day: date) -> None:
    assert from_xlsx(write_xlsx("Surat", ["a"], [[day]]))[1] == [day.isoformat()]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "MOST_XLSX_ROWS", 2)
    write_xlsx("Surat", ["a"], [["1"]] * 2)
    with pytest.raises(FileRefused) as refused:
        write_xlsx("Surat", ["a"], [["1"]] * 3)
    assert refused.value.code == "too_many_rows"


@settings(max_examples=examples(50), deadline=None)
@given(TABLES)
@example([["_x0041_", "_x000D_", "\r\n"], ["'=1", " a ", "\ta"]])
def test_a_workbook_gives_back_its_values(rows: list[list[Value]]) -> None:
    read = from_xlsx(write_xlsx("Surat", ["a", "b", "c"], rows))[1:]
    padded = [*read, *[["", "", ""]] * (len(rows) - len(read))]  # rows without a value at the end are no rows
    assert padded == [[_kept(value) for value in row] for row in rows]


def _kept(value: Value) -> Any:
    match value:
        case None:
            return ""
        case int() if abs(value) >= 10**15:
            return str(value)
        case date() if value < date(1900, 3, 1):
            return value.isoformat()
    return value


# Out and in again

NAMES = st.text("ABCDEFGHIJ '", min_size=1, max_size=20).filter(str.strip)
PEOPLE = st.lists(
    st.tuples(
        st.integers(10**15, 10**16 - 1).map(str),
        NAMES,
        st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)),
        st.integers(0, 999),
        st.integers(10**9, 10**10 - 1).map(str),
    ),
    min_size=1,
    max_size=8,
)
FIELDS = ["nik", "nama", "tanggal_lahir", "rt", "kode_wilayah"]


@settings(max_examples=examples(20), deadline=None)
@given(PEOPLE)
def test_what_is_written_can_be_read_again(people: list[tuple[str, str, date, int, str]]) -> None:
    left = sorted(COLUMNS.required - set(FIELDS))
    rows: list[Sequence[Value]] = [[*person, *left] for person in people]
    expected = [[*map(str, person), *left] for person in people]
    for data in (write_csv([*FIELDS, *left], rows), write_xlsx("Permohonan", [*FIELDS, *left], rows)):
        read = read_table(data, COLUMNS)
        assert [list(row.fields.values()) for row in read] == expected
