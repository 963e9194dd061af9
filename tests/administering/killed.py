"""A restore in a process of its own that dies at its n-th step: ``python -m tests.administering.killed N URL …``.

A step is a statement to either database, a commit, or a file copied, synced or renamed; SIGKILL leaves
nobody a chance to tidy up. With N = 0 it lives, and prints how many steps there are.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from suket_service import administering
from suket_service.administering import Order, Published
from suket_service.registry.session import Registry


class Steps:
    """Counts, and dies just before the last."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def step(self, *_arguments: object) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            self.step()
            return function(*arguments, **named)

        return stepped

    def watch(self) -> None:
        event.listen(Engine, "before_cursor_execute", self.step)
        event.listen(Engine, "commit", self.step)
        for module, name in ((os, "fsync"), (os, "replace"), (os, "chmod"), (shutil, "copyfile")):
            setattr(module, name, self.before(getattr(module, name)))


def main(last: str, url: str, place: str, file: str, bundle: str, at: str) -> None:
    order = Order(Path(file), "production", published=Published(Path(bundle).read_bytes()))
    steps = Steps(int(last))
    steps.watch()
    administering.restore(Registry(url), Path(place), order, datetime.fromisoformat(at))
    print(steps.count)


if __name__ == "__main__":
    main(*sys.argv[1:])
