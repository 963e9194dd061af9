"""The outcome table of design.md section 4, row by row, out of the file that the browser's verifier reads too."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from itertools import combinations
from typing import Any

import pytest

from suket_service.core.election import ElectionFacts, StationFacts
from suket_service.core.keyring import KeyRing, KeyState, Purpose, Scope
from suket_service.core.kind import IssuingWindow
from suket_service.core.seal import NO_PORTRAIT, Seal, digits, pack, parse, read_digits
from suket_service.core.status_list import Status, StatusList
from suket_service.core.trust_bundle import Gap, ListSnapshot, OfficeFacts, TrustBundle, open_bundle
from suket_service.core.verdict import MESSAGES, NOT_COVERED, Caution, Note, Outcome, Reason, Tone, Verdict
from suket_service.core.verifier import BundleRecords, Record, StationView, trust_of, unread, verify
from suket_service.errors import InputError, SealError
from tests.builders import NOON, a_publication_key, a_scope, a_seal_key, a_sealed, text_of
from tests.core.builders import (
    FixedRecords,
    a_bundle,
    facts_of,
    instant,
    online_trust,
    rfc_key,
    signed,
    titles,
    vectors,
)

FILE = vectors("outcomes.json")
BASE, SEALS, CASES = FILE["base"], FILE["seals"], FILE["cases"]
PUBLISHER = a_publication_key()
KEY = rfc_key()
#: What a case without a readable seal is looked up by.
PLAIN = parse(read_digits(SEALS["plain"]["digits"]))


def world_of(case: dict[str, Any]) -> dict[str, Any]:
    world = dict(BASE)
    for name, value in case.get("change", {}).items():
        merged = isinstance(value, dict) and isinstance(world[name], dict)
        world[name] = {**world[name], **value} if merged else value
    return world


def sealed_of(case: dict[str, Any]) -> Seal:
    try:
        return parse(read_digits(SEALS[case["seal"]]["digits"]))
    except (SealError, ValueError):
        return PLAIN


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def ring_of(world: dict[str, Any]) -> KeyRing:
    given = world["key"]
    if given is None:
        return KeyRing()
    scope = Scope(
        environment=given["environment"],
        office=given["office"],
        lists=frozenset(given["lists"]),
        villages=tuple(given["villages"]),
        signs_from=date.fromisoformat(given["signs_from"]),
        signs_until=day(given["signs_until"]),
    )
    return KeyRing([rfc_key(Purpose(given["purpose"]), scope, KeyState(given["state"])).key])


def shared_of(world: dict[str, Any]) -> dict[str, Any]:
    """What online and offline trust have in common."""
    office = OfficeFacts("2172", "Disdukcapil", timedelta(minutes=world["utc_offset_minutes"]))
    return {
        "environment": world["environment"],
        "hosts": tuple(world["hosts"]),
        "keys": ring_of(world),
        "offices": {office.code: office},
        "windows": tuple(
            IssuingWindow(
                each["office"], each["kind"], date.fromisoformat(each["opens_on"]), day(each["closes_on"])
            )
            for each in world["windows"]
        ),
    }


def fingerprint_of(word: str, seal: Seal) -> bytes | None:
    return {"own": seal.fingerprint, "other": seal.fingerprint[::-1]}.get(word)


def gap_of(days: list[str] | None) -> Gap | None:
    return Gap(*map(date.fromisoformat, days)) if days else None


def station_of(world: dict[str, Any]) -> StationView | None:
    given = world["station"]
    if given is None:
        return None
    opens, closes = instant(given["opens_at"]), instant(given["closes_at"])
    return StationView(
        StationFacts(1, "001", given["village"], tuple(given["neighbourhoods"])),
        ElectionFacts(1, "2172", "an election", opens, closes, opens),
        given["presented"],
    )


def bundle_of(world: dict[str, Any], seal: Seal) -> TrustBundle:
    lists, extensions, given, index = {}, {}, world["list"], seal.facts.status_index
    if given is not None:
        size, fingerprint = given.get("size", 128), fingerprint_of(given["fingerprint"], seal)
        exceptions = {index: Status[given["status"].upper()]} if index < given["next_index"] else {}
        prints = {index: fingerprint[:8]} if fingerprint else {}
        if given["fingerprint"] == "neighbour":
            prints = {index + 1: seal.fingerprint[:8]}
        lists[given["number"]] = ListSnapshot(
            given["number"],
            "2172",
            given["next_index"],
            StatusList.pack(
                exceptions.get(at, Status.VALID if at < given["next_index"] else Status.NOT_ISSUED)
                for at in range(size)
            ),
            prints,
            gap_of(given["gap"]),
        )
        if given["extended_to"]:
            whose = index + (given.get("extended") == "neighbour")
            extensions[given["number"], whose] = date.fromisoformat(given["extended_to"])
    return a_bundle(
        **shared_of(world),
        version=int(instant(world["issued_at"]).timestamp()),
        issued_at=instant(world["issued_at"]),
        as_of=instant(world["as_of"]),
        stale_after=instant(world["stale_after"]),
        lists=lists,
        extensions=extensions,
    )


def record_of(world: dict[str, Any], seal: Seal) -> Record | Reason:
    given = world["record"]
    if isinstance(given, str):
        return Reason(given)
    state = Reason(given["state"]) if given["state"] else None
    return Record(state, fingerprint_of(given["fingerprint"], seal), day(given["extended_to"]))


def through_the_wire(bundle: TrustBundle) -> TrustBundle:
    """What a holder reads: signed, and opened again with the publication key's thumbprint."""
    with_publisher = replace(bundle, keys=KeyRing([*bundle.keys, PUBLISHER.key]))
    return open_bundle(signed(with_publisher, PUBLISHER), [PUBLISHER.key.kid])[0]


def verdict_of(case: dict[str, Any]) -> Verdict:
    world, seal = world_of(case), sealed_of(case)
    at, text = instant(world["now"]), world["prefix"] + SEALS[case["seal"]]["digits"]
    if case["source"] == "none":
        [reason] = case["expect"]["reasons"]
        return unread(Reason(reason), at, None)
    if case["source"] == "bundle":
        bundle = through_the_wire(bundle_of(world, seal))
        return verify(text, trust_of(bundle), BundleRecords(bundle), at, station_of(world))
    records = FixedRecords(lambda seal: record_of(world, seal))
    return verify(text, online_trust(**shared_of(world), data_as_of=at), records, at, station_of(world))


# The file


@pytest.mark.parametrize("case", titles(CASES))
def test_a_case_has_exactly_its_outcome(case: dict[str, Any]) -> None:
    verdict = verdict_of(case)
    assert {
        "outcome": verdict.outcome,
        "reasons": list(verdict.reasons),
        "cautions": list(verdict.cautions),
        "notes": list(verdict.notes),
        "tone": verdict.tone,
        "genuine": verdict.genuine,
    } == case["expect"]
    assert verdict.advisories == (*verdict.cautions, *verdict.notes)


@pytest.mark.parametrize("case", titles(case for case in CASES if not case["expect"]["genuine"]))
def test_nothing_of_an_unproven_seal_is_told(case: dict[str, Any]) -> None:
    verdict = verdict_of(case)
    assert (verdict.seal, verdict.office, verdict.valid_until) == (None, None, None)
    told = repr(verdict)
    for secret in ("2172031708950003", "SUHARTINI", "2172031001", PLAIN.fingerprint.hex(), "1995"):
        assert secret not in told


@pytest.mark.parametrize("case", titles(case for case in CASES if case["expect"]["genuine"]))
def test_a_genuine_seal_is_told_whole(case: dict[str, Any]) -> None:
    verdict = verdict_of(case)
    assert verdict.seal is not None
    assert verdict.seal.facts == facts_of(SEALS[case["seal"]]["facts"])
    assert verdict.office == "2172"
    extended = Note.EXTENDED in verdict.notes
    assert verdict.valid_until == (date(2027, 8, 19) if extended else verdict.seal.facts.valid_until)


@pytest.mark.parametrize("name", [name for name, seal in SEALS.items() if "facts" in seal])
def test_a_sealed_text_of_the_file_is_what_its_facts_give(name: str) -> None:
    body = pack(facts_of(SEALS[name]["facts"]), KEY.key.key_id)
    assert digits(KEY.seal(body)) == SEALS[name]["digits"]


@pytest.mark.parametrize("name", [name for name, seal in SEALS.items() if "changed_byte" in seal])
def test_an_altered_text_of_the_file_differs_in_one_byte(name: str) -> None:
    change = SEALS[name]["changed_byte"]
    sealed = bytearray(read_digits(SEALS[change["of"]]["digits"]))
    sealed[change["at"]] ^= change["xor"]
    assert digits(bytes(sealed)) == SEALS[name]["digits"]


def test_every_outcome_reason_and_tone_has_a_case() -> None:
    expected = [case["expect"] for case in CASES]
    assert {each["outcome"] for each in expected} == set(Outcome)
    assert {reason for each in expected for reason in each["reasons"]} == set(Reason)
    assert {each["tone"] for each in expected} == set(Tone)
    assert {note for each in expected for note in each["notes"]} == set(Note)
    # A file that differs from the printed one is the desk's to notice.
    assert {each for case in expected for each in case["cautions"]} == set(Caution) - {Caution.PDF_DIFFERS}


def test_no_two_cases_share_a_title() -> None:
    assert len({case["title"] for case in CASES}) == len(CASES)


# The verdict

TABLE = {
    "unreadable": ("grey", "not_a_seal not_canonical format_unknown field_invalid several_codes"),
    "forged": ("red", "signature_invalid key_out_of_scope"),
    "unknown_issuer": ("amber", "key_unknown"),
    "mismatch": ("red", "fingerprint_differs"),
    "unregistered": ("red", "not_issued"),
    "revoked": ("red", "revoked revoked_or_superseded"),
    "superseded": ("red", "superseded"),
    "indeterminate": (
        "amber",
        "list_missing list_stale newer_than_list clock_behind key_revoked registry_unavailable typed_only",
    ),
    "suspended": ("amber", "suspended"),
    "not_yet_valid": ("amber", "not_yet_valid"),
    "expired": ("amber", "expired"),
    "valid": ("green", ""),
}
ORDER = list(TABLE)
OUTCOME_OF = {
    Reason(reason): outcome for outcome, (_, reasons) in TABLE.items() for reason in reasons.split()
}


def a_verdict(*reasons: Reason) -> Verdict:
    return Verdict(reasons, (), (), NOON, NOON, genuine=True, seal=None)


def test_the_table_knows_every_outcome_and_reason() -> None:
    assert list(Outcome) == ORDER
    assert set(OUTCOME_OF) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_alone_stands_for_its_outcome_and_tone(reason: Reason) -> None:
    outcome = OUTCOME_OF[reason]
    assert (a_verdict(reason).outcome, a_verdict(reason).tone) == (outcome, TABLE[outcome][0])


@pytest.mark.parametrize(("one", "other"), list(combinations(Reason, 2)))
def test_of_two_reasons_the_first_in_the_table_decides(one: Reason, other: Reason) -> None:
    first = min(OUTCOME_OF[one], OUTCOME_OF[other], key=ORDER.index)
    assert a_verdict(one, other).outcome == a_verdict(other, one).outcome == first


@pytest.mark.parametrize("caution", Caution)
def test_a_caution_takes_away_the_plain_green_and_nothing_else(caution: Caution) -> None:
    green = a_verdict().with_caution(caution)
    assert (green.outcome, green.tone, green.cautions) == (Outcome.VALID, Tone.AMBER, (caution,))
    for reason in Reason:
        cautious = a_verdict(reason).with_caution(caution)
        assert (cautious.outcome, cautious.tone) == (a_verdict(reason).outcome, a_verdict(reason).tone)


@pytest.mark.parametrize("note", Note)
def test_a_note_changes_neither_outcome_nor_tone(note: Note) -> None:
    noted = replace(a_verdict(), notes=(note,))
    assert (noted.outcome, noted.tone) == (Outcome.VALID, Tone.GREEN)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_sentence_in_both_languages(outcome: Outcome) -> None:
    text = MESSAGES[outcome]
    assert text.id
    assert text.en
    assert text.id != text.en


def test_a_list_s_word_is_not_told_as_revoked_alone() -> None:
    by_list = a_verdict(Reason.REVOKED_OR_SUPERSEDED).message
    assert by_list != a_verdict(Reason.REVOKED).message
    assert "superseded" in by_list.en
    assert (
        a_verdict(Reason.REVOKED_OR_SUPERSEDED, Reason.FINGERPRINT_DIFFERS).message
        == MESSAGES[Outcome.MISMATCH]
    )


def test_an_answer_names_what_the_seal_does_not_cover() -> None:
    assert set(NOT_COVERED) == {"portrait_as_printed", "letter_number", "birth_place", "street"}


# What the verifier asks and says


def test_an_answer_carries_its_time_and_the_age_of_its_data() -> None:
    at = NOON + timedelta(hours=1)
    verdict = verify(text_of(a_sealed(KEY)), online_trust(KEY.key), FixedRecords(), at)
    assert (verdict.checked_at, verdict.data_as_of) == (at, NOON)
    unreadable = verify("x", online_trust(KEY.key), FixedRecords(), at)
    assert (unreadable.checked_at, unreadable.data_as_of) == (at, NOON)


def test_a_key_is_looked_up_by_its_id_and_never_tried_in_turn() -> None:
    # Signed by KEY, but naming another key of the ring.
    other = a_seal_key()
    sealed = KEY.seal(pack(PLAIN.facts, other.key.key_id))
    verdict = verify(digits(sealed), online_trust(KEY.key, other.key), FixedRecords(), NOON)
    assert verdict.reasons == (Reason.SIGNATURE_INVALID,)


def test_what_a_key_on_standby_signs_is_judged_as_an_active_key_s() -> None:
    # It must not sign; but a holder whose bundle is older than its activation has to believe it.
    standby = rfc_key(state=KeyState.STANDBY)
    bundle = a_bundle([standby.key])
    text = text_of(a_sealed(standby))
    assert verify(text, online_trust(standby.key), FixedRecords(), NOON).outcome is Outcome.VALID
    assert verify(text, trust_of(bundle), BundleRecords(bundle), NOON).reasons == (
        Reason.FINGERPRINT_DIFFERS,
    )
    text = text_of(a_sealed(standby, status_index=1))
    assert verify(text, trust_of(bundle), BundleRecords(bundle), NOON).outcome is Outcome.VALID


@pytest.mark.parametrize("state", [KeyState.STANDBY, KeyState.ACTIVE])
def test_production_does_not_believe_a_demo_key_whatever_its_state(state: KeyState) -> None:
    demo = rfc_key(scope=a_scope(environment="demo"), state=state)
    verdict = verify(text_of(a_sealed(demo)), online_trust(demo.key), FixedRecords(), NOON)
    assert verdict.reasons == (Reason.KEY_OUT_OF_SCOPE,)


GAP = Gap(date(2026, 11, 18), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("index", "issued_on", "reason"),
    [
        (5, date(2026, 11, 17), Reason.NOT_ISSUED),
        (5, date(2026, 11, 18), Reason.LIST_MISSING),
        (5, date(2026, 11, 20), Reason.LIST_MISSING),
        (900_000, date(2026, 11, 19), Reason.LIST_MISSING),
        (5, date(2026, 11, 21), Reason.NOT_ISSUED),
        (5, date(2026, 11, 22), Reason.NEWER_THAN_LIST),
    ],
)
def test_what_a_restore_may_have_lost_is_not_called_never_issued(
    index: int, issued_on: date, reason: Reason
) -> None:
    bundle = a_bundle([KEY.key])
    bundle = replace(bundle, lists={1: replace(bundle.lists[1], gap=GAP)})
    seal = a_sealed(KEY, status_index=index, issued_on=issued_on)
    verdict = verify(text_of(seal), trust_of(bundle), BundleRecords(bundle), NOON)
    assert verdict.reasons == (reason,)


def test_below_the_next_index_a_gap_changes_nothing() -> None:
    bundle = a_bundle([KEY.key])
    bundle = replace(bundle, lists={1: replace(bundle.lists[1], gap=GAP)})
    seal = a_sealed(KEY, status_index=4, issued_on=date(2026, 11, 19))
    assert verify(text_of(seal), trust_of(bundle), BundleRecords(bundle), NOON).outcome is Outcome.VALID


def test_a_seal_is_looked_up_once() -> None:
    records = FixedRecords()
    verify(text_of(a_sealed(KEY)), online_trust(KEY.key), records, NOON)
    assert records.asked == 1


@pytest.mark.parametrize("on_record", [b"", b"\x00", b"\x00" * 32])
def test_a_fingerprint_on_record_that_is_not_the_seal_s_is_a_mismatch(on_record: bytes) -> None:
    verdict = verify(
        text_of(a_sealed(KEY)), online_trust(KEY.key), FixedRecords(lambda _: Record(None, on_record)), NOON
    )
    assert verdict.outcome is Outcome.MISMATCH


def test_the_portrait_is_in_the_seal_and_not_in_the_verdict_s_judgement() -> None:
    with_portrait = a_sealed(KEY, portrait=b"\x01" * 16)
    for seal in (with_portrait, a_sealed(KEY, portrait=NO_PORTRAIT)):
        assert verify(text_of(seal), online_trust(KEY.key), FixedRecords(), NOON).outcome is Outcome.VALID


def test_trust_in_a_bundle_is_what_the_bundle_says() -> None:
    bundle = a_bundle([KEY.key])
    trust = trust_of(bundle)
    assert trust.data_as_of == bundle.as_of
    assert (trust.issued_at, trust.stale_after) == (bundle.issued_at, bundle.stale_after)
    assert (trust.environment, trust.hosts, trust.offices) == (
        bundle.environment,
        bundle.hosts,
        bundle.offices,
    )
    assert (trust.keys, trust.windows) == (bundle.keys, bundle.windows)


def test_an_instant_is_the_same_in_every_zone() -> None:
    at = instant("2027-05-20T00:00:00+07:00")
    for zone in (UTC, at.astimezone().tzinfo):
        seal = a_sealed(KEY, valid_until=date(2027, 5, 19))
        verdict = verify(text_of(seal), online_trust(KEY.key), FixedRecords(), at.astimezone(zone))
        assert verdict.outcome is Outcome.EXPIRED


def test_a_bundle_with_a_list_of_an_office_it_does_not_describe_is_not_opened() -> None:
    # Beyond next_index the office's calendar is asked for: no check may stumble over its absence.
    stranger = ListSnapshot(1, "9999", 0, StatusList.of_letters(0, {}, 16), {})
    bundle = a_bundle([KEY.key, PUBLISHER.key], lists={1: stranger})
    with pytest.raises(InputError) as refused:
        open_bundle(signed(bundle, PUBLISHER))
    assert refused.value.code == "bundle_unreadable"
