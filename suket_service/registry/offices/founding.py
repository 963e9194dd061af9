"""Which registry this is, said once when it is made. Knows no office."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from suket_service.errors import RegistryError, Text
from suket_service.registry.schema import RegistryRow


@dataclass(frozen=True, slots=True)
class RegistryIdentity:
    """Which registry this is."""

    registry_id: str
    environment: str


def create_registry(tx: Connection, identity: RegistryIdentity, at: datetime) -> None:
    """Say which registry this is: the first thing written."""
    tx.execute(
        insert(RegistryRow).values(
            id=1, registry_id=identity.registry_id, environment=identity.environment, created_at=at
        )
    )


def identity(tx: Connection) -> RegistryIdentity | None:
    """Which registry this is; None before ``suket init``."""
    row = tx.execute(select(RegistryRow.registry_id, RegistryRow.environment)).first()
    return RegistryIdentity(row.registry_id, row.environment) if row else None


def require_environment(tx: Connection, environment: str) -> None:
    """Refuse to work on a registry that was made for another environment.

    Raises:
        RegistryError: ``other_environment``.
    """
    known = identity(tx)
    if known is not None and known.environment != environment:
        raise RegistryError(
            "other_environment",
            Text(
                f"Registri ini dibuat untuk lingkungan {known.environment}; gunakan direktori data lain.",
                f"This registry was made for the {known.environment} environment; use another data directory.",
            ),
        )
