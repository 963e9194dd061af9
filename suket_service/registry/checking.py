"""A whole registry checked: its pages and references, and its letters against the audit chain. Changes nothing.

The chain knows every letter by its fingerprint, and every revocation: whoever changes a letter's row
without it is found here; whoever rewrites the chain too is found by a checkpoint that is outside.
"""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from suket_service.core.letter import LetterState
from suket_service.core.seal import fingerprint, parse
from suket_service.errors import SealError
from suket_service.registry import letters, offices
from suket_service.registry.schema import AuditRow, KindRow, LetterRow

_HEADER = b"SQLite format 3\x00"
_HEADER_BYTES = 100  # https://www.sqlite.org/fileformat2.html section 1.3
_TABLES = frozenset({"registry", "alembic_version", "letter", "audit"})
_ROWS_AT_ONCE = 500
_ENDED = (LetterState.REVOKED.value, LetterState.SUPERSEDED.value)


def is_registry_file(file: Path) -> bool:
    """Whether the file looks like a registry's SQLite database."""
    with file.open("rb") as opened:
        if opened.read(len(_HEADER)) != _HEADER:
            return False
    try:
        with closing(_opened(file)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {name for (name,) in names} >= _TABLES
    except sqlite3.Error:
        return False


def is_whole_file(file: Path) -> bool:
    """Whether every page of a SQLite file is in order, and every reference points at something."""
    with file.open("rb") as opened:
        header = opened.read(_HEADER_BYTES)
    page_size, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    if file.stat().st_size < (page_size if page_size > 1 else 65_536) * pages:
        return False  # SQLite takes what is cut off for zeros, and the check may pass
    try:
        with closing(_opened(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            return found == [("ok",)] and broken is None
    except sqlite3.Error:
        return False


def has_our_shape(file: Path, fresh: Path) -> bool:
    """Whether tables, indexes and triggers are exactly those of a freshly made registry.

    A trigger more undoes what is done later, and one less lets history be changed.
    """
    return _shape(file) == _shape(fresh)


def _shape(file: Path) -> set[tuple[str, str, str]]:
    with closing(_opened(file)) as connection:
        return set(connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master"))


def _opened(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def first_strange_letter(tx: Connection) -> str | None:
    """The number of a letter that is not as the audit chain or its own seal has it; None if all are."""
    same = (LetterRow.office == AuditRow.office) & (LetterRow.number == AuditRow.subject)
    query: Select[*tuple[Any, ...]] = (
        select(AuditRow.subject, AuditRow.details, *_SEALED)
        .outerjoin(LetterRow, same)
        .where(AuditRow.action == "letter.issue")
    )
    with tx.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as issued:
        for row in issued:
            if not _is_as_issued(row):
                return str(row.subject)
    named = tuple_(LetterRow.office, LetterRow.number)
    unknown = select(LetterRow.number).where(
        LetterRow.number.is_not(None), named.not_in(_subjects("letter.issue"))
    )
    revived = select(LetterRow.number).where(
        LetterRow.state.not_in(_ENDED), named.in_(_subjects("letter.revoke", "letter.supersede"))
    )
    return tx.execute(unknown.limit(1)).scalar() or tx.execute(revived.limit(1)).scalar()


def _subjects(*actions: str) -> Select[*tuple[Any, ...]]:
    return select(AuditRow.office, AuditRow.subject).where(AuditRow.action.in_(actions))


_SEALED = (
    LetterRow.sealed,
    LetterRow.fingerprint,
    LetterRow.nik,
    LetterRow.name,
    LetterRow.birth_date,
    LetterRow.village,
    LetterRow.kind,
    LetterRow.issued_on,
    LetterRow.sealed_valid_until,
    LetterRow.status_list,
    LetterRow.status_index,
)


def _is_as_issued(row: Row[Any]) -> bool:
    try:
        facts = parse(row.sealed).facts
        recorded = json.loads(row.details)["fingerprint"]
    except (SealError, TypeError, ValueError, KeyError):
        return False
    return (
        fingerprint(row.sealed) == row.fingerprint
        and row.fingerprint.hex() == recorded
        and (facts.nik, facts.name, facts.birth_date) == (row.nik, row.name, row.birth_date)
        and (facts.village, facts.kind) == (row.village, row.kind)
        and (facts.issued_on, facts.valid_until) == (row.issued_on, row.sealed_valid_until)
        and (facts.status_list, facts.status_index) == (row.status_list, row.status_index)
    )


def placed_letters(tx: Connection) -> int:
    """How many letters were ever issued."""
    placed = select(func.count()).select_from(LetterRow).where(LetterRow.number.is_not(None))
    return tx.execute(placed).scalar_one()


def waiting_letters(tx: Connection) -> int:
    """How many drafts wait to be approved or issued."""
    waiting = (LetterState.DRAFT.value, LetterState.APPROVED.value)
    return tx.execute(
        select(func.count()).select_from(LetterRow).where(LetterRow.state.in_(waiting))
    ).scalar_one()


def newest_entry_at(tx: Connection) -> datetime | None:
    """When the last thing was done that the audit knows of."""
    return tx.execute(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1)).scalar()


def last_numbers(tx: Connection) -> tuple[str, ...]:
    """The last number of each series."""
    known = {each.code: each for each in offices.offices(tx)}
    names = {row.code: row.series for row in tx.execute(select(KindRow.code, KindRow.series))}
    return tuple(
        known[office].number(last, names[kind], year)
        for office, kind, year, last in letters.series(tx)
        if last
    )
