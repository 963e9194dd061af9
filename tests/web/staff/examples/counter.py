"""Requests of the counter."""

from tests.web.staff.examples import Example

EXAMPLES = {
    "counter.search": Example("POST", "/counter", {"cari": "217203"}),
    "counter.form": Example("GET", "/counter/{resident}", foreign=True),
    "counter.unlisted": Example("GET", "/counter/unlisted"),
    "counter.hints": Example("POST", "/counter/hints", {"nik": "2172031708950003"}),
}
