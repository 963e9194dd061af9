"""Lists of the recorded, kept while somebody looks at what they would change. Judges no row itself."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from suket_service.administering.residents import ImportOutcome, ListChange, ListRun, require_origin
from suket_service.core.resident import RecordingState
from suket_service.registry import audit, staff, uploads
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets import kept
from suket_service.sheets.request_table import read_people
from suket_service.sheets.table import Row

#: Rows a commit: more than of letters, for they are fewer writes each.
PORTION = 500
_STATES = "states:"

StateChange = tuple[RecordingState | None, RecordingState]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as it was typed, and what it would do."""

    row: Row
    outcome: ImportOutcome


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A whole list, looked at."""

    upload: Upload
    rows: Sequence[ListRow]

    def of(self, *changes: ListChange) -> list[ListRow]:
        """The rows that do this, in the order of the file."""
        return [row for row in self.rows if row.outcome.change in changes]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows do what, or did when they were taken, and which recording states change how often."""
        counts = Counter(self.upload.counts or {})
        ahead = self.rows[self.upload.done :]
        counts.update(_counted([row.outcome for row in ahead]) if ahead else {})
        return dict(counts)


def keep_list(
    registry: Registry,
    name: str,
    data: bytes,
    origin: Import,
    upload_id: str | None = None,
) -> str:
    """Keep a list of the recorded; returns its id. Nothing is imported yet.

    Args:
        registry: where it is kept.
        name: of the file.
        data: CSV or XLSX.
        origin: whose it is, where it comes from, its date, who hands it in and when.
        upload_id: the same again is the same upload, handed in twice; unless it has the form of an id, a fresh one.

    Raises:
        FileRefused: ``as_of_in_future``, ``source_form``, or it cannot be read as a table of people.
        NotAllowed: no operator or administrator of this office.
    """
    require_origin(registry, origin)
    rows = read_people(data)
    upload = Upload(
        id=uploads.an_id(upload_id),
        office=origin.office,
        purpose=Purpose.RESIDENTS,
        name=uploads.shown_name(name),
        sha256=hashlib.sha256(data).hexdigest(),
        by=origin.by,
        at=origin.at,
        rows=len(rows),
        source=origin.source,
        as_of=origin.as_of,
    )
    with registry.writing() as tx:
        _require_importer(tx, upload.by, upload.office)
        if not uploads.exists(tx, upload.office, upload.id):
            uploads.let_go_of_old(tx, upload.at)
            uploads.add(tx, upload, kept.pack(rows))
            details = {"purpose": upload.purpose.value, "rows": len(rows)}
            audit.append(tx, upload.at, upload.by, "upload.keep", upload.id, upload.office, details)
    return upload.id


def preview_list(registry: Registry, office: str, upload_id: str, at: datetime) -> ListPreview:
    """What a list whose contents are still held would do to the register now, row by row.

    Raises:
        NotFound: also another office's.
    """
    with registry.reading() as tx:
        upload = uploads.by_id(tx, office, Purpose.RESIDENTS, upload_id)
        body = uploads.body(tx, upload.id)
    rows = kept.unpack(body) if body else []
    run = ListRun(registry, _origin(upload, upload.by, at))
    outcomes: list[ImportOutcome] = []
    for start in range(0, len(rows), PORTION):
        outcomes += run.look_at(run.read(rows[start : start + PORTION]))
    return ListPreview(upload, [ListRow(row, outcome) for row, outcome in zip(rows, outcomes, strict=True)])


def import_list(
    registry: Registry, office: str, upload_id: str, by: str, now: Callable[[], datetime]
) -> Upload:
    """Import the next rows of a list; call again until it is confirmed.

    Each portion is one transaction, with its audit entry and with how far the list has come: wherever
    this is killed, the counts stay true.

    Raises:
        NotFound, WrongState (``upload_gone``), NotAllowed.
    """
    with registry.reading() as tx:
        _require_importer(tx, by, office)
        upload = uploads.by_id(tx, office, Purpose.RESIDENTS, upload_id)
        if upload.confirmed_at is not None:
            return upload
        uploads.still_open(tx, office, Purpose.RESIDENTS, upload_id)
        rows = kept.unpack(uploads.body(tx, upload.id))
    began = now()
    run = ListRun(registry, _origin(upload, by, began))
    run.read(rows[: upload.done])  # so that who stands there twice is refused as in one go
    while upload.confirmed_at is None:
        at = now()
        read = run.read(rows[upload.done : upload.done + PORTION])
        with registry.writing() as tx:
            current = uploads.by_id(tx, office, Purpose.RESIDENTS, upload.id)
            if current.done != upload.done or not current.is_held:
                return current  # somebody else is at it, or has thrown it away
            outcomes = run.take(tx, read)
            upload = _moved_on(tx, current, outcomes, by, at)
        if now() - began >= uploads.PATIENCE:
            break
    return upload


def _moved_on(
    tx: Transaction, upload: Upload, outcomes: Sequence[ImportOutcome], by: str, at: datetime
) -> Upload:
    counts = Counter(upload.counts or {})
    counts.update(_counted(outcomes))
    done = upload.done + len(outcomes)
    confirmed_at = at if done >= upload.rows else None
    moved = replace(upload, done=done, counts=dict(counts), confirmed_at=confirmed_at)
    uploads.update_progress(tx, moved, confirmed_at)
    if confirmed_at is not None:
        details = {"rows": upload.rows, "source": upload.source, **counts}
        audit.append(tx, at, by, "residents.import_list", upload.id, upload.office, details)
    return moved


def discard_list(registry: Registry, office: str, upload_id: str, by: str, at: datetime) -> None:
    """Let go of a list's contents before it is confirmed. What was imported of it stays.

    Raises:
        NotFound, NotAllowed.
        WrongState: ``upload_done``, ``upload_gone``.
    """
    with registry.writing() as tx:
        _require_importer(tx, by, office)
        upload = uploads.still_open(tx, office, Purpose.RESIDENTS, upload_id)
        uploads.let_go(tx, upload)
        audit.append(tx, at, by, "upload.discard", upload.id, office)


def record_list_given_back(
    registry: Registry, office: str, upload_id: str, by: str, rows: int, at: datetime
) -> None:
    """Record that the refused rows of a list were fetched, to be mended.

    Raises:
        NotFound, NotAllowed.
    """
    with registry.writing() as tx:
        _require_importer(tx, by, office)
        upload = uploads.by_id(tx, office, Purpose.RESIDENTS, upload_id)
        audit.append(tx, at, by, "upload.give_back", upload.id, office, {"rows": rows})


def state_changes(counts: Mapping[str, int]) -> list[tuple[StateChange, int]]:
    """Which recording states changed into which, how often; most frequent first."""
    found = []
    for key, count in counts.items():
        if key.startswith(_STATES):
            before, after = key.removeprefix(_STATES).split(">")
            found.append(((RecordingState(before) if before else None, RecordingState(after)), count))
    return sorted(found, key=lambda each: (-each[1], str(each[0])))


def _counted(outcomes: Sequence[ImportOutcome]) -> dict[str, int]:
    changes = Counter(outcome.change.value for outcome in outcomes)
    states = Counter(
        f"{_STATES}{outcome.before.value if outcome.before else ''}>{outcome.after.value}"
        for outcome in outcomes
        if outcome.changes_state and outcome.after is not None
    )
    return {**{change.value: changes[change.value] for change in ListChange}, **states}


def _origin(upload: Upload, by: str, at: datetime) -> Import:
    return Import(upload.office, upload.source, upload.as_of or date.min, by, at)


def _require_importer(tx: Transaction, by: str, office: str) -> None:
    staff.require_member(tx, by, office, Role.OPERATOR, Role.ADMIN)
