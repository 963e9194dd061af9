"""The command ``verify``: QR text, digits, a PDF or a picture; with ``--bundle`` no database and no network."""

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from suket_service.cli.session import REFUSED, Session, now, print_json
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import WORDS, Outcome
from suket_service.errors import FileRefused, InputError, KeyTrouble, Text
from suket_service.verifying import Answer, Desk, check_offline, report

_FILE_SUFFIXES = frozenset(
    {".pdf", ".png", ".jpg", ".jpeg", ".heic", ".tif", ".tiff", ".webp", ".gif", ".bmp"}
)
MOST_FILE_BYTES = 25 * 1024 * 1024
MOST_BUNDLE_BYTES = 64 * 1024 * 1024


@click.command()
@click.argument("target")
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Bundel kepercayaan: tanpa basis data, tanpa jaringan.",
)
@click.option(
    "--pin",
    multiple=True,
    envvar="SUKET_PUBLICATION_PINS",
    help="Sidik kunci publikasi yang dipercaya (dari lembar pendaftaran).",
)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON.")
@click.pass_obj
def verify(session: Session, target: str, bundle: Path | None, pin: tuple[str, ...], as_json: bool) -> None:
    """Periksa surat. TARGET: teks QR, angkanya, PDF, foto/pindaian (PNG/JPEG), atau - untuk masukan baku."""
    source = click.get_current_context().get_parameter_source("pin")
    if bundle is None and source is ParameterSource.COMMANDLINE:
        raise click.UsageError("--pin hanya bersama --bundle / goes with --bundle")
    what = _read_target(target)
    if bundle is not None:
        answer, extra = _offline(bundle, what, pin, session)
    else:
        desk = Desk(session.registry_as_is, session.settings.environment, session.settings.host)
        answer = desk.check_text(what, now()) if isinstance(what, str) else desk.check_file(what, now())
        extra = {}
    facts = {**report(answer, masked=False), **extra}
    if as_json:
        print_json(facts)
    else:
        _print_facts(facts, session.language)
    if answer.verdict.outcome is not Outcome.VALID:
        raise SystemExit(REFUSED)


def _offline(
    bundle: Path, what: str | bytes, pins: tuple[str, ...], session: Session
) -> tuple[Answer, dict[str, Any]]:
    try:
        held, signer, introduced = open_bundle(_read_file(bundle, MOST_BUNDLE_BYTES), pins)
    except (InputError, KeyTrouble) as error:
        # Exit code 2, not 1: nothing at all was found out about the letter.
        raise FileRefused(error.code, error.text) from error
    if not pins:
        session.warn(
            Text(
                f"Bundel ini ditandatangani kunci {signer.kid}. Cocokkan dengan lembar pendaftaran, atau beri --pin.",
                f"This bundle is signed by key {signer.kid}. Compare it with the enrolment sheet, or give --pin.",
            )
        )
    if introduced:
        both = " ".join((*pins, *introduced))
        session.warn(
            Text(
                f"Bundel ini memperkenalkan kunci publikasi berikutnya; percayai juga: --pin {introduced[0]}, atau SUKET_PUBLICATION_PINS='{both}'.",
                f"This bundle introduces the next publication key; trust it too: --pin {introduced[0]}, or SUKET_PUBLICATION_PINS='{both}'.",
            )
        )
    facts = {
        "version": held.version,
        "signed_by": signer.kid,
        "pinned": bool(pins),
        "introduced": list(introduced),
    }
    return check_offline(held, what, now()), {"bundle": facts}


def _read_target(target: str) -> str | bytes:
    if target == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if target.startswith(("http://", "https://")):
        return target
    path = Path(target)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a text too long, or with a NUL in it, is no path
        is_file = False
    if is_file:
        return _read_file(path, MOST_FILE_BYTES)
    if path.suffix.lower() in _FILE_SUFFIXES or target.startswith(("/", "./", "../", "~")):
        raise FileRefused(
            "file_missing",
            Text(
                "Berkas itu tidak ditemukan; periksa nama dan mapnya.",
                "That file was not found; check name and folder.",
            ),
        )
    return target


def _read_file(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise FileRefused(
                "file_too_large",
                Text(f"Berkas lebih dari {most // 2**20} MB.", f"The file is over {most // 2**20} MB."),
            )
        return path.read_bytes()
    except OSError:
        raise FileRefused(
            "file_unreadable",
            Text("Berkas itu tidak dapat dibuka.", "That file cannot be opened."),
        ) from None


_WORDS = {
    "id": {
        "reasons": "alasan",
        "advisories": "catatan",
        "checked": "diperiksa",
        "as_of": "data per",
        "not_covered": "tidak dijamin segel",
    },
    "en": {
        "reasons": "reasons",
        "advisories": "advisories",
        "checked": "checked",
        "as_of": "data as of",
        "not_covered": "not covered by the seal",
    },
}


def _print_facts(facts: dict[str, Any], language: str) -> None:
    words = _WORDS[language]
    word = WORDS[Outcome(facts["outcome"])].in_language(language)
    click.echo(f"{word} ({facts['outcome']}, {facts['tone']}). {facts['message'][language]}")
    if facts["reasons"]:
        click.echo(f"  {words['reasons']}: {', '.join(facts['reasons'])}")
    if facts["advisories"]:
        click.echo(f"  {words['advisories']}: {', '.join(facts['advisories'])}")
    for part in ("seal", "registry"):
        for name, value in (facts[part] or {}).items():
            click.echo(f"  {part}.{name}: {'-' if value is None else value}")
    if facts["seal"]:
        click.echo(f"  {words['not_covered']}: {', '.join(facts['not_covered'])}")
    click.echo(f"  {words['checked']}: {facts['checked_at']}, {words['as_of']} {facts['data_as_of'] or '-'}")
