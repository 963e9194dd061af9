"""A writer that stops in the middle: ``python -m tests.faults.holder DATABASE_URL IDLE_SECONDS``.

Says ``held`` once its transaction has written something, and does nothing more until it is killed.
``IDLE_SECONDS`` is how long PostgreSQL puts up with that; 0: for ever.
"""

import os
import signal
import sys

from suket_service.registry import audit, session
from suket_service.registry.session import Registry
from tests.builders import NOON


def main() -> None:
    """The command."""
    database_url, idle_seconds = sys.argv[1:]
    session.IDLE_SECONDS = float(idle_seconds)  # type: ignore[assignment]
    with Registry(database_url).writing() as tx:
        audit.append(tx, NOON, "operator", "letter.print", "never committed")
        os.write(1, b"held\n")
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
