"""What an officer's phone keeps, in a real browser, against the real service."""

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.phones import ENROL, JUDGED, MARK, Phone, a_phone
from tests.browser.polling_day import PollingDay, enrolled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEVICES = "**/api/v1/devices"


# Enrolment


def test_an_enrolled_phone_waits_and_shows_the_code_that_the_desk_sees(phone: Phone, day: PollingDay) -> None:
    device = enrolled(phone, day, confirmed=False)
    assert device["state"] == "waiting"
    assert device["station"]["code"] == "001"
    assert device["election"]["opensAt"] < device["election"]["closesAt"]
    assert phone.run("return (await m.heldDevice(store)).confirmation;") == device["confirmation"]
    assert phone.sync()["state"] == "waiting"
    day.confirm(device["id"])
    assert phone.sync()["state"] == "done"
    assert phone.run("return (await m.heldDevice(store)).state;") == "active"


def test_the_key_can_be_used_after_a_restart_and_never_be_read(phone: Phone, day: PollingDay) -> None:
    enrolled(phone, day)
    phone.start_again()
    assert phone.sync()["state"] == "done"
    read = (
        "const { pair } = await store.get('device'); await crypto.subtle.exportKey(given, pair.privateKey);"
    )
    for form in ("jwk", "pkcs8"):
        assert (
            phone.run(f"try {{ {read} }} catch (error) {{ return error.name; }}", form)
            == "InvalidAccessError"
        )


def test_the_code_is_not_given_to_a_site_whose_key_is_not_on_the_sheet(phone: Phone, day: PollingDay) -> None:
    sheet, asked = day.sheet(), phone.listen()
    elsewhere = {**sheet, "kid": sheet["kid"][:-1] + ("A" if sheet["kid"][-1] != "A" else "E")}
    assert phone.refusal(ENROL, elsewhere) == "registry_differs"
    assert [each.method for each in asked] == ["GET"]
    assert phone.run("return (await store.get('pins')) ?? null;") is None
    assert phone.run(ENROL, sheet)["state"] == "waiting"


def test_a_code_that_is_unknown_or_another_phone_s_enrols_nobody_and_pins_nothing(
    phones: list[Phone], day: PollingDay
) -> None:
    ours, theirs = phones
    sheet = day.sheet()
    ours.run(ENROL, sheet)
    for code in (sheet["code"], "0" * 12):
        assert theirs.refusal(ENROL, {**sheet, "code": code}) == "enrolment_code_unknown"
    assert theirs.run("return [await m.heldDevice(store), (await store.get('pins')) ?? null];") == [
        None,
        None,
    ]


def test_an_answer_that_was_lost_is_asked_for_again_and_is_the_same_device(
    phone: Phone, day: PollingDay
) -> None:
    sheet, before = day.sheet(), day.devices()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.context.route(DEVICES, lose, times=1)
    assert phone.refusal(ENROL, sheet) == "offline"
    assert phone.run("return m.heldDevice(store);") is None
    phone.start_again()
    device = phone.run(ENROL, sheet)
    assert (day.devices(), device["state"]) == (before + 1, "waiting")


def test_a_phone_serves_one_station_until_it_leaves_it(phone: Phone, day: PollingDay, seal: str) -> None:
    first = enrolled(phone, day)
    assert phone.refusal(ENROL, day.sheet(1)) == "already_enrolled"
    phone.mark(seal)
    assert phone.refusal("await m.leaveStation(store);") == "events_unsent"
    phone.sync()
    phone.run("await m.leaveStation(store);")
    assert phone.run("return m.heldDevice(store);") is None
    second = enrolled(phone, day, 1)
    assert (second["id"] != first["id"], second["station"]["code"]) == (True, "002")
    assert len(phone.events()) == 1
    # What this very phone has marked at another station of the election was shown elsewhere.
    assert phone.before(seal) == {"here": [], "elsewhere": True}


def test_the_storage_holds_no_person_no_seal_and_no_code(phone: Phone, day: PollingDay, seal: str) -> None:
    sheet = day.sheet()
    day.confirm(phone.run(ENROL, sheet)["id"])
    facts = phone.run(
        f"{JUDGED} await m.markShown(store, verdict, new Date());"
        " return [verdict.seal.facts.nik, verdict.seal.facts.name, m.toHex(verdict.fingerprint)];",
        seal,
    )
    phone.sync()
    stored = phone.run("""
      const stores = ['kept', 'events', 'seen'];
      const all = await store.transact(stores, 'readonly', (at) => Promise.all(stores.flatMap((name) =>
        [m.answerOf(at(name).getAll()), m.answerOf(at(name).getAllKeys())])));
      return JSON.stringify(all);
    """)
    code = sheet["code"]
    for secret in (*facts, seal.partition("#")[2], code, f"{code[:4]}-{code[4:8]}-{code[8:]}"):
        assert secret not in stored


# The station's trust data


def test_a_confirmed_phone_holds_its_village_s_bundle_and_until_then_the_public_one(
    phone: Phone, day: PollingDay
) -> None:
    device = enrolled(phone, day, confirmed=False)
    held = """
      const { held, refused, offline } = await m.refresh(store, new Date());
      const prints = [...held.bundle.lists.values()].reduce((sum, each) => sum + each.fingerprints.size, 0);
      return [held.source, held.pinnedBy, prints > 0, refused, offline];
    """
    assert phone.run(held) == ["public", "paper", False, None, False]
    day.confirm(device["id"])
    assert phone.run(held) == ["station", "paper", True, None, False]
    assert phone.run(held) == ["station", "paper", True, None, False]  # not modified
    phone.context.set_offline(True)
    assert phone.run(held) == ["station", "paper", True, None, True]


def test_a_revoked_phone_goes_on_with_what_is_public(phone: Phone, day: PollingDay) -> None:
    device = enrolled(phone, day)
    phone.run("await m.refresh(store, new Date());")
    day.revoke(device["id"])
    phone.sync()
    day.polls.publish()
    told = phone.run(
        "const { held, changed } = await m.refresh(store, new Date()); return [held.source, changed];"
    )
    assert told == ["public", True]


# Marking


def test_an_event_is_on_the_disk_when_it_is_said_to_be(phone: Phone, day: PollingDay, seal: str) -> None:
    enrolled(phone, day)
    event = phone.mark(seal)
    phone.start_again()
    [kept] = phone.events()
    assert kept == event
    assert (kept["seq"], kept["kind"], kept["outcome"]) == (1, "shown", "valid")
    assert phone.run("return m.unsent(store);") == 1


def test_only_a_genuine_letter_is_marked_and_only_by_a_station_s_phone(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    assert phone.refusal(MARK, seal) == "not_enrolled"
    enrolled(phone, day)
    forged = f"{seal[:-1]}{(int(seal[-1]) + 1) % 10}"
    assert phone.refusal(MARK, forged) == "not_genuine"
    assert phone.events() == []


def test_a_second_time_on_the_same_phone_is_told_at_once_and_after_a_restart(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    enrolled(phone, day)
    assert phone.before(seal) == {"here": [], "elsewhere": False}
    event = phone.mark(seal)
    once = {"here": [{"id": event["id"], "at": event["at"]}], "elsewhere": False}
    assert phone.before(seal) == once
    phone.start_again()
    assert phone.before(seal) == once
    assert phone.before(day.seals[0]) == {"here": [], "elsewhere": False}


def test_a_mark_undone_is_no_mark_and_undone_twice_is_undone_once(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    event = phone.mark(seal)
    undone = phone.undo(event["id"])
    assert (undone["kind"], undone["undoes"], undone["seq"], undone["proof"]) == (
        "undone",
        event["id"],
        2,
        None,
    )
    assert phone.undo(event["id"]) == undone
    assert phone.before(seal) == {"here": [], "elsewhere": False}
    assert phone.sync()["sent"] == 2
    assert day.kept(device["id"]) == 2
    assert phone.refusal("await m.undo(store, given, new Date());", undone["id"]) == "no_such_event"


def test_two_tabs_that_mark_at_once_lose_nothing_and_count_on(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    enrolled(phone, day)
    other = phone.new_tab()
    many = f"{JUDGED} window.marking = Promise.all(Array.from({{ length: 20 }}, "
    many += "() => m.markShown(store, verdict, new Date())));"
    for tab in (phone.tab, other):
        phone.run(many, seal, tab=tab)
    for tab in (phone.tab, other):
        phone.run("await window.marking;", tab=tab)
    events = phone.events()
    assert sorted(each["seq"] for each in events) == list(range(1, 41))


def test_a_full_disk_is_told_and_takes_nothing_away(browser: Browser, day: PollingDay, seal: str) -> None:
    with a_phone(browser, day.url, quota=2_000_000) as phone:
        enrolled(phone, day)
        phone.mark(seal)
        # Other things of the site's fill the disk to its last byte.
        fill = "await store.set(`filling ${given} ${Math.random()}`, crypto.getRandomValues(new Uint8Array(given)));"
        for size in (65_536, 4_096, 256, 16):
            while (refusal := phone.refusal(fill, size)) is None:
                pass
            assert refusal == "storage_full"
        assert phone.refusal(MARK, seal) == "storage_full"
        assert (phone.run("return m.unsent(store);"), len(phone.events())) == (1, 1)
        phone.start_again()
        assert phone.run("return m.unsent(store);") == 1


def test_the_browser_is_asked_to_keep_the_storage_and_its_answer_is_told(phone: Phone) -> None:
    told = phone.run("return m.askPersist();")
    assert told["asked"] is True
    assert isinstance(told["granted"], bool)
