"""Approved letters get their numbers, positions and seals. Decides nothing about whether they may."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from suket_service.core.kind import Kind
from suket_service.core.resident import Resident
from suket_service.core.seal import NO_PORTRAIT, PORTRAIT_BYTES, SealedFacts, digits, fingerprint, pack
from suket_service.core.signing import SigningKey
from suket_service.errors import CallerError, Text
from suket_service.registry import keys, letters, publications, status
from suket_service.registry.letters import Placement
from suket_service.registry.offices import Circumstances
from suket_service.registry.session import Transaction

#: Clocks are set back by seconds now and then; a larger step back means that the clock is wrong.
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sealing:
    """What sealing takes: the office's unlocked key and the base URL that the symbol names."""

    key: SigningKey
    base_url: str


@dataclass(frozen=True, slots=True)
class ToSeal:
    """One letter to seal; ``portrait`` is the SHA-256 of its stored file."""

    kind: Kind
    resident: Resident
    portrait: bytes | None


def place_all(
    tx: Transaction, wanted: Sequence[ToSeal], under: Circumstances, sealing: Sealing, at: datetime
) -> list[Placement]:
    """Numbers and positions in order, and the seals over them, in the caller's transaction.

    Raises:
        KeyTrouble: the key may not sign this now.
        CallerError: ``clock_behind_series``: time in a series never runs backwards.
    """
    if not wanted:
        return []
    office = under.office
    issued_at = series_time(tx, office.code, at)
    issued_on = office.local_date(issued_at)
    keys.require_active(tx, sealing.key.key, office.code, issued_on)
    counts = Counter(each.kind.code for each in wanted)
    next_serial = {
        kind: letters.take_serials(tx, office.code, kind, issued_on.year, issued_at, count)
        for kind, count in counts.items()
    }
    positions = status.allocate(tx, office.code, len(wanted))
    placements = []
    for each, position in zip(wanted, positions, strict=True):
        serial = next_serial[each.kind.code]
        next_serial[each.kind.code] = serial + 1
        facts = _facts(each, position, issued_on)
        sealed = sealing.key.seal(pack(facts, sealing.key.key.key_id))
        placements.append(
            Placement(
                number=office.number(serial, each.kind.series, issued_on.year),
                letterhead=under.letterhead,
                wording=_wording(each),
                status_list=facts.status_list,
                status_index=facts.status_index,
                issued_on=issued_on,
                valid_until=facts.valid_until,
                sealed=sealed,
                seal_text=f"{sealing.base_url}/s#{digits(sealed)}",
                fingerprint=fingerprint(sealed),
                issued_at=issued_at,
            )
        )
    return placements


def _wording(wanted: ToSeal) -> dict[str, str]:
    kind, village = wanted.kind, wanted.resident.village
    return {
        "title": kind.title,
        "legal_basis": kind.legal_basis,
        "template": kind.template,
        "signature": kind.signature.value,
        "village": village.name,
        "district": village.district,
        "regency": village.regency,
        "province": village.province,
    }


def _facts(wanted: ToSeal, position: tuple[int, int], issued_on: date) -> SealedFacts:
    person = wanted.resident
    return SealedFacts(
        status_list=position[0],
        status_index=position[1],
        nik=person.nik,
        birth_date=person.birth_date,
        issued_on=issued_on,
        valid_until=wanted.kind.valid_until(issued_on),
        kind=wanted.kind.code,
        sex=person.sex,
        village=person.village.code,
        rt=person.rt,
        rw=person.rw,
        portrait=wanted.portrait[:PORTRAIT_BYTES] if wanted.portrait else NO_PORTRAIT,
        name=person.name,
    )


def series_time(tx: Transaction, office: str, at: datetime) -> datetime:
    """The instant that a letter issued now bears: never before the last one.

    Raises:
        CallerError: ``clock_behind_series``.
    """
    # Not before the last publication either: what is issued after it must not bear an earlier day, or
    # a bundle would call the letter never issued.
    earlier = [moment for moment in (letters.last_issue(tx, office), publications.newest_at(tx)) if moment]
    last = max(earlier, default=at)
    if at >= last:
        return at
    if last - at > CLOCK_TOLERANCE:
        raise CallerError(
            "clock_behind_series",
            Text(
                "Jam komputer ini lebih lambat daripada surat terakhir yang terbit. Betulkan jamnya dahulu.",
                "This computer's clock is behind the last letter issued. Set the clock first.",
            ),
        )
    return last
