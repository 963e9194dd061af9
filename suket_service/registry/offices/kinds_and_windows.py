"""Kinds of letter for the whole registry, and each office's issuing windows. Judges neither."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from suket_service.core.kind import IssuingWindow, Kind, SignatureMode, ValidityRule
from suket_service.errors import NotFound, Text
from suket_service.registry.schema import IssuingWindowRow, KindRow, LetterRow


def add_kind(tx: Connection, kind: Kind) -> None:
    """Add a kind of letter."""
    tx.execute(insert(KindRow).values(_values(kind)))


def replace_kind(tx: Connection, kind: Kind) -> None:
    """Let the kind of that code be as given, for letters from now on."""
    tx.execute(update(KindRow).where(KindRow.code == kind.code).values(_values(kind)))


def kinds(tx: Connection) -> dict[int, Kind]:
    """Every kind of letter, by code."""
    rows = tx.execute(select(KindRow.__table__).order_by(KindRow.code))
    return {
        row.code: Kind(
            code=row.code,
            title=row.title,
            series=row.series,
            template=row.template,
            legal_basis=row.legal_basis,
            rule=ValidityRule(row.rule),
            amount=row.amount,
            fixed_date=row.fixed_date,
            signature=SignatureMode(row.signature),
        )
        for row in rows
    }


def kind(tx: Connection, code: int) -> Kind:
    """One kind of letter.

    Raises:
        NotFound: ``no_kind``.
    """
    found = kinds(tx).get(code)
    if found is None:
        raise NotFound("no_kind", Text("Jenis surat ini tidak terdaftar.", "No such kind of letter."))
    return found


def _values(kind: Kind) -> dict[str, Any]:
    return {**asdict(kind), "rule": kind.rule.value, "signature": kind.signature.value}


def add_window(tx: Connection, window: IssuingWindow) -> int:
    """Add an issuing window; returns its id."""
    return tx.execute(
        insert(IssuingWindowRow).values(asdict(window)).returning(IssuingWindowRow.id)
    ).scalar_one()


def end_window(tx: Connection, window_id: int, closes_on: date) -> None:
    """Let a window's last day be that one."""
    tx.execute(update(IssuingWindowRow).where(IssuingWindowRow.id == window_id).values(closes_on=closes_on))


def windows(tx: Connection) -> tuple[IssuingWindow, ...]:
    """Every office's issuing windows."""
    return tuple(_window(row) for row in tx.execute(_WINDOWS))


def windows_of(tx: Connection, office: str) -> tuple[IssuingWindow, ...]:
    """One office's issuing windows."""
    return tuple(windows_by_id(tx, office).values())


def windows_by_id(tx: Connection, office: str) -> dict[int, IssuingWindow]:
    """One office's issuing windows by their ids, oldest first."""
    return {row.id: _window(row) for row in tx.execute(_WINDOWS.where(IssuingWindowRow.office == office))}


def days_of_issue(tx: Connection, office: str, kind: int) -> list[date]:
    """The days on which the office has issued that kind, each once, in order."""
    days = (
        select(LetterRow.issued_on)
        .where(LetterRow.office == office, LetterRow.kind == kind, LetterRow.issued_on.is_not(None))
        .distinct()
        .order_by(LetterRow.issued_on)
    )
    return [day for day in tx.execute(days).scalars() if day is not None]


_WINDOWS = select(IssuingWindowRow.__table__).order_by(IssuingWindowRow.id)


def _window(row: Row[Any]) -> IssuingWindow:
    return IssuingWindow(row.office, row.kind, row.opens_on, row.closes_on)
