"""Printing: one letter, runs, the printer's test page."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pypdfium2

from suket_service import printing
from suket_service.printing import By, Choice, Shelf, Wanted
from suket_service.registry import letters, print_runs
from suket_service.registry.print_runs import PrintPart
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

RUN = "c" * 32
EXAMPLES = {
    "printing.runs": [Example("GET", "/printing"), Example("GET", "/printing?page=2")],
    "printing.start": [
        Example("POST", "/printing/new", {"letter": ["{letter}"], "part_size": "100"}, foreign=True),
        Example("POST", "/printing/new", {"choice": "village:{village}", "order": "place"}),
    ],
    "printing.run": Example("GET", "/printing/{run}", foreign=True),
    "printing.next_part": Example("POST", "/printing/{run}/next", foreign=True),
    "printing.part": Example("POST", "/printing/{run}/parts/1", foreign=True),
    "printing.whole": Example("POST", "/printing/{run}/whole", foreign=True),
    "printing.letter": Example("POST", "/letters/{letter}/print", foreign=True),
    "printing.copy": Example("GET", "/letters/{letter}/print", foreign=True),
    "printing.test_page": Example("GET", "/printing/test"),
    "printing.test_pdf": Example("GET", "/printing/test.pdf"),
    "printing.check_print": [
        Example("POST", "/printing/test", {"ruler": "150"}),
        Example("POST", "/printing/test", files={"picture": (b"no picture", "x.png")}),
    ],
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """A run of one letter whose part is done, and a letter that both officers have just printed."""
    at, shelf = datetime.now(UTC), Shelf(office.settings.data_dir)
    pdf = _a_page()
    digest = hashlib.sha256(pdf).hexdigest()
    wanted = Wanted(Choice(By.HAND), picked=(office.values["letter"],))
    printing.start(office.registry, OFFICE.code, RUN, wanted, "operator", at)
    with office.registry.writing() as tx:
        print_runs.add_part(tx, RUN, PrintPart(1, digest, "operator", at))
        for who in ("operator", "kepala"):
            letters.add_printing(tx, office.values["letter"], digest, "a page", who, at)
    shelf.put(RUN, 1, pdf, at)
    return {"run": RUN}


@cache
def _a_page() -> bytes:
    out = BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.save(out)
    return out.getvalue()
