"""Child processes to break things in: cheap, limited, watched, killed without harm to the tests.

They are forked from a process of one thread that has everything imported already (``python -m
tests.faults.children``), because a process with threads, as the tests' own is, had better not fork.
"""

import atexit
import importlib
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_HOME = Path(__file__).resolve().parents[2]
#: No child outlives this, in seconds of the clock; a test that needs so long has failed.
_LONGEST = 300
_LIMITS = {"memory": resource.RLIMIT_AS, "cpu": resource.RLIMIT_CPU, "files": resource.RLIMIT_NOFILE}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: what its work returned, or by which signal or error it did not."""

    signal: int  # 0: by itself
    error: str  # the exception's type; empty when there was none
    result: Any
    cpu_seconds: float
    peak_mib: int

    @property
    def well(self) -> bool:
        """Whether its work was done."""
        return not self.signal and not self.error


class Children:
    """Where children come from. Work is a function of a module that can be imported, with plain arguments."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.children"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_HOME,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._parent.stdin is not None and self._parent.stdout is not None  # noqa: PT018
        self._parent.stdin.close()
        self._parent.wait(_LONGEST)
        self._parent.stdout.close()

    def start(self, work: Callable[..., Any], *arguments: object, **limits: int) -> int:
        """Start a child on its work; returns its pid. ``limits``: ``memory`` in bytes, ``cpu`` in seconds, ``files``."""
        pid = self._ask("start", work.__module__, work.__name__, arguments, limits)
        assert isinstance(pid, int)
        return pid

    def wait(self, pid: int) -> Ended:
        """Until that child has ended."""
        ended = self._ask("wait", pid)
        assert isinstance(ended, Ended)
        return ended

    def run(self, work: Callable[..., Any], *arguments: object, **limits: int) -> Ended:
        """Start and wait."""
        return self.wait(self.start(work, *arguments, **limits))

    def _ask(self, *what: object) -> object:
        assert self._parent.stdin is not None and self._parent.stdout is not None  # noqa: PT018
        pickle.dump(what, self._parent.stdin)
        self._parent.stdin.flush()
        return pickle.load(self._parent.stdout)


@cache
def shared_children() -> Children:
    """The ones of this process of tests: starting them takes a second, which tests share."""
    made = Children()
    atexit.register(made.__exit__, None, None, None)
    return made


def main() -> None:
    """Serve one :class:`Children` until it lets go of our input."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a child prints is no answer
    said: dict[int, IO[bytes]] = {}
    while True:
        try:
            what, *rest = pickle.load(asked)
        except EOFError:
            break
        if what == "start":
            result = tempfile.TemporaryFile()  # noqa: SIM115 - until the child is waited for
            pid = _fork(result, *rest)
            said[pid] = result
            _answer(answers, pid)
        else:
            _answer(answers, _ended(rest[0], said.pop(rest[0])))
    for pid in said:
        os.kill(pid, signal.SIGKILL)


def _answer(answers: IO[bytes], what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


def _fork(
    result: IO[bytes], module: str, name: str, arguments: tuple[object, ...], limits: dict[str, int]
) -> int:
    work = getattr(importlib.import_module(module), name)  # here, once, rather than in every child
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.alarm(_LONGEST)
        for limit, most in limits.items():
            resource.setrlimit(_LIMITS[limit], (most, most))
        done = ("", work(*arguments))
    except BaseException as error:  # noqa: BLE001 - a child's end is told, whatever it is
        done = (type(error).__name__, str(error)[:200])
    try:
        pickle.dump(done, result)
        result.flush()
    finally:
        os._exit(0)


def _ended(pid: int, result: IO[bytes]) -> Ended:
    _, status, usage = os.wait4(pid, 0)
    killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    result.seek(0)
    error, value = ("", None) if killed_by else pickle.load(result)
    result.close()
    return Ended(killed_by, error, value, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


if __name__ == "__main__":
    # By its own name, which is the one that answers are pickled under.
    importlib.import_module("tests.faults.children").main()
