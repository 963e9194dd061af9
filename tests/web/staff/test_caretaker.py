"""What the serving process lets go of by itself, with nobody uploading or printing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from suket_service import issuing, printing
from suket_service.issuing import GivenFile
from suket_service.registry import uploads
from suket_service.registry.uploads import Purpose
from suket_service.web.caretaker import see_to
from suket_service.web.context import Context
from tests.builders import OFFICE, a_row
from tests.paper.builders import face
from tests.web.staff.conftest import OfficeAtWork

RUN = "a" * 32


@pytest.fixture
def unsigned(office: OfficeAtWork) -> Context:
    """The context of a worker that has no passphrase."""
    found: Context = office.app.extensions["suket"]
    return replace(found, settings=replace(found.settings, key_passphrase=None))


def kept_file(office: OfficeAtWork, hours: int) -> str:
    """A file of requests with a portrait, uploaded so long ago."""
    row = a_row(foto="a.png")
    table = ",".join(row.fields) + "\r\n" + ",".join(f'"{value}"' for value in row.fields.values())
    at = datetime.now(UTC) - timedelta(hours=hours)
    pictures = [GivenFile("a.png", face())]
    return issuing.keep_upload(
        office.registry, OFFICE.code, "operator", GivenFile("a.csv", table.encode()), pictures, at
    )


def kept_print(office: OfficeAtWork, hours: int) -> Path:
    printing.Shelf(office.settings.data_dir).put(
        RUN, 1, b"%PDF-1.7", datetime.now(UTC) - timedelta(hours=hours)
    )
    return office.settings.data_dir / "cetakan" / RUN


def is_held(office: OfficeAtWork, upload: str) -> tuple[bool, list[str]]:
    """Whether the rows of a file are still there, and which of its portraits."""
    with office.registry.reading() as tx:
        found = uploads.by_id(tx, OFFICE.code, Purpose.REQUESTS, upload)
        return found.is_held, uploads.photo_keys(tx, upload)


def test_files_and_photographs_older_than_a_day_go_without_a_passphrase_too(
    office: OfficeAtWork, unsigned: Context
) -> None:
    old, new = kept_file(office, 25), kept_file(office, 23)
    see_to(unsigned)
    assert is_held(office, old) == (False, [])
    assert is_held(office, new) == (True, ["a.png"])


def test_prints_older_than_a_day_go(office: OfficeAtWork, unsigned: Context) -> None:
    folder = kept_print(office, 25)
    see_to(unsigned)
    assert not folder.exists()


def test_prints_of_today_stay(office: OfficeAtWork, unsigned: Context) -> None:
    folder = kept_print(office, 23)
    see_to(unsigned)
    assert (folder / "1.pdf").exists()


def test_what_fails_keeps_nothing_else_from_being_done(
    office: OfficeAtWork, unsigned: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(issuing, "let_go_of_old_uploads", broken)
    folder = kept_print(office, 25)
    see_to(unsigned)
    assert not folder.exists()
