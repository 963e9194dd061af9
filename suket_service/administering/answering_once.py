"""A program's write that may be sent again: done once, answered alike every time. Knows no write of its own.

By the IETF's draft of ``Idempotency-Key``: a key is claimed first, so that whoever sends it meanwhile is told;
then the work and its answer become one transaction. A claim whose process died is free after a while, and
the work of a process that was only slow finds its claim gone and leaves nothing behind.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from suket_service.errors import CallerError, RegistryError, Text
from suket_service.registry import calls
from suket_service.registry.calls import KeptCall
from suket_service.registry.session import Registry

#: A claim without an answer counts so long: several times what a writer waits for its turn.
LEASE = timedelta(seconds=60)
#: An answer is kept so long.
KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sent:
    """A write as it was sent: whose, under which key, and a digest of what it asks."""

    account: str
    key: str = field(repr=False)
    digest: bytes

    @property
    def key_hash(self) -> bytes:
        """What is held of the key."""
        return hashlib.sha256(self.key.encode()).digest()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a write was answered, as it was sent; ``replayed``: that was before."""

    status: int
    body: bytes
    replayed: bool = False


class KeyReused(CallerError):
    """The key was sent before with something else."""


class CallInFlight(CallerError):
    """The same write is being done at this moment."""


def answer_once(
    registry: Registry, sent: Sent, work: Callable[[Registry], KeptAnswer], at: datetime
) -> KeptAnswer:
    """Do a write, or tell what it was answered before.

    Args:
        registry: where answers are kept.
        sent: the write.
        work: does it on the registry that it is given, which is in the transaction that keeps the answer;
            what it raises leaves nothing behind and lets go of the key.
        at: now.

    Raises:
        KeyReused: ``idempotency_key_reused``.
        CallInFlight: ``call_in_flight``.
    """
    answered = _claim(registry, sent, at)
    if answered is not None:
        return answered
    try:
        with registry.writing() as tx:
            if not _is_claimed(calls.kept(tx, sent.account, sent.key_hash), sent, at):
                raise CallInFlight("call_in_flight", _IN_FLIGHT)
            answer = work(registry.within(tx))
            calls.keep_answer(tx, sent.account, sent.key_hash, answer.status, answer.body)
            return answer
    except BaseException:
        with suppress(RegistryError):  # then the lease lets go of it
            _release(registry, sent, at)
        raise


def forget_old_answers(registry: Registry, at: datetime) -> None:
    """Let go of the answers that were kept long enough. Where there are none, nobody waits for a writer's turn."""
    with registry.reading() as tx:
        if not calls.holds_older(tx, at - KEPT_FOR):
            return
    with registry.writing() as tx:
        calls.forget_older(tx, at - KEPT_FOR)


def _claim(registry: Registry, sent: Sent, at: datetime) -> KeptAnswer | None:
    with registry.writing() as tx:
        held = calls.kept(tx, sent.account, sent.key_hash)
        if held is None or _is_over(held, at):
            calls.claim(tx, sent.account, sent.key_hash, sent.digest, at)
            return None
    if held.digest != sent.digest:
        raise KeyReused("idempotency_key_reused", _REUSED)
    if held.status is None or held.body is None:
        raise CallInFlight("call_in_flight", _IN_FLIGHT)
    return KeptAnswer(held.status, held.body, replayed=True)


def _is_over(held: KeptCall, at: datetime) -> bool:
    return at - held.claimed_at > (LEASE if held.status is None else KEPT_FOR)


def _is_claimed(held: KeptCall | None, sent: Sent, at: datetime) -> bool:
    return held is not None and (held.claimed_at, held.digest, held.status) == (at, sent.digest, None)


def _release(registry: Registry, sent: Sent, at: datetime) -> None:
    with registry.writing() as tx:
        if _is_claimed(calls.kept(tx, sent.account, sent.key_hash), sent, at):
            calls.release(tx, sent.account, sent.key_hash)


_REUSED = Text(
    "Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru untuk setiap permintaan.",
    "This Idempotency-Key was used for another request. Use a new key for each request.",
)
_IN_FLIGHT = Text(
    "Permintaan dengan Idempotency-Key ini sedang dikerjakan. Kirim lagi sebentar.",
    "The request with this Idempotency-Key is being done. Send it again shortly.",
)
