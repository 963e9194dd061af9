"""The reference cases of the seal, good and bad: the contract that every verifier is held to."""

from typing import Any

import pytest

from suket_service.core.seal import Seal, check_code, digits, pack, parse, read_digits, read_text
from suket_service.core.signing import SealSigner, check_seal
from suket_service.core.verdict import Verdict
from suket_service.core.verifier import verify
from tests.builders import NOON
from tests.core.builders import FixedRecords, facts_of, online_trust, rfc_key, titles, vectors

FILE = vectors("seal_v1.json")
GOOD = [case for case in FILE["cases"] if "facts" in case]
BAD = [case for case in FILE["cases"] if "outcome" in case]
# Every list and village that the good cases name: the file is about steps 1 to 5.
KEY = rfc_key()


def read(text: str) -> Seal:
    return parse(read_digits(read_text(text).digits))


def check(text: str) -> tuple[Verdict, FixedRecords]:
    records = FixedRecords()
    return verify(text, online_trust(KEY.key), records, NOON), records


def test_every_case_is_either_good_or_bad() -> None:
    assert len(GOOD) + len(BAD) == len(FILE["cases"]) == 65


def test_the_key_is_the_public_example_key() -> None:
    jwk = KEY.key.to_jwk()
    assert {member: jwk[member] for member in FILE["key"]} == FILE["key"]
    assert KEY.key.kid == FILE["kid"]


@pytest.mark.parametrize("case", titles(GOOD))
def test_a_good_text_reads_to_its_facts_and_bytes(case: dict[str, Any]) -> None:
    seal = read(case["text"])
    assert seal.facts == facts_of(case["facts"])
    assert seal.body.hex() == case["body"]
    assert seal.key_id == KEY.key.key_id
    assert seal.fingerprint.hex() == case["fingerprint"]
    assert check_code(seal.fingerprint) == case["check_code"]


@pytest.mark.parametrize("case", titles(GOOD))
def test_good_facts_pack_to_the_same_body(case: dict[str, Any]) -> None:
    assert pack(facts_of(case["facts"]), KEY.key.key_id).hex() == case["body"]


@pytest.mark.parametrize("case", titles(GOOD))
def test_a_good_signature_holds(case: dict[str, Any]) -> None:
    seal = read(case["text"])
    assert check_seal(KEY.key, seal.body, seal.signature)


@pytest.mark.parametrize("case", titles(GOOD))
def test_signing_again_gives_the_same_text(case: dict[str, Any]) -> None:
    body = bytes.fromhex(case["body"])
    by_signer = SealSigner(KEY._private_key).sign(body)
    assert FILE["prefix"] + digits(by_signer) == case["text"]
    assert KEY.seal(body) == by_signer


@pytest.mark.parametrize("case", titles(BAD))
def test_a_bad_text_gets_exactly_its_outcome_and_reason(case: dict[str, Any]) -> None:
    verdict, records = check(case["text"])
    assert (verdict.outcome, list(verdict.reasons)) == (case["outcome"], [case["reason"]])
    assert records.asked == 0, "nothing of an unproven seal may be looked up"
    assert (verdict.genuine, verdict.seal) == (False, None)


@pytest.mark.parametrize("case", titles(case for case in BAD if "body" in case))
def test_a_bad_body_is_signed_all_the_same(case: dict[str, Any]) -> None:
    # So it is refused for what it says, before and without asking whether someone signed it.
    sealed = read_digits(read_text(case["text"]).digits)
    body = bytes.fromhex(case["body"])
    assert sealed.startswith(body)
    assert check_seal(KEY.key, sealed[:-64], sealed[-64:])
