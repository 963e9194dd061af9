"""A lost registry brought back from a backup, with what is published since as its witness. Publishes nothing.

Numbers and positions that are on paper are not given out again, nothing revoked comes back, no
agency's key counts before it is confirmed, and what could not be brought back is named.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from suket_service.administering.audit import RESTORE
from suket_service.administering.backup import Contents
from suket_service.administering.encrypting import Identity
from suket_service.administering.opening_backups import examine_copy, take_copy
from suket_service.administering.paper_numbers import highest_given
from suket_service.administering.restored import Learnt, Restored, Series
from suket_service.administering.setting_up import CONSOLE
from suket_service.administering.witness import Published, Witness, open_witness
from suket_service.core.keyring import KeyState, Purpose
from suket_service.errors import CallerError, Text
from suket_service.registry import audit, checking, clients, copying, keys, offices, restoring, staging
from suket_service.registry.copying import Progress
from suket_service.registry.restoring import SeriesChange
from suket_service.registry.session import Registry, Transaction

#: Numbers passed over in each series of the year, unless the caller says otherwise.
RESERVE = 200
_CLOCK_TOLERANCE = timedelta(minutes=2)
#: What SQLite keeps beside a database: part of the old one, and poison to a new one.
_BESIDE = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Order:
    """What to restore, and what is known of the time since."""

    file: Path  # a backup
    environment: str  # that it must be of
    identities: tuple[Identity, ...] = field(default=(), repr=False)  # keys to open a locked one
    sha256: str | None = None  # that it must have, hex
    published: Published | None = None
    pins: tuple[str, ...] = ()  # thumbprints of publication keys made after the backup
    reserve: int = RESERVE
    last_numbers: tuple[str, ...] = ()  # the highest seen on paper


def restore(
    registry: Registry,
    place: Path,
    order: Order,
    at: datetime,
    keep_report: Callable[[Restored], None] = lambda _restored: None,
    progress: Progress = lambda _done, _total: None,
) -> Restored:
    """Bring a registry back from a backup into an empty database, SQLite or PostgreSQL.

    Everything is done to a copy; as the last act it becomes the registry, whole or not at all.

    Args:
        registry: where to; nothing may be there, and nothing may be running on it.
        place: the work is done in a folder beside this path; the SQLite file itself, where it is one.
        order: what from.
        at: now.
        keep_report: called with the outcome before the last act, so that it cannot be lost.
        progress: told how far the copying is.

    Raises:
        CallerError: ``place_taken``, ``being_made``, ``clock_behind``.
        FileRefused: the backup or what was published cannot be used; nothing was written.
        InputError: a ``last_numbers`` is none.
        RegistryError: ``other_environment``, or the registry's own.
    """
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_empty(registry)
    with staging.making(place) as made:
        digest = take_copy(order.file, made, order.identities, order.sha256)
        with closing(copying.at_file(made)) as copy:
            contents = examine_copy(made, copy, order.environment)
            with copy.writing() as tx:
                restored = _bring_back(tx, contents, order, digest, at)
            keep_report(restored)
            if registry.file is None:
                _copy_into(registry, copy, progress)
                return restored
        copying.close_file(made)
        _require_empty(registry)
        staging.put_in_place(made, registry.file)
    return restored


def _copy_into(registry: Registry, copy: Registry, progress: Progress) -> None:
    registry.migrate()
    with copy.reading() as source, registry.writing() as target:
        copying.copy_rows(source, target, progress)


def _bring_back(tx: Transaction, contents: Contents, order: Order, digest: str, at: datetime) -> Restored:
    witness = open_witness(tx, order.published, contents.identity, order.pins) if order.published else None
    news = witness if witness and witness.is_news else None
    known_until = max(contents.as_of, news.bundle.as_of) if news else contents.as_of
    at = _require_clock(at, known_until)
    learnt = _learn(tx, news, at) if news else Learnt()
    lists = restoring.close_lists(tx, news.bundle if news else None, known_until, at)
    lost = restoring.keep_lost(tx, news.bundle) if news else ()
    given = highest_given(tx, witness.serials if witness else {}, order.last_numbers)
    series = [_named(tx, each) for each in restoring.raise_series(tx, given, order.reserve, at)]
    restoring.spend_codes(tx, at)
    held_clients = sum(
        clients.let_wait(tx, each.code, each.local_date(at), at) for each in offices.offices(tx)
    )
    restored = Restored(
        at=at,
        sha256=digest,
        contents=contents,
        witness=witness,
        learnt=learnt,
        lists=lists,
        lost=lost,
        series=tuple(series),
        waiting=checking.waiting_letters(tx),
        held_clients=held_clients,
        keyless=_keyless(tx),
    )
    details = _details(restored, order.reserve)
    audit.append(tx, at, CONSOLE, RESTORE, contents.identity.registry_id, None, details)
    return restored


def _learn(tx: Transaction, news: Witness, at: datetime) -> Learnt:
    bundle = news.bundle
    learnt = Learnt(
        offices=restoring.adopt_offices(tx, bundle),  # first: keys and lists belong to them
        keys=restoring.adopt_keys(tx, bundle, at),
        windows_changed=restoring.adopt_windows(tx, bundle),
        fates=restoring.apply_fates(tx, bundle, at),
    )
    restoring.keep_publication(tx, bundle, news.token)
    return learnt


def _details(restored: Restored, reserve: int) -> dict[str, Any]:
    witness = restored.witness
    furthest = witness.furthest if witness else None
    fates = restored.learnt.fates
    return {
        "entries": restored.contents.entries,
        "sha256": restored.sha256,
        "witness_version": witness.bundle.version if witness else None,
        "witness_entries": furthest.entries if furthest else None,
        "witness_head": furthest.head if furthest else None,
        "revoked": len(fates.revoked),
        "suspended": len(fates.suspended),
        "extended": len(fates.extended),
        "lost": restored.lost_positions,
        "held_clients": restored.held_clients,
        "reserve": reserve,
    }


def _require_clock(at: datetime, known_until: datetime) -> datetime:
    if known_until - at > _CLOCK_TOLERANCE:
        raise CallerError(
            "clock_behind",
            Text(
                "Jam komputer ini lebih lambat daripada cadangan atau terbitannya. Betulkan jamnya dahulu.",
                "This computer's clock is behind the backup or what was published since. Set the clock first.",
            ),
        )
    return max(at, known_until)


def _named(tx: Transaction, change: SeriesChange) -> Series:
    kind = offices.kinds(tx).get(change.kind)
    office = next((each for each in offices.offices(tx) if each.code == change.office), None)
    if kind is None or office is None:
        return Series(change, None, None)

    def span(after: int, last: int) -> tuple[str, str] | None:
        if last <= after:
            return None
        return (
            office.number(after + 1, kind.series, change.year),
            office.number(last, kind.series, change.year),
        )

    return Series(change, span(change.in_backup, change.given), span(change.given, change.now))


def _keyless(tx: Transaction) -> tuple[str, ...]:
    """The offices that have no key to seal with, and ``-`` where there is none to publish with."""
    active = {(key.purpose, key.scope.office) for key in keys.ring(tx) if key.state is KeyState.ACTIVE}
    offices_without = [each.code for each in offices.offices(tx) if (Purpose.SEAL, each.code) not in active]
    return (*offices_without, *(["-"] if (Purpose.PUBLICATION, None) not in active else []))


def _require_empty(registry: Registry) -> None:
    file = registry.file
    beside = [file.with_name(file.name + suffix) for suffix in _BESIDE] if file else []
    taken = any(each.exists() for each in beside) or not copying.is_empty(registry)
    registry.close()  # what it has open may be about to become another file
    if not taken:
        return
    if file is None:
        text = Text(
            "Basis data tujuan tidak kosong; tidak ada yang diubah. Hentikan layanan, lalu pulihkan ke basis data baru.",
            "The database is not empty; nothing was changed. Stop the service, then restore into a new database.",
        )
    else:
        names = ", ".join(f"{file.name}{suffix}" for suffix in ("", *_BESIDE))
        text = Text(
            f"Di {file.parent} masih ada registri; tidak ada yang diubah. "
            f"Hentikan layanan, pindahkan (jangan dihapus) {names}, lalu ulangi.",
            f"There still is a registry in {file.parent}; nothing was changed. "
            f"Stop the service, move (do not delete) {names}, then try again.",
        )
    raise CallerError("place_taken", text)
