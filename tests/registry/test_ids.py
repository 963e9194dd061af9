"""What cannot be an id is not found, on either database."""

from collections.abc import Callable

import pytest

from suket_service.errors import NotFound
from suket_service.registry import disclosures, letters, print_runs, proposals, uploads
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.uploads import Purpose
from tests.builders import OFFICE

ASKED: dict[str, Callable[[Transaction, str], object]] = {
    "letter": lambda tx, asked: letters.by_id(tx, OFFICE.code, asked),
    "list": lambda tx, asked: disclosures.by_id(tx, OFFICE.code, asked),
    "proposal": lambda tx, asked: proposals.by_id(tx, OFFICE.code, asked),
    "print run": lambda tx, asked: print_runs.run_of(tx, OFFICE.code, asked),
    "upload": lambda tx, asked: uploads.by_id(tx, OFFICE.code, Purpose.REQUESTS, asked),
}


@pytest.mark.few(14)
@pytest.mark.parametrize("thing", ASKED)
@pytest.mark.parametrize("asked", ["", "\0", "0" * 31 + "\0", "0" * 33, "\ud800", "é" * 32, "0" * 32])
def test_what_cannot_be_an_id_is_not_found(registry: Registry, thing: str, asked: str) -> None:
    with registry.reading() as tx, pytest.raises(NotFound):
        ASKED[thing](tx, asked)
