"""What gunicorn is told beside its arguments: how to log, what a new worker begins with, how workers are relieved.

Imports nothing of the application. The first process is forked into every worker: what it has loaded, a reload
(``kill -HUP``) would not load anew.
"""

import logging
import os
import random
import select
import signal
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from gunicorn.glogging import Logger

from suket_service.settings import LogSettings, requests_of_a_worker
from suket_service.web import logs
from suket_service.web.metrics_folder import folder, let_go, let_go_of_old

#: What a client says of its own origin and address is believed from nobody. By default gunicorn believes it of whoever
#: connects from this machine, and a proxy here passes such headers on: ``SCRIPT_NAME`` would move every route.
forwarded_allow_ips = ""
forwarder_headers = ""
logconfig_dict = logs.configuration(LogSettings.from_env())


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801 - gunicorn has no types, and looks for this name
    """The server's logger without an access log: ``watching`` tells of requests, and names no address.

    As soon as there is any ``logconfig_dict``, gunicorn gathers what such a line would say of each request.
    """

    access_log_enabled = False


#: New workers that are not at work by then will not be, in seconds; the old ones then stay.
LONGEST_START = 30.0
#: Workers are relieved after so many requests: at the peak every few minutes, on other days never. gunicorn's own way
#: (``max_requests``) ends a worker first and starts its successor then; both workers of a small machine reach the
#: number together, and nobody answers for seconds.
MOST_REQUESTS = requests_of_a_worker()
_LOOK_EVERY, _ASK_EVERY, _KILLED_BEFORE = 5.0, 600.0, 3600.0


class _Relief:
    """The pipe by which new workers say that they are at work: its two ends, while a reload is under way."""

    pipe: tuple[int, int] | None = None


def post_fork(server: Any, worker: Any) -> None:
    """Let a later worker that cannot start end alone: at a reload with a mistake in it the old ones go on."""
    if worker.age > server.cfg.workers:
        worker.booted = True  # else its end would be the service's, as for the first ones it should be


def post_worker_init(worker: Any) -> None:
    """Start the caretaker once the application is loaded, and say that this worker is at work."""
    import_module("suket_service.web.caretaker").start(worker.wsgi)
    if _Relief.pipe is not None:
        os.write(_Relief.pipe[1], b".")
        for end in _Relief.pipe:
            os.close(end)
        _Relief.pipe = None
    threading.Thread(target=_retire, args=(worker,), name="retiring", daemon=True).start()


def _retire(worker: Any) -> None:
    """Ask for relief, as ``kill -HUP`` does, once this worker has done its share; it goes on until it comes."""
    share = MOST_REQUESTS * random.uniform(0.8, 1.2)  # noqa: S311 - no secret; the first asks for all
    while worker.alive:
        time.sleep(_LOOK_EVERY)
        if worker.nr >= share and worker.ppid == os.getppid():
            os.kill(worker.ppid, signal.SIGHUP)
            time.sleep(_ASK_EVERY)


def on_reload(server: Any) -> None:
    """Keep the old workers until the new ones are at work: else nobody accepts while these load the application."""
    leaving = list(server.WORKERS)
    _Relief.pipe = os.pipe()
    server.num_workers = server.cfg.workers + len(leaving)
    job = (server, leaving, _Relief.pipe)
    threading.Thread(target=_relieve, args=job, name="relief", daemon=True).start()


def on_starting(_server: Any) -> None:
    """Clear up after services that were killed an hour ago or earlier."""
    shared = folder()
    if shared is not None:
        let_go_of_old(shared, time.time() - _KILLED_BEFORE)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shared = folder()
    if shared is not None:
        let_go(shared)


def _relieve(server: Any, leaving: Sequence[int], pipe: tuple[int, int]) -> None:
    is_done = _are_at_work(server, leaving, pipe[0])
    _Relief.pipe = None  # workers made from here on relieve nobody
    server.num_workers = server.cfg.workers
    if not is_done:
        logging.getLogger(logs.OURS).error("new workers could not start: the old ones go on as before")
    for pid in leaving if is_done else _others(server, leaving):
        server.kill_worker(pid, signal.SIGTERM)
    for end in pipe:
        os.close(end)


def _are_at_work(server: Any, leaving: Sequence[int], said: int) -> bool:
    """Whether all the new workers come to be at work; one that ends before is enough to know that they do not."""
    at_work, seen, until = 0, set[int](), time.monotonic() + LONGEST_START
    while at_work < server.cfg.workers and time.monotonic() < until:
        if select.select([said], [], [], 0.5)[0]:
            at_work += len(os.read(said, server.cfg.workers))
        there = set(_others(server, leaving))
        if seen - there:
            return False
        seen |= there
    return bool(at_work >= server.cfg.workers)


def _others(server: Any, staying: Sequence[int]) -> list[int]:
    return [pid for pid in list(server.WORKERS) if pid not in staying]
