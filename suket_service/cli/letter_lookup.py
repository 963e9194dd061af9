"""Commands that look letters up: ``letters`` and ``show``. Change nothing."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from suket_service.cli.letter_files import write_table
from suket_service.cli.session import Session, print_json
from suket_service.core.letter import STATE_NAMES, CardHandOver, LetterState
from suket_service.core.seal import check_code
from suket_service.registry import letters as letter_records
from suket_service.registry.letters import LetterRecord

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
OFFICE = click.option("--office", "office", help="Kode kantor, bila lebih dari satu.")
_COLUMNS = (
    "nomor",
    "status",
    "terbit",
    "berlaku_sampai",
    "nik",
    "nama",
    "kode_wilayah",
    "kelurahan",
    "rt",
    "rw",
    "alasan",
    "pemohon",
    "penyetuju",
    "kode_periksa",
    "id",
)


@click.command()
@click.option("--status", type=click.Choice([state.value for state in LetterState]), help="Hanya status ini.")
@click.option("--village", help="Hanya kelurahan/desa ini (10 digit).")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis daftar ke berkas .csv atau .xlsx.",
)
@AS_JSON
@OFFICE
@click.pass_obj
def letters(
    session: Session,
    status: str | None,
    village: str | None,
    out: Path | None,
    as_json: bool,
    office: str | None,
) -> None:
    """Daftar surat kantor ini."""
    states = [LetterState(status)] if status else []
    with session.registry.reading() as tx:
        found = letter_records.search(tx, session.office(office), states, village)
    if out is not None:
        write_table(out, session.tell("Surat", "Letters"), _COLUMNS, map(_table_row, found))
        session.say(f"{len(found)} surat ditulis ke {out}.", f"{len(found)} letters written to {out}.")
        return
    for record in found:
        if as_json:
            print_json(letter_json(record))
        else:
            click.echo(
                f"{record.number or record.id:<32} {STATE_NAMES[record.state].in_language(session.language):<12} "
                f"{record.issued_on or '-'!s:<10}  {record.valid_until or '-'!s:<10}  {record.resident.name}"
            )
    if not found and not as_json:
        session.say("Tidak ada surat.", "No letters.")


def _table_row(record: LetterRecord) -> Iterable[str | int | date | None]:
    person = record.resident
    return (
        record.number,
        record.state.value,
        record.issued_on,
        record.valid_until,
        person.nik,
        person.name,
        person.village.code,
        person.village.name,
        person.rt,
        person.rw,
        record.reason,
        record.requested_by,
        record.approved_by,
        check_code(record.fingerprint) if record.fingerprint else None,
        record.id,
    )


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
        card = letter_records.card_hand_over(tx, record.id)
    facts = letter_json(record)
    facts["card_hand_over"] = _card_json(card) if card else None
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
        click.echo(f"{each.at:%Y-%m-%d %H:%M:%SZ}  {each.action:<16} {each.actor:<10} {each.reason}")


def _card_json(card: CardHandOver) -> dict[str, Any]:
    return {
        "receiver": card.receiver.value,
        "proxy_name": card.proxy_name,
        "proxy_relation": card.proxy_relation,
        "old_letter_returned": card.old_letter_returned,
    }


def letter_json(record: LetterRecord) -> dict[str, Any]:
    """A letter as ``--json`` prints it."""
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
        "extended": record.extended_to is not None,
        "reason": record.reason,
        "override_reason": record.override_reason,
        "replaces": record.replaces,
        "requested_by": record.requested_by,
        "approved_by": record.approved_by,
        "status_list": record.status_list,
        "status_index": record.status_index,
        "check_code": check_code(record.fingerprint) if record.fingerprint else None,
    }
