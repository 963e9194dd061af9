"""The command ``serve``: hands over to gunicorn. Handles no request and imports no web."""

import os
import re
import resource
import sys

import click

from suket_service.cli.session import Session
from suket_service.settings import HOME, ROLES

THREADS = 4
MOST_PORT = 65_535
#: More connections at a time than this a worker does not take; the others wait in the kernel.
MOST_CONNECTIONS = 1_000
#: File descriptors that a worker needs for itself: libraries, the database, templates, selectors.
RESERVED_DESCRIPTORS = 40
_SECRETS = ("SUKET_KEY_PASSPHRASE", "SUKET_SECRET_KEY", "SUKET_PADES_CERTIFICATE", "SUKET_PADES_PASSPHRASE")
_BIND = re.compile(r"[A-Za-z0-9.\-\[\]:]+:[0-9]{1,5}")


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--role", type=click.Choice(ROLES), default="all", show_default=True, envvar="SUKET_ROLE")
@click.pass_obj
def serve(session: Session, bind: str, workers: int, role: str) -> None:
    """Layani HTTP dengan gunicorn."""
    if not _BIND.fullmatch(bind) or int(bind.rpartition(":")[2]) > MOST_PORT:
        raise click.BadParameter("HOST:PORT, 1-65535", param_hint="--bind")
    os.environ["SUKET_ROLE"] = role
    settings = session.settings
    session.registry.close()  # opened once, to say early when there is none
    # gunicorn runs beside wsgi.py, so a relative data directory must not move with it.
    os.environ["SUKET_DATA_DIR"] = str(settings.data_dir)
    os.environ["SUKET_DATABASE_URL"] = settings.database_url
    os.environ["SUKET_ENVIRONMENT"] = settings.environment
    if settings.pades_certificate is not None:
        os.environ["SUKET_PADES_CERTIFICATE"] = str(settings.pades_certificate)
    if role == "public":
        for secret in _SECRETS:
            os.environ.pop(secret, None)  # what it may not use it need not hold
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
            "--worker-class=gthread",
            f"--threads={THREADS}",
            f"--worker-connections={_connections()}",
            "--config=python:suket_service.web.gunicorn_conf",
            "--no-control-socket",
            "--max-requests=20000",
            "--max-requests-jitter=2000",
            "--graceful-timeout=20",
            "--log-level=warning",
        ],
    )


def _connections() -> int:
    # gunicorn's worker ends when it cannot open one more socket: half a minute without an answer.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(THREADS + 1, min(MOST_CONNECTIONS, soft - RESERVED_DESCRIPTORS))
