"""Commands that set up: ``init``, ``check``, ``residents import``."""

import os
from contextlib import closing
from datetime import date
from pathlib import Path

import click

from suket_service import administering
from suket_service.cli import startup_check
from suket_service.cli.letter_files import read_rows
from suket_service.cli.office_file import read_office
from suket_service.cli.session import REFUSED, Session, now, print_json, problem_json
from suket_service.errors import KeyTrouble, SettingsError, Text
from suket_service.registry.session import Registry
from suket_service.settings import DEMO, Settings, prepare_demo

#: The source of a demo's list that names none. Never the file's name: people name files after people.
DEMO_SOURCE = "SIAK (contoh)"
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--demo", is_flag=True, help="Lingkungan peragaan: kantor 2172, petugas dan penduduk contoh.")
@click.option(
    "--office",
    "office_file",
    type=EXISTING_FILE,
    help="Berkas TOML kantor (lihat examples/kantor-2172.toml).",
)
@click.option("--regions", "regions_file", type=EXISTING_FILE, help="CSV wilayah kelurahan/desa.")
@click.pass_obj
def init(session: Session, demo: bool, office_file: Path | None, regions_file: Path | None) -> None:
    """Siapkan registri: tabel, kantor, dan kunci pertama."""
    settings = _environment_for(session, demo)
    if settings.key_passphrase is None:
        raise KeyTrouble(
            "no_passphrase",
            Text("Isi SUKET_KEY_PASSPHRASE dahulu.", "Set SUKET_KEY_PASSPHRASE first."),
        )
    if settings.is_demo:
        office_file = office_file or settings.examples / "kantor-2172.toml"
        regions_file = regions_file or settings.examples / "wilayah-2172.csv"
    if office_file is None or regions_file is None:
        raise click.UsageError(
            "--office dan --regions diperlukan di luar peragaan / are needed outside the demo"
        )
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(Registry(settings.database_url)) as registry:
        done = administering.initialise(
            registry,
            settings.environment,
            settings.key_passphrase,
            now(),
            read_office(office_file, regions_file, demo=settings.is_demo),
        )
    if settings.is_demo:
        administering.equip_demo(session.registry, settings.own_secret_key, now())
    if done.created and settings.is_demo:
        administering.furnish_demo(session.registry, session.office_of("admin"), "admin", now())
        rows, _ = read_rows(settings.examples / "penduduk.csv")
        operator = "operator"
        outcomes = administering.import_residents(
            session.registry, session.office_of(operator), rows, operator, DEMO_SOURCE, now().date(), now()
        )
        session.say(
            f"{sum(outcome.imported for outcome in outcomes)} penduduk contoh diimpor.",
            "The example residents are imported.",
        )
    if settings.is_demo:
        administering.hold_demo_elections(session.registry, now())
    if done.created:
        session.publish()
    place = session.registry.file or session.registry.url.render_as_string(hide_password=True)
    session.say(
        f"Registri {settings.environment} {'dibuat' if done.created else 'sudah ada'} di {place}.",
        f"The {settings.environment} registry {'was made' if done.created else 'is already'} in {place}.",
    )


def _environment_for(session: Session, demo: bool) -> Settings:
    if not demo:
        return session.settings
    if os.environ.get("SUKET_ENVIRONMENT", DEMO) != DEMO:
        raise SettingsError(
            "setting_unusable",
            Text(
                "--demo tidak dapat dipakai dengan SUKET_ENVIRONMENT=production.",
                "--demo does not go with SUKET_ENVIRONMENT=production.",
            ),
        )
    data_dir = Path(os.environ.get("SUKET_DATA_DIR") or "var").absolute()
    file = data_dir / "suket.sqlite3"
    url = os.environ.get("SUKET_DATABASE_URL") or (f"sqlite:///{file}" if file.exists() else None)
    # Asked before anything is written: a directory with a demo's secrets is refused by production ever after.
    if url is not None and administering.is_in_production(url):
        raise SettingsError(
            "setting_unusable",
            Text(
                "Basis data itu sudah berisi registri sungguhan; peragaan memerlukan direktori data dan basis data lain.",
                "That database already holds a real registry; a demo needs another data directory and database.",
            ),
        )
    prepare_demo(data_dir, os.environ.get("SUKET_BASE_URL"))
    return session.settings


@click.command()
@click.pass_obj
def check(session: Session) -> None:
    """Periksa kesiapan mesin ini: satu baris untuk setiap masalah."""
    problems = startup_check.problems(session)
    for problem in problems:
        click.echo(problem.in_language(session.language))
    if problems:
        raise SystemExit(REFUSED)
    session.say("Semua siap.", "All is ready.")


@click.group()
def residents() -> None:
    """Daftar penduduk yang sudah merekam."""


@residents.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--by", "by", required=True, help="Nama pengguna petugas.")
@click.option("--source", help="Asal daftar, misalnya SIAK.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Tanggal keadaan daftar (TTTT-BB-HH).")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON setiap baris.")
@click.pass_obj
def import_(
    session: Session, file: Path, by: str, source: str | None, as_of: date | None, as_json: bool
) -> None:
    """Impor daftar penduduk (CSV atau XLSX)."""
    if not session.settings.is_demo and (source is None or as_of is None):
        raise click.UsageError("--source dan --as-of diperlukan / are needed")
    at = now()
    rows, _ = read_rows(file)
    office = session.office_of(by)
    outcomes = administering.import_residents(
        session.registry,
        office,
        rows,
        by,
        source or DEMO_SOURCE,
        date(as_of.year, as_of.month, as_of.day) if as_of else session.today(office),
        at,
    )
    imported = refused = 0
    for outcome in outcomes:
        imported, refused = imported + outcome.imported, refused + (not outcome.imported)
        if as_json:
            print_json(
                {
                    "row": outcome.row,
                    "status": "imported" if outcome.imported else "refused",
                    "errors": [problem_json(each, session.language) for each in outcome.problems],
                }
            )
            continue
        for each in outcome.problems:
            row = session.tell("baris", "row")
            click.echo(f"{row} {outcome.row}  {each.field}: {each.text.in_language(session.language)}")
    if not as_json:
        session.say(f"{imported} diimpor, {refused} ditolak.", f"{imported} imported, {refused} refused.")
    if refused:
        raise SystemExit(REFUSED)
