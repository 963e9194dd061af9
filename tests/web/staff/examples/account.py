"""One's own account."""

from tests.web.staff.examples import Example

EXAMPLES: dict[str, Example | list[Example]] = {
    "account.sign_in": Example(
        "POST", "/login", {"username": "-", "password": "-", "code": "-", "next": "/"}
    ),
    "account.language": Example("POST", "/language", {"language": "en", "back": "/"}),
    "account.sign_out": Example("POST", "/logout"),
    "account.enrol": Example("GET", "/enrol"),
    "account.set_password": [
        Example("GET", "/account/password"),
        Example("POST", "/account/password", {"old": "-", "password": "-", "repeated": "-"}),
    ],
    "account.set_code": [
        Example("GET", "/account/code"),
        Example("POST", "/account/code", {"proposal": "x", "code": "123456"}),
    ],
    "account.account": Example("GET", "/account"),
    "account.recovery_codes": Example("POST", "/account/recovery-codes"),
    "account.end_session": Example("POST", "/account/devices/end", {"device": "ab" * 32}),
    "account.end_others": Example("POST", "/account/devices/end-others"),
}
