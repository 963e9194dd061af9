"""Hostile workbooks: refused quickly and in little memory, before anything reads their sheets."""

import io
import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suket_service.errors import FileRefused
from suket_service.sheets import cell_reader, container, xlsx_rows
from suket_service.sheets.read import Row, read_table
from tests.selection import examples
from tests.sheets.builders import (
    COLUMNS,
    HEADER,
    SHEET,
    STRINGS,
    a_book,
    a_huge_sheet,
    a_workbook,
    told_of_size,
    with_directory,
    with_part,
    with_rows,
)

GOOD = a_workbook(["1", "ANI"])
ROWS = [Row(2, {"nik": "1", "nama": "ANI"})]
MEBIBYTE = 1024 * 1024

#: Reads a file in a process of its own and tells what came of it and the most memory (MiB) that the
#: process and the reader it starts ever held.
READ_AND_MEASURE = """
import json, pathlib, resource, sys
from suket_service.errors import FileRefused
from suket_service.sheets.read import read_table
from tests.sheets.builders import COLUMNS
try:
    came = len(read_table(pathlib.Path(sys.argv[1]).read_bytes(), COLUMNS))
except FileRefused as refused:
    came = refused.code
peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([came, max(peaks)]))
"""


def code_of(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_table(data, COLUMNS)
    return refused.value.code


@pytest.fixture
def measured(tmp_path: Path) -> Callable[[bytes], tuple[object, int]]:
    """What came of reading a file, and the most memory it took (MiB)."""

    def measure(data: bytes) -> tuple[object, int]:
        file = tmp_path / "measured.xlsx"
        file.write_bytes(data)
        env = {"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[2])}
        # A shell in between: the peak of this large process must not count as that of its child.
        command = ["sh", "-c", '"$0" "$@"', sys.executable, "-c", READ_AND_MEASURE, str(file)]
        told = subprocess.run(command, env=env, check=True, capture_output=True).stdout
        came, peak = json.loads(told)
        return came, peak

    return measure


# Sizes


def test_a_sheet_of_300_mebibytes_is_refused_without_unpacking_it(
    measured: Callable[[bytes], tuple[object, int]],
) -> None:
    _, usual = measured(GOOD)
    came, peak = measured(a_huge_sheet(300))
    assert came == "workbook_too_large"
    assert peak < usual + 20


def test_a_sheet_of_300_mebibytes_that_is_told_as_small_is_refused_as_early(
    measured: Callable[[bytes], tuple[object, int]],
) -> None:
    _, usual = measured(GOOD)
    came, peak = measured(told_of_size(a_huge_sheet(300), SHEET, 5_000))
    assert came == "workbook_damaged"
    assert peak < usual + 20


def test_a_long_text_told_in_every_cell_is_held_within_the_reader_s_memory(
    measured: Callable[[bytes], tuple[object, int]],
) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 20_000))
    long = with_part(
        with_rows(a_workbook(), rows), STRINGS, lambda xml: xml.replace(b">nik<", b">" + b"A" * 30_000 + b"<")
    )
    came, peak = measured(long)
    assert came == "workbook_too_large"
    assert peak <= cell_reader.MEMORY // MEBIBYTE


def test_one_cell_in_the_last_corner_is_refused_before_a_sheet_is_laid_out(
    measured: Callable[[bytes], tuple[object, int]],
) -> None:
    _, usual = measured(GOOD)
    far = with_rows(GOOD, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    came, peak = measured(far)
    assert came == "workbook_too_large"
    assert peak < usual + 20


def test_a_sheet_that_calls_itself_larger_than_it_is_is_read() -> None:
    lie = with_part(GOOD, SHEET, lambda xml: xml.replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"'))
    assert lie != GOOD
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(lie)).read(SHEET)
    assert read_table(lie, COLUMNS) == ROWS


def test_more_text_than_a_file_may_hold_is_refused_even_when_it_is_packed_small() -> None:
    cells = '<c t="s"><v>0</v></c>' * 50
    rows = "".join(f'<row r="{row}">{cells}</row>' for row in range(2, 500))
    long = with_part(
        with_rows(a_workbook(), rows), STRINGS, lambda xml: xml.replace(b">nik<", b">" + b"A" * 1_000 + b"<")
    )
    assert code_of(long) == "workbook_too_large"


def test_a_part_packed_more_tightly_than_any_sheet_is_refused() -> None:
    size = container.MOST_RATIO * 10_000
    assert code_of(with_part(GOOD, SHEET, lambda xml: xml + b" " * size)) == "workbook_too_large"


def test_parts_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(container.rebuilt(GOOD)) as archive:
        together = sum(part.file_size for part in archive.infolist())
    monkeypatch.setattr(container, "MOST_UNPACKED", together)
    container.rebuilt(GOOD)
    monkeypatch.setattr(container, "MOST_UNPACKED", together - 1)
    with pytest.raises(FileRefused) as refused:
        container.rebuilt(GOOD)
    assert refused.value.code == "workbook_too_large"


def test_parts_that_no_table_needs_are_not_unpacked() -> None:
    pictures = with_part(GOOD, "xl/media/image1.png", lambda _: bytes(2 * container.MOST_UNPACKED))
    assert read_table(pictures, COLUMNS) == ROWS
    assert zipfile.ZipFile(container.rebuilt(pictures)).namelist() == [
        name
        for name in zipfile.ZipFile(io.BytesIO(GOOD)).namelist()
        if not name.startswith(("docProps", "xl/theme"))
    ]


def test_too_many_parts_are_refused() -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(container.MOST_PARTS):
            archive.writestr(f"docProps/{number}", b"")
    assert code_of(out.getvalue()) == "workbook_too_large"


# Archives that are not what they say


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_part_of_another_size_than_told_is_refused(size: int) -> None:
    assert code_of(told_of_size(GOOD, SHEET, size)) == "workbook_damaged"


@pytest.mark.parametrize(
    "changes",
    [
        {"header_offset": "xl/workbook.xml"},
        {"compress_size": 3_000},
        {"CRC": 1},
        {"flag_bits": 0x1},
        {"compress_type": zipfile.ZIP_BZIP2},
        {"filename": "xl/Workbook.xml"},
    ],
    ids=["same bytes", "bytes of the next", "checksum", "locked", "other packing", "same name"],
)
def test_a_directory_that_is_refused(changes: dict[str, object]) -> None:
    assert code_of(with_directory(GOOD, SHEET, **changes)) == "workbook_damaged"


def test_a_directory_with_one_name_twice_is_refused() -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert code_of(out.getvalue()) == "workbook_damaged"


def test_bytes_that_are_told_as_two_parts_are_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheet = archive.read(SHEET)
    twin = "xl/worksheets/sheet2.xml"
    twice = with_part(GOOD, twin, lambda _: sheet)
    assert read_table(twice, COLUMNS) == ROWS
    assert code_of(with_directory(twice, twin, header_offset=SHEET)) == "workbook_damaged"


def test_a_stored_part_is_read_like_a_packed_one() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
    assert read_table(out.getvalue(), COLUMNS) == ROWS


# XML


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml", STRINGS, SHEET]
)
def test_a_document_type_is_refused_in(part: str) -> None:
    declared = b'?><!DOCTYPE a [<!ENTITY b "ANI">]>'
    assert code_of(with_part(GOOD, part, lambda xml: xml.replace(b"?>", declared, 1))) == "workbook_damaged"


@pytest.mark.parametrize("mark", [b"<!ENTITY b 'ANI'>", b"<!doctype a>"])
def test_a_declaration_is_refused_as(mark: bytes) -> None:
    assert (
        code_of(with_part(GOOD, SHEET, lambda xml: xml.replace(b"?>", b"?>" + mark, 1))) == "workbook_damaged"
    )


def test_another_encoding_in_which_a_declaration_could_hide_is_refused() -> None:
    assert code_of(with_part(GOOD, SHEET, lambda xml: xml.decode().encode("utf-16"))) == "workbook_damaged"


# The reader


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "WALL_SECONDS", 0.001)
    assert code_of(GOOD) == "workbook_too_large"


def test_nothing_is_imported_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "resource", "python_calamine", "suket_service"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert read_table(GOOD, COLUMNS) == ROWS


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=40))
def test_a_workbook_with_bytes_changed_anywhere_is_read_or_refused(at: int, bytes_there: bytes) -> None:
    try:
        rows = read_table(GOOD[:at] + bytes_there + GOOD[at + len(bytes_there) :], COLUMNS)
    except FileRefused:
        return
    assert rows


def test_the_reader_s_sentences_reach_the_caller_in_both_languages() -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(a_book({"Kosong €": [], "Isi": [HEADER]}), COLUMNS)
    assert "'Kosong €' kosong" in refused.value.text.id
    assert "'Kosong €' is empty" in refused.value.text.en
