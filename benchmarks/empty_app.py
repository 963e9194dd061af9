"""The baseline of the HTTP check: a bare Flask route that answers a constant. Checks nothing."""

import os

from flask import Flask, Response

app = Flask(__name__)
_ANSWER = os.environ.get("BENCHMARK_ANSWER", "{}").encode()


@app.post("/api/v1/verifications")
def verifications() -> Response:
    """The same bytes every time."""
    return Response(_ANSWER, mimetype="application/json")
