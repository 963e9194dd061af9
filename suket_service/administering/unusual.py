"""What stands out among the letters of an office: the rules, asked of the registry. Judges nobody."""

from datetime import date, timedelta, timezone

from suket_service.core.letter import Office
from suket_service.core.unusual import (
    LOOK_BACK,
    Finding,
    Period,
    Unconfirmed,
    can_judge_rushes,
    fresh_recordings,
    newest_first,
    outside_hours,
    overrides,
    rushes,
    unconfirmed,
)
from suket_service.registry import calls, offices, unusual
from suket_service.registry.calls import UNCONFIRMED_CALL
from suket_service.registry.session import Transaction


def unusual_issuing(tx: Transaction, office: Office, first: date, last: date) -> tuple[list[Finding], bool]:
    """What stands out on those days, latest first, and whether rushes could be told from their first day on."""
    opening = {
        weekday: (hours.opens, hours.closes)
        for weekday, hours in enumerate(offices.opening_hours(tx, office.code).days)
        if hours is not None
    }
    period = Period(first, last, timezone(office.utc_offset), opening)
    letters = unusual.issued(tx, office.code, first, last)
    earlier = unusual.issue_times(tx, office.code, first - LOOK_BACK, first - timedelta(days=1))
    changes = unusual.recording_changes(tx, office.code, first, last)
    refused = calls.refused(tx, office.code, UNCONFIRMED_CALL, first, last)
    found = [
        *outside_hours(letters, period),
        *rushes(letters, earlier, period),
        *overrides(letters, period),
        *fresh_recordings(letters, changes, period),
        *unconfirmed((Unconfirmed(*each) for each in refused), period),
    ]
    return newest_first(found), can_judge_rushes(earlier, period)
