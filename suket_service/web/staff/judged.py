"""Files that were judged a moment ago, for whoever turns their pages. Judges nothing itself.

Judging 20,000 rows takes many seconds. The first page is always judged anew; the others show what that came
to, for a short while and unless the file itself moved on. In one process one file is judged at a time, so
that a few windows do not keep everybody else from their work.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from suket_service.registry.uploads import Upload
from suket_service.web.forms import page_number

T = TypeVar("T")

KEPT_FOR = timedelta(minutes=2)
#: Files held at once: each is tens of megabytes, at worst.
MOST_KEPT = 2


class Judged(Generic[T]):
    """What the last files of one sort came to."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Upload, datetime, T]] = {}
        self._turn = Lock()

    def of(self, upload: Upload, at: datetime, judge: Callable[[], T]) -> T:
        """What a file comes to, for the page that was asked for.

        Args:
            upload: the file as it stands, of the reader's own office.
            at: now.
            judge: judges all of it.
        """
        found = self._known(upload, at)
        if found is None:
            with self._turn:
                found = self._known(upload, at)  # whoever was before us may have turned the same page
                if found is None:
                    self._let_go(at)
                    found = (upload, at, judge())
                    self._kept[upload.id] = found
        return found[2]

    def _known(self, upload: Upload, at: datetime) -> tuple[Upload, datetime, T] | None:
        found = self._kept.get(upload.id)
        is_current = found is not None and found[0] == upload and at - found[1] < KEPT_FOR
        return found if is_current and page_number() > 1 else None

    def _let_go(self, at: datetime) -> None:
        current = [key for key, (_, judged_at, _) in self._kept.items() if at - judged_at < KEPT_FOR]
        self._kept = {key: self._kept[key] for key in current[1 - MOST_KEPT :]}
