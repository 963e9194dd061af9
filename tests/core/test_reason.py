"""Reasons and the papers they ask for: what is missing is told by field, what is kept is what was asked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core import request as requests
from suket_service.core import resident as fields
from suket_service.core.reason import (
    CODE_FIELD,
    PAPERS,
    SEEN,
    WORDS_FIELD,
    PaperForm,
    Reason,
    Stated,
    named,
    read,
)
from tests.builders import TODAY

COMPLETE = {
    "kk_dilihat": "on",
    "surat_polisi": "SKTLK/123/XI/2026",
    "ktp_rusak_ditarik": "on",
    "kk_nomor": "2172030101200001",
    "kk_tanggal": "2026-11-01",
    "skpwni": "SKPWNI/2172/22112026/0001",
    WORDS_FIELD: "Menunggu ketetapan pengadilan",
}


def stated(reason: Reason, **changes: str) -> Stated:
    reading = read({CODE_FIELD: reason, **COMPLETE, **changes}, TODAY)
    assert reading.stated is not None, reading.problems
    return reading.stated


def problems(reason: str, **changes: str) -> list[tuple[str, str]]:
    return [
        (each.field, each.code) for each in read({CODE_FIELD: reason, **COMPLETE, **changes}, TODAY).problems
    ]


@pytest.mark.parametrize("reason", list(Reason))
def test_with_its_papers_a_reason_is_taken(reason: Reason) -> None:
    found = stated(reason)
    assert found.reason is reason
    assert list(found.papers) == [paper.field for paper in reason.papers]
    assert found.sentence == (reason.sentence or COMPLETE[WORDS_FIELD])


@pytest.mark.parametrize("reason", list(Reason))
def test_without_any_paper_every_one_is_asked_for_by_field(reason: Reason) -> None:
    reading = read({CODE_FIELD: reason, WORDS_FIELD: "Hilang"}, TODAY)
    assert [each.field for each in reading.problems] == [paper.field for paper in reason.papers]


@pytest.mark.parametrize("reason", [each for each in Reason if each is not Reason.OTHER])
def test_a_sentence_can_be_printed_as_it_stands(reason: Reason) -> None:
    assert fields.parse_text(reason.sentence, WORDS_FIELD, fields.ADDRESS_CHARACTERS) == reason.sentence


def test_a_code_fits_the_registrys_column() -> None:
    assert max(map(len, Reason)) <= 16


def test_the_words_of_another_reason_are_the_counters_own() -> None:
    assert problems(Reason.OTHER, alasan="") == [(WORDS_FIELD, "missing")]


def test_words_given_beside_a_reason_with_its_own_sentence_are_not_printed() -> None:
    assert stated(Reason.LOST, alasan="Hilang dicuri").sentence == Reason.LOST.sentence


@pytest.mark.parametrize("code", ["", "stolen", "LOST", "\0"])
def test_an_unknown_reason_is_refused(code: str) -> None:
    assert problems(code) == [(CODE_FIELD, "reason_missing")]


def test_papers_that_the_reason_does_not_ask_for_are_not_kept() -> None:
    assert stated(Reason.BLANKS).papers == {"kk_dilihat": SEEN}


def test_a_paper_that_was_not_seen_refuses() -> None:
    assert problems(Reason.DAMAGED, ktp_rusak_ditarik="") == [("ktp_rusak_ditarik", "paper_missing")]


@pytest.mark.parametrize(
    "number", ["217203010120000", "2172 0301 0120 0001", "２１７２０３０１０１２００００１"]
)
def test_a_family_cards_number_is_sixteen_digits(number: str) -> None:
    assert problems(Reason.CHANGED, kk_nomor=number) == [("kk_nomor", "family_card_number_form")]


def test_a_new_family_card_is_not_of_tomorrow() -> None:
    assert problems(Reason.CHANGED, kk_tanggal="2026-11-23") == [("kk_tanggal", "date_in_future")]


def test_a_date_is_kept_the_same_however_it_was_written() -> None:
    assert stated(Reason.CHANGED, kk_tanggal="01-11-2026").papers["kk_tanggal"] == "2026-11-01"


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems(Reason.CHANGED, kk_dilihat="", kk_nomor="1", kk_tanggal="kemarin")
    assert [field for field, _ in found] == ["kk_dilihat", "kk_nomor", "kk_tanggal"]


@pytest.mark.parametrize("reason", [each for each in Reason if each is not Reason.OTHER])
def test_words_that_are_a_reasons_own_name_it(reason: Reason) -> None:
    for words in (reason.label.id, reason.label.en, reason.sentence, f" {reason.sentence.upper()}. "):
        assert named(words) is reason


@pytest.mark.parametrize("words", ["", "Alasan lain", "Blangko habis", "KTP-el hilang di laut"])
def test_other_words_name_none(words: str) -> None:
    assert named(words) is None


def test_no_paper_shares_its_name_with_a_field_of_the_request() -> None:
    assert not set(PAPERS) & set(requests.HEADERS.values())


def test_only_what_is_seen_is_kept_as_a_mark() -> None:
    marks = {field for field, paper in PAPERS.items() if paper.form is PaperForm.SEEN}
    assert marks == {"kk_dilihat", "ktp_rusak_ditarik"}


@given(
    st.dictionaries(st.sampled_from([CODE_FIELD, WORDS_FIELD, *PAPERS]), st.text()),
    st.sampled_from(Reason),
    st.dates(min_value=date(2000, 1, 1)),
)
def test_whatever_is_given_either_a_reason_comes_of_it_or_a_problem(
    typed: dict[str, str], reason: Reason, today: date
) -> None:
    reading = read({CODE_FIELD: reason, **typed}, today)
    assert (reading.stated is None) is bool(reading.problems)
