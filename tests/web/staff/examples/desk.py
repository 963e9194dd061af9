"""The approver's desk, with a proposal that waits for a second person."""

from datetime import UTC, datetime

from suket_service import issuing
from suket_service.core.letter import Action
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples import Example

EXAMPLES: dict[str, Example | list[Example]] = {
    "desk.queue": [
        Example("GET", "/desk"),
        Example("GET", "/desk?village={village}&kind=1&page=2"),
        Example("GET", "/desk?state=approved&batch=abc"),
    ],
    "desk.approve": [
        Example("POST", "/desk/approve", {"letter": ["{draft}.0"]}, foreign=True),
        Example("POST", "/desk/approve", {"all": "1", "shown": ["{draft}.0"]}, foreign=True),
        Example("POST", "/desk/approve", {"letter": []}),
    ],
    "desk.issued": Example("GET", "/desk/issued"),
    "desk.letter": Example("GET", "/desk/{draft}", foreign=True),
    "desk.send_back": Example(
        "POST", "/desk/{draft}/send-back", {"revision": "0", "note": "Foto kabur"}, foreign=True
    ),
    "desk.proposals": Example("GET", "/desk/proposals"),
    "desk.proposal": Example("GET", "/desk/proposals/{proposal}", foreign=True),
    "desk.agree": Example("POST", "/desk/proposals/{proposal}/agree", foreign=True),
    "desk.decline": Example(
        "POST", "/desk/proposals/{proposal}/decline", {"note": "Belum perlu"}, foreign=True
    ),
    "desk.withdraw": Example("POST", "/desk/proposals/{proposal}/withdraw", foreign=True),
}


def prepare(office: OfficeAtWork) -> dict[str, str]:
    """A proposal to revoke the office's last letter."""
    letter = office.letters[-1].id
    at = datetime.now(UTC)
    proposal = issuing.propose(
        office.registry, OFFICE.code, Action.REVOKE, [letter], "Data salah", "operator", at
    )
    return {"proposal": proposal}
