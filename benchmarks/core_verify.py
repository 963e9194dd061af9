"""The core's check with a trust bundle, beside one bare ECDSA verification of the same bytes."""

from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from benchmarks.measure import Line, WrongAnswer, alternate, per_second
from benchmarks.office import demo_office, now
from suket_service.core.seal import parse, read_digits, read_text
from suket_service.core.signing import DOMAIN
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Outcome
from suket_service.core.verifier import BundleRecords, trust_of, verify


def run(*, quick: bool) -> Iterator[Line]:
    """Checks a second on one core."""
    with demo_office() as office:
        texts = office.seal_texts(50 if quick else 200)
        bundle, *_ = open_bundle(office.bundle())
    trust, records, at = trust_of(bundle), BundleRecords(bundle), now()
    if any(verify(text, trust, records, at).outcome is not Outcome.VALID for text in texts):
        raise WrongAnswer("a good letter was not valid")
    texts *= 4 if quick else 10
    seals = [parse(read_digits(read_text(text, allow_http=True).digits)) for text in texts]
    key = bundle.keys.find(seals[0].key_id)
    if key is None:
        raise WrongAnswer("the bundle lacks the seal key")
    public, algorithm = key.public_key, ec.ECDSA(hashes.SHA256())
    signed = [
        (
            encode_dss_signature(
                int.from_bytes(seal.signature[:32], "big"), int.from_bytes(seal.signature[32:], "big")
            ),
            DOMAIN + b"\x00" + seal.body,
        )
        for seal in seals
    ]

    def ours() -> None:
        for text in texts:
            verify(text, trust, records, at)

    def bare() -> None:
        for signature, message in signed:
            public.verify(signature, message, algorithm)

    def parsing() -> None:
        for text in texts:
            parse(read_digits(read_text(text, allow_http=True).digits))

    whole, ecdsa, parsed = alternate(1 if quick else 5, ours, bare, parsing)
    many = len(texts)
    yield Line(
        "check one seal with a trust bundle, one core / bare ECDSA P-256 verify",
        per_second(many / whole),
        per_second(many / ecdsa),
        ecdsa / whole,
    )
    yield Line("only read and parse the seal (in the line above)", per_second(many / parsed))
