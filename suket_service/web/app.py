"""The application, put together from settings. Handles no request itself."""

from apiflask import APIFlask
from werkzeug.utils import import_string

from suket_service import __version__
from suket_service.publishing import Held
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.verifying import Desk
from suket_service.web import (
    access,
    api,
    calling,
    context,
    error_pages,
    figures,
    front,
    language,
    metrics_page,
    openapi,
    public,
    published,
    quick,
    scan,
    service_points,
    states,
    station,
    watching,
)


def create_app(settings: Settings) -> APIFlask:
    """The application for these settings and this process's role."""
    app = APIFlask(
        "suket_service.web",
        title="Suket",
        version=__version__,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        static_url_path="/static",
        template_folder=str(settings.templates),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=access.MOST_REQUEST_BYTES,  # and what the table says of a route
        # The QR's host comes from the settings alone; another Host header gets 400.
        TRUSTED_HOSTS=[settings.host, settings.host.partition(":")[0], "localhost", "127.0.0.1"],
        SEND_FILE_MAX_AGE_DEFAULT=None,  # asked for anew each time: modules must not be of two versions
        SERVERS=[{"url": settings.base_url}],
        INFO={"description": api.DESCRIPTION},
        VALIDATION_ERROR_SCHEMA=None,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.globals.update(host=settings.host, base_url=settings.base_url, is_demo=settings.is_demo)
    registry = Registry(settings.database_url)
    desk = Desk(registry, settings.environment, settings.host)
    context.install(app.extensions, context.Context(settings, registry, desk, Held(registry)))
    watching.install(app, settings)  # first: it times the others
    access.deny_by_default(app, settings)
    quick.install(app, settings, desk)
    calling.install(app)
    language.install(app)
    error_pages.install(app)
    openapi.install(app)
    _add_pages_and_calls(app, settings)
    return app


def _add_pages_and_calls(app: APIFlask, settings: Settings) -> None:
    app.register_blueprint(api.blueprint)
    app.register_blueprint(states.blueprint)
    app.register_blueprint(station.blueprint)
    app.register_blueprint(published.blueprint)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(scan.blueprint)
    app.register_blueprint(figures.blueprint)
    app.register_blueprint(service_points.blueprint)
    app.register_blueprint(metrics_page.blueprint)
    if settings.metrics_port is not None:
        metrics_page.serve_apart(app, settings.metrics_port)
    if settings.role == "public":
        app.register_blueprint(front.for_the_public)
    else:
        # Named as text because it brings in the printer: a public process never needs Pango.
        import_string("suket_service.web.staff:install")(app, settings)
        import_string("suket_service.web.api.letters:install")(app)
