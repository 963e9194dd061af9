"""Every outcome that can be reached, reached three ways: the registry, a trust bundle alone, and HTTP."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from suket_service.core.verdict import NOT_COVERED, WORDS, Outcome
from suket_service.web.app import create_app
from tests.cli.builders import World, lines_of, suket


@dataclass(frozen=True)
class Case:
    """A text, and what should be found: outcome, reasons, cautions."""

    text: str
    online: tuple[str, ...]
    offline: tuple[str, ...]
    bundle: str = "fresh"
    cautions: tuple[str, ...] = ()
    genuine: bool = True


def same(*found: str) -> dict[str, Any]:
    return {"online": found, "offline": found}


#: (outcome, reasons…) with the registry at hand and with a bundle alone.
CASES = {
    "valid": Case("valid", **same("valid")),
    "bare digits": Case("bare_digits", **same("valid")),
    "foreign host": Case("foreign_host", **same("valid"), cautions=("foreign_host",)),
    "revoked": Case("revoked", ("revoked", "revoked"), ("revoked", "revoked_or_superseded")),
    "superseded": Case("superseded", ("superseded", "superseded"), ("revoked", "revoked_or_superseded")),
    "expired": Case("expired", **same("expired", "expired")),
    "not yet valid": Case("not_yet_valid", **same("not_yet_valid", "not_yet_valid")),
    "forged": Case("forged", **same("forged", "signature_invalid"), genuine=False),
    "out of scope": Case("out_of_scope", **same("forged", "key_out_of_scope"), genuine=False),
    "unknown issuer": Case("unknown_issuer", **same("unknown_issuer", "key_unknown"), genuine=False),
    "unregistered": Case("unregistered", **same("unregistered", "not_issued")),
    # Without fingerprints a stolen key goes unseen offline (design.md section 4).
    "mismatch": Case("mismatch", ("mismatch", "fingerprint_differs"), ("valid",)),
    "mismatch, station": Case("mismatch", **same("mismatch", "fingerprint_differs"), bundle="station"),
    "not a seal": Case("not_a_seal", **same("unreadable", "not_a_seal"), genuine=False),
    "not canonical": Case("not_canonical", **same("unreadable", "not_canonical"), genuine=False),
    "newer than list": Case("new", ("valid",), ("indeterminate", "newer_than_list"), bundle="early"),
    "list stale": Case("valid", ("valid",), ("indeterminate", "list_stale"), bundle="stale"),
    "expired, list stale": Case(
        "expired", ("expired", "expired"), ("indeterminate", "list_stale", "expired"), bundle="stale"
    ),
    "list missing": Case("valid", ("valid",), ("indeterminate", "list_missing"), bundle="listless"),
    "clock behind": Case("valid", ("valid",), ("indeterminate", "clock_behind"), bundle="ahead"),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def told(answer: dict[str, Any]) -> tuple[str, ...]:
    return (answer["outcome"], *answer["reasons"])


@every_case
def test_with_the_registry(world: World, case: Case) -> None:
    result = suket("verify", world.texts[case.text], "--json", data=world.data)
    [answer] = lines_of(result)
    assert told(answer) == case.online
    assert answer["advisories"] == list(case.cautions)
    assert answer["genuine"] is (answer["seal"] is not None) is case.genuine
    assert result.exit_code == (0 if case.online == ("valid",) else 1)


@every_case
@pytest.mark.usefixtures("socket_disabled")
def test_with_a_bundle_alone(world: World, tmp_path: Path, case: Case) -> None:
    result = suket(
        "verify",
        world.texts[case.text],
        "--bundle",
        world.bundles[case.bundle],
        "--json",
        data=tmp_path / "none",
    )
    [answer] = lines_of(result)
    assert told(answer) == case.offline
    assert [each for each in answer["advisories"] if each != "portrait_unchecked"] == list(case.cautions)
    assert ("portrait_unchecked" in answer["advisories"]) is case.genuine
    assert answer["registry"] is None
    assert result.exit_code == (0 if case.offline == ("valid",) else 1)
    assert not (tmp_path / "none").exists()


@pytest.mark.few(6)
@every_case
def test_over_http(world: World, case: Case) -> None:
    response = (
        create_app(world.settings)
        .test_client()
        .post("/api/v1/verifications", json={"seal": world.texts[case.text]})
    )
    answer = response.get_json()
    assert response.status_code == 200
    assert told(answer) == case.online
    assert answer["advisories"] == list(case.cautions)


def test_every_outcome_of_the_contract_but_suspended_is_reached() -> None:
    reached = {case.online[0] for case in CASES.values()} | {case.offline[0] for case in CASES.values()}
    assert reached == set(Outcome) - {Outcome.SUSPENDED}


@pytest.mark.parametrize("text", ["valid", "not_a_seal"])
def test_a_registry_that_cannot_be_read_is_indeterminate(world: World, tmp_path: Path, text: str) -> None:
    garbage = tmp_path / "suket.sqlite3"
    garbage.write_bytes(b"garbage" * 1_000)
    url = f"sqlite:///{garbage}"
    result = suket("verify", world.texts[text], "--json", data=world.data, SUKET_DATABASE_URL=url)
    [answer] = lines_of(result)
    assert told(answer) == ("indeterminate", "registry_unavailable")
    assert (answer["data_as_of"], answer["seal"], answer["registry"]) == (None, None, None)
    assert result.exit_code == 1


@pytest.mark.parametrize("way", ["registry", "bundle"])
def test_an_answer_has_the_contracts_shape(world: World, tmp_path: Path, way: str) -> None:
    extra = ("--bundle", world.bundles["fresh"]) if way == "bundle" else ()
    [answer] = lines_of(suket("verify", world.texts["valid"], "--json", *extra, data=world.data))
    assert {
        "outcome",
        "reasons",
        "advisories",
        "checked_at",
        "data_as_of",
        "genuine",
        "not_covered",
        "seal",
        "registry",
        "message",
    } <= set(answer)
    assert set(answer["message"]) == {"id", "en"}
    assert answer["not_covered"] == list(NOT_COVERED)
    assert answer["checked_at"] >= answer["data_as_of"]


def test_the_office_sees_the_whole_person(world: World) -> None:
    letter = world.letters["valid"]
    [answer] = lines_of(suket("verify", world.texts["valid"], "--json", data=world.data))
    assert answer["seal"]["nik"] == letter.resident.nik
    assert answer["seal"]["name"] == letter.resident.name
    assert answer["seal"]["birth_date"] == letter.resident.birth_date.isoformat()
    assert answer["registry"]["number"] == letter.number
    assert answer["registry"]["status"] == "issued"


def test_under_a_mismatch_nothing_of_the_other_letter_is_told(world: World) -> None:
    result = suket("verify", world.texts["mismatch"], "--json", data=world.data)
    assert lines_of(result)[0]["registry"] is None
    assert str(world.letters["valid"].number) not in result.stdout


@pytest.mark.parametrize(("text", "exit_code"), [("valid", 0), ("revoked", 1), ("forged", 1)])
def test_people_are_told_in_one_line_first(world: World, text: str, exit_code: int) -> None:
    result = suket("verify", world.texts[text], data=world.data)
    assert result.exit_code == exit_code
    assert result.stdout.startswith(f"{WORDS[Outcome(text)].id} ({text}, ")


def test_a_text_from_standard_input(world: World) -> None:
    result = suket("verify", "-", data=world.data, given=world.texts["valid"] + "\r\n")
    assert (result.exit_code, result.stdout[:4]) == (0, "ASLI")


def test_a_bundle_names_the_key_that_must_be_compared(world: World) -> None:
    result = suket(
        "verify", world.texts["valid"], "--bundle", world.bundles["fresh"], "--json", data=world.data
    )
    [answer] = lines_of(result)
    assert answer["bundle"]["pinned"] is False
    assert answer["bundle"]["signed_by"] in result.stderr


def test_a_pinned_bundle_says_nothing_more(world: World) -> None:
    arguments = ("verify", world.texts["valid"], "--bundle", world.bundles["fresh"], "--json")
    [answer] = lines_of(suket(*arguments, data=world.data))
    result = suket(*arguments, "--pin", answer["bundle"]["signed_by"], data=world.data)
    assert (result.exit_code, result.stderr, lines_of(result)[0]["bundle"]["pinned"]) == (0, "", True)


def test_a_bundle_of_another_key_is_not_used(world: World) -> None:
    result = suket(
        "verify",
        world.texts["valid"],
        "--bundle",
        world.bundles["fresh"],
        "--pin",
        "another",
        data=world.data,
    )
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("content", [b"", b"garbage", b"a.b.c", b"\xff\xfe"])
def test_a_bundle_that_cannot_be_read_is_wrong_input(world: World, tmp_path: Path, content: bytes) -> None:
    bundle = tmp_path / "bundle.jws"
    bundle.write_bytes(content)
    result = suket("verify", world.texts["valid"], "--bundle", bundle, data=world.data)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_bundle_changed_by_one_letter_is_not_used(world: World, tmp_path: Path) -> None:
    header, payload, signature = world.bundles["fresh"].read_text().split(".")
    middle = len(payload) // 2
    changed = payload[:middle] + ("A" if payload[middle] != "A" else "B") + payload[middle + 1 :]
    bundle = tmp_path / "bundle.jws"
    bundle.write_text(f"{header}.{changed}.{signature}")
    result = suket("verify", world.texts["valid"], "--bundle", bundle, data=world.data)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("target", ["tidak-ada.pdf", "./map/surat", "/map/surat", "tidak-ada.png"])
def test_a_file_that_is_not_there_is_wrong_input(world: World, target: str) -> None:
    result = suket("verify", target, data=world.data)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_file_of_another_kind_is_wrong_input(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("no pdf")
    result = suket("verify", tmp_path / "a.pdf", data=world.data)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("target", ["\x00", "1" * 10_000, "https://", "../", "\ud800"])
def test_a_strange_target_is_answered(world: World, target: str) -> None:
    result = suket("verify", target, data=world.data)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)


def test_a_pin_without_a_bundle_is_wrong_use(world: World) -> None:
    assert suket("verify", "1", "--pin", "x", data=world.data).exit_code == 2


def test_without_a_registry_it_is_said_what_to_do(tmp_path: Path) -> None:
    result = suket("verify", "1", data=tmp_path, SUKET_ENVIRONMENT="demo")
    assert result.exit_code != 0
    assert "suket init" in result.stderr
