"""The installed Caddy: of the words for one thing, the one that its version knows."""

import re
import subprocess

_SINCE = (2, 6, 4)


def holding_answers() -> dict[str, str]:
    """What deploy/Caddyfile has to be told so that this machine's Caddy holds answers for slow readers."""
    said = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(part) for part in re.findall(r"[0-9]+", said)[:3])
    return {} if version >= _SINCE else {"SUKET_HOLD_ANSWERS": "buffer_responses"}
