"""``suket users``: the office's staff, kept by whoever runs this machine. Proves nobody."""

import io
from typing import Any

import click
import segno

from suket_service import administering
from suket_service.administering import CONSOLE, NEEDS_CODE, StaffListing
from suket_service.cli.proving import ask_secret, is_terminal, with_tries
from suket_service.cli.session import Session, now, print_json
from suket_service.errors import FieldError, Problem, Text
from suket_service.registry.staff import OF_PEOPLE, Role, StaffMember

_ROLE = click.Choice([role.value for role in OF_PEOPLE])
_OFFICE = click.option("--office", help="Kode kantor, bila lebih dari satu.")


@click.group()
def users() -> None:
    """Petugas kantor, perannya, kata sandi dan kode sekali pakainya.

    Dijalankan oleh pengelola mesin ini. Kata sandi dan kode tidak pernah menjadi argumen: di terminal diketik
    tanpa tampak, dari pipa dibaca satu baris.
    """


@users.command("list")
@_OFFICE
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
@click.pass_obj
def list_(session: Session, office: str | None, as_json: bool) -> None:
    """Daftar petugas, juga yang tidak aktif."""
    for each in administering.list_staff(session.registry, session.office(office)):
        if as_json:
            print_json(_listing_json(each))
            continue
        member = each.member
        line = f"{member.username:<16} {member.role.value:<9} {_standing(session, each):<24} {member.name}"
        click.echo(line)


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="Nama lengkap.")
@click.option("--role", required=True, type=_ROLE, help="Peran.")
@_OFFICE
@click.pass_obj
def add(session: Session, username: str, name: str, role: str, office: str | None) -> None:
    """Tambah petugas."""
    member = StaffMember(username, session.office(office), name.strip(), Role(role))
    administering.add_member(session.registry, member, CONSOLE, now())
    session.say(
        f"{username} ditambahkan. Berikutnya: suket users password {username}",
        f"{username} was added. Next: suket users password {username}",
    )


@users.command()
@click.argument("username")
@_OFFICE
@click.pass_obj
def password(session: Session, username: str, office: str | None) -> None:
    """Beri kata sandi (baru). Di terminal diketik dua kali tanpa tampak; dari pipa satu baris."""
    code = session.office(office)

    def attempt() -> None:
        given = ask_secret(session, Text(f"Kata sandi baru {username}:", f"New password of {username}:"))
        if is_terminal() and ask_secret(session, Text("Sekali lagi:", "Once more:")) != given:
            raise FieldError(_TWO_PASSWORDS)
        administering.set_password(session.registry, code, username, given, CONSOLE, now())

    with_tries(session, attempt)
    session.say(f"Kata sandi {username} disimpan.", f"The password of {username} was stored.")
    _say_what_is_missing(session, code, username)


@users.command()
@click.argument("username")
@click.option("--no-qr", is_flag=True, help="Tanpa gambar QR.")
@_OFFICE
@click.pass_obj
def totp(session: Session, username: str, no_qr: bool, office: str | None) -> None:
    """Daftarkan kode sekali pakai (TOTP) di aplikasi autentikator.

    Pindai QR atau masukkan alamatnya, lalu ketik satu kode; baru setelah itu tersimpan. Yang lama tidak berlaku
    lagi.
    """
    code, key = session.office(office), session.settings.own_secret_key
    enrolment = administering.propose_totp(session.registry, code, username)
    click.echo(enrolment.uri)
    if not no_qr:
        click.echo(_drawn(enrolment.uri), nl=False)

    def attempt() -> None:
        typed = ask_secret(session, Text("Kode dari aplikasi:", "Code from the app:"))
        administering.enrol_totp(
            session.registry, code, username, enrolment.secret, typed, key, CONSOLE, now()
        )

    with_tries(session, attempt)
    session.say(f"Kode sekali pakai {username} terdaftar.", f"The one-time codes of {username} are enrolled.")


@users.command()
@click.argument("username")
@_OFFICE
@click.pass_obj
def deactivate(session: Session, username: str, office: str | None) -> None:
    """Nonaktifkan petugas: tidak dapat berbuat apa-apa lagi."""
    code = session.office(office)
    administering.set_active(session.registry, code, username, CONSOLE, now(), active=False)
    session.say(f"{username} dinonaktifkan.", f"{username} was deactivated.")


@users.command()
@click.argument("username")
@_OFFICE
@click.pass_obj
def activate(session: Session, username: str, office: str | None) -> None:
    """Aktifkan petugas kembali."""
    code = session.office(office)
    administering.set_active(session.registry, code, username, CONSOLE, now(), active=True)
    session.say(f"{username} diaktifkan.", f"{username} was activated.")


@users.command()
@click.argument("username")
@click.argument("role", type=_ROLE)
@_OFFICE
@click.pass_obj
def role(session: Session, username: str, role: str, office: str | None) -> None:
    """Ganti peran petugas."""
    code = session.office(office)
    administering.set_role(session.registry, code, username, Role(role), CONSOLE, now())
    session.say(f"{username} kini {role}.", f"{username} is now {role}.")
    _say_what_is_missing(session, code, username)


def _say_what_is_missing(session: Session, office: str, username: str) -> None:
    staff = administering.list_staff(session.registry, office)
    [each] = [each for each in staff if each.member.username == username]
    if each.member.role in NEEDS_CODE and not each.can_prove:
        step = f"suket users {'totp' if each.has_password else 'password'} {username}"
        session.warn(
            Text(
                f"Peran {each.member.role} memerlukan kata sandi dan kode sekali pakai. Berikutnya: {step}",
                f"The role {each.member.role} takes a password and one-time codes. Next: {step}",
            )
        )


def _drawn(uri: str) -> str:
    # Drawn for a dark terminal. On a light one dark and light change places, which apps read as well.
    picture = io.StringIO()
    segno.make(uri, error="l", micro=False).terminal(picture, compact=True)
    return picture.getvalue()


def _standing(session: Session, each: StaffListing) -> str:
    parts = [] if each.member.active else [session.tell("nonaktif", "inactive")]
    parts += ["demo"] if each.member.demo else []
    parts += [session.tell("kata sandi", "password")] if each.has_password else []
    parts += [session.tell("kode", "code")] if each.has_code else []
    return ", ".join(parts) or "-"


def _listing_json(each: StaffListing) -> dict[str, Any]:
    member = each.member
    return {
        "username": member.username,
        "office": member.office,
        "name": member.name,
        "role": member.role.value,
        "active": member.active,
        "demo": member.demo,
        "has_password": each.has_password,
        "has_code": each.has_code,
        "can_prove": each.can_prove,
    }


_TWO_PASSWORDS = Problem(
    "password",
    "passwords_differ",
    Text("Kedua kata sandi tidak sama; ulangi.", "The two passwords differ; begin again."),
)
