"""What cannot be printed is known before a number is spent, and before a kind or a letterhead is kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suket_service import printing
from suket_service.administering import KINDS
from suket_service.core.kind import Kind, SignatureMode
from suket_service.core.request import Request
from suket_service.errors import PrinterError
from suket_service.printing import Press
from suket_service.printing.beforehand import SURELY_FIT
from suket_service.registry import letters, offices
from suket_service.registry.session import Registry
from tests.builders import LETTERHEAD, NOON, OFFICE, a_resident, a_row
from tests.conftest import IssueRows
from tests.paper.builders import LONG_ADDRESS, LONG_NAME, LONGEST, TEMPLATES
from tests.paper.certificates import a_certificate

PRESS = Press(TEMPLATES, demo=False, processes=1)
FULL = "Perangkat perekaman rusak dan blangko KTP-el dari pusat belum diterima sejak awal bulan"


def a_request(**changes: Any) -> Request:
    asked = Request(
        resident=a_resident(),
        reason="Blangko habis",
        photo=None,
        recording_state=None,
        kind=None,
        warnings=(),
    )
    return replace(asked, **changes)


def keep(registry: Registry, **changes: Any) -> None:
    """Let the usual kind be different, whatever may be thought of it."""
    with registry.writing() as tx:
        offices.replace_kind(tx, replace(KINDS[0], **changes))


def problem(registry: Registry, request: Request, press: Press = PRESS) -> tuple[str, str] | None:
    found = printing.paper_check(registry, OFFICE.code, press, NOON)(request)
    return (found.field, found.code) if found else None


class TestPaperCheck:
    def test_an_ordinary_request_can_be_printed(self, sqlite_registry: Registry) -> None:
        assert problem(sqlite_registry, a_request()) is None

    def test_the_longest_of_everything_can_be_printed(self, sqlite_registry: Registry) -> None:
        person = a_resident(name=LONG_NAME, address=LONG_ADDRESS, occupation=LONGEST)
        assert problem(sqlite_registry, a_request(resident=person, reason=FULL)) is None

    def test_texts_that_do_not_fit_are_told_at_the_address(self, sqlite_registry: Registry) -> None:
        person = a_resident(name="W" * 60, address="W" * 120, occupation="W" * 60, birth_place="W" * 60)
        asked = a_request(resident=person, reason="W " * 60)
        assert problem(sqlite_registry, asked) == ("alamat", "letter_overflows")

    def test_under_a_long_legal_basis_short_texts_are_laid_out_too(self, sqlite_registry: Registry) -> None:
        keep(sqlite_registry, legal_basis="Peraturan Menteri " * 27)
        assert problem(sqlite_registry, a_request()) is None
        person = a_resident(name=LONG_NAME, address=LONG_ADDRESS[: SURELY_FIT - 60 - 30])
        assert problem(sqlite_registry, a_request(resident=person)) == ("alamat", "letter_overflows")

    def test_a_kind_without_a_template_is_told_at_the_kind(self, sqlite_registry: Registry) -> None:
        keep(sqlite_registry, template="gone/v1")
        assert problem(sqlite_registry, a_request()) == ("jenis_surat", "template_unknown")

    def test_a_kind_that_is_not_there_is_not_judged(self, sqlite_registry: Registry) -> None:
        assert problem(sqlite_registry, a_request(kind=9)) is None

    def test_a_kind_to_be_signed_needs_the_certificate(
        self, sqlite_registry: Registry, tmp_path: Path
    ) -> None:
        keep(sqlite_registry, signature=SignatureMode.PADES)
        assert problem(sqlite_registry, a_request()) == ("jenis_surat", "certificate_missing")
        signing = replace(PRESS, certificate=a_certificate(tmp_path))
        assert problem(sqlite_registry, a_request(), signing) is None

    def test_a_certificate_that_has_expired_today_is_told(
        self, sqlite_registry: Registry, tmp_path: Path
    ) -> None:
        keep(sqlite_registry, signature=SignatureMode.PADES)
        expired = replace(PRESS, certificate=a_certificate(tmp_path, valid_until=NOON.replace(hour=4)))
        assert problem(sqlite_registry, a_request(), expired) == ("jenis_surat", "certificate_expired")

    def test_without_the_certificate_no_number_is_spent(
        self, registry: Registry, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        keep(registry, signature=SignatureMode.PADES)
        register(a_row())
        check = printing.paper_check(registry, OFFICE.code, PRESS, NOON)
        [outcome] = issue_rows(a_row(), check_paper=check)
        assert [each.code for each in outcome.problems] == ["certificate_missing"]
        with registry.reading() as tx:
            assert letters.series(tx) == []


class TestKindsAndLetterheads:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_first_kinds_can_be_printed(self, sqlite_registry: Registry, kind: Kind) -> None:
        printing.require_printable_kind(sqlite_registry, kind, PRESS, NOON)

    def test_a_kind_to_be_signed_may_wait_for_its_certificate(self, sqlite_registry: Registry) -> None:
        signed = replace(KINDS[0], signature=SignatureMode.PADES)
        printing.require_printable_kind(sqlite_registry, signed, PRESS, NOON)

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"legal_basis": "Peraturan Menteri " * 30}, "letter_overflows"),
            ({"title": "SURAT Ŋ"}, "glyph_missing"),
            ({"template": "gone/v1"}, "template_unknown"),
        ],
    )
    def test_a_kind_that_cannot_be_printed_is_refused(
        self, sqlite_registry: Registry, wrong: dict[str, str], code: str
    ) -> None:
        with pytest.raises(PrinterError) as refused:
            printing.require_printable_kind(sqlite_registry, replace(KINDS[0], **wrong), PRESS, NOON)  # type: ignore[arg-type]
        assert refused.value.code == code

    def test_the_offices_own_letterhead_can_be_printed(self, sqlite_registry: Registry) -> None:
        printing.require_printable_letterhead(sqlite_registry, OFFICE.code, LETTERHEAD, PRESS, NOON)

    def test_a_letterhead_that_leaves_no_room_is_refused(self, sqlite_registry: Registry) -> None:
        tall = replace(LETTERHEAD, address="JALAN " * 33, contact="TELEPON " * 25)
        with pytest.raises(PrinterError) as refused:
            printing.require_printable_letterhead(sqlite_registry, OFFICE.code, tall, PRESS, NOON)
        assert refused.value.code == "letter_overflows"
