"""The stored portrait of a checked letter, made small, for whoever may compare it with a face. Judges no picture."""

from base64 import b64encode

from suket_service.paper.thumbnail import thumbnail
from suket_service.registry import letters
from suket_service.registry.session import Transaction
from suket_service.verifying.desk import Answer


def stored_portrait(tx: Transaction, answer: Answer) -> bytes | None:
    """The portrait that is kept of the letter's holder; None where there is none that the seal vouches for."""
    seal, registered = answer.verdict.seal, answer.registered
    if seal is None or registered is None:
        return None
    digest = letters.by_id(tx, registered.office, registered.letter).portrait
    # The seal vouches for the file's digest: a picture that was put in its place is not shown.
    if digest is None or not digest.startswith(seal.facts.portrait):
        return None
    return letters.portrait(tx, digest)


def as_data_url(stored: bytes | None) -> str | None:
    """The portrait as a small JPEG in a data URL; None when there is none, or it cannot be read."""
    small = thumbnail(stored) if stored else None
    return f"data:image/jpeg;base64,{b64encode(small).decode()}" if small else None
