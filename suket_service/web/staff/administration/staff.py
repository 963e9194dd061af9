"""The office's staff: added, given another role, let in again, or out. Sees no password but the one it hands over."""

from collections.abc import Callable

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import StaffListing
from suket_service.errors import CallerError, FieldError, NotFound, Problem, Text
from suket_service.registry import credentials, sessions
from suket_service.registry.staff import OF_PEOPLE, Role, StaffMember
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.administration.area import asking, blueprint, one_line
from suket_service.web.staff.menu import ROLE_NAMES

#: What each role is for, said where one is chosen.
_DUTIES = {
    Role.OPERATOR: Text("melayani di loket, mengajukan, mencetak", "serves at the counter, submits, prints"),
    Role.APPROVER: Text(
        "memeriksa dan menyetujui; wajib memakai kode", "checks and approves; must use one-time codes"
    ),
    Role.ADMIN: Text("mengatur kantor; wajib memakai kode", "keeps the office; must use one-time codes"),
    Role.AUDITOR: Text("membaca semuanya, tidak mengubah apa pun", "reads everything, changes nothing"),
}


@blueprint.get("/administration/staff")
def staff() -> str:
    """Everyone of the office, with what they sign in by and when they were last here."""
    return _page(Form())


def _page(form: Form) -> str:
    ask = asking()
    listed = administering.list_staff(ask.registry, ask.office)
    with ask.registry.reading() as tx:
        seen = sessions.last_seen(tx, ask.office)
        held = credentials.of_office(tx, ask.office)
    return render_template(
        "staff/administration/staff.html",
        form=form,
        listed=sorted(listed, key=lambda each: (not each.member.active, each.member.username)),
        seen=seen,
        since={name: each.changed_at.isoformat() for name, each in held.items()},
        good_until={
            name: each.changed_at + administering.FIRST_PASSWORD
            for name, each in held.items()
            if each.must_change
        },
        duties=_DUTIES,
        needs_code=administering.NEEDS_CODE,
        may_change=may("administration.set_role"),
    )


@blueprint.get("/administration/staff/new")
def new_member() -> str:
    """The form for someone new."""
    form = Form({"role": Role.OPERATOR.value})
    return render_template("staff/administration/member.html", form=form, duties=_DUTIES)


@blueprint.post("/administration/staff/new")
def add_member() -> ResponseReturnValue:
    """Add someone, and show once the password for their first sign-in."""
    ask, form = asking(), Form.given()
    with form.catching():
        member = StaffMember(form["username"], ask.office, one_line(form["name"]), _role(form))
        password = administering.add_member_to_sign_in(ask.registry, member, ask.by, ask.at)
        return _show_password(member, password, added=True)
    return render_template("staff/administration/member.html", form=form, duties=_DUTIES), 422


@blueprint.post("/administration/staff/reset")
def reset_member() -> ResponseReturnValue:
    """Let someone sign in anew who lost password or phone; the password for it is shown once."""
    ask, form = asking(), Form.given()
    listing = _find(form["username"])
    with form.catching():
        _require_not_done_yet(listing, form["since"])
        password = administering.reset_sign_in(
            ask.registry, ask.office, listing.member.username, ask.by, ask.at
        )
        return _show_password(listing.member, password, added=False)
    return _page(form), 422


@blueprint.post("/administration/staff/active")
def set_active() -> ResponseReturnValue:
    """Let someone act, or no longer; wherever they are signed in then ends."""
    ask, form = asking(), Form.given()
    member, active = _find(form["username"]).member, form["active"] == "1"

    def change() -> Text:
        administering.set_active(ask.registry, ask.office, member.username, ask.by, ask.at, active=active)
        if active:
            return Text(f"{member.username} aktif kembali.", f"{member.username} is active again.")
        return Text(
            f"{member.username} tidak aktif lagi; di mana pun sedang masuk, sesinya berakhir.",
            f"{member.username} is no longer active; wherever they were signed in has ended.",
        )

    return _changed(form, change)


@blueprint.post("/administration/staff/role")
def set_role() -> ResponseReturnValue:
    """Give someone another role; wherever they are signed in then ends."""
    ask, form = asking(), Form.given()
    member = _find(form["username"]).member

    def change() -> Text:
        role = _role(form)
        administering.set_role(ask.registry, ask.office, member.username, role, ask.by, ask.at)
        name = ROLE_NAMES[role]
        return Text(
            f"{member.username} sekarang {name.id}, dan harus masuk lagi. Perubahan ini tercatat dalam audit.",
            f"{member.username} is now {name.en}, and has to sign in anew. The audit holds this change.",
        )

    return _changed(form, change)


def _changed(form: Form, change: Callable[[], Text]) -> ResponseReturnValue:
    with form.catching():
        told = change()
        # Whoever deactivated themselves has no business on this page any more.
        stays = _find(signed_in().username).member.active
        return done(told, url_for("administration.staff" if stays else "front.home"))
    return _page(form), 422


def _show_password(member: StaffMember, password: str, *, added: bool) -> str:
    return render_template(
        "staff/administration/password.html",
        member=member,
        password=password,
        added=added,
        needs_code=member.role in administering.NEEDS_CODE,
        good_until=asking().at + administering.FIRST_PASSWORD,
    )


def _find(username: str) -> StaffListing:
    ask = asking()
    listed = administering.list_staff(ask.registry, ask.office)
    found = next((each for each in listed if each.member.username == username), None)
    if found is None:
        raise NotFound(
            "no_member", Text("Petugas ini tidak ada di kantor ini.", "This office has no such user.")
        )
    return found


def _role(form: Form) -> Role:
    if form["role"] not in OF_PEOPLE:
        raise FieldError(Problem("role", "unknown", Text("Pilih peran dari daftar.", "Choose a role.")))
    return Role(form["role"])


def _require_not_done_yet(listing: StaffListing, since: str) -> None:
    # Back and reload send the form again; a second password would make the one just handed over worthless.
    ask = asking()
    with ask.registry.reading() as tx:
        held = credentials.find(tx, listing.member.username)
    if (held.changed_at.isoformat() if held else "") != since:
        raise CallerError("already_reset", _ALREADY_RESET)


_ALREADY_RESET = Text(
    "Kata sandi atau kode orang ini sudah berubah sejak halaman itu dibuka. Periksa daftarnya, lalu ulangi bila perlu.",
    "This person's password or codes have changed since that page was opened. Look at the list, then repeat if needed.",
)
