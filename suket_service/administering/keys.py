"""The signing keys as the office sees them. Signs nothing."""

from suket_service.core.keyring import Key
from suket_service.registry import keys
from suket_service.registry.session import Registry


def list_keys(registry: Registry) -> list[Key]:
    """Every public key with its scope, oldest first."""
    with registry.reading() as tx:
        return list(keys.ring(tx))
