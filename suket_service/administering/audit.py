"""The audit chain checked, in itself and against what was published, and taken out as a file.

Appends nothing but the note that someone took entries out.

A chain that was rewritten from some entry on, every hash anew, is whole in itself: only what is
outside shows it. So any checkpoint ever published, or a trust bundle with one in it, can be held
against it.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from suket_service.core import checkpoint as checkpoints
from suket_service.core import trust_bundle
from suket_service.core.checkpoint import Checkpoint
from suket_service.core.keyring import Key, KeyState
from suket_service.core.signing import compact_forms, unsigned_header
from suket_service.errors import InputError, KeyTrouble, Text
from suket_service.registry import audit, audit_search, checking, keys, letters, offices, staff
from suket_service.registry.audit import ChainHead, StoredEntry
from suket_service.registry.audit_search import Wanted
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role

#: Entries read in one transaction: writers wait for no longer than such a reading takes.
PORTION = 5_000
#: What a restore appends, with the checkpoint that was its witness (``witness_entries``,
#: ``witness_head``) and how many entries the backup still held (``entries``).
RESTORE = "registry.restore"
#: Entries in one file: what a workbook takes without making the office wait.
MOST_EXPORTED = 50_000


def export_entries(registry: Registry, wanted: Wanted, by: str, at: datetime) -> list[StoredEntry]:
    """The wanted entries as they stand before this reading of them is itself noted, oldest first.

    The note is no change by the auditor but a record of what they took along: how many, and never what
    they looked for, which was typed.

    Raises:
        InputError: ``too_many_entries``.
        NotAllowed: ``by`` is no auditor of that office.
    """
    with registry.writing() as tx:
        staff.require_member(tx, by, wanted.office, Role.AUDITOR)
        count, until = audit_search.count(tx, wanted, MOST_EXPORTED + 1), audit_search.last_number(tx)
        if count > MOST_EXPORTED:
            raise _too_many()
        audit.append(tx, at, by, "audit.export", f"{count} entries", wanted.office)
    with registry.reading() as tx:  # what stood then stands still: the chain is only appended to
        return list(audit_search.every(tx, wanted, until))


def first_strange_letter(registry: Registry) -> str | None:
    """The number of a letter that is not as the audit chain or its own seal has it; None if all are."""
    with registry.reading() as tx:
        return checking.first_strange_letter(tx)


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What checking the chain found.

    ``fits_checkpoint`` is None where none was given, and where nobody can say: the checkpoint is the
    very one that a restore named as its witness, and what lay between backup and crash is lost.
    ``lost_in_restore`` is then that restore's entry. With ``fits_checkpoint`` False it is the entry of
    a restore that might explain the misfit and does not prove it.
    """

    entries: int
    first_break: int | None
    fits_checkpoint: bool | None
    lost_in_restore: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the chain."""
        return self.first_break is None and self.fits_checkpoint is not False


def check_audit(registry: Registry, checkpoint: str | None = None) -> AuditCheck:
    """Check the audit chain, and whether it still runs through a checkpoint published earlier.

    Args:
        registry: whose chain.
        checkpoint: a signed checkpoint, or a trust bundle that holds one.

    Raises:
        KeyTrouble: ``checkpoint_foreign``, ``checkpoint_key_revoked`` or ``not_a_publication``: it says
            nothing about this chain.
        InputError: the trust bundle cannot be read.
        RegistryError: ``audit_unreadable``.
    """
    steps = check_in_steps(registry, None if checkpoint is None else open_checkpoint(registry, checkpoint))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: AuditCheck = end.value
            return found


def open_checkpoint(registry: Registry, token: str) -> Checkpoint:
    """What a signed checkpoint says, or the one in a trust bundle.

    Raises:
        As :func:`check_audit`.
    """
    with registry.reading() as tx:
        return _opened(tx, token.strip())


def check_in_steps(
    registry: Registry, given: Checkpoint | None
) -> Generator[tuple[int, int], None, AuditCheck]:
    """Check the chain, saying after each portion how many entries are whole, and of how many.

    Raises:
        RegistryError: ``audit_unreadable``.
    """
    head, first_break = yield from _walk(registry)
    if given is None:
        return AuditCheck(head.entries, first_break, None)
    with registry.reading() as tx:
        fits, lost = _compare(tx, given)
    return AuditCheck(head.entries, first_break, fits, lost)


def _walk(registry: Registry) -> Generator[tuple[int, int], None, tuple[ChainHead, int | None]]:
    """The end of the chain and its first break. What is appended meanwhile is read too."""
    good = ChainHead(0, audit.GENESIS)
    while True:
        with registry.reading() as tx:
            entries, last = audit.stretch(tx, good.entries, PORTION), audit_search.last_number(tx)
        after = audit.follow(good, entries)
        if after.entries - good.entries < len(entries):
            with registry.reading() as tx:
                return audit.head(tx), after.entries + 1
        if len(entries) < PORTION:
            return after, None
        good = after
        yield good.entries, last


def _compare(tx: Transaction, given: Checkpoint) -> tuple[bool | None, int | None]:
    """Whether the chain fits, and the restore that comes into it."""
    serials = {(office, kind, year): last for office, kind, year, last in letters.series(tx)}
    numbers_fit = all(serials.get(series, 0) >= last for series, last in given.series.items())
    found = audit.hash_at(tx, given.entries)
    if found is not None and found.hex() == given.head:
        return numbers_fit, None
    restore, is_witness = _restore_since(tx, given)
    return (None if is_witness and numbers_fit else False), restore


def _restore_since(tx: Transaction, given: Checkpoint) -> tuple[int | None, bool]:
    """A later restore from a backup older than the checkpoint, and whether it names it as its witness."""
    first = None
    for entry in audit.of_action(tx, RESTORE):
        try:
            details = json.loads(entry.details)
            kept, witness = int(details["entries"]), (details["witness_entries"], details["witness_head"])
        except (ValueError, TypeError, KeyError):
            continue  # an entry that was tampered with; the chain says so
        if entry.at < given.at or kept >= given.entries:
            continue
        if witness == (given.entries, given.head):
            return entry.seq, True
        first = first or entry.seq
    return first, False


def _opened(tx: Transaction, token: str) -> Checkpoint:
    identity = offices.identity(tx)
    token = _out_of_bundle(token)
    signed = checkpoints.open_checkpoint(token, keys.ring(tx))
    if signed is None or identity is None or signed.checkpoint.registry != identity.registry_id:
        raise _foreign()
    _require_believed(signed.signer, signed.checkpoint)
    return signed.checkpoint


def _out_of_bundle(token: str) -> str:
    """The checkpoint in a trust bundle; a token that is no trust bundle is returned as it is."""
    try:
        is_bundle = len(compact_forms(token)) > 1 or unsigned_header(token).get("typ") == trust_bundle.TYP
    except KeyTrouble:
        raise _unreadable() from None  # nothing that anyone signed: the wrong file
    if not is_bundle:
        return token
    # Opened without pins: whether our own key signed is judged by the checkpoint's own signature.
    held = trust_bundle.open_bundle(token).bundle.checkpoint
    if held is None:
        raise _unreadable()
    return held


def _require_believed(signer: Key, given: Checkpoint) -> None:
    """What a retired key signed inside its dates stays good; a revoked one was stolen."""
    if signer.state is KeyState.REVOKED:
        raise KeyTrouble(
            "checkpoint_key_revoked",
            Text(
                "Titik periksa ini ditandatangani kunci publikasi yang sudah dicabut: tidak membuktikan apa pun. Pakai yang lain.",
                "This checkpoint is signed by a publication key that has been revoked: it proves nothing. Use another one.",
            ),
        )
    if signer.state is KeyState.STANDBY or not keys.signs_on(signer, given.at.date()):
        raise _unreadable()


def _foreign() -> KeyTrouble:
    return KeyTrouble(
        "checkpoint_foreign",
        Text(
            "Titik periksa ini milik registri lain: kuncinya atau pengenalnya tidak dikenal di sini.",
            "This checkpoint is another registry's: its key or its name is not known here.",
        ),
    )


def _unreadable() -> KeyTrouble:
    return KeyTrouble(
        "not_a_publication",
        Text(
            "Ini bukan titik periksa yang diterbitkan registri ini. Ambil checkpoint.jws atau trust-bundle.jws yang pernah terbit.",
            "This is no checkpoint that this registry published. Take a checkpoint.jws or a trust-bundle.jws that was published.",
        ),
    )


def _too_many() -> InputError:
    return InputError(
        "too_many_entries",
        Text(
            f"Satu berkas memuat paling banyak {MOST_EXPORTED} catatan. Persempit harinya.",
            f"One file holds at most {MOST_EXPORTED} entries. Narrow the days.",
        ),
    )
