"""The WSGI entry: ``gunicorn wsgi:app``. Reads the settings and nothing else."""

import os

from suket_service.settings import Settings
from suket_service.web import logs
from suket_service.web.app import create_app

os.umask(0o077)  # whatever is written is the owner's alone
_settings = Settings.from_env()
logs.install(_settings.logs)
app = create_app(_settings)
