"""Elections in an office's area: planned, changed, cancelled. Knows no station, no device and no letter.

Days and times are given as people say them, on the office's own calendar and clock. Each change is one
transaction with one audit entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from suket_service.administering.kinds import nothing_to_change
from suket_service.core.letter import Office
from suket_service.core.nik import holds_nik
from suket_service.errors import CallerError, Problem, RequestRefused, Text
from suket_service.registry import audit, elections, offices, staff
from suket_service.registry.elections import Election, NewElection
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: As many as the registry keeps.
NAME_CHARACTERS = 120
REASON_CHARACTERS = 200
#: As KPU's rules have them.
USUAL_OPENING, USUAL_CLOSING = time(7), time(13)
#: Nobody plans further ahead; a later day is a slip of the pen.
FURTHEST = timedelta(days=5 * 366)
#: A bundle made after issuing closed stays fresh until the polls close: not for longer than this.
LONGEST_WITHOUT_ISSUING = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class PlannedElection:
    """An election as people plan it, on the office's calendar. ``villages``: none means all that it serves."""

    name: str
    day: date
    opens: time
    closes: time
    issuing_closes_day: date
    issuing_closes: time
    villages: tuple[str, ...] = ()

    def at(self, office: Office) -> NewElection:
        """The same with instants."""
        zone = timezone(office.utc_offset)
        return NewElection(
            " ".join(self.name.split()),
            _instant(self.day, self.opens, zone),
            _instant(self.day, self.closes, zone),
            _instant(self.issuing_closes_day, self.issuing_closes, zone),
            tuple(sorted(set(self.villages))),
        )


def planned(election: Election, office: Office) -> PlannedElection:
    """An election as it would be planned anew."""
    zone = timezone(office.utc_offset)
    opens, closes, issuing = (
        moment.astimezone(zone).replace(tzinfo=None)
        for moment in (election.opens_at, election.closes_at, election.issuing_closes_at)
    )
    times = opens.date(), opens.time(), closes.time(), issuing.date(), issuing.time()
    return PlannedElection(election.name, *times, election.villages)


def create_election(
    registry: Registry, office_code: str, plan: PlannedElection, by: str, at: datetime
) -> int:
    """Enter an election; returns its id.

    Raises:
        NotAllowed: ``by`` is neither administrator nor approver of that office.
        RequestRefused: ``missing``, ``too_long``, ``not_printable``, ``names_someone``, ``election_known``,
            ``closes_first``, ``day_past``, ``day_far``, ``issuing_after_polls``, ``issuing_early`` or
            ``village_unknown``, by field.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN, Role.APPROVER)
        new = _require_usable(tx, office_code, plan, at, None)
        election = elections.add(tx, office_code, new, by, at)
        audit.append(tx, at, by, "election.create", str(election), office_code, _told(plan))
        return election


def change_election(
    registry: Registry, office_code: str, election: int, plan: PlannedElection, by: str, at: datetime
) -> None:
    """Put a new plan in the place of an election's: polls that opened late may close late.

    Raises:
        NotAllowed, NotFound; RequestRefused: as :func:`create_election`.
        CallerError: ``election_cancelled`` or ``election_over``.
        InputError: ``nothing_to_change``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN, Role.APPROVER)
        held = elections.by_id(tx, office_code, election)
        require_running(held, at)
        new = _require_usable(tx, office_code, plan, at, held)
        if new == _as_planned(held):
            raise nothing_to_change()
        elections.change(tx, election, new)
        audit.append(tx, at, by, "election.change", str(election), office_code, _told(plan))


def cancel_election(
    registry: Registry, office_code: str, election: int, reason: str, by: str, at: datetime
) -> None:
    """Say that an election will not be held here: its devices end with it, what they sent stays.

    Raises:
        NotAllowed, NotFound.
        CallerError: ``election_cancelled`` or ``election_over``.
        RequestRefused: ``missing``, ``too_long``, ``not_printable`` or ``names_someone``, for ``reason``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN, Role.APPROVER)
        require_running(elections.by_id(tx, office_code, election), at)
        given = " ".join(reason.split())
        if problem := _text_problem("reason", given, REASON_CHARACTERS):
            raise RequestRefused([problem])
        elections.cancel(tx, election, at)
        audit.append(tx, at, by, "election.cancel", str(election), office_code, {"reason": given})


def require_running(election: Election, at: datetime) -> None:
    """Refuse an election in which nothing may happen any more.

    Raises:
        CallerError: ``election_cancelled`` or ``election_over``.
    """
    if election.cancelled_at is not None:
        raise CallerError(
            "election_cancelled",
            Text("Pemilihan ini sudah dibatalkan.", "This election was cancelled."),
        )
    if not election.is_running(at):
        raise CallerError(
            "election_over",
            Text("Pemilihan ini sudah selesai.", "This election is over."),
        )


def _instant(day: date, clock: time, zone: timezone) -> datetime:
    return datetime.combine(day, clock.replace(second=0, microsecond=0, tzinfo=None), zone).astimezone(UTC)


def _as_planned(held: Election) -> NewElection:
    moments = held.opens_at, held.closes_at, held.issuing_closes_at
    return NewElection(held.name, *moments, held.villages)


def _told(plan: PlannedElection) -> dict[str, object]:
    return {
        "day": plan.day.isoformat(),
        "hours": f"{plan.opens:%H:%M}-{plan.closes:%H:%M}",
        "issuing_closes": f"{plan.issuing_closes_day.isoformat()} {plan.issuing_closes:%H:%M}",
        "villages": len(plan.villages),
    }


def _require_usable(
    tx: Transaction, office_code: str, plan: PlannedElection, at: datetime, held: Election | None
) -> NewElection:
    office = offices.office(tx, office_code)
    if not _is_near(plan, office.local_date(at)):  # before any arithmetic: calendars end
        raise RequestRefused([Problem("day", "day_far", _FAR)])
    new = plan.at(office)
    problems = list(_time_problems(new, at))
    if problem := _text_problem("name", new.name, NAME_CHARACTERS):
        problems.append(problem)
    others = [each for each in elections.of_office(tx, office_code) if held is None or each.id != held.id]
    if any(_is_same(each, new, office) for each in others):
        problems.append(Problem("name", "election_known", _KNOWN))
    if set(new.villages) - set(offices.villages_of(tx, office)):
        problems.append(Problem("villages", "village_unknown", _UNKNOWN_VILLAGE))
    if problems:
        raise RequestRefused(problems)
    return new


def _is_near(plan: PlannedElection, today: date) -> bool:
    return all(abs(each - today) <= FURTHEST for each in (plan.day, plan.issuing_closes_day))


def _time_problems(new: NewElection, at: datetime) -> Iterator[Problem]:
    if new.closes_at <= new.opens_at:
        yield Problem("closes", "closes_first", _CLOSES_FIRST)
    elif new.closes_at <= at:
        yield Problem("day", "day_past", _PAST)
    if new.issuing_closes_at > new.closes_at:
        yield Problem("issuing_closes_day", "issuing_after_polls", _ISSUING_LATE)
    elif new.opens_at - new.issuing_closes_at > LONGEST_WITHOUT_ISSUING:
        yield Problem("issuing_closes_day", "issuing_early", _ISSUING_EARLY)


def _is_same(held: Election, new: NewElection, office: Office) -> bool:
    same_name = held.name.casefold() == new.name.casefold()
    same_day = office.local_date(held.opens_at) == office.local_date(new.opens_at)
    return held.cancelled_at is None and same_name and same_day


def _text_problem(field: str, text: str, most: int) -> Problem | None:
    if not text:
        return Problem(field, "missing", Text("Belum diisi.", "Is missing."))
    if len(text) > most:
        told = Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
        return Problem(field, "too_long", told)
    if not text.isprintable():
        return Problem(field, "not_printable", Text("Harus satu baris teks.", "Must be one line of text."))
    if holds_nik(text):  # the name goes out with every bundle
        return Problem(field, "names_someone", _NO_NIK)
    return None


_FAR = Text("Tanggal ini terlalu jauh. Periksa tahunnya.", "This day is too far away. Check the year.")
_PAST = Text(
    "Pemungutan suara pada hari dan jam itu sudah selesai.", "Polls on that day and time are over already."
)
_CLOSES_FIRST = Text("TPS harus tutup sesudah dibuka.", "Polls must close after they open.")
_ISSUING_LATE = Text(
    "Penerbitan surat harus ditutup sebelum TPS tutup.", "Issuing must close before the polls do."
)
_ISSUING_EARLY = Text(
    f"Penerbitan surat ditutup paling awal {LONGEST_WITHOUT_ISSUING.days} hari sebelum TPS dibuka.",
    f"Issuing closes at most {LONGEST_WITHOUT_ISSUING.days} days before the polls open.",
)
_KNOWN = Text(
    "Sudah ada pemilihan bernama ini pada hari itu.", "There is an election of this name on that day."
)
_UNKNOWN_VILLAGE = Text(
    "Ada kelurahan yang tidak dilayani kantor ini.", "This office does not serve one of these villages."
)
_NO_NIK = Text("Dibaca orang luar: tidak boleh memuat NIK.", "Outsiders read this: it must not hold a NIK.")
