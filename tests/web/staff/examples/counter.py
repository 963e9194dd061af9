"""Requests of the counter."""

from tests.web.staff.examples import Example

_FORM = {"alasan_kode": "processing", "kk_dilihat": "ya", "jenis_surat": "1", "aksi": "ajukan"}

EXAMPLES: dict[str, Example | list[Example]] = {
    "counter.search": [Example("GET", "/counter"), Example("POST", "/counter", {"cari": "217203"})],
    "counter.form": [
        Example("GET", "/counter/{resident}", foreign=True),
        Example("POST", "/counter/{resident}", _FORM, foreign=True),
    ],
    "counter.unlisted": [
        Example("GET", "/counter/unlisted"),
        Example("POST", "/counter/unlisted", {**_FORM, "nik": "2172031708950099"}),
    ],
    "counter.hints": Example("POST", "/counter/hints", {"nik": "2172031708950003"}),
}
