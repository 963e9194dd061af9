"""Whether an election still takes devices, for the desk and for the devices themselves."""

from datetime import datetime

from suket_service.errors import Text, WrongState
from suket_service.registry.elections import Election

OVER = Text("Pemilihan ini sudah selesai atau dibatalkan.", "This election is over or was cancelled.")


def require_running(election: Election, at: datetime) -> None:
    """Refuse what the desk would do for devices of an election that takes none any more.

    Raises:
        WrongState: ``election_over``.
    """
    if not election.is_running(at):
        raise WrongState("election_over", OVER, "over")
