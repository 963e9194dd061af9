"""Keys for other agencies' programs: given out once, renewed, revoked, let count again after a restore. Answers no program.

Each change is one transaction with one audit entry, which names no key.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from suket_service.errors import CallerError, Problem, RequestRefused, Text
from suket_service.registry import audit, clients, offices, staff
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role, StaffMember

#: So that a key that lies about in a file or a log is recognised as one.
KEY_PREFIX = "suket_"
KEY_BYTES = 32
MOST_NAME_CHARACTERS, MOST_PURPOSE_CHARACTERS = 120, 200
#: As long as most agreements run: a key's last day where nobody says another.
USUAL_TERM = timedelta(days=365)
MOST_YEARS = 5
#: After a renewal the old key counts so many days more, in which the agency puts in the new one.
BOTH_DAYS = 7
#: Whose key ends so soon should hear of it now: the agency has to put in another.
RENEW_WITHIN = timedelta(days=30)
#: What a program may ask in a minute, in letters or seals: ten a second where nothing else was agreed.
FEWEST_A_MINUTE, USUAL_A_MINUTE, MOST_A_MINUTE = 1, 600, 60_000


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client with its key, which is told now and never again."""

    client: Client
    key: str = field(repr=False)


def list_clients(registry: Registry, office_code: str) -> list[Client]:
    """An office's clients, revoked ones too, the newest first."""
    with registry.reading() as tx:
        return clients.of_office(tx, office_code)


def add_client(
    registry: Registry,
    office_code: str,
    name: str,
    purpose: str,
    scopes: frozenset[ClientScope],
    expires_on: date | None,
    by: str,
    at: datetime,
    *,
    calls_a_minute: int = USUAL_A_MINUTE,
) -> NewClient:
    """Give a program of another agency a key.

    Args:
        registry: where it is kept.
        office_code: the office whose letters it is about.
        name: the agency's and its program's.
        purpose: what it is for, with the agreement it rests on.
        scopes: what it may ask.
        expires_on: the key's last day; None: until it is revoked.
        by: an administrator of that office.
        at: now.
        calls_a_minute: how many letters or seals it may ask about in a minute.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        RequestRefused: ``missing``, ``too_long``, ``not_printable``, ``name_taken``, ``no_scope``,
            ``date_past`` or ``out_of_range``, by field.
    """
    key_id = secrets.token_hex(16)
    account = f"program-{key_id[:12]}"
    made = Client(key_id, office_code, account, name, purpose, scopes, by, at, expires_on, calls_a_minute)
    new = NewClient(made, _new_key())
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        if problems := _problems(tx, made, at):
            raise RequestRefused(problems)
        staff.add_staff(tx, StaffMember(account, office_code, name, Role.PROGRAM), at)
        clients.add(tx, made, new.key)
        audit.append(tx, at, by, "client.add", made.id, office_code, _noted(made))
        return new


def renew_client(
    registry: Registry,
    office_code: str,
    client: str,
    by: str,
    at: datetime,
    *,
    expires_on: date | None = None,
    no_end: bool = False,
) -> NewClient:
    """Give a client another key; the old one counts for :data:`BOTH_DAYS` more days at most.

    One that waits since a restore goes on waiting; the new one counts.

    Args:
        registry: where it is kept.
        office_code: the office whose letters it is about.
        client: whose key, by its id.
        by: an administrator of that office.
        at: now.
        expires_on: the new key's last day; None: the old one's.
        no_end: the new key counts until it is revoked.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: no such client here.
        CallerError: ``client_ended``: its key counts no more; ``client_renewed``: a newer one took over.
        RequestRefused: ``date_past`` or ``out_of_range``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        old = clients.find(tx, office_code, client)
        today = offices.office(tx, office_code).local_date(at)
        if old.has_ended(today):
            raise CallerError("client_ended", _ENDED)
        if is_renewed(old, clients.of_office(tx, office_code), today):
            raise CallerError("client_renewed", _RENEWED)
        last_day = None if no_end else expires_on or old.expires_on
        made = replace(
            old,
            id=secrets.token_hex(16),
            created_by=by,
            created_at=at,
            used_at=None,
            expires_on=last_day,
            waiting_since=None,
        )
        if problems := _expiry_problems(made, today):
            raise RequestRefused(problems)
        new = NewClient(made, _new_key())
        clients.add(tx, new.client, new.key)
        until = today + timedelta(days=BOTH_DAYS)
        clients.set_expiry(tx, old.id, min(until, old.expires_on or until))
        details = {"new": new.client.id, "old_until": _iso(min(until, old.expires_on or until))}
        if last_day != old.expires_on:
            details["until"] = _iso(last_day)
        audit.append(tx, at, by, "client.renew", old.id, office_code, details)
        return new


def limit_client(
    registry: Registry, office_code: str, client: str, calls_a_minute: int, by: str, at: datetime
) -> Client:
    """Let a program ask so much in a minute, by whichever of its keys, from now on.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: no such client here.
        CallerError: ``client_ended``: its key counts no more.
        RequestRefused: ``out_of_range``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        known = clients.find(tx, office_code, client)
        if known.has_ended(offices.office(tx, office_code).local_date(at)):
            raise CallerError("client_ended", _ENDED)
        if problems := _limit_problems(calls_a_minute):
            raise RequestRefused(problems)
        if calls_a_minute != known.calls_a_minute:
            clients.set_limit(tx, known.account, calls_a_minute)
            details = {"limit": calls_a_minute, "was": known.calls_a_minute}
            audit.append(tx, at, by, "client.limit", known.id, office_code, details)
        return replace(known, calls_a_minute=calls_a_minute)


def revoke_client(registry: Registry, office_code: str, client: str, by: str, at: datetime) -> Client:
    """Let a client's key count no more, from this moment.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: no such client here.
        CallerError: ``client_ended``: it is revoked already.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        if clients.find(tx, office_code, client).revoked_at is not None:
            raise CallerError("client_ended", _ENDED)
        clients.revoke(tx, client, at)
        audit.append(tx, at, by, "client.revoke", client, office_code)
        return clients.find(tx, office_code, client)


def confirm_clients(
    registry: Registry, office_code: str, chosen: str | None, by: str, at: datetime
) -> list[Client]:
    """Let keys that wait since a restore count again. Each is an entry of its own, as if confirmed alone.

    Args:
        registry: where they are kept.
        office_code: the office whose letters they are about.
        chosen: whose key, by its id; None: every one that waits.
        by: an administrator of that office, who knows that the key was not revoked since the backup.
        at: now.

    Returns:
        Those that count again.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: no such client here.
        CallerError: ``client_ended``: its key counts no more; ``client_not_waiting``: it counts already.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        today = offices.office(tx, office_code).local_date(at)
        if chosen is None:
            known = clients.of_office(tx, office_code)
            found = [each for each in known if each.waiting_since and not each.has_ended(today)]
        else:
            found = [_require_waiting(clients.find(tx, office_code, chosen), today)]
        for each in found:
            clients.end_waiting(tx, each.id)
            audit.append(tx, at, by, "client.confirm", each.id, office_code)
        return [replace(each, waiting_since=None) for each in found]


def is_renewed(client: Client, held: Iterable[Client], today: date) -> bool:
    """Whether another of the office's keys has taken over from this one."""
    return any(_succeeds(each, client, today) for each in held)


def ends_soon(client: Client, held: Iterable[Client], today: date) -> bool:
    """Whether it counts now and, unless it is renewed, will not for longer than :data:`RENEW_WITHIN`."""
    last_day = client.expires_on
    return (
        client.is_valid(today)
        and last_day is not None
        and last_day <= today + RENEW_WITHIN
        and not is_renewed(client, held, today)
    )


def ending_clients(tx: Transaction, office_code: str, today: date) -> int:
    """How many of an office's keys should be renewed now."""
    held = clients.of_office(tx, office_code)
    return sum(ends_soon(each, held, today) for each in held)


def _require_waiting(client: Client, today: date) -> Client:
    if client.has_ended(today):
        raise CallerError("client_ended", _ENDED)
    if client.waiting_since is None:
        raise CallerError("client_not_waiting", _NOT_WAITING)
    return client


def _succeeds(each: Client, old: Client, today: date) -> bool:
    return each.name == old.name and each.created_at > old.created_at and each.is_valid(today)


def _new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)


def _noted(client: Client) -> dict[str, Any]:
    details: dict[str, Any] = {"scopes": sorted(client.scopes), "expires_on": _iso(client.expires_on)}
    return details if client.calls_a_minute == USUAL_A_MINUTE else details | {"limit": client.calls_a_minute}


def _problems(tx: Transaction, client: Client, at: datetime) -> list[Problem]:
    today = offices.office(tx, client.office).local_date(at)
    found = [
        *_text_problems(client),
        *_expiry_problems(client, today),
        *_limit_problems(client.calls_a_minute),
    ]
    if not client.scopes:
        told = Text("Pilih paling sedikit satu kewenangan.", "Choose at least one thing it may ask.")
        found.append(Problem("scopes", "no_scope", told))
    held = clients.of_office(tx, client.office)
    if client.name.casefold() in {each.name.casefold() for each in held if not each.has_ended(today)}:
        found.append(Problem("name", "name_taken", _TAKEN))
    return found


def _text_problems(client: Client) -> list[Problem]:
    found = []
    texts = (
        ("name", client.name, MOST_NAME_CHARACTERS),
        ("purpose", client.purpose, MOST_PURPOSE_CHARACTERS),
    )
    for name, text, most in texts:
        if not text.strip():
            found.append(Problem(name, "missing", Text("Belum diisi.", "Is missing.")))
        elif len(text) > most:
            told = Text(f"Paling panjang {most} karakter.", f"At most {most} characters long.")
            found.append(Problem(name, "too_long", told))
        elif not text.isprintable():
            told = Text("Harus satu baris teks.", "Must be one line of text.")
            found.append(Problem(name, "not_printable", told))
    return found


def _expiry_problems(client: Client, today: date) -> list[Problem]:
    if client.expires_on is not None and client.expires_on < today:
        told = Text(
            "Tanggal ini sudah lewat. Pilih hari ini atau sesudahnya.",
            "This day is past. Choose today or later.",
        )
        return [Problem("expires_on", "date_past", told)]
    if client.expires_on is not None and client.expires_on > today + timedelta(days=365 * MOST_YEARS):
        told = Text(f"Paling lama {MOST_YEARS} tahun.", f"At most {MOST_YEARS} years.")
        return [Problem("expires_on", "out_of_range", told)]
    return []


def _limit_problems(calls_a_minute: int) -> list[Problem]:
    if FEWEST_A_MINUTE <= calls_a_minute <= MOST_A_MINUTE:
        return []
    told = Text(
        f"Isi {FEWEST_A_MINUTE} sampai {MOST_A_MINUTE:,} per menit.".replace(",", "."),
        f"Give {FEWEST_A_MINUTE} to {MOST_A_MINUTE:,} a minute.",
    )
    return [Problem("calls_a_minute", "out_of_range", told)]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


_TAKEN = Text(
    "Sudah ada program bernama ini. Perbarui kuncinya, atau beri nama lain.",
    "There is a client of this name already. Renew its key, or choose another name.",
)
_ENDED = Text(
    "Kunci program ini sudah tidak berlaku. Tambahkan program baru bila masih diperlukan.",
    "This client's key counts no more. Add a new client if one is needed still.",
)
_RENEWED = Text(
    "Kunci ini sudah diperbarui; kunci barunya masih berlaku.",
    "This key was renewed already; its successor is in use.",
)
_NOT_WAITING = Text(
    "Kunci ini tidak ditahan; tidak ada yang perlu dikonfirmasi.",
    "This key does not wait; there is nothing to confirm.",
)
