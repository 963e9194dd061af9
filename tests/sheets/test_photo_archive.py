"""Pictures out of a stranger's ZIP: one at a time, within limits, and never by its word."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suket_service.errors import FileRefused
from suket_service.sheets import photo_archive
from suket_service.sheets.photo_archive import MOST_FILES
from tests.selection import examples

MOST = 1000


def a_zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(data: bytes) -> list[tuple[str, bytes | None]]:
    return list(photo_archive.pictures(data, MOST))


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return refused.value.code


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_with_their_names(method: int) -> None:
    members = {"a.jpg": b"a" * 50, "folder/b.jpg": b"b"}
    assert read(a_zip(members, method)) == list(members.items())


def test_what_a_computer_leaves_beside_them_is_passed_over() -> None:
    members = {
        "folder/": b"",
        "__MACOSX/._a.jpg": b"x",
        "folder/.DS_Store": b"x",
        "Thumbs.db": b"x",
        "a.jpg": b"a",
    }
    assert read(a_zip(members)) == [("a.jpg", b"a")]


def test_a_file_larger_than_allowed_is_named_without_its_content() -> None:
    assert read(a_zip({"a.jpg": b"a" * (MOST + 1), "b.jpg": b"b" * MOST})) == [
        ("a.jpg", None),
        ("b.jpg", b"b" * MOST),
    ]


def test_more_files_than_allowed_are_refused() -> None:
    assert len(read(a_zip({str(number): b"" for number in range(MOST_FILES)}))) == MOST_FILES
    assert refusal(a_zip({str(number): b"" for number in range(MOST_FILES + 1)})) == "archive_too_many"


def test_a_directory_of_very_many_entries_is_not_even_read() -> None:
    assert refusal(a_zip({str(number): b"" for number in range(2 * MOST_FILES + 1)})) == "archive_too_many"


def test_files_that_unpack_to_too_much_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_archive, "MOST_UNPACKED", 3 * MOST)
    assert len(read(a_zip({str(number): b"a" * MOST for number in range(3)}))) == 3
    assert refusal(a_zip({str(number): b"a" * MOST for number in range(4)})) == "archive_too_large"


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_a_zip_that_is_cut_off_is_refused(cut: int) -> None:
    assert refusal(a_zip({"a.jpg": b"a" * 50})[:-cut]) == "archive_damaged"


def test_a_lie_about_a_files_size_is_found() -> None:
    data = a_zip({"a.jpg": b"a" * 5000})
    place = data.index(b"PK\x01\x02") + 24
    assert struct.unpack_from("<I", data, place) == (5000,)
    assert refusal(data[:place] + struct.pack("<I", 10) + data[place + 4 :]) == "archive_damaged"


def test_a_zip_with_a_password_is_refused() -> None:
    data = bytearray(a_zip({"a.jpg": b"a"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)) == "archive_damaged"


def told(data: bytes) -> list[tuple[str, bytes | None]]:
    """What comes of it: pictures, or nothing where it is refused. Anything else is a fault of ours."""
    try:
        return read(data)
    except FileRefused:
        return []


@given(place=st.integers(0, 250), value=st.integers(0, 255))
@settings(max_examples=examples(300), deadline=None)
def test_a_changed_byte_gives_pictures_or_a_refusal(place: int, value: int) -> None:
    data = bytearray(a_zip({"a.jpg": b"a" * 90, "b.jpg": b"b" * 20}))
    data[place % len(data)] = value
    assert all(content is None or len(content) <= MOST for _, content in told(bytes(data)))


@given(st.binary(max_size=200))
def test_any_bytes_give_pictures_or_a_refusal(data: bytes) -> None:
    assert told(b"PK\x03\x04" + data) == []
