"""The report of letters shown twice on paper, for whoever oversees an election. Signs nothing, names nobody."""

from dataclasses import dataclass
from datetime import datetime

from suket_service.core.letter import Letterhead
from suket_service.paper.report_pdf import Lines, ReportPrinter

#: Lines of a report on paper: about 8 ms each. More are in its table.
MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class PaperShown:
    """A letter shown at a station; each as it is printed."""

    number: str
    station: str
    village: str
    at: str  # by the phone's clock
    received_at: str


@dataclass(frozen=True, slots=True)
class PaperCase:
    """Showings that belong together, and what they have in common."""

    title: str
    shown: tuple[PaperShown, ...]


@dataclass(frozen=True, slots=True)
class PresentationPaper:
    """The report."""

    head: Letterhead
    title: str
    subtitle: str
    blocks: tuple[Lines, ...]
    cases: tuple[PaperCase, ...]
    not_on_record: tuple[PaperShown, ...]
    proof: tuple[tuple[str, str], ...]
    made_by: str
    place_and_date: str
    made: str
    made_at: datetime


def print_report(printer: ReportPrinter, paper: PresentationPaper) -> bytes:
    """The report as PDF/A-2a.

    Raises:
        PrinterError: as ``ReportPrinter.list``.
    """
    return printer.one("presentations.html", paper)
