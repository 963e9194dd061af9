"""The token that a request bears (RFC 6750): a program's key, a device's proof, a scraper's token. Judges none."""

from flask import request

#: What an answer of 401 says (RFC 9110 section 15.5.2).
SCHEME = "Bearer"


def bearer_token() -> str:
    """What was sent behind ``Authorization: Bearer``; empty where that is not what was sent."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == SCHEME.lower() else ""
