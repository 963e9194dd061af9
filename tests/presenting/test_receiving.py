"""What phones send: kept once, each event on its own, by the device's own station; and what they are told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from suket_service import presenting
from suket_service.errors import NotAllowed
from suket_service.presenting import events, receiving, replies
from suket_service.presenting.events import Malformed, Told
from suket_service.registry import audit, presentations
from suket_service.registry.session import Registry
from tests.builders import NOON
from tests.presenting.polls import HERE, KOTA, OPENS, Phone, Polls, plan, planned
from tests.registry.builders import Refused, raw

ID, OTHER = "a" * 32, "b" * 32


def received(polls: Polls) -> list[tuple[str, str, dict[str, int]]]:
    with polls.registry.reading() as tx:
        found = audit.of_action(tx, "presentations.receive")
    return [(each.actor, each.subject, json.loads(each.details)) for each in found]


class TestForm:
    """Field by field; no registry is asked."""

    def event(self, **changes: Any) -> dict[str, Any]:
        return Phone().event(id=ID, **changes)

    def code(self, **changes: Any) -> str:
        found = events.read(self.event(**changes))
        assert isinstance(found, Malformed)
        assert found.id in (None, ID)
        return found.code

    def test_a_good_event_is_read_whole(self) -> None:
        found = events.read(self.event(list=2, index=7, proof="0f" * 32, bundle_version=5, at=1_000))
        assert isinstance(found, Told)
        assert found.proof == b"\x0f" * 32
        assert found.event == presentations.Event(
            id=ID,
            kind="shown",
            position=(2, 7),
            at=datetime.fromtimestamp(1_000, UTC),
            seq=1,
            outcome="valid",
            bundle_version=5,
            undoes=None,
        )

    @pytest.mark.parametrize("sent", [None, "x", 1, [], [{}]])
    def test_what_is_no_object_is_no_event(self, sent: object) -> None:
        assert events.read(sent) == Malformed(None, "event_invalid")

    @pytest.mark.parametrize("named", [None, 1, "", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 31 + "\n"])
    def test_an_event_without_an_id_is_nobodys(self, named: object) -> None:
        assert events.read({**self.event(), "id": named}) == Malformed(None, "id_invalid")

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("at", [None, "1", 1.5, True, -1, 253_402_300_800, 10**30]),
            ("seq", [None, "1", 1.5, True, -1, 2**31]),
            ("list", [None, "1", 0, True, 65_536]),
            ("index", [None, "1", -1, False, 2**24]),
            ("bundle_version", ["1", -1, 1.5, True]),
            ("proof", [1, "", "0" * 63, "0" * 65, "F" * 64]),
            ("undoes", [OTHER, 1, ""]),
        ],
    )
    def test_each_field_has_its_range(self, field: str, values: list[object]) -> None:
        assert {self.code(**{field: each}) for each in values} == {f"{field}_invalid"}

    @pytest.mark.parametrize("kind", [None, 1, "", "Shown", "deleted"])
    def test_there_are_two_kinds(self, kind: object) -> None:
        assert self.code(kind=kind) == "kind_unknown"

    @pytest.mark.parametrize("outcome", [None, "", "green", 1, ["valid"]])
    def test_what_was_seen_is_an_outcome(self, outcome: object) -> None:
        assert self.code(outcome=outcome) == "outcome_unknown"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"undoes": None}, "undoes_invalid"),
            ({"undoes": "x"}, "undoes_invalid"),
            ({"undoes": ID}, "undoes_invalid"),
            ({"outcome": "valid"}, "outcome_unknown"),
            ({"proof": "0" * 64}, "proof_invalid"),
        ],
    )
    def test_an_undoing_names_another_event_and_nothing_else(
        self, changes: dict[str, object], code: str
    ) -> None:
        assert self.code(**{"kind": "undone", "outcome": "", "undoes": OTHER, **changes}) == code

    def test_other_members_are_passed_over(self) -> None:
        assert events.read(self.event(nik="2172031708950003")) == events.read(self.event())

    @pytest.mark.parametrize("at", [0, 253_402_300_799])
    def test_a_phones_clock_may_say_anything(self, polls: Polls, at: int) -> None:
        phone = polls.phone(polls.stations[0])
        assert polls.results(phone, polls.scan(phone, polls.papers[0], at=at)) == [("stored", None)]


class TestKeeping:
    def test_a_letter_that_was_read_is_stored(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        assert polls.results(phone, polls.scan(phone, polls.papers[0])) == [("stored", None)]

    def test_sending_again_changes_nothing(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        event = polls.scan(phone, polls.papers[0])
        assert polls.results(phone, event, event) == [("stored", None), ("known", None)]
        assert polls.results(phone, event) == [("known", None)]
        assert [each[2]["stored"] for each in received(polls)] == [1]

    @pytest.mark.few(2)
    @pytest.mark.parametrize(
        "changes", [{"at": 5}, {"seq": 99}, {"outcome": "expired"}, {"index": 1}, {"bundle_version": 1}]
    )
    def test_other_contents_under_a_known_id_are_refused(
        self, polls: Polls, changes: dict[str, object]
    ) -> None:
        phone = polls.phone(polls.stations[0])
        event = polls.scan(phone, polls.papers[0])
        answers = polls.results(phone, event, {**event, **changes})
        assert answers == [("stored", None), ("refused", "event_differs")]

    def test_two_phones_may_have_made_the_same_id(self, polls: Polls) -> None:
        for station in polls.stations[:2]:
            phone = polls.phone(station)
            assert polls.results(phone, polls.scan(phone, polls.papers[0], id=ID)) == [("stored", None)]

    @pytest.mark.parametrize(
        "forge",
        [
            lambda proof, fingerprint: None,
            lambda proof, fingerprint: "0" * 64,
            lambda proof, fingerprint: fingerprint.hex(),
            lambda proof, fingerprint: proof[:-1] + ("0" if proof[-1] != "0" else "1"),
        ],
        ids=["none", "zeros", "fingerprint", "one digit"],
    )
    def test_without_having_read_it_no_letter_is_marked(
        self, polls: Polls, forge: Callable[[str, bytes], str | None]
    ) -> None:
        phone, paper = polls.phone(polls.stations[0]), polls.papers[0]
        event = polls.scan(phone, paper)
        forged = {**event, "proof": forge(event["proof"], polls.fingerprint(paper))}
        assert polls.results(phone, forged) == [("unproven", None)]
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 0

    def test_what_a_bundle_holds_of_a_fingerprint_proves_nothing(self, polls: Polls) -> None:
        phone, paper = polls.phone(polls.stations[0]), polls.papers[0]
        for held in (polls.fingerprint(paper)[:8], polls.fingerprint(paper)[:8] + bytes(24)):
            assert polls.results(phone, phone.shows(paper, held)) == [("unproven", None)]

    def test_another_stations_proof_proves_nothing_here(self, polls: Polls) -> None:
        here, there = polls.phone(polls.stations[0]), polls.phone(polls.stations[1])
        event = polls.scan(there, polls.papers[0])
        assert polls.results(here, event) == [("unproven", None)]

    def test_a_proof_of_another_letter_or_event_proves_nothing(self, polls: Polls) -> None:
        phone, [paper, other, _] = polls.phone(polls.stations[0]), polls.papers
        event = polls.scan(phone, paper)
        assert (
            polls.results(
                phone,
                {**event, "index": other.position[1]},
                {**event, "id": OTHER},
            )
            == [("unproven", None)] * 2
        )

    @pytest.mark.few(2)
    @pytest.mark.parametrize("place", [(1, 999), (9, 0), (65_535, 2**24 - 1)])
    def test_a_letter_that_was_never_issued_is_kept_as_evidence(
        self, polls: Polls, place: tuple[int, int]
    ) -> None:
        phone = polls.phone(polls.stations[0])
        event = phone.event(list=place[0], index=place[1], proof="0" * 64, outcome="unregistered")
        assert polls.results(phone, event, event) == [("unproven", None), ("unproven", None)]
        [kept] = presenting.unproven(polls.registry, HERE, polls.election)
        assert (kept.number, kept.event, kept.outcome, kept.undone) == (
            None,
            event["id"],
            "unregistered",
            False,
        )
        assert polls.conflicts() == []

    def test_other_facts_than_on_record_are_shown_with_the_number_on_record(self, polls: Polls) -> None:
        phone, paper = polls.phone(polls.stations[1]), polls.papers[0]
        event = phone.shows(paper, bytes(32), outcome="mismatch")
        polls.send(phone, event)
        polls.send(phone, phone.undoes(event))
        [kept] = presenting.unproven(polls.registry, HERE, polls.election)
        assert (kept.number, kept.station.code, kept.device_name, kept.undone) == (
            paper.number,
            "002",
            phone.name,
            True,
        )

    def test_a_letter_that_counts_no_more_is_marked_all_the_same(self, polls: Polls) -> None:
        polls.office.revoke(polls.papers[0])
        phone = polls.phone(polls.stations[0])
        assert polls.results(phone, polls.scan(phone, polls.papers[0], outcome="revoked")) == [
            ("stored", None)
        ]

    def test_unproven_events_have_an_end(self, polls: Polls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiving, "MOST_UNPROVEN", 3)
        phone = polls.phone(polls.stations[0])
        assert polls.results(phone, *(phone.event() for _ in range(5))) == [
            *[("unproven", None)] * 3,
            *[("refused", "too_many_unproven")] * 2,
        ]
        assert polls.results(phone, phone.event()) == [("refused", "too_many_unproven")]
        assert polls.results(phone, polls.scan(phone, polls.papers[0])) == [("stored", None)]
        other = polls.phone(polls.stations[0])
        assert polls.results(other, other.event()) == [("unproven", None)]

    def test_events_of_a_phone_have_an_end(self, polls: Polls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiving, "MOST_EVENTS", 2)
        phone = polls.phone(polls.stations[0])
        first, second, third = (polls.scan(phone, each) for each in polls.papers)
        assert polls.results(phone, first, phone.undoes(first), second) == [
            *[("stored", None)] * 2,
            ("refused", "too_many_events"),
        ]
        assert polls.results(phone, third, first) == [("refused", "too_many_events"), ("known", None)]

    def test_a_phone_cannot_flood_everyone_with_one_letter(
        self, polls: Polls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every phone that holds the letter too is told of each showing, and pays for it with each call."""
        monkeypatch.setattr(receiving, "MOST_OF_ONE_LETTER", 3)
        rogue, honest = polls.phone(polls.stations[0]), polls.phone(polls.stations[1])
        paper, other = polls.papers[:2]
        first = polls.scan(rogue, paper)
        sent = [first, rogue.undoes(first), *(polls.scan(rogue, paper) for _ in range(2))]
        results = [*[("stored", None)] * 3, ("refused", "too_many_events")]
        assert polls.results(rogue, *sent) == results
        assert polls.results(rogue, rogue.undoes(sent[2])) == [("refused", "too_many_events")]
        assert polls.results(rogue, first, polls.scan(rogue, other)) == [("known", None), ("stored", None)]
        assert polls.results(honest, polls.scan(honest, paper)) == [("stored", None)]
        [conflict] = polls.send(honest).conflicts
        assert len(conflict.elsewhere) == 1

    def test_the_ends_are_far_off(self) -> None:
        assert receiving.MOST_OF_ONE_LETTER == 100
        assert (receiving.MOST_AT_ONCE, receiving.MOST_UNPROVEN, receiving.MOST_EVENTS) == (500, 200, 20_000)

    def test_a_call_with_new_events_is_one_entry_of_counts(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        polls.send(phone, shown, phone.undoes(shown), phone.event(), phone.event(kind="x"))
        assert received(polls) == [("device", phone.id, {"stored": 3, "undone": 1, "unproven": 1})]

    def test_a_revoked_phones_events_are_not_taken(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        presenting.revoke_device(polls.registry, HERE, phone.id, "Hilang", "operator", polls.at)
        with pytest.raises(NotAllowed):
            polls.send(phone, polls.scan(phone, polls.papers[0]))
        assert received(polls) == []

    def test_what_a_phone_sent_before_it_was_revoked_stays(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        polls.send(phone, polls.scan(phone, polls.papers[0]))
        presenting.revoke_device(polls.registry, HERE, phone.id, "Hilang", "operator", polls.at)
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 1


class TestUndoing:
    def test_an_undone_showing_is_in_force_no_more(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        assert polls.results(phone, shown, phone.undoes(shown)) == [("stored", None)] * 2
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 0

    def test_it_may_come_before_what_it_undoes(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        polls.send(phone, phone.undoes(shown))
        polls.send(phone, shown)
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 0

    def test_another_phones_showing_is_not_undone(self, polls: Polls) -> None:
        one, other = polls.phone(polls.stations[0]), polls.phone(polls.stations[0])
        shown = polls.scan(one, polls.papers[0])
        polls.send(one, shown)
        assert polls.results(other, other.undoes(shown)) == [("stored", None)]
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 1

    def test_an_undoing_that_names_another_letter_undoes_nothing(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        polls.send(phone, shown, {**phone.undoes(shown), "index": 1})
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 1

    def test_an_undoing_is_not_undone(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        undone = phone.undoes(shown)
        polls.send(phone, shown, undone, phone.undoes(undone))
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 0

    def test_shown_again_afterwards_it_is_in_force(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        shown = polls.scan(phone, polls.papers[0])
        polls.send(phone, shown, phone.undoes(shown), polls.scan(phone, polls.papers[0]))
        assert presenting.stations_state(polls.registry, HERE, polls.election)[0].shown == 1


class TestNews:
    def test_a_phone_hears_of_the_others_and_not_of_itself(self, polls: Polls) -> None:
        here, near, far = polls.phone(1), polls.phone(1), polls.phone(2)
        polls.send(near, polls.scan(near, polls.papers[0]))
        polls.send(far, polls.scan(far, polls.papers[1]))
        news = polls.send(here, polls.scan(here, polls.papers[2])).news
        assert set(news.seen) == {polls.papers[0].position, polls.papers[1].position}

    def test_it_hears_each_thing_once(self, polls: Polls) -> None:
        here, there = polls.phone(1), polls.phone(2)
        polls.send(there, polls.scan(there, polls.papers[0]))
        first = polls.send(here).news
        assert (first.seen, first.more, first.resend) == ((polls.papers[0].position,), False, False)
        again = polls.send(here, after=first.cursor).news
        assert (again.seen, again.cursor) == ((), first.cursor)
        polls.send(there, polls.scan(there, polls.papers[1]))
        assert polls.send(here, after=first.cursor).news.seen == (polls.papers[1].position,)

    def test_unproven_and_undone_showings_are_no_news(self, polls: Polls) -> None:
        here, there = polls.phone(1), polls.phone(2)
        shown = polls.scan(there, polls.papers[0])
        polls.send(there, there.event(), shown, there.undoes(shown))
        assert polls.send(here).news.seen == ()

    def test_what_is_undone_later_is_taken_back(self, polls: Polls) -> None:
        here, there = polls.phone(1), polls.phone(2)
        shown = polls.scan(there, polls.papers[0])
        polls.send(there, shown)
        first = polls.send(here).news
        polls.send(there, there.undoes(shown))
        later = polls.send(here, after=first.cursor).news
        assert (later.seen, later.unseen) == ((), (polls.papers[0].position,))

    def test_what_another_phone_still_holds_is_not_taken_back(self, polls: Polls) -> None:
        here, there, third = polls.phone(1), polls.phone(2), polls.phone(2)
        shown = polls.scan(there, polls.papers[0])
        polls.send(there, shown)
        polls.send(third, polls.scan(third, polls.papers[0]))
        first = polls.send(here).news
        polls.send(there, there.undoes(shown))
        assert polls.send(here, after=first.cursor).news.unseen == ()

    def test_much_news_comes_in_portions(self, polls: Polls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(replies, "MOST_SEEN", 2)
        here, there = polls.phone(1), polls.phone(2)
        polls.send(there, *(polls.scan(there, each) for each in polls.papers))
        heard, cursor, calls, more = set[tuple[int, int]](), 0, 0, True
        while more:
            news = polls.send(here, after=cursor).news
            heard |= set(news.seen)
            cursor, more, calls = news.cursor, news.more, calls + 1
        assert (heard, calls) == ({each.position for each in polls.papers}, 2)

    def test_another_elections_events_are_no_news(self, polls: Polls) -> None:
        here, there = polls.phone(1), polls.phone(2)
        polls.election = plan(polls.registry, planned(name="Lain"))
        elsewhere = polls.phone(2)
        polls.send(elsewhere, polls.scan(elsewhere, polls.papers[0]))
        assert polls.send(here).news.seen == ()
        polls.send(there, polls.scan(there, polls.papers[1]))
        assert polls.send(here).news.seen == (polls.papers[1].position,)

    @pytest.mark.few(1)
    @pytest.mark.parametrize("after", [10**6, 2**31, 2**53 - 1])
    def test_a_cursor_of_another_registry_begins_anew(self, polls: Polls, after: int) -> None:
        here, there = polls.phone(1), polls.phone(2)
        polls.send(there, polls.scan(there, polls.papers[0]))
        news = polls.send(here, after=after).news
        if after >= 2**31:
            assert (news.resend, news.seen) == (True, (polls.papers[0].position,))
        assert news.cursor < 2**53


class TestNoting:
    def test_what_a_phone_says_of_itself_is_noted(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        polls.send(phone, at=NOON, bundle_version=7, unsent=3, app="1.2.3")
        held = polls.device(phone)
        assert (held.synced_at, held.bundle_version, held.unsent, held.app) == (NOON, 7, 3, "1.2.3")

    def test_asking_alone_is_noted_once_a_minute_and_never_on_record(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        for seconds in (0, 30, 59):
            polls.send(phone, at=OPENS + timedelta(seconds=seconds), unsent=seconds)
        assert polls.device(phone).synced_at == OPENS
        polls.send(phone, at=OPENS + timedelta(seconds=60), unsent=60)
        assert (polls.device(phone).synced_at, polls.device(phone).unsent) == (
            OPENS + timedelta(seconds=60),
            60,
        )
        assert received(polls) == []

    def test_asking_alone_waits_for_no_writer(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        polls.send(phone)
        with polls.registry.writing():
            assert polls.send(phone, at=polls.at + timedelta(seconds=10)).answers == ()

    def test_events_are_noted_at_once(self, polls: Polls) -> None:
        phone = polls.phone(polls.stations[0])
        polls.send(phone)
        later = polls.at + timedelta(seconds=1)
        polls.send(phone, polls.scan(phone, polls.papers[0]), at=later)
        assert polls.device(phone).synced_at == later


def test_what_is_kept_names_nobody(polls: Polls, registry: Registry) -> None:
    phone = polls.phone(polls.stations[0])
    polls.send(phone, polls.scan(phone, polls.papers[0], name="SUHARTINI", nik="2172031708950001"))
    with raw(registry) as database:
        kept = str(database.execute("SELECT * FROM presentation").fetchall())
    assert "SUHARTINI" not in kept
    assert "2172031708950001" not in kept
    assert KOTA not in kept


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM presentation", "UPDATE presentation SET outcome = 'forged'"],
    ids=["deleted", "changed"],
)
def test_what_was_received_is_never(polls: Polls, statement: str) -> None:
    phone = polls.phone(1)
    polls.send(phone, phone.event())
    with raw(polls.registry) as database, pytest.raises(Refused, match="append-only"):
        database.execute(statement)
