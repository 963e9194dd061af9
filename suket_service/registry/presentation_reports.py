"""Signed reports of letters shown twice, as they were handed over. Makes and signs none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from suket_service.errors import NotFound, Text
from suket_service.registry import elections
from suket_service.registry.ids import is_id
from suket_service.registry.schema import PresentationReportRow


@dataclass(frozen=True, slots=True)
class PresentationReport:
    """A report as it was made. ``contents``: what was signed, and the table that its digest is of."""

    id: str
    election: int
    contents: Mapping[str, Any]
    token: str  # a JWS by the publication key
    by: str
    at: datetime


def add(tx: Connection, report: PresentationReport) -> None:
    """Keep a report."""
    tx.execute(
        insert(PresentationReportRow).values(
            id=report.id,
            election=report.election,
            contents=dict(report.contents),
            token=report.token,
            by=report.by,
            at=report.at,
        )
    )


def of_election(tx: Connection, election: int) -> list[PresentationReport]:
    """An election's reports, the newest first."""
    newest = PresentationReportRow.at.desc(), PresentationReportRow.id
    return [_report(row) for row in tx.execute(_ALL.where(election == _OF).order_by(*newest))]


def find(tx: Connection, election: int, report: str) -> PresentationReport | None:
    """The report of that id in that election."""
    if not is_id(report):
        return None
    row = tx.execute(_ALL.where(election == _OF, PresentationReportRow.id == report)).first()
    return None if row is None else _report(row)


def by_id(tx: Connection, office: str, election: int, report: str) -> PresentationReport:
    """One report of an office's election.

    Raises:
        NotFound: also for another office's.
    """
    found = find(tx, elections.by_id(tx, office, election).id, report)
    if found is None:
        raise NotFound(
            "no_report", Text("Laporan itu tidak ada di kantor ini.", "This office has no such report.")
        )
    return found


_ALL: Any = select(PresentationReportRow.__table__)
_OF = PresentationReportRow.election


def _report(row: Row[Any]) -> PresentationReport:
    return PresentationReport(row.id, row.election, row.contents, row.token, row.by, row.at)
