"""Letters written past every use case, for what counts and lists them. Each is another person's."""

from itertools import count

from suket_service.registry.session import Registry
from tests.registry.builders import insert_letter, raw

_serials = count(1)


def put(registry: Registry, **columns: object) -> None:
    """A letter that was issued today, unless told otherwise."""
    serial = next(_serials)
    usual: dict[str, object] = {
        "id": f"{serial:032x}",
        "nik": f"217203{serial:010}",
        "number": f"471.13/{serial:04}/SKP/2172/2026",
        "state": "issued",
        "issued_on": "2026-11-22",
        "issued_at": "2026-11-22 05:00:00.000000",
        "sealed_valid_until": "2027-05-21",
        "approved_by": "kepala",
        "fingerprint": bytes([serial % 256]) * 32,
    }
    with raw(registry) as connection:
        insert_letter(connection, **{**usual, **columns})


def draft(registry: Registry, **columns: object) -> None:
    unplaced = dict.fromkeys(("number", "issued_on", "issued_at", "sealed_valid_until"))
    put(registry, **{**unplaced, "state": "draft", **columns})


def another_office(registry: Registry) -> None:
    with raw(registry) as connection:
        connection.execute(
            "INSERT INTO office (code, name, utc_offset_minutes, number_pattern, villages, usual_kind)"
            " VALUES ('2101', 'Disdukcapil Bintan', 420, '{serial}/{series}/{office}/{year}', '[]', 1)"
        )
