"""Letters handed out: signed apart, the same again, recorded, and checked as they are."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from suket_service import printing
from suket_service.administering import KINDS
from suket_service.core.kind import SignatureMode
from suket_service.core.verdict import Outcome
from suket_service.errors import PrinterError
from suket_service.paper.certificate import Certificate
from suket_service.paper.letter_pdf import PrintedLetter
from suket_service.printing import Press
from suket_service.registry import offices, positions
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.verifying import Desk
from tests.builders import HOST, NOON, OFFICE, a_row
from tests.conftest import IssueRows
from tests.paper.builders import TEMPLATES
from tests.paper.builders import letter as a_letter
from tests.paper.certificates import a_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return a_certificate(tmp_path_factory.mktemp("office"))


@pytest.fixture
def press(certificate: Certificate) -> Press:
    return Press(TEMPLATES, demo=False, processes=1, certificate=certificate)


@pytest.fixture
def signed(
    registry: Registry, register: Callable[..., None], issue_rows: IssueRows
) -> tuple[LetterRecord, ...]:
    """Three letters of a kind that is signed electronically."""
    with registry.writing() as tx:
        offices.replace_kind(tx, replace(KINDS[0], signature=SignatureMode.PADES))
    rows = [a_row(number, serial=number) for number in (2, 3, 4)]
    register(*rows)
    found = [outcome.letter for outcome in issue_rows(*rows)]
    return tuple(letter for letter in found if letter is not None)


def print_one(registry: Registry, letter: LetterRecord, press: Press) -> PrintedLetter:
    [(_, paper)] = printing.print_letters(
        registry, OFFICE.code, [str(letter.number)], "operator", press, NOON
    )
    assert isinstance(paper, PrintedLetter), paper
    return paper


def test_a_signed_letter_is_recorded_and_its_file_checked_as_the_one_handed_out(
    registry: Registry, signed: tuple[LetterRecord, ...], press: Press
) -> None:
    paper = print_one(registry, signed[0], press)
    with registry.reading() as tx:
        assert positions.printed_files(tx, signed[0].id) == {paper.sha256}
    answer = Desk(registry, "production", HOST).check_file(paper.pdf, NOON)
    assert (answer.verdict.outcome, answer.verdict.cautions) == (Outcome.VALID, ())


def test_it_is_the_same_file_again_though_its_kind_is_wet_by_now(
    registry: Registry, signed: tuple[LetterRecord, ...], press: Press
) -> None:
    first = print_one(registry, signed[0], press)
    with registry.writing() as tx:
        offices.replace_kind(tx, KINDS[0])
    assert print_one(registry, signed[0], press) == first


def test_without_the_certificate_its_error_stands_in_its_place(
    registry: Registry, signed: tuple[LetterRecord, ...], press: Press
) -> None:
    numbers = [str(letter.number) for letter in signed]
    bare = replace(press, certificate=None)
    results = [paper for _, paper in printing.print_letters(registry, OFFICE.code, numbers, "x", bare, NOON)]
    assert [getattr(paper, "code", None) for paper in results] == ["certificate_missing"] * 3


def test_together_they_are_refused_and_nothing_is_recorded(
    registry: Registry, signed: tuple[LetterRecord, ...], press: Press
) -> None:
    numbers = [str(letter.number) for letter in signed]
    with pytest.raises(PrinterError) as refused:
        printing.print_together(registry, OFFICE.code, numbers, "operator", press, NOON)
    assert refused.value.code == "signed_apart"
    with registry.reading() as tx:
        assert not any(positions.printed_files(tx, letter.id) for letter in signed)


@pytest.mark.slow
def test_worker_processes_sign_the_same_files(certificate: Certificate) -> None:
    originals = [a_letter(id=f"{number:032x}", signature=SignatureMode.PADES) for number in range(8)]
    here = printing.render(originals, Press(TEMPLATES, False, processes=1, certificate=certificate))
    there = printing.render(originals, Press(TEMPLATES, False, processes=2, certificate=certificate))
    assert [paper.sha256 for paper in there] == [paper.sha256 for paper in here]
