"""Many processes write at once."""

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Way, register

_PROCESSES = 8


@pytest.mark.slow
@pytest.mark.parametrize("letters", [25, 500])
def test_eight_processes_give_every_number_once(
    either: Registry, start_issuer: StartIssuer, found: Found, letters: int
) -> None:
    """Numbers 1 … n without gap or twin, every acknowledged letter there, nobody refused."""
    register(either, range(_PROCESSES * letters))
    issuer = start_issuer(
        either, *("--count", str(_PROCESSES * letters), "--processes", str(_PROCESSES), "--way", Way.TURNS)
    )
    issuer.wait(900)
    found(f"{_PROCESSES} × {letters} letters")
    assert not issuer.lines("trouble") + issuer.lines("refused")
    assert invariants.check(either, issuer.acknowledged) == _PROCESSES * letters
