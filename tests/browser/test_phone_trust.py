"""The phone's trust data in a real browser: what it pins, keeps, opens again and refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route

from suket_service.core.keyring import Key, KeyState
from suket_service.core.signing import SigningKey
from suket_service.core.trust_bundle import TYP
from tests.browser.phones import Phone
from tests.builders import NOON, a_publication_key, a_seal_key
from tests.core.builders import a_bundle, signed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUNDLES = "**/scan/trust-bundle"
SEALER, OURS, NEXT = a_seal_key(), a_publication_key(), a_publication_key()
REFRESH = """
  const told = await m.refresh(store, new Date());
  const { held, changed, refused, offline } = told;
  return { version: held && held.bundle.version, pinnedBy: held && held.pinnedBy, source: held && held.source,
    changed, refused, offline };
"""
HELD = "const held = await m.heldTrust(store); return held && held.bundle.version;"
FIRST = int(NOON.timestamp())


def token(version: int = FIRST, by: SigningKey = OURS, beside: SigningKey | None = None) -> str:
    """A bundle of that version; while the keys change, signed by both."""
    faces = [by.key] if beside is None else [by.key, beside.key]
    made = a_bundle(
        [SEALER.key, *faces], version=version, issued_at=NOON + timedelta(seconds=version - FIRST)
    )
    return signed(made, by) if beside is None else by.publish_with([beside], TYP, made.to_payload())


def in_state(key: SigningKey, state: KeyState) -> SigningKey:
    """The same key in another state."""
    face: Key = replace(key.key, state=state)
    return SigningKey(key._private_key, face)


def serve(phone: Phone, body: str, media_type: str = "application/jose", status: int = 200) -> None:
    """Let whoever stands in the line answer with this from now on."""
    phone.context.unroute(BUNDLES)

    def answer(route: Route) -> None:
        route.fulfill(status=status, body=body, headers={"Content-Type": media_type})

    phone.context.route(BUNDLES, answer)


def refreshed(phone: Phone) -> dict[str, Any]:
    told: dict[str, Any] = phone.run(REFRESH)
    return told


def test_a_first_visit_pins_the_signer_and_says_that_no_paper_vouched_for_it(phone: Phone) -> None:
    assert phone.run("return m.heldTrust(store);") is None
    told = refreshed(phone)
    assert (told["changed"], told["pinnedBy"], told["source"]) == (True, "first-visit", "public")
    assert phone.run("return (await store.get('pins')).length;") == 1


def test_what_is_held_is_the_newest_and_is_not_sent_again(phone: Phone) -> None:
    first = refreshed(phone)
    sizes: list[int] = []
    phone.tab.on(
        "response", lambda answer: sizes.append(answer.status) if "trust-bundle" in answer.url else None
    )
    told = refreshed(phone)
    assert (told["changed"], told["version"]) == (False, first["version"])
    assert sizes == [304]


def test_a_cold_start_without_a_line_opens_what_was_kept(phone: Phone) -> None:
    version = refreshed(phone)["version"]
    phone.start_again()
    phone.context.set_offline(True)
    assert phone.run(HELD) == version
    told = refreshed(phone)
    assert (told["offline"], told["version"], told["changed"]) == (True, version, False)


@pytest.mark.parametrize("change", ["token.slice(0, 2000)", "token.slice(0, -4) + 'AAAA'", "''", "null"])
def test_trust_data_changed_in_the_storage_is_not_believed_and_is_fetched_anew(
    phone: Phone, change: str
) -> None:
    version = refreshed(phone)["version"]
    phone.run(f"const token = await store.get('token:public'); await store.set('token:public', {change});")
    phone.start_again()
    assert phone.run(HELD) is None
    assert refreshed(phone)["version"] == version


def test_a_bundle_of_another_key_laid_into_the_storage_is_not_believed(phone: Phone) -> None:
    refreshed(phone)
    phone.run("await store.set('token:public', given);", token(by=a_publication_key()))
    phone.start_again()
    assert phone.run(HELD) is None


def test_without_its_pins_the_phone_believes_nothing_that_it_stored(phone: Phone) -> None:
    refreshed(phone)
    phone.run("await store.remove('pins');")
    phone.start_again()
    assert phone.run(HELD) is None


def test_an_older_bundle_is_refused_and_said_and_the_held_one_stays(phone: Phone) -> None:
    serve(phone, token(FIRST + 60))
    refreshed(phone)
    serve(phone, token(FIRST))
    assert refreshed(phone) == {
        "version": FIRST + 60,
        "pinnedBy": "first-visit",
        "source": "public",
        "changed": False,
        "refused": "older",
        "offline": False,
    }
    phone.start_again()
    assert phone.run(HELD) == FIRST + 60


@pytest.mark.parametrize("pinned_by", ["first-visit", "paper"])
def test_a_registry_that_suddenly_signs_by_an_unknown_key_is_refused_and_said(
    phone: Phone, pinned_by: str
) -> None:
    if pinned_by == "paper":
        phone.run("await m.pin(store, given);", OURS.key.kid)
    serve(phone, token(FIRST))
    assert refreshed(phone)["pinnedBy"] == pinned_by
    serve(phone, token(FIRST + 60, by=a_publication_key()))
    told = refreshed(phone)
    assert (told["refused"], told["version"], told["pinnedBy"]) == ("untrusted", FIRST, pinned_by)


def test_a_phone_with_a_sheet_believes_no_other_registry_from_the_first(phone: Phone) -> None:
    phone.run("await m.pin(store, given);", OURS.key.kid)
    serve(phone, token(by=a_publication_key()))
    assert refreshed(phone) == {
        "version": None,
        "pinnedBy": None,
        "source": None,
        "changed": False,
        "refused": "untrusted",
        "offline": False,
    }


def test_paper_that_names_another_key_ends_belief_in_what_the_first_visit_brought(phone: Phone) -> None:
    serve(phone, token())
    refreshed(phone)
    phone.run("await m.pin(store, given);", NEXT.key.kid)
    assert phone.run(HELD) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [("not a bundle", "unreadable"), ("a.b.c", "unreadable"), ("", "unreadable")],
    ids=["words", "three parts", "nothing"],
)
def test_what_calls_itself_a_bundle_and_is_none_is_refused(phone: Phone, body: str, told: str) -> None:
    serve(phone, token())
    refreshed(phone)
    serve(phone, body)
    assert (refreshed(phone)["refused"], phone.run(HELD)) == (told, FIRST)


@pytest.mark.parametrize(
    ("media_type", "status"),
    [("text/html", 200), ("application/problem+json", 503), ("application/jose", 404)],
)
def test_a_page_in_place_of_a_bundle_is_no_line_and_no_refusal(
    phone: Phone, media_type: str, status: int
) -> None:
    serve(phone, token())
    refreshed(phone)
    serve(phone, "<h1>Masuk ke Wi-Fi</h1>", media_type, status)
    told = refreshed(phone)
    assert (told["offline"], told["refused"], told["version"]) == (True, None, FIRST)


@pytest.mark.parametrize("pinned_by", ["first-visit", "paper"])
def test_the_next_publication_key_is_believed_once_the_held_one_has_introduced_it(
    phone: Phone, pinned_by: str
) -> None:
    if pinned_by == "paper":
        phone.run("await m.pin(store, given);", OURS.key.kid)
    serve(phone, token(FIRST))
    refreshed(phone)
    serve(phone, token(FIRST + 60, beside=in_state(NEXT, KeyState.STANDBY)))
    assert refreshed(phone)["version"] == FIRST + 60
    serve(phone, token(FIRST + 120, by=NEXT))
    told = refreshed(phone)
    assert (told["version"], told["refused"], told["pinnedBy"]) == (FIRST + 120, None, pinned_by)
    phone.start_again()
    assert phone.run(HELD) == FIRST + 120


def test_a_first_visit_while_the_keys_change_believes_both(phone: Phone) -> None:
    serve(phone, token(FIRST, beside=in_state(NEXT, KeyState.STANDBY)))
    refreshed(phone)
    serve(phone, token(FIRST + 60, by=NEXT))
    assert refreshed(phone)["version"] == FIRST + 60


def test_the_next_key_is_not_believed_by_a_phone_that_was_away_while_the_keys_changed(phone: Phone) -> None:
    serve(phone, token(FIRST))
    refreshed(phone)
    serve(phone, token(FIRST + 120, by=NEXT))
    assert refreshed(phone)["refused"] == "untrusted"


def test_two_tabs_that_fetch_at_once_end_with_the_newer_bundle(phone: Phone) -> None:
    serve(phone, token(FIRST))
    refreshed(phone)
    other = phone.new_tab()
    slow, quick = token(FIRST + 60), token(FIRST + 120)
    answers = iter([slow, quick])
    phone.context.unroute(BUNDLES)
    held_up: list[tuple[Route, str]] = []

    def answer(route: Route) -> None:
        body = next(answers)
        if body == quick:
            route.fulfill(body=body, headers={"Content-Type": "application/jose"})
        else:
            held_up.append((route, body))

    phone.context.route(BUNDLES, answer)
    phone.run("window.slow = m.refresh(store, new Date());  window.slow.catch(() => {});")
    phone.run("await m.refresh(store, new Date());", tab=other)
    [(route, body)] = held_up
    route.fulfill(body=body, headers={"Content-Type": "application/jose"})
    phone.run("await window.slow;")
    assert phone.run(HELD) == FIRST + 120


def test_a_clock_before_the_bundle_s_making_is_called_behind(phone: Phone) -> None:
    serve(phone, token())
    phone.run("await store.remove('clock');")
    refreshed(phone)
    # What the answer's Date told is left out: the bundle alone must do.
    phone.run(
        "const clock = await store.get('clock'); await store.set('clock', { ...clock, server: 0, offset: null });"
    )
    assert phone.run("return m.clockLooksWrong(store, new Date(given));", (FIRST - 299) * 1000) is None
    told = phone.run("return m.clockLooksWrong(store, new Date(given));", (FIRST - 3600) * 1000)
    assert told == {"code": "clock_behind", "seconds": 3600}


def test_the_service_s_own_clock_is_noted_from_its_answers(phone: Phone) -> None:
    phone.run("window.real = Date.now(); Date.now = () => window.real - 7200 * 1000;")
    refreshed(phone)
    told = phone.run("return m.clockLooksWrong(store, new Date(Date.now()));")
    assert told["code"] == "clock_behind"
    assert 7190 < told["seconds"] < 7230
