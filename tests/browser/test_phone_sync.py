"""What an officer's phone sends and hears, in a real browser, against the real service."""

import json
from typing import Any

import pytest
from playwright.sync_api import Request, Route

from tests.browser.phones import JUDGED, MARK, Phone
from tests.browser.polling_day import PollingDay, enrolled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRESENTATIONS = "**/api/v1/presentations"


# Sending


def test_a_waiting_phone_keeps_its_marks_and_sends_them_once_confirmed(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day, confirmed=False)
    phone.mark(seal)
    told = phone.sync()
    assert (told["state"], told["sent"], told["unsent"]) == ("waiting", 0, 1)
    day.confirm(device["id"])
    told = phone.sync()
    assert (told["state"], told["sent"], told["unsent"]) == ("done", 1, 0)
    [event] = phone.events()
    assert (event["answer"]["result"], "waiting" in event) == ("stored", False)


def test_a_revoked_phone_sends_no_more_keeps_its_marks_and_hands_them_over(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    event = phone.mark(seal)
    day.revoke(device["id"])
    assert phone.sync()["state"] == "revoked"
    asked = phone.listen()
    told = phone.sync()
    assert (told["state"], told["unsent"], asked) == ("revoked", 1, [])
    assert phone.refusal(MARK, seal) == "device_revoked"
    handed = json.loads(phone.run("return m.exportUnsent(store, new Date());"))
    assert [each["id"] for each in handed["events"]] == [event["id"]]
    assert handed["device"]["id"] == device["id"]


def test_what_a_revoked_phone_kept_is_sent_once_the_station_has_enrolled_it_anew(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)
    day.revoke(device["id"])
    phone.sync()
    anew = enrolled(phone, day)
    assert phone.sync()["sent"] == 1
    assert day.kept(anew["id"]) == 1


@pytest.mark.parametrize("fault", ["no line", "no service", "a page of somebody's"])
def test_without_the_service_nothing_is_lost_and_the_phone_says_offline(
    phone: Phone, day: PollingDay, seal: str, fault: str
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)
    faults = {
        "no line": lambda route: route.abort(),
        "no service": lambda route: route.fulfill(status=503, body="{}"),
        "a page of somebody's": lambda route: route.fulfill(
            status=200, body="<h1>Wi-Fi</h1>", content_type="text/html"
        ),
    }
    phone.context.route(PRESENTATIONS, faults[fault], times=1)
    told = phone.sync()
    assert (told["state"], told["sent"], told["unsent"]) == ("offline", 0, 1)
    assert phone.sync()["sent"] == 1
    assert day.kept(device["id"]) == 1


def test_events_whose_answer_was_lost_are_sent_again_and_counted_once(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.context.route(PRESENTATIONS, lose, times=1)
    assert phone.sync()["state"] == "offline"
    assert day.kept(device["id"]) == 1
    assert phone.sync()["unsent"] == 0
    assert day.kept(device["id"]) == 1
    assert [each["answer"]["result"] for each in phone.events()] == ["known"]


def test_many_events_go_in_portions_of_five_hundred(phone: Phone, day: PollingDay) -> None:
    device = enrolled(phone, day)
    # Of several letters: about one of them the service takes a hundred from a phone.
    phone.run(
        """
        await m.refresh(store, new Date());
        const { bundle } = await m.heldTrust(store);
        const judged = (seal) => m.verify(seal, m.trustOf(bundle), m.bundleRecords(bundle), new Date());
        const shown = await Promise.all(given.map(judged));
        for (let count = 0; count < 1101; count += 1) await m.markShown(store, shown[count % 12], new Date());
        """,
        [day.seals.pop() for _ in range(12)],
    )
    asked = phone.listen()
    told = phone.sync()
    assert (told["state"], told["sent"], told["unsent"]) == ("done", 1101, 0)
    assert [_size(each) for each in asked] == [(500, 601), (500, 101), (101, 0)]
    assert day.kept(device["id"]) == 1101


def _size(request: Request) -> tuple[int, int]:
    body: Any = request.post_data_json
    return len(body["events"]), body["unsent"]


@pytest.mark.parametrize("locks", [True, False], ids=["Web Locks", "a browser without them"])
def test_two_tabs_that_synchronise_at_once_double_nothing(
    phone: Phone, day: PollingDay, seal: str, *, locks: bool
) -> None:
    device = enrolled(phone, day)
    other = phone.new_tab()
    for _ in range(3):
        phone.mark(seal)
    for tab in (phone.tab, other):
        if not locks:
            phone.run("Object.defineProperty(navigator, 'locks', { value: undefined });", tab=tab)
        phone.run("window.going = m.synchronise(store, new Date());", tab=tab)
    told = [phone.run("return window.going;", tab=tab) for tab in (phone.tab, other)]
    assert [each["state"] for each in told] == ["done", "done"]
    assert [each["unsent"] for each in told] == [0, 0] if locks else told[-1]["unsent"] == 0
    assert day.kept(device["id"]) == 3


def test_a_clock_two_hours_slow_is_put_right_by_one_more_try(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    enrolled(phone, day)
    phone.mark(seal)
    phone.start_again()
    phone.run("const real = Date.now; Date.now = () => real() - 7200 * 1000; await store.remove('clock');")
    asked = phone.listen()
    now = "return m.synchronise(store, new Date(Date.now()));"
    told = phone.run(now)
    assert (told["state"], told["sent"], len(asked)) == ("done", 1, 2)
    assert abs(told["clockOffset"] - 7200) <= 2
    assert phone.run(now)["state"] == "done"
    assert len(asked) == 3
    wrong = phone.run("return m.clockLooksWrong(store, new Date(Date.now()));")
    assert wrong["code"] == "clock_behind"


def test_a_letter_that_was_not_read_proves_nothing_and_marks_nothing(
    phones: list[Phone], day: PollingDay, seal: str
) -> None:
    ours, theirs = phones
    enrolled(ours, day)
    enrolled(theirs, day, 1)
    guess = f"{JUDGED} "
    guess += (
        "const fingerprint = verdict.fingerprint.slice(); fingerprint.fill(0, 8); "  # as the bundle holds it
    )
    guess += "return m.markShown(store, { ...verdict, fingerprint }, new Date());"
    ours.run(guess, seal)
    told = ours.sync()
    assert (told["state"], told["doubtful"]) == ("done", 1)
    [odd] = ours.run("return m.doubtful(store);")
    assert odd["answer"]["result"] == "unproven"
    theirs.sync()
    assert theirs.before(seal) == {"here": [], "elsewhere": False}


def test_one_malformed_event_is_refused_alone_kept_and_told(phone: Phone, day: PollingDay, seal: str) -> None:
    enrolled(phone, day)
    event = phone.mark(seal)
    broken = "const broken = { ...given, id: 'ee'.repeat(16), seq: 2, list: 0 };"
    phone.run(
        f"{broken} await store.transact(['events'], 'readwrite', (at) => m.answerOf(at('events').add(broken)));",
        event,
    )
    told = phone.sync()
    assert (told["state"], told["sent"], told["unsent"], told["doubtful"]) == ("done", 2, 0, 1)
    [odd] = phone.run("return m.doubtful(store);")
    assert (odd["id"], odd["answer"]["result"], odd["answer"]["code"]) == (
        "ee" * 16,
        "refused",
        "list_invalid",
    )
    assert [each["id"] for each in json.loads(phone.run("return m.exportUnsent(store);"))["events"]] == [
        "ee" * 16
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the first first", "the second first"])
def test_the_same_letter_at_two_stations_offline_is_one_conflict_told_at_both(
    phones: list[Phone], day: PollingDay, seal: str, order: tuple[int, int]
) -> None:
    for station, phone in enumerate(phones):
        enrolled(phone, day, station)
        phone.run("await m.refresh(store, new Date());")
        phone.context.set_offline(True)
        assert phone.before(seal) == {"here": [], "elsewhere": False}
        phone.mark(seal)
        assert phone.sync()["state"] == "offline"
        phone.context.set_offline(False)
    for _twice in range(2):
        for place in order:
            assert phones[place].sync()["unsent"] == 0
    for station, phone in enumerate(phones):
        [conflict] = [each for each in phone.sync()["conflicts"] if _is_about(phone, each, seal)]
        assert (conflict["same_person"], conflict["here"]["device"]) == (False, True)
        assert [each["station"] for each in conflict["elsewhere"]] == ["002" if station == 0 else "001"]
        assert phone.before(seal)["elsewhere"] is True
        assert len(phone.events()) == 1
        assert phone.run("return m.conflictsHeld(store);") == phone.sync()["conflicts"]


def _is_about(phone: Phone, conflict: dict[str, Any], seal: str) -> bool:
    position: list[int] = phone.run(
        f"{JUDGED} const {{ facts }} = verdict.seal; return [facts.statusList, facts.statusIndex];", seal
    )
    return position == [conflict["list"], conflict["index"]]


def test_a_letter_shown_elsewhere_is_told_after_the_next_exchange_until_it_is_undone_there(
    phones: list[Phone], day: PollingDay, seal: str
) -> None:
    ours, theirs = phones
    enrolled(ours, day)
    enrolled(theirs, day, 1)
    event = theirs.mark(seal)
    theirs.sync()
    assert ours.before(seal) == {"here": [], "elsewhere": False}
    ours.sync()
    assert ours.before(seal) == {"here": [], "elsewhere": True}
    ours.start_again()
    assert ours.before(seal) == {"here": [], "elsewhere": True}
    theirs.undo(event["id"])
    theirs.sync()
    ours.sync()
    assert ours.before(seal) == {"here": [], "elsewhere": False}


# After a restore


def test_what_a_restored_service_has_lost_is_sent_to_it_once_more(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)
    phone.sync()
    day.forget(device["id"], enrolled=True)
    told = phone.sync()
    assert (told["state"], told["unsent"]) == ("done", 0)
    assert day.kept(device["id"]) == 1


def test_a_phone_that_a_restored_service_does_not_know_sends_all_again_once_it_is_enrolled_anew(
    phone: Phone, day: PollingDay, seal: str
) -> None:
    device = enrolled(phone, day)
    phone.mark(seal)
    phone.sync()
    day.forget(device["id"], enrolled=False)
    for _twice in range(2):
        told = phone.sync()
        assert (told["state"], told["code"], told["unsent"]) == ("refused", "device_unknown", 1)
    phone.run("await m.leaveStation(store, { evenUnsent: true });")
    anew = enrolled(phone, day)
    assert phone.sync()["unsent"] == 0
    assert day.kept(anew["id"]) == 1


# By itself


def test_a_mark_is_sent_by_itself_and_not_after_the_end(phone: Phone, day: PollingDay, seal: str) -> None:
    device = enrolled(phone, day)
    keep = "window.told = []; window.stop = m.keepSynchronised(store, (result) => window.told.push(result));"
    phone.run(keep)
    phone.mark(seal)
    until = "for (let turn = 0; turn < 100 && !window.told.some(given_); turn += 1) "
    until += "await new Promise((done) => setTimeout(done, 50));"
    phone.run(until.replace("given_", "(each) => each.sent === 1"))
    assert day.kept(device["id"]) == 1
    phone.run("window.stop();")
    phone.mark(seal)
    phone.run("await new Promise((done) => setTimeout(done, 500));")
    assert day.kept(device["id"]) == 1


def test_a_phone_that_is_no_station_s_asks_nobody(phone: Phone) -> None:
    asked = phone.listen()
    assert phone.sync()["state"] == "unenrolled"
    assert asked == []


def test_synchronising_starts_in_a_service_worker_too(phone: Phone) -> None:
    states = phone.run("""
      const made = await navigator.serviceWorker.register("/static/scan/sync.js", { type: "module" });
      const worker = made.installing ?? made.waiting ?? made.active;
      while (!["activated", "redundant"].includes(worker.state)) await new Promise((done) => setTimeout(done, 50));
      const { state } = worker;
      await made.unregister();
      return state;
    """)
    assert states == "activated"
