"""Commands that keep trust in order: ``keys``, ``publish``, ``audit``."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click

from suket_service import administering, publishing
from suket_service.administering import CONSOLE, AuditCheck, KeyChange
from suket_service.cli.proving import ask_secret, is_terminal
from suket_service.cli.session import REFUSED, Session, now, print_json, write_whole
from suket_service.core.keyring import Key, Purpose
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS
from suket_service.errors import FieldError, FileRefused, InputError, KeyTrouble, Problem, Text
from suket_service.publishing import CHECKPOINT, JWKS, TRUST_BUNDLE

_FILE_NAMES = {JWKS: "jwks.json", TRUST_BUNDLE: "trust-bundle.jws", CHECKPOINT: "checkpoint.jws"}


_SETTLING = DEFAULT_FRESHNESS // timedelta(hours=1)
_NAMED_BY_START = "KID boleh disingkat sampai awal yang unik, paling sedikit 6 karakter."


@click.group()
def keys() -> None:
    """Kunci penanda tangan: dibuat siaga (standby), lalu aktif, akhirnya pensiun atau dicabut."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Daftar kunci publik, yang tertua dahulu."""
    for key in administering.list_keys(session.registry):
        if as_json:
            print_json(key.to_jwk())
        else:
            _print_key(key)


@keys.command("new")
@click.option(
    "--purpose",
    type=click.Choice([each.value for each in Purpose]),
    default=Purpose.SEAL.value,
    show_default=True,
    help="seal: menyegel surat; publication: menandatangani yang dipegang pihak luar.",
)
@click.option("--office", help="Kode kantor, bila lebih dari satu (hanya untuk seal).")
@click.pass_obj
def new(session: Session, purpose: str, office: str | None) -> None:
    """Buat kunci siaga dan terbitkan bagian publiknya; belum menandatangani apa pun.

    Baru aktifkan setelah bundel terlama yang masih berlaku pun memuatnya (72 jam).
    """
    wanted = Purpose(purpose)
    if wanted is Purpose.PUBLICATION and office is not None:
        raise click.UsageError("--office hanya untuk seal / goes with seal only")
    code = session.office(office) if wanted is Purpose.SEAL else None
    change = administering.new_key(session.registry, wanted, code, session.settings.key_passphrase, now())
    _print_key(change.key)
    session.say(
        f"Kunci siaga dibuat. Setelah {_SETTLING} jam: suket keys activate {change.key.kid}",
        f"A standby key was made. After {_SETTLING} hours: suket keys activate {change.key.kid}",
    )
    session.publish()


@keys.command(epilog=_NAMED_BY_START)
@click.argument("kid")
@click.pass_obj
def activate(session: Session, kid: str) -> None:
    """Pakai kunci siaga mulai sekarang; kunci yang sebelumnya menandatangani dipensiunkan."""
    change = administering.activate_key(session.registry, kid, now())
    _print_key(change.key)
    for former in change.retired:
        _print_key(former)
    _warn_if_early(session, change, now())
    session.publish()


@keys.command(epilog=_NAMED_BY_START)
@click.argument("kid")
@click.pass_obj
def retire(session: Session, kid: str) -> None:
    """Pensiunkan kunci: tidak menandatangani lagi, tetapi surat yang sudah disegelnya tetap berlaku.

    Kunci siaga, bila ada, langsung menggantikannya.
    """
    _taken_out(session, administering.retire_key(session.registry, kid, now()))


@keys.command(epilog=_NAMED_BY_START)
@click.argument("kid")
@click.option("--reason", required=True, help="Sebabnya; masuk ke catatan audit, jadi tanpa nama dan NIK.")
@click.option("--yes", is_flag=True, help="Jangan tanya lagi.")
@click.pass_obj
def revoke(session: Session, kid: str, reason: str, yes: bool) -> None:
    """Cabut kunci yang dicuri: suratnya dipercaya hanya bila tercatat di registri.

    Tidak dapat dibatalkan. Kunci siaga, bila ada, langsung menggantikannya.
    """
    if not yes:
        question = session.tell(
            f"Cabut kunci {kid}? Ini tidak dapat dibatalkan.", f"Revoke key {kid}? This cannot be undone."
        )
        click.confirm(question, abort=True)
    _taken_out(session, administering.revoke_key(session.registry, kid, reason, now()))


@keys.command()
@click.pass_obj
def relock(session: Session) -> None:
    """Kunci ulang semua kunci pribadi dengan frasa sandi baru, bila yang sekarang diketahui orang.

    Di terminal diketik dua kali tanpa tampak; dari pipa dibaca satu baris. Sesudahnya ganti
    SUKET_KEY_PASSPHRASE dan mulai ulang layanan. Cadangan lama tetap terbuka dengan yang lama.
    """
    given = ask_secret(session, Text("Frasa sandi baru:", "New passphrase:"))
    if is_terminal() and ask_secret(session, Text("Sekali lagi:", "Once more:")) != given:
        raise FieldError(_TWO_PASSPHRASES)
    passphrase = session.settings.key_passphrase
    count = administering.relock_keys(session.registry, passphrase, given, now())
    session.say(
        f"{count} kunci dikunci ulang. Ganti SUKET_KEY_PASSPHRASE, lalu mulai ulang layanan.",
        f"{count} keys were locked anew. Change SUKET_KEY_PASSPHRASE, then restart the service.",
    )


_TWO_PASSPHRASES = Problem(
    "passphrase",
    "passphrases_differ",
    Text("Kedua frasa sandi tidak sama; ulangi.", "The two passphrases differ; begin again."),
)


def _taken_out(session: Session, change: KeyChange) -> None:
    _print_key(change.key)
    if change.known_from is not None and change.signer is not None:
        _print_key(change.signer)
    _warn_if_early(session, change, now())
    if change.signer is None:
        session.warn(_NOBODY_SIGNS[change.key.purpose])
    session.publish()


_NOBODY_SIGNS = {
    Purpose.SEAL: Text(
        "Kantor ini tidak dapat menerbitkan surat sampai ada kunci baru: suket keys new, lalu suket keys activate.",
        "This office cannot issue letters until there is a new key: suket keys new, then suket keys activate.",
    ),
    Purpose.PUBLICATION: Text(
        "Tidak ada yang dapat dipublikasikan sampai ada kunci baru: suket keys new --purpose publication, lalu suket keys activate.",
        "Nothing can be published until there is a new key: suket keys new --purpose publication, then suket keys activate.",
    ),
}


def _warn_if_early(session: Session, change: KeyChange, at: datetime) -> None:
    if change.known_from is None or at >= change.known_from:
        return
    until = change.known_from.isoformat(timespec="minutes")
    if change.key.purpose is Purpose.SEAL:
        told = Text(
            f"Sampai {until} masih ada bundel berlaku yang belum memuat kunci ini; tanpa jaringan, surat barunya terbaca “penerbit tidak dikenal”.",
            f"Until {until} there are fresh bundles without this key; offline, its new letters read as “unknown issuer”.",
        )
    else:
        told = Text(
            f"Sampai {until} masih ada bundel berlaku yang belum memperkenalkan kunci ini; pemegangnya harus diberi sidiknya di atas kertas.",
            f"Until {until} there are fresh bundles that do not introduce this key; their holders must be given its thumbprint on paper.",
        )
    session.warn(told)


def _print_key(key: Key) -> None:
    scope = key.scope
    dates = f"{scope.office or '-'}  {scope.signs_from} – {scope.signs_until or '…'}"
    click.echo(f"{key.kid}  {key.purpose:<11} {key.state:<8} {dates}")


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Map tujuan.")
@click.pass_obj
def publish(session: Session, out: Path) -> None:
    """Tanda tangani dan simpan yang dipegang pihak luar, lalu tulis salinannya ke map."""
    made = publishing.publish(session.registry, session.publisher, now(), CONSOLE)
    out.mkdir(parents=True, exist_ok=True)
    # Each whole, and the bundle last: this folder is the witness of a restore.
    for publication in sorted(
        filter(publishing.is_for_anyone, made), key=lambda each: each.name == TRUST_BUNDLE
    ):
        name = _FILE_NAMES.get(publication.name, f"{publication.name}.jwt")
        write_whole(out / name, publication.body)
        click.echo(out / name)


@click.group()
def audit() -> None:
    """Catatan audit."""


@audit.command("verify")
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Titik periksa yang pernah diterbitkan: checkpoint.jws atau trust-bundle.jws.",
)
@click.option("--letters", is_flag=True, help="Cocokkan juga setiap surat dengan segel dan catatannya.")
@click.pass_obj
def verify_audit(session: Session, checkpoint: Path | None, letters: bool) -> None:
    """Periksa rantai audit, bila diminta terhadap titik periksa yang pernah diterbitkan.

    Rantai yang ditulis ulang seluruhnya tetap utuh pada dirinya sendiri; hanya titik periksa yang
    tersimpan di luar kantor yang menunjukkannya.
    """
    try:
        result = administering.check_audit(
            session.registry, _checkpoint_text(checkpoint) if checkpoint else None
        )
    except (KeyTrouble, InputError) as error:
        # Exit code 2, not 1: such a file says nothing about the chain.
        raise FileRefused(error.code, error.text) from error
    session.say(f"{result.entries} catatan.", f"{result.entries} entries.")
    for finding in _findings(result):
        session.say(finding.id, finding.en)
    strange = administering.first_strange_letter(session.registry) if letters else None
    if strange is not None:
        session.say(
            f"SURAT {strange} tidak sesuai dengan segelnya atau dengan catatan audit: barisnya diubah.",
            f"LETTER {strange} is not as its seal or the audit has it: its row was changed.",
        )
    if strange is not None or not result.is_whole:
        raise SystemExit(REFUSED)
    session.say("Rantai utuh.", "The chain is whole.")
    if letters:
        session.say("Setiap surat sesuai dengannya.", "Every letter fits it.")


def _findings(result: AuditCheck) -> Iterator[Text]:
    restore = result.lost_in_restore
    if result.first_break is not None:
        yield Text(
            f"RANTAI PUTUS pada catatan {result.first_break}: catatan diubah, dihapus atau disisipkan.",
            f"CHAIN BROKEN at entry {result.first_break}: entries were changed, deleted or inserted.",
        )
    if result.fits_checkpoint is False:
        yield Text(
            "TIDAK COCOK dengan titik periksa: riwayat sampai titik itu ditulis ulang atau hilang.",
            "DOES NOT FIT the checkpoint: the history up to it was rewritten or is lost.",
        )
    if result.fits_checkpoint is False and restore is not None:
        yield Text(
            f"Catatan {restore}: pemulihan dari cadangan yang lebih tua. Itu dapat menjadi sebabnya, tetapi tidak membuktikannya.",
            f"Entry {restore}: a restore from an older backup. It may be the cause, but it does not prove it.",
        )
    elif restore is not None:
        yield Text(
            f"Titik periksa ini ada di bagian yang hilang pada pemulihan, catatan {restore}. Pastikan pemulihan itu memang terjadi.",
            f"This checkpoint lies in the part lost in the restore, entry {restore}. Make sure that restore did take place.",
        )


def _checkpoint_text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise FileRefused(
            "checkpoint_unreadable",
            Text("Titik periksa tidak dapat dibaca.", "The checkpoint cannot be read."),
        ) from None
