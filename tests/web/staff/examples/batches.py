"""Files of requests: one that waits to be looked at."""

from datetime import UTC, datetime

from suket_service import issuing
from suket_service.issuing import GivenFile
from suket_service.sheets.write import write_csv
from tests.builders import OFFICE, a_row
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

_ROWS = [a_row(serial=30), a_row(serial=31, rt="x")]
FILE = write_csv(list(_ROWS[0].fields), [list(row.fields.values()) for row in _ROWS])

EXAMPLES: dict[str, Example | list[Example]] = {
    "batches.start": Example("GET", "/batches"),
    "batches.template": [
        Example("GET", "/batches/template.xlsx"),
        Example("GET", "/batches/template.csv"),
    ],
    "batches.upload": [
        Example("POST", "/batches", files={"file": (FILE, "permohonan.csv")}),
        Example(
            "POST",
            "/batches",
            {"mends": "{requests_file}"},
            files={"file": (FILE, "permohonan.csv")},
            foreign=True,
        ),
    ],
    "batches.batch": [
        Example("GET", "/batches/{requests_file}", foreign=True),
        Example("GET", "/batches/{requests_file}?page=9", foreign=True),
    ],
    "batches.add_photos": Example(
        "POST", "/batches/{requests_file}/photos", files={"photos": (b"no picture", "a.jpg")}, foreign=True
    ),
    "batches.confirm": Example("POST", "/batches/{requests_file}/confirm", foreign=True),
    "batches.discard": Example("POST", "/batches/{requests_file}/discard", foreign=True),
    "batches.refused": Example("POST", "/batches/{requests_file}/refused", {"type": "xlsx"}, foreign=True),
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """A file with a good row and a bad one."""
    file = GivenFile("permohonan.csv", FILE)
    upload = issuing.keep_upload(office.registry, OFFICE.code, "operator", file, [], datetime.now(UTC))
    return {"requests_file": upload}
