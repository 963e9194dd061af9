"""Workbooks at the command line: the same letters as from a CSV, cells refused by row and field, files told in one line."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from click.testing import Result

from suket_service.cli.letter_files import read_rows, write_table
from suket_service.errors import FileRefused
from suket_service.sheets.request_table import ERRORS
from suket_service.sheets.table import MOST_BYTES
from tests.cli.builders import EXAMPLES, NIK, copy_of, lines_of, suket
from tests.sheets.builders import a_huge_sheet, a_workbook, an_ole_file

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")


def example(*serials: str) -> tuple[list[str], list[dict[str, Any]]]:
    """The header of the example requests and the rows of these serials, without their pictures."""
    with (EXAMPLES / "permohonan.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{**row, "foto": ""} for row in reader if row["nik"][-4:] in serials]
        assert reader.fieldnames is not None
        return list(reader.fieldnames), rows


def as_typed(row: dict[str, Any]) -> dict[str, Any]:
    """The row as someone typing into Excel makes it: a date becomes a date, RT and RW become numbers."""
    typed = {
        "tanggal_lahir": date.fromisoformat(row["tanggal_lahir"]),
        "rt": int(row["rt"]),
        "rw": int(row["rw"]),
    }
    return {**row, **typed}


def a_file(folder: Path, header: Sequence[str], rows: Sequence[dict[str, Any]], name: str = "a.xlsx") -> Path:
    path = folder / name
    path.write_bytes(a_workbook(*[[row[field] for field in header] for row in rows], header=header))
    return path


def issue(file: Path, data: Path) -> Result:
    return suket("issue", file, *PEOPLE, "--json", data=data)


def told_of(result: Result) -> list[tuple[int, str, list[tuple[str, str]]]]:
    return [
        (line["row"], line["status"], [(error["field"], error["code"]) for error in line["errors"]])
        for line in lines_of(result)
    ]


def test_a_workbook_as_people_type_it_gives_a_letter_a_row(demo: Path, tmp_path: Path) -> None:
    header, rows = example("9001", "9013")
    result = issue(a_file(tmp_path, header, [as_typed(row) for row in rows]), demo)
    assert result.exit_code == 0, result.output
    assert told_of(result) == [(2, "issued", []), (3, "issued", [])]


def test_the_same_workbook_again_issues_nothing_new(demo: Path, tmp_path: Path) -> None:
    header, rows = example("9001")
    file = a_file(tmp_path, header, rows)
    first, again = lines_of(issue(file, demo)), lines_of(issue(file, demo))
    assert [line["status"] for line in (*first, *again)] == ["issued", "unchanged"]
    assert first[0]["id"] == again[0]["id"]


def test_a_workbook_asks_for_the_same_letters_as_its_csv(demo: Path, tmp_path: Path) -> None:
    header, rows = example("9001", "9013")
    from_csv = tmp_path / "a.csv"
    write_table(from_csv, "", header, [[row[field] for field in header] for row in rows])
    first = lines_of(issue(from_csv, demo))
    again = lines_of(issue(a_file(tmp_path, header, [as_typed(row) for row in rows]), demo))
    assert [line["status"] for line in again] == ["unchanged", "unchanged"]
    assert [line["number"] for line in again] == [line["number"] for line in first]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_rows_that_were_given_back_and_mended_are_issued(demo: Path, tmp_path: Path, name: str) -> None:
    header, rows = example("9001", "9013")
    rows[0]["alamat"] = "-"  # a spreadsheet would calculate it: in a CSV it stands behind an apostrophe
    given = [[*(row[field] for field in header), "alamat: mohon diperiksa"] for row in rows]
    file = tmp_path / name
    write_table(file, "Permohonan", [*header, ERRORS], given)
    assert told_of(issue(file, demo)) == [(2, "issued", []), (3, "issued", [])]
    same = a_file(tmp_path, header, rows, "typed.xlsx")
    assert [line["status"] for line in lines_of(issue(same, demo))] == ["unchanged", "unchanged"]


def test_a_nik_and_a_region_in_cells_of_numbers_are_refused_and_the_other_rows_go_on(
    demo: Path, tmp_path: Path
) -> None:
    header, (first, second) = example("9001", "9013")
    numeric = {**first, "nik": int(first["nik"]), "kode_wilayah": int(first["kode_wilayah"])}
    result = issue(a_file(tmp_path, header, [numeric, second]), demo)
    assert result.exit_code == 1
    assert told_of(result) == [
        (2, "refused", [("nik", "numeric_cell"), ("kode_wilayah", "numeric_cell")]),
        (3, "issued", []),
    ]
    assert not NIK.search(result.output)


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("tanggal_lahir", 34928, "date_form"),
        ("alasan", "#N/A", "unreadable_cell"),
        ("foto", True, "unreadable_cell"),
        ("alamat", date(2026, 3, 5), "numeric_cell"),
        ("nama", 12, "name_characters"),
        ("tanggal_lahir", None, "date_missing"),
    ],
)
def test_a_cell_that_cannot_be_trusted_refuses_its_row_by_field(
    demo: Path, tmp_path: Path, field: str, cell: Any, code: str
) -> None:
    header, [row] = example("9001")
    result = issue(a_file(tmp_path, header, [{**row, field: cell}]), demo)
    assert told_of(result) == [(2, "refused", [(field, code)])]


def test_a_register_is_imported_from_a_workbook(demo: Path, tmp_path: Path) -> None:
    header, (first, second, third) = example("9001", "9002", "9013")
    numeric = [{**row, "nik": int(row["nik"])} for row in (first, second)]
    file = a_file(tmp_path, header, [*numeric, as_typed(third)])
    result = suket("residents", "import", file, "--by", "operator", "--json", data=demo)
    assert result.exit_code == 1
    refused = [("nik", "numeric_cell")]
    assert told_of(result) == [(2, "refused", refused), (3, "refused", refused), (4, "imported", [])]
    assert not NIK.search(result.output)


def test_the_content_says_what_a_file_is_and_not_its_name(demo: Path, tmp_path: Path) -> None:
    header, rows = example("9001")
    workbook = a_file(tmp_path, header, rows, "a.csv")
    assert told_of(issue(workbook, demo)) == [(2, "issued", [])]
    named_wrongly = tmp_path / "b.xlsx"
    named_wrongly.write_text((EXAMPLES / "permohonan.csv").read_text("utf-8"), "utf-8")
    assert len(read_rows(named_wrongly)[0]) == len(read_rows(EXAMPLES / "permohonan.csv")[0])


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: a_huge_sheet(300), "terlalu besar"),
        (lambda: a_workbook(["1"])[:-100], "rusak"),
        (an_ole_file, ".xls"),
        (lambda: an_ole_file("EncryptedPackage"), "kata sandi"),
        (lambda: a_workbook(header=["nik", "umur"]), "'umur'"),
        (lambda: b" " * (MOST_BYTES + 1), "20 MB"),
    ],
    ids=["300 MiB sheet", "damaged", "old", "locked", "unknown column", "large"],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    fresh_demo: Path, tmp_path: Path, content: Callable[[], bytes], said: str
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(content())
    result = issue(file, copy_of(fresh_demo, tmp_path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr


# Tables out

TABLE: tuple[str, list[str], list[list[str | None]]] = (
    "Surat",
    ["nik", "nama"],
    [["2172031708950012", "=SITI"], ["2", None]],
)


def test_a_table_is_written_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "baru" / "surat.XLSX"
    write_table(path, *TABLE)
    sheet = python_calamine.load_workbook(io.BytesIO(path.read_bytes())).get_sheet_by_name("Surat")
    assert sheet.to_python() == [["nik", "nama"], ["2172031708950012", "=SITI"], ["2", ""]]
    assert list(path.parent.iterdir()) == [path]


def test_a_table_is_written_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "surat.csv"
    write_table(path, *TABLE)
    assert path.read_bytes() == b"\xef\xbb\xbfnik,nama\r\n2172031708950012,'=SITI\r\n2,\r\n"


@pytest.mark.parametrize("name", ["surat", "surat.xls", "surat.pdf"])
def test_a_table_of_another_ending_is_refused_and_nothing_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        write_table(tmp_path / "baru" / name, *TABLE)
    assert refused.value.code == "table_suffix"
    assert name in refused.value.text.id
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "surat.csv"
    path.write_text("lama")

    def broken() -> Any:
        yield ["1", "2"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_table(path, "Surat", ["nik", "nama"], broken())
    assert path.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [path]
