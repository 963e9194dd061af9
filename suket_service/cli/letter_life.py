"""Commands on the life of letters: ``letters``, ``show``, ``revoke``, ``supersede``."""

from typing import Any

import click

from suket_service import issuing
from suket_service.cli.session import Session, now, print_json
from suket_service.core.letter import STATE_NAMES, LetterState
from suket_service.core.seal import check_code
from suket_service.registry import letters as letter_records
from suket_service.registry.letters import LetterRecord

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
OFFICE = click.option("--office", "office", help="Kode kantor, bila lebih dari satu.")


@click.command()
@click.option("--status", type=click.Choice([state.value for state in LetterState]), help="Hanya status ini.")
@click.option("--village", help="Hanya kelurahan/desa ini (10 digit).")
@AS_JSON
@OFFICE
@click.pass_obj
def letters(
    session: Session, status: str | None, village: str | None, as_json: bool, office: str | None
) -> None:
    """Daftar surat kantor ini."""
    states = [LetterState(status)] if status else []
    with session.registry.reading() as tx:
        found = letter_records.search(tx, session.office(office), states, village)
    for record in found:
        if as_json:
            print_json(_letter_json(record))
        else:
            click.echo(
                f"{record.number or '-':<28} {STATE_NAMES[record.state].in_language(session.language):<12} "
                f"{record.issued_on or '-'!s:<10}  {record.valid_until or '-'!s:<10}  {record.resident.name}"
            )
    if not found and not as_json:
        session.say("Tidak ada surat.", "No letters.")


@click.command()
@click.argument("number")
@AS_JSON
@OFFICE
@click.pass_obj
def show(session: Session, number: str, as_json: bool, office: str | None) -> None:
    """Tampilkan satu surat dengan riwayatnya."""
    with session.registry.reading() as tx:
        record = letter_records.by_number(tx, session.office(office), number)
        history = letter_records.events(tx, record.id)
    facts = _letter_json(record)
    facts["events"] = [
        {"at": each.at.isoformat(), "actor": each.actor, "action": each.action, "reason": each.reason}
        for each in history
    ]
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name != "events":
            click.echo(f"{name:<16} {'-' if value is None else value}")
    for each in history:
        click.echo(f"{each.at:%Y-%m-%d %H:%M:%SZ}  {each.action:<10} {each.actor:<10} {each.reason}")


@click.command()
@click.argument("number")
@click.option("--by", required=True, help="Petugas.")
@click.option("--reason", required=True, help="Alasan.")
@AS_JSON
@click.pass_obj
def revoke(session: Session, number: str, by: str, reason: str, as_json: bool) -> None:
    """Cabut surat."""
    record = issuing.revoke(session.registry, session.office_of(by), number, by, reason, now())
    _closed(session, record, as_json=as_json)


@click.command()
@click.argument("number")
@click.option("--by", required=True, help="Petugas.")
@click.option("--reason", required=True, help="Alasan, misalnya KTP-el sudah diserahkan.")
@AS_JSON
@click.pass_obj
def supersede(session: Session, number: str, by: str, reason: str, as_json: bool) -> None:
    """Catat bahwa surat sudah digantikan."""
    record = issuing.supersede(session.registry, session.office_of(by), number, by, reason, now())
    _closed(session, record, as_json=as_json)


def _closed(session: Session, record: LetterRecord, *, as_json: bool) -> None:
    session.publish()
    if as_json:
        print_json(_letter_json(record))
    else:
        name = STATE_NAMES[record.state]
        session.say(f"Surat {record.number} {name.id}.", f"Letter {record.number} is {name.en}.")


def _letter_json(record: LetterRecord) -> dict[str, Any]:
    person = record.resident
    return {
        "number": record.number,
        "id": record.id,
        "status": record.state.value,
        "kind": record.kind,
        "nik": person.nik,
        "name": person.name,
        "village": person.village.code,
        "issued_on": record.issued_on.isoformat() if record.issued_on else None,
        "valid_until": record.valid_until.isoformat() if record.valid_until else None,
        "reason": record.reason,
        "requested_by": record.requested_by,
        "approved_by": record.approved_by,
        "status_list": record.status_list,
        "status_index": record.status_index,
        "check_code": check_code(record.fingerprint) if record.fingerprint else None,
    }
