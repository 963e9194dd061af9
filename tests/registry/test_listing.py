"""Lists and groups of issued letters: what is chosen, how it is counted, in which order it comes."""

from datetime import date

import pytest

from suket_service.registry import listing
from suket_service.registry.listing import IN_WORDS, Choice, Fate, Group, Grouping
from suket_service.registry.session import Registry
from tests.builders import OFFICE, TODAY
from tests.registry.builders import raw
from tests.registry.issued_letters import another_office, draft, put

HERE = OFFICE.code
KOTA, DOMPAK = "2172031001", "2172041002"


def names(registry: Registry, choice: Choice, today: date = TODAY) -> list[str]:
    with registry.reading() as tx:
        found = listing.register(tx, HERE, choice, today)
        assert listing.how_many(tx, HERE, choice, today) == len(found)
    return [each.name for each in found]


@pytest.fixture
def some(registry: Registry) -> Registry:
    """One letter of each fate, and things that are in no register."""
    put(registry, name="BERLAKU", issued_on="2026-11-20", reason_code="lost")
    put(registry, name="SAMPAI KARTU", issued_on="2026-11-21", sealed_valid_until=None, rt=3, rw=4)
    put(registry, name="LEWAT", issued_on="2026-05-01", sealed_valid_until="2026-10-31", reason_code="moved")
    put(registry, name="DIPERPANJANG", sealed_valid_until="2026-10-31", extended_to="2026-12-31")
    put(registry, name="DITANGGUHKAN", state="suspended", village=DOMPAK)
    put(registry, name="DICABUT", state="revoked", closed_at="2026-11-22 06:00:00")
    put(registry, name="DIGANTIKAN", state="superseded", closed_at="2026-11-22 06:00:00")
    draft(registry, name="KONSEP")
    another_office(registry)
    put(registry, name="ORANG LAIN", office="2101")
    return registry


def test_the_register_holds_every_issued_letter_by_day_and_order_of_issue(some: Registry) -> None:
    assert names(some, Choice())[:3] == ["LEWAT", "BERLAKU", "SAMPAI KARTU"]
    assert set(names(some, Choice())[3:]) == {"DIPERPANJANG", "DITANGGUHKAN", "DICABUT", "DIGANTIKAN"}


@pytest.mark.few(6)
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(first=date(2026, 11, 21), last=date(2026, 11, 21)), {"SAMPAI KARTU"}),
        (Choice(last=date(2026, 5, 1)), {"LEWAT"}),
        (Choice(village=DOMPAK), {"DITANGGUHKAN"}),
        (Choice(rt=3), {"SAMPAI KARTU"}),
        (Choice(rt=3, rw=2), set()),
        (Choice(fate=Fate.IN_FORCE), {"BERLAKU", "SAMPAI KARTU", "DIPERPANJANG"}),
        (Choice(fate=Fate.EXPIRED), {"LEWAT"}),
        (Choice(fate=Fate.SUSPENDED), {"DITANGGUHKAN"}),
        (Choice(fate=Fate.REVOKED), {"DICABUT"}),
        (Choice(fate=Fate.SUPERSEDED), {"DIGANTIKAN"}),
        (Choice(reason="lost"), {"BERLAKU"}),
        (Choice(reason=IN_WORDS, fate=Fate.IN_FORCE), {"SAMPAI KARTU", "DIPERPANJANG"}),
    ],
)
def test_a_choice_narrows_it(some: Registry, choice: Choice, expected: set[str]) -> None:
    assert set(names(some, choice)) == expected


def test_a_letter_lapses_with_its_last_day(some: Registry) -> None:
    assert "DIPERPANJANG" in names(some, Choice(fate=Fate.IN_FORCE), date(2026, 12, 31))
    assert "DIPERPANJANG" in names(some, Choice(fate=Fate.EXPIRED), date(2027, 1, 1))


def test_pages_follow_on_each_other(some: Registry) -> None:
    with some.reading() as tx:
        whole = listing.register(tx, HERE, Choice(), TODAY)
        parts = [
            each for start in range(0, 9, 3) for each in listing.register(tx, HERE, Choice(), TODAY, start, 3)
        ]
    assert parts == whole


def test_a_line_tells_what_the_letter_says(registry: Registry) -> None:
    put(registry, reason="Hilang", reason_code="lost", rt=7, rw=0, fingerprint=bytes(32))
    with registry.reading() as tx:
        [line] = listing.register(tx, HERE, Choice(), TODAY)
    assert (line.fate, line.valid_until, line.village_name) == (
        Fate.IN_FORCE,
        date(2027, 5, 21),
        "Tanjungpinang Kota",
    )
    assert (line.reason, line.reason_code, line.rt, line.rw) == ("Hilang", "lost", 7, 0)
    assert (line.requested_by, line.approved_by, line.check_code) == ("operator", "kepala", "0000-0000")


def groups(registry: Registry, by: Grouping, choice: Choice = Choice()) -> list[Group]:  # noqa: B008
    with registry.reading() as tx:
        return listing.grouped(tx, HERE, choice, TODAY, by)


def test_days_and_months_come_in_order_with_their_fates(some: Registry) -> None:
    days = groups(some, Grouping.DAY)
    assert [each.key for each in days] == [("2026-05-01",), ("2026-11-20",), ("2026-11-21",), ("2026-11-22",)]
    assert days[0].counts == {Fate.EXPIRED: 1}
    assert days[3].total == 4
    months = groups(some, Grouping.MONTH)
    assert [(each.key, each.total) for each in months] == [(("2026-05",), 1), (("2026-11",), 6)]


def test_villages_and_neighbourhoods_come_with_their_names(some: Registry) -> None:
    villages = groups(some, Grouping.VILLAGE)
    assert [(each.key, each.total) for each in villages] == [
        ((KOTA, "Tanjungpinang Kota"), 6),
        ((DOMPAK, "Dompak"), 1),
    ]
    neighbourhoods = groups(some, Grouping.NEIGHBOURHOOD, Choice(village=KOTA))
    assert [(each.key[2], each.total) for each in neighbourhoods] == [("001/002", 5), ("003/004", 1)]


def test_fates_are_counted_against_reasons(some: Registry) -> None:
    with some.reading() as tx:
        found = listing.matrix(tx, HERE, Choice(), TODAY)
    assert found == {
        (Fate.IN_FORCE, "lost"): 1,
        (Fate.IN_FORCE, None): 2,
        (Fate.EXPIRED, "moved"): 1,
        (Fate.SUSPENDED, None): 1,
        (Fate.REVOKED, None): 1,
        (Fate.SUPERSEDED, None): 1,
    }


def test_what_ends_first_is_listed_first(registry: Registry) -> None:
    put(registry, name="KEDUA", sealed_valid_until="2026-12-10")
    put(registry, name="PERTAMA", sealed_valid_until="2026-11-22")
    put(registry, name="KETIGA", sealed_valid_until="2026-11-30", extended_to="2026-12-20")
    put(registry, name="SUDAH", sealed_valid_until="2026-11-21")
    put(registry, name="TIDAK PERNAH", sealed_valid_until=None)
    with registry.reading() as tx:
        found = listing.expiring(tx, HERE, TODAY, date(2026, 12, 20))
        assert [each.name for each in listing.expiring(tx, HERE, TODAY, date(2026, 12, 20), 1, 1)] == [
            "KEDUA"
        ]
    assert [each.name for each in found] == ["PERTAMA", "KEDUA", "KETIGA"]


def test_a_card_is_ready_for_whoever_holds_an_open_letter(registry: Registry) -> None:
    for name, state, columns in (
        ("LAMA", "PRINT_READY_RECORD", {"issued_on": "2026-01-01"}),
        ("BARU", "PRINT_READY_RECORD", {"state": "suspended"}),
        ("BELUM", "PROCESSING", {}),
        ("SELESAI", "PRINT_READY_RECORD", {"state": "superseded", "closed_at": "2026-11-22 06:00:00"}),
    ):
        put(registry, name=name, **columns)
        with raw(registry) as connection:
            connection.execute(
                "INSERT INTO resident (office, nik, name, birth_place, birth_date, sex, blood_type, address, rt, rw,"
                " village, religion, marital_status, occupation, citizenship, recording_state, source, as_of,"
                " imported_by, imported_at) SELECT office, nik, name, birth_place, birth_date, sex, blood_type,"
                " address, rt, rw, village, religion, marital_status, occupation, citizenship, ?, 'SIAK',"
                " issued_on, 'operator', created_at FROM letter WHERE name = ?",
                [state, name],
            )
    with registry.reading() as tx:
        found = listing.cards_ready(tx, HERE, TODAY)
        assert listing.how_many_cards_ready(tx, HERE) == 2
    assert [each.name for each in found] == ["LAMA", "BARU"]


def test_letters_for_a_day_come_by_village_and_name_whatever_the_database(registry: Registry) -> None:
    for name in ("ZAENAB", "Ágnes", "AMINAH", "abdul"):
        put(registry, name=name)
    put(registry, name="BUDI", village=DOMPAK)
    with registry.reading() as tx:
        found = listing.in_force_on(tx, HERE, TODAY)
        assert listing.in_force_on(tx, HERE, date(2026, 11, 21)) == []
        assert [each.name for each in listing.in_force_on(tx, HERE, TODAY, [DOMPAK])] == ["BUDI"]
    assert [each.name for each in found] == ["AMINAH", "ZAENAB", "abdul", "Ágnes", "BUDI"]
