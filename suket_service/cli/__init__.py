"""The command line, ``suket``: parse, ask one use case, print. Speaks no SQL and no HTTP."""

from suket_service.cli.main import main

__all__ = ["main"]
