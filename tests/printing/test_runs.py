"""Print runs: what waits, parts in order, resumed where the record ends, files kept for a day."""

import multiprocessing
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import insert

from suket_service import issuing, printing
from suket_service.core.letter import Letter, LetterState
from suket_service.errors import NotAllowed, NotFound, PrinterError, RequestRefused, Text, WrongState
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.printing import By, Choice, Order, Press, Shelf, Wanted, choosing
from suket_service.printing import parts as printed_parts
from suket_service.printing.press import dismiss
from suket_service.registry import audit, letters, positions, print_runs
from suket_service.registry.letters import LetterRecord
from suket_service.registry.print_runs import PrintRun
from suket_service.registry.schema import UploadRow
from suket_service.registry.session import Registry
from tests.builders import NOON, OFFICE, a_row
from tests.conftest import IssueRows
from tests.paper.builders import TEMPLATES

PRESS = Press(TEMPLATES, demo=False, processes=1)
RUN = "a" * 32
EVERYTHING = Wanted(Choice(By.ALL), Order.NUMBER)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def five(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> tuple[LetterRecord, ...]:
    """Five letters of five people in two villages."""
    villages = ("2172041002", "2172031001")
    names = ("EKO", "DEWI", "CITRA", "BUDI", "AGUS")
    rows = [
        a_row(number, serial=number, nama=names[number - 2], kode_wilayah=villages[number % 2], rt="001")
        for number in range(2, 7)
    ]
    register(*rows)
    found = [outcome.letter for outcome in issue_rows(*rows)]
    return tuple(letter for letter in found if letter is not None)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PART_SIZES", (2, 50, 100, 250))


def begin(registry: Registry, wanted: Wanted = EVERYTHING, run: str = RUN) -> PrintRun:
    return printing.start(registry, OFFICE.code, run, replace(wanted, part_size=2), "operator", NOON)


def step(registry: Registry, shelf: Shelf, press: Press = PRESS, at: timedelta = timedelta()) -> bool:
    return printing.next_part(registry, OFFICE.code, RUN, "operator", press, shelf, NOON + at)


def all_of_it(registry: Registry, shelf: Shelf) -> None:
    while step(registry, shelf):
        pass


def how_far(registry: Registry) -> printing.Progress:
    with registry.reading() as tx:
        return printing.progress(tx, OFFICE.code, RUN)


def part_file(registry: Registry, shelf: Shelf, part: int, at: timedelta = timedelta()) -> bytes:
    path = printing.hand_out(registry, OFFICE.code, RUN, part, "operator", PRESS, shelf, NOON + at)
    return path.read_bytes()


def numbers_on(pdf: bytes) -> list[str]:
    pages = pypdfium2.PdfDocument(pdf)
    texts = [pages[index].get_textpage().get_text_range() for index in range(len(pages))]
    return [text.split("Nomor: ")[1].split()[0] for text in texts]


def waiting(registry: Registry) -> set[str]:
    with registry.reading() as tx:
        return {letter.id for letter in printing.waiting(tx, OFFICE.code, NOON)}


def entries(registry: Registry, action: str) -> int:
    with registry.reading() as tx:
        return len(audit.of_action(tx, action))


class TestWhatWaits:
    def test_an_issued_letter_waits_until_it_is_printed(
        self, registry: Registry, five: tuple[LetterRecord, ...]
    ) -> None:
        assert waiting(registry) == {letter.id for letter in five}
        printing.print_letter(registry, OFFICE.code, five[0].id, "operator", PRESS, NOON)
        assert waiting(registry) == {letter.id for letter in five[1:]}

    def test_letters_of_a_run_that_is_under_way_do_not_wait(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        assert waiting(registry) == set()
        with pytest.raises(RequestRefused, match="Tidak ada surat"):
            begin(registry, run="b" * 32)

    def test_letters_of_a_run_that_was_given_up_wait_again_after_a_day(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        step(registry, shelf)
        with registry.reading() as tx:
            found = printing.waiting(tx, OFFICE.code, NOON + timedelta(hours=25))
        assert {letter.id for letter in found} == {letter.id for letter in five[2:]}

    def test_a_revoked_letter_does_not_wait(self, registry: Registry, five: tuple[LetterRecord, ...]) -> None:
        issuing.revoke(registry, OFFICE.code, str(five[0].number), "operator", "Data salah", NOON)
        assert five[0].id not in waiting(registry)


class TestChoosing:
    def test_the_oldest_number_comes_first(self, registry: Registry, five: tuple[LetterRecord, ...]) -> None:
        assert begin(registry).letters == tuple(letter.id for letter in five)

    def test_or_all_of_a_village_together_by_name(
        self, registry: Registry, five: tuple[LetterRecord, ...]
    ) -> None:
        run = begin(registry, Wanted(Choice(By.ALL), Order.PLACE))
        names = {letter.id: letter.resident.name for letter in five}
        # Bukit Bestari (Dompak) before Tanjungpinang Kota.
        assert [names[each] for each in run.letters] == ["AGUS", "CITRA", "EKO", "BUDI", "DEWI"]

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        ("choice", "count"),
        [
            (Choice(By.VILLAGE, "2172041002"), 3),
            (Choice(By.DAY, "2026-11-22"), 5),
            (Choice(By.BATCH, "f" * 64), 5),
        ],
    )
    def test_only_what_was_chosen_is_printed(
        self, registry: Registry, five: tuple[LetterRecord, ...], choice: Choice, count: int
    ) -> None:
        assert len(begin(registry, Wanted(choice)).letters) == count

    @pytest.mark.parametrize("choice", [Choice(By.DAY, "2026-11-21"), Choice(By.VILLAGE, "x")])
    def test_nothing_of_that_choice_is_said(
        self, registry: Registry, five: tuple[LetterRecord, ...], choice: Choice
    ) -> None:
        with pytest.raises(RequestRefused) as refused:
            begin(registry, Wanted(choice))
        assert refused.value.code == "nothing_waiting"

    def test_letters_picked_by_hand_are_taken_once_and_also_when_printed_before(
        self, registry: Registry, five: tuple[LetterRecord, ...]
    ) -> None:
        printing.print_letter(registry, OFFICE.code, five[0].id, "operator", PRESS, NOON)
        picked = (five[1].id, five[0].id, five[1].id)
        run = begin(registry, Wanted(Choice(By.HAND), picked=picked))
        assert run.letters == (five[0].id, five[1].id)

    @pytest.mark.parametrize("picked", ["0" * 32, "draft"])
    def test_what_is_no_issued_letter_of_this_office_is_not_found(
        self, registry: Registry, five: tuple[LetterRecord, ...], register: Callable[..., None],
        issue_rows: IssueRows, picked: str,
    ) -> None:  # fmt: skip
        row = a_row(9, serial=99)
        register(row)
        [outcome] = issue_rows(row, people=issuing.TwoPeople("operator", None))
        assert outcome.letter is not None
        wanted = outcome.letter.id if picked == "draft" else picked
        with pytest.raises(NotFound):
            begin(registry, Wanted(Choice(By.HAND), picked=(five[0].id, wanted)))

    def test_the_same_run_twice_is_one_run(self, registry: Registry, five: tuple[LetterRecord, ...]) -> None:
        assert begin(registry) == begin(registry)
        assert entries(registry, "print_run.start") == 1

    @pytest.mark.parametrize("text", ["", "village", "all:x", "hand:1", "sql:'"])
    def test_an_unknown_choice_is_refused(self, text: str) -> None:
        with pytest.raises(RequestRefused) as refused:
            Choice.parse(text)
        assert refused.value.code == "choice_unknown"

    def test_a_choice_is_read_back_as_it_is_written(self) -> None:
        for choice in (Choice(By.ALL), Choice(By.HAND), Choice(By.DAY, "2026-11-22")):
            assert Choice.parse(str(choice)) == choice

    @pytest.mark.few(1)
    @pytest.mark.parametrize("who", ["admin", "auditor", "nobody"])
    def test_only_operators_and_approvers_print(
        self, registry: Registry, five: tuple[LetterRecord, ...], who: str, shelf: Shelf
    ) -> None:
        with pytest.raises(NotAllowed):
            printing.start(registry, OFFICE.code, RUN, EVERYTHING, who, NOON)
        with pytest.raises(NotAllowed):
            printing.print_letter(registry, OFFICE.code, five[0].id, who, PRESS, NOON)
        begin(registry)
        with pytest.raises(NotAllowed):
            printing.next_part(registry, OFFICE.code, RUN, who, PRESS, shelf, NOON)
        step(registry, shelf)
        with pytest.raises(NotAllowed):
            printing.hand_out(registry, OFFICE.code, RUN, 1, who, PRESS, shelf, NOON)
        with pytest.raises(NotAllowed):
            printing.hand_out_whole(registry, OFFICE.code, RUN, who, shelf, NOON)


class TestTheList:
    def test_the_newest_run_stands_first_with_what_is_done_of_it(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        step(registry, shelf)
        wanted = Wanted(Choice(By.HAND), part_size=50, picked=(five[0].id,))
        later = NOON + timedelta(minutes=1)
        printing.start(registry, OFFICE.code, "b" * 32, wanted, "kepala", later)
        with registry.reading() as tx:
            found = print_runs.summaries(tx, OFFICE.code, 10, 0)
            assert print_runs.summaries(tx, OFFICE.code, 1, 1) == found[1:]
            assert print_runs.count_runs(tx, OFFICE.code) == 2
            assert print_runs.summaries(tx, "2171", 10, 0) == []
        assert [(run.chosen, run.done, run.letters, run.asked_by) for run in found] == [
            ("hand", 0, 1, "kepala"),
            ("all", 2, 5, "operator"),
        ]
        assert not found[1].finished

    def test_a_batch_bears_the_name_of_the_file_that_was_uploaded(self, registry: Registry) -> None:
        with registry.writing() as tx:
            tx.execute(
                insert(UploadRow).values(
                    id="1" * 32,
                    office=OFFICE.code,
                    purpose="requests",
                    name="permohonan.csv",
                    sha256="f" * 64,
                    body=b"",
                    origin={},
                    by="operator",
                    at=NOON,
                )
            )
        with registry.reading() as tx:
            assert print_runs.batch_names(tx, OFFICE.code, ["f" * 64, "0" * 64]) == {
                "f" * 64: "permohonan.csv"
            }
            assert print_runs.batch_names(tx, "2171", ["f" * 64]) == {}


class TestRendering:
    def test_each_call_renders_the_next_part_until_there_is_none(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        seen = [(step(registry, shelf), how_far(registry).done) for _ in range(4)]
        assert seen == [(True, 2), (True, 4), (True, 5), (False, 5)]
        assert how_far(registry).finished

    @pytest.mark.slow
    def test_the_parts_hold_every_letter_once_in_order(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        pages = [numbers_on(part_file(registry, shelf, part)) for part in (1, 2, 3)]
        assert [number for page in pages for number in page] == [letter.number for letter in five]
        assert [len(each) for each in pages] == [2, 2, 1]

    def test_each_letter_is_recorded_as_printed_in_the_file_of_its_part(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        shas = [part.sha256 for part in how_far(registry).parts]
        with registry.reading() as tx:
            for place, letter in enumerate(five):
                assert positions.printed_files(tx, letter.id) == {shas[place // 2]}
                assert [event.action for event in letters.events(tx, letter.id)][-1] == "print"
        assert entries(registry, "letter.print") == 3

    def test_a_run_that_was_killed_after_any_part_goes_on_exactly_there(
        self,
        registry: Registry,
        five: tuple[LetterRecord, ...],
        shelf: Shelf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        begin(registry)
        step(registry, shelf)

        class Killed(BaseException):
            pass

        def die(*_: object) -> None:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(print_runs, "add_part", die)
            with pytest.raises(Killed):
                step(registry, shelf)
        assert how_far(registry).done == 2
        assert waiting(registry) == set()
        all_of_it(registry, shelf)
        with registry.reading() as tx:
            for letter in five:
                assert [event.action for event in letters.events(tx, letter.id)].count("print") == 1

    def test_another_window_that_comes_meanwhile_is_told_so(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        with shelf.reserved(RUN), pytest.raises(printing.Busy):
            step(registry, shelf)
        assert how_far(registry).done == 0

    @pytest.mark.both
    def test_of_two_machines_at_the_same_part_one_records_it(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        begin(registry)
        elsewhere = Shelf(tmp_path / "elsewhere")
        plainly = printed_parts.render_part

        def meanwhile(originals: list[Letter], press: Press) -> printed_parts.RenderedPart:
            monkeypatch.setattr("suket_service.printing.runs.render_part", plainly)
            step(registry, elsewhere)
            return plainly(originals, press)

        monkeypatch.setattr("suket_service.printing.runs.render_part", meanwhile)
        step(registry, shelf)
        assert how_far(registry).done == 2
        assert entries(registry, "letter.print") == 1
        all_of_it(registry, shelf)
        assert how_far(registry).done == 5

    def test_a_broken_printer_leaves_the_run_where_it_is(
        self,
        registry: Registry,
        five: tuple[LetterRecord, ...],
        shelf: Shelf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        begin(registry)

        def break_down(*_: object) -> None:
            raise PrinterError("printing_stopped", Text("Berhenti.", "Stopped."))

        with monkeypatch.context() as patched:
            patched.setattr("suket_service.printing.runs.render_part", break_down)
            with pytest.raises(PrinterError):
                step(registry, shelf)
        assert how_far(registry).done == 0
        assert step(registry, shelf)

    def test_worker_processes_print_the_same_file(
        self, registry: Registry, five: tuple[LetterRecord, ...]
    ) -> None:
        with registry.reading() as tx:
            originals = [letters.as_printed(tx, letter) for letter in five] * 2
        originals = [replace(letter, id=f"{place:032x}") for place, letter in enumerate(originals)]
        here = printed_parts.render_part(originals, PRESS)
        there = printed_parts.render_part(originals, replace(PRESS, processes=2))
        assert here.sha256 == there.sha256
        dismiss()
        assert not multiprocessing.active_children()


class TestLeftOut:
    @pytest.fixture
    def registry(self, sqlite_registry: Registry) -> Registry:
        """What is about files and paper alone is asked on one database."""
        return sqlite_registry

    def test_a_letter_that_cannot_be_printed_is_named_and_keeps_nobody_from_theirs(
        self,
        registry: Registry,
        five: tuple[LetterRecord, ...],
        shelf: Shelf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        printed = LetterPrinter.print_together

        def print_together(self: LetterPrinter, wanted: list[Letter]) -> bytes:
            if any(letter.id == five[1].id for letter in wanted):
                raise PrinterError("letter_overflows", Text("Tidak muat.", "Does not fit."))
            return printed(self, wanted)

        monkeypatch.setattr(LetterPrinter, "print_together", print_together)
        begin(registry)
        all_of_it(registry, shelf)
        [left] = how_far(registry).left_out
        assert (left.letter, left.number, left.state) == (five[1].id, five[1].number, LetterState.ISSUED)
        assert left.reason == "Tidak muat."
        assert numbers_on(part_file(registry, shelf, 1)) == [five[0].number]
        assert waiting(registry) == {five[1].id}

    def test_a_letter_revoked_meanwhile_is_left_out_and_named(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        issuing.revoke(registry, OFFICE.code, str(five[4].number), "operator", "Data salah", NOON)
        issuing.suspend(registry, OFFICE.code, str(five[0].number), "operator", "Diperiksa", NOON)
        all_of_it(registry, shelf)
        left = [(each.number, each.state) for each in how_far(registry).left_out]
        assert left == [
            (five[0].number, LetterState.SUSPENDED),
            (five[4].number, LetterState.REVOKED),
        ]

    def test_a_part_without_a_page_has_no_file(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        issuing.revoke(registry, OFFICE.code, str(five[4].number), "operator", "Data salah", NOON)
        all_of_it(registry, shelf)
        assert [bool(part.sha256) for part in how_far(registry).parts] == [True, True, False]
        with pytest.raises(NotFound):
            part_file(registry, shelf, 3)


class TestFiles:
    @pytest.fixture
    def registry(self, sqlite_registry: Registry) -> Registry:
        """What is about files and paper alone is asked on one database."""
        return sqlite_registry

    def test_only_the_owner_may_read_them(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        step(registry, shelf)
        file = tmp_path / "cetakan" / RUN / "1.pdf"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700

    @pytest.mark.slow
    def test_handing_out_is_audited_and_is_no_new_printing(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        step(registry, shelf)
        assert part_file(registry, shelf, 1) == part_file(registry, shelf, 1)
        assert entries(registry, "print_run.hand_out") == 2
        assert entries(registry, "letter.print") == 1

    def test_a_file_that_is_gone_is_rendered_again_to_the_same_bytes_and_recorded_again(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        before = part_file(registry, shelf, 1)
        (tmp_path / "cetakan" / RUN / "1.pdf").unlink()
        assert part_file(registry, shelf, 1) == before
        assert entries(registry, "letter.print") == 4

    def test_a_damaged_file_is_never_handed_out(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        step(registry, shelf)
        (tmp_path / "cetakan" / RUN / "1.pdf").write_bytes(b"%PDF-")
        assert numbers_on(part_file(registry, shelf, 1)) == [five[0].number, five[1].number]

    def test_a_letter_revoked_since_is_not_printed_again(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        issuing.revoke(registry, OFFICE.code, str(five[0].number), "operator", "Data salah", NOON)
        (tmp_path / "cetakan" / RUN / "1.pdf").unlink()
        assert numbers_on(part_file(registry, shelf, 1)) == [five[1].number]
        assert [left.number for left in how_far(registry).left_out] == [five[0].number]

    @pytest.mark.few(1)
    @pytest.mark.parametrize("stop", [issuing.revoke, issuing.suspend])
    def test_a_letter_stopped_since_does_not_come_out_of_a_kept_file(
        self,
        registry: Registry,
        five: tuple[LetterRecord, ...],
        shelf: Shelf,
        stop: Callable[..., object],
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        stop(registry, OFFICE.code, str(five[0].number), "operator", "Data salah", NOON)
        seen = how_far(registry)
        assert (seen.outdated, [left.number for left in seen.left_out]) == (frozenset({1}), [five[0].number])
        assert numbers_on(part_file(registry, shelf, 1)) == [five[1].number]
        seen = how_far(registry)
        assert (seen.outdated, [left.number for left in seen.left_out]) == (frozenset(), [five[0].number])

    def test_a_part_of_which_every_letter_was_stopped_is_let_go(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        for letter in five[:2]:
            issuing.revoke(registry, OFFICE.code, str(letter.number), "operator", "Data salah", NOON)
        with pytest.raises(NotFound):
            part_file(registry, shelf, 1)
        assert not (tmp_path / "cetakan" / RUN / "1.pdf").exists()

    @pytest.mark.slow
    def test_a_run_with_a_letter_stopped_since_is_joined_once_its_part_was_made_again(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        issuing.revoke(registry, OFFICE.code, str(five[0].number), "operator", "Data salah", NOON)
        with pytest.raises(WrongState) as refused:
            printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON)
        assert refused.value.code == "run_letters_stopped"
        assert [step(registry, shelf) for _ in range(2)] == [True, False]
        whole = printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON)
        assert numbers_on(whole.read_bytes()) == [letter.number for letter in five[1:]]

    def test_they_are_removed_after_a_day_by_whoever_next_prints(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        step(registry, shelf)
        shelf.sweep(NOON + timedelta(hours=23))
        assert (tmp_path / "cetakan" / RUN).exists()
        shelf.sweep(NOON + timedelta(hours=24))
        assert not (tmp_path / "cetakan" / RUN).exists()

    @pytest.mark.slow
    def test_a_run_that_is_being_rendered_is_not_removed(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        step(registry, shelf)
        with shelf.reserved(RUN):
            shelf.sweep(NOON + timedelta(days=3))
        assert (tmp_path / "cetakan" / RUN / "1.pdf").exists()

    def test_the_whole_run_is_one_file_with_all_pages(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, tmp_path: Path
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        whole = printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON)
        assert numbers_on(whole.read_bytes()) == [letter.number for letter in five]
        assert stat.S_IMODE(whole.stat().st_mode) == 0o600
        again = printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON)
        assert again.read_bytes() == whole.read_bytes()
        assert entries(registry, "print_run.hand_out") == 2

    def test_a_run_that_is_not_finished_is_not_joined(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        step(registry, shelf)
        with pytest.raises(WrongState) as refused:
            printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON)
        assert refused.value.code == "run_unfinished"

    def test_files_that_are_gone_are_made_again_part_by_part(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf
    ) -> None:
        begin(registry)
        all_of_it(registry, shelf)
        day = timedelta(hours=25)
        shelf.sweep(NOON + day)
        with pytest.raises(WrongState) as refused:
            printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON + day)
        assert refused.value.code == "run_files_gone"
        assert [step(registry, shelf, at=day) for _ in range(4)] == [True, True, True, False]
        whole = printing.hand_out_whole(registry, OFFICE.code, RUN, "operator", shelf, NOON + day)
        assert len(numbers_on(whole.read_bytes())) == 5

    @pytest.mark.few(2)
    @pytest.mark.parametrize("part", [0, 3, 4, 10**9])
    def test_a_part_that_was_not_rendered_is_not_found(
        self, registry: Registry, five: tuple[LetterRecord, ...], shelf: Shelf, part: int
    ) -> None:
        begin(registry)
        step(registry, shelf)
        with pytest.raises(NotFound):
            part_file(registry, shelf, part)

    def test_another_offices_run_is_not_found(
        self, registry: Registry, five: tuple[LetterRecord, ...]
    ) -> None:
        begin(registry)
        with registry.reading() as tx, pytest.raises(NotFound):
            printing.progress(tx, "3171", RUN)


class TestOneLetter:
    @pytest.fixture
    def registry(self, sqlite_registry: Registry) -> Registry:
        """What is about files and paper alone is asked on one database."""
        return sqlite_registry

    def test_again_it_is_the_same_bytes_and_recorded_again(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        first = printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)
        assert printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON) == first
        assert entries(registry, "letter.print") == 2

    def test_who_just_printed_it_looks_at_the_same_bytes_and_nothing_is_recorded(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        paper = printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)
        later = NOON + timedelta(minutes=15)
        original, shown = printing.just_printed(registry, OFFICE.code, issued.id, "operator", PRESS, later)
        assert (shown, original.number) == (paper, issued.number)
        assert entries(registry, "letter.print") == 1

    @pytest.mark.parametrize(("who", "minutes"), [("operator", 16), ("operator2", 1), ("kepala", 0)])
    def test_nobody_else_and_not_for_long(
        self, registry: Registry, issued: LetterRecord, who: str, minutes: int
    ) -> None:
        printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)
        with pytest.raises(NotFound):
            printing.just_printed(
                registry, OFFICE.code, issued.id, who, PRESS, NOON + timedelta(minutes=minutes)
            )

    @pytest.mark.parametrize("stop", [issuing.revoke, issuing.suspend])
    def test_nobody_looks_at_a_letter_that_was_stopped_since(
        self, registry: Registry, issued: LetterRecord, stop: Callable[..., object]
    ) -> None:
        printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)
        stop(registry, OFFICE.code, str(issued.number), "operator", "Data salah", NOON)
        with pytest.raises(WrongState):
            printing.just_printed(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)

    def test_a_letter_that_is_no_longer_in_force_is_not_printed(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        issuing.revoke(registry, OFFICE.code, str(issued.number), "operator", "Data salah", NOON)
        with pytest.raises(WrongState):
            printing.print_letter(registry, OFFICE.code, issued.id, "operator", PRESS, NOON)

    def test_a_letter_that_is_not_here_is_not_found(self, registry: Registry, issued: LetterRecord) -> None:
        with pytest.raises(NotFound):
            printing.print_letter(registry, OFFICE.code, "0" * 32, "operator", PRESS, NOON)
