"""The windows in which an office issues a kind of letter. Without any, it issues the kind on any day.

So the first window of a kind closes all other days to it. Each change is one transaction with one
audit entry.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from suket_service.core.kind import IssuingWindow, is_open
from suket_service.errors import CallerError, FieldError, NotFound, Problem, Text
from suket_service.paper.wording import long_date
from suket_service.registry import audit, offices, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role


def list_windows(registry: Registry, office_code: str) -> dict[int, IssuingWindow]:
    """An office's issuing windows by id."""
    with registry.reading() as tx:
        return offices.windows_by_id(tx, office_code)


def add_window(registry: Registry, window: IssuingWindow, by: str, at: datetime) -> int:
    """Let an office issue a kind only from one day to another; returns the window's id.

    Windows may overlap.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: ``no_kind``.
        FieldError: ``closes_before_opens`` or ``letters_outside``: letters issued already would look as
            if issued outside of any window.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, window.office, Role.ADMIN)
        offices.kind(tx, window.kind)
        if window.closes_on is not None and window.closes_on < window.opens_on:
            raise _closes_before_opens()
        window_id = offices.add_window(tx, window)
        _require_letters_inside(tx, window)
        details = {"window": window_id, **_days(window)}
        audit.append(tx, at, by, "window.add", str(window.kind), window.office, details)
        return window_id


def close_window(
    registry: Registry, office_code: str, window_id: int, by: str, at: datetime, last: date | None = None
) -> IssuingWindow:
    """Let a window's last day be ``last``, or today; one that has not opened yet never will.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: ``no_window`` in this office.
        CallerError: ``window_closed``: its last day is before ``last`` already.
        FieldError: ``letters_outside``: letters issued already would look as if issued outside of it.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        window = offices.windows_by_id(tx, office_code).get(window_id)
        if window is None:
            raise NotFound(
                "no_window",
                Text(
                    "Kantor ini tidak mempunyai masa penerbitan bernomor itu.",
                    "This office has no issuing window of that number.",
                ),
            )
        day = last or offices.office(tx, office_code).local_date(at)
        if window.closes_on is not None and window.closes_on <= day:
            raise _closed_already(window.closes_on)
        closed = replace(window, closes_on=max(day, window.opens_on - timedelta(days=1)))
        offices.end_window(tx, window_id, closed.closes_on or day)
        _require_letters_inside(tx, closed)
        details = {"window": window_id, **_days(closed)}
        audit.append(tx, at, by, "window.close", str(window.kind), office_code, details)
        return closed


def _require_letters_inside(tx: Transaction, window: IssuingWindow) -> None:
    # A letter outside every window bears a caution at each check, for ever (Makassar's letters dated
    # after the closure): no change of windows may say that of one issued in good order.
    windows = offices.windows_of(tx, window.office)
    outside = [
        day
        for day in offices.days_of_issue(tx, window.office, window.kind)
        if not is_open(windows, window.office, window.kind, day)
    ]
    if outside:
        days = _in_words(outside[0], outside[-1])
        raise FieldError(
            Problem(
                "window",
                "letters_outside",
                Text(
                    f"Surat jenis ini sudah terbit {days.id}, di luar masa itu; setiap pemeriksaannya "
                    "akan memperingatkan hal itu. Pilih masa yang mencakup hari-hari tersebut.",
                    f"Letters of this kind were issued {days.en}, outside of it; each check of them would "
                    "warn of that. Choose a window that holds those days.",
                ),
            )
        )


def _in_words(first: date, last: date) -> Text:
    if first == last:
        return Text(f"pada {long_date(first)}", f"on {_english(first)}")
    return Text(
        f"antara {long_date(first)} dan {long_date(last)}", f"between {_english(first)} and {_english(last)}"
    )


def _english(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _days(window: IssuingWindow) -> dict[str, str | None]:
    return {
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on.isoformat() if window.closes_on else None,
    }


def _closes_before_opens() -> FieldError:
    return FieldError(
        Problem(
            "closes",
            "closes_before_opens",
            Text("Hari terakhir mendahului hari pertama.", "The last day is before the first."),
        )
    )


def _closed_already(closes_on: date) -> CallerError:
    return CallerError(
        "window_closed",
        Text(
            f"Hari terakhir masa itu sudah {long_date(closes_on)}. Untuk memperpanjang, tambahkan masa baru.",
            f"That window's last day is {_english(closes_on)} already. To prolong it, add another one.",
        ),
    )
