"""The command ``serve``: hands over to gunicorn. Handles no request and imports no web."""

import os
import resource
import sys
import tempfile
from pathlib import Path

import click

from suket_service.cli.session import Session
from suket_service.registry import closed_files
from suket_service.settings import HOME, ROLES, Settings, is_bind

THREADS = 4
#: How long a connection may be silent between two requests. The proxy in front lets go of it earlier.
KEEP_ALIVE_SECONDS = 5
#: What an old worker may still take for the requests that it has begun.
GRACE_SECONDS = 20
#: More connections at a time than this a worker does not take; the others wait in the kernel.
MOST_CONNECTIONS = 1_000
#: File descriptors that a worker needs for itself: libraries, the database, templates, selectors.
RESERVED_DESCRIPTORS = 40
_SECRETS = ("SUKET_KEY_PASSPHRASE", "SUKET_SECRET_KEY", "SUKET_PADES_CERTIFICATE", "SUKET_PADES_PASSPHRASE")
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--role", type=click.Choice(ROLES), default="all", show_default=True, envvar="SUKET_ROLE")
@click.pass_obj
def serve(session: Session, bind: str, workers: int, role: str) -> None:
    """Layani HTTP dengan gunicorn."""
    if not is_bind(bind):
        raise click.BadParameter("HOST:PORT, 1-65535", param_hint="--bind")
    os.environ["SUKET_ROLE"] = role
    settings = session.settings
    if settings.metrics_bind and settings.metrics_bind.rpartition(":")[2] == bind.rpartition(":")[2]:
        raise click.BadParameter("SUKET_METRICS_BIND needs a port of its own", param_hint="--bind")
    session.registry.close()  # opened once, to say early when there is none
    closed_files.require(settings.data_dir, settings.database_url)
    _hand_on(settings)
    if role == "public":
        _drop_secrets()
    else:
        _ = settings.own_secret_key  # said here, and not by each worker
    session.say(
        f"Melayani di {bind}; alamat untuk umum: {settings.base_url}/",
        f"Serving at {bind}; the public address: {settings.base_url}/",
    )
    sys.stdout.flush()
    os.execv(  # noqa: S606 - our own interpreter, no shell
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "wsgi:app",
            f"--chdir={HOME}",
            f"--bind={bind}",
            f"--workers={workers}",
            "--worker-class=suket_service.web.patient_worker.PatientWorker",
            f"--threads={THREADS}",
            f"--worker-connections={_connections()}",
            "--config=python:suket_service.web.gunicorn_conf",
            "--no-control-socket",
            f"--keep-alive={KEEP_ALIVE_SECONDS}",
            f"--graceful-timeout={GRACE_SECONDS}",
            *([f"--bind={settings.metrics_bind}"] if settings.metrics_bind else []),
        ],
    )


def _hand_on(settings: Settings) -> None:
    # gunicorn runs beside wsgi.py, so a relative data directory must not move with it.
    os.environ["SUKET_DATA_DIR"] = str(settings.data_dir)
    os.environ["SUKET_DATABASE_URL"] = settings.database_url
    os.environ["SUKET_ENVIRONMENT"] = settings.environment
    if settings.pades_certificate is not None:
        os.environ["SUKET_PADES_CERTIFICATE"] = str(settings.pades_certificate)
    # Workers count together in files; in memory, for they write at every request.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="suket-metrics-", dir=_memory())


def _drop_secrets() -> None:
    for secret in _SECRETS:  # what a process may not use it need not hold
        os.environ.pop(secret, None)
        os.environ.pop(f"{secret}_FILE", None)


def _memory() -> Path | None:
    return _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None


def _connections() -> int:
    # gunicorn's worker ends when it cannot open one more socket: half a minute without an answer.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(THREADS + 1, min(MOST_CONNECTIONS, soft - RESERVED_DESCRIPTORS))
