"""A file of requests: bad rows are refused by row and field, the rest go on, nothing is lost or issued twice."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from suket_service import administering, issuing, publishing
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.letter import Office
from suket_service.errors import CallerError, FieldError, KeyTrouble, NotAllowed, Problem, RegistryError, Text
from suket_service.issuing import RowOutcome, RowStatus, Sealing, TwoPeople
from suket_service.issuing.batch import PORTION
from suket_service.publishing import Publisher
from suket_service.registry import keys, letters
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY, a_row
from tests.conftest import IssueRows
from tests.databases import Databases
from tests.registry.builders import raw
from tests.selection import examples

FIRST, MENDED, NEXT = "a" * 64, "b" * 64, "c" * 64
SIX_MONTHS_ON = datetime(2027, 5, 22, 5, 0, tzinfo=NOON.tzinfo)
Register = Callable[..., None]


def statuses(outcomes: list[RowOutcome]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


def codes(outcome: RowOutcome) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in outcome.problems]


def all_issued(registry: Registry) -> list[LetterRecord]:
    with registry.reading() as tx:
        return letters.search(tx, OFFICE.code)


def serials(registry: Registry) -> list[int]:
    """The serials of every letter, in order; a gap or a twin shows."""
    return sorted(int(str(letter.number).split("/")[1]) for letter in all_issued(registry))


def picture(width: int = 300, height: int = 400) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (178, 34, 34)).save(out, "PNG")
    return out.getvalue()


def test_a_row_becomes_a_letter(register: Register, issue_rows: IssueRows) -> None:
    register(a_row())
    [outcome] = issue_rows(a_row())
    assert outcome.letter is not None
    assert (outcome.row, outcome.status, outcome.problems) == (2, RowStatus.ISSUED, ())
    assert outcome.letter.number == "471.13/0001/SKP/2172/2026"
    assert (outcome.letter.requested_by, outcome.letter.approved_by) == ("operator", "kepala")


def test_outcomes_come_in_the_order_of_the_rows(register: Register, issue_rows: IssueRows) -> None:
    rows = [a_row(9, serial=9), a_row(2, serial=2), a_row(5, serial=5)]
    register(*rows)
    outcomes = issue_rows(*rows)
    assert [outcome.row for outcome in outcomes] == [9, 2, 5]
    assert [outcome.letter.number for outcome in outcomes if outcome.letter] == [
        OFFICE.number(serial, "SKP", 2026) for serial in (1, 2, 3)
    ]


@pytest.mark.few(5)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"nik": "217203170895000"}, ("nik", "nik_length")),
        ({"nik": "21720317O8950003"}, ("nik", "nik_not_digits")),
        ({"nama": "A" * 61}, ("nama", "name_too_long")),
        ({"nama": "SUHAR\x07TINI"}, ("nama", "name_characters")),
        ({"nama": "SUHAR\u202eTINI"}, ("nama", "name_characters")),
        ({"nama": "=1+1"}, ("nama", "name_characters")),
        ({"tanggal_lahir": "1995-02-30"}, ("tanggal_lahir", "date_impossible")),
        ({"kode_wilayah": "2172999999"}, ("kode_wilayah", "region_unknown")),
        ({"nik": "2172031708950099"}, ("nik", "not_in_register")),
        ({"jenis_surat": "99"}, ("jenis_surat", "kind_unknown")),
        ({"_extra": "1"}, ("", "too_many_cells")),
    ],
)
def test_a_bad_row_is_refused_by_row_and_field_and_the_others_go_on(
    register: Register,
    issue_rows: IssueRows,
    registry: Registry,
    change: dict[str, str],
    problem: tuple[str, str],
) -> None:
    good = [a_row(2, serial=2), a_row(4, serial=4)]
    register(*good, a_row(3, serial=3))
    outcomes = issue_rows(good[0], a_row(3, serial=3, **change), good[1])
    assert statuses(outcomes) == ["issued", "refused", "issued"]
    assert (outcomes[1].row, codes(outcomes[1]), outcomes[1].letter) == (3, [problem], None)
    assert serials(registry) == [1, 2]


def test_every_problem_of_a_row_is_told_at_once(issue_rows: IssueRows) -> None:
    [outcome] = issue_rows(a_row(nik="1", rt="x", agama=""))
    assert codes(outcome) == [("nik", "nik_length"), ("rt", "rt_rw_form"), ("agama", "unknown_value")]


def test_a_row_says_in_both_languages_what_is_wrong(issue_rows: IssueRows) -> None:
    [outcome] = issue_rows(a_row(nik="1"))
    assert all(problem.text.id != problem.text.en for problem in outcome.problems)


def test_a_nik_that_disagrees_warns_and_refuses_nothing(register: Register, issue_rows: IssueRows) -> None:
    row = a_row(jenis_kelamin="PEREMPUAN")
    register(row)
    [outcome] = issue_rows(row)
    assert outcome.status is RowStatus.ISSUED
    assert [warning.code for warning in outcome.warnings] == ["nik_sex_differs"]


def test_a_record_that_is_ready_to_print_is_pointed_out(register: Register, issue_rows: IssueRows) -> None:
    row = a_row(status_perekaman="PRINT_READY_RECORD")
    register(row)
    [outcome] = issue_rows(row)
    assert [warning.code for warning in outcome.warnings] == ["card_can_be_printed"]


class TestPortraits:
    def test_a_portrait_is_stored_as_it_will_be_printed(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        register(a_row())
        [outcome] = issue_rows(a_row(foto="a.png"), open_photo=lambda name: picture())
        assert outcome.letter is not None
        with registry.reading() as tx:
            stored = letters.as_printed(tx, outcome.letter).portrait
        assert stored is not None
        assert letters.portrait_key(stored) == outcome.letter.portrait
        with Image.open(BytesIO(stored)) as image:
            assert (image.format, image.size) == ("JPEG", (354, 472))

    def test_the_file_that_the_row_names_is_opened(self, register: Register, issue_rows: IssueRows) -> None:
        asked = []

        def open_photo(name: str) -> bytes:
            asked.append(name)
            return picture()

        register(a_row())
        issue_rows(a_row(foto=" portraits/a.png "), open_photo=open_photo)
        assert asked == ["portraits/a.png"]

    @pytest.mark.parametrize(
        ("data", "code"), [(b"no picture", "portrait_not_image"), (picture(60, 80), "portrait_too_small")]
    )
    def test_a_portrait_that_cannot_be_used_refuses_its_row_alone(
        self, register: Register, issue_rows: IssueRows, data: bytes, code: str
    ) -> None:
        rows = [a_row(2, foto="a.png"), a_row(3, serial=4)]
        register(*rows)
        outcomes = issue_rows(*rows, open_photo=lambda name: data)
        assert statuses(outcomes) == ["refused", "issued"]
        assert codes(outcomes[0]) == [("foto", code)]

    def test_a_missing_file_is_told_beside_the_rows_other_problems(self, issue_rows: IssueRows) -> None:
        def missing(name: str) -> bytes:
            raise FieldError(Problem("foto", "portrait_missing", Text("tidak ada", "not there")))

        [outcome] = issue_rows(a_row(nik="1", foto="a.png"), open_photo=missing)
        assert codes(outcome) == [("nik", "nik_length"), ("foto", "portrait_missing")]


class TestPeople:
    @pytest.mark.few(5)
    @pytest.mark.parametrize(
        ("people", "code"),
        [
            (TwoPeople("operator", "operator"), "same_person"),
            (TwoPeople("kepala", "kepala"), "same_person"),
            (TwoPeople("operator", "operator2"), "not_allowed"),
            (TwoPeople("kepala", "operator"), "not_allowed"),
            (TwoPeople("operator", "admin"), "not_allowed"),
            (TwoPeople("auditor", "kepala"), "not_allowed"),
            (TwoPeople("nobody", "kepala"), "not_allowed"),
            (TwoPeople("operator", "camat"), "not_allowed"),
            (TwoPeople("petugas", "kepala"), "not_allowed"),
        ],
    )
    def test_it_takes_an_operator_and_an_approver_of_this_office(
        self,
        register: Register,
        issue_rows: IssueRows,
        registry: Registry,
        other_office: Office,
        people: TwoPeople,
        code: str,
    ) -> None:
        register(a_row())
        with pytest.raises(NotAllowed) as refused:
            issue_rows(a_row(), people=people)
        assert refused.value.code == code
        assert all_issued(registry) == []

    def test_an_approver_who_leaves_in_the_middle_stops_the_rest(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
        register(*rows)

        def leave(name: str) -> bytes:
            with raw(registry) as connection:
                connection.execute("UPDATE staff SET active = FALSE WHERE username = 'kepala'")
            return picture()

        rows[-1] = Row(rows[-1].number, {**rows[-1].fields, "foto": "a.png"})
        with pytest.raises(NotAllowed):
            issue_rows(*rows, open_photo=leave)
        assert serials(registry) == list(range(1, PORTION + 1))

    @pytest.mark.parametrize(
        "changes", [{"people": TwoPeople("operator", None)}, {"sealing": None}], ids=["no approver", "no key"]
    )
    def test_without_the_second_person_or_a_key_rows_stop_at_drafts(
        self, register: Register, issue_rows: IssueRows, registry: Registry, changes: dict[str, object]
    ) -> None:
        register(a_row())
        [outcome] = issue_rows(a_row(), **changes)
        assert outcome.status is RowStatus.DRAFTED
        assert [(letter.number, letter.approved_by) for letter in all_issued(registry)] == [(None, None)]

    def test_a_drafted_file_drafts_nothing_new_when_it_is_repeated(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row())
        issue_rows(a_row(), sealing=None)
        assert statuses(issue_rows(a_row(), sealing=None)) == ["unchanged"]


class TestAgain:
    def test_the_same_file_issues_nothing_new(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        rows = [a_row(2, serial=2), a_row(3, nik="1"), a_row(4, serial=4)]
        register(rows[0], rows[2])
        first, again = issue_rows(*rows), issue_rows(*rows)
        assert statuses(again) == ["unchanged", "refused", "unchanged"]
        assert [outcome.letter for outcome in again] == [outcome.letter for outcome in first]
        assert serials(registry) == [1, 2]

    def test_a_mended_file_issues_the_mended_rows_alone(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        rows = [a_row(2, serial=2), a_row(3, serial=3), a_row(4, serial=4)]
        register(*rows)
        broken = a_row(3, serial=3, rt="x")
        issue_rows(rows[0], broken, rows[2], digest=FIRST)
        assert statuses(issue_rows(*rows, digest=MENDED)) == ["unchanged", "issued", "unchanged"]
        assert serials(registry) == [1, 2, 3]

    def test_a_mended_file_may_have_its_rows_elsewhere(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row(2, serial=2), a_row(2, serial=3))
        issue_rows(a_row(2, serial=2), digest=FIRST)
        again = issue_rows(a_row(2, serial=3), a_row(7, serial=2), digest=MENDED)
        assert statuses(again) == ["issued", "unchanged"]

    @pytest.mark.parametrize(
        "change",
        [
            {"alamat": "JALAN LAIN NOMOR 1"},
            {"alasan": "KTP-el hilang"},
            {"jenis_surat": "2"},
            {"foto": "a.png"},
        ],
        ids=["address", "reason", "kind", "portrait"],
    )
    def test_other_facts_for_someone_with_an_open_letter_are_refused(
        self, register: Register, issue_rows: IssueRows, change: dict[str, str]
    ) -> None:
        register(a_row())
        issue_rows(a_row(), digest=FIRST)
        [again] = issue_rows(a_row(2, 3, **change), digest=MENDED, open_photo=lambda name: picture())
        assert codes(again) == [("nik", "letter_open")]

    def test_the_usual_kind_named_is_the_same_request(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row())
        issue_rows(a_row(), digest=FIRST)
        assert statuses(issue_rows(a_row(jenis_surat="1"), digest=MENDED)) == ["unchanged"]

    def test_the_same_file_after_a_revocation_revives_nothing_and_says_so(
        self, registry: Registry, issued: LetterRecord, issue_rows: IssueRows
    ) -> None:
        issuing.revoke(registry, OFFICE.code, str(issued.number), "operator", "Salah data", NOON)
        [again] = issue_rows(a_row())
        assert again.status is RowStatus.UNCHANGED
        assert [warning.code for warning in again.warnings] == ["already_closed"]

    def test_a_new_file_after_a_revocation_issues_a_new_letter(
        self, registry: Registry, issued: LetterRecord, issue_rows: IssueRows
    ) -> None:
        issuing.revoke(registry, OFFICE.code, str(issued.number), "operator", "Salah data", NOON)
        assert statuses(issue_rows(a_row(), digest=NEXT)) == ["issued"]

    @pytest.mark.parametrize(
        "reason", ["Blangko habis", "Blangko masih habis"], ids=["same facts", "other facts"]
    )
    def test_a_new_file_after_the_letter_lapsed_issues_a_new_letter(
        self, registry: Registry, issued: LetterRecord, issue_rows: IssueRows, reason: str
    ) -> None:
        outcomes = issue_rows(a_row(alasan=reason), digest=NEXT, now=lambda: SIX_MONTHS_ON)
        assert statuses(outcomes) == ["issued"]
        [old] = [letter for letter in all_issued(registry) if letter.id == issued.id]
        assert old.closed_at == SIX_MONTHS_ON


class TestTheSamePersonTwice:
    def test_is_refused_and_told_the_first_row(self, register: Register, issue_rows: IssueRows) -> None:
        register(a_row())
        outcomes = issue_rows(a_row(2), a_row(5))
        assert statuses(outcomes) == ["issued", "refused"]
        assert codes(outcomes[1]) == [("nik", "duplicate_in_file")]
        assert "2" in outcomes[1].problems[0].text.id

    def test_is_refused_in_another_portion(self, register: Register, issue_rows: IssueRows) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 2)]
        register(*rows)
        outcomes = issue_rows(*rows, a_row(PORTION + 2, serial=2))
        assert codes(outcomes[-1]) == [("nik", "duplicate_in_file")]

    def test_is_refused_again_when_the_file_is_repeated(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row())
        issue_rows(a_row(2), a_row(5))
        assert statuses(issue_rows(a_row(2), a_row(5))) == ["unchanged", "refused"]

    def test_goes_on_with_the_second_when_the_first_was_bad(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row())
        assert statuses(issue_rows(a_row(2, nama="=X"), a_row(3))) == ["refused", "issued"]


class TestPortions:
    @pytest.mark.parametrize("count", [PORTION - 1, PORTION, PORTION + 1])
    def test_every_row_is_issued_whatever_their_number(
        self, register: Register, issue_rows: IssueRows, registry: Registry, count: int
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, count + 2)]
        register(*rows)
        assert statuses(issue_rows(*rows)) == ["issued"] * count
        assert serials(registry) == list(range(1, count + 1))

    @pytest.mark.parametrize("bad", [0, PORTION - 1, PORTION])
    def test_a_bad_row_at_the_edge_costs_no_number(
        self, register: Register, issue_rows: IssueRows, registry: Registry, bad: int
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
        register(*rows)
        rows[bad] = a_row(rows[bad].number, nik="1")
        outcomes = issue_rows(*rows)
        assert [place for place, outcome in enumerate(outcomes) if not outcome.letter] == [bad]
        assert serials(registry) == list(range(1, len(rows)))

    def test_a_portion_is_committed_before_it_is_told(
        self, register: Register, registry: Registry, sealing: Sealing
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
        register(*rows)
        outcomes = issuing.issue_rows(
            registry,
            OFFICE.code,
            rows,
            people=TwoPeople("operator", "kepala"),
            sealing=sealing,
            open_photo=lambda name: picture(),
            file_digest=FIRST,
            now=lambda: NOON,
        )
        assert next(outcomes).status is RowStatus.ISSUED
        assert len(all_issued(registry)) == PORTION

    @pytest.mark.both
    def test_a_portion_bears_the_time_at_which_it_got_the_lock(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
        register(*rows)
        ticks = (NOON + timedelta(minutes=minute) for minute in itertools.count())
        times = [
            outcome.letter.issued_at
            for outcome in issue_rows(*rows, now=lambda: next(ticks))
            if outcome.letter
        ]
        # The clock is asked twice a portion: for reading the rows, and again with the lock in hand.
        assert times == [NOON + timedelta(minutes=1)] * PORTION + [NOON + timedelta(minutes=3)] * 2


class TestTheDatabaseFails:
    ROWS = tuple(a_row(number, serial=number) for number in range(2, PORTION + 7))

    def test_one_row_that_it_will_not_take_costs_nobody_else_a_letter(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        register(*self.ROWS)
        poisoned = self.ROWS[PORTION + 2]
        with raw(registry) as connection:
            connection.refuse_inserts(
                "poisoned",
                "letter_event",
                "NEW.action = 'issue' AND NEW.letter = "
                f"(SELECT id FROM letter WHERE nik = '{poisoned.fields['nik']}')",
            )
        outcomes = issue_rows(*self.ROWS)
        assert [outcome.row for outcome in outcomes if outcome.letter is None] == [poisoned.number]
        assert codes(outcomes[PORTION + 2]) == [("", "registry_conflict")]
        assert serials(registry) == list(range(1, len(self.ROWS)))
        with raw(registry) as connection:
            connection.drop_trigger("poisoned", "letter_event")
        again = issue_rows(*self.ROWS)
        assert [outcome.row for outcome in again if outcome.status is RowStatus.ISSUED] == [poisoned.number]
        assert serials(registry) == list(range(1, len(self.ROWS) + 1))

    def test_without_its_audit_entry_no_letter_is_issued(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        register(*self.ROWS)
        with raw(registry) as connection:
            connection.refuse_inserts("broken", "audit", "NEW.subject LIKE '%/0053/%'")
        assert statuses(issue_rows(*self.ROWS)) == ["issued"] * 52 + ["refused"] * 3
        with raw(registry) as connection:
            connection.drop_trigger("broken", "audit")
        assert statuses(issue_rows(*self.ROWS)) == ["unchanged"] * 52 + ["issued"] * 3
        assert serials(registry) == list(range(1, len(self.ROWS) + 1))

    def test_in_the_middle_what_was_committed_stays_and_the_numbers_are_used_again(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        register(*self.ROWS)

        def rename(old: str, new: str) -> None:
            with raw(registry) as connection:
                connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

        def fail(name: str) -> bytes:
            rename("letter_event", "gone")
            return picture()

        rows = [*self.ROWS[:-1], replace(self.ROWS[-1], fields={**self.ROWS[-1].fields, "foto": "a.png"})]
        with pytest.raises(RegistryError):
            issue_rows(*rows, open_photo=fail)
        assert serials(registry) == list(range(1, PORTION + 1))
        rename("gone", "letter_event")
        again = issue_rows(*rows, open_photo=lambda name: picture())
        assert statuses(again) == ["unchanged"] * PORTION + ["issued"] * 5
        assert serials(registry) == list(range(1, len(rows) + 1))


class TestACrash:
    @pytest.mark.few(4)
    @pytest.mark.parametrize("crash", [KeyboardInterrupt, RuntimeError])
    @pytest.mark.parametrize("place", [0, PORTION - 1, PORTION, PORTION + 1])
    def test_then_the_same_file_again_gives_every_letter_once(
        self,
        register: Register,
        issue_rows: IssueRows,
        registry: Registry,
        place: int,
        crash: type[BaseException],
    ) -> None:
        rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
        register(*rows)
        rows[place] = replace(rows[place], fields={**rows[place].fields, "foto": "a.png"})

        def fall(name: str) -> bytes:
            raise crash

        with pytest.raises(crash):
            issue_rows(*rows, open_photo=fall)
        assert len(all_issued(registry)) == (PORTION if place >= PORTION else 0)
        issue_rows(*rows, open_photo=lambda name: picture())
        assert serials(registry) == list(range(1, len(rows) + 1))
        assert len({letter.resident.nik for letter in all_issued(registry)}) == len(rows)


class TestTheClock:
    def test_set_back_a_little_keeps_time_from_running_backwards(
        self, register: Register, issue_rows: IssueRows
    ) -> None:
        register(a_row(2, serial=2), a_row(3, serial=3))
        issue_rows(a_row(2, serial=2), digest=FIRST)
        [outcome] = issue_rows(a_row(3, serial=3), digest=NEXT, now=lambda: NOON - timedelta(minutes=1))
        assert outcome.letter is not None
        assert outcome.letter.issued_at == NOON

    def test_set_back_further_stops_the_file(
        self, register: Register, issue_rows: IssueRows, registry: Registry
    ) -> None:
        register(a_row(2, serial=2), a_row(3, serial=3))
        issue_rows(a_row(2, serial=2), digest=FIRST)
        with pytest.raises(CallerError) as refused:
            issue_rows(a_row(3, serial=3), digest=NEXT, now=lambda: NOON - timedelta(minutes=3))
        assert refused.value.code == "clock_behind_series"
        assert serials(registry) == [1]


def test_a_key_retired_in_the_middle_stops_the_rest(
    register: Register, issue_rows: IssueRows, registry: Registry
) -> None:
    rows = [a_row(number, serial=number) for number in range(2, PORTION + 4)]
    register(*rows)

    def retire(name: str) -> bytes:
        with raw(registry) as connection:
            connection.execute("UPDATE signing_key SET state = ?", (KeyState.RETIRED.value,))
        return picture()

    rows[-1] = replace(rows[-1], fields={**rows[-1].fields, "foto": "a.png"})
    with pytest.raises(KeyTrouble):
        issue_rows(*rows, open_photo=retire)
    assert serials(registry) == list(range(1, PORTION + 1))


class TestImportingTheRegister:
    def imported(
        self, registry: Registry, *rows: Row, by: str = "operator", as_of: date = TODAY
    ) -> list[str | None]:
        outcomes = administering.import_residents(registry, OFFICE.code, rows, by, "SIAK", as_of, NOON)
        return [None if outcome.imported else outcome.problems[0].code for outcome in outcomes]

    @pytest.mark.parametrize("by", ["operator", "admin"])
    def test_an_operator_or_administrator_imports(self, registry: Registry, by: str) -> None:
        assert self.imported(registry, a_row(), by=by) == [None]

    @pytest.mark.parametrize("by", ["kepala", "auditor", "nobody", "petugas"])
    def test_nobody_else_imports(self, registry: Registry, other_office: Office, by: str) -> None:
        with pytest.raises(NotAllowed):
            self.imported(registry, a_row(), by=by)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"nik": "1"}, "nik_length"),
            ({"status_perekaman": ""}, "missing"),
            ({"_extra": "1"}, "too_many_cells"),
        ],
    )
    def test_a_bad_row_is_refused_and_the_others_are_imported(
        self, registry: Registry, change: dict[str, str], code: str
    ) -> None:
        assert self.imported(registry, a_row(2, 3, **change), a_row(3, serial=4)) == [code, None]

    def test_a_newer_list_replaces_a_state(
        self, registry: Registry, issue_rows: IssueRows, register: Register
    ) -> None:
        self.imported(registry, a_row(status_perekaman="UNREGISTERED"), as_of=TODAY - timedelta(days=1))
        self.imported(registry, a_row(), as_of=TODAY)
        assert statuses(issue_rows(a_row())) == ["issued"]

    def test_an_older_list_changes_nothing(
        self, registry: Registry, issue_rows: IssueRows, register: Register
    ) -> None:
        register(a_row(status_perekaman="UNREGISTERED"))
        assert self.imported(registry, a_row(), as_of=TODAY - timedelta(days=1)) != [None]
        assert statuses(issue_rows(a_row())) == ["refused"]


PEOPLE = range(1, 6)
_LINES = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("good", "good", "bad", "unrecorded")))


@given(file=st.lists(_LINES, min_size=1, max_size=8))
@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_run_twice_gives_each_good_person_one_letter(
    databases: Databases, file: list[tuple[int, str]]
) -> None:
    changes = {"good": {}, "bad": {"tanggal_lahir": "1995-13-01"}, "unrecorded": {"nik": "2172031708958888"}}
    rows = [
        a_row(number, **{"serial": person, **changes[how]})  # type: ignore[arg-type]
        for number, (person, how) in enumerate(file, start=2)
    ]
    good = {a_row(serial=person).fields["nik"] for person, how in file if how == "good"}
    with databases.a_registry() as registry:
        with registry.reading() as tx:
            sealing = Sealing(keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE), BASE_URL)
        everyone = [a_row(serial=person) for person in PEOPLE]
        list(administering.import_residents(registry, OFFICE.code, everyone, "operator", "SIAK", TODAY, NOON))

        def run() -> list[RowOutcome]:
            people = TwoPeople("operator", "kepala")
            return list(
                issuing.issue_rows(
                    registry,
                    OFFICE.code,
                    rows,
                    people=people,
                    sealing=sealing,
                    open_photo=lambda name: b"",
                    file_digest=FIRST,
                    now=lambda: NOON,
                )
            )

        first, again = run(), run()
        made = all_issued(registry)
        assert {letter.resident.nik for letter in made} == good
        assert serials(registry) == list(range(1, len(good) + 1))
        assert statuses(again) == [status.replace("issued", "unchanged") for status in statuses(first)]


def test_what_is_issued_after_a_publication_bears_no_earlier_day(
    registry: Registry, register: Register, issue_rows: IssueRows
) -> None:
    # The clock may be read, or set back, before the publication gets the lock: a bundle's holder would
    # take a letter of an earlier day beyond the bundle's end for one that was never issued.
    midnight = datetime(2026, 11, 22, 17, 0, 1, tzinfo=UTC)  # 00:00:01 on the 23rd at the office
    register(a_row())
    publishing.publish(registry, Publisher(PASSPHRASE, BASE_URL, HOST), midnight)
    [outcome] = issue_rows(a_row(), now=lambda: midnight - timedelta(seconds=3))
    assert outcome.letter is not None
    assert outcome.letter.issued_on == date(2026, 11, 23)
