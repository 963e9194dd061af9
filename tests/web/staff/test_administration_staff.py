"""The office's staff by its page: a password handed over once, and an office that never lacks an administrator."""

import re
from datetime import UTC, datetime

import pytest

from suket_service import administering
from suket_service.registry import audit, credentials
from suket_service.registry.staff import Role, StaffMember
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples.administration import MEMBER

PASSWORD = re.compile(r"[2-9a-z]{4}(?:-[2-9a-z]{4}){3}")


def role_of(office: OfficeAtWork, username: str) -> Role:
    listed = administering.list_staff(office.registry, OFFICE.code)
    return next(each.member.role for each in listed if each.member.username == username)


def another_admin(office: OfficeAtWork) -> None:
    member = StaffMember("admin2", OFFICE.code, "Admin Kedua", Role.ADMIN)
    administering.add_member(office.registry, member, "admin", datetime.now(UTC))


def password_in(text: str) -> str:
    shown = PASSWORD.search(text)
    assert shown is not None
    return shown.group()


def since(office: OfficeAtWork, username: str) -> str:
    page = office.client("admin").page("/administration/staff")
    found = re.search(
        rf'name="username" value="{username}"><input type="hidden" name="since" value="([^"]*)"', page
    )
    assert found is not None
    return found.group(1)


def test_a_new_members_password_signs_them_in_to_choose_their_own(office: OfficeAtWork) -> None:
    answer = office.client("admin").post("/administration/staff/new", MEMBER)
    password = password_in(answer.text)
    newcomer = office.client()
    signed_in = newcomer.post("/login", {"username": "baru", "password": password})
    assert (signed_in.status_code, signed_in.location) == (303, "/enrol")
    assert "Pilih kata sandi" in newcomer.page("/enrol")


def test_the_password_is_in_no_address_no_cookie_and_no_second_page(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    answer = browser.post("/administration/staff/new", MEMBER)
    password = password_in(answer.text)
    assert "Location" not in answer.headers
    assert password not in str(answer.headers)
    assert password not in browser.page("/administration/staff")


def test_the_same_form_again_adds_nobody(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    browser.post("/administration/staff/new", MEMBER)
    answer = browser.post("/administration/staff/new", MEMBER)
    assert answer.status_code == 422
    assert PASSWORD.search(answer.text) is None


def test_who_is_added_is_told_what_is_wrong_beside_the_field(office: OfficeAtWork) -> None:
    form = {"name": "", "username": "Besar", "role": "boss"}
    answer = office.client("admin").post("/administration/staff/new", form)
    assert answer.status_code == 422
    assert "✕" in answer.text
    assert 'value="Besar"' in answer.text


def test_a_reset_ends_their_sessions_and_hands_over_a_password(office: OfficeAtWork) -> None:
    theirs = office.client("operator")
    form = {"username": "operator", "since": since(office, "operator")}
    answer = office.client("admin").post("/administration/staff/reset", form)
    assert password_in(answer.text)
    assert theirs.get("/account").status_code == 303


def test_a_reload_does_not_reset_again(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    form = {"username": "operator", "since": since(office, "operator")}
    browser.post("/administration/staff/reset", form)
    answer = browser.post("/administration/staff/reset", form)
    assert answer.status_code == 422
    assert PASSWORD.search(answer.text) is None


def test_whoever_is_deactivated_is_out_at_once_and_can_come_back(office: OfficeAtWork) -> None:
    browser, theirs = office.client("admin"), office.client("operator")
    browser.post("/administration/staff/active", {"username": "operator", "active": ""})
    assert theirs.get("/account").status_code == 303
    assert "tidak aktif" in browser.page("/administration/staff")
    browser.post("/administration/staff/active", {"username": "operator", "active": "1"})
    assert office.client("operator").get("/account").status_code == 200


def test_the_last_administrator_stays_one(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    answer = browser.post("/administration/staff/active", {"username": "admin", "active": ""})
    assert answer.status_code == 422
    assert "administrator terakhir" in answer.text
    assert role_of(office, "admin") is Role.ADMIN


def test_ones_own_role_is_for_another_to_change(office: OfficeAtWork) -> None:
    another_admin(office)
    browser, form = office.client("admin"), {"username": "admin", "role": "approver"}
    refused = browser.post("/administration/staff/role", form)
    assert refused.status_code == 422
    assert "Peran sendiri tidak dapat diganti" in refused.text
    assert role_of(office, "admin") is Role.ADMIN
    own = refused.text.partition('">admin</span>')[2].partition("</tr>")[0]
    assert 'name="role"' not in own


def test_a_role_given_is_for_a_session_that_begins_with_it(office: OfficeAtWork) -> None:
    theirs = office.client("operator")
    office.client("admin").post("/administration/staff/role", {"username": "operator", "role": "admin"})
    assert theirs.get("/administration/staff").location == "/login?next=/administration/staff"
    with office.registry.reading() as tx:
        entry = audit.of_action(tx, "staff.role")[-1]
    assert (entry.actor, entry.subject, entry.details) == (
        "admin",
        "operator",
        '{"from":"operator","to":"admin"}',
    )


def test_a_first_password_is_told_with_its_last_day_and_when_it_is_over(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    added = browser.post("/administration/staff/new", MEMBER)
    assert "Berlaku sampai" in added.text
    assert "berlaku sampai" in browser.page("/administration/staff")
    week_ago = datetime.now(UTC) - administering.FIRST_PASSWORD
    with office.registry.writing() as tx:
        held = credentials.find(tx, "baru")
        assert held is not None
        credentials.put_password(tx, "baru", held.password_hash, week_ago, must_change=True)
    assert "kata sandi pertama tidak berlaku lagi" in browser.page("/administration/staff")
    late = office.client().post("/login", {"username": "baru", "password": password_in(added.text)})
    assert late.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        *(f"/administration/staff/{step}" for step in ("new", "reset", "active", "role")),
        *(f"/administration/clients/{step}" for step in ("new", "0/renew", "0/revoke")),
    ],
)
def test_whatever_hands_out_accounts_or_keys_takes_a_fresh_code(office: OfficeAtWork, path: str) -> None:
    form = {**MEMBER, "username": "operator2", "role": "auditor"}
    asked = office.client("admin", fresh=False).post(path, form)
    assert asked.status_code == 401
    assert 'name="_code"' in asked.text
    assert role_of(office, "operator2") is Role.OPERATOR


def test_anothers_role_is_changed_without_more(office: OfficeAtWork) -> None:
    form = {"username": "operator2", "role": "auditor"}
    answer = office.client("admin").post("/administration/staff/role", form, follow=True)
    assert "operator2 sekarang auditor" in answer.text
    assert role_of(office, "operator2") is Role.AUDITOR


def test_another_offices_staff_is_not_listed(office: OfficeAtWork) -> None:
    assert "batam" not in office.client("admin").page("/administration/staff")


def test_the_list_says_who_cannot_sign_in_and_who_was_here(office: OfficeAtWork) -> None:
    office.client("kepala")
    page = office.client("admin").page("/administration/staff")
    assert "kode belum dipasang" in page
    assert "belum pernah" in page
    row = page.partition("kepala</span>")[2].partition("</tr>")[0]
    assert "WIB" in row
