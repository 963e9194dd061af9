"""What is counted while the service works, for Prometheus. No label holds a person, a client, a number or a key.

Workers of one service count into files of one folder. Each takes a free slot there and goes on with the counts
of whoever had it before: nothing is lost when workers are made anew, and there are never more files than there
were workers at one time. Reads no registry and serves no page: ``web/metrics_page.py`` does.
"""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from suket_service.web.metrics_folder import folder, take_slot

#: A request that no route took.
NO_ROUTE = "-"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Of a check the goal is 50 ms, of a page a second; a part of a print run may take a minute.
_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 60.0)


def _start_counting() -> CollectorRegistry | None:
    """Before the first counter is made: files where there are other workers, this process's memory elsewhere."""
    shared = folder()
    if shared is None:
        return CollectorRegistry()
    slot = take_slot(shared)
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]
    return None


_OWN = _start_counting()
REQUESTS = Counter("suket_requests", "Answers by route.", ("route", "method", "status"), registry=_OWN)
SECONDS = Histogram(
    "suket_request_seconds", "Time until the answer began.", ("route",), registry=_OWN, buckets=_SECONDS
)
VERDICTS = Counter("suket_verdicts", "Checks of a seal by outcome.", ("outcome",), registry=_OWN)
CLIENT_CALLS = Counter("suket_client_calls", "Calls by programs of agencies.", ("answer",), registry=_OWN)
# Looked up once: finding a counter by its labels costs as much as counting. All the labels there can be are few.
_requests, _seconds = cache(REQUESTS.labels), cache(SECONDS.labels)
_verdicts, _client_calls = cache(VERDICTS.labels), cache(CLIENT_CALLS.labels)


def method_name(sent: str) -> str:
    """A method by its name; whatever else someone thought of is one and the same."""
    return sent if sent in _METHODS else "other"


def request(route: str, method: str, status: int, seconds: float) -> None:
    """One more answer. ``route``: the route's rule, never an address as it was sent."""
    _requests(route, method_name(method), status).inc()
    _seconds(route).observe(seconds)


def verdict(outcome: str) -> None:
    """One more check of a seal."""
    _verdicts(outcome).inc()


def client_call(answer: str) -> None:
    """One more call by a program; ``answer``: one of a few words, never whose."""
    _client_calls(answer).inc()


def collected() -> CollectorRegistry:
    """What all workers counted so far."""
    shared = folder()
    if _OWN is not None or shared is None:
        return _OWN or CollectorRegistry()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(shared))  # type: ignore[no-untyped-call]
    return registry
