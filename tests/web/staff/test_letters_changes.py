"""What is done to a letter from its page: each change, its second person, and that nothing happens twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from suket_service import issuing, publishing
from suket_service.core.letter import Action, LetterState, Receiver
from suket_service.registry import letters, proposals
from suket_service.registry.letters import HandOver, LetterRecord, Thing
from suket_service.registry.proposals import Proposal
from tests.builders import OFFICE
from tests.web.staff.conftest import Client, OfficeAtWork

REASON = {"reason": "Sebab yang diketik sendiri"}
TO_PROXY = {"receiver": "proxy", "proxy_name": "SITI AMINAH", "proxy_relation": "anak kandung"}


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


@pytest.fixture
def letter(office: OfficeAtWork) -> LetterRecord:
    return office.letters[0]


def now_of(office: OfficeAtWork, letter: LetterRecord) -> LetterRecord:
    with office.registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter.id)


def history_of(office: OfficeAtWork, letter: LetterRecord) -> list[str]:
    with office.registry.reading() as tx:
        return [event.action for event in letters.events(tx, letter.id)]


def hand_overs(office: OfficeAtWork, letter: LetterRecord) -> list[HandOver]:
    with office.registry.reading() as tx:
        return letters.hand_overs(tx, letter.id)


def asked(office: OfficeAtWork) -> list[Proposal]:
    with office.registry.reading() as tx:
        return proposals.open_of_office(tx, OFFICE.code)


def printed(office: OfficeAtWork, letter: LetterRecord) -> None:
    with office.registry.writing() as tx:
        letters.add_printing(tx, letter.id, "a" * 64, "test", "operator", datetime.now(UTC))


def grow_old(office: OfficeAtWork, letter: LetterRecord) -> None:
    """Four months pass over a letter: its last day draws nearer than a new one's would be."""
    from tests.registry.builders import tampering

    with tampering(office.registry) as connection:
        connection.execute(
            "UPDATE letter SET sealed_valid_until = ? WHERE id = ?",
            [(OFFICE.local_date(datetime.now(UTC)) + timedelta(days=60)).isoformat(), letter.id],
        )


@pytest.mark.parametrize(
    ("path", "form", "state"),
    [
        ("suspend", REASON, LetterState.SUSPENDED),
        ("revoke", REASON, LetterState.REVOKED),
        ("card", {**REASON, "receiver": "holder", "returned": "1"}, LetterState.SUPERSEDED),
    ],
)
def test_one_person_changes_it_at_once_and_once(
    office: OfficeAtWork,
    operator: Client,
    letter: LetterRecord,
    path: str,
    form: dict[str, str],
    state: LetterState,
) -> None:
    url = f"/letters/{letter.id}/{path}"
    answer = operator.post(url, form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/letters/{letter.id}")
    assert now_of(office, letter).state is state
    before = history_of(office, letter)
    assert operator.post(url, form).status_code == 422  # back, and pressed again
    assert operator.get(url).status_code == 409
    assert history_of(office, letter) == before


def test_the_reason_is_in_the_history_with_a_name_and_an_instant(
    operator: Client, letter: LetterRecord
) -> None:
    page = operator.post(f"/letters/{letter.id}/suspend", REASON, follow=True).text
    assert "Surat ditangguhkan dan umum sudah melihatnya" in page
    [event] = re.findall(r"<li><strong>Ditangguhkan</strong>.*?</li>", page, re.DOTALL)
    assert REASON["reason"] in event
    assert "Petugas ·" in event
    assert re.search(r"\d{1,2} \w+ \d{4} \d\d\.\d\d WIB", event)


@pytest.mark.parametrize("path", ["suspend", "revoke", "card"])
def test_outsiders_learn_of_it_in_the_same_breath(
    office: OfficeAtWork, operator: Client, letter: LetterRecord, path: str
) -> None:
    list_of = f"status-list-{letter.status_list}"
    before = publishing.stored(office.registry, list_of)
    operator.post(f"/letters/{letter.id}/{path}", {**REASON, "receiver": "holder"})
    after = publishing.stored(office.registry, list_of)
    assert after is not None
    assert before is None or before.body != after.body


def test_revoke_then_verify_again(operator: Client, letter: LetterRecord) -> None:
    assert "ASLI DAN BERLAKU" in operator.page(f"/letters/{letter.id}")
    operator.post(f"/letters/{letter.id}/revoke", REASON)
    page = operator.page(f"/letters/{letter.id}")
    assert "ASLI DAN BERLAKU" not in page
    assert re.search(r'class="banner red">.*?<h3>DICABUT</h3>', page, re.DOTALL)


@pytest.mark.few(8)
@pytest.mark.parametrize("path", ["suspend", "revoke", "card", "extend", "resume"])
@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "a\nb"])
def test_without_a_proper_reason_nothing_changes_and_all_that_was_typed_stays(
    office: OfficeAtWork, operator: Client, letter: LetterRecord, path: str, reason: str
) -> None:
    if path == "resume":
        operator.post(f"/letters/{letter.id}/suspend", REASON)
    grow_old(office, letter)
    before = now_of(office, letter)
    form = {
        "reason": reason,
        "receiver": "proxy",
        "proxy_name": "SITI AMINAH",
        "proxy_relation": "anak",
        "until": "",
    }
    answer = operator.post(f"/letters/{letter.id}/{path}", form)
    assert answer.status_code == 422
    assert 'id="e-reason"' in answer.text
    assert now_of(office, letter) == before
    assert path != "card" or 'value="SITI AMINAH"' in answer.text


def test_the_card_goes_to_a_proxy_who_is_named(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    operator.post(f"/letters/{letter.id}/card", {**REASON, **TO_PROXY, "returned": "1"})
    [given] = hand_overs(office, letter)
    assert (given.thing, given.receiver, given.proxy_name) == (Thing.CARD, Receiver.PROXY, "SITI AMINAH")
    assert given.old_letter_returned
    page = operator.page(f"/letters/{letter.id}")
    assert "SITI AMINAH (anak kandung)" in page
    assert "surat lama diterima kembali" in page


def test_a_card_given_out_elsewhere_is_noted_without_a_receiver(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    operator.post(f"/letters/{letter.id}/card", {**REASON, "receiver": "elsewhere"})
    assert now_of(office, letter).state is LetterState.SUPERSEDED
    assert hand_overs(office, letter) == []


@pytest.mark.parametrize("path", ["card", "hand-over"])
@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"receiver": "proxy"}, ["proxy_name", "proxy_relation"]),
        ({**TO_PROXY, "proxy_name": "=1+1"}, ["proxy_name"]),
        ({"receiver": "someone"}, ["receiver"]),
        ({}, ["receiver"]),
    ],
)
def test_who_came_is_refused_by_field(
    office: OfficeAtWork,
    operator: Client,
    letter: LetterRecord,
    path: str,
    form: dict[str, str],
    fields: list[str],
) -> None:
    answer = operator.post(f"/letters/{letter.id}/{path}", {**REASON, **form})
    assert answer.status_code == 422
    assert re.findall(r'href="#f-(\w+)"', answer.text) == fields
    assert all(f'id="f-{field}"' in answer.text for field in fields)
    assert hand_overs(office, letter) == []
    assert now_of(office, letter) == letter


def test_a_letter_is_handed_over_once_for_each_printing(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    url = f"/letters/{letter.id}/hand-over"
    answer = operator.post(url, TO_PROXY)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/letters/{letter.id}")
    assert operator.post(url, TO_PROXY).status_code == 422
    assert operator.get(url).status_code == 409
    assert len(hand_overs(office, letter)) == 1
    assert "SITI AMINAH (anak kandung)" in operator.page(f"/letters/{letter.id}")
    printed(office, letter)
    assert operator.post(url, {"receiver": "holder"}).status_code == 303


def test_an_extension_is_proposed_and_shown_until_another_agrees(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    grow_old(office, letter)
    until = OFFICE.local_date(datetime.now(UTC)) + timedelta(days=90)
    answer = operator.post(f"/letters/{letter.id}/extend", {**REASON, "until": until.isoformat()})
    assert answer.status_code == 303
    [proposal] = asked(office)
    assert (proposal.action, proposal.letters, proposal.until) == (Action.EXTEND, (letter.id,), until)
    assert now_of(office, letter).extended_to is None
    page = operator.page(f"/letters/{letter.id}")
    assert "Menunggu pejabat lain" in page
    assert f"/letters/{letter.id}/extend" not in page  # not twice
    assert f"/desk/proposals/{proposal.id}" in office.client("kepala").page(f"/letters/{letter.id}")
    issuing.agree(office.registry, OFFICE.code, proposal.id, "kepala", datetime.now(UTC))
    page = operator.page(f"/letters/{letter.id}")
    assert "diperpanjang" in page
    assert "Menunggu pejabat lain" not in page


@pytest.mark.parametrize("until", ["2020-01-01", "2099-01-01", "besok", "2026-02-30"])
def test_a_day_that_cannot_be_is_refused_at_its_field(
    office: OfficeAtWork, operator: Client, letter: LetterRecord, until: str
) -> None:
    grow_old(office, letter)
    answer = operator.post(f"/letters/{letter.id}/extend", {**REASON, "until": until})
    assert answer.status_code == 422
    assert 'id="e-until"' in answer.text
    assert asked(office) == []


def test_a_letter_as_long_as_a_new_one_is_not_offered_to_be_extended(
    operator: Client, letter: LetterRecord
) -> None:
    assert f"/letters/{letter.id}/extend" not in operator.page(f"/letters/{letter.id}")
    answer = operator.get(f"/letters/{letter.id}/extend")
    assert answer.status_code == 409
    assert "belum perlu diperpanjang" in answer.text


def test_suspending_is_undone_by_two(office: OfficeAtWork, operator: Client, letter: LetterRecord) -> None:
    operator.post(f"/letters/{letter.id}/suspend", REASON)
    assert operator.post(f"/letters/{letter.id}/resume", REASON).status_code == 303
    assert operator.post(f"/letters/{letter.id}/resume", REASON).status_code == 422  # is proposed already
    [proposal] = asked(office)
    assert now_of(office, letter).state is LetterState.SUSPENDED
    issuing.agree(office.registry, OFFICE.code, proposal.id, "kepala", datetime.now(UTC))
    assert now_of(office, letter).state is LetterState.ISSUED


def test_a_draft_is_withdrawn_and_does_nothing_else(office: OfficeAtWork, operator: Client) -> None:
    draft = office.drafts[0]
    page = operator.page(f"/letters/{draft.id}")
    assert set(re.findall(rf"/letters/{draft.id}/([\w-]+)\"", page)) == {"withdraw"}
    for path in ("suspend", "revoke", "card", "extend", "resume"):
        assert (
            operator.post(f"/letters/{draft.id}/{path}", {**REASON, "receiver": "holder"}).status_code == 422
        )
    assert operator.post(f"/letters/{draft.id}/hand-over", {"receiver": "holder"}).status_code == 422
    assert now_of(office, draft) == draft
    assert operator.post(f"/letters/{draft.id}/withdraw", REASON).status_code == 303
    assert now_of(office, draft).state is LetterState.WITHDRAWN


def named(page: str) -> list[str]:
    [ids] = re.findall(r'name="letter" value="([0-9a-f ]+)"', page)
    return list(ids.split())


def test_many_are_revoked_by_two_after_a_look(office: OfficeAtWork, operator: Client) -> None:
    first, second, third = office.letters[:3]
    operator.post(f"/letters/{third.id}/revoke", REASON)
    looked_at = operator.post("/letters/revoke", {"numbers": f"{first.number}\r\n2/2026, 0003;\n9999\n"})
    assert looked_at.status_code == 200
    assert set(named(looked_at.text)) == {first.id, second.id}
    assert re.search(r"Tidak dikenal.*?9999", looked_at.text, re.DOTALL)
    assert re.search(r"Tidak ikut diusulkan.*?0003/", looked_at.text, re.DOTALL)
    assert asked(office) == []
    form = {**REASON, "step": "propose", "letter": " ".join(named(looked_at.text))}
    assert operator.post("/letters/revoke", form).status_code == 303
    [proposal] = asked(office)
    assert (proposal.action, set(proposal.letters)) == (Action.REVOKE, {first.id, second.id})
    assert operator.post("/letters/revoke", form).status_code == 422  # each is proposed already
    assert len(asked(office)) == 1
    issuing.agree(office.registry, OFFICE.code, proposal.id, "kepala", datetime.now(UTC))
    assert now_of(office, first).state is now_of(office, second).state is LetterState.REVOKED


def test_letters_that_changed_since_the_look_are_named_before_the_others_are_proposed(
    office: OfficeAtWork, operator: Client
) -> None:
    first, second = office.letters[:2]
    looked_at = operator.post("/letters/revoke", {"letter": [first.id, second.id]})
    operator.post(f"/letters/{second.id}/revoke", REASON)
    form = {**REASON, "step": "propose", "letter": " ".join(named(looked_at.text))}
    answer = operator.post("/letters/revoke", form)
    assert answer.status_code == 422
    assert "berubah sejak daftarnya dilihat" in answer.text
    assert re.search(r"Tidak ikut diusulkan.*?0002/", answer.text, re.DOTALL)
    assert (named(answer.text), asked(office)) == ([first.id], [])
    assert operator.post("/letters/revoke", {**form, "letter": first.id}).status_code == 303


def test_letters_ticked_in_a_list_are_looked_at_first(office: OfficeAtWork, operator: Client) -> None:
    chosen = [record.id for record in office.letters[:2]]
    assert all(f'value="{letter}" form="chosen"' in operator.page("/letters") for letter in chosen)
    assert set(named(operator.post("/letters/revoke", {"letter": chosen}).text)) == set(chosen)
    assert asked(office) == []


def test_without_a_reason_the_look_at_many_stays(office: OfficeAtWork, operator: Client) -> None:
    form = {"step": "propose", "letter": office.letters[0].id, "reason": " "}
    answer = operator.post("/letters/revoke", form)
    assert answer.status_code == 422
    assert 'id="e-reason"' in answer.text
    assert named(answer.text) == [office.letters[0].id]


@pytest.mark.parametrize(
    "form", [{}, {"numbers": " \n ,"}, {"letter": ""}, {"numbers": "\n".join(map(str, range(5_001)))}]
)
def test_nothing_named_and_too_many_are_refused(operator: Client, form: dict[str, str]) -> None:
    answer = operator.post("/letters/revoke", form)
    assert answer.status_code == 422
    assert 'id="e-numbers"' in answer.text


def test_the_neighbours_ids_and_numbers_are_not_there(office: OfficeAtWork) -> None:
    neighbour, record = office.client("operator-batam"), office.letters[0]
    assert (
        "Tidak ada surat yang dapat diusulkan"
        in neighbour.post("/letters/revoke", {"letter": record.id}).text
    )
    assert "Tidak dikenal" in neighbour.post("/letters/revoke", {"numbers": record.number or ""}).text
    form = {**REASON, "step": "propose", "letter": record.id}
    assert neighbour.post("/letters/revoke", form).status_code == 422
    assert now_of(office, record) == record
