"""What waits for whoever is signed in, by role. Does none of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import url_for

from suket_service import administering
from suket_service.core.letter import LetterState
from suket_service.errors import Text
from suket_service.registry import audit_search, health, letters, proposals
from suket_service.registry.letters import Narrowed, Waiting, lists
from suket_service.registry.session import Transaction
from suket_service.registry.staff import Role
from suket_service.web.context import context
from suket_service.web.signed_in import SignedIn, may
from suket_service.web.staff.overview.condition import Part, Sign

#: Days ahead in which the end of a letter is near.
NEAR_DAYS = 30
#: Days back in which a letter was issued that should have been collected by now.
COLLECT_DAYS = 30
#: Days of issuing that the auditor is told about at once.
UNUSUAL_DAYS = 7
#: The part of the page that says how the system is, and what to do.
CONDITION = "keadaan"
#: Entries at the end of the chain that are checked each time; the page of checks reads them all.
TAIL = 500


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits: how much of it, what, since when, and where it is done."""

    count: int | None
    what: Text
    endpoint: str
    note: Text | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    is_urgent: bool = False
    anchor: str | None = None  # the part of the page where it is done


@dataclass(frozen=True, slots=True)
class Known:
    """What the page has counted already."""

    parts: Sequence[Part]
    ending: int  # letters near their last day


def way(endpoint: str, arguments: Mapping[str, str] | None = None, anchor: str | None = None) -> str | None:
    """The address of a page, or of a part of it, where it is for the reader; None where it is not."""
    if not may(endpoint):
        return None
    place = url_for(endpoint, _anchor=anchor)
    return f"{place}?{urlencode(arguments)}" if arguments else place


def tasks(tx: Transaction, me: SignedIn, known: Known) -> list[Task]:
    """What waits for this person, the most pressing first."""
    return _BY_ROLE[me.role](tx, me, known)


def _operator(tx: Transaction, me: SignedIn, known: Known) -> list[Task]:
    mine = letters.unissued(tx, me.office.code, me.username, None, limit=0).counts
    asked = letters.unissued(tx, me.office.code, None, None, limit=0, of_programs=True).at_the_counter
    collect = lists.waiting(tx, me.office.code, me.today - timedelta(days=COLLECT_DAYS), me.today).total
    return _some(
        _task(
            mine[Waiting.RETURNED],
            "konsep dikembalikan kepada Anda untuk diperbaiki",
            "draft sent back to you for correction",
            "drafts sent back to you for correction",
            "drafts.mine",
            is_urgent=True,
        ),
        _task(
            mine[Waiting.HELD],
            "konsep Anda belum diajukan",
            "draft of yours not submitted yet",
            "drafts of yours not submitted yet",
            "drafts.mine",
        ),
        _task(
            asked,
            "permintaan dari program instansi menunggu dilihat",
            "request of an agency's program waits to be looked at",
            "requests of agencies' programs wait to be looked at",
            "drafts.mine",
            arguments={"siapa": "program"},
        ),
        _task(
            collect,
            "surat menunggu diserahkan",
            "letter waits to be handed over",
            "letters wait to be handed over",
            "letters.waiting",
            Text(f"terbit dalam {COLLECT_DAYS} hari terakhir", f"issued in the last {COLLECT_DAYS} days"),
        ),
        _near(known.ending),
    )


def _approver(tx: Transaction, me: SignedIn, known: Known) -> list[Task]:
    groups = letters.queue_groups(tx, me.office.code)
    drafts = sum(each.letters for each in groups if each.state is LetterState.DRAFT)
    unsealed = sum(each.letters for each in groups if each.state is LetterState.APPROVED)
    proposed = proposals.count_open(tx, me.office.code, not_of=me.username)
    oldest = letters.queue(tx, me.office.code, Narrowed(), 1)
    return _some(
        _task(
            drafts,
            "konsep menunggu persetujuan Anda",
            "draft waits for your approval",
            "drafts wait for your approval",
            "desk.queue",
            age(me.at, oldest[0].created_at) if oldest else None,
            is_urgent=True,
        ),
        _task(
            unsealed,
            "surat disetujui tetapi belum terbit",
            "letter approved but not issued",
            "letters approved but not issued",
            "desk.queue",
        ),
        _task(
            proposed,
            "usulan menunggu orang kedua",
            "proposal waits for a second person",
            "proposals wait for a second person",
            "desk.proposals",
        ),
        _near(known.ending),
    )


def _admin(tx: Transaction, me: SignedIn, known: Known) -> list[Task]:
    everyone = administering.list_staff(context().registry, me.office.code)
    incomplete = sum(each.member.active and not each.can_prove for each in everyone)
    return _some(
        *(
            Task(
                None,
                Text(f"{part.name.id}: {part.value.id}", f"{part.name.en}: {part.value.en}"),
                part.endpoint or "front.home",
                part.advice,
                is_urgent=part.sign is Sign.NOW,
                anchor=None if part.endpoint else CONDITION,  # what no page sees to is explained there
            )
            for part in known.parts
            if part.sign is not Sign.WELL
        ),
        _task(
            incomplete,
            "petugas belum dapat masuk",
            "member of staff cannot sign in yet",
            "members of staff cannot sign in yet",
            "administration.staff",
            Text(
                "tanpa kata sandi, atau tanpa kode sekali pakai",
                "without a password, or without one-time codes",
            ),
        ),
        _task(
            administering.ending_clients(tx, me.office.code, me.today),
            "kunci program instansi segera berakhir",
            "agency's key ends soon",
            "agencies' keys end soon",
            "administration.clients",
            Text(
                f"dalam {administering.RENEW_WITHIN.days} hari; perbarui bila perjanjiannya diteruskan",
                f"within {administering.RENEW_WITHIN.days} days; renew if the agreement goes on",
            ),
        ),
    )


def _auditor(tx: Transaction, me: SignedIn, _known: Known) -> list[Task]:
    first = me.today - timedelta(days=UNUSUAL_DAYS - 1)
    found, _ = administering.unusual_issuing(tx, me.office, first, me.today)
    entries, whole = audit_search.last_number(tx), health.tail_is_whole(tx, TAIL)
    return _some(
        _task(
            len(found),
            "temuan penerbitan tidak lazim",
            "finding of unusual issuing",
            "findings of unusual issuing",
            "audit.unusual",
            Text(f"dalam {UNUSUAL_DAYS} hari terakhir", f"in the last {UNUSUAL_DAYS} days"),
            {"first": first.isoformat(), "last": me.today.isoformat()},
            is_urgent=True,
        ),
        Task(
            entries,
            Text("catatan dalam rantai audit", "entries in the audit chain"),
            "audit.checks",
            _whole(min(TAIL, entries)) if whole else _BROKEN,
            is_urgent=not whole,
        ),
    )


def age(now: datetime, since: datetime) -> Text:
    """How long something has waited, in the unit that people would say."""
    waited = max(now - since, timedelta(0))
    for unit, said, one, several in _UNITS:
        count = waited // unit
        if count:
            return Text(
                f"tertua menunggu {count} {said}", f"the oldest for {count} {one if count == 1 else several}"
            )
    return Text("baru saja masuk", "just come in")


def _whole(entries: int) -> Text:
    return Text(
        f"{entries} yang terakhir utuh; periksa semuanya", f"the last {entries} are whole; check them all"
    )


def _near(count: int) -> Task:
    return _task(
        count,
        "surat mendekati hari terakhirnya",
        "letter near its last day",
        "letters near their last day",
        "reports.expiring",
        Text(f"dalam {NEAR_DAYS} hari", f"within {NEAR_DAYS} days"),
    )


def _task(
    count: int,
    said: str,
    one: str,
    several: str,
    endpoint: str,
    note: Text | None = None,
    arguments: Mapping[str, str] | None = None,
    *,
    is_urgent: bool = False,
) -> Task:
    what = Text(said, one if count == 1 else several)
    return Task(count, what, endpoint, note, arguments or {}, is_urgent)


def _some(*every: Task) -> list[Task]:
    return [task for task in every if task.count is None or task.count]


_UNITS = (
    (timedelta(days=1), "hari", "day", "days"),
    (timedelta(hours=1), "jam", "hour", "hours"),
    (timedelta(minutes=1), "menit", "minute", "minutes"),
)
_BY_ROLE: Mapping[Role, Callable[[Transaction, SignedIn, Known], list[Task]]] = {
    Role.OPERATOR: _operator,
    Role.APPROVER: _approver,
    Role.ADMIN: _admin,
    Role.AUDITOR: _auditor,
}
_BROKEN = Text("RANTAI PUTUS di bagian akhirnya; periksa sekarang", "CHAIN BROKEN near its end; check now")
#: Where to go when nothing waits.
NEXT_STEP: Mapping[Role, Task] = {
    Role.OPERATOR: Task(None, Text("Cari pemohon di loket", "Search at the counter"), "counter.search"),
    Role.APPROVER: Task(None, Text("Lihat surat", "See the letters"), "letters.find"),
    Role.ADMIN: Task(None, Text("Buka pengaturan", "Open the administration"), "administration.index"),
    Role.AUDITOR: Task(None, Text("Lihat catatan audit", "See the audit entries"), "audit.entries"),
}
