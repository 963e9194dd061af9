"""Commands against the day the machine is lost: ``backup``, ``backup-key``. Restores nothing."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from suket_service import administering
from suket_service.administering import Backup, Contents, Identity, Lock
from suket_service.cli.session import Session, now, print_json, write_whole
from suket_service.errors import CallerError, Text
from suket_service.registry.copying import Progress

_MOST_KEPT = 10_000
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON.")
IDENTITY = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Berkas kunci (dari `suket backup-key`) untuk membuka cadangan terkunci; - untuk masukan standar.",
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "recipients",
    multiple=True,
    envvar="SUKET_BACKUP_RECIPIENTS",
    help="Kunci untuk penerima ini (age1…), boleh berulang. Bawaan: SUKET_BACKUP_RECIPIENTS.",
)
@click.option(
    "--keep",
    type=click.IntRange(1, _MOST_KEPT),
    help="FILE adalah map: simpan sekian cadangan terbaru di dalamnya, hapus yang lebih lama.",
)
@click.option("--check", is_flag=True, help="Jangan menyalin; uji FILE seperti pada pemulihan.")
@IDENTITY
@AS_JSON
@click.pass_obj
def backup(
    session: Session,
    *,
    file: Path,
    recipients: tuple[str, ...],
    keep: int | None,
    check: bool,
    identity: Path | None,
    as_json: bool,
) -> None:
    """Salin seluruh registri ke satu berkas baru, selagi layanan berjalan.

    Bila FILE sebuah map, nama berkas dibuat dari waktu. Dengan --to berkas itu terkunci untuk pemegang kunci;
    tanpa --to ia memuat data pribadi yang dapat dibaca. Kunci pribadi di dalamnya tetap terkunci dengan
    SUKET_KEY_PASSPHRASE dan rahasia kode sekali pakai dengan SUKET_SECRET_KEY: simpan keduanya terpisah.
    """
    _end_in_order()
    if check:
        _check(session, file, identity, as_json=as_json)
        return
    if keep is not None and not file.is_dir():
        raise click.UsageError("--keep: FILE harus map yang sudah ada / must be a folder that exists")
    made, gone = _make(session, file, recipients, keep)
    if as_json:
        told = {
            "file": str(made.file),
            "bytes": made.size,
            "sha256": made.sha256,
            "locked_for": made.locked_for,
        }
        print_json({**told, **_contents_json(made.contents), "removed": [each.name for each in gone]})
        return
    _tell(session, made)
    for each in gone:
        session.say(f"Dihapus, lebih lama: {each.name}", f"Removed, older: {each.name}")


@click.command("backup-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_key(session: Session, file: Path) -> None:
    """Buat kunci cadangan baru di FILE. Jangan di mesin layanan: siapa memegangnya membaca semua cadangan."""
    if file.exists():
        raise CallerError(
            "key_exists",
            Text(
                f"{file} sudah ada dan tidak ditimpa. Pilih nama lain.",
                f"{file} exists already and is not overwritten. Choose another name.",
            ),
        )
    key = administering.new_backup_key(now())
    write_whole(file, key.text.encode())
    session.say(
        f"Kunci rahasia ada di {file}: simpan di dua tempat yang terpisah, tidak di mesin layanan. Penerimanya:",
        f"The secret key is in {file}: keep it in two separate places, not on the service's machine. Its recipient:",
    )
    click.echo(key.recipient)


def _make(
    session: Session, file: Path, recipients: tuple[str, ...], keep: int | None
) -> tuple[Backup, tuple[Path, ...]]:
    lock = Lock(administering.read_recipients(recipients), session.settings.data_dir) if recipients else None
    registry, at = session.registry_as_is, now()
    place = administering.name_in(registry, file, at, locked=lock is not None) if file.is_dir() else file
    with progress_of(session, "Menyalin", "Copying") as progress:
        made = administering.back_up(registry, place, at, progress, lock)
    return made, administering.let_go_of_older(made, keep) if keep is not None else ()


def _check(session: Session, file: Path, identity: Path | None, *, as_json: bool) -> None:
    if not file.is_file():
        raise click.BadParameter("tidak ada / is not there", param_hint="FILE")
    held = administering.check_backup(file, read_keys(identity))
    if as_json:
        print_json({"file": str(file), **_contents_json(held)})
        return
    session.say(
        f"{file}: dapat dipulihkan; {held.letters} surat, {held.entries} catatan audit, "
        f"keadaan {held.as_of:%Y-%m-%d %H:%M:%S}Z.",
        f"{file}: can be restored; {held.letters} letters, {held.entries} audit entries, "
        f"as of {held.as_of:%Y-%m-%d %H:%M:%S}Z.",
    )
    _tell_numbers(session, held)


def read_keys(identity: Path | None) -> tuple[Identity, ...]:
    """The keys in a key file, or on standard input where that is ``-``."""
    if identity is None:
        return ()
    try:
        # A character of a key file is one byte; whatever else was given is refused, not read whole.
        with click.open_file(str(identity), encoding="ascii") as opened:
            return administering.read_identities(opened.read(administering.MOST_KEY_FILE_CHARACTERS))
    except UnicodeDecodeError:
        return administering.read_identities("")


@contextmanager
def progress_of(session: Session, id: str, en: str) -> Iterator[Progress]:
    """A bar on standard error, for whoever watches."""
    with click.progressbar(
        length=1, label=session.tell(id, en), file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell


def _end_in_order() -> None:
    # A service that is told to stop must not leave half a copy of the registry behind.
    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)


def _contents_json(held: Contents) -> dict[str, Any]:
    return {
        "registry": held.identity.registry_id,
        "as_of": held.as_of.isoformat(),
        "letters": held.letters,
        "entries": held.entries,
        "last_numbers": list(held.last_numbers),
    }


def _tell(session: Session, made: Backup) -> None:
    held = made.contents
    session.say(
        f"{made.file}: {held.letters} surat, {held.entries} catatan audit, {made.size} byte.",
        f"{made.file}: {held.letters} letters, {held.entries} audit entries, {made.size} bytes.",
    )
    _tell_numbers(session, held)
    click.echo(f"SHA-256 {made.sha256}")
    session.say(
        "Kunci pribadi di dalamnya tetap terkunci: tanpa SUKET_KEY_PASSPHRASE dan SUKET_SECRET_KEY, yang tidak ada di "
        "dalamnya, pemulihan tidak dapat menandatangani atau memeriksa petugas.",
        "The private keys in it stay locked: without SUKET_KEY_PASSPHRASE and SUKET_SECRET_KEY, which are not in it, "
        "what is restored can neither sign nor check its staff.",
    )
    if made.locked_for:
        session.say(
            f"Terkunci untuk {made.locked_for} penerima: tanpa kunci mereka tidak ada yang dapat membacanya.",
            f"Locked for {made.locked_for} recipients: without their keys nobody can read it.",
        )
    else:
        session.say(
            "Berkas ini memuat data pribadi, tidak terkunci. Dengan --to ia terkunci.",
            "This file holds personal data, not locked. With --to it is locked.",
        )


def _tell_numbers(session: Session, held: Contents) -> None:
    for number in held.last_numbers:
        session.say(f"Nomor terakhir {number}", f"Last number {number}")
