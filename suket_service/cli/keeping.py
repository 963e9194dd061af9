"""Commands that keep trust in order: ``keys``, ``publish``, ``audit``."""

from pathlib import Path

import click

from suket_service import administering, publishing
from suket_service.administering import CONSOLE
from suket_service.cli.session import REFUSED, Session, now, print_json
from suket_service.errors import FileRefused, KeyTrouble, Text
from suket_service.publishing import CHECKPOINT, JWKS, TRUST_BUNDLE

_FILE_NAMES = {JWKS: "jwks.json", TRUST_BUNDLE: "trust-bundle.jws", CHECKPOINT: "checkpoint.jws"}


@click.group()
def keys() -> None:
    """Kunci penanda tangan."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Daftar kunci publik, yang tertua dahulu."""
    for key in administering.list_keys(session.registry):
        jwk = key.to_jwk()
        if as_json:
            print_json(jwk)
            continue
        scope = f"{jwk['office'] or '-'}  {jwk['signs_from']} – {jwk['signs_until'] or '…'}"
        click.echo(f"{key.kid}  {jwk['purpose']:<11} {jwk['state']:<8} {scope}")


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Map tujuan.")
@click.pass_obj
def publish(session: Session, out: Path) -> None:
    """Tanda tangani dan simpan yang dipegang pihak luar, lalu tulis salinannya ke map."""
    made = publishing.publish(session.registry, session.publisher, now(), CONSOLE)
    out.mkdir(parents=True, exist_ok=True)
    for publication in made:
        name = _FILE_NAMES.get(publication.name, f"{publication.name}.jwt")
        (out / name).write_bytes(publication.body)
        click.echo(out / name)


@click.group()
def audit() -> None:
    """Catatan audit."""


@audit.command("verify")
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Titik periksa yang pernah diterbitkan (checkpoint.jws).",
)
@click.pass_obj
def verify_audit(session: Session, checkpoint: Path | None) -> None:
    """Periksa rantai audit, bila diminta terhadap titik periksa yang pernah diterbitkan."""
    try:
        result = administering.check_audit(
            session.registry, _checkpoint_text(checkpoint) if checkpoint else None
        )
    except KeyTrouble as error:
        # Exit code 2, not 1: such a file says nothing about the chain.
        raise FileRefused(error.code, error.text) from error
    session.say(f"{result.entries} catatan.", f"{result.entries} entries.")
    if result.first_break is not None:
        session.say(
            f"RANTAI PUTUS pada catatan {result.first_break}: catatan diubah, dihapus atau disisipkan.",
            f"CHAIN BROKEN at entry {result.first_break}: entries were changed, deleted or inserted.",
        )
    if result.fits_checkpoint is False:
        session.say(
            "TIDAK COCOK dengan titik periksa: riwayat sampai titik itu ditulis ulang atau hilang.",
            "DOES NOT FIT the checkpoint: the history up to it was rewritten or is lost.",
        )
    if not result.is_whole:
        raise SystemExit(REFUSED)
    session.say("Rantai utuh.", "The chain is whole.")


def _checkpoint_text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise FileRefused(
            "checkpoint_unreadable",
            Text("Titik periksa tidak dapat dibaca.", "The checkpoint cannot be read."),
        ) from None
