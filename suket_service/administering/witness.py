"""What the outside holds of a registry that was lost: a trust bundle, proven. Changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from suket_service.core.checkpoint import Checkpoint, SeriesKey, open_checkpoint
from suket_service.core.keyring import Key, KeyRing, KeyState, Purpose
from suket_service.core.trust_bundle import TrustBundle, open_bundle
from suket_service.errors import FileRefused, InputError, KeyTrouble, Text
from suket_service.registry import audit, keys, publications
from suket_service.registry.offices import RegistryIdentity
from suket_service.registry.session import Transaction


@dataclass(frozen=True, slots=True)
class Published:
    """What was found outside, not proven yet: a trust bundle, and a checkpoint that may be newer."""

    trust_bundle: bytes
    checkpoint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A bundle that this registry signed, with the checkpoints that came with it."""

    bundle: TrustBundle
    token: bytes = field(repr=False)
    checkpoints: tuple[Checkpoint, ...]
    is_news: bool  # the bundle knows something that the backup does not: it is not simply the older one
    is_forked: bool  # a checkpoint is of another history than the backup's

    @property
    def furthest(self) -> Checkpoint | None:
        """The checkpoint of the longest chain."""
        return max(self.checkpoints, key=lambda each: each.entries, default=None)

    @property
    def serials(self) -> dict[SeriesKey, int]:
        """The last number known of each series."""
        known: dict[SeriesKey, int] = {}
        for checkpoint in self.checkpoints:
            for key, serial in checkpoint.series.items():
                known[key] = max(serial, known.get(key, 0))
        return known


def open_witness(
    tx: Transaction, published: Published, identity: RegistryIdentity, pins: Iterable[str]
) -> Witness:
    """The witness, once its signature is one of this registry's publication keys.

    Args:
        tx: the backup.
        published: what was found.
        identity: which registry the backup is of.
        pins: thumbprints of further publication keys, from paper: made after the backup.

    Raises:
        FileRefused: ``witness_untrusted``, ``witness_of_another``: nothing of it may be believed.
    """
    ring = keys.ring(tx)
    own = [
        key.kid for key in ring if key.purpose is Purpose.PUBLICATION and key.state is not KeyState.REVOKED
    ]
    try:
        bundle, signer, _ = open_bundle(published.trust_bundle, (*own, *pins))
        if _is_past_its_day(ring.find_kid(signer.kid), bundle):
            raise keys.no_key()
        # The backup's own word on a key counts before the bundle's.
        signers = KeyRing({key.kid: key for key in (*bundle.keys, *ring)}.values())
        found = [bundle.checkpoint, published.checkpoint]
        checkpoints = tuple(_checkpoint(each, signers, identity) for each in found if each)
    except FileRefused:
        raise
    except (InputError, KeyTrouble):
        raise FileRefused("witness_untrusted", _UNTRUSTED) from None
    if (bundle.registry, bundle.environment) != (identity.registry_id, identity.environment):
        raise FileRefused("witness_of_another", _OF_ANOTHER)
    came_before = bundle.checkpoint is not None and _runs_through(tx, checkpoints[0])
    return Witness(
        bundle,
        published.trust_bundle.strip(),
        checkpoints,
        is_news=bundle.version > publications.newest_version(tx) and not came_before,
        is_forked=any(_runs_through(tx, each) is False for each in checkpoints),
    )


def _is_past_its_day(held: Key | None, bundle: TrustBundle) -> bool:
    until = held.scope.signs_until if held else None
    return until is not None and bundle.issued_at.date() > until


def _runs_through(tx: Transaction, checkpoint: Checkpoint) -> bool | None:
    """Whether the backup's chain has that head at that length; None if it ends before."""
    held = audit.hash_at(tx, checkpoint.entries)
    return None if held is None else held.hex() == checkpoint.head


def _checkpoint(token: str | bytes, ring: KeyRing, identity: RegistryIdentity) -> Checkpoint:
    signed = open_checkpoint(token.strip(), ring)
    if signed is None or signed.signer.state is KeyState.REVOKED:
        raise keys.no_key()
    if signed.checkpoint.registry != identity.registry_id:
        raise FileRefused("witness_of_another", _OF_ANOTHER)
    return signed.checkpoint


_UNTRUSTED = Text(
    "Terbitan itu diubah, atau tidak ditandatangani kunci publikasi yang dikenal cadangan ini. Tidak ada yang dipulihkan. "
    "Cari salinan lain; bila kuncinya dibuat setelah cadangan, sebutkan sidiknya dengan --pin.",
    "What was published was altered, or no publication key known to this backup signed it. Nothing was restored. "
    "Find another copy; if its key was made after the backup, name its thumbprint with --pin.",
)
_OF_ANOTHER = Text(
    "Terbitan itu milik registri lain. Tidak ada yang dipulihkan.",
    "What was published belongs to another registry. Nothing was restored.",
)
