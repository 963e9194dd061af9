"""What a file of requests would become, row by row, by the very decisions that settle it. Writes nothing.

The registry is asked in portions, each for a moment: on SQLite a reader that stays keeps writers from
committing. So a preview of a long file is no single moment's; settling asks everything again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from suket_service.issuing.batch import PORTION, RowOutcome, RowStatus, Run
from suket_service.issuing.people import TwoPeople
from suket_service.issuing.preparing import Intake, PaperCheck
from suket_service.issuing.uploading import photo_key, portraits_of
from suket_service.registry import uploads
from suket_service.registry.session import Registry
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets import kept
from suket_service.sheets.table import Row


class RowFate(StrEnum):
    """What a row is to become, or became."""

    REFUSED = "refused"
    READY = "ready"  # becomes a draft when the file is confirmed
    DRAFTED = "drafted"  # became one out of this file
    UNCHANGED = "unchanged"  # the same request led to a letter or a draft before


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row as it was typed, and what it comes to."""

    row: Row
    fate: RowFate
    outcome: RowOutcome


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """A whole file, looked at."""

    upload: Upload
    rows: Sequence[SeenRow]
    unused_photos: Sequence[str]  # portraits that no row names

    def of(self, *fates: RowFate) -> list[SeenRow]:
        """The rows of these fates, in the order of the file."""
        return [row for row in self.rows if row.fate in fates]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each fate, and with warnings."""
        found = Counter(row.fate.value for row in self.rows)
        warned = sum(bool(row.outcome.warnings) for row in self.rows if row.fate is not RowFate.REFUSED)
        return {**{fate.value: found[fate.value] for fate in RowFate}, "warned": warned}


def preview_upload(
    registry: Registry, office: str, upload_id: str, at: datetime, check_paper: PaperCheck
) -> UploadPreview:
    """Look at a file whose contents are still held, as :func:`draft_upload` would settle it now.

    Raises:
        NotFound: also another office's.
    """
    with registry.reading() as tx:
        upload = uploads.by_id(tx, office, Purpose.REQUESTS, upload_id)
        body = uploads.body(tx, upload.id)
        photos = uploads.photo_keys(tx, upload.id)
    rows = kept.unpack(body) if body else []
    run = run_of(registry, upload, upload.by, check_paper)
    outcomes = [each for portion in portions(rows) for each in run.look_at(portion, at)]
    seen = [
        SeenRow(row, _fate(outcome, upload), outcome) for row, outcome in zip(rows, outcomes, strict=True)
    ]
    named = {photo_key(row.fields.get("foto", "")) for row in rows}
    return UploadPreview(upload, seen, [key for key in photos if key not in named])


def run_of(registry: Registry, upload: Upload, by: str, check_paper: PaperCheck) -> Run:
    """A run over an upload that stops at drafts. Whether one may pass over the register its approver decides."""
    intake = Intake(upload.office, upload.sha256, portraits_of(registry, upload), check_paper)
    return Run(registry, intake, TwoPeople(by, None), None, allow_overrides=True)


def portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in the portions that they are settled in."""
    return (rows[start : start + PORTION] for start in range(0, len(rows), PORTION))


def _fate(outcome: RowOutcome, upload: Upload) -> RowFate:
    if outcome.status is RowStatus.REFUSED:
        return RowFate.REFUSED
    letter = outcome.letter
    if letter is None:
        return RowFate.READY
    is_ours = letter.batch == upload.sha256 and letter.created_at >= upload.at
    return RowFate.DRAFTED if is_ours else RowFate.UNCHANGED
