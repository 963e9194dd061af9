"""A draft's preview comes from the registry as it stands, and leaves nothing there."""

from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader

from suket_service import issuing, printing
from suket_service.core.request import Request
from suket_service.errors import NotFound, WrongState
from suket_service.issuing import Application
from suket_service.printing import Press
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, NOON, OFFICE, a_resident, a_row
from tests.paper.builders import TEMPLATES

PRESS = Press(TEMPLATES, demo=False, processes=1)


@pytest.fixture
def draft(registry: Registry, register: Callable[..., None]) -> str:
    register(a_row())
    asked = Application(OFFICE.code, Request(a_resident(), "Blangko habis", None, None, None, ()), None)
    return issuing.draft(registry, asked, "operator", NOON)


def preview(registry: Registry, letter: str, office: str = OFFICE.code) -> bytes:
    return printing.draft_pdf(registry, office, letter, PRESS, BASE_URL, NOON)


def test_it_is_dated_today_and_names_the_person(registry: Registry, draft: str) -> None:
    [page] = PdfReader(BytesIO(preview(registry, draft))).pages
    found = page.extract_text()
    assert "SUHARTINI" in found
    assert "22 November 2026" in found
    assert "21 Mei 2027" in found


def test_it_is_a_picture_as_well(registry: Registry, draft: str) -> None:
    png = printing.draft_picture(registry, OFFICE.code, draft, PRESS, BASE_URL, NOON)
    assert png.startswith(b"\x89PNG")


def test_what_is_issued_has_no_preview(registry: Registry, issued: LetterRecord) -> None:
    with pytest.raises(WrongState):
        preview(registry, issued.id)


def test_another_offices_draft_is_not_there(registry: Registry, draft: str) -> None:
    with pytest.raises(NotFound):
        preview(registry, draft, "2171")
