"""The register of the recorded: a list that waits to be looked at."""

from datetime import UTC, datetime

from suket_service import administering
from suket_service.registry.residents import Import
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example
from tests.web.staff.examples.batches import FILE

EXAMPLES: dict[str, Example | list[Example]] = {
    "register.start": Example("GET", "/register"),
    "register.template": [
        Example("GET", "/register/template.xlsx"),
        Example("GET", "/register/template.csv"),
    ],
    "register.upload": Example(
        "POST",
        "/register",
        {"source": "SIAK", "as_of": "2026-11-20"},
        files={"file": (FILE, "daftar.csv")},
    ),
    "register.incoming": [
        Example("GET", "/register/{register_list}", foreign=True),
        Example("GET", "/register/{register_list}?page=9", foreign=True),
    ],
    "register.confirm": Example("POST", "/register/{register_list}/confirm", foreign=True),
    "register.discard": Example("POST", "/register/{register_list}/discard", foreign=True),
    "register.refused": Example("POST", "/register/{register_list}/refused", {"type": "csv"}, foreign=True),
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """A list with a good row and a bad one."""
    at = datetime.now(UTC)
    origin = Import(OFFICE.code, "SIAK", OFFICE.local_date(at), "admin", at)
    return {"register_list": administering.keep_list(office.registry, "daftar.csv", FILE, origin)}
