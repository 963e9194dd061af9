"""Requests about drafts."""

from datetime import UTC, datetime
from io import BytesIO

from PIL import Image

from suket_service import issuing
from suket_service.core.request import Request
from suket_service.issuing import Application
from suket_service.registry import residents
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """One more draft, with a portrait."""
    out = BytesIO()
    Image.new("RGB", (354, 472), "grey").save(out, "JPEG")
    with office.registry.reading() as tx:
        person = residents.by_id(tx, OFFICE.code, office.resident + 1).resident
    asked = Application(OFFICE.code, Request(person, "Hilang", None, None, None, ()), out.getvalue())
    return {"pictured": issuing.draft(office.registry, asked, "operator", datetime.now(UTC))}


EXAMPLES: dict[str, Example | list[Example]] = {
    "drafts.mine": Example("GET", "/drafts"),
    "drafts.draft": Example("GET", "/drafts/{draft}", foreign=True),
    "drafts.preview_picture": Example("GET", "/drafts/{draft}/preview.png", foreign=True),
    "drafts.preview_pdf": Example("GET", "/drafts/{draft}/preview.pdf", foreign=True),
    "drafts.portrait": Example("GET", "/letters/{pictured}/portrait.jpg", foreign=True),
    "drafts.edit": [
        Example("GET", "/drafts/{draft}/edit", foreign=True),
        Example("POST", "/drafts/{draft}/edit", {"revision": "0", "alamat": "JALAN BARU"}, foreign=True),
    ],
    "drafts.submit": Example("POST", "/drafts/{draft}/submit", {"revision": "0"}, foreign=True),
    "drafts.withdraw": Example("POST", "/drafts/{draft}/withdraw", {"reason": "Batal"}, foreign=True),
}
