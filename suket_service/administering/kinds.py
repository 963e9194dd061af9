"""Kinds of letter: title, legal basis, validity, way of signing. Changes no letter that exists.

Kinds belong to the whole registry, the usual kind to one office. A kind is never deleted, for letters
bear it: an office stops using one by closing its windows (``windows``). Where several offices share a
registry, only whoever runs the machine adds or changes a kind: no office may reword another's letters.
Each change is one transaction with one audit entry.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from suket_service.administering.setting_up import CONSOLE
from suket_service.core import kind as kind_rules
from suket_service.core.kind import Kind, SignatureMode, ValidityRule, is_open
from suket_service.errors import InputError, NotAllowed, PrinterError, Problem, RequestRefused, Text
from suket_service.paper import fonts
from suket_service.paper.editions import edition
from suket_service.registry import audit, offices, staff
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

_VALIDITY = ("amount", "until")


@dataclass(frozen=True, slots=True)
class KindChange:
    """What is to be different; None leaves it. ``amount`` and ``fixed_date`` count only with a rule."""

    title: str | None = None
    legal_basis: str | None = None
    template: str | None = None
    signature: SignatureMode | None = None
    rule: ValidityRule | None = None
    amount: int | None = None
    fixed_date: date | None = None

    def of(self, kind: Kind) -> Kind:
        """The kind as it is to be."""
        given = {
            "title": self.title,
            "legal_basis": self.legal_basis,
            "template": self.template,
            "signature": self.signature,
        }
        changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.rule is not None:
            changed |= {"rule": self.rule, "amount": self.amount, "fixed_date": self.fixed_date}
        return replace(kind, **changed)


@dataclass(frozen=True, slots=True)
class KindListing:
    """A kind as an office sees it. ``is_open``: it may be issued on that day."""

    kind: Kind
    is_usual: bool
    is_open: bool


def list_kinds(registry: Registry, office_code: str, at: datetime) -> list[KindListing]:
    """Every kind, by code, as the office may use it at that instant.

    Raises:
        NotFound: no such office.
    """
    with registry.reading() as tx:
        today = offices.office(tx, office_code).local_date(at)
        windows, usual = offices.windows_of(tx, office_code), offices.usual_kind(tx, office_code)
        return [
            KindListing(
                kind,
                kind.code == usual,
                is_open(windows, office_code, kind.code, today) and not kind.has_ended(today),
            )
            for kind in offices.kinds(tx).values()
        ]


def are_kinds_shared(tx: Transaction) -> bool:
    """Whether several offices issue by these kinds, so that none of them may change one."""
    return len(offices.offices(tx)) > 1


def add_kind(
    registry: Registry,
    office_code: str | None,
    kind: Kind,
    by: str,
    at: datetime,
    templates: Path,
    require_printable: Callable[[Kind], None] = lambda _kind: None,
) -> Kind:
    """Add a kind of letter for the whole registry.

    Args:
        registry: where it is to be.
        office_code: the only office; None for the console.
        kind: as given; every field is checked.
        by: the office's administrator, or the console.
        at: now.
        templates: the folder of templates, in which the kind's own must be.
        require_printable: refuses a kind whose letters do not fit on paper; asked before anything is written.

    Raises:
        NotAllowed: ``by`` is no administrator of that office; ``kinds_of_all``: nor is it the only one.
        RequestRefused: problems by field, as ``core.kind.problems`` and ``code_taken``,
            ``series_taken``, ``template_unknown``, ``glyph_missing``.
        PrinterError: as ``require_printable``.
    """

    def require_addable(tx: Transaction) -> None:
        _require_keeper(tx, by, office_code)
        known, today = offices.kinds(tx), _today(tx, office_code, at)
        problems = [*kind_rules.problems(kind, today), *_paper_problems(kind, templates)]
        if kind.code in known:
            problems.append(_taken("code"))
        if kind.series in {each.series for each in known.values()}:
            problems.append(_taken("series"))
        if problems:
            raise RequestRefused(problems)

    with registry.reading() as tx:
        require_addable(tx)
    require_printable(kind)  # a letter is laid out: not while everyone waits for the lock
    with registry.writing() as tx:
        require_addable(tx)
        offices.add_kind(tx, kind)
        audit.append(tx, at, by, "kind.add", str(kind.code), office_code, _facts(kind))
        return kind


def change_kind(
    registry: Registry,
    office_code: str | None,
    code: int,
    change: KindChange,
    by: str,
    at: datetime,
    templates: Path,
    require_printable: Callable[[Kind], None] = lambda _kind: None,
) -> Kind:
    """Change a kind for letters issued from now on; existing ones keep their wording and dates.

    Args: as :func:`add_kind`; ``code`` names the kind, which keeps it, and its series.

    Raises:
        NotAllowed: as :func:`add_kind`.
        NotFound: ``no_kind``.
        RequestRefused: problems by field, as :func:`add_kind`.
        InputError: ``nothing_to_change``.
        PrinterError: as ``require_printable``.
    """

    def changed(tx: Transaction) -> tuple[Kind, Kind]:
        _require_keeper(tx, by, office_code)
        before = offices.kind(tx, code)
        after = change.of(before)
        if after == before:
            raise nothing_to_change()
        today = _today(tx, office_code, at)
        problems = [*kind_rules.problems(after, today), *_paper_problems(after, templates)]
        if change.rule is None:  # a last day that has passed since may stand
            problems = [each for each in problems if each.field not in _VALIDITY]
        if problems:
            raise RequestRefused(problems)
        return before, after

    with registry.reading() as tx:
        _, after = changed(tx)
    require_printable(after)
    with registry.writing() as tx:
        before, after = changed(tx)
        offices.replace_kind(tx, after)
        old, new = _facts(before), _facts(after)
        details = {name: value for name, value in new.items() if value != old[name]}
        audit.append(tx, at, by, "kind.change", str(code), office_code, details)
        return after


def set_usual_kind(registry: Registry, office_code: str, code: int, by: str, at: datetime) -> Kind:
    """Let an office issue that kind where a request names none.

    Raises:
        NotAllowed: ``by`` is no administrator of that office.
        NotFound: ``no_kind``.
        InputError: ``nothing_to_change``.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office_code, Role.ADMIN)
        kind = offices.kind(tx, code)
        if offices.usual_kind(tx, office_code) == code:
            raise nothing_to_change()
        offices.set_usual_kind(tx, office_code, code)
        audit.append(tx, at, by, "kind.usual", str(code), office_code)
        return kind


def _require_keeper(tx: Transaction, by: str, office_code: str | None) -> None:
    if by == CONSOLE:
        return
    staff.require_member(tx, by, office_code or "", Role.ADMIN)
    if are_kinds_shared(tx):
        raise NotAllowed("kinds_of_all", _KINDS_OF_ALL)


def _today(tx: Transaction, office_code: str | None, at: datetime) -> date:
    return offices.office(tx, office_code).local_date(at) if office_code else at.date()


def _paper_problems(kind: Kind, templates: Path) -> list[Problem]:
    problems = [
        Problem(
            field,
            "glyph_missing",
            Text(f"Huruf cetak surat tidak memiliki: {missing}.", f"The letter's font lacks: {missing}."),
        )
        for field, text in (("title", kind.title), ("legal_basis", kind.legal_basis))
        if text.isprintable() and (missing := fonts.missing_glyphs(text))
    ]
    try:
        edition(templates / "letters", kind.template, kind.signature)
    except PrinterError as error:
        problems.append(Problem("template", error.code, error.text))
    return problems


def _facts(kind: Kind) -> dict[str, Any]:
    facts = {**asdict(kind), "rule": kind.rule.value, "signature": kind.signature.value}
    if kind.fixed_date is not None:
        facts["fixed_date"] = kind.fixed_date.isoformat()
    return {name: value for name, value in facts.items() if name != "code"}


def _taken(field: str) -> Problem:
    return Problem(field, f"{field}_taken", Text("Sudah dipakai jenis lain.", "Another kind has it."))


_KINDS_OF_ALL = Text(
    "Jenis surat dipakai bersama oleh beberapa kantor; hanya pengelola mesin yang mengubahnya (suket kinds).",
    "Several offices share the kinds of letter; only whoever runs the machine changes them (suket kinds).",
)


def nothing_to_change() -> InputError:
    """What was asked is so already."""
    return InputError("nothing_to_change", Text("Tidak ada yang berubah.", "That changes nothing."))
