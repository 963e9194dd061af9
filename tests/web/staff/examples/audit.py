"""The auditor's pages."""

from tests.web.staff.examples import Example

_ASKED = {
    "first": "2026-01-01",
    "last": "2199-12-31",
    "actor": "operator",
    "action": "letter.draft",
    "subject": "",
}
EXAMPLES = {
    "audit.entries": [
        Example("GET", "/audit"),
        Example("GET", "/audit?first=2026-01-01&actor=operator&action=letter.draft&page=2"),
    ],
    "audit.search": [Example("POST", "/audit", _ASKED), Example("POST", "/audit", {"subject": "17"})],
    "audit.export": [
        Example("POST", "/audit/export", {**_ASKED, "format": "csv"}),
        Example("POST", "/audit/export", {"format": "xlsx"}),
    ],
    "audit.checks": Example("GET", "/audit/check"),
    "audit.check": [
        Example("POST", "/audit/check", {"checkpoint": "", "letters": "1"}),
        Example("POST", "/audit/check", {"checkpoint": "eyJhbGciOiJFUzI1NiJ9.e30.AA"}),
        Example("POST", "/audit/check", files={"file": (b"\xff\xfe{}", "checkpoint.jws")}),
    ],
    "audit.unusual": [
        Example("GET", "/audit/unusual"),
        Example("GET", "/audit/unusual?first=2026-11-01&last=2026-11-30"),
    ],
}
