"""The description of the API, for people: Indonesian first, out of the OpenAPI document. Answers no call."""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup, escape

from suket_service.web.api.area import blueprint
from suket_service.web.context import context

_QUOTED = re.compile("`([^`]+)`")
#: What stands for a value in a path.
_PLACES = {"{number}": "1", "{letter}": "4f0c9d1e..."}
#: What each call does, in Indonesian; in English the document says it.
_TITLES = {
    "verify": "Memeriksa satu surat",
    "verifyMany": "Memeriksa banyak surat sekaligus",
    "letterState": "Keadaan surat yang segelnya sudah diperiksa sendiri",
    "checkCode": "Mencari surat dengan nomor dan kode periksa",
    "listLetters": "Daftar surat",
    "createLetter": "Mengajukan konsep surat; dua orang tetap menyetujui",
    "readLetter": "Membaca satu surat",
    "letterPdf": "PDF surat",
    "letterSymbol": "Kode QR surat",
    "revokeLetter": "Mencabut surat",
    "suspendLetter": "Menangguhkan surat",
    "supersedeLetter": "Mengakhiri surat yang digantikan KTP-el",
    "extendLetter": "Mengusulkan perpanjangan surat",
    "jwks": "Kunci publik penerbit",
    "statusList": "Daftar status surat",
    "trustBundle": "Bundel kepercayaan untuk umum",
    "enrolDevice": "Mendaftarkan perangkat",
    "stationTrustBundle": "Bundel kepercayaan untuk TPS",
    "present": "Mengirim catatan surat yang diperlihatkan",
}
_STATUSES = {
    "200": "jawabannya",
    "201": "dibuat",
    "202": "diterima; orang lain yang memutuskan",
    "304": "belum berubah",
    "400": "Idempotency-Key tidak ada atau salah bentuk",
    "401": "tanpa kunci atau bukti yang berlaku",
    "403": "tidak berwenang",
    "404": "tidak ada",
    "409": "sedang dikerjakan, atau keadaan suratnya tidak mengizinkan",
    "413": "kiriman terlalu besar",
    "422": "isi kiriman tidak sesuai, per isian",
    "429": "terlalu banyak",
    "503": "registri belum dapat dipakai",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the page shows it."""

    path: str
    method: str
    operation: dict[str, Any]
    title: str
    scopes: tuple[str, ...]
    is_open: bool
    example: str


@blueprint.get("/api/docs")
@blueprint.doc(hide=True)
def docs() -> str:
    """The description of this API, for people."""
    spec = current_app.spec  # type: ignore[attr-defined]
    calls = [
        _call(spec, path, method, operation)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    ]
    groups = [
        (tag["name"], tag["description"], [each for each in calls if tag["name"] in each.operation["tags"]])
        for tag in spec["tags"]
    ]
    return render_template(
        "public/api_docs.html", spec=spec, groups=groups, statuses=_STATUSES, marked=_marked
    )


def _call(spec: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Call:
    security = operation.get("security", [])
    scopes = tuple(next((each["client"] for each in security if "client" in each), ()))
    is_open = not security or {} in security
    example = _typed(spec, path, operation, needs_key=bool(scopes) and not is_open)
    title = _TITLES.get(operation["operationId"], "")
    return Call(path, method, operation, title, scopes, is_open, example)


def _typed(spec: dict[str, Any], path: str, operation: dict[str, Any], *, needs_key: bool) -> str:
    """A call as it is typed at a terminal."""
    for place, example in _PLACES.items():
        path = path.replace(place, example)
    lines = [f"curl -s {context().settings.base_url}{path}"]
    if needs_key:
        lines.append("-H 'Authorization: Bearer suket_...'")
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ())):
        lines.append("-H 'Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324'")
    if "requestBody" in operation:
        body = json.dumps(_example(spec, operation), ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)


def _marked(text: str) -> Markup:
    """A description with what stands in backquotes as code."""
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _example(spec: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What may be sent to a call: the first example of its shape, else its members with nothing in them."""
    shape = operation["requestBody"]["content"]["application/json"]["schema"]
    name = shape.get("$ref", "").rpartition("/")[2]
    described: dict[str, Any] = spec["components"]["schemas"].get(name, shape)
    found: list[dict[str, Any]] = described.get("examples", [])
    return found[0] if found else dict.fromkeys(described.get("properties", {}), "...")
