"""Lists of the recorded, looked at before they are imported: the same decisions, and every change of state kept."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service import administering
from suket_service.administering import ListChange, ListPreview, uploaded_lists
from suket_service.core.letter import Office
from suket_service.core.resident import RecordingState
from suket_service.errors import FileRefused, NotAllowed, NotFound, WrongState
from suket_service.registry import residents, uploads
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry
from suket_service.registry.uploads import Upload
from suket_service.sheets.read import Row
from suket_service.sheets.request_table import columns_of
from suket_service.sheets.write import write_csv
from tests.builders import NOON, OFFICE, TODAY, a_row
from tests.databases import Databases
from tests.issuing.conftest import other_office
from tests.registry.builders import raw
from tests.selection import examples

__all__ = ["other_office"]  # a fixture
ORIGIN = Import(OFFICE.code, "SIAK", TODAY, "operator", NOON)
DAY = timedelta(days=1)


def a_list(*rows: Row) -> bytes:
    columns = columns_of(rows)
    return write_csv(columns, [[row.fields.get(each, "") for each in columns] for row in rows])


def keep(registry: Registry, *rows: Row, origin: Import = ORIGIN) -> str:
    return administering.keep_list(registry, "daftar.csv", a_list(*rows), origin)


def look(registry: Registry, upload: str) -> ListPreview:
    return administering.preview_list(registry, OFFICE.code, upload, NOON)


def take(registry: Registry, upload: str, by: str = "operator", at: datetime = NOON) -> Upload:
    return administering.import_list(registry, OFFICE.code, upload, by, lambda: at)


def imported(registry: Registry, *rows: Row, origin: Import = ORIGIN) -> Upload:
    return take(registry, keep(registry, *rows, origin=origin), at=origin.at)


def changes(seen: ListPreview) -> list[str]:
    return [each.outcome.change.value for each in seen.rows]


def held(registry: Registry, *rows: Row) -> list[tuple[str, str] | None]:
    with registry.reading() as tx:
        found = residents.find(tx, OFFICE.code, [row.fields["nik"] for row in rows])
    entries = [found.get(row.fields["nik"]) for row in rows]
    return [None if entry is None else (entry.state.value, entry.resident.address) for entry in entries]


def recorded_changes(registry: Registry) -> list[tuple[str, str]]:
    with raw(registry) as connection:
        found = connection.execute("SELECT nik, recording_state FROM recording_change ORDER BY id")
        return [(nik, state) for nik, state in found.fetchall()]


def test_a_list_is_looked_at_row_by_row_and_nothing_is_imported(registry: Registry) -> None:
    rows = [a_row(serial=2), a_row(serial=3, rt="x"), a_row(serial=4, status_perekaman="")]
    seen = look(registry, keep(registry, *rows))
    assert changes(seen) == ["new", "refused", "refused"]
    assert [[each.code for each in row.outcome.problems] for row in seen.rows] == [
        [],
        ["rt_rw_form"],
        ["missing"],
    ]
    assert held(registry, *rows) == [None] * 3


def test_what_differs_is_told_with_the_states_before_and_after(registry: Registry) -> None:
    imported(registry, a_row(serial=2), a_row(serial=3), a_row(serial=4))
    newer = [
        a_row(serial=2, alamat="JALAN LAIN", nama="SUHARTINA"),
        a_row(serial=3, status_perekaman="PRR"),
        a_row(serial=4),
    ]
    seen = look(registry, keep(registry, *newer))
    assert changes(seen) == ["changed", "changed", "unchanged"]
    first, second, _ = (row.outcome for row in seen.rows)
    assert (first.differs, first.changes_state) == (("name", "address"), False)
    assert (second.before, second.after) == (
        RecordingState.PROCESSING,
        RecordingState.PRINT_READY_RECORD,
    )
    assert administering.state_changes(seen.counts) == [((second.before, second.after), 1)]


def test_an_older_list_changes_nobody_and_says_so(registry: Registry) -> None:
    imported(registry, a_row())
    older = replace(ORIGIN, as_of=TODAY - DAY)
    upload = keep(registry, a_row(status_perekaman="UNREGISTERED"), origin=older)
    assert changes(look(registry, upload)) == ["older"]
    done = take(registry, upload)
    assert done.counts is not None
    assert (done.counts["older"], held(registry, a_row())[0]) == (
        1,
        ("PROCESSING", a_row().fields["alamat"]),
    )


def test_the_import_is_what_was_looked_at(registry: Registry) -> None:
    imported(registry, a_row(serial=2), a_row(serial=3))
    upload = keep(
        registry, a_row(serial=2, alamat="JALAN LAIN"), a_row(serial=3), a_row(serial=4), a_row(rt="x")
    )
    foreseen = look(registry, upload).counts
    done = take(registry, upload)
    assert (done.counts, done.confirmed_at, done.done) == (foreseen, NOON, 4)
    assert held(registry, a_row(serial=2))[0] == ("PROCESSING", "JALAN LAIN")


_ROWS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(("PROCESSING", "PRINT_READY_RECORD", "UNREGISTERED", "", "PALSU")),
        st.sampled_from(("JALAN SATU", "JALAN DUA")),
    ),
    max_size=6,
    min_size=1,
)


@given(lists=st.lists(st.tuples(_ROWS, st.integers(0, 2)), min_size=1, max_size=3))
@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_lists_do_what_they_were_said_to_and_every_change_of_state_is_kept(
    databases: Databases, lists: Sequence[tuple[list[tuple[int, str, str]], int]]
) -> None:
    with databases.a_registry() as registry:
        states: dict[str, str] = {}
        for rows, days in lists:
            origin = replace(ORIGIN, as_of=TODAY - days * DAY)
            made = [a_row(serial=who, status_perekaman=state, alamat=where) for who, state, where in rows]
            upload = keep(registry, *made, origin=origin)
            foreseen = look(registry, upload).counts
            before = recorded_changes(registry)
            assert take(registry, upload).counts == foreseen
            fresh = recorded_changes(registry)[len(before) :]
            assert len(fresh) == sum(count for _, count in administering.state_changes(foreseen))
            for nik, state in fresh:
                assert states.get(nik) != state
                states[nik] = state
        with registry.reading() as tx:
            found = residents.find(tx, OFFICE.code, list(states))
        assert {nik: entry.state.value for nik, entry in found.items()} == states


class TestChangesOfState:
    def test_a_persons_first_import_is_one(self, registry: Registry) -> None:
        imported(registry, a_row())
        assert recorded_changes(registry) == [(a_row().fields["nik"], "PROCESSING")]

    def test_the_same_state_again_is_none(self, registry: Registry) -> None:
        imported(registry, a_row())
        imported(registry, a_row(alamat="JALAN LAIN"))
        assert len(recorded_changes(registry)) == 1

    def test_another_state_is_one(self, registry: Registry) -> None:
        imported(registry, a_row())
        imported(registry, a_row(status_perekaman="PRINT_READY_RECORD"))
        assert [state for _, state in recorded_changes(registry)] == ["PROCESSING", "PRINT_READY_RECORD"]

    def test_the_command_lines_import_keeps_them_too(self, registry: Registry) -> None:
        list(administering.import_residents(registry, OFFICE.code, [a_row()], "admin", "SIAK", TODAY, NOON))
        assert len(recorded_changes(registry)) == 1


class TestConfirming:
    ROWS = tuple(a_row(serial=serial) for serial in range(2, 9))

    def test_goes_on_where_it_stopped_and_its_counts_stay_true(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploaded_lists, "PORTION", 3)
        monkeypatch.setattr(uploads, "PATIENCE", timedelta(0))
        upload = keep(registry, *self.ROWS, a_row(serial=2))
        first = take(registry, upload)
        assert (first.done, first.confirmed_at) == (3, None)
        assert look(registry, upload).counts["new"] == 7  # three that were, and four that are to come
        take(registry, upload)
        last = take(registry, upload)
        assert (last.done, last.confirmed_at) == (8, NOON)
        assert last.counts is not None
        assert (last.counts["new"], last.counts["refused"]) == (7, 1)

    @pytest.mark.both
    def test_by_two_at_once_imports_and_counts_each_row_once(self, registry: Registry) -> None:
        upload = keep(registry, *self.ROWS)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda by: take(registry, upload, by), ("operator", "admin")))
        done = take(registry, upload)
        assert done.counts is not None
        assert done.counts["new"] == len(self.ROWS)
        assert len(recorded_changes(registry)) == len(self.ROWS)

    @pytest.mark.parametrize("by", ["kepala", "auditor", "petugas", "nobody"])
    def test_takes_an_operator_or_administrator_of_this_office(
        self, registry: Registry, other_office: Office, by: str
    ) -> None:
        upload = keep(registry, *self.ROWS)
        with pytest.raises(NotAllowed):
            take(registry, upload, by)
        with pytest.raises(NotAllowed):
            keep(registry, *self.ROWS, origin=replace(ORIGIN, by=by))
        assert held(registry, *self.ROWS) == [None] * 7

    def test_another_offices_list_is_not_there(self, registry: Registry, other_office: Office) -> None:
        upload = keep(registry, *self.ROWS)
        with pytest.raises(NotFound):
            administering.import_list(registry, other_office.code, upload, "petugas", lambda: NOON)

    def test_a_discarded_list_cannot_be_imported(self, registry: Registry) -> None:
        upload = keep(registry, *self.ROWS)
        administering.discard_list(registry, OFFICE.code, upload, "admin", NOON)
        with pytest.raises(WrongState):
            take(registry, upload)

    def test_an_imported_list_cannot_be_discarded(self, registry: Registry) -> None:
        upload = keep(registry, *self.ROWS)
        take(registry, upload)
        with pytest.raises(WrongState):
            administering.discard_list(registry, OFFICE.code, upload, "admin", NOON)

    def test_the_audit_tells_counts_and_neither_names_nor_niks(self, registry: Registry) -> None:
        upload = keep(registry, a_row())
        take(registry, upload)
        administering.record_list_given_back(registry, OFFICE.code, upload, "admin", 1, NOON)
        with raw(registry) as connection:
            told = connection.execute("SELECT action, subject, details FROM audit ORDER BY seq").fetchall()
        mine = [(action, details) for action, subject, details in told if subject == upload]
        assert [action for action, _ in mine] == ["upload.keep", "residents.import_list", "upload.give_back"]
        assert not any(word in details for _, details in mine for word in ("SUHARTINI", "217203"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"as_of": TODAY + DAY}, "as_of_in_future"),
        ({"source": ""}, "source_form"),
        ({"source": "SIAK 2172031708950003"}, "source_form"),
        ({"source": "SIAK 217203 170895 0003"}, "source_form"),
    ],
)
def test_a_list_whose_origin_cannot_be_kept_is_refused(
    registry: Registry, change: dict[str, date | str], code: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        keep(registry, a_row(), origin=replace(ORIGIN, **change))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_the_same_list_again_changes_nobody(registry: Registry) -> None:
    imported(registry, a_row())
    done = imported(registry, a_row())
    assert done.counts is not None
    assert (done.counts[ListChange.UNCHANGED.value], done.counts["changed"]) == (1, 0)
