"""What a serving process sees to by itself, each minute, while nobody asks for a page. Answers no request.

What was kept for a time is let go; a process that may sign also keeps what is published fresh.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from flask import Flask

from suket_service import administering, issuing, printing, publishing, verifying
from suket_service.errors import SuketError
from suket_service.publishing import Publisher
from suket_service.web.context import Context, now

CHECK_EVERY_SECONDS = 60
_log = logging.getLogger("suket")


def start(app: Flask) -> None:
    """Start the thread, once the application is loaded."""
    context: Context = app.extensions["suket"]
    threading.Thread(target=_take_care, args=(context,), name="caretaker", daemon=True).start()


def _take_care(context: Context) -> None:
    while True:
        see_to(context)
        # Workers start together; a random pause keeps them from asking together for ever.
        time.sleep(CHECK_EVERY_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


def see_to(context: Context) -> None:
    """What falls due each minute; each in its own right, whatever becomes of the others."""
    settings = context.settings
    if settings.role != "public":  # whose role in the database may have no right to what staff uploaded
        _attempt("files not let go", lambda: issuing.let_go_of_old_uploads(context.registry, now()))
    _attempt("prints not let go", lambda: printing.Shelf(settings.data_dir).sweep(now()))
    _attempt("failures not let go", lambda: verifying.forget_old_failures(context.registry, now()))
    _attempt("answers not let go", lambda: administering.forget_old_answers(context.registry, now()))
    if settings.key_passphrase is not None:
        publisher = Publisher(settings.key_passphrase, settings.base_url, settings.host)
        _attempt("not published", lambda: publishing.publish_if_due(context.registry, publisher, now()))


def _attempt(failed: str, task: Callable[[], object]) -> None:
    try:
        task()
    except SuketError as error:
        _log.warning("%s: %s", failed, error.code)
    except Exception as error:  # noqa: BLE001 - the thread must outlive what nobody foresaw
        _log.error("%s: %s", failed, type(error).__name__)
