"""A production office whose staff have credentials, and a terminal to type at."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp

from suket_service import administering
from suket_service.administering import CONSOLE
from suket_service.registry.session import Registry
from tests.builders import BASE_URL, OFFICE, PASSPHRASE
from tests.cli.builders import EXAMPLES, OFFICE_FILES, suket

SECRET_KEY = PASSPHRASE[::-1]
PASSWORD = "empat kuda terbang jauh"
PRODUCTION = {
    "SUKET_ENVIRONMENT": "production",
    "SUKET_BASE_URL": BASE_URL,
    "SUKET_SECRET_KEY": SECRET_KEY,
    "SUKET_KEY_PASSPHRASE": PASSPHRASE,
}
_CONSOLE_SCRIPT = Path(sys.executable).with_name("suket")
#: A prompt that does not come by then never will, in seconds.
_PATIENCE = 60


@dataclass(frozen=True)
class Approver:
    """Someone with an authenticator app. Each code counts once, so the tests spend them in order."""

    username: str
    secret: str

    def code(self, steps_ahead: int = 0) -> str:
        """The code of now, or one step ahead: -1, 0 and 1 count."""
        return pyotp.TOTP(self.secret).at(datetime.now(UTC), counter_offset=steps_ahead)


def set_up(data: Path) -> None:
    """An office of its own with its register; nobody has a credential yet."""
    files = ("--office", OFFICE_FILES[0], "--regions", OFFICE_FILES[1])
    assert suket("init", *files, data=data, **PRODUCTION).exit_code == 0
    register = ("residents", "import", EXAMPLES / "penduduk.csv", "--by", "operator")
    origin = ("--source", "SIAK", "--as-of", "2026-01-31")
    assert suket(*register, *origin, data=data, **PRODUCTION).exit_code == 0


def enrol(data: Path, username: str) -> Approver:
    """Give a member a password and one-time codes, an hour ago."""
    ago = datetime.now(UTC) - timedelta(hours=1)
    with registry_in(data) as registry:
        administering.set_password(registry, OFFICE.code, username, PASSWORD, CONSOLE, ago)
        secret = administering.propose_totp(registry, OFFICE.code, username).secret
        code = pyotp.TOTP(secret).at(ago)
        administering.enrol_totp(registry, OFFICE.code, username, secret, code, SECRET_KEY, CONSOLE, ago)
    return Approver(username, secret)


@contextmanager
def registry_in(data: Path) -> Iterator[Registry]:
    """The registry of a data directory, open."""
    registry = Registry(f"sqlite:///{data / 'suket.sqlite3'}")
    yield registry
    registry.close()


def at_terminal(
    arguments: Sequence[object], answers: Sequence[tuple[str, str]], data: Path, **env: str
) -> tuple[int, str]:
    """Run the installed script at a terminal of its own and type each answer when its prompt has come.

    Returns the exit code and all that the terminal showed.
    """
    ours, theirs = os.openpty()
    environment = {"PATH": os.environ["PATH"], "SUKET_DATA_DIR": str(data), "LC_ALL": "C.UTF-8", **PRODUCTION}
    process = subprocess.Popen(
        [_CONSOLE_SCRIPT, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | env,
        start_new_session=True,  # not the terminal that the tests themselves may have
    )
    os.close(theirs)
    shown, seen = "", 0
    try:
        for prompt, answer in answers:
            while prompt not in shown[seen:]:
                more = _read(ours)
                assert more, f"no {prompt!r} in {shown!r}"
                shown += more
            seen = shown.index(prompt, seen) + len(prompt)
            os.write(ours, f"{answer}\n".encode())
        while more := _read(ours):
            shown += more
        return process.wait(_PATIENCE), shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read(terminal: int) -> str:
    ready, _, _ = select.select([terminal], [], [], _PATIENCE)
    if not ready:
        return ""
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace")
    except OSError:  # the other end has closed: Linux says EIO
        return ""
