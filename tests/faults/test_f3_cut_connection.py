"""F3: the connection breaks after COMMIT was sent, and nobody knows whether it was heard."""

import os
from collections.abc import Iterator

import pytest

from suket_service.registry.session import Registry
from tests.faults import invariants
from tests.faults.conftest import Found, StartIssuer
from tests.faults.cutting_proxy import CuttingProxy
from tests.faults.desk import Way, register
from tests.postgresql import Cluster

_REQUESTS = int(os.environ.get("SUKET_FAULT_REQUESTS", "30"))
_SHARE = 0.3


@pytest.fixture
def proxy(server: Cluster) -> Iterator[CuttingProxy]:
    """The way to the server that cuts three in ten."""
    started = CuttingProxy(server.port, _SHARE)
    yield started
    started.close()


def _through(proxy: CuttingProxy, registry: Registry) -> str:
    return f"postgresql://{registry.url.username}@127.0.0.1:{proxy.port}/{registry.url.database}"


def test_f3_a_request_without_an_answer_is_asked_again(
    postgresql: Registry, proxy: CuttingProxy, start_issuer: StartIssuer, found: Found
) -> None:
    """The same request key gives the same letter: one letter a request, without gap or twin."""
    register(postgresql, range(_REQUESTS))
    url = _through(proxy, postgresql)
    options = ("--count", str(_REQUESTS), "--processes", "2", "--way", Way.TURNS, "--retry-seconds", "120")
    issuer = start_issuer(url, *options)
    issuer.wait(600)
    found(f"{_REQUESTS} requests, {proxy.cuts} cuts after COMMIT, {proxy.lost} before")
    assert proxy.cuts > 0
    assert len(issuer.acknowledged) == _REQUESTS
    assert invariants.check(postgresql, issuer.acknowledged) == _REQUESTS


def test_f3_control_every_try_a_new_request(
    postgresql: Registry, proxy: CuttingProxy, start_issuer: StartIssuer, found: Found
) -> None:
    """Without the request key whoever asks again is refused, and never learns of their letter or draft."""
    register(postgresql, range(_REQUESTS))
    url = _through(proxy, postgresql)
    options = ("--count", str(_REQUESTS), "--processes", "2", "--way", Way.STEPS, "--retry-seconds", "120")
    issuer = start_issuer(url, *options, "--fresh-keys")
    issuer.wait(600)
    refused = issuer.lines("refused")
    found(f"{proxy.cuts} cuts, {len(refused)} of {_REQUESTS} requests refused over their own open letter")
    assert {code for _, code in refused} == {"letter_open"}
