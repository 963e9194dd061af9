"""Starts the children that open strangers' files. Knows nothing of what they look for.

A child limits itself before it touches the data, inherits no secret and no folder, and writes a line of
JSON for each thing it finds; however it ends, the lines that it finished are good.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import suket_service

_SEARCH_PATH = str(Path(suket_service.__file__).parent.parent)


def lines(module: str, kind: str, data: bytes, seconds: float) -> list[bytes]:
    """What ``python -m module kind`` makes of ``data`` on its standard input; ended after so many seconds."""
    with tempfile.TemporaryFile() as found:
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603 - our own module, no shell, the file comes by stdin
                [sys.executable, "-m", module, kind],
                input=data,
                stdout=found,
                stderr=subprocess.DEVNULL,
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": _SEARCH_PATH,
                    # Nothing out of the folder that the file was put into.
                    "PYTHONSAFEPATH": "1",
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                timeout=seconds,
                check=False,
            )
        found.seek(0)
        return [line for line in found if line.endswith(b"\n")]
