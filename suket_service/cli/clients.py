"""``suket clients``: keys for other agencies' programs. Answers no program."""

from datetime import date, datetime

import click

from suket_service import administering
from suket_service.administering import NewClient
from suket_service.cli.problems import told_by_field
from suket_service.cli.session import Session, now, print_json
from suket_service.errors import NotAllowed, Text
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.staff import Role

_SCOPE = click.Choice([scope.value for scope in ClientScope])
_OFFICE = click.option("--office", help="Kode kantor, bila lebih dari satu.")
_BY = click.option(
    "--by", help="Admin kantor; boleh dihilangkan bila kantor hanya mempunyai satu admin aktif."
)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")


@click.group()
def clients() -> None:
    """Program instansi lain yang boleh bertanya kepada layanan ini, masing-masing dengan kuncinya."""


@clients.command("list")
@_OFFICE
@_AS_JSON
@click.pass_obj
def list_(session: Session, office: str | None, as_json: bool) -> None:
    """Daftar program, juga yang sudah dicabut; yang terbaru dahulu."""
    code = session.office(office)
    today = session.today(code)
    for client in administering.list_clients(session.registry, code):
        if as_json:
            print_json(_listing_json(client, today))
        else:
            scopes = ",".join(sorted(client.scopes))
            click.echo(f"{client.id}  {_standing(session, client, today):<22} {scopes:<24} {client.name}")


@clients.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=_SCOPE, help="Kewenangan; boleh diulang."
)
@click.option("--purpose", help="Untuk apa, dan perjanjian yang mendasarinya; tanpa ini: sama dengan NAME.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Hari terakhir kunci berlaku (TTTT-BB-HH).")
@_OFFICE
@_BY
@_AS_JSON
@click.pass_obj
def add(
    session: Session,
    name: str,
    *,
    scopes: tuple[str, ...],
    purpose: str | None,
    until: datetime | None,
    office: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Beri program instansi NAME sebuah kunci. Kunci ditampilkan sekali ini saja."""
    code, admin = _office_and_admin(session, office, by)
    wanted = frozenset(ClientScope(scope) for scope in scopes)
    with told_by_field(session):
        new = administering.add_client(
            session.registry,
            code,
            name.strip(),
            (purpose or name).strip(),
            wanted,
            until.date() if until else None,
            admin,
            now(),
        )
    _tell_key(session, new, as_json=as_json)


@clients.command()
@click.argument("id")
@_OFFICE
@_BY
@_AS_JSON
@click.pass_obj
def renew(session: Session, id: str, office: str | None, by: str | None, as_json: bool) -> None:
    """Beri program kunci baru; kunci lamanya masih berlaku beberapa hari."""
    code, admin = _office_and_admin(session, office, by)
    new = administering.renew_client(session.registry, code, id, admin, now())
    session.warn(
        Text(
            f"Kunci lama masih berlaku paling lama {administering.BOTH_DAYS} hari.",
            f"The old key counts for {administering.BOTH_DAYS} more days at most.",
        )
    )
    _tell_key(session, new, as_json=as_json)


@clients.command()
@click.argument("id")
@_OFFICE
@_BY
@click.pass_obj
def revoke(session: Session, id: str, office: str | None, by: str | None) -> None:
    """Cabut kunci sebuah program, berlaku seketika."""
    code, admin = _office_and_admin(session, office, by)
    client = administering.revoke_client(session.registry, code, id, admin, now())
    session.say(f"Kunci {client.name} dicabut.", f"The key of {client.name} is revoked.")


def _office_and_admin(session: Session, office: str | None, by: str | None) -> tuple[str, str]:
    if by is not None:
        return (session.office(office) if office else session.office_of(by)), by
    code = session.office(office)
    admins = [
        each.member.username
        for each in administering.list_staff(session.registry, code)
        if each.member.role is Role.ADMIN and each.member.active
    ]
    if len(admins) != 1:
        raise NotAllowed(
            "admin_needed",
            Text(
                "Sebutkan admin yang bertanggung jawab dengan --by.",
                "Name the administrator who answers for it with --by.",
            ),
        )
    return code, admins[0]


def _tell_key(session: Session, new: NewClient, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": new.client.id, "name": new.client.name, "key": new.key})
        return
    session.warn(
        Text(
            "Simpan kunci ini sekarang; tidak akan ditampilkan lagi:",
            "Keep this key now; it is never shown again:",
        )
    )
    click.echo(new.key)


def _standing(session: Session, client: Client, today: date) -> str:
    if client.revoked_at is not None:
        return session.tell("dicabut", "revoked")
    if not client.is_valid(today):
        return session.tell("lewat masa", "expired")
    until = client.expires_on.isoformat() if client.expires_on else "…"
    return session.tell(f"berlaku s.d. {until}", f"valid until {until}")


def _listing_json(client: Client, today: date) -> dict[str, object]:
    return {
        "id": client.id,
        "name": client.name,
        "purpose": client.purpose,
        "scopes": sorted(client.scopes),
        "valid": client.is_valid(today),
        "expires_on": client.expires_on.isoformat() if client.expires_on else None,
        "revoked_at": client.revoked_at.isoformat() if client.revoked_at else None,
        "used_at": client.used_at.isoformat() if client.used_at else None,
        "created_by": client.created_by,
    }
