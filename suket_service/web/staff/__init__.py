"""The office's own pages. Everything here is behind the gate; nothing of it is served by a public process."""

from apiflask import APIFlask
from werkzeug.utils import import_string

from suket_service.errors import SettingsError, Text
from suket_service.settings import Settings
from suket_service.web import demo, front, gate, signed_in
from suket_service.web.staff import menu

_AREAS = (
    "account",
    "overview",
    "counter",
    "drafts",
    "desk",
    "letters",
    "printing",
    "batches",
    "register",
    "reports",
    "administration",
    "audit",
)


def install(app: APIFlask, settings: Settings) -> None:
    """Add the pages, and the gate before them.

    Raises:
        SettingsError: there is no secret to sign form tokens with.
    """
    if settings.secret_key is None:
        raise SettingsError(
            "no_secret_key",
            Text(
                "SUKET_SECRET_KEY belum diisi; halaman kantor memerlukannya. Isi, atau jalankan dengan --role public.",
                "SUKET_SECRET_KEY is not set; the office's pages need it. Set it, or run with --role public.",
            ),
        )
    signed_in.install(app, settings)
    gate.install(app)
    menu.install(app)
    for area in _AREAS:
        try:
            app.register_blueprint(import_string(f"suket_service.web.staff.{area}:blueprint"))
        except Exception as e:  # DEV ONLY
            print("area missing:", area, repr(e)[:200])
    try:
        overview = import_string("suket_service.web.staff.overview:home")
    except Exception:  # DEV ONLY
        overview = lambda: "overview"
    app.register_blueprint(front.for_the_office(overview, demo.home if settings.is_demo else None))
    if settings.is_demo:
        app.register_blueprint(demo.blueprint)
