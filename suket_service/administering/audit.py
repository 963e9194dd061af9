"""The audit chain checked, in itself and against what was published. Appends nothing."""

from dataclasses import dataclass

from suket_service.core.signing import CHECKPOINT_TYP, open_publication, unsigned_header
from suket_service.registry import audit, keys, letters
from suket_service.registry.session import Registry


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What checking the chain found. ``fits_checkpoint`` is None where none was given."""

    entries: int
    first_break: int | None
    fits_checkpoint: bool | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the chain."""
        return self.first_break is None and self.fits_checkpoint is not False


def check_audit(registry: Registry, checkpoint: str | None = None) -> AuditCheck:
    """Check the audit chain, and whether it still runs through a checkpoint published earlier.

    A chain that was rewritten from some entry on is whole in itself; only what is outside shows it.

    Raises:
        KeyTrouble: the checkpoint is not signed by a publication key of this registry.
    """
    with registry.reading() as tx:
        entries, first_break = audit.head(tx).entries, audit.first_break(tx)
        if checkpoint is None:
            return AuditCheck(entries, first_break, None)
        signer = keys.ring(tx).find_kid(str(unsigned_header(checkpoint).get("kid")))
        if signer is None:
            raise keys.no_key()
        claims = open_publication(checkpoint, CHECKPOINT_TYP, signer)
        at_checkpoint = audit.hash_at(tx, int(claims["entries"]))
        serials = {(office, kind, year): last for office, kind, year, last in letters.series(tx)}
        fits = (
            at_checkpoint is not None
            and at_checkpoint.hex() == claims["head"]
            and all(
                serials.get((each["office"], each["kind"], each["year"]), 0) >= each["last_serial"]
                for each in claims["series"]
            )
        )
        return AuditCheck(entries, first_break, fits)
