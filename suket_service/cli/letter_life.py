"""Commands on the life of letters: ``extend suspend resume revoke supersede withdraw``. Issue nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from suket_service import issuing
from suket_service.cli.letter_lookup import AS_JSON, letter_json
from suket_service.cli.problems import told_by_field
from suket_service.cli.proving import APPROVER_STDIN, require_proven
from suket_service.cli.session import Session, now, print_json
from suket_service.core.letter import STATE_NAMES, CardHandOver, Receiver
from suket_service.errors import FileRefused, Text
from suket_service.issuing import TwoPeople
from suket_service.registry.letters import LetterRecord

BY = click.option("--by", required=True, help="Petugas.")
REASON = click.option("--reason", required=True, help="Alasan.")
APPROVED_BY = click.option("--approved-by", required=True, help="Pejabat lain yang menyetujui.")
_MOST_LIST_BYTES = 1024 * 1024


@click.command()
@click.argument("number")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Hari terakhir yang baru (TTTT-BB-HH); tanpa ini, selama surat baru yang terbit hari ini.",
)
@BY
@APPROVED_BY
@REASON
@APPROVER_STDIN
@AS_JSON
@click.pass_obj
def extend(
    session: Session,
    number: str,
    until: Any,
    by: str,
    approved_by: str,
    reason: str,
    approver_stdin: bool,
    as_json: bool,
) -> None:
    """Perpanjang masa berlaku surat (dua orang); kertas dan segelnya tidak berubah."""
    office, people = session.office_of(by), TwoPeople(by, approved_by)
    issuing.require_change(session.registry, office, people)
    require_proven(session, approved_by, approver_stdin)
    day = date(until.year, until.month, until.day) if until else None
    with told_by_field(session):
        record = issuing.extend(session.registry, office, number, day, people, reason, now())
    _tell(session, [record], as_json=as_json)
    if not as_json:
        session.say(f"Berlaku sampai {record.valid_until}.", f"Valid until {record.valid_until}.")


@click.command()
@click.argument("number")
@BY
@REASON
@AS_JSON
@click.pass_obj
def suspend(session: Session, number: str, by: str, reason: str, as_json: bool) -> None:
    """Tangguhkan surat selagi diperiksa; `resume` memulihkannya."""
    with told_by_field(session):
        record = issuing.suspend(session.registry, session.office_of(by), number, by, reason, now())
    _tell(session, [record], as_json=as_json)


@click.command()
@click.argument("number")
@BY
@APPROVED_BY
@REASON
@APPROVER_STDIN
@AS_JSON
@click.pass_obj
def resume(
    session: Session,
    number: str,
    by: str,
    approved_by: str,
    reason: str,
    approver_stdin: bool,
    as_json: bool,
) -> None:
    """Berlakukan lagi surat yang ditangguhkan (dua orang)."""
    office, people = session.office_of(by), TwoPeople(by, approved_by)
    issuing.require_change(session.registry, office, people)
    require_proven(session, approved_by, approver_stdin)
    with told_by_field(session):
        record = issuing.resume(session.registry, office, number, people, reason, now())
    _tell(session, [record], as_json=as_json)


@click.command()
@click.argument("numbers", nargs=-1)
@click.option(
    "--from",
    "list_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas berisi nomor surat, satu setiap baris.",
)
@BY
@click.option("--approved-by", help="Pejabat lain yang menyetujui; wajib bila lebih dari satu surat.")
@REASON
@APPROVER_STDIN
@AS_JSON
@click.pass_obj
def revoke(
    session: Session,
    numbers: tuple[str, ...],
    list_file: Path | None,
    by: str,
    approved_by: str | None,
    reason: str,
    approver_stdin: bool,
    as_json: bool,
) -> None:
    """Cabut surat; lebih dari satu sekaligus memerlukan dua orang, dan semua atau tidak sama sekali."""
    wanted = [*numbers, *(_numbers_in(list_file) if list_file else ())]
    if not wanted:
        raise click.UsageError("sebutkan nomor surat / name letters")
    office = session.office_of(by)
    if len(set(wanted)) == 1 and approved_by is None:
        with told_by_field(session):
            records = [issuing.revoke(session.registry, office, wanted[0], by, reason, now())]
    else:
        people = TwoPeople(by, approved_by)
        issuing.require_change(session.registry, office, people)
        require_proven(session, approved_by or "", approver_stdin)
        with told_by_field(session):
            records = issuing.revoke_all(session.registry, office, wanted, people, reason, now())
    _tell(session, records, as_json=as_json)


@click.command()
@click.argument("number")
@BY
@REASON
@click.option(
    "--card-to",
    type=click.Choice([each.value for each in Receiver]),
    help="KTP-el diserahkan kepada pemegang (holder) atau yang mewakili (proxy).",
)
@click.option("--proxy-name", help="Nama yang mewakili.")
@click.option("--proxy-relation", help="Hubungan yang mewakili dengan pemegang.")
@click.option(
    "--letter-returned/--letter-not-returned",
    default=False,
    help="Apakah surat lama ditarik kembali.",
)
@AS_JSON
@click.pass_obj
def supersede(
    session: Session,
    number: str,
    *,
    by: str,
    reason: str,
    card_to: str | None,
    proxy_name: str | None,
    proxy_relation: str | None,
    letter_returned: bool,
    as_json: bool,
) -> None:
    """Catat bahwa KTP-el menggantikan surat ini.

    Bila surat baru yang menggantikannya: kolom `menggantikan` pada berkas permohonan `suket issue`.
    """
    if card_to is None and (proxy_name or proxy_relation or letter_returned):
        raise click.UsageError("--proxy-… dan --letter-returned hanya bersama --card-to / go with --card-to")
    card = CardHandOver(Receiver(card_to), letter_returned, proxy_name, proxy_relation) if card_to else None
    with told_by_field(session):
        record = issuing.supersede(session.registry, session.office_of(by), number, by, reason, now(), card)
    _tell(session, [record], as_json=as_json)


@click.command()
@click.argument("id")
@BY
@REASON
@AS_JSON
@click.pass_obj
def withdraw(session: Session, id: str, by: str, reason: str, as_json: bool) -> None:
    """Tarik konsep surat yang belum terbit. ID: lihat `suket letters --status draft`."""
    with told_by_field(session):
        record = issuing.withdraw(session.registry, session.office_of(by), id, by, reason, now())
    _tell(session, [record], as_json=as_json, publish=False)


def _tell(session: Session, records: list[LetterRecord], *, as_json: bool, publish: bool = True) -> None:
    if publish:
        session.publish()
    for record in records:
        if as_json:
            print_json(letter_json(record))
            continue
        name, called = STATE_NAMES[record.state], record.number or record.id
        session.say(f"Surat {called} {name.id}.", f"Letter {called} is {name.en}.")


def _numbers_in(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        if len(data) > _MOST_LIST_BYTES:
            raise ValueError
        return [line.strip() for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except (OSError, ValueError):
        raise FileRefused(
            "file_unreadable",
            Text(
                "Daftar nomor tidak dapat dibaca; simpan sebagai teks UTF-8, satu nomor setiap baris.",
                "The list of numbers cannot be read; save it as UTF-8 text, one number a line.",
            ),
        ) from None
