"""``suket clients``: keys, limits and usage of other agencies' programs. Answers no program."""

from datetime import date, datetime
from pathlib import Path

import click

from suket_service import administering
from suket_service.administering import USAGE_HEADERS, NewClient, Usage
from suket_service.cli.letter_files import write_table
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
_A_DAY = click.DateTime(["%Y-%m-%d"])
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
@click.option(
    "--until", type=_A_DAY, help="Hari terakhir kunci berlaku (TTTT-BB-HH); tanpa ini: satu tahun lagi."
)
@click.option("--no-end", is_flag=True, help="Kunci berlaku sampai dicabut.")
@click.option(
    "--limit",
    type=int,
    default=administering.USUAL_A_MINUTE,
    show_default=True,
    help="Paling banyak surat atau segel setiap menit.",
)
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
    no_end: bool,
    limit: int,
    office: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Beri program instansi NAME sebuah kunci. Kunci ditampilkan sekali ini saja."""
    _require_one_end(until, no_end)
    code, admin = _office_and_admin(session, office, by)
    wanted = frozenset(ClientScope(scope) for scope in scopes)
    with told_by_field(session):
        new = administering.add_client(
            session.registry,
            code,
            name.strip(),
            (purpose or name).strip(),
            wanted,
            None if no_end else _day(until) or session.today(code) + administering.USUAL_TERM,
            admin,
            now(),
            calls_a_minute=limit,
        )
    _tell_key(session, new, as_json=as_json)


@clients.command()
@click.argument("id")
@click.option(
    "--until", type=_A_DAY, help="Hari terakhir kunci baru (TTTT-BB-HH); tanpa ini: sama dengan kunci lama."
)
@click.option("--no-end", is_flag=True, help="Kunci baru berlaku sampai dicabut.")
@_OFFICE
@_BY
@_AS_JSON
@click.pass_obj
def renew(
    session: Session,
    id: str,
    *,
    until: datetime | None,
    no_end: bool,
    office: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Beri program kunci baru; kunci lamanya masih berlaku beberapa hari."""
    _require_one_end(until, no_end)
    code, admin = _office_and_admin(session, office, by)
    waits = any(
        each.id == id and each.waiting_since for each in administering.list_clients(session.registry, code)
    )
    with told_by_field(session):
        new = administering.renew_client(
            session.registry, code, id, admin, now(), expires_on=_day(until), no_end=no_end
        )
    session.warn(
        Text("Kunci lama tetap ditahan.", "The old key goes on waiting.")
        if waits
        else Text(
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


@clients.command()
@click.argument("id", required=False)
@click.option("--all", "every", is_flag=True, help="Semua kunci kantor ini yang ditahan.")
@_OFFICE
@_BY
@click.pass_obj
def confirm(session: Session, id: str | None, *, every: bool, office: str | None, by: str | None) -> None:
    """Berlakukan lagi kunci yang ditahan sejak pemulihan, bila tidak dicabut sesudah cadangan dibuat."""
    if (id is None) != every:
        raise click.UsageError("ID atau --all, salah satu / one of the two")
    code, admin = _office_and_admin(session, office, by)
    confirmed = administering.confirm_clients(session.registry, code, id, admin, now())
    for client in confirmed:
        session.say(f"Kunci {client.name} berlaku lagi.", f"The key of {client.name} counts again.")
    if not confirmed:
        session.say("Tidak ada kunci yang ditahan.", "No key waits.")


@clients.command()
@click.argument("id")
@click.argument("calls_a_minute", type=int, metavar="N")
@_OFFICE
@_BY
@click.pass_obj
def limit(session: Session, id: str, calls_a_minute: int, office: str | None, by: str | None) -> None:
    """Tetapkan paling banyak N surat atau segel setiap menit untuk sebuah program, berlaku seketika."""
    code, admin = _office_and_admin(session, office, by)
    with told_by_field(session):
        client = administering.limit_client(session.registry, code, id, calls_a_minute, admin, now())
    most = client.calls_a_minute
    session.say(f"{client.name}: paling banyak {most} per menit.", f"{client.name}: at most {most} a minute.")


@clients.command()
@click.option("--from", "first", type=_A_DAY, help="Hari pertama; tanpa ini: awal semester ini.")
@click.option("--until", "last", type=_A_DAY, help="Hari terakhir; tanpa ini: akhir semester ini.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Simpan sebagai berkas .csv atau .xlsx."
)
@_OFFICE
@_AS_JSON
@click.pass_obj
def usage(
    session: Session,
    *,
    first: datetime | None,
    last: datetime | None,
    out: Path | None,
    office: str | None,
    as_json: bool,
) -> None:
    """Laporan pemakaian setiap program menurut bulan dan panggilan; tanpa pilihan: semester ini."""
    code = session.office(office)
    with told_by_field(session):
        found = administering.usage_of(session.registry, code, _day(first), _day(last), now())
    if out is not None:
        rows = administering.usage_rows(found)
        write_table(out, f"Pemakaian {code} {found.first} - {found.last}", USAGE_HEADERS, rows)
        session.say(f"Disimpan: {out}", f"Saved: {out}")
    elif as_json:
        _print_usage_json(found)
    else:
        _tell_usage(session, found)


def _require_one_end(until: datetime | None, no_end: bool) -> None:
    if until and no_end:
        raise click.UsageError("--until atau --no-end, bukan keduanya / one of the two")


def _day(typed: datetime | None) -> date | None:
    return typed.date() if typed else None


def _tell_usage(session: Session, found: Usage) -> None:
    session.say(f"Pemakaian {found.first} s.d. {found.last}", f"Usage from {found.first} to {found.last}")
    if not found.programs:
        session.say("Belum ada program instansi lain.", "There is no agency client yet.")
    for each in found.programs:
        asked, refused = session.tell("dilayani", "answered"), session.tell("ditolak", "refused")
        click.echo(f"{each.client.name}: {each.asked} {asked}, {each.refused} {refused}")
        for count in each.counts:
            of_each = f"{count.asked:>9} {asked} {count.refused:>7} {refused}"
            click.echo(f"  {count.month:%Y-%m}  {count.call:<24} {of_each}")


def _print_usage_json(found: Usage) -> None:
    for each in found.programs:
        for count in each.counts:
            print_json(
                {
                    "account": each.client.account,
                    "name": each.client.name,
                    "month": f"{count.month:%Y-%m}",
                    "call": count.call,
                    "asked": count.asked,
                    "refused": count.refused,
                }
            )


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
    if client.has_ended(today):
        return session.tell("lewat masa", "expired")
    if client.waiting_since is not None:
        return session.tell("ditahan sejak pemulihan", "waiting since restore")
    if client.expires_on is None:
        return session.tell("berlaku, tanpa akhir", "valid, no end set")
    until = client.expires_on.isoformat()
    return session.tell(f"berlaku s.d. {until}", f"valid until {until}")


def _listing_json(client: Client, today: date) -> dict[str, object]:
    return {
        "id": client.id,
        "name": client.name,
        "purpose": client.purpose,
        "scopes": sorted(client.scopes),
        "account": client.account,
        "limit": client.calls_a_minute,
        "valid": client.is_valid(today),
        "expires_on": client.expires_on.isoformat() if client.expires_on else None,
        "revoked_at": client.revoked_at.isoformat() if client.revoked_at else None,
        "waiting_since": client.waiting_since.isoformat() if client.waiting_since else None,
        "used_at": client.used_at.isoformat() if client.used_at else None,
        "created_by": client.created_by,
    }
