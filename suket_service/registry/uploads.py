"""Files of rows that someone looks at before anything of them is written. Reads no file and judges no row.

What came with a file is kept only for as long as somebody works with it; that it was there, with its
counts, is kept for good. A file may name people, and so may its name: neither ever goes into the audit.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, literal, select, update

from suket_service.errors import NotFound, Problem, Text, WrongState
from suket_service.registry.ids import is_id
from suket_service.registry.schema import UploadPhotoRow, UploadRow

#: Nobody comes back to a file that has lain for a day.
KEPT = timedelta(hours=24)
#: After it was confirmed, the rows that were refused can be fetched for so long.
KEPT_CONFIRMED = timedelta(hours=1)
#: How long one call goes through a file's rows before it lets go, so that whoever waits sees it move.
PATIENCE = timedelta(seconds=2)
NAME_CHARACTERS = 120
_UNNAMED = "berkas"


class Purpose(StrEnum):
    """What a file's rows are to become."""

    REQUESTS = "requests"
    RESIDENTS = "residents"
    STATIONS = "stations"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is known without its contents."""

    id: str
    office: str
    purpose: Purpose
    name: str
    sha256: str  # of the file as it came
    by: str
    at: datetime
    rows: int
    done: int = 0  # rows settled so far, from the first
    counts: Mapping[str, int] | None = None  # what became of them
    source: str = ""  # of a register: where it comes from
    as_of: date | None = None  # and its date
    refused_photos: Mapping[str, Problem] | None = None  # pictures that could not be used, by key
    confirmed_at: datetime | None = None
    is_held: bool = True  # whether its contents are still there
    also_by: tuple[str, ...] = ()  # who else put something into it


def add(tx: Connection, upload: Upload, body: bytes) -> None:
    """Keep a file; ``body`` is whatever its reader reads again."""
    tx.execute(
        insert(UploadRow).values(
            id=upload.id,
            office=upload.office,
            purpose=upload.purpose.value,
            name=upload.name[:NAME_CHARACTERS],
            sha256=upload.sha256,
            body=body,
            origin=_origin(upload),
            by=upload.by,
            at=upload.at,
        )
    )


def by_id(tx: Connection, office: str, purpose: Purpose, upload: str) -> Upload:
    """A file of an office.

    Raises:
        NotFound: also for another office's, and for one of another purpose.
    """
    if is_id(upload):
        query = _uploads(office, purpose).where(UploadRow.id == upload)
        row = tx.execute(query).first()
        if row is not None:
            return _upload(row)
    raise NotFound(
        "no_upload", Text("Berkas ini tidak ada di kantor ini.", "There is no such file in this office.")
    )


def still_open(tx: Connection, office: str, purpose: Purpose, upload: str) -> Upload:
    """A file of an office that can still be worked with.

    Raises:
        NotFound: as :func:`by_id`.
        WrongState: ``upload_done``: it was confirmed; ``upload_gone``: its contents were let go.
    """
    found = by_id(tx, office, purpose, upload)
    if found.confirmed_at is not None:
        raise WrongState("upload_done", _DONE, "confirmed")
    if not found.is_held:
        raise WrongState("upload_gone", _GONE, "gone")
    return found


def exists(tx: Connection, office: str, upload: str) -> bool:
    """Whether an office has a file of that id already."""
    query = select(UploadRow.id).where(UploadRow.office == office, UploadRow.id == upload)
    return tx.execute(query).first() is not None


def of_office(tx: Connection, office: str, purpose: Purpose, most: int) -> list[Upload]:
    """The files that an office uploaded, newest first."""
    query = _uploads(office, purpose).order_by(UploadRow.at.desc(), UploadRow.id).limit(most)
    return [_upload(row) for row in tx.execute(query)]


def hands(tx: Connection, files: Collection[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """Who put something into those files of requests, each given by its office and its SHA-256."""
    if not files:
        return {}
    query = select(UploadRow.office, UploadRow.sha256, UploadRow.by, UploadRow.origin).where(
        UploadRow.purpose == Purpose.REQUESTS.value,
        UploadRow.office.in_({office for office, _ in files}),
        UploadRow.sha256.in_({digest for _, digest in files}),
    )
    found: dict[tuple[str, str], frozenset[str]] = dict.fromkeys(files, frozenset())
    for row in tx.execute(query):
        file = (row.office, row.sha256)
        found[file] = found.get(file, frozenset()) | {row.by, *row.origin.get(_ALSO_BY, ())}
    return found


def body(tx: Connection, upload: str) -> bytes:
    """What is held of a file; nothing once it was let go."""
    return tx.execute(select(UploadRow.body).where(UploadRow.id == upload)).scalar_one()


def put_photos(tx: Connection, upload: str, jpegs: Mapping[str, bytes]) -> None:
    """Keep portraits that came with a file, by key; one of the same key is replaced."""
    if not jpegs:
        return
    held = UploadPhotoRow.upload == upload
    tx.execute(delete(UploadPhotoRow).where(held, UploadPhotoRow.name.in_(jpegs)))
    rows = [{"upload": upload, "name": key, "jpeg": jpeg} for key, jpeg in jpegs.items()]
    tx.execute(insert(UploadPhotoRow.__table__), rows)  # type: ignore[arg-type]


def copy_photos(tx: Connection, source: str, target: str) -> None:
    """Keep the portraits of one file with another one too."""
    copied = select(literal(target), UploadPhotoRow.name, UploadPhotoRow.jpeg).where(
        UploadPhotoRow.upload == source
    )
    tx.execute(insert(UploadPhotoRow).from_select(["upload", "name", "jpeg"], copied))


def photo(tx: Connection, upload: str, key: str) -> bytes | None:
    """A portrait that came with a file."""
    query = select(UploadPhotoRow.jpeg).where(UploadPhotoRow.upload == upload, UploadPhotoRow.name == key)
    return tx.execute(query).scalar()


def photo_keys(tx: Connection, upload: str) -> list[str]:
    """The keys of the portraits that came with a file."""
    query = select(UploadPhotoRow.name).where(UploadPhotoRow.upload == upload).order_by(UploadPhotoRow.name)
    return list(tx.execute(query).scalars())


def update_progress(tx: Connection, upload: Upload, confirmed_at: datetime | None = None) -> None:
    """Record how far a file has come: its ``done``, ``counts`` and ``refused_photos``."""
    values: dict[str, Any] = {"origin": _origin(upload)}
    if confirmed_at is not None:
        values["confirmed_at"] = confirmed_at
    tx.execute(update(UploadRow).where(UploadRow.id == upload.id).values(**values))


def let_go(tx: Connection, upload: Upload) -> None:
    """Delete what is held of one file."""
    tx.execute(delete(UploadPhotoRow).where(UploadPhotoRow.upload == upload.id))
    bare = {key: value for key, value in _origin(upload).items() if key != _REFUSED_PHOTOS}
    tx.execute(update(UploadRow).where(UploadRow.id == upload.id).values(body=b"", origin=bare))


def let_go_of_old(tx: Connection, at: datetime) -> None:
    """Delete what is held of files that nobody needs any more, in every office."""
    for row in tx.execute(_old(at)).all():
        let_go(tx, _upload(row))


def holds_old(tx: Connection, at: datetime) -> bool:
    """Whether anything is held of a file that nobody needs any more."""
    return tx.execute(_old(at).limit(1)).first() is not None


def _old(at: datetime) -> Select[Any]:
    finished = UploadRow.confirmed_at < at - KEPT_CONFIRMED
    return _QUERY.where(_HELD, finished | (UploadRow.at < at - KEPT))


def an_id(wanted: str | None = None) -> str:
    """The id that is wanted, where it has an id's form; otherwise a fresh one."""
    return wanted if wanted and is_id(wanted) else secrets.token_hex(16)


def shown_name(name: str) -> str:
    """A file's name as it can be shown: without folders and what cannot be printed."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in base if letter.isprintable()).strip()[:NAME_CHARACTERS] or _UNNAMED


_REFUSED_PHOTOS, _ALSO_BY = "refused_photos", "also_by"
_HELD = func.length(UploadRow.body) > 0
# The contents are megabytes: only what asks for them reads them.
_QUERY = select(
    UploadRow.id,
    UploadRow.office,
    UploadRow.purpose,
    UploadRow.name,
    UploadRow.sha256,
    UploadRow.origin,
    UploadRow.by,
    UploadRow.at,
    UploadRow.confirmed_at,
    _HELD.label("is_held"),
)


_DONE = Text(
    "Berkas ini sudah dikonfirmasi. Untuk perubahan, unggah berkas baru.",
    "This file was confirmed already. For changes upload a new one.",
)
_GONE = Text(
    "Isi berkas ini sudah dihapus. Unggah lagi berkasnya; yang sudah masuk tidak terulang.",
    "What was in this file has been deleted. Upload it again; what came in is not taken twice.",
)


def _uploads(office: str, purpose: Purpose) -> Select[Any]:
    return _QUERY.where(UploadRow.office == office, UploadRow.purpose == purpose.value)


def _origin(upload: Upload) -> dict[str, Any]:
    told: dict[str, Any] = {"rows": upload.rows, "done": upload.done, "counts": dict(upload.counts or {})}
    if upload.as_of is not None:
        told |= {"source": upload.source, "as_of": upload.as_of.isoformat()}
    if upload.also_by:
        told[_ALSO_BY] = list(upload.also_by)
    if upload.refused_photos:
        told[_REFUSED_PHOTOS] = {
            key: [each.field, each.code, each.text.id, each.text.en]
            for key, each in upload.refused_photos.items()
        }
    return told


def _upload(row: Row[Any]) -> Upload:
    told = row.origin
    return Upload(
        id=row.id,
        office=row.office,
        purpose=Purpose(row.purpose),
        name=row.name,
        sha256=row.sha256,
        by=row.by,
        at=row.at,
        rows=told["rows"],
        done=told["done"],
        counts=told["counts"],
        source=told.get("source", ""),
        as_of=date.fromisoformat(told["as_of"]) if "as_of" in told else None,
        refused_photos=_photo_problems(told.get(_REFUSED_PHOTOS, {})),
        confirmed_at=row.confirmed_at,
        is_held=bool(row.is_held),
        also_by=tuple(told.get(_ALSO_BY, ())),
    )


def _photo_problems(told: Mapping[str, Sequence[str]]) -> dict[str, Problem]:
    return {key: Problem(field, code, Text(*texts)) for key, (field, code, *texts) in told.items()}
