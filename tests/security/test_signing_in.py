"""What is planted before somebody signs in, sent from elsewhere, or left behind when they sign out (A24, A25, A33)."""

import re
from pathlib import Path

import pytest
from apiflask import APIFlask

from suket_service.settings import Settings
from tests.security.routes import asked
from tests.web.staff.conftest import PASSWORD, Client, OfficeAtWork
from tests.web.staff.test_matrix import begun

COOKIE, FORM_COOKIE, HOST = "__Host-suket", "__Host-suket-form", "suket.example.go.id"


def cookie(browser: Client, name: str) -> str:
    found = browser.client.get_cookie(name, HOST)
    assert found is not None
    return found.value


def sign_in(browser: Client) -> None:
    answer = browser.post("/login", {"username": "operator", "password": PASSWORD})
    assert answer.status_code == 303


def test_a_token_planted_before_signing_in_is_worth_nothing_after_it(lone_office: OfficeAtWork) -> None:
    planted = "planted-" + "x" * 35
    victim = lone_office.client()
    victim.client.set_cookie(COOKIE, planted, domain=HOST, secure=True)
    sign_in(victim)
    assert cookie(victim, COOKIE) != planted
    thief = lone_office.client()
    thief.client.set_cookie(COOKIE, planted, domain=HOST, secure=True)
    assert thief.get("/account").status_code == 303
    assert victim.get("/account").status_code == 200


def test_a_form_token_planted_before_signing_in_is_worth_nothing_after_it(lone_office: OfficeAtWork) -> None:
    thief, victim = lone_office.client(), lone_office.client()
    page = thief.page("/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    victim.client.set_cookie(FORM_COOKIE, cookie(thief, FORM_COOKIE), domain=HOST, secure=True)
    victim.client.post("/login", data={"username": "operator", "password": PASSWORD, "csrf_token": token[1]})
    assert victim.get("/account").status_code == 200
    assert victim.client.post("/account/devices/end-others", data={"csrf_token": token[1]}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": f"https://{HOST}.evil.example"}],
    ids=["metadata", "origin that begins alike"],
)
def test_no_write_of_any_route_is_taken_from_another_site(
    prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings], headers: dict[str, str]
) -> None:
    with begun(prepared, served_office) as office:
        requests = list(asked(office))  # whoever signs in for them is written down
        before = office.file.read_bytes()
        for endpoint, example, browser in requests:
            if example.method != "GET":
                sent = {**example.form, "csrf_token": browser.token()}
                answer = browser.client.post(example.path, data=sent, headers=headers)
                assert answer.status_code == 403, endpoint
        assert office.file.read_bytes() == before


def test_signing_out_clears_what_the_browser_kept_but_not_the_scanners_records(
    lone_office: OfficeAtWork,
) -> None:
    browser = lone_office.client("operator")
    answer = browser.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert browser.client.get_cookie(COOKIE, HOST) is None


def test_every_cookie_is_for_encrypted_lines_and_out_of_scripts_reach(lone_office: OfficeAtWork) -> None:
    browser = lone_office.client()
    sent = [
        *browser.post("/login", {"username": "operator", "password": PASSWORD}).headers.getlist("Set-Cookie"),
        *browser.post("/language", {"language": "en"}).headers.getlist("Set-Cookie"),
        *browser.post("/logout").headers.getlist("Set-Cookie"),
    ]
    assert {each.partition("=")[0] for each in sent} == {COOKIE, FORM_COOKIE, "bahasa"}
    for each in sent:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; ")), each
        assert "Domain" not in each


@pytest.mark.parametrize("address", ["/a\nb", "/a\r\nSet-Cookie: x=1", "/\t/evil.example", " //evil.example"])
def test_an_address_that_holds_a_line_break_leads_home(lone_office: OfficeAtWork, address: str) -> None:
    answer = lone_office.client().client.post("/language", data={"language": "en", "back": address})
    assert (answer.status_code, answer.location) == (303, "/")
