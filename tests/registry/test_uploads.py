"""Files that wait to be looked at: kept for their office alone, and their contents not for long."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from suket_service.core.letter import Office
from suket_service.core.resident import RecordingState
from suket_service.errors import NotFound, Problem, Text, WrongState
from suket_service.registry import register_lists, residents, uploads
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry
from suket_service.registry.uploads import Purpose, Upload
from tests.builders import NOON, OFFICE, TODAY, a_resident
from tests.issuing.conftest import other_office

__all__ = ["other_office"]  # a fixture

ID = "1" * 32
AN_UPLOAD = Upload(
    id=ID,
    office=OFFICE.code,
    purpose=Purpose.REQUESTS,
    name="permohonan.xlsx",
    sha256="a" * 64,
    by="operator",
    at=NOON,
    rows=50,
)
#: As long as nobody needs them any more.
A_DAY, AN_HOUR = timedelta(hours=24), timedelta(hours=1)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def kept(registry: Registry) -> Upload:
    with registry.writing() as tx:
        uploads.add(tx, AN_UPLOAD, b"rows")
        uploads.put_photos(tx, ID, {"a.jpg": b"a"})
    return AN_UPLOAD


def found(registry: Registry, upload: str = ID, **changes: object) -> Upload:
    wanted = {"office": OFFICE.code, "purpose": Purpose.REQUESTS, **changes}
    with registry.reading() as tx:
        return uploads.by_id(tx, wanted["office"], wanted["purpose"], upload)  # type: ignore[arg-type]


def contents(registry: Registry) -> tuple[bytes, list[str]]:
    with registry.reading() as tx:
        return uploads.body(tx, ID), uploads.photo_keys(tx, ID)


def let_go_of_old(registry: Registry, at: datetime) -> None:
    with registry.writing() as tx:
        uploads.let_go_of_old(tx, at)


def test_a_file_that_somebody_works_with_is_open_to_its_office_alone(
    registry: Registry, kept: Upload
) -> None:
    with registry.reading() as tx:
        assert uploads.still_open(tx, OFFICE.code, Purpose.REQUESTS, ID).id == ID
        for office, purpose in (("2101", Purpose.REQUESTS), (OFFICE.code, Purpose.RESIDENTS)):
            with pytest.raises(NotFound):
                uploads.still_open(tx, office, purpose, ID)


def test_a_file_that_was_confirmed_or_let_go_is_no_longer_open(registry: Registry, kept: Upload) -> None:
    with registry.writing() as tx:
        uploads.let_go(tx, kept)
        with pytest.raises(WrongState) as gone:
            uploads.still_open(tx, OFFICE.code, Purpose.REQUESTS, ID)
        uploads.update_progress(tx, kept, confirmed_at=NOON)
        with pytest.raises(WrongState) as done:
            uploads.still_open(tx, OFFICE.code, Purpose.REQUESTS, ID)
    assert (gone.value.code, done.value.code) == ("upload_gone", "upload_done")


def test_a_file_is_found_as_it_was_kept(registry: Registry, kept: Upload) -> None:
    assert found(registry) == replace(kept, counts={}, refused_photos={})
    assert contents(registry) == (b"rows", ["a.jpg"])


def test_a_register_remembers_its_origin(registry: Registry) -> None:
    listed = replace(AN_UPLOAD, purpose=Purpose.RESIDENTS, source="SIAK", as_of=date(2026, 11, 20))
    with registry.writing() as tx:
        uploads.add(tx, listed, b"rows")
    again = found(registry, purpose=Purpose.RESIDENTS)
    assert (again.source, again.as_of) == ("SIAK", date(2026, 11, 20))


@pytest.mark.parametrize(
    "change",
    [{"office": "2101"}, {"purpose": Purpose.RESIDENTS}, {"upload": "2" * 32}, {"upload": "\0"}, {"upload": ID.upper() + "x"}],
    ids=["another office", "another purpose", "no such id", "no id", "longer"],
)  # fmt: skip
def test_nothing_else_is_found(registry: Registry, kept: Upload, change: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        found(registry, **change)  # type: ignore[arg-type]


def test_files_are_listed_newest_first_and_for_one_purpose(registry: Registry, kept: Upload) -> None:
    later = replace(AN_UPLOAD, id="2" * 32, at=NOON + AN_HOUR)
    with registry.writing() as tx:
        uploads.add(tx, later, b"rows")
        uploads.add(tx, replace(AN_UPLOAD, id="3" * 32, purpose=Purpose.RESIDENTS), b"rows")
    with registry.reading() as tx:
        listed = uploads.of_office(tx, OFFICE.code, Purpose.REQUESTS, 10)
        newest = uploads.of_office(tx, OFFICE.code, Purpose.REQUESTS, 1)
        elsewhere = uploads.of_office(tx, "2101", Purpose.REQUESTS, 10)
    assert [each.id for each in listed] == [later.id, ID]
    assert ([each.id for each in newest], elsewhere) == ([later.id], [])


def test_a_photograph_of_the_same_name_is_replaced(registry: Registry, kept: Upload) -> None:
    with registry.writing() as tx:
        uploads.put_photos(tx, ID, {"a.jpg": b"new", "b.jpg": b"b"})
    with registry.reading() as tx:
        assert [uploads.photo(tx, ID, key) for key in ("a.jpg", "b.jpg", "c.jpg")] == [b"new", b"b", None]


def test_progress_is_kept_with_its_counts(registry: Registry, kept: Upload) -> None:
    problem = Problem("foto", "portrait_damaged", Text("rusak", "damaged"))
    moved = replace(kept, done=20, counts={"drafted": 19}, refused_photos={"b.jpg": problem})
    with registry.writing() as tx:
        uploads.update_progress(tx, moved)
    assert found(registry) == moved
    with registry.writing() as tx:
        uploads.update_progress(tx, moved, NOON + AN_HOUR)
    assert found(registry).confirmed_at == NOON + AN_HOUR


class TestLettingGo:
    def test_of_one_leaves_its_name_and_counts(self, registry: Registry, kept: Upload) -> None:
        problem = Problem("foto", "portrait_damaged", Text("rusak", "damaged"))
        full = replace(kept, counts={"drafted": 3}, refused_photos={"siti.jpg": problem})
        with registry.writing() as tx:
            uploads.update_progress(tx, full)
            uploads.let_go(tx, full)
        assert contents(registry) == (b"", [])
        bare = found(registry)
        assert (bare.name, bare.counts, bare.is_held) == (kept.name, {"drafted": 3}, False)
        assert bare.refused_photos == {}

    def test_of_a_file_nobody_confirmed_comes_after_a_day(self, registry: Registry, kept: Upload) -> None:
        let_go_of_old(registry, NOON + A_DAY)
        assert found(registry).is_held
        let_go_of_old(registry, NOON + A_DAY + MOMENT)
        assert contents(registry) == (b"", [])

    def test_of_a_confirmed_file_comes_after_an_hour(self, registry: Registry, kept: Upload) -> None:
        with registry.writing() as tx:
            uploads.update_progress(tx, kept, NOON)
        let_go_of_old(registry, NOON + AN_HOUR)
        assert found(registry).is_held
        let_go_of_old(registry, NOON + AN_HOUR + MOMENT)
        assert not found(registry).is_held

    def test_of_another_offices_old_file_too(self, registry: Registry, other_office: Office) -> None:
        theirs = replace(AN_UPLOAD, office=other_office.code, by="petugas", at=NOON - 2 * A_DAY)
        with registry.writing() as tx:
            uploads.add(tx, theirs, b"rows")
        let_go_of_old(registry, NOON)
        assert not found(registry, office=other_office.code).is_held


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\siti\\permohonan.xlsx", "permohonan.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\u202eb\n.csv", "ab.csv"),
        ("", "berkas"),
        ("/", "berkas"),
        ("x" * 200, "x" * 120),
    ],
)
def test_a_files_name_is_shown_without_folders_and_tricks(given: str, shown: str) -> None:
    assert uploads.shown_name(given) == shown


class TestTheRegisterByList:
    ORIGIN = Import(OFFICE.code, "SIAK", TODAY, "operator", NOON)

    def test_people_are_added_and_replaced(self, registry: Registry) -> None:
        one, two = a_resident(), a_resident(nik="2172031708950004")
        states = RecordingState.PROCESSING, RecordingState.PRINT_READY_RECORD
        with registry.writing() as tx:
            register_lists.add(tx, [(one, states[0]), (two, states[0])], self.ORIGIN)
        newer = replace(self.ORIGIN, source="SIAK pusat", at=NOON + A_DAY)
        with registry.writing() as tx:
            register_lists.replace(tx, [(replace(one, address="JALAN LAIN"), states[1])], newer)
        with registry.reading() as tx:
            entries = residents.find(tx, OFFICE.code, [one.nik, two.nik])
        assert entries[one.nik].resident.address == "JALAN LAIN"
        assert (entries[one.nik].state, entries[one.nik].source) == (states[1], "SIAK pusat")
        assert (entries[two.nik].resident, entries[two.nik].state) == (two, states[0])

    def test_another_offices_entry_of_the_same_person_stays(
        self, registry: Registry, other_office: Office
    ) -> None:
        state, person = RecordingState.PROCESSING, a_resident()
        theirs = replace(self.ORIGIN, office=other_office.code, by="petugas")
        with registry.writing() as tx:
            for origin in (self.ORIGIN, theirs):
                register_lists.add(tx, [(person, state)], origin)
            register_lists.replace(tx, [(replace(person, address="LAIN"), state)], self.ORIGIN)
        with registry.reading() as tx:
            assert residents.find(tx, other_office.code, [person.nik])[person.nik].resident == person

    def test_what_is_held_is_told_by_source_newest_first(self, registry: Registry) -> None:
        people = [a_resident(nik=f"217203170895{serial:04d}") for serial in range(1, 6)]
        older = replace(self.ORIGIN, source="Perekaman keliling", as_of=TODAY - A_DAY)
        with registry.writing() as tx:
            register_lists.add(tx, [(each, RecordingState.PROCESSING) for each in people[:2]], older)
            register_lists.add(tx, [(each, RecordingState.PROCESSING) for each in people[2:]], self.ORIGIN)
        with registry.reading() as tx:
            held = register_lists.held(tx, OFFICE.code)
            elsewhere = register_lists.held(tx, "2101")
        assert [(each.source, each.people, each.newest) for each in held] == [
            ("SIAK", 3, TODAY),
            ("Perekaman keliling", 2, TODAY - A_DAY),
        ]
        assert (held[0].imported_at, elsewhere) == (NOON, [])
