"""Whether a program of another agency may ask this now: its key, its scopes, its limit. Answers no question.

An unknown key, an expired one, a revoked one and none at all are refused alike. What was admitted and what
was refused is counted in the registry, so that a limit holds over every process, and the usage that an
agency answers for is known.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from suket_service.errors import CallerError, Text
from suket_service.registry import calls, clients, offices, staff
from suket_service.registry.calls import Window
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

WINDOW_SECONDS = 60
#: So often is it noted at most when a key was heard of last.
_NOTED_EVERY = timedelta(minutes=1)
#: A program that goes on after its limit is counted for so many limits, then refused without a write: writers
#: queue, and whoever floods this must not hold up an office's work.
_COUNTED_LIMITS = 2


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a program's limit in this minute."""

    limit: int
    remaining: int
    resets_in: int  # seconds


@dataclass(frozen=True, slots=True)
class Admitted:
    """A program that may ask, and what it has left."""

    client: Client
    quota: Quota


class CallRefused(CallerError):
    """A program may not ask this, or not now. ``quota`` is None for whoever is not known."""

    def __init__(self, code: str, text: Text, quota: Quota | None = None) -> None:
        super().__init__(code, text)
        self.quota = quota


def admit(registry: Registry, key: str, scope: ClientScope, call: str, cost: int, at: datetime) -> Admitted:
    """Let a program ask, and take what it costs from its limit.

    Args:
        registry: where keys and counts are kept.
        key: as it was sent.
        scope: what the call takes.
        call: the call's name in the account of usage.
        cost: how many letters or seals it is about.
        at: now.

    Raises:
        CallRefused: ``client_unknown``, ``scope_missing`` or ``too_many_calls``.
    """
    with registry.reading() as tx:  # whoever is refused anyhow waits for no writer's turn
        client = _known(tx, key, at)
        window = _window(tx, client, at)
    if window.used >= client.calls_a_minute * _COUNTED_LIMITS:
        raise _too_many(client, at)
    with registry.writing() as tx:
        client = _known(tx, key, at)  # it may have been revoked since
        window = _window(tx, client, at)
        fits, may = window.used + cost <= client.calls_a_minute, scope in client.scopes
        if fits or window.used >= client.calls_a_minute:
            window = replace(window, used=window.used + cost)
        calls.set_window(tx, client.account, window)
        asked, refused = (cost, 0) if fits and may else (0, cost)
        _count(tx, client, call, at, asked=asked, refused=refused)
        if client.used_at is None or at - client.used_at >= _NOTED_EVERY:
            clients.note_use(tx, [client.id], at)
    if not fits:
        raise _too_many(client, at)
    quota = _quota(client, window.used, at)
    if not may:
        raise CallRefused("scope_missing", _scope_missing(scope), quota)
    return Admitted(client, quota)


def charge(registry: Registry, client: Client, call: str, more: int, at: datetime) -> Quota:
    """Take more from the limit of a program that was admitted to a call; what does not fit is refused whole.

    Raises:
        CallRefused: ``too_many_calls``.
    """
    with registry.writing() as tx:
        window = _window(tx, client, at)
        fits = window.used + more <= client.calls_a_minute
        if fits:
            window = replace(window, used=window.used + more)
            calls.set_window(tx, client.account, window)
            _count(tx, client, call, at, asked=more)
        else:
            _count(tx, client, call, at, asked=-1, refused=more + 1)  # also the one it was admitted with
    if not fits:
        raise _too_many(client, at, window.used)
    return _quota(client, window.used, at)


def require_still(tx: Transaction, client: Client) -> None:
    """Refuse a program that was admitted and whose key was revoked while its call waited for a writer's turn.

    Raises:
        CallRefused: ``client_unknown``.
    """
    if not clients.still_counts(tx, client.id):
        raise CallRefused("client_unknown", _UNKNOWN)


def _known(tx: Transaction, key: str, at: datetime) -> Client:
    client = clients.find_by_key(tx, key, at)
    account = None if client is None else staff.find(tx, client.account)
    # A key is worth what its account is: one that was shut, or became anything but a program's, asks nothing.
    if client is None or account is None or not account.active or account.role is not Role.PROGRAM:
        raise CallRefused("client_unknown", _UNKNOWN)
    return client


def _count(
    tx: Transaction, client: Client, call: str, at: datetime, *, asked: int = 0, refused: int = 0
) -> None:
    day = offices.office(tx, client.office).local_date(at)
    calls.count(tx, client.account, client.office, day, call, asked=asked, refused=refused)


def _window(tx: Transaction, client: Client, at: datetime) -> Window:
    minute = math.floor(at.timestamp()) // WINDOW_SECONDS
    held = calls.window(tx, client.account)
    # A call that waited over the turn of a minute counts in the new one and does not bring the old one back.
    return held if held.minute in (minute, minute + 1) else Window(minute, 0)


def _quota(client: Client, spent: int, at: datetime) -> Quota:
    resets_in = WINDOW_SECONDS - math.floor(at.timestamp()) % WINDOW_SECONDS
    return Quota(client.calls_a_minute, max(0, client.calls_a_minute - spent), resets_in)


def _too_many(client: Client, at: datetime, spent: int | None = None) -> CallRefused:
    quota = _quota(client, client.calls_a_minute if spent is None else spent, at)
    told = Text(
        f"Batas program ini {quota.limit} per menit. Coba lagi dalam {quota.resets_in} detik.",
        f"This program's limit is {quota.limit} a minute. Try again in {quota.resets_in} seconds.",
    )
    return CallRefused("too_many_calls", told, quota)


def _scope_missing(scope: ClientScope) -> Text:
    return Text(
        f"Kunci program ini tidak mempunyai kewenangan {scope.value}. Mintalah kepada kantor pemberi kunci.",
        f"This program's key lacks the scope {scope.value}. Ask the office that gave it.",
    )


_UNKNOWN = Text(
    "Kunci program tidak dikenal atau tidak berlaku lagi. Kirim sebagai Authorization: Bearer suket_…",
    "The program's key is unknown or counts no more. Send it as Authorization: Bearer suket_…",
)
