"""A file made under another name and put in its place when it is whole. Knows no SQL.

Whatever happens on the way, under its own name there is all of it or nothing.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suket_service.errors import CallerError, Text

_SUFFIX = ".part"


@contextmanager
def making(place: Path) -> Iterator[Path]:
    """A path to make the file of ``place`` at: in a folder of its own beside it, for the owner alone.

    The folder goes with the block, whatever lies in it; so does what a run before left when it was killed.

    Raises:
        CallerError: ``being_made``: somebody else is making a file beside it.
    """
    prefix = f".{place.name}."
    with _alone_in(place.parent):
        for left in place.parent.iterdir():
            if left.name.startswith(prefix) and left.name.endswith(_SUFFIX):
                shutil.rmtree(left)
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=_SUFFIX, dir=place.parent))
        try:
            yield folder / place.name
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # goes with the process, however that dies
        except BlockingIOError:
            raise CallerError(
                "being_made",
                Text(
                    "Pencadangan atau pemulihan lain sedang berjalan di tempat ini. Tunggu sampai selesai.",
                    "Another backup or restore is under way in this place. Wait until it is done.",
                ),
            ) from None
        except OSError:
            pass  # a file system without locks, on a stick or a share: then only one's own care helps
        yield
    finally:
        os.close(descriptor)


def put_in_place(made: Path, place: Path) -> None:
    """Let the file that was made bear its name: durable when this returns, whatever the power does."""
    made.chmod(0o600)
    sync(made)
    made.replace(place)
    sync(place.parent)


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
