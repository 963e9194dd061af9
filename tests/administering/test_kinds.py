"""Kinds of letter, on either database: added, changed for what comes, and never for what is issued."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from suket_service import administering
from suket_service.administering import CONSOLE, KindChange
from suket_service.core.kind import Kind, SignatureMode, ValidityRule
from suket_service.errors import InputError, NotAllowed, NotFound, PrinterError, RequestRefused, Text
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.schema import AuditRow
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.builders import NOON, OFFICE, TODAY, a_row
from tests.conftest import IssueRows

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NEW = Kind(3, "SURAT KETERANGAN BIODATA", "SKB", "pengganti-ktp-el/v1", "Dasar", ValidityRule.DAYS, amount=14)
NOT_ADMINS = ["operator", "kepala", "auditor", "nobody"]


def add(registry: Registry, kind: Kind = NEW, by: str = "admin", **more: Any) -> Kind:
    return administering.add_kind(registry, OFFICE.code, kind, by, NOON, TEMPLATES, **more)


def change(registry: Registry, code: int = 1, by: str = "admin", **changes: Any) -> Kind:
    return administering.change_kind(registry, OFFICE.code, code, KindChange(**changes), by, NOON, TEMPLATES)


def kinds(registry: Registry) -> dict[int, Kind]:
    with registry.reading() as tx:
        return offices.kinds(tx)


def entries(registry: Registry) -> list[tuple[str, str, str, str]]:
    """Who did what to which, and the details, of every audit entry."""
    with registry.reading() as tx:
        rows = tx.execute(
            select(AuditRow.actor, AuditRow.action, AuditRow.subject, AuditRow.details).order_by(AuditRow.seq)
        )
        return [(row.actor, row.action, row.subject, row.details) for row in rows]


def codes_of(refused: pytest.ExceptionInfo[RequestRefused]) -> set[tuple[str, str]]:
    return {(each.field, each.code) for each in refused.value.problems}


class TestAdding:
    @pytest.mark.parametrize(
        "validity",
        [
            {"rule": ValidityRule.DAYS, "amount": 14},
            {"rule": ValidityRule.MONTHS, "amount": 3},
            {"rule": ValidityRule.FIXED_DATE, "amount": None, "fixed_date": date(2027, 1, 5)},
            {"rule": ValidityRule.UNTIL_CARD, "amount": None},
        ],
    )
    @pytest.mark.parametrize("signature", SignatureMode)
    def test_a_kind_is_kept_whole(
        self, registry: Registry, validity: dict[str, Any], signature: SignatureMode
    ) -> None:
        kind = replace(NEW, signature=signature, **validity)
        add(registry, kind)
        assert kinds(registry)[3] == kind

    def test_it_makes_one_audit_entry_that_tells_it_all(self, registry: Registry) -> None:
        before = entries(registry)
        add(registry)
        [(actor, action, subject, details)] = entries(registry)[len(before) :]
        assert (actor, action, subject) == ("admin", "kind.add", "3")
        assert all(f'"{said}"' in details for said in ("SKB", "SURAT KETERANGAN BIODATA", "days", "wet"))

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_adds_one(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            add(registry, by=by)
        assert 3 not in kinds(registry)

    @pytest.mark.parametrize(("office", "by"), [(OFFICE.code, "admin"), ("2101", "lain")])
    def test_of_several_offices_none_adds_or_changes_one(
        self, registry: Registry, office: str, by: str
    ) -> None:
        another_office(registry)
        before = (kinds(registry), entries(registry))
        with pytest.raises(NotAllowed) as adding:
            administering.add_kind(registry, office, NEW, by, NOON, TEMPLATES)
        with pytest.raises(NotAllowed) as changing:
            administering.change_kind(registry, office, 1, KindChange(title="LAIN"), by, NOON, TEMPLATES)
        assert adding.value.code == changing.value.code == "kinds_of_all"
        assert (kinds(registry), entries(registry)) == before

    def test_of_several_offices_the_console_does_and_every_auditor_sees_it(self, registry: Registry) -> None:
        another_office(registry)
        administering.add_kind(registry, None, NEW, CONSOLE, NOON, TEMPLATES)
        wanted = KindChange(title="LAIN", rule=ValidityRule.FIXED_DATE, fixed_date=TODAY)
        administering.change_kind(registry, None, 3, wanted, CONSOLE, NOON, TEMPLATES)
        assert kinds(registry)[3].title == "LAIN"
        with registry.reading() as tx:
            told = tx.execute(select(AuditRow.actor, AuditRow.action, AuditRow.office)).all()[-2:]
        assert told == [(CONSOLE, "kind.add", None), (CONSOLE, "kind.change", None)]

    def test_an_administrator_elsewhere_does_not(self, registry: Registry) -> None:
        with pytest.raises(NotAllowed):
            administering.add_kind(registry, "2101", NEW, "admin", NOON, TEMPLATES)

    @pytest.mark.parametrize(
        ("wrong", "found"),
        [
            ({"code": 1}, ("code", "code_taken")),
            ({"code": 128}, ("code", "out_of_range")),
            ({"series": "SKP"}, ("series", "series_taken")),
            ({"series": "skb"}, ("series", "series_form")),
            ({"title": ""}, ("title", "missing")),
            ({"title": "SURAT Ŋ"}, ("title", "glyph_missing")),
            ({"legal_basis": "語"}, ("legal_basis", "glyph_missing")),
            ({"amount": 0}, ("amount", "out_of_range")),
            ({"fixed_date": TODAY}, ("until", "not_with_this_rule")),
            ({"template": "pengganti-ktp-el/v9"}, ("template", "template_unknown")),
            ({"template": "../letters/pengganti-ktp-el/v1"}, ("template", "template_unknown")),
        ],
    )
    def test_one_wrong_field_is_told_by_name_and_nothing_is_kept(
        self, registry: Registry, wrong: dict[str, Any], found: tuple[str, str]
    ) -> None:
        before = (kinds(registry), entries(registry))
        with pytest.raises(RequestRefused) as refused:
            add(registry, replace(NEW, **wrong))
        assert codes_of(refused) == {found}
        assert (kinds(registry), entries(registry)) == before

    def test_all_wrong_fields_are_told_at_once(self, registry: Registry) -> None:
        with pytest.raises(RequestRefused) as refused:
            add(registry, replace(NEW, code=0, title="", amount=None))
        assert {field for field, _ in codes_of(refused)} == {"code", "title", "amount"}

    def test_what_paper_cannot_hold_is_not_kept(self, registry: Registry) -> None:
        def refuse(kind: Kind) -> None:
            raise PrinterError("letter_overflows", Text(kind.title, kind.title))

        with pytest.raises(PrinterError):
            add(registry, require_printable=refuse)
        assert 3 not in kinds(registry)


class TestChanging:
    def test_what_is_named_changes_and_the_rest_stays(self, registry: Registry) -> None:
        before = kinds(registry)[1]
        change(registry, title="SURAT LAIN", signature=SignatureMode.PADES)
        after = kinds(registry)[1]
        assert after == replace(before, title="SURAT LAIN", signature=SignatureMode.PADES)

    def test_a_rule_brings_its_amount_or_date_and_takes_the_old_ones_away(self, registry: Registry) -> None:
        change(registry, rule=ValidityRule.FIXED_DATE, fixed_date=date(2027, 1, 5))
        kind = kinds(registry)[1]
        assert (kind.rule, kind.amount, kind.fixed_date) == (
            ValidityRule.FIXED_DATE,
            None,
            date(2027, 1, 5),
        )

    def test_its_audit_entry_tells_what_is_new_alone(self, registry: Registry) -> None:
        before = entries(registry)
        change(registry, rule=ValidityRule.DAYS, amount=14)
        [(actor, action, subject, details)] = entries(registry)[len(before) :]
        assert (actor, action, subject) == ("admin", "kind.change", "1")
        assert details == '{"amount":14,"rule":"days"}'

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_changes_one(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            change(registry, by=by, title="LAIN")

    def test_a_kind_that_is_not_there_is_not_found(self, registry: Registry) -> None:
        with pytest.raises(NotFound):
            change(registry, code=9, title="LAIN")

    @pytest.mark.parametrize("same", [{}, {"rule": ValidityRule.MONTHS, "amount": 6}])
    def test_a_change_of_nothing_is_refused(self, registry: Registry, same: dict[str, Any]) -> None:
        before = entries(registry)
        with pytest.raises(InputError) as refused:
            change(registry, **same)
        assert refused.value.code == "nothing_to_change"
        assert entries(registry) == before

    @pytest.mark.parametrize(
        ("wrong", "found"),
        [
            ({"title": "S" * 61}, ("title", "too_long")),
            ({"legal_basis": ""}, ("legal_basis", "missing")),
            ({"template": "x/v1"}, ("template", "template_unknown")),
            ({"rule": ValidityRule.DAYS}, ("amount", "out_of_range")),
            ({"rule": ValidityRule.FIXED_DATE}, ("until", "missing")),
            (
                {"rule": ValidityRule.FIXED_DATE, "fixed_date": TODAY - timedelta(days=1)},
                ("until", "date_past"),
            ),
        ],
    )
    def test_a_wrong_field_changes_nothing(
        self, registry: Registry, wrong: dict[str, Any], found: tuple[str, str]
    ) -> None:
        before = kinds(registry)
        with pytest.raises(RequestRefused) as refused:
            change(registry, **wrong)
        assert codes_of(refused) == {found}
        assert kinds(registry) == before

    def test_a_kind_whose_last_day_is_past_can_still_be_retitled(self, registry: Registry) -> None:
        change(registry, rule=ValidityRule.FIXED_DATE, fixed_date=TODAY)
        later = NOON + timedelta(days=30)
        administering.change_kind(
            registry, OFFICE.code, 1, KindChange(title="LAIN"), "admin", later, TEMPLATES
        )
        assert kinds(registry)[1].title == "LAIN"

    def test_a_letter_keeps_title_basis_dates_and_signature_of_its_issue(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        with registry.reading() as tx:
            before = letters.as_printed(tx, issued)
        change(
            registry,
            title="SURAT LAIN",
            legal_basis="Dasar lain",
            signature=SignatureMode.PADES,
            rule=ValidityRule.DAYS,
            amount=1,
        )
        with registry.reading() as tx:
            after = letters.as_printed(tx, letters.by_number(tx, OFFICE.code, str(issued.number)))
        for said in ("title", "legal_basis", "template", "signature"):
            assert getattr(after.kind, said) == getattr(before.kind, said)
        assert (after.issued_on, after.valid_until) == (before.issued_on, before.valid_until)

    def test_the_next_letter_is_of_the_changed_kind(
        self, registry: Registry, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        change(registry, title="SURAT LAIN", signature=SignatureMode.PADES, rule=ValidityRule.DAYS, amount=14)
        register(a_row())
        [outcome] = issue_rows(a_row())
        assert outcome.letter is not None
        with registry.reading() as tx:
            letter = letters.as_printed(tx, outcome.letter)
        assert (letter.kind.title, letter.kind.signature) == ("SURAT LAIN", SignatureMode.PADES)
        assert letter.valid_until == TODAY + timedelta(days=13)


class TestTheUsualKind:
    def test_it_is_issued_where_a_request_names_none(
        self, registry: Registry, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        administering.set_usual_kind(registry, OFFICE.code, 2, "admin", NOON)
        register(a_row())
        [outcome] = issue_rows(a_row())
        assert outcome.letter is not None
        assert outcome.letter.kind == 2

    def test_it_makes_one_audit_entry(self, registry: Registry) -> None:
        before = entries(registry)
        administering.set_usual_kind(registry, OFFICE.code, 2, "admin", NOON)
        assert [entry[:3] for entry in entries(registry)[len(before) :]] == [("admin", "kind.usual", "2")]

    @pytest.mark.parametrize(("code", "refusal"), [(9, NotFound), (1, InputError)])
    def test_an_unknown_kind_or_the_same_again_is_refused(
        self, registry: Registry, code: int, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            administering.set_usual_kind(registry, OFFICE.code, code, "admin", NOON)

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_says_so(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            administering.set_usual_kind(registry, OFFICE.code, 2, by, NOON)


class TestListing:
    def test_an_office_sees_every_kind_and_which_is_usual(self, registry: Registry) -> None:
        add(registry)
        listed = administering.list_kinds(registry, OFFICE.code, NOON)
        assert [(each.kind.code, each.is_usual, each.is_open) for each in listed] == [
            (1, True, True),
            (2, False, True),
            (3, False, True),
        ]

    def test_a_kind_that_has_ended_is_not_open(self, registry: Registry) -> None:
        change(registry, rule=ValidityRule.FIXED_DATE, fixed_date=TODAY)
        last_day = administering.list_kinds(registry, OFFICE.code, NOON)
        day_after = administering.list_kinds(registry, OFFICE.code, NOON + timedelta(days=1))
        assert (last_day[0].is_open, day_after[0].is_open) == (True, False)

    def test_an_unknown_office_has_none(self, registry: Registry) -> None:
        with pytest.raises(NotFound):
            administering.list_kinds(registry, "9999", NOON)
