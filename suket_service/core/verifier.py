"""Verifying, as the numbered steps of design.md section 4. Asks no database and reads no clock.

Said of a seal that passes: an office's key sealed exactly these facts, and by what is known as of
``data_as_of`` the letter holds. Not said: that the paper is the original, that the portrait on it
is the stored one, or that its bearer is the person. The same steps, in the same order and with the
same reason codes, run in the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from typing import Protocol

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose
from suket_service.core.kind import IssuingWindow, is_open
from suket_service.core.seal import Seal, parse, read_digits, read_text
from suket_service.core.signing import check_seal
from suket_service.core.status_list import Status
from suket_service.core.trust_bundle import OfficeFacts, TrustBundle
from suket_service.core.verdict import Caution, Note, Reason, Verdict
from suket_service.errors import SealError

DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Record:
    """What is on record under a seal's (list, index)."""

    state: Reason | None  # REVOKED, SUPERSEDED, REVOKED_OR_SUPERSEDED, SUSPENDED; None: in force
    fingerprint: bytes | None  # whole, or its first bytes; None when the holder has none
    extended_to: date | None = None


class Records(Protocol):
    """The registry, or a bundle's lists."""

    def find(self, seal: Seal) -> Record | Reason:
        """The record, or why there is none: NOT_ISSUED, LIST_MISSING, NEWER_THAN_LIST."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a verifier believes, and how old that is. ``stale_after`` is set only without a network."""

    environment: str
    hosts: tuple[str, ...]
    keys: KeyRing
    offices: Mapping[str, OfficeFacts]
    windows: tuple[IssuingWindow, ...]
    data_as_of: datetime
    issued_at: datetime | None = None
    stale_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class StationView:
    """Where a letter is shown. ``presented``: whether it is known to have been shown before."""

    station: StationFacts
    election: ElectionFacts
    presented: bool = False


@dataclass(slots=True)
class _Findings:
    reasons: list[Reason] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """Steps 1 to 3: a seal, or why there is none; and the origin of the link it was read from."""

    seal: Seal | None
    reason: Reason | None = None
    origin: str | None = None


def read(text: str, environment: str) -> Reading:
    """The seal in the text of one symbol; proves nothing.

    Args:
        text: what the scanner read, nothing stripped.
        environment: in the demo alone a link may begin with ``http://``.
    """
    origin = None
    try:
        # (1) The text form. (2) Digits to bytes. (3) Parse.
        seal_text = read_text(text, allow_http=environment == DEMO)
        origin = seal_text.origin
        return Reading(parse(read_digits(seal_text.digits)), origin=origin)
    except SealError as error:
        return Reading(None, Reason(error.reason), origin)


def verify(
    text: str, trust: Trust, records: Records, at: datetime, where: StationView | None = None
) -> Verdict:
    """Check the text of one symbol.

    Args:
        text: what the scanner read, nothing stripped.
        trust: keys, hosts and offices believed.
        records: where the letter's fate is looked up.
        at: now, aware.
        where: the polling station that asks, if one does; it gets notes of its own.
    """
    return judge(read(text, trust.environment), trust, records, at, where)


def judge(
    reading: Reading, trust: Trust, records: Records, at: datetime, where: StationView | None = None
) -> Verdict:
    """Check what was read, from step 4 on."""
    found = _Findings()
    if reading.origin is not None and reading.origin.partition("://")[2] not in trust.hosts:
        found.cautions.append(Caution.FOREIGN_HOST)
    if reading.seal is None:
        return _unproven(reading.reason or Reason.NOT_A_SEAL, trust, at, found)
    verdict = _judge(reading.seal, trust, records, at, found)
    return verdict if where is None else _with_station_notes(verdict, where)


def unread(reason: Reason, at: datetime, data_as_of: datetime | None) -> Verdict:
    """The verdict on something that is no readable seal, or that could not be looked up at all."""
    return Verdict((reason,), (), (), at, data_as_of, genuine=False, seal=None)


def _judge(seal: Seal, trust: Trust, records: Records, at: datetime, found: _Findings) -> Verdict:
    # (4) The key is looked up by its id, never tried in turn.
    key = trust.keys.find(seal.key_id)
    if key is None:
        return _unproven(Reason.KEY_UNKNOWN, trust, at, found)
    # (5) The signature.
    if not check_seal(key, seal.body, seal.signature):
        return _unproven(Reason.SIGNATURE_INVALID, trust, at, found)
    # (6) The key's scope.
    office = trust.offices.get(key.scope.office or "")
    if office is None or not _in_scope(seal, key, trust.environment):
        return _unproven(Reason.KEY_OUT_OF_SCOPE, trust, at, found)
    today = at.astimezone(timezone(office.utc_offset)).date()
    record = records.find(seal)
    if key.state is KeyState.REVOKED:
        # What a stolen key signed is believed only where the office's own record vouches for it.
        if not isinstance(record, Record) or not _same(record.fingerprint, seal.fingerprint):
            return _unproven(Reason.KEY_REVOKED, trust, at, found)
        found.cautions.append(Caution.KEY_REVOKED)
    until = _check_record(record, seal, found)  # (7) and (8)
    if not {Reason.NOT_ISSUED, Reason.FINGERPRINT_DIFFERS} & set(found.reasons):
        _check_freshness(trust, at, found)  # (9)
        _check_dates(seal, until, today, found)  # (10)
    if not is_open(trust.windows, office.code, seal.facts.kind, seal.facts.issued_on):
        found.cautions.append(Caution.ISSUED_OUTSIDE_WINDOW)
    if trust.stale_after is not None:
        found.notes.append(Note.PORTRAIT_UNCHECKED)
    return Verdict(
        tuple(found.reasons),
        tuple(found.cautions),
        tuple(found.notes),
        checked_at=at,
        data_as_of=trust.data_as_of,
        genuine=True,
        seal=seal,
        office=office.code,
        valid_until=until,
    )


def _with_station_notes(verdict: Verdict, where: StationView) -> Verdict:
    if verdict.seal is None:
        return verdict
    facts, notes = verdict.seal.facts, list(verdict.notes)
    if facts.village != where.station.village:
        notes.append(Note.OTHER_VILLAGE)
    elif not where.station.serves(facts.rt, facts.rw):
        notes.append(Note.OTHER_NEIGHBOURHOOD)
    if not where.election.is_open(verdict.checked_at):
        notes.append(Note.OUTSIDE_HOURS)
    if where.presented:
        notes.append(Note.PRESENTED_BEFORE)
    return replace(verdict, notes=tuple(notes))


def _unproven(reason: Reason, trust: Trust, at: datetime, found: _Findings) -> Verdict:
    return Verdict((reason,), tuple(found.cautions), (), at, trust.data_as_of, genuine=False, seal=None)


def _in_scope(seal: Seal, key: Key, environment: str) -> bool:
    scope, facts = key.scope, seal.facts
    return (
        key.purpose is Purpose.SEAL
        and scope.environment == environment
        and facts.status_list in scope.lists
        and facts.village.startswith(scope.villages)
        and scope.signs_from <= facts.issued_on
        and (scope.signs_until is None or facts.issued_on <= scope.signs_until)
    )


def _same(on_record: bytes | None, fingerprint: bytes) -> bool:
    # A bundle holds the first bytes only; an empty record would match everything, so it matches nothing.
    return bool(on_record) and on_record is not None and fingerprint.startswith(on_record)


def _check_record(record: Record | Reason, seal: Seal, found: _Findings) -> date | None:
    """Steps 7 and 8; returns the last valid day, with an extension where there is one."""
    if isinstance(record, Reason):
        found.reasons.append(record)
    elif record.fingerprint is not None and not _same(record.fingerprint, seal.fingerprint):
        found.reasons.append(Reason.FINGERPRINT_DIFFERS)
    else:
        if record.state is not None:
            found.reasons.append(record.state)
        if record.extended_to is not None:
            found.notes.append(Note.EXTENDED)
            return record.extended_to
    return seal.facts.valid_until


def _check_freshness(trust: Trust, at: datetime, found: _Findings) -> None:
    if trust.stale_after is not None and at > trust.stale_after:
        found.reasons.append(Reason.LIST_STALE)
    if trust.issued_at is not None and at < trust.issued_at:
        found.reasons.append(Reason.CLOCK_BEHIND)


def _check_dates(seal: Seal, until: date | None, today: date, found: _Findings) -> None:
    if today < seal.facts.issued_on:
        found.reasons.append(Reason.NOT_YET_VALID)
    if until is not None and today > until:
        found.reasons.append(Reason.EXPIRED)


class BundleRecords:
    """A trust bundle as records: what is known without a network."""

    def __init__(self, bundle: TrustBundle) -> None:
        self._bundle = bundle

    def find(self, seal: Seal) -> Record | Reason:
        """The list's word; a list cannot tell revoked from superseded."""
        facts = seal.facts
        snapshot = self._bundle.lists.get(facts.status_list)
        if snapshot is None:
            return Reason.LIST_MISSING
        try:
            status = snapshot.statuses[facts.status_index]
        except IndexError:
            status = Status.NOT_ISSUED
        if facts.status_index >= snapshot.next_index:
            if snapshot.gap is not None and snapshot.gap.covers(facts.issued_on):
                return Reason.LIST_MISSING  # a restore lost this part of the list: nobody can tell
            office = self._bundle.offices[snapshot.office]
            as_of = self._bundle.as_of.astimezone(timezone(office.utc_offset)).date()
            return Reason.NOT_ISSUED if facts.issued_on < as_of else Reason.NEWER_THAN_LIST
        if status == Status.NOT_ISSUED:
            return Reason.NOT_ISSUED
        state = {Status.INVALID: Reason.REVOKED_OR_SUPERSEDED, Status.SUSPENDED: Reason.SUSPENDED}.get(
            Status(status)
        )
        return Record(
            state,
            snapshot.fingerprints.get(facts.status_index),
            self._bundle.extensions.get((facts.status_list, facts.status_index)),
        )


def trust_of(bundle: TrustBundle) -> Trust:
    """Whom the holder of ``bundle`` believes."""
    return Trust(
        environment=bundle.environment,
        hosts=bundle.hosts,
        keys=bundle.keys,
        offices=bundle.offices,
        windows=bundle.windows,
        data_as_of=bundle.as_of,
        issued_at=bundle.issued_at,
        stale_after=bundle.stale_after,
    )
