"""Programs of agencies as they call: a key, a fresh Idempotency-Key for each write, JSON."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from suket_service import administering
from suket_service.registry import letters
from suket_service.registry.clients import ClientScope
from suket_service.registry.letters import LetterRecord
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork

LETTERS = "/api/v1/letters"
SCOPES = frozenset({ClientScope.READ, ClientScope.ISSUE, ClientScope.MANAGE})


@dataclass(frozen=True)
class Program:
    """One agency's program with its key."""

    id: str
    account: str
    key: str
    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.key}", **headers})

    def post(
        self, path: str, body: Mapping[str, Any], key: str | None = None, **headers: str
    ) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key or secrets.token_hex(8)}
        return self.client.post(path, json=body, headers={**sent, **headers})


def a_program(
    office: OfficeAtWork,
    of: str = OFFICE.code,
    by: str = "admin",
    scopes: frozenset[ClientScope] = SCOPES,
    name: str = "RSUD Contoh",
) -> Program:
    """A program of that office, with a key that counts."""
    made = administering.add_client(
        office.registry, of, name, "Layanan pasien, PKS 1/2026", scopes, None, by, datetime.now(UTC)
    )
    return Program(made.client.id, made.client.account, made.key, office.app.test_client())


def a_request(serial: int = 30, **changes: Any) -> dict[str, Any]:
    """A request for someone of the register who has no letter yet."""
    facts = {
        "nik": f"217203170895{serial:04d}",
        "name": "SUHARTINI",
        "birth_place": "TANJUNGPINANG",
        "birth_date": "1995-08-17",
        "sex": "M",
        "address": "JALAN MERDEKA NOMOR 5",
        "rt": "001",
        "rw": "002",
        "region_code": "2172031001",
        "religion": "ISLAM",
        "marital_status": "BELUM KAWIN",
        "occupation": "NELAYAN",
        "citizenship": "WNI",
    }
    return {**facts, **changes}


def record_of(office: OfficeAtWork, letter: str) -> LetterRecord:
    with office.registry.reading() as tx:
        return letters.by_id(tx, OFFICE.code, letter)
