"""The files of a print run, kept for a day beside the database. Knows no letter and renders nothing.

What lies here can be lost at any moment: the letters are data, and whoever misses a file renders it again.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from suket_service.errors import Text, WrongState
from suket_service.registry.queue import turn

#: Files are removed after this, by whoever next prints or by the serving process, whichever comes first.
KEPT_FOR = timedelta(hours=24)
_WHOLE = "semua"
_LOCK = "lock"


class Busy(WrongState):
    """Someone else is just rendering this run."""

    def __init__(self) -> None:
        super().__init__(
            "run_busy",
            Text(
                "Cetakan ini sedang dikerjakan di jendela lain. Tunggu sampai bagian itu selesai, lalu lanjutkan.",
                "Another window is working on this run. Wait until that part is done, then continue.",
            ),
            "rendering",
        )


class Shelf:
    """The folder ``cetakan`` of a data directory; for its owner alone."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "cetakan"

    @contextmanager
    def reserved(self, run: str) -> Iterator[None]:
        """Be the only one on this machine that renders that run; the lock goes with the process.

        Raises:
            Busy: someone else is.
        """
        self._make(run)
        with ExitStack() as stack:
            try:
                stack.enter_context(turn(self._of(run) / _LOCK, 0))
            except TimeoutError:
                raise Busy from None
            yield

    def put(self, run: str, part: int, pdf: bytes, at: datetime) -> None:
        """Keep a part's file; whoever reads it meanwhile has the old one or the new one, whole."""
        self._make(run)
        new = self._of(run) / f"{part}.new"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pdf)
        self._place(new, self._file(run, part), at)

    def find(self, run: str, part: int, sha256: str) -> Path | None:
        """The file of a part, if it is still here and is that very file."""
        file = self._file(run, part)
        return file if _sha256(file) == sha256 else None

    def remove(self, run: str, part: int) -> None:
        """Let go of a part's file, for no letter of it may be printed any more."""
        self._file(run, part).unlink(missing_ok=True)

    def present(self, run: str) -> frozenset[int]:
        """The parts that there are files of, unread."""
        return frozenset(int(file.stem) for file in self._of(run).glob("*.pdf") if file.stem != _WHOLE)

    def room_for_whole(self, run: str) -> Path:
        """Where a run's joined file is made, before :meth:`put_whole`."""
        self._make(run)
        new = self._of(run) / f"{_WHOLE}.new"
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        return new

    def put_whole(self, run: str, at: datetime) -> Path:
        """Keep the joined file that was made."""
        file = self._of(run) / f"{_WHOLE}.pdf"
        self._place(self._of(run) / f"{_WHOLE}.new", file, at)
        return file

    def sweep(self, at: datetime) -> None:
        """Remove what is older than a day; never a run that someone is just rendering."""
        oldest = (at - KEPT_FOR).timestamp()
        for folder in self._folder.glob("*"):
            files = [*folder.glob("*.pdf"), *folder.glob("*.new")]
            with suppress(OSError):
                newest = max((file.stat().st_mtime for file in files), default=folder.stat().st_mtime)
                if newest <= oldest:
                    with turn(folder / _LOCK, 0):
                        shutil.rmtree(folder)

    def _make(self, run: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._of(run).mkdir(mode=0o700, exist_ok=True)

    def _of(self, run: str) -> Path:
        return self._folder / run

    def _file(self, run: str, part: int) -> Path:
        return self._of(run) / f"{part}.pdf"

    @staticmethod
    def _place(new: Path, file: Path, at: datetime) -> None:
        os.utime(new, (at.timestamp(), at.timestamp()))
        new.replace(file)


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
