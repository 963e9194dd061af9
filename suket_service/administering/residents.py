"""The register of the recorded, imported from lists. Judges no one's right to a letter.

What a list would change is looked at by the same decisions that change it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from suket_service.core import request as requests
from suket_service.core.nik import holds_nik
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState, Resident
from suket_service.errors import FileRefused, Problem, Text
from suket_service.registry import audit, offices, recording_changes, register_lists, residents, staff
from suket_service.registry.residents import Entry, Import
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.sheets.read import Row

#: Rows a commit.
PORTION = 200
MOST_SOURCE_CHARACTERS = 120


class ListChange(StrEnum):
    """What a row of a list does to the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"  # only its source and date are newer
    OLDER = "older"  # than what is held: nothing
    REFUSED = "refused"


_TAKEN = frozenset({ListChange.NEW, ListChange.CHANGED, ListChange.UNCHANGED})


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one row of a list, or would."""

    row: int
    change: ListChange
    problems: tuple[Problem, ...] = ()
    differs: tuple[str, ...] = ()  # the person's facts that a change is about, by our names
    before: RecordingState | None = None
    after: RecordingState | None = None

    @property
    def imported(self) -> bool:
        """Whether the register took it."""
        return self.change in _TAKEN

    @property
    def changes_state(self) -> bool:
        """Whether the person gets another recording state, or their first."""
        return self.imported and self.before is not self.after


@dataclass(frozen=True, slots=True)
class _Read:
    """A row read without the registry: a request with a state, or the problems that refuse it."""

    row: int
    request: Request | None
    problems: tuple[Problem, ...] = ()


def import_residents(
    registry: Registry, office_code: str, rows: Iterable[Row], by: str, source: str, as_of: date, at: datetime
) -> Iterator[ImportOutcome]:
    """Import a list of the recorded, row by row; a row without a recording state changes nothing.

    Raises:
        NotAllowed: ``by`` is no operator or administrator of this office.
        FileRefused: ``as_of_in_future``, ``source_form``.
    """
    origin = Import(office_code, source, as_of, by, at)
    require_origin(registry, origin)
    run, everything = ListRun(registry, origin), list(rows)
    for start in range(0, len(everything), PORTION):
        read = run.read(everything[start : start + PORTION])
        with registry.writing() as tx:
            outcomes = run.take(tx, read)
        yield from outcomes


def require_origin(registry: Registry, origin: Import) -> None:
    """Refuse a list that nobody may import, or whose origin cannot be kept, before anything of it is read.

    Raises:
        NotAllowed: no operator or administrator of this office.
        FileRefused: ``as_of_in_future``, ``source_form``.
    """
    with registry.reading() as tx:
        staff.require_member(tx, origin.by, origin.office, Role.OPERATOR, Role.ADMIN)
        today = offices.office(tx, origin.office).local_date(origin.at)
    fits = 0 < len(origin.source) <= MOST_SOURCE_CHARACTERS and origin.source.isprintable()
    if not fits or holds_nik(origin.source):  # it goes into the audit chain, which can never be cleaned
        raise FileRefused("source_form", _SOURCE_FORM)
    if origin.as_of > today:
        raise FileRefused("as_of_in_future", _AS_OF_IN_FUTURE)


class ListRun:
    """One list on its way through: remembers which row brought which person first."""

    def __init__(self, registry: Registry, origin: Import) -> None:
        """Raises NotFound: there is no such office."""
        self._registry = registry
        self._origin = origin
        self._first_row_of: dict[str, int] = {}
        with registry.reading() as tx:
            office = offices.office(tx, origin.office)
            self._villages = offices.villages_of(tx, office)
        self._today = office.local_date(origin.at)

    def read(self, rows: Sequence[Row]) -> list[_Read]:
        """Rows read as far as they can be without the registry; each portion in turn, and once."""
        return [self._read(row) for row in rows]

    def _read(self, row: Row) -> _Read:
        reading = requests.read(row.fields, self._villages, self._today)
        asked = reading.request
        if asked is None:
            return _Read(row.number, None, reading.problems)
        if asked.recording_state is None:
            return _Read(row.number, None, (_NO_STATE,))
        first = self._first_row_of.setdefault(asked.resident.nik, row.number)
        if first != row.number:
            return _Read(row.number, None, (requests.twice(first),))
        return _Read(row.number, asked)

    def look_at(self, read: Sequence[_Read]) -> list[ImportOutcome]:
        """What taking these rows now would do; holds the registry only while it asks it."""
        with self._registry.reading() as tx:
            held = self._held(tx, read)
        return [self._decide(each, held) for each in read]

    def take(self, tx: Transaction, read: Sequence[_Read]) -> list[ImportOutcome]:
        """Take these rows into the register, in the caller's transaction, with its audit entry.

        Raises:
            NotAllowed: whoever imports may no longer.
        """
        origin = self._origin
        staff.require_member(tx, origin.by, origin.office, Role.OPERATOR, Role.ADMIN)
        held = self._held(tx, read)
        outcomes = [self._decide(each, held) for each in read]
        self._write(tx, read, outcomes, held)
        taken = sum(outcome.imported for outcome in outcomes)
        details = {"rows": taken, "source": origin.source, "as_of": origin.as_of.isoformat()}
        audit.append(
            tx, origin.at, origin.by, "residents.import", f"{taken} residents", origin.office, details
        )
        return outcomes

    def _held(self, tx: Transaction, read: Sequence[_Read]) -> dict[str, Entry]:
        niks = [each.request.resident.nik for each in read if each.request is not None]
        return residents.find(tx, self._origin.office, niks)

    def _decide(self, read: _Read, held: Mapping[str, Entry]) -> ImportOutcome:
        if read.request is None:
            return ImportOutcome(read.row, ListChange.REFUSED, read.problems)
        person, after = read.request.resident, read.request.recording_state
        entry = held.get(person.nik)
        if entry is None:
            return ImportOutcome(read.row, ListChange.NEW, after=after)
        if self._origin.as_of < entry.as_of:
            return ImportOutcome(read.row, ListChange.OLDER, (_LIST_OLDER,), (), entry.state, after)
        differs = _differing(entry.resident, person)
        change = ListChange.CHANGED if differs or entry.state is not after else ListChange.UNCHANGED
        return ImportOutcome(read.row, change, (), differs, entry.state, after)

    def _write(
        self,
        tx: Transaction,
        read: Sequence[_Read],
        outcomes: Sequence[ImportOutcome],
        held: Mapping[str, Entry],
    ) -> None:
        new, other, states = [], [], dict[str, RecordingState]()
        for each, outcome in zip(read, outcomes, strict=True):
            if each.request is None or outcome.after is None or not outcome.imported:
                continue
            person = each.request.resident
            entry = held.get(person.nik)
            if entry is None:
                new.append((person, outcome.after))
            elif outcome.change is ListChange.CHANGED or not self._is_from_here(entry):
                other.append((person, outcome.after))
            if outcome.changes_state:
                states[person.nik] = outcome.after
        origin = self._origin
        register_lists.add(tx, new, origin)
        register_lists.replace(tx, other, origin)
        recording_changes.add(tx, origin.office, states, origin.by, origin.at)

    def _is_from_here(self, entry: Entry) -> bool:
        return (entry.source, entry.as_of) == (self._origin.source, self._origin.as_of)


def _differing(held: Resident, given: Resident) -> tuple[str, ...]:
    return tuple(
        field.name for field in fields(Resident) if getattr(held, field.name) != getattr(given, field.name)
    )


_LIST_OLDER = Problem(
    "",
    "list_older",
    Text(
        "Data orang ini sudah berasal dari daftar yang lebih baru; tidak diubah.",
        "This person is already held from a newer list; nothing was changed.",
    ),
)
_NO_STATE = Problem(
    "status_perekaman",
    "missing",
    Text("Status perekaman belum diisi.", "The recording state is missing."),
)
_SOURCE_FORM = Text(
    f"Asal daftar ditulis dengan 1 sampai {MOST_SOURCE_CHARACTERS} karakter yang dapat dicetak, tanpa NIK.",
    f"Where a list comes from is said in 1 to {MOST_SOURCE_CHARACTERS} printable characters, without a NIK.",
)
_AS_OF_IN_FUTURE = Text(
    "Tanggal keadaan daftar belum tiba; daftar berikutnya akan ditolak karenanya. Betulkan tanggalnya.",
    "The list's date is still to come; every later list would be refused for it. Mend the date.",
)
