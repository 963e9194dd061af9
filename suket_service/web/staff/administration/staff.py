"""The office's staff: added, given another role, let in again, or out. Sees no password but the one it hands over."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import StaffListing
from suket_service.errors import CallerError, FieldError, NotFound, Problem, Text
from suket_service.registry import credentials, sessions
from suket_service.registry.staff import Role, StaffMember
from suket_service.web.forms import Form, done
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.administration.area import asking, blueprint, is_admin, one_line
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
        must_change={name for name, each in held.items() if each.must_change},
        duties=_DUTIES,
        needs_code=administering.NEEDS_CODE,
        may_change=is_admin(),
    )


@blueprint.route("/administration/staff/new", methods=["GET", "POST"])
def new_member() -> ResponseReturnValue:
    """Add someone, and show once the password for their first sign-in."""
    ask, form = asking(), Form.given()
    if request.method == "GET":
        form = Form({"role": Role.OPERATOR.value})
        return render_template("staff/administration/member.html", form=form, duties=_DUTIES)
    with form.catching():
        member = StaffMember(form["username"], ask.office, one_line(form["name"]), _role(form))
        administering.add_member(ask.registry, member, ask.by, ask.at)
        password = administering.reset_sign_in(ask.registry, ask.office, member.username, ask.by, ask.at)
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
    """Give someone another role; one's own as approver takes a word of its own."""
    ask, form = asking(), Form.given()
    member = _find(form["username"]).member

    def change() -> Text:
        role = _role(form)
        if role is member.role:
            raise FieldError(Problem("role", "nothing_to_change", _SAME_ROLE))
        if member.username == ask.by and not form["knowingly"]:
            raise FieldError(Problem("role", "own_role", _OWN_ROLE))
        administering.set_role(ask.registry, ask.office, member.username, role, ask.by, ask.at)
        name = ROLE_NAMES[role]
        return Text(
            f"{member.username} sekarang {name.id}. Perubahan ini tercatat dalam audit.",
            f"{member.username} is now {name.en}. The audit holds this change.",
        )

    return _changed(form, change)


def _changed(form: Form, change: Callable[[], Text]) -> ResponseReturnValue:
    with form.catching():
        told = change()
        # Whoever gave up the role of administrator has no business on this page any more.
        still = _find(signed_in().username).member
        stays = still.active and still.role is Role.ADMIN
        return done(told, url_for("administration.staff" if stays else "front.home"))
    return _page(form), 422


def _show_password(member: StaffMember, password: str, *, added: bool) -> str:
    return render_template(
        "staff/administration/password.html",
        member=member,
        password=password,
        added=added,
        needs_code=member.role in administering.NEEDS_CODE,
    )


def _find(username: str) -> StaffListing:
    ask = asking()
    listed = administering.list_staff(ask.registry, ask.office)
    found = next((each for each in listed if each.member.username == username), None)
    if found is None:
        raise NotFound(
            "no_member", Text("Pengguna ini tidak ada di kantor ini.", "This office has no such user.")
        )
    return found


def _role(form: Form) -> Role:
    if form["role"] not in list(Role):
        raise FieldError(Problem("role", "unknown", Text("Pilih peran dari daftar.", "Choose a role.")))
    return Role(form["role"])


def _require_not_done_yet(listing: StaffListing, since: str) -> None:
    # Back and reload send the form again; a second password would make the one just handed over worthless.
    ask = asking()
    with ask.registry.reading() as tx:
        held = credentials.find(tx, listing.member.username)
    if (held.changed_at.isoformat() if held else "") != since:
        raise CallerError("already_reset", _ALREADY_RESET)


_SAME_ROLE = Text("Perannya sudah itu.", "That is the role already.")
_OWN_ROLE = Text(
    "Mengubah peran sendiri tercatat dalam audit dan dilihat auditor. Centang bahwa Anda menyadarinya.",
    "Changing one's own role is kept in the audit and seen by the auditor. Tick that you know it.",
)
_ALREADY_RESET = Text(
    "Kata sandi atau kode orang ini sudah berubah sejak halaman itu dibuka. Periksa daftarnya, lalu ulangi bila perlu.",
    "This person's password or codes have changed since that page was opened. Look at the list, then repeat if needed.",
)
