"""Files of rows as offices send them: read whole or refused whole, never read wrongly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suket_service.errors import FileRefused
from suket_service.sheets import table
from suket_service.sheets.read import Row, read_table
from suket_service.sheets.request_table import COLUMNS as REQUEST_COLUMNS
from tests.sheets.builders import COLUMNS, an_ole_file


def rows_of(text: str | bytes) -> list[Row]:
    return read_table(text.encode() if isinstance(text, str) else text, COLUMNS)


def refusal_of(text: str | bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        rows_of(text)
    assert refused.value.text.id
    assert refused.value.text.en
    return refused.value.code


def fields_of(text: str | bytes) -> list[dict[str, str]]:
    return [dict(row.fields) for row in rows_of(text)]


ANI = {"nik": "1", "nama": "ANI"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_file_is_parted_by(delimiter: str) -> None:
    assert fields_of(f"nik{delimiter}nama\n1{delimiter}ANI\n") == [ANI]


def test_the_header_alone_chooses_the_delimiter() -> None:
    assert fields_of("nik;nama\n1;A,B,C\n") == [{"nik": "1", "nama": "A,B,C"}]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_lines_end_with(newline: str) -> None:
    assert fields_of(newline.join(("nik,nama", "1,ANI", ""))) == [ANI]


def test_the_last_line_may_lack_its_end() -> None:
    assert fields_of("nik,nama\n1,ANI") == [ANI]


def test_a_byte_order_mark_is_no_part_of_the_first_header() -> None:
    assert fields_of(b"\xef\xbb\xbfnik,nama\n1,ANI\n") == [ANI]


@pytest.mark.parametrize("header", ["NIK,Nama", " nik , nama ", "nik,name"])
def test_a_header_is_known_by(header: str) -> None:
    assert fields_of(f"{header}\n1,ANI\n") == [ANI]


def test_a_header_of_two_words_is_known_with_a_blank() -> None:
    assert fields_of("nik,nama,Tanggal Lahir\n1,ANI,1995-08-17\n") == [{**ANI, "tanggal_lahir": "1995-08-17"}]


def test_columns_may_stand_in_any_order() -> None:
    assert fields_of("nama,nik\nANI,1\n") == [ANI]


def test_cells_are_kept_as_they_are() -> None:
    assert fields_of('nik,nama\n 0012 ,"=A1+""x"""\n') == [{"nik": " 0012 ", "nama": '=A1+"x"'}]


def test_a_row_has_the_number_that_a_spreadsheet_shows() -> None:
    assert [row.number for row in rows_of("nik,nama\n1,ANI\n2,BUDI\n")] == [2, 3]


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert [row.number for row in rows_of("nik,nama\n\n1,ANI\n,\n  ,\n2,BUDI\n\n")] == [3, 6]


def test_a_newline_in_quotes_belongs_to_its_cell_and_to_one_row() -> None:
    assert [(row.number, row.fields["nama"]) for row in rows_of('nik,nama\n1,"A\nB"\n2,BUDI\n')] == [
        (2, "A\nB"),
        (3, "BUDI"),
    ]


def test_a_cell_that_is_missing_at_the_end_is_not_there() -> None:
    assert fields_of("nik,nama,foto\n1,ANI\n") == [ANI]


def test_cells_beyond_the_header_mark_the_row() -> None:
    assert fields_of("nik,nama\n1,ANI,more\n2,BUDI\n") == [
        {**ANI, "_extra": "1"},
        {"nik": "2", "nama": "BUDI"},
    ]


def test_blank_cells_beyond_the_header_mark_nothing() -> None:
    assert fields_of("nik,nama\n1,ANI, ,\n") == [ANI]


@pytest.mark.parametrize("header", ["nik,nama,", "nik,nama,,"], ids=["one", "two"])
def test_empty_columns_at_the_end_are_left_out(header: str) -> None:
    assert fields_of(f"{header}\n1,ANI,,\n") == [ANI]


@pytest.mark.parametrize("header", ["nik,,nama", "nik,,nama,", ",nik,nama,"])
def test_an_empty_column_between_others_never_moves_their_cells(header: str) -> None:
    assert refusal_of(f"{header}\n1,2,3,\n") == "column_unknown"


def test_a_very_long_cell_is_cut() -> None:
    [row] = rows_of(f"nik,nama\n1,{'A' * 5_000}\n")
    assert len(row.fields["nama"]) == table.MOST_CELL_CHARACTERS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t\n", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b"nik,nama\n", "file_empty"),
        (b"nik,nama\n,\n \n", "file_empty"),
        (b"nik\n1\n", "column_missing"),
        (b"\nnik,nama\n1,ANI\n", "column_missing"),
        (b"nik,nama,umur\n1,ANI,3\n", "column_unknown"),
        (b"1,ANI\n2,BUDI\n", "column_unknown"),
        (b"nik,nama,nama\n1,ANI,BUDI\n", "column_twice"),
        (b"nik,nama,name\n1,ANI,BUDI\n", "column_twice"),
        (b'nik,nama\n1,"ANI\n2,BUDI\n', "file_not_csv"),
        (b'nik,nama\n1,"ANI"X\n', "file_not_csv"),
        (an_ole_file(), "file_not_xlsx"),
        (an_ole_file("EncryptedPackage"), "file_encrypted"),
        ("nik,nama\n1,RENÉ\n".encode("cp1252"), "file_not_utf8"),
        ("nik,nama\n1,ANI\n".encode("utf-16"), "file_not_utf8"),
    ],
)
def test_a_file_is_refused_whole(data: bytes, code: str) -> None:
    assert refusal_of(data) == code


def test_a_file_of_another_encoding_is_told_by_its_line() -> None:
    with pytest.raises(FileRefused) as refused:
        rows_of("nik,nama\n1,ANI\n2,RENÉ\n".encode("cp1252"))
    assert "baris 3" in refused.value.text.id
    assert "line 3" in refused.value.text.en


def test_the_missing_columns_are_named() -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(b"nik,nama\n1,ANI\n", REQUEST_COLUMNS)
    missing = REQUEST_COLUMNS.required - {"nik", "nama"}
    assert all(name in refused.value.text.id for name in missing)


def sentence_about(text: str) -> str:
    with pytest.raises(FileRefused) as refused:
        rows_of(text)
    return refused.value.text.id


def test_an_unknown_column_is_named_without_what_cannot_be_printed() -> None:
    assert "Kolom C berjudul 'umur'" in sentence_about("nik,nama,um\x1bur\n1,ANI,3\n")


def test_a_column_without_a_title_is_named_by_its_letter() -> None:
    assert "Kolom B tidak berjudul" in sentence_about("nik,,nama\n1,2,ANI\n")


def test_a_column_beyond_z_is_named_as_a_spreadsheet_names_it() -> None:
    assert "Kolom AB tidak berjudul" in sentence_about(f"nik,{'nama,' * 26},foto\n1\n")


def test_a_row_in_the_header_s_place_is_not_repeated_to_anyone() -> None:
    told = sentence_about("SITI AMINAH,2172031708950003\n")
    assert "Baris pertama bukan judul kolom" in told
    assert not [secret for secret in ("SITI", "2172") if secret in told]


def test_as_many_rows_as_allowed_are_read() -> None:
    assert len(rows_of("nik,nama\n" + "1,A\n" * table.MOST_ROWS)) == table.MOST_ROWS


def test_one_row_more_is_too_many() -> None:
    assert refusal_of("nik,nama\n" + "1,A\n" * (table.MOST_ROWS + 1)) == "file_too_many_rows"


def test_a_file_above_the_limit_is_too_large() -> None:
    assert refusal_of(b"nik,nama\n" + b"1" * table.MOST_BYTES) == "file_too_large"


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(str.encode),
        st.text(alphabet='nik,ma;\t\n\r" 1\x00é', max_size=60).map(lambda body: f"nik,nama\n{body}".encode()),
    )
)
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        rows = rows_of(data)
    except FileRefused:
        return
    assert rows
    assert all(set(row.fields) <= {*COLUMNS.headers.values(), "_extra"} for row in rows)
    assert [row.number for row in rows] == sorted({row.number for row in rows})
