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
from suket_service.core.verifier import BundleRecords, Record, StationView, Trust, trust_of, unread, verify
from suket_service.errors import RegistryError, SealError
from suket_service.paper import reader
from suket_service.registry import audit, keys, offices, positions
from suket_service.registry.audit import ChainHead
from suket_service.registry.positions import Lost, Registered
from suket_service.registry.session import Registry, Transaction

_STATE_REASONS = {
    LetterState.REVOKED: Reason.REVOKED,
    LetterState.SUPERSEDED: Reason.SUPERSEDED,
    LetterState.SUSPENDED: Reason.SUSPENDED,
}
_LOST_REASONS = {Status.INVALID: Reason.REVOKED_OR_SUPERSEDED, Status.SUSPENDED: Reason.SUSPENDED}


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
        return self._check(text, at, file_sha256=None, where=where)

    def check_file(self, data: bytes, at: datetime) -> Answer:
        """Check a PDF, a photograph or a scan of a letter.

        Raises:
            FileRefused: it is neither PDF nor PNG nor JPEG, or too large.
        """
        found = reader.read(data)
        text = _the_seal(found.texts)
        if isinstance(text, Reason):
            return Answer(unread(text, at, at))
        is_pdf = found.media == "pdf"
        return self._check(text, at, hashlib.sha256(data).hexdigest() if is_pdf else None)

    def _check(
        self, text: str, at: datetime, file_sha256: str | None, where: StationView | None = None
    ) -> Answer:
        try:
            with self._registry.reading() as tx:
                records = _RegistryRecords(tx)
                verdict = verify(text, self._trust(tx, at), records, at, where)
                registered = records.last if verdict.genuine and _is_this(records.last, verdict) else None
                if file_sha256 is not None and registered is not None:
                    printed = positions.printed_files(tx, registered.letter)
                    if printed and file_sha256 not in printed:
                        verdict = verdict.with_caution(Caution.PDF_DIFFERS)
        except RegistryError:
            return Answer(unread(Reason.REGISTRY_UNAVAILABLE, at, None))
        if registered is None:
            return Answer(verdict)
        return Answer(verdict, registered, registered.kind_title, registered.village_name)

    def _trust(self, tx: Transaction, at: datetime) -> Trust:
        # Whoever changes a key, an office or a window appends to the audit in the same transaction,
        # so what was read is good for as long as the chain has not grown.
        head = audit.head(tx)
        held_at, trust = self._held
        if trust is None or held_at != head:
            trust = self._read_trust(tx, at)
            self._held = head, trust
        return replace(trust, data_as_of=at)

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


class _RegistryRecords:
    """The registry as records; remembers the row it found."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.last: Registered | None = None

    def find(self, seal: Seal) -> Record | Reason:
        facts = seal.facts
        self.last = positions.find(self._tx, facts.status_list, facts.status_index)
        if self.last is None:
            lost = positions.find_lost(self._tx, facts.status_list, facts.status_index, facts.issued_on)
            return _word_of_list(lost)
        return Record(_STATE_REASONS.get(self.last.state), self.last.fingerprint, self.last.extended_to)


def _word_of_list(lost: Lost | None) -> Record | Reason:
    # Nobody can compare a lost letter's fingerprint any more, so its list's word counts only against it.
    if lost is None:
        return Reason.NOT_ISSUED
    against = _LOST_REASONS.get(lost.status) if lost.status is not None else None
    return Record(against, None, lost.extended_to) if against else Reason.LIST_MISSING


def _is_this(registered: Registered | None, verdict: Verdict) -> bool:
    # Under a mismatch the row at this position is another person's letter: nothing of it may be told.
    return (
        registered is not None
        and verdict.seal is not None
        and registered.fingerprint == verdict.seal.fingerprint
    )


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
