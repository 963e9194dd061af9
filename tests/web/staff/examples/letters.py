"""Requests about letters: each change looked at, and made."""

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

_NO_PICTURE = {"picture": (b"\xff\xd8\xff\xe0 cut off", "bingkai.jpg")}
_NO_LETTER = {"picture": (b"not a picture at all", "surat.txt")}
_TO_PROXY = {"receiver": "proxy", "proxy_name": "SITI AMINAH", "proxy_relation": "Anak"}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """One more draft, with a portrait."""
    out = BytesIO()
    Image.new("RGB", (354, 472), "grey").save(out, "JPEG")
    with office.registry.reading() as tx:
        person = residents.by_id(tx, OFFICE.code, office.resident + 1).resident
    asked = Application(OFFICE.code, Request(person, "Hilang", None, None, None, ()), out.getvalue())
    return {"pictured": issuing.draft(office.registry, asked, "operator", datetime.now(UTC))}


def _change(name: str, form: dict[str, str], what: str = "{letter}") -> list[Example]:
    path = f"/letters/{what}/{name}"
    return [Example("GET", path, foreign=True), Example("POST", path, form, foreign=True)]


EXAMPLES: dict[str, Example | list[Example]] = {
    "letters.find": [
        Example("GET", "/letters?standing=valid&village={village}&kind=1&from=2026-01-01&page=2"),
        Example(
            "POST", "/letters", {"q": "suhartini", "standing": "", "village": "", "from": "", "until": ""}
        ),
    ],
    "letters.find_by_picture": Example("POST", "/letters/picture", files=_NO_PICTURE),
    "letters.find_by_file": [
        Example("GET", "/letters/file"),
        Example("POST", "/letters/file", files=_NO_PICTURE),
        Example("POST", "/letters/file", files=_NO_LETTER),
    ],
    "letters.waiting": Example("GET", "/letters/waiting?days=90&page=1"),
    "letters.letter": [
        Example("GET", "/letters/{letter}", foreign=True),
        Example("GET", "/letters/{draft}", foreign=True),
    ],
    "letters.portrait": Example("GET", "/letters/{pictured}/portrait.jpg", foreign=True),
    "letters.hand_over": _change("hand-over", _TO_PROXY),
    "letters.card": _change("card", {**_TO_PROXY, "returned": "1", "reason": "KTP-el diserahkan"}),
    "letters.extend": _change("extend", {"until": "2027-12-31", "reason": "Blangko belum datang"}),
    "letters.resume": _change("resume", {"reason": "Surat benar"}),
    "letters.suspend": _change("suspend", {"reason": "Diduga ganda"}),
    "letters.revoke": _change("revoke", {"reason": "Data salah"}),
    "letters.withdraw": _change("withdraw", {"reason": "Salah orang"}, "{draft}"),
    "letters.revoke_many": [
        Example("GET", "/letters/revoke"),
        Example("POST", "/letters/revoke", {"numbers": "1\n0002/2026\n99"}),
        Example("POST", "/letters/revoke", {"step": "propose", "letter": "{letter}", "reason": "Salah data"}),
    ],
}
