"""The desk: a QR's text, a PDF or a picture in; a verdict out. Joins the core's answer with the registry's facts.

Writes nothing. Any trouble with the registry is ``indeterminate``, never green.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from suket_service.core.letter import LetterState
from suket_service.core.seal import FEWEST_DIGITS, Seal, SealText, read_text
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import OfficeFacts, TrustBundle
from suket_service.core.verdict import Caution, Reason, Verdict
from suket_service.core.verifier import (
    BundleRecords,
    Record,
    StationView,
    Trust,
    judge,
    read,
    trust_of,
    unread,
    verify,
)
from suket_service.errors import RegistryError, SealError
from suket_service.paper import reader
from suket_service.registry import audit, keys, offices, positions
from suket_service.registry.audit import ChainHead
from suket_service.registry.positions import Lost, Position, Registered
from suket_service.registry.session import Registry, Transaction

_STATE_REASONS = {
    LetterState.REVOKED: Reason.REVOKED,
    LetterState.SUPERSEDED: Reason.SUPERSEDED,
    LetterState.SUSPENDED: Reason.SUSPENDED,
}
_LOST_REASONS = {Status.INVALID: Reason.REVOKED_OR_SUPERSEDED, Status.SUSPENDED: Reason.SUSPENDED}
#: Where nothing stands: lists are numbered from 1. What is no seal asks there, and fails with the registry as all do.
_NOWHERE = (0, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, with what the registry says of the letter (online only, and only of a genuine seal)."""

    verdict: Verdict
    registered: Registered | None = None
    kind_title: str | None = None
    village_name: str | None = None  # with its district; offline as the bundle has it


class Desk:
    """Checks against the registry."""

    def __init__(self, registry: Registry, environment: str, host: str) -> None:
        """``environment``: whose keys are believed; ``host``: the host and port our own symbols name."""
        self._registry = registry
        self._environment = environment
        self._host = host
        self._held: tuple[ChainHead | None, Trust | None] = (None, None)

    def check_text(self, text: str, at: datetime, where: StationView | None = None) -> Answer:
        """Check the text of one symbol; ``where``: the polling station that asks, if one does."""
        reading = read(text, self._environment)
        place = (
            (reading.seal.facts.status_list, reading.seal.facts.status_index) if reading.seal else _NOWHERE
        )
        try:
            found, trust = self._look(place, at)
            verdict = judge(reading, trust, _RegistryRecords(self._registry, found.letter), at, where)
        except RegistryError:
            return Answer(unread(Reason.REGISTRY_UNAVAILABLE, at, None))
        letter = found.letter
        if letter is None or not _is_this(letter, verdict):
            return Answer(verdict)
        return Answer(verdict, letter, letter.kind_title, letter.village_name)

    def check_file(self, data: bytes, at: datetime) -> Answer:
        """Check a PDF, a photograph or a scan of a letter.

        Raises:
            FileRefused: it is neither PDF nor PNG nor JPEG, or too large.
        """
        found = reader.read(data)
        text = _the_seal(found.texts)
        if isinstance(text, Reason):
            return Answer(unread(text, at, at))
        answer = self.check_text(text, at)
        if found.media != "pdf" or answer.registered is None:
            return answer
        try:
            with self._registry.reading() as tx:
                printed = positions.printed_files(tx, answer.registered.letter)
        except RegistryError:
            return Answer(unread(Reason.REGISTRY_UNAVAILABLE, at, None))
        if not printed or hashlib.sha256(data).hexdigest() in printed:
            return answer
        return replace(answer, verdict=answer.verdict.with_caution(Caution.PDF_DIFFERS))

    def _look(self, place: tuple[int, int], at: datetime) -> tuple[Position, Trust]:
        # Whoever changes a key, an office or a window appends to the audit in the same transaction,
        # so what was read is good for as long as the chain has not grown.
        found = positions.look(self._registry, *place)
        held_at, trust = self._held
        if trust is None or held_at != found.head:
            with self._registry.reading() as tx:  # letter and trust are of one moment
                found = positions.look_within(tx, *place)
                if trust is None or held_at is None or not _still_holds(tx, held_at):
                    trust = self._read_trust(tx, at)
            self._held = found.head, trust
        return found, replace(trust, data_as_of=at)

    def _read_trust(self, tx: Transaction, at: datetime) -> Trust:
        return Trust(
            environment=self._environment,
            hosts=(self._host,),
            keys=keys.ring(tx),
            offices={
                each.code: OfficeFacts(each.code, each.name, each.utc_offset) for each in offices.offices(tx)
            },
            windows=offices.windows(tx),
            data_as_of=at,
        )


def check_offline(bundle: TrustBundle, target: str | bytes, at: datetime) -> Answer:
    """Check a QR's text, or a file's bytes, with a trust bundle alone.

    Raises:
        FileRefused: bytes that are neither PDF nor PNG nor JPEG, or too large.
    """
    text = target if isinstance(target, str) else _the_seal(reader.read(target).texts)
    if isinstance(text, Reason):
        return Answer(unread(text, at, bundle.as_of))
    verdict = verify(text, trust_of(bundle), BundleRecords(bundle), at)
    if verdict.seal is None:
        return Answer(verdict)
    kind = bundle.kinds.get(verdict.seal.facts.kind)
    village = bundle.villages.get(verdict.seal.facts.village)
    return Answer(verdict, kind_title=kind.title if kind else None, village_name=village)


def _still_holds(tx: Transaction, held_at: ChainHead) -> bool:
    # The same chain, and nothing in it since then that could change whom we believe.
    if audit.hash_at(tx, held_at.entries) != held_at.hash:
        return False
    return not audit.holds_others(tx, held_at.entries, audit.CHANGES_NO_TRUST)


class _RegistryRecords:
    """The registry as records: the letter that stands at the seal's position, or what is left of it."""

    def __init__(self, registry: Registry, letter: Registered | None) -> None:
        self._registry = registry
        self._letter = letter

    def find(self, seal: Seal) -> Record | Reason:
        letter, facts = self._letter, seal.facts
        if letter is not None:
            return Record(_STATE_REASONS.get(letter.state), letter.fingerprint, letter.extended_to)
        with self._registry.reading() as tx:
            lost = positions.find_lost(tx, facts.status_list, facts.status_index, facts.issued_on)
        return _word_of_list(lost)


def _word_of_list(lost: Lost | None) -> Record | Reason:
    # Nobody can compare a lost letter's fingerprint any more, so its list's word counts only against it.
    if lost is None:
        return Reason.NOT_ISSUED
    against = _LOST_REASONS.get(lost.status) if lost.status is not None else None
    return Record(against, None, lost.extended_to) if against else Reason.LIST_MISSING


def _is_this(registered: Registered, verdict: Verdict) -> bool:
    # Under a mismatch the row at this position is another person's letter: nothing of it may be told.
    return verdict.genuine and verdict.seal is not None and registered.fingerprint == verdict.seal.fingerprint


def _the_seal(texts: Iterable[str]) -> str | Reason:
    """The one text to check: other codes on the page are passed over unless nothing looks like a seal."""
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return Reason.NOT_A_SEAL
    seals = {found.digits: text for text in distinct if (found := _as_seal(text)) is not None}
    if len(seals) > 1:
        return Reason.SEVERAL_CODES
    return next(iter(seals.values()), distinct[0])


def _as_seal(text: str) -> SealText | None:
    # A bare NIK, the barcode of old, has the form too; it is far too short to be a seal.
    try:
        found = read_text(text, allow_http=True)
    except SealError:
        return None
    return found if len(found.digits) >= FEWEST_DIGITS else None
