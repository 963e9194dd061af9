"""What the auditor asks for, out of a form or an address. Reads entries of nobody.

A subject is typed into a form that is posted, and only one that the chain names goes into an address: who
types a NIK or a name there by mistake leaves it in no log.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import request

from suket_service.core.letter import Office
from suket_service.core.nik import holds_nik
from suket_service.errors import Text
from suket_service.registry import audit_search, counting, staff
from suket_service.registry.audit_search import Wanted
from suket_service.registry.letters import lookup
from suket_service.registry.session import Transaction
from suket_service.web.forms import Form
from suket_service.web.staff.audit.words import ACTIONS, MACHINES

FIELDS = ("first", "last", "actor", "action", "subject")
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)
_MOST_SUBJECT_CHARACTERS = 120


def from_address() -> Form:
    """The form as the address of this page fills it."""
    return Form({name: request.args.get(name, "") for name in FIELDS})


def asked(form: Form) -> dict[str, str]:
    """What was asked for, for an address or for hidden fields."""
    return {name: form[name] for name in FIELDS if form[name]}


def day(form: Form, name: str) -> date | None:
    """The day in a field; None where it is empty, or refused."""
    if not form[name]:
        return None
    try:
        found = datetime.strptime(form[name], "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        form.refuse(name, _NO_DAY)
        return None
    if not _EARLIEST <= found <= _LATEST:
        form.refuse(name, _NO_DAY)
        return None
    return found


def actors(tx: Transaction, office: Office) -> Mapping[str, str]:
    """Everyone whose entries may be asked for, with their names."""
    return {**staff.names(tx, office.code), **dict.fromkeys(MACHINES, "")}


def wanted(tx: Transaction, form: Form, office: Office) -> Wanted:
    """The entries asked for; what cannot be asked is refused by field."""
    first, last = day(form, "first"), day(form, "last")
    if first and last and first > last:
        form.refuse("last", _BACKWARDS)
        last = None
    if form["actor"] and form["actor"] not in actors(tx, office):
        form.refuse("actor", _UNKNOWN)
    if form["action"] and form["action"] not in ACTIONS:
        form.refuse("action", _UNKNOWN)
    subject = form["subject"]
    return Wanted(
        office.code,
        since=counting.instants(office, first, first)[0] if first else None,
        before=counting.instants(office, last, last)[1] if last else None,
        actor=form["actor"] or None,
        actions=(form["action"],) if form["action"] else None,
        subjects=_subjects(tx, form, office, subject) if subject else None,
    )


def known_subject(tx: Transaction, office: Office, typed: str) -> str | None:
    """The subject that was meant: as it stands in the chain, or the one letter that a short number names."""
    if len(typed) > _MOST_SUBJECT_CHARACTERS or holds_nik(typed):
        return None
    if audit_search.count(tx, Wanted(office.code, subjects=(typed,)), 1):
        return typed
    found = [record.number for record in lookup.by_typed_number(tx, office, typed) if record.number]
    return found[0] if len(found) == 1 else None


def _subjects(tx: Transaction, form: Form, office: Office, subject: str) -> tuple[str, ...]:
    if len(subject) > _MOST_SUBJECT_CHARACTERS:
        form.refuse("subject", UNKNOWN_SUBJECT)
        return ()
    return audit_search.all_names(tx, office.code, subject)


_NO_DAY = Text(
    "Isi tanggal yang ada, misalnya 2026-11-22.", "Give a day that exists, for example 2026-11-22."
)
_BACKWARDS = Text("Hari terakhir sebelum hari pertama.", "The last day is before the first.")
_UNKNOWN = Text("Pilih salah satu dari daftar.", "Choose one of the list.")
UNKNOWN_SUBJECT = Text(
    "Tidak ada catatan tentang itu. Ketik nomor surat seperti tercetak, pengenal surat, atau nama pengguna; NIK dan nama orang tidak pernah dicatat.",
    "No entry concerns that. Type a letter's number as printed, its id, or a user name; a NIK or a person's name is never noted.",
)
