"""What the rules of unusual issuing are asked about, read from letters and imports. Judges nothing."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from suket_service.core.unusual import Issued, RecordingChange
from suket_service.registry.schema import LetterRow, RecordingChangeRow


def issued(tx: Connection, office: str, first: date, last: date) -> list[Issued]:
    """An office's letters issued on those days, both inclusive; whatever became of them since."""
    rows = tx.execute(
        select(
            LetterRow.id,
            LetterRow.number,
            LetterRow.issued_at,
            LetterRow.requested_by,
            LetterRow.approved_by,
            LetterRow.override_reason,
        ).where(LetterRow.office == office, LetterRow.issued_on.between(first, last))
    )
    return [
        Issued(
            row.id, row.number, row.issued_at, row.requested_by, row.approved_by, bool(row.override_reason)
        )
        for row in rows
    ]


def issue_times(tx: Connection, office: str, first: date, last: date) -> list[datetime]:
    """When each letter of those days was issued."""
    found = select(LetterRow.issued_at).where(
        LetterRow.office == office, LetterRow.issued_on.between(first, last), LetterRow.issued_at.is_not(None)
    )
    return [at for (at,) in tx.execute(found) if at is not None]


def recording_changes(tx: Connection, office: str, first: date, last: date) -> list[RecordingChange]:
    """Every change of the recording state of someone whose letter was issued on those days."""
    same_person = (RecordingChangeRow.office == LetterRow.office) & (RecordingChangeRow.nik == LetterRow.nik)
    rows = tx.execute(
        select(LetterRow.id, RecordingChangeRow.at, RecordingChangeRow.imported_by)
        .join(RecordingChangeRow, same_person)
        .where(LetterRow.office == office, LetterRow.issued_on.between(first, last))
    )
    return [RecordingChange(*row) for row in rows]
