"""The form of the ids by which letters, lists, runs and files are asked for. Finds nothing.

PostgreSQL fails at some texts that SQLite looks for in vain; what cannot be an id never gets that far.
"""

import re

#: What a column of numbers cannot hold, on PostgreSQL.
FIRST_NUMBER_TOO_LARGE = 2**31
_ID = re.compile(r"[0-9a-f]{32}")


def is_id(text: str) -> bool:
    """Whether this can be an id at all: 32 hex digits."""
    return _ID.fullmatch(text) is not None
