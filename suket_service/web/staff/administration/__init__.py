"""The office's own affairs, a page each: what letters are issued under, by whom, where, and with which keys."""

from suket_service.web.staff.administration import (
    agency_clients,
    agency_usage,
    index,
    kinds,
    letterheads,
    numbers_and_days,
    places,
    signing_keys,
    staff,
    villages,
)
from suket_service.web.staff.administration.area import blueprint

__all__ = [
    "agency_clients",
    "agency_usage",
    "blueprint",
    "index",
    "kinds",
    "letterheads",
    "numbers_and_days",
    "places",
    "signing_keys",
    "staff",
    "villages",
]
