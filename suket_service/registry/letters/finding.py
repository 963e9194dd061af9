"""Letters found again. Every query that an office's people reach is filtered by that office; only the
one-open-letter rule (by person) looks across offices.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from suket_service.core.kind import SignatureMode
from suket_service.core.letter import CardHandOver, Letter, LetterState, Receiver
from suket_service.core.region import Village
from suket_service.core.seal import check_code
from suket_service.errors import NotFound, Text
from suket_service.registry import offices
from suket_service.registry.ids import is_id
from suket_service.registry.letters.records import Event, LetterRecord, record_of, records
from suket_service.registry.schema import HandOverRow, LetterEventRow, LetterRow, PortraitRow


def events(tx: Connection, letter: str) -> list[Event]:
    """A letter's history, oldest first."""
    rows = tx.execute(
        select(LetterEventRow.at, LetterEventRow.actor, LetterEventRow.action, LetterEventRow.reason)
        .where(LetterEventRow.letter == letter)
        .order_by(LetterEventRow.id)
    )
    return [Event(*row) for row in rows]


def card_hand_over(tx: Connection, letter: str) -> CardHandOver | None:
    """To whom the card went that took a letter's place."""
    row = tx.execute(
        select(HandOverRow.__table__).where(HandOverRow.letter == letter, HandOverRow.thing == "card")
    ).first()
    if row is None:
        return None
    return CardHandOver(Receiver(row.receiver), row.old_letter_returned, row.proxy_name, row.proxy_relation)


def open_replacements_of(tx: Connection, letters: Sequence[str]) -> dict[str, LetterRecord]:
    """The drafts that are to take the place of those letters, by the id of the letter replaced."""
    found = tx.execute(records().where(LetterRow.replaces.in_(letters), LetterRow.closed_at.is_(None)))
    return {row.replaces: record_of(row) for row in found}


def lapsed_at(tx: Connection, nik: str, at: datetime) -> LetterRecord | None:
    """The person's letter, in whatever office, that was closed at that very instant because it had lapsed."""
    states = [LetterState.ISSUED.value, LetterState.SUSPENDED.value]
    row = tx.execute(
        records().where(LetterRow.nik == nik, LetterRow.closed_at == at, LetterRow.state.in_(states))
    ).first()
    return None if row is None else record_of(row)


def open_letters_of(tx: Connection, niks: Sequence[str]) -> dict[str, LetterRecord]:
    """The open letters of those people by NIK, in whatever office; no draft of a replacement."""
    found = tx.execute(
        records().where(
            LetterRow.nik.in_(niks),
            LetterRow.closed_at.is_(None),
            LetterRow.replaces.is_(None) | LetterRow.number.is_not(None),
        )
    )
    return {row.nik: record_of(row) for row in found}


def by_request_keys(tx: Connection, office: str, keys: Sequence[str]) -> dict[str, LetterRecord]:
    """The letters that these requests already led to, by request key."""
    found = tx.execute(records().where(LetterRow.office == office, LetterRow.request_key.in_(keys)))
    return {row.request_key: record_of(row) for row in found}


def by_ids(tx: Connection, office: str, ids: Sequence[str]) -> list[LetterRecord]:
    """Letters of an office that are known to exist, in the order asked for."""
    # The office is asked of what came: in the query it makes SQLite walk the whole office by its index.
    found = tx.execute(records().where(LetterRow.id.in_(ids))) if ids else ()
    by_id = {row.id: record_of(row) for row in found if row.office == office}
    return [by_id[each] for each in ids]


def by_id(tx: Connection, office: str, letter: str) -> LetterRecord:
    """One letter of an office.

    Raises:
        NotFound: no such letter here.
    """
    row = None
    if is_id(letter):
        row = tx.execute(records().where(LetterRow.office == office, LetterRow.id == letter)).first()
    if row is None:
        raise no_letter()
    return record_of(row)


def by_numbers(tx: Connection, office: str, numbers: Sequence[str]) -> dict[str, LetterRecord]:
    """Those letters of an office that exist, by number."""
    found = tx.execute(records().where(LetterRow.office == office, LetterRow.number.in_(numbers)))
    return {row.number: record_of(row) for row in found}


def by_number(tx: Connection, office: str, number: str) -> LetterRecord:
    """One letter of an office by its number.

    Raises:
        NotFound: no such letter here.
    """
    row = tx.execute(records().where(LetterRow.office == office, LetterRow.number == number)).first()
    if row is None:
        raise no_letter()
    return record_of(row)


def search(
    tx: Connection,
    office: str,
    states: Sequence[LetterState] = (),
    village: str | None = None,
    batch: str | None = None,
    limit: int | None = None,
) -> list[LetterRecord]:
    """An office's letters, oldest first."""
    query = records().where(LetterRow.office == office)
    if states:
        query = query.where(LetterRow.state.in_([state.value for state in states]))
    if village is not None:
        query = query.where(LetterRow.village == village)
    if batch is not None:
        query = query.where(LetterRow.batch == batch)
    # By position, not by the number's text, which puts 10000 before 9999.
    position = (LetterRow.status_list.nulls_first(), LetterRow.status_index.nulls_first())
    query = query.order_by(LetterRow.created_at, *position, LetterRow.id).limit(limit)
    return [record_of(row) for row in tx.execute(query)]


def as_printed(tx: Connection, record: LetterRecord) -> Letter:
    """Everything the paper of an issued letter shows.

    Raises:
        NotFound: it was never issued, so there is nothing to print.
    """
    row = tx.execute(
        select(LetterRow.seal_text, LetterRow.letterhead, LetterRow.wording, PortraitRow.jpeg)
        .outerjoin(PortraitRow, PortraitRow.sha256 == LetterRow.portrait)
        .where(LetterRow.id == record.id)
    ).one()
    if (
        record.number is None
        or record.issued_on is None
        or record.issued_at is None
        or record.fingerprint is None
    ):
        raise NotFound(
            "not_issued_yet",
            Text("Surat ini belum diterbitkan.", "This letter has not been issued yet."),
        )
    # Kinds are reworded and regions renamed; a letter is printed again as it was issued.
    words = row.wording
    village = Village(
        record.resident.village.code, words["village"], words["district"], words["regency"], words["province"]
    )
    return Letter(
        id=record.id,
        number=record.number,
        kind=replace(
            offices.kinds(tx)[record.kind],
            title=words["title"],
            legal_basis=words["legal_basis"],
            template=words["template"],
            signature=SignatureMode(words.get("signature", SignatureMode.WET)),
        ),
        office=offices.office(tx, record.office),
        letterhead=offices.letterhead(tx, record.office, row.letterhead),
        resident=replace(record.resident, village=village),
        reason=record.reason,
        issued_on=record.issued_on,
        valid_until=record.sealed_valid_until,
        issued_at=record.issued_at,
        seal_text=row.seal_text,
        check_code=check_code(record.fingerprint),
        portrait=row.jpeg,
    )


def seal_text(tx: Connection, letter: str) -> str:
    """What the symbol of an issued letter holds."""
    return tx.execute(select(LetterRow.seal_text).where(LetterRow.id == letter)).scalar() or ""


def portrait(tx: Connection, sha256: bytes) -> bytes | None:
    """A stored portrait's JPEG; callers come by its digest through a letter of their own office."""
    return tx.execute(select(PortraitRow.jpeg).where(PortraitRow.sha256 == sha256)).scalar()


def no_letter() -> NotFound:
    """The one answer for a letter that is not there and for another office's."""
    return NotFound(
        "no_letter",
        Text(
            "Surat dengan nomor itu tidak ditemukan di kantor ini.",
            "No letter of that number in this office.",
        ),
    )
