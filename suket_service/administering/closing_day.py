"""An office's day closed: its figures, and a checkpoint of the audit chain signed for it. Prints nothing.

A rewritten chain no longer fits the checkpoint on a report that was signed by hand and filed.
"""

from datetime import date, datetime

from suket_service.core.keyring import Purpose
from suket_service.core.signing import CHECKPOINT_TYP
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry import audit, checkpoints, closing_reports, keys, offices, staff
from suket_service.registry.closing_reports import ClosingReport
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role


def close_day(
    registry: Registry, office_code: str, day: date, passphrase: str | None, by: str, at: datetime
) -> ClosingReport:
    """Make a day's report; a day that is closed already keeps the report that it has.

    Args:
        registry: where letters are kept.
        office_code: whose day.
        day: from the registry's first day to today.
        passphrase: of the publication key, which signs the checkpoint.
        by: who closes it, an operator or an approver.
        at: now.

    Raises:
        NotAllowed: ``by`` is neither.
        FieldError: ``day_to_come`` or ``day_before_registry``.
        KeyTrouble: this process may not sign, or there is no publication key.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.APPROVER)
        office = offices.office(tx, office_code)
        if day > office.local_date(at):
            raise _to_come()
        if day < office.local_date(audit.first_at(tx)):
            raise _before()
        closed = closing_reports.of_day(tx, office_code, day)
        if closed is not None:
            return closed
        figures = closing_reports.figures(tx, office, day)
        details = {"issued": figures.issued, "revoked": figures.changes.get("revoke", 0)}
        audit.append(tx, at, by, "day.close", day.isoformat(), office_code, details)
        key = keys.unlock(tx, Purpose.PUBLICATION, None, at.date(), passphrase)
        checkpoint = key.publish(CHECKPOINT_TYP, checkpoints.payload(tx, at))
        report = ClosingReport(day, figures, checkpoint, by, at)
        closing_reports.add(tx, office_code, report)
        return report


def _to_come() -> FieldError:
    return FieldError(
        Problem(
            "day",
            "day_to_come",
            Text("Hari ini belum tiba, jadi belum dapat ditutup.", "That day is still to come."),
        )
    )


def _before() -> FieldError:
    return FieldError(
        Problem(
            "day",
            "day_before_registry",
            Text("Hari itu sebelum register ini ada.", "That day was before this registry began."),
        )
    )
