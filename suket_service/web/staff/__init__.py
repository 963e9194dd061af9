"""The office's own pages. Everything here is behind the gate; nothing of it is served by a public process."""

from apiflask import APIFlask
from werkzeug.utils import import_string

from suket_service.settings import Settings
from suket_service.web import demo, front, gate, signed_in
from suket_service.web.staff import menu, overview

_AREAS = (
    "account",
    "counter",
    "drafts",
    "desk",
    "letters",
    "printing",
    "batches",
    "register",
    "reports",
    "elections",
    "administration",
    "audit",
)


def install(app: APIFlask, settings: Settings) -> None:
    """Add the pages, and the gate before them.

    Raises:
        SettingsError: SUKET_SECRET_KEY is not set.
    """
    _ = settings.own_secret_key  # no form without a token
    signed_in.install(app, settings)
    gate.install(app)
    menu.install(app)
    for area in _AREAS:
        app.register_blueprint(import_string(f"suket_service.web.staff.{area}:blueprint"))
    app.register_blueprint(front.for_the_office(overview.home, demo.home if settings.is_demo else None))
    if settings.is_demo:
        app.register_blueprint(demo.blueprint)
