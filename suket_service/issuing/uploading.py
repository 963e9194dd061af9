"""Files of requests and their portraits, kept while an operator looks at them. Judges no row, drafts nothing."""

import hashlib
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from suket_service.errors import FieldError, FileRefused, Problem, Text
from suket_service.issuing.preparing import PortraitOpener
from suket_service.paper import portrait
from suket_service.registry import audit, staff, uploads
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role
from suket_service.registry.uploads import NAME_CHARACTERS, Purpose, Upload
from suket_service.sheets import kept, photo_archive
from suket_service.sheets.request_table import read_people

MOST_PHOTOS = 2_000  # that a file may hold in all
#: For so long one request works on pictures, in seconds; the rest is named, to be sent again.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was handed in."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Pictures as they will be stored, and why the others cannot be, by key."""

    jpegs: Mapping[str, bytes]
    refused: Mapping[str, Problem]


def keep_upload(
    registry: Registry,
    office: str,
    by: str,
    file: GivenFile,
    pictures: Sequence[GivenFile],
    at: datetime,
    upload_id: str | None = None,
    mends: str | None = None,
) -> str:
    """Keep a file of requests, with the pictures that its rows name; returns its id. No row is judged yet.

    Args:
        registry: where it is kept.
        office: whose it is.
        by: who hands it in.
        file: CSV or XLSX.
        pictures: JPEG or PNG files, or ZIPs of them.
        at: now.
        upload_id: the same again is the same upload, handed in twice; unless it has the form of an id, a fresh one.
        mends: the file whose rows are mended in this one: its portraits come along.

    Raises:
        FileRefused: it cannot be read as a table of requests; a ZIP cannot be read, or there is too much, with
            the portraits that come along.
        NotFound: the file to be mended is not there, or another office's.
        NotAllowed: ``by`` is no operator of this office.
    """
    rows = read_people(file.data)
    drawn = _draw(pictures)
    kept_as = Upload(
        id=uploads.an_id(upload_id),
        office=office,
        purpose=Purpose.REQUESTS,
        name=uploads.shown_name(file.name),
        sha256=hashlib.sha256(file.data).hexdigest(),
        by=by,
        at=at,
        rows=len(rows),
        refused_photos=drawn.refused,
    )
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        if uploads.exists(tx, office, kept_as.id):
            return kept_as.id
        mended = None if mends is None else uploads.by_id(tx, office, Purpose.REQUESTS, mends)
        uploads.add(tx, kept_as if mended is None else _with_hands(kept_as, mended), kept.pack(rows))
        if mended is not None:
            uploads.copy_photos(tx, mended.id, kept_as.id)
        uploads.let_go_of_old(tx, at)
        _put_photos(tx, kept_as.id, drawn)
        details = {"purpose": kept_as.purpose.value, "rows": len(rows), "photos": len(drawn.jpegs)}
        audit.append(tx, at, by, "upload.keep", kept_as.id, office, details)
    return kept_as.id


def add_photos(
    registry: Registry, office: str, upload_id: str, by: str, pictures: Sequence[GivenFile], at: datetime
) -> int:
    """Add pictures to a file that is being looked at; returns how many could be used.

    Raises:
        FileRefused: a ZIP cannot be read, or there is too much.
        NotFound, WrongState (``upload_done``, ``upload_gone``), NotAllowed.
    """
    with registry.reading() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        before = uploads.still_open(tx, office, Purpose.REQUESTS, upload_id).refused_photos or {}
    not_taken = [key for key, problem in before.items() if problem.code == _NOT_TAKEN.code]
    drawn = _draw(pictures, not_taken)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        upload = uploads.still_open(tx, office, Purpose.REQUESTS, upload_id)
        _put_photos(tx, upload.id, drawn)
        refused = {**(upload.refused_photos or {}), **drawn.refused}
        if not_taken:  # the same again for their sake: what was taken the last time may stay as it was
            held = set(uploads.photo_keys(tx, upload.id))
            refused = {key: each for key, each in refused.items() if each != _NOT_TAKEN or key not in held}
        left = {key: problem for key, problem in refused.items() if key not in drawn.jpegs}
        also_by = tuple(sorted({*upload.also_by, by} - {upload.by}))
        uploads.update_progress(tx, replace(upload, refused_photos=left, also_by=also_by))
        audit.append(tx, at, by, "upload.add_photos", upload.id, office, {"photos": len(drawn.jpegs)})
    return len(drawn.jpegs)


def discard_upload(registry: Registry, office: str, upload_id: str, by: str, at: datetime) -> None:
    """Let go of a file's contents before it is confirmed. What was drafted from it stays.

    Raises:
        NotFound, WrongState (``upload_done``, ``upload_gone``), NotAllowed.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        upload = uploads.still_open(tx, office, Purpose.REQUESTS, upload_id)
        uploads.let_go(tx, upload)
        audit.append(tx, at, by, "upload.discard", upload.id, office)


def let_go_of_old_uploads(registry: Registry, at: datetime) -> None:
    """Delete what is held of files that nobody needs any more, of every purpose and office.

    Nobody does this and nothing is decided: each file's own entry in the audit said how long it would be held.
    So the audit gets no entry. Whoever uploads does the same on the way.
    """
    with registry.reading() as tx:  # which keeps no writer waiting, most minutes
        if not uploads.holds_old(tx, at):
            return
    with registry.writing() as tx:
        uploads.let_go_of_old(tx, at)


def record_given_back(
    registry: Registry, office: str, upload_id: str, by: str, rows: int, at: datetime
) -> None:
    """Record that the refused rows of a file were fetched, to be mended.

    Raises:
        NotFound, NotAllowed.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR)
        upload = uploads.by_id(tx, office, Purpose.REQUESTS, upload_id)
        audit.append(tx, at, by, "upload.give_back", upload.id, office, {"rows": rows})


def photo_key(name: str) -> str:
    """What a picture's name is compared by: without its folder, whatever the case or the composition."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in unicodedata.normalize("NFC", base) if letter.isprintable())
    return plain.strip().casefold()[:NAME_CHARACTERS]


def portraits_of(registry: Registry, upload: Upload) -> PortraitOpener:
    """Finds the portraits that came with a file, by the names in its rows."""

    def portrait_of(name: str) -> bytes:
        key = photo_key(name)
        problem = (upload.refused_photos or {}).get(key)
        if problem is not None:
            raise FieldError(problem)
        with registry.reading() as tx:
            jpeg = uploads.photo(tx, upload.id, key)
        if jpeg is None:
            raise FieldError(_PHOTO_MISSING)
        return jpeg

    return portrait_of


def _with_hands(upload: Upload, mended: Upload) -> Upload:
    """Whoever chose portraits that come along had a hand in this file too."""
    return replace(upload, also_by=tuple(sorted({mended.by, *mended.also_by} - {upload.by})))


def _put_photos(tx: Transaction, upload: str, drawn: _Drawn) -> None:
    if len({*uploads.photo_keys(tx, upload), *drawn.jpegs}) > MOST_PHOTOS:
        raise FileRefused("too_many_photos", _TOO_MANY_PHOTOS)
    uploads.put_photos(tx, upload, drawn.jpegs)


def _draw(pictures: Sequence[GivenFile], not_taken: Collection[str] = ()) -> _Drawn:
    """Every picture made into a portrait at once: nothing else of what a stranger sent is kept.

    Those that were not taken the last time come first, so that the same ZIP again ends some day.
    """
    jpegs: dict[str, bytes] = {}
    refused: dict[str, Problem] = {}
    began = time.monotonic()
    for key, data in _in_order(pictures, not_taken):
        if key in jpegs or key in refused:
            jpegs.pop(key, None)
            refused[key] = _SAME_NAME
        elif (jpegs or refused) and time.monotonic() - began >= PATIENCE:
            refused[key] = _NOT_TAKEN
        else:
            try:
                jpegs[key] = portrait.normalise(data)
            except FieldError as error:
                refused[key] = error.problem
        if len(jpegs) + len(refused) > MOST_PHOTOS:
            raise FileRefused("too_many_photos", _TOO_MANY_PHOTOS)
    return _Drawn(jpegs, refused)


def _in_order(pictures: Sequence[GivenFile], first: Collection[str]) -> Iterator[tuple[str, bytes]]:
    # Unpacked once more rather than held: together they may be a hundred megabytes.
    for wanted in (True, False) if first else (False,):
        for name, data in _unpacked(pictures):
            key = photo_key(name)
            if (key in first) is wanted:
                yield key, data


def _unpacked(pictures: Iterable[GivenFile]) -> Iterable[tuple[str, bytes]]:
    too_large = bytes(portrait.MOST_BYTES + 1)  # what is refused for its size was never unpacked
    for file in pictures:
        if photo_archive.is_archive(file.data):
            for name, data in photo_archive.pictures(file.data, portrait.MOST_BYTES):
                yield name, too_large if data is None else data
        else:
            yield file.name, file.data


_PHOTO_MISSING = Problem(
    "foto",
    "portrait_missing",
    Text(
        "Foto dengan nama ini belum diunggah. Tambahkan fotonya, betulkan namanya, atau kosongkan kolomnya.",
        "No photograph of this name was uploaded. Add it, mend its name, or leave the column empty.",
    ),
)
_NOT_TAKEN = Problem(
    "foto",
    "portrait_not_taken",
    Text(
        "Foto ini belum sempat diambil karena waktunya habis. Tambahkan lagi; yang sudah diambil tetap ada.",
        "There was no time left to take this photograph. Add it again; those that were taken stay.",
    ),
)
_SAME_NAME = Problem(
    "foto",
    "portrait_name_twice",
    Text(
        "Ada lebih dari satu foto dengan nama ini. Beri setiap foto nama sendiri, lalu tambahkan lagi.",
        "There is more than one photograph of this name. Give each a name of its own and add them again.",
    ),
)
_TOO_MANY_PHOTOS = Text(
    f"Satu berkas permohonan memuat paling banyak {MOST_PHOTOS} foto; bagi menjadi beberapa berkas.",
    f"A file of requests takes at most {MOST_PHOTOS} photographs; split it.",
)
