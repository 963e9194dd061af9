"""Letters written: added, approved, placed, changed, closed, printed. Decides nothing and signs nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from suket_service.core.letter import CardHandOver, LetterState
from suket_service.registry.letters.records import NewEvent, NewLetter, Placement, person_values, portrait_key
from suket_service.registry.schema import HandOverRow, LetterEventRow, LetterRow, PortraitRow, PrintingRow

_PLACED = (
    "number",
    "letterhead",
    "wording",
    "status_list",
    "status_index",
    "issued_on",
    "sealed_valid_until",
    "sealed",
    "seal_text",
    "fingerprint",
    "issued_at",
)


def add(tx: Connection, new: Sequence[NewLetter], at: datetime) -> None:
    """Add letters as drafts, or straight as issued where they are approved and placed; portraits too."""
    if not new:
        return
    keep_portraits(tx, [each.draft.portrait for each in new if each.draft.portrait])
    tx.execute(insert(LetterRow.__table__), [_values(each, at) for each in new])  # type: ignore[arg-type]


def keep_portraits(tx: Connection, jpegs: Sequence[bytes]) -> None:
    """Store those portraits that are not held yet."""
    by_key = {portrait_key(jpeg): jpeg for jpeg in jpegs}
    held = set(tx.execute(select(PortraitRow.sha256).where(PortraitRow.sha256.in_(by_key))).scalars())
    fresh = [{"sha256": key, "jpeg": jpeg} for key, jpeg in by_key.items() if key not in held]
    if fresh:
        tx.execute(insert(PortraitRow.__table__), fresh)  # type: ignore[arg-type]


def _values(new: NewLetter, at: datetime) -> dict[str, Any]:
    draft = new.draft
    placed = dict.fromkeys(_PLACED) if new.placement is None else _placed(new.placement)
    return {
        "id": draft.id,
        "office": draft.office,
        "kind": draft.kind,
        "reason": draft.reason,
        "portrait": portrait_key(draft.portrait) if draft.portrait else None,
        "request_key": draft.request_key,
        "request_digest": draft.request_digest,
        "replaces": draft.replaces,
        "override_reason": draft.override_reason,
        "reason_code": draft.reason_code,
        "papers": None if draft.papers is None else dict(draft.papers),
        "batch": draft.batch,
        "requested_by": draft.requested_by,
        "approved_by": new.approved_by,
        "created_at": at,
        **person_values(draft.resident),
        **placed,
        "state": (LetterState.DRAFT if new.placement is None else LetterState.ISSUED).value,
    }


def _placed(placement: Placement) -> dict[str, Any]:
    return {
        "number": placement.number,
        "letterhead": placement.letterhead,
        "wording": dict(placement.wording),
        "status_list": placement.status_list,
        "status_index": placement.status_index,
        "issued_on": placement.issued_on,
        "sealed_valid_until": placement.valid_until,
        "sealed": placement.sealed,
        "seal_text": placement.seal_text,
        "fingerprint": placement.fingerprint,
        "issued_at": placement.issued_at,
    }


def add_events(tx: Connection, new: Sequence[NewEvent]) -> None:
    """Add to letters' histories."""
    if new:
        rows = [
            {
                "letter": each.letter,
                "at": each.at,
                "actor": each.actor,
                "action": each.action,
                "reason": each.reason,
            }
            for each in new
        ]
        tx.execute(insert(LetterEventRow.__table__), rows)  # type: ignore[arg-type]


def set_approved(tx: Connection, letter: str, by: str) -> None:
    """A draft becomes approved."""
    tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter)
        .values(state=LetterState.APPROVED.value, approved_by=by)
    )


def place(tx: Connection, letter: str, placement: Placement) -> None:
    """An approved letter becomes issued: number, position and seal, once and for all."""
    tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter)
        .values(state=LetterState.ISSUED.value, **_placed(placement))
    )


def set_state(tx: Connection, letter: str, state: LetterState) -> None:
    """An issued letter is suspended, or resumed."""
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(state=state.value))


def extend(tx: Connection, letter: str, until: date) -> None:
    """A letter is valid for longer than its paper and its seal say."""
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(extended_to=until))


def close(tx: Connection, letter: str, at: datetime, state: LetterState | None = None) -> None:
    """Close a letter: it no longer counts as the person's open one. None keeps its state (it lapsed)."""
    values: dict[str, Any] = {"closed_at": at}
    if state is not None:
        values["state"] = state.value
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(**values))


def reopen(tx: Connection, letter: str) -> None:
    """A letter that a draft had closed because it had lapsed stands again."""
    tx.execute(update(LetterRow).where(LetterRow.id == letter).values(closed_at=None))


def add_card_hand_over(tx: Connection, letter: str, given: CardHandOver, by: str, at: datetime) -> None:
    """Record to whom the card went that took a letter's place."""
    tx.execute(
        insert(HandOverRow).values(
            letter=letter,
            thing="card",
            receiver=given.receiver.value,
            proxy_name=given.proxy_name,
            proxy_relation=given.proxy_relation,
            old_letter_returned=given.old_letter_returned,
            by=by,
            at=at,
        )
    )


def add_printing(tx: Connection, letter: str, sha256: str, renderer: str, by: str, at: datetime) -> None:
    """Record a PDF that was handed out; the same file again is recorded again."""
    tx.execute(
        insert(PrintingRow).values(
            letter=letter, sha256=sha256, renderer=renderer, printed_by=by, printed_at=at
        )
    )
