"""What must hold in a registry whatever happened to it; asked after every fault. Changes nothing."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, create_engine, select, text

from suket_service import administering
from suket_service.core.keyring import Purpose
from suket_service.core.seal import digits, fingerprint, parse
from suket_service.core.signing import check_seal
from suket_service.errors import SealError, SuketError
from suket_service.registry import keys, offices
from suket_service.registry.schema import (
    AuditRow,
    LetterEventRow,
    LetterRow,
    LostPositionRow,
    NumberSeriesRow,
    PrintingRow,
    StatusListRow,
)
from suket_service.registry.session import Registry
from tests.postgresql import SUPERUSER

_MOST_EXAMPLES = 5


def check(
    registry: Registry,
    acknowledged: Mapping[str, str] | None = None,
    *,
    lost: Collection[str] = (),
) -> int:
    """Assert every invariant; returns how many letters bear a number.

    Args:
        registry: the registry as the fault left it.
        acknowledged: request key to the number that its caller was told.
        lost: numbers that a restore could not bring back, and said so.

    Raises:
        AssertionError: with every breach that was found.
    """
    found = breaches(registry, acknowledged, lost=lost)
    assert not found, "\n".join(found)
    with registry.reading() as tx:
        return len(_issued(tx))


def breaches(
    registry: Registry,
    acknowledged: Mapping[str, str] | None = None,
    *,
    lost: Collection[str] = (),
) -> list[str]:
    """Every breach as a line of words that begins with the invariant's name; empty when all is well."""
    found: list[str] = []
    try:
        with registry.reading() as tx:
            for lines in _everything(tx, acknowledged or {}, lost):
                found.extend(lines)
        found.extend(_chain(registry))
        found.extend(_pages(registry))
    except SuketError as error:
        found.append(f"readable: {error.text.en}")
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # Columns hold what none of us wrote.
        found.append(f"readable: {type(error).__name__}")
    return found


def _everything(
    tx: Connection, acknowledged: Mapping[str, str], lost: Collection[str]
) -> Iterator[Iterable[str]]:
    issued = _issued(tx)
    yield _numbers(tx, issued, lost)
    yield _acknowledged(tx, acknowledged)
    yield _request_keys(tx)
    yield _positions(tx, issued)
    yield _seals(tx, issued)
    yield _history(tx, issued)
    yield _printings(tx)


def _issued(tx: Connection) -> Sequence[Any]:
    return tx.execute(select(LetterRow.__table__).where(LetterRow.number.is_not(None))).all()


def _numbers(tx: Connection, issued: Sequence[Any], lost: Collection[str]) -> Iterator[str]:
    """Per series 1 … the counter, each once."""
    kinds = offices.kinds(tx)
    held = Counter((row.office, row.number) for row in issued)
    yield from _each("numbers: given twice", (number for (_, number), times in held.items() if times > 1))
    counted = set()
    for series in tx.execute(select(NumberSeriesRow.__table__)):
        office = offices.office(tx, series.office)
        for serial in range(1, series.last_serial + 1):
            counted.add((office.code, office.number(serial, kinds[series.kind].series, series.year)))
    missing = {number for _, number in counted - held.keys()} - set(lost)
    yield from _each("numbers: a gap", missing)
    yield from _each("numbers: beyond the counter", (number for _, number in held.keys() - counted))


def _acknowledged(tx: Connection, acknowledged: Mapping[str, str]) -> Iterator[str]:
    rows = tx.execute(
        select(LetterRow.request_key, LetterRow.number).where(LetterRow.request_key.is_not(None))
    )
    held: dict[str, str | None] = {row.request_key: row.number for row in rows}
    yield from _each(
        "acknowledged: lost",
        (f"{key} as {number}" for key, number in acknowledged.items() if held.get(key) is None),
    )
    yield from _each(
        "acknowledged: another number",
        (
            f"{key} was told {number}, holds {held[key]}"
            for key, number in acknowledged.items()
            if held.get(key) not in (None, number)
        ),
    )
    told = Counter(acknowledged.values())
    yield from _each("acknowledged: told to two", (number for number, times in told.items() if times > 1))


def _request_keys(tx: Connection) -> Iterator[str]:
    rows = tx.execute(
        select(LetterRow.office, LetterRow.request_key).where(LetterRow.request_key.is_not(None))
    )
    held = Counter((row.office, row.request_key) for row in rows)
    yield from _each("request keys: two letters", (key for (_, key), times in held.items() if times > 1))


def _positions(tx: Connection, issued: Sequence[Any]) -> Iterator[str]:
    """In each list 0 … next_index - 1, each once; what a restore lost is named as lost."""
    held = Counter((row.status_list, row.status_index) for row in issued)
    held.update((row.status_list, row.status_index) for row in tx.execute(select(LostPositionRow.__table__)))
    yield from _each("positions: given twice", (place for place, times in held.items() if times > 1))
    given = {
        (row.number, index)
        for row in tx.execute(select(StatusListRow.__table__))
        for index in range(row.next_index)
    }
    yield from _each("positions: a gap", given - held.keys())
    yield from _each("positions: beyond next_index", held.keys() - given)


def _seals(tx: Connection, issued: Sequence[Any]) -> Iterator[str]:
    """Every stored seal verifies with its own key, and says what its row says."""
    ring = keys.ring(tx)
    for row in issued:
        try:
            seal = parse(row.sealed)
        except (SealError, TypeError):
            yield f"seals: {row.number} cannot be read"
            continue
        key = ring.find(seal.key_id)
        if key is None or key.purpose is not Purpose.SEAL or not check_seal(key, seal.body, seal.signature):
            yield f"seals: {row.number} does not verify"
        facts = seal.facts
        if (facts.status_list, facts.status_index) != (row.status_list, row.status_index):
            yield f"seals: {row.number} is sealed for another position"
        if (facts.nik, facts.name) != (row.nik, row.name) or facts.issued_on != row.issued_on:
            yield f"seals: {row.number} is sealed for other facts"
        if row.fingerprint != fingerprint(row.sealed) or not row.seal_text.endswith(f"#{digits(row.sealed)}"):
            yield f"seals: {row.number} has another seal's fingerprint or text"


def _history(tx: Connection, issued: Sequence[Any]) -> Iterator[str]:
    """Each issued letter was issued once, by its events and by the audit, which knows its seal."""
    events = Counter(
        tx.execute(select(LetterEventRow.letter).where(LetterEventRow.action == "issue")).scalars()
    )
    entries: dict[tuple[str, str, str], int] = Counter()
    for row in tx.execute(select(AuditRow.__table__).where(AuditRow.action == "letter.issue")):
        details = json.loads(row.details)
        entries[row.subject, details["letter"], details["fingerprint"]] += 1
    for row in issued:
        if events.pop(row.id, 0) != 1:
            yield f"history: {row.number} has not exactly one issue event"
        if entries.pop((row.number, row.id, row.fingerprint.hex()), 0) != 1:
            yield f"history: {row.number} has not exactly one audit entry with its fingerprint"
    yield from _each("history: an issue event without a letter", events)
    yield from _each("history: an audit entry without a letter", (number for number, _, _ in entries))


def _printings(tx: Connection) -> Iterator[str]:
    orphans = tx.execute(
        select(PrintingRow.id)
        .outerjoin(LetterRow, LetterRow.id == PrintingRow.letter)
        .where(LetterRow.number.is_(None))
    )
    yield from _each("printings: without an issued letter", orphans.scalars())


def _chain(registry: Registry) -> Iterator[str]:
    broken = administering.check_audit(registry).first_break
    if broken is not None:
        yield f"audit: the chain breaks at entry {broken}"


def _pages(registry: Registry) -> Iterator[str]:
    if registry.file is None:
        yield from _postgresql_pages(registry)
        return
    with registry.reading() as tx:
        for (line,) in tx.exec_driver_sql("PRAGMA integrity_check").all():
            if line != "ok":
                yield f"pages: {line}"
        yield from _each("pages: a broken reference", tx.exec_driver_sql("PRAGMA foreign_key_check").all())


def _postgresql_pages(registry: Registry) -> Iterator[str]:
    """Every index fits its table and every page can be read (amcheck, which comes with the server)."""
    url = registry.url.set(drivername="postgresql+psycopg", username=SUPERUSER)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
            names = connection.execute(
                text(
                    "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                    " JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace"
                )
            ).scalars()
            for name in names.all():
                try:
                    connection.execute(text(f"SELECT bt_index_check('{name}', true)"))
                except Exception as error:  # noqa: BLE001 - whatever it is, it is a breach
                    yield f"pages: {name}: {type(error).__name__}"
    finally:
        engine.dispose()


def _each(breach: str, examples: Iterable[object]) -> Iterator[str]:
    found = sorted(map(str, examples))
    if found:
        more = f" and {len(found) - _MOST_EXAMPLES} more" if len(found) > _MOST_EXAMPLES else ""
        yield f"{breach}: {', '.join(found[:_MOST_EXAMPLES])}{more}"
