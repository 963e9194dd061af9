"""Many letters revoked together: named, looked at, and proposed to a second person. Revokes none itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import issuing
from suket_service.core.letter import Action, may
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.registry import letters, proposals
from suket_service.registry.letters import LetterRecord, lookup
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, gather, standing_of
from suket_service.web.staff.letters.meaning import REVOKE

_BETWEEN_NUMBERS = re.compile(r"[\n\r\t,;]+")
_ID = re.compile(r"[0-9a-f]{32}")
#: Short forms of numbers are looked up one by one; more of them than this are taken as they stand.
_MOST_SHORT_FORMS = 50
#: Letters whose rows the preview shows; of the others it tells how many there are.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Named:
    """What was named to be revoked."""

    fitting: Sequence[LetterRecord]
    others: Sequence[LetterRecord]  # that cannot be revoked, or are proposed already
    unknown: Sequence[str]  # as typed

    @property
    def ids(self) -> str:
        """The fitting letters, for the page that proposes them."""
        return " ".join(record.id for record in self.fitting)


@blueprint.route("/letters/revoke", methods=["GET", "POST"])
def revoke_many() -> ResponseReturnValue:
    """Name the letters, look at them, propose: three steps on one page."""
    form, named = Form.given(), None
    if request.method == "POST":
        with form.catching():
            named = _named(form)
            if form["step"] == "propose":
                _require_as_seen(named)
                me = signed_in()
                wanted = [record.id for record in named.fitting]
                issuing.propose(
                    context().registry,
                    me.office.code,
                    Action.REVOKE,
                    wanted,
                    form["reason"],
                    by=me.username,
                    at=me.at,
                )
                return done(_DONE, url_for("letters.find"))
    page = render_template(
        "staff/letters/revoke_many.html",
        form=gather(form, "numbers", "reason"),
        named=named,
        shown=SHOWN,
        standing_of=standing_of,
        reasons=REVOKE.reasons,
        most=issuing.MOST_AT_ONCE,
    )
    return page, 200 if form.ok else 422


def _require_as_seen(named: Named) -> None:
    """Refuse to propose fewer letters than were looked at; the page then names those that dropped out.

    Raises:
        RequestRefused: ``letters_changed``.
    """
    dropped = len(named.others) + len(named.unknown)
    if dropped:
        text = Text(
            f"{dropped} surat berubah sejak daftarnya dilihat; lihat di bawah. Periksa sisanya, lalu usulkan lagi.",
            f"Letters that changed since the list was looked at: {dropped}; see below. Look at the others, propose again.",
        )
        raise RequestRefused([Problem("", "letters_changed", text)])


def _named(form: Form) -> Named:
    """The letters that were typed, ticked in a list, or looked at a moment ago.

    Raises:
        RequestRefused: ``too_many`` or ``nothing_named``.
    """
    typed = [part for each in _BETWEEN_NUMBERS.split(form["numbers"]) if (part := each.strip())]
    ids = [each for text in form.all("letter") for each in text.split()]
    if not typed and not ids:
        raise RequestRefused([_NOTHING])
    if len(typed) + len(ids) > issuing.MOST_AT_ONCE:
        raise RequestRefused([_TOO_MANY])
    office = signed_in().office.code
    with context().registry.reading() as tx:
        found = letters.of_ids(tx, office, [each for each in ids if _ID.fullmatch(each)])
        by_number, unknown = _by_numbers(tx, typed)
        found.update({record.id: record for record in by_number})
        waiting = proposals.open_for(tx, office, Action.REVOKE, list(found))
    fits = {
        each for each, record in found.items() if may(record.state, Action.REVOKE) and each not in waiting
    }
    return Named(
        fitting=[record for each, record in found.items() if each in fits],
        others=[record for each, record in found.items() if each not in fits],
        unknown=unknown,
    )


def _by_numbers(tx: Transaction, typed: Sequence[str]) -> tuple[list[LetterRecord], list[str]]:
    found = letters.by_numbers(tx, signed_in().office.code, typed)
    records, missing = list(found.values()), [each for each in typed if each not in found]
    unknown = []
    for place, each in enumerate(dict.fromkeys(missing)):
        alike = lookup.by_typed_number(tx, signed_in().office, each) if place < _MOST_SHORT_FORMS else []
        if len(alike) == 1:
            records.append(alike[0])
        else:
            unknown.append(each)
    return records, unknown


_DONE = Text(
    "Pencabutan diusulkan; belum ada surat yang berubah sampai pejabat lain menyetujuinya.",
    "Revoking was proposed; no letter changes until another official agrees.",
)
_NOTHING = Problem(
    "numbers",
    "nothing_named",
    Text(
        "Tempelkan nomor surat, satu per baris, atau centang surat pada hasil pencarian.",
        "Paste letter numbers, one a line, or tick letters in a list that you searched for.",
    ),
)
_TOO_MANY = Problem(
    "numbers",
    "too_many",
    Text(
        f"Paling banyak {issuing.MOST_AT_ONCE} surat sekaligus. Bagi menjadi beberapa usulan.",
        f"At most {issuing.MOST_AT_ONCE} letters at a time. Make several proposals.",
    ),
)
