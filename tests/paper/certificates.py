"""An authority of the tests' own, and what it certifies, as the files that an office is given."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from suket_service.paper.certificate import Certificate

PASSPHRASE = "sandi sertifikat uji"
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Authority:
    """Who certifies, with one authority between it and the offices."""

    root: x509.Certificate
    between: x509.Certificate
    key: rsa.RSAPrivateKey


@cache
def authority() -> Authority:
    """The one authority of a test run."""
    root_key, key = rsa_key(), rsa_key()
    root = _certified("Akar Uji", root_key, "Akar Uji", root_key, FROM, UNTIL, signs_documents=False)
    between = _certified("Sertifikasi Uji", key, "Akar Uji", root_key, FROM, UNTIL, signs_documents=False)
    return Authority(root, between, key)


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def a_certificate(
    folder: Path,
    key: Key | None = None,
    valid_from: datetime = FROM,
    valid_until: datetime = UNTIL,
    signs_documents: bool = True,
    passphrase: str | None = PASSPHRASE,
) -> Certificate:
    """An office's file with its chain; RSA unless ``key`` says otherwise."""
    above, key = authority(), key or rsa_key()
    own = _certified(
        "Kantor Uji", key, "Sertifikasi Uji", above.key, valid_from, valid_until, signs_documents
    )
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    path = folder / "kantor.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"kantor", key, own, [above.between, above.root], protection)
    )
    return Certificate(path, passphrase)


def _certified(
    name: str,
    key: Key,
    issuer: str,
    issuer_key: rsa.RSAPrivateKey,
    valid_from: datetime,
    valid_until: datetime,
    signs_documents: bool,
) -> x509.Certificate:
    is_authority = name in (issuer, "Sertifikasi Uji")
    uses = x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_encipherment=not signs_documents and not is_authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(uses, critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
