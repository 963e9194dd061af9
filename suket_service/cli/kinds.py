"""``suket kinds``: kinds of letter, and the windows in which an office issues them. Issues nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from suket_service import administering, printing
from suket_service.administering import CONSOLE, KindChange, KindListing
from suket_service.cli.press import press
from suket_service.cli.problems import told_by_field
from suket_service.cli.session import Session, now, print_json
from suket_service.core.kind import IssuingWindow, Kind, SignatureMode, ValidityRule
from suket_service.errors import Text

USUAL_TEMPLATE = "pengganti-ktp-el/v1"
_DAY = click.DateTime(["%Y-%m-%d"])
_BY = click.option("--by", required=True, help="Admin kantor.")
_KEEPER = click.option(
    "--by", default=CONSOLE, help="Admin kantor, bila kantornya satu; tanpa ini pengelola mesin ini."
)
_OFFICE = click.option("--office", help="Kode kantor, bila lebih dari satu.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
_RULE = click.Choice([rule.value for rule in ValidityRule])
_SIGNATURE = click.Choice([mode.value for mode in SignatureMode])
_AMOUNT_HELP = "Banyaknya bulan (1-60) atau hari (1-1825), hari terbit ikut dihitung."
_UNTIL_HELP = "Hari terakhir berlaku untuk fixed_date (TTTT-BB-HH)."
_SIGNATURE_HELP = "wet: tanda tangan basah dan cap; pades: sertifikat elektronik kantor."


@click.group()
def kinds() -> None:
    """Jenis surat: judul, dasar hukum, masa berlaku, cara menandatangani, masa penerbitan.

    Perubahan berlaku bagi surat yang terbit sesudahnya; surat yang sudah ada tidak berubah. Jenis tidak pernah
    dihapus: kantor berhenti memakainya dengan menutup masa penerbitannya (kinds window).
    """


@kinds.command("list")
@_OFFICE
@_AS_JSON
@click.pass_obj
def list_(session: Session, office: str | None, as_json: bool) -> None:
    """Daftar jenis surat, dan apakah kantor ini menerbitkannya hari ini."""
    for each in administering.list_kinds(session.registry, session.office(office), now()):
        if as_json:
            print_json(_listing_json(each))
        else:
            click.echo(_listing_line(session, each))


@kinds.command()
@click.argument("code", type=int)
@click.option("--title", required=True, help="Judul surat, paling panjang 60 karakter.")
@click.option("--series", required=True, help="Bagian nomor surat: 1-12 huruf besar, angka, tanda hubung.")
@click.option("--legal-basis", required=True, help="Dasar hukum, paling panjang 150 karakter.")
@click.option("--rule", required=True, type=_RULE, help="Aturan masa berlaku.")
@click.option("--amount", type=int, help=_AMOUNT_HELP)
@click.option("--until", type=_DAY, help=_UNTIL_HELP)
@click.option("--template", default=USUAL_TEMPLATE, show_default=True, help="Templat surat.")
@click.option(
    "--signature", type=_SIGNATURE, default=SignatureMode.WET.value, show_default=True, help=_SIGNATURE_HELP
)
@_KEEPER
@click.pass_obj
def add(
    session: Session,
    code: int,
    *,
    title: str,
    series: str,
    legal_basis: str,
    rule: str,
    amount: int | None,
    until: datetime | None,
    template: str,
    signature: str,
    by: str,
) -> None:
    """Tambah jenis surat CODE (1-127) bagi seluruh registri."""
    kind = Kind(
        code=code,
        title=title.strip(),
        series=series,
        template=template,
        legal_basis=legal_basis.strip(),
        rule=ValidityRule(rule),
        amount=amount,
        fixed_date=_day(until),
        signature=SignatureMode(signature),
    )
    office, templates = _keeping(session, by), session.settings.templates
    with told_by_field(session):
        administering.add_kind(
            session.registry, office, kind, by, now(), templates, _printable_check(session)
        )
    _tell_saved(session, kind)


@kinds.command()
@click.argument("code", type=int)
@click.option("--title", help="Judul surat.")
@click.option("--legal-basis", help="Dasar hukum.")
@click.option("--rule", type=_RULE, help="Aturan masa berlaku, dengan --amount atau --until-nya.")
@click.option("--amount", type=int, help=_AMOUNT_HELP)
@click.option("--until", type=_DAY, help=_UNTIL_HELP)
@click.option("--template", help="Templat surat.")
@click.option("--signature", type=_SIGNATURE, help=_SIGNATURE_HELP)
@_KEEPER
@click.pass_obj
def change(
    session: Session,
    code: int,
    *,
    title: str | None,
    legal_basis: str | None,
    rule: str | None,
    amount: int | None,
    until: datetime | None,
    template: str | None,
    signature: str | None,
    by: str,
) -> None:
    """Ubah jenis surat CODE bagi surat yang terbit mulai sekarang."""
    if rule is None and (amount is not None or until is not None):
        raise click.UsageError("--amount dan --until hanya bersama --rule / go with --rule only")
    wanted = KindChange(
        title=None if title is None else title.strip(),
        legal_basis=None if legal_basis is None else legal_basis.strip(),
        template=template,
        signature=SignatureMode(signature) if signature else None,
        rule=ValidityRule(rule) if rule else None,
        amount=amount,
        fixed_date=_day(until),
    )
    office, templates = _keeping(session, by), session.settings.templates
    with told_by_field(session):
        kind = administering.change_kind(
            session.registry, office, code, wanted, by, now(), templates, _printable_check(session)
        )
    _tell_saved(session, kind)


@kinds.command()
@click.argument("code", type=int)
@_OFFICE
@_BY
@click.pass_obj
def usual(session: Session, code: int, office: str | None, by: str) -> None:
    """Jadikan CODE jenis yang terbit bila permohonan tidak menyebut jenis."""
    kind = administering.set_usual_kind(session.registry, _office(session, office, by), code, by, now())
    session.say(
        f"Jenis yang lazim kini {code}: {kind.title}.", f"The usual kind is now {code}: {kind.title}."
    )


@kinds.group()
def window() -> None:
    """Masa penerbitan. Tanpa satu pun, kantor menerbitkan jenis itu kapan saja.

    Masa pertama menutup semua hari lainnya. Untuk berhenti memakai suatu jenis: tambahkan masa dari penerbitan
    pertamanya sampai hari terakhirnya.
    """


@window.command("add")
@click.argument("code", type=int)
@click.option("--opens", required=True, type=_DAY, help="Hari pertama (TTTT-BB-HH).")
@click.option("--closes", type=_DAY, help="Hari terakhir; tanpa ini belum ada akhirnya.")
@_OFFICE
@_BY
@click.pass_obj
def window_add(
    session: Session, code: int, opens: datetime, closes: datetime | None, office: str | None, by: str
) -> None:
    """Buka masa penerbitan jenis CODE di kantor ini."""
    wanted = IssuingWindow(_office(session, office, by), code, opens.date(), _day(closes))
    with told_by_field(session):
        window_id = administering.add_window(session.registry, wanted, by, now())
    _tell_window(session, window_id, wanted)
    session.publish()


@window.command("list")
@_OFFICE
@_AS_JSON
@click.pass_obj
def window_list(session: Session, office: str | None, as_json: bool) -> None:
    """Daftar masa penerbitan kantor ini, juga yang sudah lewat."""
    for window_id, each in administering.list_windows(session.registry, session.office(office)).items():
        if as_json:
            closes = each.closes_on.isoformat() if each.closes_on else None
            print_json(
                {"id": window_id, "kind": each.kind, "opens": each.opens_on.isoformat(), "closes": closes}
            )
        else:
            _tell_window(session, window_id, each)


@window.command("close")
@click.argument("window_id", metavar="ID", type=int)
@click.option("--last", type=_DAY, help="Hari terakhirnya; tanpa ini hari ini.")
@_OFFICE
@_BY
@click.pass_obj
def window_close(
    session: Session, window_id: int, last: datetime | None, office: str | None, by: str
) -> None:
    """Tutup masa penerbitan ID; hari terakhirnya masih boleh terbit."""
    code = _office(session, office, by)
    with told_by_field(session):
        closed = administering.close_window(session.registry, code, window_id, by, now(), _day(last))
    _tell_window(session, window_id, closed)
    session.publish()


def _office(session: Session, office: str | None, by: str) -> str:
    return session.office(office) if office else session.office_of(by)


def _keeping(session: Session, by: str) -> str | None:
    return None if by == CONSOLE else session.office_of(by)


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()


def _printable_check(session: Session) -> Callable[[Kind], None]:
    return lambda kind: printing.require_printable_kind(session.registry, kind, press(session), now())


def _tell_saved(session: Session, kind: Kind) -> None:
    session.publish()
    session.say(
        f"Jenis {kind.code} disimpan: {kind.title} ({kind.series}).",
        f"Kind {kind.code} was stored: {kind.title} ({kind.series}).",
    )
    if kind.signature is SignatureMode.PADES and session.settings.pades_certificate is None:
        session.warn(_NO_CERTIFICATE)


_NO_CERTIFICATE = Text(
    "SUKET_PADES_CERTIFICATE belum diisi: surat jenis ini ditolak sampai sertifikat kantor dipasang.",
    "SUKET_PADES_CERTIFICATE is not set: letters of this kind are refused until the office's certificate is there.",
)


def _tell_window(session: Session, window_id: int, window: IssuingWindow) -> None:
    closes = window.closes_on or "…"
    click.echo(
        f"{window_id:>4}  {session.tell('jenis', 'kind')} {window.kind:<3} {window.opens_on} – {closes}"
    )


def _listing_line(session: Session, listing: KindListing) -> str:
    kind = listing.kind
    marks = [
        session.tell("buka", "open") if listing.is_open else session.tell("tutup", "closed"),
        *([session.tell("lazim", "usual")] if listing.is_usual else []),
    ]
    validity = f"{kind.rule.value} {kind.amount or kind.fixed_date or ''}".strip()
    return f"{kind.code:>3}  {kind.series:<12} {validity:<21} {kind.signature.value:<5} {', '.join(marks):<12} {kind.title}"


def _listing_json(listing: KindListing) -> dict[str, Any]:
    kind = listing.kind
    return {
        "code": kind.code,
        "title": kind.title,
        "series": kind.series,
        "template": kind.template,
        "legal_basis": kind.legal_basis,
        "rule": kind.rule.value,
        "amount": kind.amount,
        "until": kind.fixed_date.isoformat() if kind.fixed_date else None,
        "signature": kind.signature.value,
        "usual": listing.is_usual,
        "open": listing.is_open,
    }
