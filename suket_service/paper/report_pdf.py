"""Reports to PDF: registers and lists, the closing report, papers for polling stations. Stores nothing.

They are in Indonesian, as everything that leaves the office on paper, and name who made them and when.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from suket_service.core.letter import Capacity, Letterhead
from suket_service.errors import PrinterError, Text
from suket_service.paper import symbol
from suket_service.paper.engine import Document, Engine, Stamp
from suket_service.paper.fonts import missing_glyphs
from suket_service.paper.joining import join

#: Lines of a list on paper: about 8 ms each. More are for a workbook.
MOST_LINES = 1_000
#: Letters on the papers of polling stations in one PDF.
MOST_STATION_LINES = 2_500
#: Rows for letters in doubt on the form for stations without power.
DOUBTFUL_ROWS = 8
#: Where a template finds the symbol of its paper.
QR = "letter:checkpoint"
_TOGETHER = 10  # stations laid out at a time, 4 MB of memory each


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its title, its width in millimetres and how it is set: "right", "center", "digits"."""

    title: str
    width: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ListPaper:
    """A register or a list, across the page where it is ``wide``."""

    head: Letterhead
    title: str
    subtitle: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]]
    total: str  # in words, below the list
    nothing: str  # instead of an empty list
    place_and_date: str
    made: str  # by whom and when, at the foot of each page
    made_at: datetime
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Lines:
    """Labelled figures under a heading."""

    title: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClosingPaper:
    """The report that closes a day."""

    head: Letterhead
    title: str
    subtitle: str
    blocks: tuple[Lines, ...]
    series: tuple[tuple[str, str, str, str, str], ...]  # series, first, last, count, gaps
    proof: tuple[tuple[str, str], ...]  # of the checkpoint
    qr: str  # what the symbol beside it holds
    closed_by: str
    place_and_date: str
    made: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class StationPaper:
    """A polling station's list and the form that it fills in without power."""

    village: str
    code: str
    address: str
    serves: str
    rows: tuple[tuple[str, str, str], ...]  # number, name, check code


@dataclass(frozen=True, slots=True)
class StationPapers:
    """What is common to the papers of stations for one election day."""

    head: Letterhead
    day: str
    with_list: bool
    with_form: bool
    made: str
    made_at: datetime


class ReportPrinter:
    """Prints reports with the templates under ``templates/reports``. Threads take turns.

    ``demo`` marks every page as a specimen.
    """

    def __init__(self, templates: Path, demo: bool) -> None:
        folder = templates / "reports"
        self._demo = demo
        self._css = (folder / "report.css").read_text(encoding="utf-8")
        self._engine: Engine | None = None
        self._turn = threading.Lock()
        self._jinja = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def list(self, paper: ListPaper) -> bytes:
        """A register or a list as PDF/A-2a.

        Raises:
            PrinterError: ``glyph_missing``, ``asset_refused`` or ``renderer_warned``.
        """
        return self.one("list.html", paper)

    def closing(self, paper: ClosingPaper) -> bytes:
        """The closing report as PDF/A-2a.

        Raises:
            PrinterError: as :meth:`list`.
        """
        drawing = symbol.plain_runs(paper.qr)
        return self.one("closing.html", paper, {QR: Stamp(drawing.side, drawing.dark)})

    def stations(self, papers: StationPapers, stations: Sequence[StationPaper]) -> bytes:
        """The papers of stations in one PDF/A-2u, each numbered by itself and beginning on a page of its own.

        Raises:
            PrinterError: as :meth:`list`.
            ValueError: no stations.
        """
        if not stations:
            raise ValueError("no stations to print for")
        common = {**values(papers), "doubtful_rows": DOUBTFUL_ROWS}
        title = f"Surat keterangan yang berlaku pada {papers.day}"
        return self.several("station.html", [({**common, "station": each}, {}) for each in stations], title)

    def one(self, page: str, paper: Any, stamps: Mapping[str, Stamp] | None = None) -> bytes:
        """The paper that a template makes of a dataclass, as PDF/A-2a.

        Raises:
            PrinterError: as :meth:`list`.
        """
        with self._turn:
            html = self._html(page, values(paper))
            return self._ready.pdf(self._lay_out(html, stamps or {}), _identifier(html))

    def several(
        self, page: str, papers: Sequence[tuple[Mapping[str, Any], Mapping[str, Stamp]]], title: str
    ) -> bytes:
        """Papers of one template, each with its stamps and beginning on a page of its own, in one PDF/A-2u.

        Raises:
            PrinterError: as :meth:`list`.
        """
        parts = []
        for start in range(0, len(papers), _TOGETHER):
            portion = papers[start : start + _TOGETHER]
            with self._turn:
                sources = [self._html(page, told) for told, _ in portion]
                documents = [
                    self._lay_out(html, stamps) for html, (_, stamps) in zip(sources, portion, strict=True)
                ]
                pages = [each for document in documents for each in document.pages]
                metadata, identifier = documents[0].metadata, _identifier("".join(sources))
                parts.append(self._ready.joined_pdf(pages, metadata, title, identifier))
        return join(parts)

    def _html(self, page: str, told: Mapping[str, Any]) -> str:
        html = self._jinja.get_template(page).render(**told, demo=self._demo, qr_address=QR)
        if missing := missing_glyphs(html):
            raise _glyph_missing(missing)
        return html

    def _lay_out(self, html: str, stamps: Mapping[str, Stamp]) -> Document:
        return self._ready.lay_out(html, {}, stamps)

    @property
    def _ready(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(self._css)
        return self._engine


def signatory(head: Letterhead) -> tuple[str, ...]:
    """The lines of whoever signs for the office; the first takes the capacity."""
    lines = tuple(line.strip() for line in head.post.splitlines() if line.strip())
    if head.capacity is Capacity.IN_OFFICE or not lines:
        return lines
    return f"{head.capacity.value} {lines[0]}", *lines[1:]


def values(paper: Any) -> dict[str, Any]:
    """What a template reads of a paper: its fields, who signs, and when it was made."""
    # Shallow on purpose: templates read dataclasses by attribute.
    fields = {name: getattr(paper, name) for name in paper.__dataclass_fields__}
    created = paper.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**fields, "posts": signatory(paper.head), "created": created}


def _identifier(html: str) -> bytes:
    return hashlib.sha256(html.encode()).hexdigest()[:32].encode()


def _glyph_missing(missing: str) -> PrinterError:
    signs = ", ".join(f"U+{ord(sign):04X}" for sign in missing[:5])
    return PrinterError(
        "glyph_missing",
        Text(
            f"Huruf laporan tidak memiliki karakter {signs}. Ambil laporan ini sebagai XLSX atau CSV.",
            f"The report's font has no character {signs}. Take this report as XLSX or CSV.",
        ),
    )
