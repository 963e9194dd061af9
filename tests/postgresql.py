"""A PostgreSQL server of the tests' own, from whatever server binaries this machine has. Knows nothing of suket.

    with Cluster() as cluster:
        cluster.create_database("one")
        Registry(cluster.url("one"))

Each ``Cluster`` lives in a folder of its own directly under the system's temporary folder, or in memory
where nothing need last (a socket's path is limited to 107 bytes, and pytest's own folders are closed to
other users). It listens on a Unix socket alone, unless asked, and runs as an ordinary user, also where
the tests run as root: the server refuses root.
Any number may run at once. A child process, the watchman, ends the server and removes the folder as
soon as this process lets go of it or is gone, however it went.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, LiteralString, Self

import psycopg
from psycopg import sql

#: The role that :meth:`Cluster.url` names: an ordinary one that owns the tests' databases.
ROLE = "suket"
#: A role that has to give :data:`PASSWORD`; all others are trusted.
ASKED_ROLE = "suket_asked"
PASSWORD = "a password of the tests alone"
SUPERUSER = "postgres"

StopMode = Literal["smart", "fast", "immediate"]
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_SECONDS = 60
_LONGEST_SOCKET_PATH = 107
_LEAST_FREE_MEMORY = 1024**3
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",  # files of its own folder, which go with it when it is killed
    "timezone": "Asia/Jakarta",  # not UTC: an instant that depends on the session's zone shows
}
# A plain test's data may go with the power, and nothing runs beside the test itself.
_NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}
_HBA = f"""
local all {ASKED_ROLE} scram-sha-256
local all all trust
local replication all trust
host all {ASKED_ROLE} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
"""
# Waits for a line or the end of its standard input, then ends every server under the folder and removes that.
_WATCHMAN = """
read -r _
for file in "$1"/*/postmaster.pid; do
    [ -e "$file" ] || continue
    pid=$(head -n 1 "$file")
    [ "$(readlink "/proc/$pid/cwd")" = "${file%/*}" ] || continue
    kill -QUIT "$pid"; kill -CONT "$pid"
    tries=0
    while kill -0 "$pid" && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
    kill -KILL "$pid"
done 2>/dev/null
for file in "$1"/*/postmaster.pid; do # left where a server was killed: so is its mark among shared memory
    [ -e "$file" ] && ipcrm -m "$(sed -n '7s/.* //p' "$file")"
done 2>/dev/null
rm -rf "$1"
"""


class NoServer(Exception):
    """This machine has no PostgreSQL server, or nobody to run it as."""


@cache
def binaries() -> Path:
    """The folder of the newest server binaries.

    Raises:
        NoServer: there are none.
    """
    # Debian and Ubuntu, the PostgreSQL project's own RPMs, a build from source; else what the PATH says.
    versions = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    folders = sorted(versions, key=lambda folder: [int(n) for n in _digits(folder)], reverse=True)
    folders.append(Path("/usr/local/pgsql/bin"))
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(said.stdout.strip() or "/nowhere"))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise NoServer("no PostgreSQL server here; on Debian and Ubuntu: apt-get install postgresql")


def _digits(folder: Path) -> list[str]:
    return "".join(each if each.isdigit() else " " for each in folder.parent.name).split()


def _server_user() -> str | None:
    """Whom the server runs as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (SUPERUSER, "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServer("the tests run as root, and there is no user `postgres` or `nobody` to run a server as")


def memory_folder() -> Path | None:
    """Where files live in memory, so that no test waits for another's disk; None where there is no room."""
    folder = Path("/dev/shm")
    try:
        roomy = os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= _LEAST_FREE_MEMORY
    except OSError:
        return None
    return folder if roomy else None


def _new_folder(*, in_memory: bool) -> Path:
    """A new folder that the server's user can reach, under a path short enough for a socket.

    Raises:
        NoServer: neither the temporary folder nor /tmp is fit for it.
    """
    memory = memory_folder() if in_memory else None
    usual = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))
    for parent in (memory, *usual) if memory else usual:
        whole = parent.resolve()
        everyone_passes = os.geteuid() != 0 or all(
            each.stat().st_mode & 0o001 for each in (whole, *whole.parents)
        )
        if everyone_passes and len(f"{whole}/suket-pg-XXXXXXXX/.s.PGSQL.65535") < _LONGEST_SOCKET_PATH:
            folder = Path(tempfile.mkdtemp(prefix="suket-pg-", dir=whole))
            folder.chmod(0o755)
            return folder
    raise NoServer("no temporary folder with a short path that the server's user can reach")


class Cluster:
    """One server with its data, from :meth:`__init__` (which starts nothing) to :meth:`close`.

    Public: ``folder`` (of the socket), ``data`` (the server's files), ``log`` (what it says), ``user``
    (whom it runs as; None: ourselves), ``port`` (also the socket's name; a TCP port where asked for),
    ``settings`` (given at every start; change them between :meth:`stop` and :meth:`start`).

    For a standby, override :meth:`make_data` with a ``pg_basebackup`` by :meth:`run` and give the
    connection in ``settings``.
    """

    def __init__(
        self, *, durable: bool = False, tcp: bool = False, settings: Mapping[str, str] | None = None
    ) -> None:
        """``durable``: with fsync and all the rest of a real server's defaults, as a fault test needs.

        ``tcp``: listen on 127.0.0.1 as well. ``settings``: any of postgresql.conf, over the tests' own.

        Raises:
            NoServer: this machine cannot run one.
        """
        self._binaries = binaries()
        self.user = _server_user()
        self.port = _free_port() if tcp else 5432
        self.settings = {
            **_SETTINGS,
            **({} if durable else _NOT_DURABLE),
            **({"listen_addresses": "127.0.0.1"} if tcp else {}),
            **(settings or {}),
        }
        self.folder = _new_folder(in_memory=not durable)
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._watchman = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHMAN, "watchman", str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C at the terminal is not meant for it
        )
        if self.user is not None:
            shutil.chown(self.folder, self.user)

    def __enter__(self) -> Self:
        """Started."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the server, with new data at the first time, and wait until it takes connections."""
        new = not self.data.exists()
        if new:
            self.make_data()
        settings = {"unix_socket_directories": str(self.folder), "port": str(self.port), **self.settings}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._binaries / "postgres"),
                    "-D",
                    str(self.data),
                    *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_server_user(),
            )
        self._wait_until_ready()
        if new:
            self.make_roles()

    def make_data(self) -> None:
        """Fill ``data``, which is not there yet. Here: a new cluster."""
        # A collation for people, as a server in an office has it: text is not in the order of its bytes.
        collation = ["--locale-provider=icu", "--icu-locale=id-ID"] if self.version >= 15 else []
        self.run(
            "initdb", "-D", str(self.data), "-U", SUPERUSER, "--auth=trust", "--no-sync", "--encoding=UTF8",
            "--locale=C.UTF-8", *collation,
        )  # fmt: skip
        (self.data / "pg_hba.conf").write_text(_HBA)

    def make_roles(self) -> None:
        """Called once, on new data, as soon as the server runs. Here: the tests' roles."""
        self.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
        self.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(ASKED_ROLE), sql.Literal(PASSWORD)
            )
        )

    def stop(self, mode: StopMode = "fast") -> None:
        """Shut down: ``smart`` waits for clients, ``fast`` ends them, ``immediate`` is a crash to recover from."""
        if self._process is not None:
            self._process.send_signal(_SIGNALS[mode])
            self._process.wait(_SECONDS)
            self._process = None

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop and start."""
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """SIGKILL to the server and every process of it, as the kernel would when memory runs out."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGSTOP)  # or it would put new children in place of the dead
        children = self.processes()
        for pid in (*children, self._process.pid):
            os.kill(pid, signal.SIGKILL)
        self._process.wait(_SECONDS)
        self._process = None
        _wait_for(lambda: not any(_runs(pid) for pid in children), "the server's processes are still there")

    def processes(self) -> list[int]:
        """The server's own child processes: sessions and background work."""
        if self._process is None:
            return []
        return [pid for pid in _all_pids() if _parent(pid) == self._process.pid]

    def close(self) -> None:
        """End the server and remove its folder; nothing happens the second time."""
        if self._watchman.stdin is not None and not self._watchman.stdin.closed:
            with suppress(BrokenPipeError):
                self._watchman.stdin.write(b"\n")  # forked children may hold the pipe open after us
                self._watchman.stdin.close()
            if self._process is not None:
                self._process.wait(_SECONDS)
                self._process = None
            self._watchman.wait(_SECONDS)

    @cached_property
    def version(self) -> int:
        """The server's major version."""
        said = self.run("postgres", "--version")  # "postgres (PostgreSQL) 15.18 (Debian …)"
        return int("".join(each if each.isdigit() else " " for each in said).split()[0])

    @property
    def is_running(self) -> bool:
        """Whether the server's main process is there."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str, *, role: str = ROLE, password: str | None = None, tcp: bool = False) -> str:
        """The address of a database as ``SUKET_DATABASE_URL`` takes it."""
        who = role if password is None else f"{role}:{password.replace(' ', '%20')}"
        if tcp:
            return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{who}@/{database}?host={self.folder}&port={self.port}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """A new database that :data:`ROLE` owns, empty or a copy; nobody may be connected to ``template``."""
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(template or "template0")
        )
        # By files: leaves no copy of everything in the log, so that dropping it again has nothing to write.
        self.execute(made + sql.SQL(" STRATEGY FILE_COPY") if self.version >= 15 else made)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(
        self, statement: sql.Composed | LiteralString, database: str = SUPERUSER
    ) -> list[tuple[Any, ...]]:
        """Run one statement as superuser, outside any transaction; its rows, if it gives any."""
        query = sql.SQL(statement) if isinstance(statement, str) else statement
        with self.connect(database) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def connect(self, database: str, role: str = SUPERUSER) -> Iterator[psycopg.Connection[Any]]:
        """A plain connection, each statement a transaction."""
        connection = psycopg.connect(
            host=str(self.folder), port=self.port, dbname=database, user=role, autocommit=True
        )
        try:
            yield connection
        finally:
            connection.close()

    def run(self, tool: str, *arguments: str) -> str:
        """Run one of the server's tools (``pg_basebackup``, ``pg_ctl`` …) as the server's user; what it prints.

        Raises:
            subprocess.CalledProcessError: it failed; what it said is its note.
        """
        ran = subprocess.run(
            [str(self._binaries / tool), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._as_server_user(),
        )
        if ran.returncode != 0:
            error = subprocess.CalledProcessError(ran.returncode, [tool, *arguments])
            error.add_note(ran.stderr)
            raise error
        printed: str = ran.stdout
        return printed

    def _as_server_user(self) -> dict[str, Any]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
        }
        common = {"cwd": self.folder, "env": {**environment, "LC_ALL": "C.UTF-8"}}
        if self.user is None:
            return common
        group = pwd.getpwnam(self.user).pw_gid
        return {**common, "user": self.user, "group": group, "extra_groups": []}

    def _wait_until_ready(self) -> None:
        def ready() -> bool:
            if not self.is_running:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")
            try:
                lines = (self.data / "postmaster.pid").read_text().splitlines()
            except OSError:
                return False
            mine = self._process is not None and lines[:1] == [str(self._process.pid)]
            return mine and lines[7:8] != [] and lines[7].strip() in ("ready", "standby")

        _wait_for(ready, "the server takes no connections")


def _wait_for(happened: Callable[[], bool], complaint: str) -> None:
    gives_up = time.monotonic() + _SECONDS
    while not happened():
        if time.monotonic() > gives_up:
            raise TimeoutError(complaint)
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _all_pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _status(pid: int) -> list[str]:
    """State, parent and so on of a process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    status = _status(pid)
    return int(status[1]) if status else 0


def _runs(pid: int) -> bool:
    status = _status(pid)
    return bool(status) and status[0] not in ("Z", "X")
