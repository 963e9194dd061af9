"""Signing in, one's own account, and what stands between a form and its end."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from suket_service import administering
from suket_service.administering import CONSOLE
from suket_service.registry import credentials, sessions
from tests.builders import OFFICE
from tests.web.staff.conftest import PASSWORD, SECRET_KEY, Client, OfficeAtWork


def enrol(office: OfficeAtWork, username: str) -> pyotp.TOTP:
    ago = datetime.now(UTC) - timedelta(hours=1)
    secret = administering.propose_totp(office.registry, OFFICE.code, username).secret
    code = pyotp.TOTP(secret).at(ago)
    administering.enrol_totp(office.registry, OFFICE.code, username, secret, code, SECRET_KEY, CONSOLE, ago)
    return pyotp.TOTP(secret)


def sign_in(browser: Client, username: str, password: str = PASSWORD, code: str = "", **more: str) -> object:
    return browser.post("/login", {"username": username, "password": password, "code": code, **more})


def test_an_operator_signs_in_with_a_password(office: OfficeAtWork) -> None:
    browser = office.client()
    answer = browser.post("/login", {"username": "operator", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Akun saya" in browser.page("/account")


def test_an_approver_needs_the_code_as_well(office: OfficeAtWork) -> None:
    totp = enrol(office, "kepala")
    browser = office.client()
    assert browser.post("/login", {"username": "kepala", "password": PASSWORD}).status_code == 401
    given = {"username": "kepala", "password": PASSWORD, "code": totp.now()}
    assert browser.post("/login", given).status_code == 303


def test_a_code_that_was_used_signs_nobody_in_again(office: OfficeAtWork) -> None:
    given = {"username": "kepala", "password": PASSWORD, "code": enrol(office, "kepala").now()}
    assert office.client().post("/login", given).status_code == 303
    assert office.client().post("/login", given).status_code == 401


def test_what_was_typed_stays_but_for_secrets(office: OfficeAtWork) -> None:
    answer = office.client().post(
        "/login", {"username": "operator", "password": "salah sekali", "code": "123456"}
    )
    assert 'value="operator"' in answer.text
    assert "salah sekali" not in answer.text
    assert "123456" not in answer.text


def test_after_five_failures_there_is_a_wait(office: OfficeAtWork) -> None:
    for _ in range(5):
        office.client().post("/login", {"username": "operator", "password": "salah sekali"})
    answer = office.client().post("/login", {"username": "operator", "password": PASSWORD})
    assert answer.status_code == 401
    assert "Tunggu 1 menit" in answer.text


def test_the_token_of_a_session_changes_with_each_sign_in(office: OfficeAtWork) -> None:
    browser, seen = office.client(), set()
    for _ in range(2):
        browser.post("/login", {"username": "operator", "password": PASSWORD})
        cookie = browser.client.get_cookie("__Host-suket", "suket.example.go.id")
        assert cookie is not None
        seen.add(cookie.value)
    assert len(seen) == 2


def test_cookies_are_for_this_host_alone_and_out_of_scripts_reach(office: OfficeAtWork) -> None:
    answer = office.client().post("/login", {"username": "operator", "password": PASSWORD})
    sent = answer.headers.getlist("Set-Cookie")
    assert {each.partition("=")[0] for each in sent} == {"__Host-suket", "__Host-suket-form"}
    assert all({"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; ")) for each in sent)


def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    cookie = browser.client.get_cookie("__Host-suket", "suket.example.go.id")
    assert cookie is not None
    browser.post("/logout")
    thief = office.client()
    thief.client.set_cookie("__Host-suket", cookie.value, domain="suket.example.go.id", secure=True)
    assert thief.get("/account").status_code == 303


def test_signing_in_ends_what_this_browser_was_signed_in_to(office: OfficeAtWork) -> None:
    browser, other = office.client("operator"), office.client("operator")
    cookie = browser.client.get_cookie("__Host-suket", "suket.example.go.id")
    assert cookie is not None
    sign_in(browser, "operator")
    thief = office.client()
    thief.client.set_cookie("__Host-suket", cookie.value, domain="suket.example.go.id", secure=True)
    assert thief.get("/account").status_code == 303
    assert other.get("/account").status_code == 200


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "\\\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_on_to_a_foreign_place(office: OfficeAtWork, address: str) -> None:
    answer = office.client().post("/login", {"username": "operator", "password": PASSWORD, "next": address})
    assert answer.location == "/"


def test_whoever_was_asked_to_sign_in_goes_on_to_where_they_were_going(office: OfficeAtWork) -> None:
    browser = office.client()
    asked = browser.get("/account")
    assert asked.location == "/login?next=/account"
    assert 'name="next" value="/account"' in browser.page(asked.location)


def test_a_write_without_the_pages_token_is_refused(office: OfficeAtWork) -> None:
    answer = office.client("operator").client.post("/logout")
    assert answer.status_code == 400
    assert "muat ulang" in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
    ids=["metadata", "origin"],
)
def test_a_write_from_another_site_is_refused(office: OfficeAtWork, headers: dict[str, str]) -> None:
    browser = office.client("operator")
    answer = browser.client.post("/logout", data={"csrf_token": browser.token()}, headers=headers)
    assert answer.status_code == 403


def test_a_session_ends_after_half_an_hour_without_use(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _age(office, minutes=31)
    assert browser.get("/account").status_code == 303


def test_a_session_that_is_used_goes_on_although_nothing_is_written(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    browser.page("/account")
    _age(office, minutes=29)
    before = office.file.read_bytes()
    browser.page("/account")
    assert office.file.read_bytes() == before
    _age(office, minutes=29)
    assert browser.get("/account").status_code == 200


def test_no_session_outlives_the_day(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    with office.registry.writing() as tx:
        tx.exec_driver_sql("UPDATE staff_session SET created_at = datetime('now', '-13 hours')")
    assert browser.get("/account").status_code == 303


def test_a_form_whose_session_ended_loses_nothing(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _end_sessions(office)
    asked = browser.post("/account/devices/end", {"device": "ab" * 32, "catatan": "teks yang panjang"})
    assert asked.status_code == 401
    assert "teks yang panjang" in asked.text
    kept = {"device": "ab" * 32, "catatan": "teks yang panjang", "_password": PASSWORD, "_for": ended(asked)}
    assert browser.post("/account/devices/end", kept).location == "/account"
    assert "0 perangkat" in browser.page("/account")


def test_another_password_does_not_carry_a_form_on(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _end_sessions(office)
    sign = ended(browser.post("/account/devices/end", {"device": "ab" * 32}))
    again = browser.post(
        "/account/devices/end", {"device": "ab" * 32, "_password": "bukan ini", "_for": sign}
    )
    assert again.status_code == 401
    assert "Tidak terbukti" in again.text
    assert "bukan ini" not in again.text


def test_a_step_that_needs_a_code_asks_for_it_once_a_sitting(office: OfficeAtWork) -> None:
    totp = enrol(office, "kepala")
    browser = office.client("kepala", fresh=False)
    asked = browser.post("/account/recovery-codes")
    assert asked.status_code == 401
    assert "Kode sekali pakai" in asked.text
    assert browser.post("/account/recovery-codes", {"_code": totp.now()}).status_code == 200
    assert browser.post("/account/recovery-codes").status_code == 200


def test_a_sitting_lasts_a_quarter_of_an_hour(office: OfficeAtWork) -> None:
    enrol(office, "kepala")
    browser = office.client("kepala")
    with office.registry.writing() as tx:
        tx.exec_driver_sql(
            "UPDATE staff_session SET confirmed_at = datetime('now', '-15 minutes', '-1 second')"
        )
    assert browser.post("/account/recovery-codes").status_code == 401


def test_a_wrong_code_is_told_and_counted(office: OfficeAtWork) -> None:
    enrol(office, "kepala")
    browser = office.client("kepala", fresh=False)
    for _ in range(5):
        assert browser.post("/account/recovery-codes", {"_code": "000000"}).status_code == 401
    assert "Terlalu banyak" in browser.post("/account/recovery-codes", {"_code": "000000"}).text


def test_whoever_was_given_a_password_chooses_their_own_and_sets_up_codes(office: OfficeAtWork) -> None:
    given = administering.reset_sign_in(office.registry, OFFICE.code, "kepala", "admin", datetime.now(UTC))
    browser = office.client()
    assert sign_in(browser, "kepala", given).location == "/enrol"  # type: ignore[attr-defined]
    assert browser.get("/account").location == "/enrol"
    chosen = {"password": PASSWORD, "repeated": PASSWORD}
    assert browser.post("/account/password", chosen).location == "/enrol"
    page = browser.page("/enrol")
    proposal = re.search(r'name="proposal" value="([^"]+)"', page)
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert proposal
    assert secret
    code = pyotp.TOTP(secret[1].replace(" ", "")).now()
    codes = browser.post("/account/code", {"proposal": proposal[1], "code": code})
    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", codes.text)) == 10
    assert "Akun saya" in browser.page("/account")


def test_a_recovery_code_stands_in_for_a_code_once(office: OfficeAtWork) -> None:
    enrol(office, "kepala")
    page = office.client("kepala").post("/account/recovery-codes").text
    code = re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", page)[0].lower().replace("0", "o")
    assert sign_in(office.client(), "kepala", code=code).status_code == 303  # type: ignore[attr-defined]
    assert sign_in(office.client(), "kepala", code=code).status_code == 401  # type: ignore[attr-defined]
    with office.registry.reading() as tx:
        assert credentials.recovery_codes_left(tx, "kepala") == 9


def test_a_secret_that_was_not_proposed_is_not_taken(office: OfficeAtWork) -> None:
    enrol(office, "kepala")
    answer = office.client("kepala").post("/account/code", {"proposal": "x.y.z", "code": "123456"})
    assert answer.status_code == 422
    assert "terlalu lama" in answer.text


def test_a_new_password_ends_every_other_session(office: OfficeAtWork) -> None:
    here, there = office.client("operator"), office.client("operator")
    form = {"old": PASSWORD, "password": "lima sapi melompat tinggi", "repeated": "lima sapi melompat tinggi"}
    assert here.post("/account/password", form).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_another_password_takes_the_present_one(office: OfficeAtWork) -> None:
    form = {"old": "salah sekali", "password": "lima sapi melompat", "repeated": "lima sapi melompat"}
    assert office.client("operator").post("/account/password", form).status_code == 422


def test_devices_are_listed_and_ended_one_by_one(office: OfficeAtWork) -> None:
    here, there = office.client("operator"), office.client("operator")
    with office.registry.reading() as tx:
        devices = [each.token_hash.hex() for each in sessions.open_of(tx, "operator")]
    assert len(devices) == 2
    assert here.page("/account").count("Test") == 2
    here.post("/account/devices/end-others")
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_nobody_ends_anothers_session(office: OfficeAtWork) -> None:
    theirs = office.client("kepala")
    with office.registry.reading() as tx:
        [device] = [each.token_hash.hex() for each in sessions.open_of(tx, "kepala")]
    office.client("operator").post("/account/devices/end", {"device": device})
    assert theirs.get("/account").status_code == 200


def test_whoever_may_no_longer_act_is_out_at_once(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    administering.set_active(
        office.registry, OFFICE.code, "operator", "admin", datetime.now(UTC), active=False
    )
    assert browser.get("/account").status_code == 303


def test_the_pages_speak_english_by_a_switch(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    assert (
        browser.client.post("/language", data={"language": "en", "back": "/account"}).location == "/account"
    )
    assert "My account" in browser.page("/account")
    assert '<html lang="en">' in browser.page("/account")


def test_a_production_login_page_shows_no_accounts(office: OfficeAtWork) -> None:
    assert "peragaan" not in office.client().page("/login").lower()
    assert office.client().get("/demo/codes").status_code == 404


def test_control_characters_are_refused(office: OfficeAtWork) -> None:
    assert office.client().post("/login", {"username": "a\0b", "password": "x"}).status_code == 400


def _age(office: OfficeAtWork, minutes: int) -> None:
    """Let so much time pass for every session and every browser."""
    earlier = f"-{minutes} minutes"
    with office.registry.writing() as tx:
        tx.exec_driver_sql(
            "UPDATE staff_session SET seen_at = datetime(seen_at, ?), created_at = datetime(created_at, ?)",
            (earlier, earlier),
        )


def _end_sessions(office: OfficeAtWork) -> None:
    with office.registry.writing() as tx:
        tx.exec_driver_sql("UPDATE staff_session SET ended_at = datetime('now')")


def test_codes_that_were_shown_are_not_made_anew_by_a_reload(office: OfficeAtWork) -> None:
    enrol(office, "kepala")
    browser, form = office.client("kepala"), {"_once": "ab" * 16}
    assert "<code>" in browser.post("/account/recovery-codes", form).text
    with office.registry.reading() as tx:
        shown = tx.exec_driver_sql("SELECT code_hash FROM recovery_code ORDER BY id").fetchall()
    again = browser.post("/account/recovery-codes", form)
    assert again.location == "/account"
    assert "sudah ditampilkan" in browser.page("/account")
    with office.registry.reading() as tx:
        assert tx.exec_driver_sql("SELECT code_hash FROM recovery_code ORDER BY id").fetchall() == shown


def test_another_phone_takes_password_and_present_code_and_ends_other_sessions(office: OfficeAtWork) -> None:
    old = enrol(office, "kepala")
    browser, there = office.client("kepala"), office.client("kepala")
    page = browser.page("/account/code")
    proposal = re.search(r'name="proposal" value="([^"]+)"', page)
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert proposal
    assert secret
    form = {"proposal": proposal[1], "code": pyotp.TOTP(secret[1].replace(" ", "")).now()}
    assert browser.post("/account/code", form).status_code == 422
    assert browser.post("/account/code", {**form, "old": PASSWORD}).status_code == 422
    assert browser.post("/account/code", {**form, "old": PASSWORD, "now": old.now()}).status_code == 200
    assert there.get("/account").status_code == 303


def test_a_page_that_carried_a_form_on_signs_nobody_in_again(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _end_sessions(office)
    form = {"device": "ab" * 32}
    answered = {**form, "_password": PASSWORD, "_for": ended(browser.post("/account/devices/end", form))}
    assert browser.post("/account/devices/end", answered).status_code == 303
    _end_sessions(office)
    assert browser.post("/account/devices/end", answered).status_code == 401


def test_what_is_secret_is_carried_on_by_no_page(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _end_sessions(office)
    form = {"old": PASSWORD, "password": "lima sapi melompat", "repeated": "lima sapi melompat"}
    page = browser.post("/account/password", form).text
    assert "lima sapi" not in page
    assert PASSWORD not in page


def test_a_colleagues_cookie_keeps_no_session_alive(office: OfficeAtWork) -> None:
    mine, theirs = office.client("operator"), office.client("kepala")
    _age(office, minutes=31)
    fresh = office.client("kepala")
    fresh.page("/account")
    kept = fresh.client.get_cookie("__Host-suket-form", "suket.example.go.id")
    assert kept is not None
    mine.client.set_cookie("__Host-suket-form", kept.value, domain="suket.example.go.id", secure=True)
    assert mine.get("/account").status_code == 303
    assert theirs.get("/account").status_code == 303


def test_devices_stay_listed_while_they_are_signed_in(office: OfficeAtWork) -> None:
    here, _there = office.client("operator"), office.client("operator")
    here.page("/account")
    _age(office, minutes=29)
    assert here.page("/account").count("Test") == 2
    with office.registry.writing() as tx:
        tx.exec_driver_sql("UPDATE staff_session SET seen_at = datetime('now', '-40 minutes')")
    assert here.page("/account").count("Test") == 2


def test_a_write_notes_that_the_session_is_used(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _age(office, minutes=10)
    browser.post("/account/devices/end", {"device": "ab" * 32})
    with office.registry.reading() as tx:
        [session] = sessions.open_of(tx, "operator")
    assert datetime.now(UTC) - session.seen_at < timedelta(minutes=1)


def test_signing_out_of_a_session_that_is_over_asks_for_nothing(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    _end_sessions(office)
    assert browser.post("/logout").location == "/login"
    assert browser.client.get_cookie("__Host-suket", "suket.example.go.id") is None


@pytest.mark.parametrize("address", ["//[", "/login?x=[", "http://["])
def test_an_address_that_is_none_leads_home(office: OfficeAtWork, address: str) -> None:
    assert office.client().client.get("/login", query_string={"next": address}).status_code == 200
    assert office.client().client.post("/language", data={"back": address}).status_code == 303
    refused = office.client().client.post("/language", headers={"Origin": address})
    assert refused.status_code == 403


def ended(asked: object) -> str:
    """The sign by which a page that asks to sign in again says which session it speaks of."""
    found = re.search(r'name="_for" value="([^"]+)"', asked.text)  # type: ignore[attr-defined]
    assert found
    return found[1]
