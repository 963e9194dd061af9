"""Issuers as processes: started, listened to, frozen and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_HOME = Path(__file__).resolve().parents[2]


class Issuer:
    """One running ``tests.faults.issuer``; what it says goes to a file, so that none of it is lost."""

    def __init__(self, database_url: str, said: Path, *options: str, before: Sequence[str] = ()) -> None:
        """``options``: of the issuer's command line; ``before``: a program that runs it (strace, fiu-run)."""
        self._said = said
        command = [*before, sys.executable, "-m", "tests.faults.issuer", database_url, *options]
        with said.open("ab") as out:  # several processes may write to it, line by line
            self.process = subprocess.Popen(command, stdout=out, cwd=_HOME, start_new_session=True)

    def lines(self, word: str) -> list[list[str]]:
        """What it said so far under that word, whole lines only."""
        told = self._said.read_text("utf-8")
        whole = told[: told.rfind("\n") + 1].splitlines()
        return [line.split()[1:] for line in whole if line.split()[0] == word]

    @property
    def acknowledged(self) -> dict[str, str]:
        """Request key to number, as told."""
        told: dict[str, str] = {}
        for key, number in self.lines("ack"):
            assert told.setdefault(key, number) == number, f"{key} was told two numbers"
        return told

    def wait(self, seconds: float = 120) -> None:
        """Until it ends by itself; an ending of any other kind is a fault of the test."""
        assert self.process.wait(seconds) == 0, f"the issuer ended with {self.process.returncode}"

    def end(self) -> None:
        """Kill -9, with all that it started; frozen ones too."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
