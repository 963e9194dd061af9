"""What devices send: kept once each, in any order, any number of times. Asks no phone for the truth of its clock.

Station, election and office are the device's own; nothing in a body moves an event elsewhere.
"""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from suket_service.core.device_proof import shown_proof
from suket_service.presenting.calling import Caller, standing
from suket_service.presenting.enrolling import ACTOR
from suket_service.presenting.events import Malformed, Told, read
from suket_service.presenting.replies import Answer, Reply, reply
from suket_service.registry import audit, devices, presentations
from suket_service.registry.devices import SyncReport
from suket_service.registry.presentations import Kept, Position
from suket_service.registry.session import Registry, Transaction

#: Events in one call.
MOST_AT_ONCE = 500
#: Of one device in all: more letters than any station is shown in a day, many times over.
MOST_EVENTS = 20_000
MOST_UNPROVEN = 200
#: Of one device about one letter: what conflicts cost grows with the square of it, for every phone that asks.
MOST_OF_ONE_LETTER = 100
#: A device that only asks is noted no more often than this.
_NOTED_EVERY = timedelta(minutes=1)


def present(
    registry: Registry,
    device: str,
    events: Sequence[object],
    after: int,
    report: SyncReport,
    at: datetime,
) -> Reply:
    """Keep what a device sends, and tell it what came since its cursor.

    Args:
        registry: where it is kept.
        device: whose call was proven.
        events: as sent, ``MOST_AT_ONCE`` at most; one that is malformed is refused alone.
        after: the cursor of the last reply; 0 at first.
        report: what the device says of itself.
        at: now.

    Raises:
        NotAllowed: as ``who_calls`` says.
    """
    sent = [read(each) for each in events]
    if any(isinstance(each, Told) for each in sent):
        with registry.writing() as tx:
            answers = _receive(tx, standing(tx, device, at), sent, at)
            devices.note_sync(tx, device, report, at)
    else:
        answers = [_malformed(each) for each in sent if isinstance(each, Malformed)]
        _note(registry, device, report, at)
    with registry.reading() as tx:
        return reply(tx, standing(tx, device, at), answers, after, at)


def _receive(tx: Transaction, caller: Caller, sent: Sequence[Told | Malformed], at: datetime) -> list[Answer]:
    told = [each for each in sent if isinstance(each, Told)]
    shelf = _Shelf(tx, caller, told)
    answers = [shelf.take(each) if isinstance(each, Told) else _malformed(each) for each in sent]
    presentations.add(tx, caller.election.id, caller.station.id, caller.device.id, shelf.new, at)
    if shelf.new:
        shown = [each for each in shelf.new if each.event.kind == "shown"]
        details = {
            "stored": len(shelf.new),
            "undone": len(shelf.new) - len(shown),
            "unproven": sum(not each.proven for each in shown),
        }
        audit.append(
            tx, at, ACTOR, "presentations.receive", caller.device.id, caller.election.office, details
        )
    return answers


class _Shelf:
    """One device's events: those that are kept, and those of this call that are to be."""

    def __init__(self, tx: Transaction, caller: Caller, told: Sequence[Told]) -> None:
        self.new: list[Kept] = []
        self._station = caller.station.id
        self._kept = presentations.kept_of(tx, caller.device.id, {each.event.id for each in told})
        self._count = presentations.count_of(tx, caller.device.id)
        named = {each.event.position for each in told}
        self._of_letter = Counter(presentations.counts_at(tx, caller.device.id, named))
        claimed = {each.event.position for each in told if each.proof is not None}
        self._letters: Mapping[Position, tuple[str, bytes]] = presentations.letters_at(tx, claimed)
        self._unproven = self._count.unproven

    def take(self, told: Told) -> Answer:
        """What becomes of one event; what came first under an id stays."""
        event = told.event
        kept = self._kept.get(event.id)
        if kept is not None:
            if kept.event != event:
                return Answer(event.id, "refused", "event_differs")
            return Answer(event.id, "known" if _counts(kept) else "unproven")
        letter = self._proven_letter(told)
        kept = Kept(event, letter is not None, letter)
        if self._is_too_many(event.position):
            return Answer(event.id, "refused", "too_many_events")
        if not _counts(kept):
            if self._unproven >= MOST_UNPROVEN:
                return Answer(event.id, "refused", "too_many_unproven")
            self._unproven += 1
        self.new.append(kept)
        self._of_letter[event.position] += 1
        self._kept[event.id] = kept
        return Answer(event.id, "stored" if _counts(kept) else "unproven")

    def _is_too_many(self, position: Position) -> bool:
        whole = self._count.events + len(self.new)
        return whole >= MOST_EVENTS or self._of_letter[position] >= MOST_OF_ONE_LETTER

    def _proven_letter(self, told: Told) -> str | None:
        on_record = self._letters.get(told.event.position)
        if told.proof is None or on_record is None:
            return None
        letter, fingerprint = on_record
        expected = shown_proof(fingerprint, told.event.id, self._station)
        return letter if hmac.compare_digest(expected, told.proof) else None


def _counts(kept: Kept) -> bool:
    return kept.proven or kept.event.kind == "undone"


def _malformed(each: Malformed) -> Answer:
    return Answer(each.id, "refused", each.code)


def _note(registry: Registry, device: str, report: SyncReport, at: datetime) -> None:
    with registry.reading() as tx:
        last = standing(tx, device, at).device.synced_at
    if last is None or at - last >= _NOTED_EVERY or at < last:
        with registry.writing() as tx:
            devices.note_sync(tx, device, report, at)
