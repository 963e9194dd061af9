"""Requests about drafts."""

from tests.web.staff.examples import Example

EXAMPLES: dict[str, Example | list[Example]] = {
    "drafts.mine": Example("GET", "/drafts"),
    "drafts.draft": Example("GET", "/drafts/{draft}", foreign=True),
    "drafts.preview_picture": Example("GET", "/drafts/{draft}/preview.png", foreign=True),
    "drafts.preview_pdf": Example("GET", "/drafts/{draft}/preview.pdf", foreign=True),
    "drafts.edit": [
        Example("GET", "/drafts/{draft}/edit", foreign=True),
        Example("POST", "/drafts/{draft}/edit", {"revision": "0", "alamat": "JALAN BARU"}, foreign=True),
    ],
    "drafts.submit": Example("POST", "/drafts/{draft}/submit", {"revision": "0"}, foreign=True),
    "drafts.withdraw": Example("POST", "/drafts/{draft}/withdraw", {"reason": "Batal"}, foreign=True),
}
