"""What another programmer needs: two published files, this page and a crypto library. Nothing of ours.

Everything between the two rules is written from design.md sections 4 and 5 alone; only below the
second one does the product come in, as the maker of what is checked.
"""

import base64
import hashlib
import json
import zlib
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

# ---------------------------------------------------------------------------------------------------


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def thumbprint(jwk: dict[str, Any]) -> bytes:
    canonical = f'{{"crv":"{jwk["crv"]}","kty":"{jwk["kty"]}","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    return hashlib.sha256(canonical.encode()).digest()


def es256(jwk: dict[str, Any], message: bytes, signature: bytes) -> None:
    x, y, r, s = (
        int.from_bytes(part, "big")
        for part in (unb64(jwk["x"]), unb64(jwk["y"]), signature[:32], signature[32:])
    )
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def read_seal(jwks_file: bytes, decimal: str) -> dict[str, Any]:
    number = int(decimal)
    sealed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, signature = sealed[:-64], sealed[-64:]
    (key,) = (jwk for jwk in json.loads(jwks_file)["keys"] if thumbprint(jwk)[:4] == body[1:5])
    es256(key, b"suket-seal-v1\0" + body, signature)
    until = int.from_bytes(body[21:23], "big")
    return {
        "list": int.from_bytes(body[5:7], "big"),
        "index": int.from_bytes(body[7:10], "big"),
        "nik": f"{int.from_bytes(body[10:17], 'big'):016d}",
        "born": date(1900, 1, 1) + timedelta(days=int.from_bytes(body[17:19], "big")),
        "issued": date(1900, 1, 1) + timedelta(days=int.from_bytes(body[19:21], "big")),
        "until": None if until == 0xFFFF else date(1900, 1, 1) + timedelta(days=until),
        "name": body[49 : 49 + body[48]].decode(),
        "purpose": key["purpose"],
    }


def read_status(jwks_file: bytes, token: str, index: int) -> int:
    header, payload, signature = token.split(".")
    told = json.loads(unb64(header))
    assert (told["alg"], told["typ"]) == ("ES256", "statuslist+jwt")
    (key,) = (jwk for jwk in json.loads(jwks_file)["keys"] if jwk["kid"] == told["kid"])
    assert key["purpose"] == "publication"
    es256(key, f"{header}.{payload}".encode(), unb64(signature))
    claim = json.loads(unb64(payload))["status_list"]
    packed = zlib.decompress(unb64(claim["lst"]))
    bits: int = claim["bits"]
    per_byte = 8 // bits
    return packed[index // per_byte] >> index % per_byte * bits & (1 << bits) - 1


# ---------------------------------------------------------------------------------------------------

from suket_service.core.keyring import KeyRing  # noqa: E402 - what is above stands without it
from suket_service.core.seal import digits  # noqa: E402
from suket_service.core.status_list import Status, StatusList  # noqa: E402
from tests.builders import a_publication_key, a_seal_key, a_sealed  # noqa: E402

SEALER, PUBLISHER = a_seal_key(), a_publication_key()
RING = KeyRing([SEALER.key, a_seal_key().key, PUBLISHER.key])
JWKS = json.dumps(RING.to_jwks()).encode()


@pytest.mark.parametrize("until", [date(2027, 5, 21), None])
@pytest.mark.parametrize("name", ["SUHARTINI", "JOSÉ ÑAÑEZ", "A" * 60])
def test_a_seal_reads_without_anything_of_ours(name: str, until: date | None) -> None:
    seal = a_sealed(SEALER, status_list=258, status_index=66_051, name=name, valid_until=until)
    assert read_seal(JWKS, digits(seal.body + seal.signature)) == {
        "list": 258,
        "index": 66_051,
        "nik": "2172031708950003",
        "born": date(1995, 8, 17),
        "issued": date(2026, 11, 22),
        "until": until,
        "name": name,
        "purpose": "seal",
    }


def test_an_altered_seal_fails_without_anything_of_ours() -> None:
    seal = a_sealed(SEALER)
    with pytest.raises(InvalidSignature):
        read_seal(JWKS, digits(seal.body.replace(b"SUHARTINI", b"SUHARTINA") + seal.signature))


def test_a_status_list_reads_without_anything_of_ours() -> None:
    exceptions = {1: Status.INVALID, 6: Status.SUSPENDED}
    claim = StatusList.of_letters(7, exceptions, 16).to_claim()
    token = PUBLISHER.publish("statuslist+jwt", json.dumps({"status_list": claim}).encode())
    assert [read_status(JWKS, token, index) for index in range(16)] == [0, 1, 0, 0, 0, 0, 2] + [3] * 9


def test_every_key_of_the_set_goes_by_its_thumbprint() -> None:
    keys = json.loads(JWKS)["keys"]
    assert len(keys) == 3
    for jwk in keys:
        assert unb64(jwk["kid"]) == thumbprint(jwk)
        assert (jwk["use"], jwk["alg"]) == ("sig", "ES256")
        assert "d" not in jwk
