"""Enrolment sheets: a page for each polling station, by which one telephone learns whom to trust. Makes no code.

The publication key's thumbprint and the code reach the telephone on paper, in the symbol or typed from it: so
a look-alike site can neither hand it other keys nor be told that it is a station.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from suket_service.core.letter import Letterhead
from suket_service.paper import symbol
from suket_service.paper.engine import Stamp
from suket_service.paper.fonts import missing_glyphs
from suket_service.paper.report_pdf import QR, ReportPrinter, values

#: Pages in one PDF: about 80 ms each, and whoever asks waits for them.
MOST_SHEETS = 200
#: Of the neighbourhoods and the address; KPU's own list has the rest. A sheet stays one page.
MOST_CHARACTERS = 180
_GROUP = 4


@dataclass(frozen=True, slots=True)
class StationSheet:
    """A polling station and the code that enrols one telephone there, once."""

    station: str  # its code, such as 001
    village: str
    serves: str
    address: str
    code: str  # XXXX-XXXX-XXXX


@dataclass(frozen=True, slots=True)
class EnrolmentSheets:
    """What is common to the sheets of an election."""

    head: Letterhead
    election: str
    day: str  # in words, with the hours and their zone
    issuing_closes: str
    base_url: str
    kid: str  # the publication key's thumbprint
    made: str
    made_at: datetime

    def link(self, code: str) -> str:
        """What the symbol holds: the fragment reaches no server and no log."""
        return f"{self.base_url}/scan/#enrol={code.replace('-', '')}.{self.kid}"

    @property
    def kid_groups(self) -> tuple[str, ...]:
        """The thumbprint in groups of four, to be read out."""
        return tuple(self.kid[start : start + _GROUP] for start in range(0, len(self.kid), _GROUP))


def print_sheets(printer: ReportPrinter, papers: EnrolmentSheets, sheets: Sequence[StationSheet]) -> bytes:
    """One PDF/A-2u, a page a station.

    Raises:
        PrinterError: as ``ReportPrinter.list``.
        ValueError: no sheets.
    """
    if not sheets:
        raise ValueError("no sheets to print")
    common = {**values(papers), "kid_groups": papers.kid_groups}
    told = [({**common, "sheet": _shortened(each)}, {QR: _stamp(papers.link(each.code))}) for each in sheets]
    return printer.several("enrolment.html", told, f"Lembar pendaftaran ponsel, {papers.election}")


def unprintable(texts: Sequence[str]) -> str:
    """Signs that no sheet can bear, to be known before older codes give way to new ones; "" if none."""
    return missing_glyphs("".join(texts))


def _shortened(sheet: StationSheet) -> StationSheet:
    serves, address = (
        text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS].rpartition(' ')[0]} …"
        for text in (sheet.serves, sheet.address)
    )
    return replace(sheet, serves=serves, address=address)


def _stamp(text: str) -> Stamp:
    drawing = symbol.plain_runs(text)
    return Stamp(drawing.side, drawing.dark)
