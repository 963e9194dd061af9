"""Tables of people in and back: what is given to be mended comes again as it was; templates are readable."""

import io

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core import request as requests
from suket_service.errors import FileRefused
from suket_service.sheets import kept
from suket_service.sheets.request_table import ERRORS, FIELDS, columns_of, given_back, read_people
from suket_service.sheets.table import Row
from suket_service.sheets.template import CHOICES_SHEET, EXAMPLES_SHEET, TemplateColumn, write_template
from suket_service.sheets.write import as_typed, formula_safe, write_csv, write_xlsx
from tests.builders import TODAY, VILLAGES, a_row

#: What a CSV can hold: no zero byte, and one kind of line end.
TEXTS = st.text(st.one_of(st.sampled_from("=+-@,;\"' A"), st.characters(codec="utf-8", exclude_characters="\x00\r")), max_size=12)  # fmt: skip


def told(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.fields.items() if name != ERRORS}


@given(st.text(st.sampled_from("=+-@,;\t\n\r\"' A"), max_size=8))
def test_what_was_made_safe_is_known_again(text: str) -> None:
    if "'" not in text:
        assert as_typed(formula_safe(text)) == text


def test_the_column_of_errors_is_passed_over() -> None:
    row = a_row()
    [again] = read_people(write_csv([*row.fields, ERRORS], [[*row.fields.values(), "rt: salah"]]))
    assert requests.read(again.fields, VILLAGES, TODAY).request is not None


@pytest.mark.parametrize(
    "write", [write_csv, lambda *table: write_xlsx("Permohonan", *table)], ids=["csv", "xlsx"]
)
def test_rows_that_were_given_back_come_again_as_they_were(write) -> None:  # type: ignore[no-untyped-def]
    rows = [a_row(nama="=1+1", rt="-"), a_row(3, alamat="-", pekerjaan="A,-B")]
    columns = columns_of(rows)
    data = write([*columns, ERRORS], given_back([(row, "salah") for row in rows], columns))
    assert [told(row) for row in read_people(data)] == [told(row) for row in rows]


def test_an_apostrophe_in_a_file_of_somebody_elses_stays() -> None:
    [row] = read_people(write_xlsx("Permohonan", list(a_row().fields), [a_row(nama="'-X").fields.values()]))
    assert row.fields["nama"] == "'-X"
    [row] = read_people(write_csv(list(a_row().fields), [a_row(nama="-X").fields.values()]))
    assert row.fields["nama"] == "'-X"


def test_columns_are_given_back_in_the_usual_order_and_no_others() -> None:
    rows = [Row(2, {"nama": "A", "nik": "1"}), Row(3, {"foto": "a", "_extra": "1"})]
    assert columns_of(rows) == ["nik", "nama", "foto"]


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), TEXTS), max_size=4))
def test_rows_that_are_kept_come_again(rows: list[dict[str, str]]) -> None:
    made = [Row(number, fields) for number, fields in enumerate(rows, start=2)]
    assert kept.unpack(kept.pack(made)) == made


COLUMNS = [
    TemplateColumn("nik", "16 digit", required=True),
    *(TemplateColumn(field, "", required=False) for field in FIELDS if field not in ("nik", "kode_wilayah")),
    TemplateColumn(
        "kode_wilayah", "10 digit", required=True, choices=(("2172031001", "Tanjungpinang Kota"),)
    ),
]


class TestTemplates:
    def test_a_filled_one_is_read_by_our_own_reader(self) -> None:
        data = write_template("Permohonan", COLUMNS, [], [dict(a_row().fields)])
        [row] = read_people(data)
        reading = requests.read(row.fields, VILLAGES, TODAY)
        assert reading.request is not None
        assert reading.request.resident.nik == a_row().fields["nik"]

    def test_an_empty_one_is_refused_for_holding_no_rows(self) -> None:
        with pytest.raises(FileRefused) as refused:
            read_people(write_template("Permohonan", COLUMNS, [dict(a_row().fields)]))
        assert refused.value.code == "file_empty"

    def test_every_cell_is_text(self) -> None:
        data = write_template("Permohonan", COLUMNS, [dict(a_row().fields)], [dict(a_row().fields)])
        book = python_calamine.load_workbook(io.BytesIO(data))
        for name in ("Permohonan", EXAMPLES_SHEET, CHOICES_SHEET):
            cells = [cell for line in book.get_sheet_by_name(name).to_python() for cell in line]
            assert all(isinstance(cell, str) for cell in cells), name

    def test_choices_stand_with_what_they_mean_on_a_sheet_of_their_own(self) -> None:
        book = python_calamine.load_workbook(io.BytesIO(write_template("Permohonan", COLUMNS, [])))
        lines = book.get_sheet_by_name(CHOICES_SHEET).to_python()
        assert lines[0][0] == "kode_wilayah"
        assert lines[1] == ["2172031001", "Tanjungpinang Kota"]

    def test_the_same_template_is_the_same_bytes(self) -> None:
        assert write_template("Permohonan", COLUMNS, []) == write_template("Permohonan", COLUMNS, [])
