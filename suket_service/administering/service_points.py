"""Places of service kept up to date, so that nobody travels in vain. Shows them to nobody.

Operators may say what works at a place today, for they are the first to know; what places there are is the
administrator's. Each change is one transaction with one audit entry.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from suket_service.administering.kinds import nothing_to_change
from suket_service.core.nik import holds_nik
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.registry import audit, offices, service_points, staff
from suket_service.registry.service_points import PointFacts, ServicePoint
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: As many characters as the registry keeps of each text.
POINT_CHARACTERS = {"name": 120, "address": 200, "hours": 120, "notice": 200}
_NEEDED = ("name", "address", "hours")


@dataclass(frozen=True, slots=True)
class Today:
    """What is different at a place as of now; None leaves it."""

    records: bool | None = None
    prints: bool | None = None
    open: bool | None = None
    notice: str | None = None


def add_service_point(registry: Registry, office_code: str, facts: PointFacts, by: str, at: datetime) -> int:
    """Add a place of service; returns its id.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        RequestRefused: ``missing``, ``too_long``, ``not_printable``, ``name_taken``, ``names_someone`` or
            ``date_ahead``, by field.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        _require_usable(tx, office_code, facts, at, None)
        point = service_points.add(tx, office_code, facts, by, at)
        details = {"kind": facts.kind.value}
        audit.append(tx, at, by, "point.add", str(point), office_code, details)
        return point


def change_service_point(
    registry: Registry, office_code: str, point: int, facts: PointFacts, by: str, at: datetime
) -> None:
    """Let everything that is said of a place be this; the same again says that it still holds.

    Raises:
        NotAllowed, NotFound; RequestRefused: as :func:`add_service_point`.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        service_points.find(tx, office_code, point)
        _require_usable(tx, office_code, facts, at, point)
        service_points.change(tx, point, facts, by, at)
        audit.append(tx, at, by, "point.change", str(point), office_code, _state(facts))


def say_today(
    registry: Registry, office_code: str, point: int, today: Today, by: str, at: datetime
) -> ServicePoint:
    """Say what works at a place today; nothing different says that it is still so.

    Raises:
        NotAllowed: ``by`` is neither operator nor administrator of that office.
        NotFound.
        RequestRefused: the notice, as :func:`add_service_point`.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.ADMIN)
        before = service_points.find(tx, office_code, point)
        day = offices.office(tx, office_code).local_date(at)
        facts = _with_today(before.facts, today, day)
        _require_usable(tx, office_code, facts, at, point)
        service_points.change(tx, point, facts, by, at)
        audit.append(tx, at, by, "point.today", str(point), office_code, _state(facts))
        return service_points.find(tx, office_code, point)


def remove_service_point(
    registry: Registry, office_code: str, point: int, by: str, at: datetime, *, removed: bool
) -> ServicePoint:
    """Take a place off the list, or put it back there.

    Raises:
        NotAllowed, NotFound.
        InputError: ``nothing_to_change``.
        RequestRefused: ``name_taken``: meanwhile another place bears the name of the one to be put back.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        held = service_points.find(tx, office_code, point)
        if held.removed == removed:
            raise nothing_to_change()
        if not removed:
            _require_usable(tx, office_code, held.facts, at, point)
        service_points.set_removed(tx, point, by, at, removed=removed)
        action = "point.remove" if removed else "point.restore"
        audit.append(tx, at, by, action, str(point), office_code)
        return service_points.find(tx, office_code, point)


def _with_today(facts: PointFacts, today: Today, day: date) -> PointFacts:
    if today.open is not None:
        # A place that is closed already keeps the day it closed.
        facts = replace(facts, closed_since=None if today.open else facts.closed_since or day)
    return replace(
        facts,
        records=facts.records if today.records is None else today.records,
        prints=facts.prints if today.prints is None else today.prints,
        notice=facts.notice if today.notice is None else today.notice,
    )


def _state(facts: PointFacts) -> dict[str, bool]:
    return {"records": facts.records, "prints": facts.prints, "open": facts.closed_since is None}


def _require_usable(
    tx: Transaction, office_code: str, facts: PointFacts, at: datetime, itself: int | None
) -> None:
    problems = [problem for field in POINT_CHARACTERS if (problem := _text_problem(facts, field))]
    if facts.closed_since and facts.closed_since > offices.office(tx, office_code).local_date(at):
        problems.append(Problem("closed_since", "date_ahead", _AHEAD))
    listed = [each for each in service_points.of_office(tx, office_code) if not each.removed]
    if any(each.facts.name.casefold() == facts.name.casefold() and each.id != itself for each in listed):
        problems.append(Problem("name", "name_taken", _TAKEN))
    if problems:
        raise RequestRefused(problems)


def _text_problem(facts: PointFacts, field: str) -> Problem | None:
    text, most = getattr(facts, field), POINT_CHARACTERS[field]
    if field in _NEEDED and not text.strip():
        return Problem(field, "missing", Text("Belum diisi.", "Is missing."))
    if len(text) > most:
        told = Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
        return Problem(field, "too_long", told)
    if not text.isprintable():
        return Problem(field, "not_printable", Text("Harus satu baris teks.", "Must be one line of text."))
    if holds_nik(text):  # anyone may read it
        return Problem(field, "names_someone", _NO_NIK)
    return None


_AHEAD = Text("Tanggal ini belum tiba.", "This day is still to come.")
_TAKEN = Text("Sudah ada tempat layanan bernama ini.", "There is a place of this name already.")
_NO_NIK = Text("Dibaca semua orang: tidak boleh memuat NIK.", "Anyone reads this: it must not hold a NIK.")
