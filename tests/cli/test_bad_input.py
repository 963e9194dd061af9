"""Bad input: a clear message by row and field or a clear refusal of the file; the other rows go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.builders import EXAMPLES, example_rows, lines_of, suket
from tests.paper.test_portrait import png_of

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
#: (field, code) of every row of the example with mistakes, in order; None: it is issued.
MISTAKES = [
    ("nik", "nik_length"),
    ("nik", "nik_not_digits"),
    ("nik", "nik_not_digits"),
    None,
    ("tanggal_lahir", "date_impossible"),
    ("kode_wilayah", "region_unknown"),
    ("status_perekaman", "recording_state"),
    ("status_perekaman", "recording_state"),
    ("status_perekaman", "recording_state"),
    ("foto", "portrait_missing"),
    ("foto", "portrait_not_image"),
    ("nama", "name_too_long"),
    ("nama", "name_characters"),
    None,
    ("nama", "name_characters"),
    ("nama", "name_characters"),
    ("nama", "name_characters"),
    ("tanggal_lahir", "too_young"),
    ("agama", "unknown_value"),
    ("tanggal_lahir", "birth_date_range"),
    ("rt", "rt_rw_form"),
    ("nik", "duplicate_in_file"),
]


def issue(file: Path, data: Path) -> Result:
    return suket("issue", file, *PEOPLE, "--json", data=data)


def found(line: dict[str, Any]) -> tuple[str, str] | None:
    assert (line["status"] == "issued") is (line["errors"] == [])
    problems = [(error["field"], error["code"]) for error in line["errors"]]
    return problems[0] if problems else None


def test_every_mistake_of_the_example_is_told_by_row_and_field(demo: Path) -> None:
    result = issue(EXAMPLES / "permohonan-salah.csv", demo)
    lines = lines_of(result)
    assert result.exit_code == 1
    assert [line["row"] for line in lines] == list(range(2, len(MISTAKES) + 2))
    assert [found(line) for line in lines] == MISTAKES
    assert [line["number"].split("/")[1] for line in lines if line["number"]] == ["0001", "0002"]
    assert all(error["message"] for line in lines for error in line["errors"])
    assert {line["pdf"] for line in lines} == {None}


def test_the_file_with_mistakes_again_issues_nothing_new(demo: Path) -> None:
    first = lines_of(issue(EXAMPLES / "permohonan-salah.csv", demo))
    again = lines_of(issue(EXAMPLES / "permohonan-salah.csv", demo))
    assert [line["id"] for line in again] == [line["id"] for line in first]
    assert {line["status"] for line in again} == {"unchanged", "refused"}


@pytest.fixture
def one_row(tmp_path: Path) -> Callable[..., Path]:
    """The first example request, changed in one cell, with a file beside it."""

    def write(column: str, cell: str, **beside: bytes) -> Path:
        file = example_rows(tmp_path, "9013")
        header, row = (line.split(",") for line in file.read_text("utf-8").splitlines())
        row[header.index(column)] = cell
        file.write_text("\n".join((",".join(header), ",".join(row), "")), "utf-8")
        for name, content in beside.items():
            (tmp_path / name).write_bytes(content)
        return file

    return write


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("tidak-ada.jpg", "portrait_missing"),
        ("../../etc/passwd", "portrait_outside"),
        ("/etc/passwd", "portrait_outside"),
        (".", "portrait_missing"),
        ("a" * 300, "portrait_missing"),
        ("a\x00b", "portrait_missing"),
        ("bomb", "portrait_too_many_pixels"),
        ("text", "portrait_not_image"),
        ("large", "portrait_too_large"),
    ],
)
def test_a_portrait_that_cannot_be_used_is_told(
    demo: Path, one_row: Callable[..., Path], cell: str, code: str
) -> None:
    file = one_row(
        "foto", cell, bomb=png_of(20_000, 20_000), text=b"no picture", large=bytes(11 * 1024 * 1024)
    )
    [line] = lines_of(issue(file, demo))
    assert found(line) == ("foto", code)


def test_a_link_out_of_the_folder_is_not_followed(
    demo: Path, one_row: Callable[..., Path], tmp_path: Path
) -> None:
    outside = tmp_path.parent / "outside.png"
    outside.write_bytes((EXAMPLES / "portraits" / "9001.png").read_bytes())
    (tmp_path / "link.png").symlink_to(outside)
    [line] = lines_of(issue(one_row("foto", "link.png"), demo))
    assert found(line) == ("foto", "portrait_outside")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.upper().replace("JENIS_SURAT", "Jenis Surat").encode(),
    ],
    ids=["byte order mark", "semicolons", "tabs", "crlf", "upper case"],
)
def test_the_same_table_in_another_dress_is_read(
    demo: Path, tmp_path: Path, change: Callable[[str], bytes]
) -> None:
    file = example_rows(tmp_path, "9013")
    file.write_bytes(change(file.read_text("utf-8")))
    [line] = lines_of(issue(file, demo))
    assert line["status"] == "issued"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf",
        b"nik,nama\n1,ANI\n",
        (EXAMPLES / "permohonan.csv").read_text("utf-8").encode("cp1252", "replace"),
        (EXAMPLES / "permohonan.csv").read_bytes().splitlines()[0],
        b"PK\x03\x04",
    ],
    ids=["empty", "mark alone", "missing columns", "windows-1252", "header alone", "workbook"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(demo: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "permohonan.csv"
    file.write_bytes(content)
    result = issue(file, demo)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("suket: ")
    assert lines_of(suket("letters", "--json", data=demo)) == []


def test_a_file_that_is_not_there_is_wrong_use(demo: Path, tmp_path: Path) -> None:
    assert issue(tmp_path / "none.csv", demo).exit_code == 2


def test_a_mended_file_issues_the_mended_row_alone(demo: Path, tmp_path: Path) -> None:
    file = example_rows(tmp_path, "9003", "9013")
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("1957-09-02", "1957-02-30"), "utf-8")
    assert [line["status"] for line in lines_of(issue(file, demo))] == ["refused", "issued"]
    file.write_text(whole, "utf-8")
    again = lines_of(issue(file, demo))
    assert [line["status"] for line in again] == ["issued", "unchanged"]
    assert [line["number"].split("/")[1] for line in again] == ["0002", "0001"]
