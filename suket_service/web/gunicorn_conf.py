"""What gunicorn is told beside its arguments: a worker that may sign also keeps what is published fresh."""

import logging
import random
import threading
import time
from typing import Any

from suket_service import publishing
from suket_service.errors import SuketError
from suket_service.publishing import Publisher
from suket_service.web.context import Context, now

CHECK_EVERY_SECONDS = 60
_log = logging.getLogger("suket")


def post_worker_init(worker: Any) -> None:
    """Start the publisher thread once the application is loaded."""
    context: Context = worker.wsgi.extensions["suket"]
    if context.settings.key_passphrase is not None:
        threading.Thread(target=_keep_published, args=(context,), name="publisher", daemon=True).start()


def _keep_published(context: Context) -> None:
    settings = context.settings
    publisher = Publisher(settings.key_passphrase, settings.base_url, settings.host)
    while True:
        try:
            publishing.publish_if_due(context.registry, publisher, now())
        except SuketError as error:
            _log.warning("not published: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the thread must outlive what nobody foresaw
            _log.error("not published: %s", type(error).__name__)
        # Workers start together; a random pause keeps them from asking together for ever.
        time.sleep(CHECK_EVERY_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
