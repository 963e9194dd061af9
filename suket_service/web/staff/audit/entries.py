"""The entries of the audit: narrowed, fifty a page, and taken out as a file. Checks no hash."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timezone
from urllib.parse import urlencode

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.errors import Text
from suket_service.registry import audit_search, clients
from suket_service.registry.audit import StoredEntry
from suket_service.sheets.write import write_csv, write_xlsx
from suket_service.web.attachments import CSV, XLSX, attachment
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import say
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.audit import asking
from suket_service.web.staff.audit.words import ACTIONS, MACHINES, subject_words, words

PAGE = 50
#: Nobody turns more pages than this; counting on would cost more than it tells.
MOST_COUNTED = 200 * PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is read: in words, with the letter that it is about."""

    entry: StoredEntry
    words: Text
    name: str  # of who did it; empty where it was no member of staff
    letter: str | None
    about: Text  # where that is no letter
    purpose: str  # what a program of another agency may ask for; empty of people
    details: Sequence[tuple[str, str]]


def entries() -> ResponseReturnValue:
    """The latest entries, or those that were asked for."""
    return _page(asking.from_address())


def search() -> ResponseReturnValue:
    """Asks on: to the page whose address names what was asked for, where that may stand in an address."""
    form, office = Form.given(), signed_in().office
    with context().registry.reading() as tx:
        asking.wanted(tx, form, office)
        subject = asking.known_subject(tx, office, form["subject"]) if form["subject"] else ""
    if subject is None and "subject" not in form.problems:
        form.refuse("subject", asking.UNKNOWN_SUBJECT)
    if not form.ok:
        return _page(form)
    asked = {**asking.asked(form), **({"subject": subject} if subject else {})}
    return redirect(f"{url_for('audit.entries')}?{urlencode(asked)}", 303)


def export() -> ResponseReturnValue:
    """Everything that was asked for, as a file; that it was taken is noted."""
    form, me = Form.given(), signed_in()
    with context().registry.reading() as tx:
        wanted = asking.wanted(tx, form, me.office)
    found: list[StoredEntry] = []
    if form.ok:
        with form.catching():
            found = administering.export_entries(context().registry, wanted, me.username, me.at)
    if not form.ok:
        return _page(form)
    headers = [say(text) for text in _HEADERS]
    zone = timezone(me.office.utc_offset)
    rows = [
        (
            entry.seq,
            entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            entry.office or "",
            entry.actor,
            entry.action,
            say(words(entry.action)),
            entry.subject,
            entry.details,
            entry.hash.hex(),
        )
        for entry in found
    ]
    name = f"audit-{me.office.code}-{me.today.isoformat()}"
    if form["format"] == "xlsx":
        return attachment(write_xlsx("Audit", headers, rows), f"{name}.xlsx", XLSX)
    return attachment(write_csv(headers, rows), f"{name}.csv", CSV)


def _page(form: Form) -> ResponseReturnValue:
    office = signed_in().office
    lines: list[Line] = []
    count, at = 0, paged(0, PAGE)
    with context().registry.reading() as tx:
        people = asking.actors(tx, office)
        wanted = asking.wanted(tx, form, office) if form.ok else None
        if wanted is not None and form.ok:
            count = audit_search.count(tx, wanted, MOST_COUNTED + 1)
            at = paged(min(count, MOST_COUNTED), PAGE)
            found = audit_search.newest(tx, wanted, PAGE, at.offset)
            named = audit_search.letters_named(tx, office.code, [entry.subject for entry in found])
            programs = clients.of_office(tx, office.code)
            purposes = {each.account: each.purpose for each in programs}
            programs_named = {each.id: Text(each.name, each.name) for each in programs}
            lines = [
                Line(
                    entry,
                    words(entry.action),
                    people.get(entry.actor, ""),
                    named.get(entry.subject),
                    programs_named.get(entry.subject) or subject_words(entry.subject),
                    purposes.get(entry.actor, ""),
                    _details(entry.details),
                )
                for entry in found
            ]
    shown = min(count, MOST_COUNTED)
    return (
        render_template(
            "staff/audit/entries.html",
            form=form,
            lines=lines,
            count=shown,
            more=count > shown,
            page=at.page,
            pages=at.pages,
            asked=asking.asked(form),
            machines=MACHINES,
            people_options=[
                (name, f"{who} ({name})" if who else say(MACHINES[name])) for name, who in people.items()
            ],
            action_options=sorted(
                ((code, say(text)) for code, text in ACTIONS.items()), key=lambda each: each[1]
            ),
        ),
        200 if form.ok else 422,
    )


def _details(text: str) -> list[tuple[str, str]]:
    """What an entry says beside its subject; an entry that was tampered with may say anything."""
    try:
        told = json.loads(text)
    except ValueError:
        return [("?", text)]
    if not isinstance(told, dict):
        return [("?", text)]
    return [
        (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in told.items()
    ]


_HEADERS = (
    Text("nomor", "number"),
    Text("waktu", "time"),
    Text("kantor", "office"),
    Text("pelaku", "actor"),
    Text("kode", "code"),
    Text("tindakan", "action"),
    Text("tentang", "subject"),
    Text("rincian", "details"),
    Text("sidik rantai (SHA-256)", "chain hash (SHA-256)"),
)
