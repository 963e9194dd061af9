"""A file of requests confirmed: drafts of its good rows, a while at a time. Approves and issues nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from suket_service.issuing.people import TwoPeople, require_people
from suket_service.issuing.preparing import PaperCheck
from suket_service.issuing.previewing import portions, preview_upload, run_of
from suket_service.registry import audit, staff, uploads
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets import kept
from suket_service.sheets.table import Row


def draft_upload(
    registry: Registry,
    office: str,
    upload_id: str,
    by: str,
    now: Callable[[], datetime],
    check_paper: PaperCheck,
) -> Upload:
    """Draft letters for the next good rows of a file; call again until it is confirmed.

    Portions are committed as by ``issue_rows``, each with the audit entries of its drafts. However often
    this is called, by however many at once, and wherever it is killed: a row leads to one draft.

    Raises:
        NotFound, WrongState (``upload_gone``), NotAllowed.
    """
    require_people(registry, office, TwoPeople(by, None))
    with registry.reading() as tx:
        upload = uploads.by_id(tx, office, Purpose.REQUESTS, upload_id)
        if upload.confirmed_at is not None:
            return upload
        uploads.still_open(tx, office, Purpose.REQUESTS, upload_id)
        rows = kept.unpack(uploads.body(tx, upload.id))
    run = run_of(registry, upload, by, check_paper)
    for portion in portions(_coming_again(rows, upload.done)):
        run.look_at(portion, now())  # so that who stands there twice is refused as in one go
    began, done = now(), upload.done
    for portion in portions(rows[upload.done :]):
        run.settle(portion, now)
        done += len(portion)
        if now() - began >= uploads.PATIENCE:
            break
    if done < len(rows):
        return _went_on(registry, upload, by, done)
    return _finish(registry, upload, by, now(), check_paper)


def _coming_again(rows: Sequence[Row], done: int) -> list[Row]:
    """The rows that were settled before and whose person stands further down as well."""
    ahead = {_digits_of_nik(row) for row in rows[done:]}
    return [row for row in rows[:done] if _digits_of_nik(row) in ahead]


def _digits_of_nik(row: Row) -> str:
    return "".join(filter(str.isdigit, row.fields.get("nik", "")))


def _went_on(registry: Registry, upload: Upload, by: str, done: int) -> Upload:
    with registry.writing() as tx:
        staff.require_member(tx, by, upload.office, Role.OPERATOR)
        current = uploads.by_id(tx, upload.office, upload.purpose, upload.id)
        if current.confirmed_at is None and current.done < done:
            current = replace(current, done=done)
            uploads.update_progress(tx, current)
    return current


def _finish(registry: Registry, upload: Upload, by: str, at: datetime, check_paper: PaperCheck) -> Upload:
    # Counted from what there is, not from what this call did: others may have had their part in it.
    counts = preview_upload(registry, upload.office, upload.id, at, check_paper).counts
    with registry.writing() as tx:
        staff.require_member(tx, by, upload.office, Role.OPERATOR)
        current = uploads.by_id(tx, upload.office, upload.purpose, upload.id)
        if current.confirmed_at is None and current.is_held:
            current = replace(current, done=current.rows, counts=counts, confirmed_at=at)
            uploads.update_progress(tx, current, confirmed_at=at)
            details = {"batch": upload.sha256, "rows": upload.rows, **counts}
            audit.append(tx, at, by, "batch.draft", upload.id, upload.office, details)
    return current
