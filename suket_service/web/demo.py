"""The demo's front page: the example letters, and what to try with them, a forged one included.

Exists in the demo environment only; shows everything to everyone, which no other page does.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from apiflask import APIBlueprint
from flask import Response, abort, render_template

from suket_service import printing
from suket_service.core.keyring import Purpose, Scope
from suket_service.core.letter import LetterState
from suket_service.core.seal import digits, pack, parse, read_digits, read_text
from suket_service.core.signing import SigningKey
from suket_service.paper import symbol
from suket_service.paper.certificate import Certificate
from suket_service.printing import Press
from suket_service.registry import keys, letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.settings import DEMO
from suket_service.web.context import context

MOST_LETTERS = 100

blueprint = APIBlueprint("demo", __name__, enable_openapi=False)


@blueprint.before_request
def only_in_a_demo_registry() -> None:
    """Settings may be mistaken; what the registry says of itself is not."""
    with context().registry.reading() as tx:
        offices.require_environment(tx, DEMO)


@dataclass(frozen=True, slots=True)
class Trial:
    """A code to try that is no good letter."""

    slug: str
    title: str
    what: str
    text: str


def home() -> str:
    """The example letters and the trials."""
    only_in_a_demo_registry()
    records = _issued()
    texts = {record.id: _seal_text(record.id) for record in records}
    fates = {LetterState.REVOKED: "dicabut", LetterState.SUPERSEDED: "digantikan"}
    return render_template("public/demo.html", records=records, texts=texts, fates=fates, trials=_trials())


@blueprint.get("/demo/letters/<letter>.pdf")
def pdf(letter: str) -> Response:
    """An example letter on paper; not recorded as a printing, because looking writes nothing."""
    settings = context().settings
    record = _find(letter)
    with context().registry.reading() as tx:
        original = letters.as_printed(tx, record)
    path = settings.pades_certificate
    certificate = Certificate(path, settings.pades_passphrase) if path else None
    [paper] = printing.render(
        [original], Press(settings.templates, settings.is_demo, certificate=certificate)
    )
    response = Response(paper.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{original.file_name}"'
    return response


@blueprint.get("/demo/letters/<letter>/qr.svg")
def letter_symbol(letter: str) -> Response:
    """The symbol of an example letter."""
    return _svg(_seal_text(_find(letter).id))


@blueprint.get("/demo/trials/<slug>.svg")
def trial_symbol(slug: str) -> Response:
    """The symbol of a trial."""
    found = next((trial for trial in _trials() if trial.slug == slug), None)
    if found is None:
        abort(404)
    return _svg(found.text)


def _svg(text: str) -> Response:
    return Response(symbol.svg(text), mimetype="image/svg+xml")


def _issued() -> list[LetterRecord]:
    with context().registry.reading() as tx:
        found = [
            record
            for office in offices.offices(tx)
            for record in letters.search(tx, office.code, limit=MOST_LETTERS)
        ]
    return [record for record in found if record.number is not None]


def _find(letter: str) -> LetterRecord:
    found = next((record for record in _issued() if record.id == letter), None)
    if found is None:
        raise letters.no_letter()
    return found


def _seal_text(letter: str) -> str:
    with context().registry.reading() as tx:
        return letters.seal_text(tx, letter)


def _trials() -> list[Trial]:
    genuine = next((record for record in _issued() if record.state is LetterState.ISSUED), None)
    if genuine is None or genuine.issued_on is None:
        return []
    base_url = context().settings.base_url
    seal = parse(read_digits(read_text(_seal_text(genuine.id), allow_http=True).digits))
    altered = replace(seal.facts, name="ORANG LAIN")
    never = replace(seal.facts, status_index=seal.facts.status_index + 500_000)
    other, own = _another_office(), _own_key(str(context().registry.url), genuine.office, genuine.issued_on)
    return [
        Trial(
            "diubah",
            "Nama diubah",
            "Segel surat asli yang namanya diganti. Tanda tangannya tidak lagi cocok.",
            f"{base_url}/s#{digits(pack(altered, seal.key_id) + seal.signature)}",
        ),
        Trial(
            "tidak-terbit",
            "Tidak pernah diterbitkan",
            "Kunci kantor yang asli, tetapi suratnya tidak tercatat: begitulah surat dari kunci curian.",
            f"{base_url}/s#{digits(own.seal(pack(never, own.key.key_id)))}",
        ),
        Trial(
            "penerbit-lain",
            "Penerbit tidak dikenal",
            "Surat berbentuk benar, ditandatangani dengan kunci buatan sendiri.",
            f"{base_url}/s#{digits(other.seal(pack(never, other.key.key_id)))}",
        ),
        Trial(
            "barcode-lama",
            "Barcode lama",
            "Hanya berisi NIK, seperti barcode tahun 2018: tidak membuktikan apa pun.",
            genuine.resident.nik,
        ),
    ]


@cache
def _own_key(_registry: str, office: str, on: date) -> SigningKey:
    # Unlocking takes a moment, so once a registry. Only the demo's web ever holds a seal key.
    with context().registry.reading() as tx:
        return keys.unlock(tx, Purpose.SEAL, office, on, context().settings.key_passphrase)


@cache
def _another_office() -> SigningKey:
    # A key that no registry knows; made anew with each process and never stored.
    scope = Scope("demo", None, frozenset(), (), date.min, None)
    return SigningKey.generate(Purpose.SEAL, scope)
