"""Alembic's entry: migrations run on the connection that the registry hands over."""

from alembic import context
from sqlalchemy import create_engine

from suket_service.registry.schema import Base


def run() -> None:
    """Run on the registry's own connection; a developer's `alembic` gets a throw-away database."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite://"
    with create_engine(url).connect() as own, own.begin():
        _migrate(own)


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


run()
