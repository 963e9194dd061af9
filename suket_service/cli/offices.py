"""``suket offices``: the offices and new versions of their letterheads. Issues nothing."""

from dataclasses import replace
from pathlib import Path

import click

from suket_service import administering, printing
from suket_service.cli.office_file import read_letterhead
from suket_service.cli.press import press
from suket_service.cli.problems import told_by_field
from suket_service.cli.session import Session, now, print_json
from suket_service.core.letter import Letterhead


@click.group()
def offices() -> None:
    """Kantor penerbit dan kop suratnya."""


@offices.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Daftar kantor dengan kop dan penanda tangan yang berlaku."""
    for each in administering.list_offices(session.registry):
        office, head = each.office, each.letterhead
        if as_json:
            print_json(
                {
                    "code": office.code,
                    "name": office.name,
                    "usual_kind": each.usual_kind,
                    "letterhead": head.version,
                    "capacity": head.capacity.value,
                    "signatory": head.signatory,
                }
            )
        else:
            signs = f"{head.capacity.value} {head.signatory}".strip()
            click.echo(f"{office.code}  {office.name}  (kop {head.version}: {signs})")


@offices.command()
@click.option(
    "--file",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas TOML dengan bagian [letterhead], seperti berkas kantor.",
)
@click.option("--office", help="Kode kantor, bila lebih dari satu.")
@click.option("--by", required=True, help="Admin kantor.")
@click.pass_obj
def letterhead(session: Session, file: Path, office: str | None, by: str) -> None:
    """Pakai kop surat dan penanda tangan baru; logo dan surat yang sudah terbit tidak berubah."""
    code = session.office(office) if office else session.office_of(by)
    given = read_letterhead(file)

    def require_printable(head: Letterhead) -> None:
        printing.require_printable_letterhead(session.registry, code, head, press(session), now())

    [held] = [each for each in administering.list_offices(session.registry) if each.office.code == code]
    head = replace(given, logo=held.letterhead.logo)
    with told_by_field(session):
        new = administering.change_letterhead(session.registry, code, head, by, now(), require_printable)
    session.say(
        f"Kop surat versi {new.version} dipakai mulai sekarang.",
        f"Version {new.version} of the letterhead is in use from now on.",
    )
