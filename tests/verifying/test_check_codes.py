"""Number and check code, typed: what is told, what counts, and when a number is closed; on both databases."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from suket_service import issuing
from suket_service.core.seal import check_code
from suket_service.errors import FieldError
from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import CheckCodeFailureRow, LetterRow, OfficeRow
from suket_service.registry.session import Registry
from suket_service.verifying import TooManyFailures, check_typed, forget_old_failures, problems_of
from suket_service.verifying.check_codes import MOST_FAILURES, MOST_FAILURES_A_MINUTE, WINDOW
from tests.builders import NOON, OFFICE, a_row

UNKNOWN_NUMBER = "471.13/9999/SKP/2172/2026"

Try = Callable[..., dict[str, Any]]


@pytest.fixture
def code(issued: LetterRecord) -> str:
    """The letter's check code, as printed."""
    return check_code(issued.fingerprint or b"")


@pytest.fixture
def wrong(code: str) -> str:
    """A code with one character changed."""
    return ("1" if code[0] == "0" else "0") + code[1:]


@pytest.fixture
def ask(registry: Registry, issued: LetterRecord, code: str) -> Try:
    """Types the letter's number and code unless told otherwise."""

    def run(number: str = str(issued.number), code: str = code, at: Any = NOON) -> dict[str, Any]:
        return check_typed(registry, number, code, at)

    return run


def fail(ask: Try, times: int, at: Any = NOON, **typed: str) -> None:
    for _ in range(times):
        assert ask(at=at, **typed)["found"] is False


def kept(registry: Registry) -> int:
    with registry.reading() as tx:
        return tx.execute(select(func.count()).select_from(CheckCodeFailureRow)).scalar_one()


class TestWhatIsTold:
    def test_a_fitting_code_tells_what_is_on_record_masked(self, ask: Try, issued: LetterRecord) -> None:
        told = ask()
        assert told["found"] is True
        assert told["status"] == told["registry"]["status"] == "issued"
        assert told["registry"]["number"] == issued.number
        assert (told["seal"]["name"], told["seal"]["nik"], told["seal"]["birth_year"]) == (
            "S********",
            "217203**********",
            1995,
        )
        assert issued.resident.name not in str(told)
        assert issued.resident.nik not in str(told)
        assert issued.resident.birth_date.isoformat() not in str(told)

    def test_it_is_never_valid(self, ask: Try, wrong: str) -> None:
        for told in (ask(), ask(code=wrong)):
            assert (told["outcome"], told["reasons"]) == ("indeterminate", ["typed_only"])

    @pytest.mark.parametrize(
        ("step", "status", "word"),
        [
            (issuing.suspend, "suspended", "ditangguhkan"),
            (issuing.revoke, "revoked", "dicabut"),
            (issuing.supersede, "superseded", "digantikan"),
        ],
    )
    def test_a_letter_that_no_longer_holds_says_so(
        self, ask: Try, registry: Registry, issued: LetterRecord, step: Any, status: str, word: str
    ) -> None:
        step(registry, OFFICE.code, issued.number, "operator", "Salah data", NOON)
        told = ask()
        assert told["status"] == status
        assert word in told["message"]["id"]

    def test_an_expired_letter_says_so(self, ask: Try) -> None:
        assert "sudah lewat" in ask(at=NOON + timedelta(days=400))["message"]["id"]

    def test_an_extended_letter_is_not_expired(
        self, ask: Try, registry: Registry, issued: LetterRecord
    ) -> None:
        with registry.writing() as tx:
            tx.execute(update(LetterRow).values(extended_to=date(2029, 1, 31)))
        told = ask(at=NOON + timedelta(days=400))
        assert "sudah lewat" not in told["message"]["id"]
        assert (told["registry"]["valid_until"], told["registry"]["extended"]) == ("2029-01-31", True)
        assert issued.number

    def test_an_unknown_number_and_a_wrong_code_answer_alike(self, ask: Try, wrong: str) -> None:
        assert ask(code=wrong) == ask(number=UNKNOWN_NUMBER)
        assert (ask(code=wrong)["seal"], ask(code=wrong)["registry"], ask(code=wrong)["status"]) == (
            None,
        ) * 3


class TestHowItMayBeTyped:
    @pytest.mark.few(4)
    @pytest.mark.parametrize(
        "typed",
        [
            lambda code: code.lower(),
            lambda code: code.replace("-", ""),
            lambda code: f"  {code.replace('-', ' ')} ",
            lambda code: code.replace("-", "–"),
            " ".join,
            lambda code: code.replace("0", "O").replace("1", "I"),
            lambda code: code.replace("0", "o").replace("1", "l"),
        ],
        ids=["lower case", "no dash", "a blank", "a long dash", "blanks between", "O and I", "o and l"],
    )
    def test_a_code_is_read_however_it_was_copied(
        self, ask: Try, code: str, typed: Callable[[str], str]
    ) -> None:
        assert ask(code=typed(code))["found"] is True

    @pytest.mark.parametrize(
        "typed",
        [
            "471.13/0001/skp/2172/2026",
            " 471.13/0001/SKP/2172/2026 ",
            "471.13 / 0001 / SKP / 2172 / 2026",
            "471.13/1/SKP/2172/2026",
            "471.13/00001/skp/2172/2026",
        ],
    )
    def test_a_number_is_read_by_the_offices_pattern(self, ask: Try, typed: str) -> None:
        assert ask(number=typed)["registry"]["number"] == "471.13/0001/SKP/2172/2026"

    @pytest.mark.parametrize(
        ("pattern", "number", "typed"),
        [
            ("{year}-{series}-{serial}", "2026-SKP-0001", "2026-skp-1"),
            ("Suket {serial}/{series}/{year}", "Suket 0001/SKP/2026", "SUKET 1/skp/2026"),
            ("470/{serial}.{series}_{office}/{year}", "470/0001.SKP_2172/2026", "470/1.skp_2172/2026"),
        ],
    )
    def test_so_it_is_under_another_pattern(
        self,
        registry: Registry,
        register: Callable[..., None],
        issue_rows: Callable[..., Any],
        pattern: str,
        number: str,
        typed: str,
    ) -> None:
        with registry.writing() as tx:
            tx.execute(update(OfficeRow).values(number_pattern=pattern))
        register(a_row())
        [outcome] = issue_rows(a_row())
        code = check_code(outcome.letter.fingerprint)
        assert outcome.letter.number == number
        assert check_typed(registry, typed, code, NOON)["registry"]["number"] == number

    def test_a_number_of_a_pattern_that_the_office_gave_up_is_found_as_printed(
        self, ask: Try, registry: Registry
    ) -> None:
        with registry.writing() as tx:
            tx.execute(update(OfficeRow).values(number_pattern="{serial}/{series}/BARU/{year}"))
        assert ask()["found"] is True

    @pytest.mark.parametrize(
        ("number", "code", "wrong"),
        [
            ("", "7K3M-Q9TX", [("number", "number_missing")]),
            ("   ", "7K3M-Q9TX", [("number", "number_missing")]),
            ("tanpa angka", "7K3M-Q9TX", [("number", "number_form")]),
            ("1" * 121, "7K3M-Q9TX", [("number", "number_form")]),
            ("17\x00", "7K3M-Q9TX", [("number", "number_form")]),
            ("17\ud800", "7K3M-Q9TX", [("number", "number_form")]),
            ("17", "", [("code", "code_missing")]),
            ("17", "- -", [("code", "code_missing")]),
            ("17", "7K3M-Q9T", [("code", "code_form")]),
            ("17", "7K3M-Q9TXX", [("code", "code_form")]),
            ("17", "7K3M-Q9TU", [("code", "code_form")]),
            ("17", "７K3M-Q9TX", [("code", "code_form")]),
            ("", "", [("number", "number_missing"), ("code", "code_missing")]),
        ],
    )
    def test_what_is_no_number_or_no_code_is_told_by_field_and_counts_nothing(
        self, registry: Registry, number: str, code: str, wrong: list[tuple[str, str]]
    ) -> None:
        with pytest.raises(FieldError) as refused:
            check_typed(registry, number, code, NOON)
        assert (refused.value.problem.field, refused.value.code) == wrong[0]
        assert [(each.field, each.code) for each in problems_of(number, code)] == wrong
        assert kept(registry) == 0

    @given(number=st.text(max_size=130), code=st.text(max_size=12))
    def test_any_text_is_either_named_as_wrong_or_has_a_form(self, number: str, code: str) -> None:
        for each in problems_of(number, code):
            assert each.field in ("number", "code")
            assert each.text.id


class TestFiveFailuresAnHour:
    def test_the_sixth_is_refused_and_says_until_when(self, ask: Try, wrong: str) -> None:
        fail(ask, MOST_FAILURES, code=wrong)
        with pytest.raises(TooManyFailures) as refused:
            ask(code=wrong, at=NOON + timedelta(minutes=10))
        assert refused.value.retry_at == NOON + WINDOW

    def test_then_a_right_code_is_refused_too_until_the_hour_is_over(self, ask: Try, wrong: str) -> None:
        fail(ask, MOST_FAILURES, code=wrong)
        with pytest.raises(TooManyFailures):
            ask(at=NOON + WINDOW - timedelta(seconds=1))
        assert ask(at=NOON + WINDOW)["found"] is True

    def test_an_unknown_number_is_closed_alike(self, ask: Try) -> None:
        fail(ask, MOST_FAILURES, number=UNKNOWN_NUMBER)
        with pytest.raises(TooManyFailures):
            ask(number=UNKNOWN_NUMBER)

    def test_another_number_stays_open(self, ask: Try) -> None:
        fail(ask, MOST_FAILURES, number=UNKNOWN_NUMBER)
        assert ask()["found"] is True

    def test_right_codes_do_not_count(self, ask: Try) -> None:
        assert all(ask()["found"] for _ in range(MOST_FAILURES + 2))

    def test_what_is_refused_does_not_count_either(self, ask: Try, registry: Registry, wrong: str) -> None:
        fail(ask, MOST_FAILURES, code=wrong)
        for _ in range(3):
            with pytest.raises(TooManyFailures):
                ask(code=wrong)
        assert kept(registry) == MOST_FAILURES

    def test_the_hour_slides(self, ask: Try, wrong: str) -> None:
        for minutes in (0, 10, 20, 30, 40):
            fail(ask, 1, at=NOON + timedelta(minutes=minutes), code=wrong)
        fail(ask, 1, at=NOON + timedelta(minutes=60), code=wrong)
        with pytest.raises(TooManyFailures) as refused:
            ask(at=NOON + timedelta(minutes=61))
        assert refused.value.retry_at == NOON + timedelta(minutes=70)

    @pytest.mark.parametrize(
        "typed", ["471.13/1/SKP/2172/2026", "471.13/0001/skp/2172/2026", " 471.13 /001/SKP/2172/2026"]
    )
    def test_another_way_to_write_the_number_is_the_same_number(
        self, ask: Try, wrong: str, typed: str
    ) -> None:
        fail(ask, MOST_FAILURES, code=wrong)
        with pytest.raises(TooManyFailures):
            ask(number=typed)

    def test_another_way_to_write_a_number_that_no_letter_bears_is_the_same_too(self, ask: Try) -> None:
        fail(ask, MOST_FAILURES, number=UNKNOWN_NUMBER)
        with pytest.raises(TooManyFailures):
            ask(number=UNKNOWN_NUMBER.lower().replace("/", " / "))

    def test_only_a_hash_of_the_number_is_kept(
        self, ask: Try, registry: Registry, issued: LetterRecord, wrong: str
    ) -> None:
        fail(ask, 1, code=wrong)
        with registry.reading() as tx:
            [row] = tx.execute(select(CheckCodeFailureRow.__table__)).all()
        assert len(row.number_hash) == hashlib.sha256().digest_size
        assert row.at == NOON
        assert str(issued.number).encode() not in row.number_hash
        assert set(row._fields) == {"id", "number_hash", "at"}

    @pytest.mark.both
    def test_guesses_at_the_same_moment_are_told_no_more_than_five(
        self, registry: Registry, issued: LetterRecord, wrong: str
    ) -> None:
        def guess(_turn: int) -> bool:
            try:
                check_typed(registry, str(issued.number), wrong, NOON)
            except TooManyFailures:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(guess, range(16)))
        assert (sum(told), kept(registry)) == (MOST_FAILURES, MOST_FAILURES)


class TestOldFailures:
    def test_they_are_let_go_by_the_next_failure(self, ask: Try, registry: Registry, wrong: str) -> None:
        fail(ask, 3, code=wrong)
        fail(ask, 1, at=NOON + WINDOW, number=UNKNOWN_NUMBER)
        assert kept(registry) == 1

    def test_they_are_let_go_while_nobody_fails(self, ask: Try, registry: Registry, wrong: str) -> None:
        fail(ask, 2, code=wrong)
        fail(ask, 1, at=NOON + timedelta(minutes=30), code=wrong)
        forget_old_failures(registry, NOON + WINDOW)
        assert kept(registry) == 1


class TestAFlood:
    @pytest.fixture
    def flooded(self, registry: Registry) -> None:
        """As many failures, over as many numbers, as a minute may bring."""
        rows = [
            {"number_hash": hashlib.sha256(str(each).encode()).digest(), "at": NOON}
            for each in range(MOST_FAILURES_A_MINUTE)
        ]
        with registry.writing() as tx:
            tx.execute(insert(CheckCodeFailureRow), rows)

    @pytest.mark.usefixtures("flooded")
    def test_no_more_are_written_and_nothing_is_told_for_a_minute(
        self, ask: Try, registry: Registry, wrong: str
    ) -> None:
        for typed in ({}, {"code": wrong}):
            with pytest.raises(TooManyFailures) as refused:
                ask(at=NOON + timedelta(seconds=30), **typed)
            assert refused.value.retry_at == NOON + timedelta(seconds=90)
        assert kept(registry) == MOST_FAILURES_A_MINUTE

    @pytest.mark.usefixtures("flooded")
    def test_after_it_letters_are_found_again(self, ask: Try) -> None:
        assert ask(at=NOON + timedelta(seconds=60))["found"] is True


def test_two_offices_that_number_alike_are_told_apart_by_the_code(
    registry: Registry, issued: LetterRecord, code: str
) -> None:
    columns = {column.name: column for column in OfficeRow.__table__.c}
    with registry.writing() as tx:
        row = dict(tx.execute(select(*columns.values())).mappings().one())
        tx.execute(insert(OfficeRow).values({**row, "code": "1101", "name": "Disdukcapil lain"}))
        letter = dict(tx.execute(select(LetterRow.__table__)).mappings().one())
        other = {"id": "f" * 32, "office": "1101", "status_index": 99, "nik": "1101010101900001"}
        tx.execute(insert(LetterRow).values({**letter, **other, "fingerprint": bytes(32)}))
    told = check_typed(registry, str(issued.number), code, NOON)
    assert told["registry"]["office"] == OFFICE.code
    assert check_typed(registry, str(issued.number), "0000-0000", NOON)["registry"]["office"] == "1101"
