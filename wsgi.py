"""The WSGI entry: ``gunicorn wsgi:app``. Reads the settings and nothing else."""

from suket_service.settings import Settings
from suket_service.web.app import create_app

app = create_app(Settings.from_env())
