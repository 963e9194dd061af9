"""F29: messages that nobody made on purpose: stored seals and bundles with bits flipped, and any text at all."""

import json
import random
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suket_service.core import verifier
from suket_service.core.seal import digits
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome
from suket_service.errors import InputError, KeyTrouble
from suket_service.registry.session import Registry
from suket_service.verifying import Desk, check_offline
from suket_service.web.app import create_app
from suket_service.web.context import now
from tests.cli.builders import World, build_world
from tests.faults.conftest import Found

MESSAGES = [500, pytest.param(10_000, marks=pytest.mark.slow)]
#: How an outcome is told of a text.
Check = Callable[[str], str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry with a letter of every fate; only read."""
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def at_the_desk(world: World) -> Iterator[Check]:
    """Asked at the desk."""
    registry = Registry(world.settings.database_url)
    desk = Desk(registry, "demo", world.settings.host)
    yield lambda text: desk.check_text(text, now()).verdict.outcome.value
    registry.close()


@pytest.fixture(scope="module")
def client(world: World) -> FlaskClient:
    """A visitor."""
    return create_app(world.settings).test_client()


@pytest.fixture(scope="module")
def over_http(client: FlaskClient) -> Check:
    """Asked over HTTP; an answer that is no verdict is told by its status."""

    def check(text: str) -> str:
        # As JSON in ASCII, which can name half a character; the test client's own cannot.
        body = json.dumps({"seal": text})
        answer = client.post("/api/v1/verifications", data=body, content_type="application/json")
        # 422 and 413: it is no text, or too much of it.
        assert answer.status_code in (200, 413, 422), answer.status_code
        return str(answer.get_json()["outcome"]) if answer.status_code == 200 else str(answer.status_code)

    return check


@pytest.fixture(scope="module")
def with_a_bundle(world: World) -> Check:
    """Asked without any network."""
    bundle = open_bundle(world.bundles["fresh"].read_bytes()).bundle
    return lambda text: check_offline(bundle, text, now()).verdict.outcome.value


@pytest.fixture(scope="module")
def with_a_stations_bundle(world: World) -> Check:
    """Asked without any network, with fingerprints."""
    bundle = open_bundle(world.bundles["station"].read_bytes()).bundle
    return lambda text: check_offline(bundle, text, now()).verdict.outcome.value


@pytest.fixture(params=["at_the_desk", "over_http", "with_a_bundle", "with_a_stations_bundle"])
def check(request: pytest.FixtureRequest) -> Check:
    """Each of the ways to ask."""
    way: Check = request.getfixturevalue(request.param)
    return way


def _texts(world: World) -> list[str]:
    """The texts of every seal that the registry holds, in whatever form."""
    return [world.texts[name] for name in (*world.letters, "bare_digits", "foreign_host")]


def _stored(world: World) -> set[str]:
    """Their digits."""
    return {text.rpartition("#")[2] for text in _texts(world)}


def _sealed(text: str) -> bytes:
    number = int(text.rpartition("#")[2])
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _garbled(chance: random.Random, text: str) -> str:
    """The text of a seal after something happened to it."""
    prefix, hash_sign, number = text.rpartition("#")
    match chance.randrange(6):
        case 0 | 1:  # a few bits of the seal
            sealed = bytearray(_sealed(text))
            for _ in range(chance.choice((1, 1, 2, 8))):
                sealed[chance.randrange(len(sealed))] ^= 1 << chance.randrange(8)
            return f"{prefix}{hash_sign}{digits(bytes(sealed))}"
        case 2:  # a few digits
            signs = list(number)
            for _ in range(chance.choice((1, 2, 3))):
                signs[chance.randrange(len(signs))] = str(chance.randrange(10))
            return f"{prefix}{hash_sign}{''.join(signs)}"
        case 3:  # cut, doubled or turned around
            cut = chance.randrange(1, len(text))
            return chance.choice((text[:cut], text[cut:], text + text, text[::-1], text[cut:] + text[:cut]))
        case 4:  # any other character somewhere
            place = chance.randrange(len(text) + 1)
            sign = chance.choice("\x00\n\r\t ٣３²OoIl-+eE.,\u200b\u202e\ud800%#/")
            return text[:place] + sign + text[place + chance.randrange(2) :]
        case _:  # bytes out of one seal, the rest out of another length
            whole = _sealed(text)
            kept = whole[: chance.randrange(len(whole))]
            return f"{prefix}{hash_sign}{digits(kept + chance.randbytes(chance.randrange(40)))}"


@pytest.mark.parametrize("messages", MESSAGES)
def test_f29_a_garbled_seal_is_never_valid(world: World, check: Check, messages: int, found: Found) -> None:
    """Of stored seals with bits, digits and characters changed, none is valid, and each gets an answer."""
    chance, stored, texts = random.Random(29), _stored(world), _texts(world)
    outcomes: dict[str, int] = {}
    for _ in range(messages):
        text = _garbled(chance, chance.choice(texts))
        outcome = check(text)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if outcome == Outcome.VALID.value:
            assert text.rpartition("#")[2] in stored, text
    found(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    assert set(outcomes) >= {"unreadable", "forged"}


@pytest.mark.parametrize("name", ["valid", "bare_digits"])
def test_f29_what_is_stored_is_valid(world: World, check: Check, name: str) -> None:
    """The same ways of asking find the stored seal itself valid: they can say so."""
    assert check(world.texts[name]) == "valid"


def test_f29_every_single_bit_counts(world: World, with_a_bundle: Check) -> None:
    """A stored seal with any single one of its bits flipped is not valid."""
    text = world.texts["valid"]
    prefix, _, _ = text.rpartition("#")
    sealed = _sealed(text)
    for bit in range(8 * len(sealed)):
        flipped = int.from_bytes(sealed, "big") ^ 1 << bit
        assert with_a_bundle(f"{prefix}#{flipped}") != "valid", bit


_ANY_TEXT = st.one_of(
    st.text(max_size=600),
    st.text(st.characters(codec=None), max_size=40),
    st.from_regex(r"(https?://[a-z0-9.-]{1,20}(:[0-9]{1,6})?/s#)?[0-9]{0,500}", fullmatch=True),
    st.binary(min_size=110, max_size=200).map(lambda raw: digits(b"\x01" + raw)),
)


@given(text=_ANY_TEXT)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_f29_no_text_at_all_is_valid(check: Check, text: str) -> None:
    """Whatever text there is, it gets an answer, and that is not valid."""
    assert check(text) != "valid"


@pytest.mark.slow
@given(text=_ANY_TEXT)
@settings(deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))
def test_f29_no_text_at_all_is_valid_long(check: Check, text: str) -> None:
    """The same, five thousand times."""
    assert check(text) != "valid"


@given(body=st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_f29_over_http_no_body_is_an_error_of_ours(client: FlaskClient, body: bytes) -> None:
    """Whatever bytes are sent in place of JSON, the answer is no 5xx."""
    answer = client.post("/api/v1/verifications", data=body, content_type="application/json")
    assert answer.status_code in (200, 413, 422)


@pytest.mark.parametrize("messages", MESSAGES)
@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "unpinned"])
def test_f29_a_garbled_bundle_is_never_opened(
    world: World, messages: int, pinned: bool, found: Found
) -> None:
    """A bundle with characters changed, cut or moved is refused; or it is, byte for byte, the one that was signed."""
    chance, token = random.Random(29), world.bundles["fresh"].read_bytes()
    whole = open_bundle(token)
    pins = (whole.signer.kid,) if pinned else ()
    opened = 0
    for _ in range(messages):
        try:
            other = open_bundle(_garbled_token(chance, token), pins)
        except (InputError, KeyTrouble):
            continue
        # The last character of base64url holds bits that stand for nothing.
        assert other.bundle.to_payload() == whole.bundle.to_payload()
        opened += 1
    found(f"{messages} tried, {opened} the same in other letters")
    assert opened < messages / 10


def _garbled_token(chance: random.Random, token: bytes) -> bytes:
    raw = bytearray(token)
    match chance.randrange(4):
        case 0:
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        case 1:
            place = chance.randrange(len(raw))
            raw[place : place + chance.randrange(1, 9)] = chance.randbytes(chance.randrange(9))
        case 2:
            head, payload, signature = token.split(b".")
            parts = [head, payload, signature, b"", b"e30"]
            return b".".join(chance.choice(parts) for _ in range(chance.choice((2, 3, 3, 4))))
        case _:
            return bytes(raw[: chance.randrange(len(raw))])
    return bytes(raw)


def test_f29_control_signatures_are_not_checked(
    world: World, with_a_bundle: Check, monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    """Were signatures not checked, hundreds of garbled seals would be valid."""
    monkeypatch.setattr(verifier, "check_seal", lambda *_: True)
    chance, stored, text = random.Random(29), _stored(world), world.texts["valid"]
    tried = [_garbled(chance, text) for _ in range(500)]
    valid = [each for each in tried if with_a_bundle(each) == "valid"]
    taken_for_good = [each for each in valid if each.rpartition("#")[2] not in stored]
    found(f"{len(taken_for_good)} of 500")
    assert len(taken_for_good) > 50
