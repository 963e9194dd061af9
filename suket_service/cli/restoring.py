"""The command ``restore``: a lost registry brought back, and what is left to do. Makes no backup."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from suket_service import administering, publishing
from suket_service.administering import CONSOLE, RESERVE, Order, Published, Restored
from suket_service.cli.backup import AS_JSON, IDENTITY, progress_of, read_keys
from suket_service.cli.session import Session, now, print_json, write_whole
from suket_service.errors import FileRefused, SuketError, Text
from suket_service.registry.session import Registry

_BUNDLE_FILE, _CHECKPOINT_FILE = "trust-bundle.jws", "checkpoint.jws"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--published",
    type=click.Path(exists=True, path_type=Path),
    help="Terbitan terakhir: map dari `suket publish --out`, atau satu bundel kepercayaan.",
)
@click.option("--pin", "pins", multiple=True, help="Sidik kunci publikasi yang dibuat sesudah cadangan.")
@click.option(
    "--reserve",
    type=click.IntRange(0, 100_000),
    default=RESERVE,
    show_default=True,
    help="Nomor yang dikosongkan di setiap deret tahun ini.",
)
@click.option("--last-number", "last_numbers", multiple=True, help="Nomor tertinggi yang terlihat di kertas.")
@IDENTITY
@click.option("--sha256", help="SHA-256 yang harus dimiliki berkas cadangan.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Simpan laporan (JSON) ke berkas ini.",
)
@AS_JSON
@click.pass_obj
def restore(
    session: Session,
    *,
    file: Path,
    published: Path | None,
    pins: tuple[str, ...],
    reserve: int,
    last_numbers: tuple[str, ...],
    identity: Path | None,
    sha256: str | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Pulihkan registri dari cadangan ke tempat yang kosong. Hentikan layanan dahulu.

    Yang diterbitkan sesudah cadangan (--published) mencegah nomor diberikan dua kali dan surat yang
    dicabut hidup lagi. Cadangan yang terkunci dibuka dengan --identity.
    """
    settings = session.settings
    order = Order(
        file=file,
        environment=settings.environment,
        identities=read_keys(identity),
        sha256=sha256,
        published=_read_published(published) if published else None,
        pins=pins,
        reserve=reserve,
        last_numbers=last_numbers,
    )

    def keep_report(restored: Restored) -> None:
        if report is not None:
            text = json.dumps(_restored_json(session, restored), ensure_ascii=False, indent=2)
            write_whole(report, text.encode())

    with closing(Registry(settings.database_url)) as registry:
        place = registry.file or settings.data_dir / "suket.sqlite3"
        with progress_of(session, "Memulihkan", "Restoring") as progress:
            restored = administering.restore(registry, place, order, now(), keep_report, progress)
    version = _publish(session)
    if as_json:
        print_json({**_restored_json(session, restored), "published": version})
    else:
        _tell(session, restored)


def _read_published(path: Path) -> Published:
    if not path.is_dir():
        return Published(path.read_bytes())
    bundle, checkpoint = path / _BUNDLE_FILE, path / _CHECKPOINT_FILE
    if not bundle.exists():
        raise FileRefused(
            "witness_missing",
            Text(
                f"Di {path} tidak ada {_BUNDLE_FILE}. Berikan map yang ditulis `suket publish --out`, atau satu bundel.",
                f"There is no {_BUNDLE_FILE} in {path}. Give the folder that `suket publish --out` wrote, or one bundle.",
            ),
        )
    return Published(bundle.read_bytes(), checkpoint.read_bytes() if checkpoint.exists() else None)


def _publish(session: Session) -> int | None:
    try:
        return publishing.publish(session.registry, session.publisher, now(), CONSOLE)[0].version
    except SuketError as error:
        # The registry is back; outsiders hold what was published last until a process that may sign runs.
        session.warn(Text(f"Belum dipublikasikan: {error.text.id}", f"Not published yet: {error.text.en}"))
        return None


def _restored_json(session: Session, restored: Restored) -> dict[str, Any]:
    held = restored.contents
    return {
        "registry": held.identity.registry_id,
        "environment": held.identity.environment,
        "restored_at": restored.at.isoformat(),
        "backup": {
            "as_of": held.as_of.isoformat(),
            "sha256": restored.sha256,
            "letters": held.letters,
            "entries": held.entries,
        },
        "warnings": [
            {"code": each.code, "message": each.text.in_language(session.language)}
            for each in restored.warnings
        ],
        **_learnt_json(restored),
        **_lost_json(restored),
        "waiting": restored.waiting,
        "held_clients": restored.held_clients,
        "steps": [each.in_language(session.language) for each in restored.steps],
    }


def _learnt_json(restored: Restored) -> dict[str, Any]:
    """What the witness told."""
    learnt, witness = restored.learnt, restored.witness
    furthest = witness.furthest if witness else None
    return {
        "witness": {
            "version": witness.bundle.version,
            "as_of": witness.bundle.as_of.isoformat(),
            "entries": furthest.entries if furthest else None,
        }
        if witness
        else None,
        "revoked": list(learnt.fates.revoked),
        "suspended": list(learnt.fates.suspended),
        "extended": list(learnt.fates.extended),
        "still_suspended": list(learnt.fates.still_suspended),
        "keys": [
            {
                "kid": each.kid,
                "purpose": each.purpose.value,
                "before": each.before.value if each.before else None,
                "after": each.after.value,
            }
            for each in learnt.keys
        ],
        "windows_changed": learnt.windows_changed,
    }


def _lost_json(restored: Restored) -> dict[str, Any]:
    """What could not be brought back, and what is kept from being given out twice."""
    return {
        "lists": {
            "closed": list(restored.lists.closed),
            "open": list(restored.lists.open),
            "unpublished": list(restored.lists.unpublished),
        },
        "lost_positions": [
            {
                "list": each.status_list,
                "first": each.first,
                "last": each.last,
                "status": each.status.name.lower(),
                "extended_to": each.extended_to.isoformat() if each.extended_to else None,
            }
            for each in restored.lost
        ],
        "lost_numbers": [
            {"first": each.lost[0], "last": each.lost[1]} for each in restored.series if each.lost
        ],
        "reserved_numbers": [
            {"first": each.reserved[0], "last": each.reserved[1]} for each in restored.series if each.reserved
        ],
    }


def _tell(session: Session, restored: Restored) -> None:
    held, learnt = restored.contents, restored.learnt
    for warning in restored.warnings:
        click.secho(warning.text.in_language(session.language), bold=True, err=True)
    session.say(
        f"Dipulihkan: {held.letters} surat, {held.entries} catatan audit, keadaan {_moment(held.as_of)}.",
        f"Restored: {held.letters} letters, {held.entries} audit entries, as of {_moment(held.as_of)}.",
    )
    if restored.witness is not None:
        as_of = _moment(restored.witness.bundle.as_of)
        session.say(f"Saksi: terbitan {as_of}.", f"Witness: published {as_of}.")
    for numbers, title in (
        (learnt.fates.revoked, session.tell("Dicabut", "Revoked")),
        (learnt.fates.suspended, session.tell("Ditangguhkan", "Suspended")),
        (learnt.fates.extended, session.tell("Diperpanjang", "Extended")),
        (
            learnt.fates.still_suspended,
            session.tell("Tetap ditangguhkan, terbit sebagai sah", "Still suspended, published as valid"),
        ),
    ):
        if numbers:
            click.echo(f"{title}: {', '.join(numbers)}")
    for key in learnt.keys:
        session.say(f"Kunci {key.kid} {key.after}", f"Key {key.kid} {key.after}")
    _tell_what_is_lost(session, restored)
    closed, further = (", ".join(map(str, each)) for each in (restored.lists.closed, restored.lists.open))
    session.say(
        f"Daftar status {closed} ditutup; surat berikutnya di daftar {further}.",
        f"Status list {closed} is closed; the next letters are on list {further}.",
    )
    session.say("Yang masih harus dilakukan:", "Left to do:")
    for number, step in enumerate(restored.steps, start=1):
        click.echo(f"{number}. {step.in_language(session.language)}")


def _tell_what_is_lost(session: Session, restored: Restored) -> None:
    if restored.lost:
        count = restored.lost_positions
        session.say(
            f"TIDAK DAPAT DIPULIHKAN: {count} surat yang sudah di tangan warga, menurut terbitan:",
            f"COULD NOT BE BROUGHT BACK: {count} letters in citizens' hands, as published:",
        )
    for each in restored.series:
        if each.lost:
            first, last = each.lost
            session.say(f"  nomor {first} sampai {last}", f"  numbers {first} to {last}")
    for lost in restored.lost:
        status = lost.status.name.lower()
        until = f" → {lost.extended_to}" if lost.extended_to else ""
        session.say(
            f"  daftar {lost.status_list}, posisi {lost.first} sampai {lost.last}: {status}{until}",
            f"  list {lost.status_list}, positions {lost.first} to {lost.last}: {status}{until}",
        )
    for each in restored.series:
        if each.reserved:
            first, last = each.reserved
            session.say(
                f"Nomor {first} sampai {last} sengaja dikosongkan.",
                f"Numbers {first} to {last} are passed over on purpose.",
            )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
