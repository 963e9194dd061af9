"""F6: the disk refuses to write, or to say that it has."""

import shutil

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.desk import Way, register
from tests.faults.running import Issuer

_LETTERS = 40
_needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to inject errors")
_CALLS = pytest.mark.parametrize("calls", ["fsync,fdatasync", "pwrite64", "unlink"])


def _with_errors(calls: str) -> tuple[str, ...]:
    """Every so often one of those system calls fails with an input/output error."""
    every = "when=101+307" if calls == "pwrite64" else "when=5+7"
    return ("strace", "-f", "-o", "/dev/null", f"--trace={calls}", f"--inject={calls}:error=EIO:{every}")


def _told(issuer: Issuer) -> str:
    return f"{len(issuer.lines('trouble'))} failures, {len(issuer.acknowledged)} letters acknowledged"


@pytest.mark.slow
@_needs_strace
@_CALLS
def test_f6_an_error_of_the_disk_is_never_an_acknowledgement(
    sqlite: Registry, start_issuer: StartIssuer, found: Found, calls: str
) -> None:
    """A failed sync, write or removal refuses the request; tried again, it gets its one letter."""
    register(sqlite, range(_LETTERS))
    issuer = start_issuer(
        sqlite,
        *("--count", str(_LETTERS), "--way", Way.TURNS, "--retry-seconds", "60"),
        before=_with_errors(calls),
    )
    issuer.wait(300)
    found(_told(issuer))
    assert {code for _, code in issuer.lines("trouble")} == {"registry_unavailable"}
    assert len(issuer.acknowledged) == _LETTERS
    assert invariants.check(sqlite, issuer.acknowledged) == _LETTERS


@pytest.mark.slow
@_needs_strace
def test_f6_control_said_before_the_sync(sqlite: Registry, start_issuer: StartIssuer, found: Found) -> None:
    """An issuer that says a number before the disk has answered is caught."""
    register(sqlite, range(_LETTERS))
    issuer = start_issuer(
        sqlite, "--count", str(_LETTERS), "--acknowledge-early", before=_with_errors("fsync,fdatasync")
    )
    issuer.wait(300)
    breaches = invariants.breaches(sqlite, issuer.acknowledged)
    found(f"{_told(issuer)}; {breaches[0] if breaches else ''}")
    assert any(breach.startswith("acknowledged: lost") for breach in breaches)


def test_f6_a_write_that_fails_refuses_the_request(
    sqlite: Registry, start_issuer: StartIssuer, found: Found
) -> None:
    """A file that may not grow: the request is refused, nothing half is left, and the next process goes on."""
    register(sqlite, range(_LETTERS))
    assert sqlite.file is not None
    most = sqlite.file.stat().st_size + 32 * 1024
    first = start_issuer(sqlite, "--count", str(_LETTERS), "--most-bytes", str(most))
    first.wait()
    assert {code for _, code in first.lines("trouble")} == {"registry_unavailable"}
    invariants.check(sqlite, first.acknowledged)
    second = start_issuer(sqlite, "--count", str(_LETTERS))
    second.wait()
    found(_told(first))
    assert invariants.check(sqlite, {**first.acknowledged, **second.acknowledged}) == _LETTERS
