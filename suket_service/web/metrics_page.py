"""``/metrics``: what was counted, and what is read of the registry at this moment, as Prometheus reads it.

Answered on a listener of its own, which serves nothing else, or to who bears the token; to others it is not
there. Counts nothing itself.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from apiflask import APIBlueprint
from flask import Flask, Response, abort
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from suket_service import __version__, administering
from suket_service.errors import SuketError
from suket_service.registry import gauges
from suket_service.registry.session import Registry
from suket_service.web import metrics, metrics_folder
from suket_service.web.bearer import SCHEME, bearer_token
from suket_service.web.context import Context, context, now

PATH = "/metrics"
blueprint = APIBlueprint("metrics", __name__, enable_openapi=False)


@blueprint.get(PATH)
def page() -> Response:
    """For who bears the token, on the listener that everyone reaches."""
    token = context().settings.metrics_token
    if token is None:
        abort(404)
    if not _same(bearer_token(), token):  # a token has at least 20 characters: none is never it
        return Response(status=401, headers={"WWW-Authenticate": SCHEME})
    return Response(exposition(context(), now()), content_type=CONTENT_TYPE_LATEST)


def _same(given: str, token: str) -> bool:
    # Digests are of one length, so that not even the token's is told by the time it takes.
    one, other = (hashlib.sha256(text.encode()).digest() for text in (given, token))
    return hmac.compare_digest(one, other)


def exposition(of: Context, at: datetime) -> bytes:
    """All of it, as text."""
    registry = CollectorRegistry()
    registry.register(_Now(of.registry, at))
    return generate_latest(metrics.collected()) + generate_latest(registry)


class _Now(Collector):
    """What is true at this moment, read when asked."""

    def __init__(self, registry: Registry, at: datetime) -> None:
        self._registry, self._at = registry, at

    def collect(self) -> Iterator[Metric]:
        """The gauges; of a registry that is away only that it is."""
        shared = metrics_folder.folder()
        at_work = metrics_folder.slots_held(shared) if shared else 1
        yield _gauge("suket_workers", "Workers at work.", at_work)
        version = GaugeMetricFamily("suket_build_info", "The version at work.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version
        try:
            found = list(self._of_the_registry())
        except SuketError:
            found = []
        yield _gauge("suket_registry_up", "Whether the registry answers.", bool(found))
        yield from found

    def _of_the_registry(self) -> Iterator[Metric]:
        with self._registry.reading() as tx:
            seen = gauges.gauges(tx)
        issued = CounterMetricFamily("suket_letters_issued", "Letters issued, whichever way.")
        issued.add_metric([], seen.letters_issued)
        yield issued
        yield _gauge("suket_open_drafts", "Drafts that wait for someone.", seen.open_drafts)
        yield _gauge("suket_audit_entries", "Entries of the audit chain.", seen.audit_entries)
        ages = GaugeMetricFamily(
            "suket_publication_age_seconds", "Since outsiders' data were signed.", labels=["name"]
        )
        for name, at in sorted(seen.published_at.items()):
            ages.add_metric([name], self._since(at))
        yield ages
        if (backup := administering.last_backup(self._registry)) is not None:
            yield _gauge("suket_backup_age_seconds", "Since the last backup was kept.", self._since(backup))

    def _since(self, at: datetime) -> float:
        return (self._at - at).total_seconds()


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value)


def serve_apart(app: Flask, port: int) -> None:
    """Answer on that port with the metrics and nothing else, whatever host is asked for."""
    app.wsgi_app = _Apart(app.wsgi_app, port, lambda: exposition(app.extensions["suket"], now()))  # type: ignore[method-assign]


class _Apart:
    """Between the server and the application: the port that a request came in by is the server's word, not the asker's."""

    def __init__(self, others: WSGIApplication, port: int, tell: Callable[[], bytes]) -> None:
        self._others, self._port, self._tell = others, str(port), tell

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Metrics on their own port; the application on every other."""
        if environ.get("SERVER_PORT") != self._port:
            return self._others(environ, start_response)
        if environ.get("PATH_INFO") != PATH or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        body = self._tell()
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body] if environ["REQUEST_METHOD"] == "GET" else []
