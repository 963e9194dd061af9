"""The villages that offices serve; retired codes stay. Knows no letter."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update

from suket_service.core.letter import Office
from suket_service.core.region import Village
from suket_service.registry.schema import RegionRow


def add_villages(tx: Connection, villages: Iterable[Village]) -> int:
    """Add the villages not known yet; returns how many."""
    known = set(tx.execute(select(RegionRow.code)).scalars())
    fresh = [village for village in villages if village.code not in known]
    if fresh:
        tx.execute(
            insert(RegionRow),
            [
                {
                    "code": village.code,
                    "name": village.name,
                    "district": village.district,
                    "regency": village.regency,
                    "province": village.province,
                }
                for village in fresh
            ],
        )
    return len(fresh)


def rename_village(tx: Connection, village: Village) -> None:
    """Let the village of that code, and the places it lies in, be called so from now on."""
    names = {
        "name": village.name,
        "district": village.district,
        "regency": village.regency,
        "province": village.province,
    }
    tx.execute(update(RegionRow).where(RegionRow.code == village.code).values(names))


def villages_of(tx: Connection, office: Office) -> dict[str, Village]:
    """The villages that an office serves, by code."""
    rows = tx.execute(select(RegionRow.__table__).order_by(RegionRow.code))
    return {
        row.code: Village(row.code, row.name, row.district, row.regency, row.province)
        for row in rows
        if row.code.startswith(office.villages)
    }
