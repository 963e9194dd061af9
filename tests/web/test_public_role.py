"""The process for the public under a role of its own on PostgreSQL: it answers as before, and may do nothing else."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql

from suket_service import administering, presenting, publishing
from suket_service.core.seal import check_code
from suket_service.registry.clients import ClientScope
from suket_service.registry.rights import PUBLIC_ROLE
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from suket_service.web import caretaker
from suket_service.web.app import create_app
from tests.administering.office import PUBLISHER
from tests.builders import BASE_URL, OFFICE
from tests.postgresql import Cluster
from tests.presenting.polls import HERE, Phone, Polls
from tests.web.test_station_api import (
    BUNDLE,
    DEVICES,
    VERIFICATIONS,
    ask,
    enrolment,
    present,
)

_DATABASE = "suket_of_two_roles"
#: Pages and files that anyone may open.
OPEN = (
    "/",
    "/s",
    "/api",
    "/api/v1/openapi.json",
    "/healthz",
    "/readyz",
    "/angka",
    "/layanan",
    "/scan/",
    "/scan/jwks.json",
    "/scan/trust-bundle",
    "/.well-known/jwks.json",
    "/status-lists/1",
)


@dataclass(frozen=True)
class TwoRoles:
    """An office whose polls are open, in a database of its owner, and the service for the public with its own role."""

    polls: Polls
    web: FlaskClient
    cluster: Cluster

    def refused(self, statement: str) -> bool:
        """Whether the database refuses the role that."""
        with self.cluster.connect(_DATABASE, role=PUBLIC_ROLE) as connection:
            try:
                connection.execute(sql.SQL(statement))
            except psycopg.errors.InsufficientPrivilege:
                return True
            return False


@pytest.fixture(scope="module")
def roles(cluster: Cluster, postgresql_databases: object) -> Iterator[TwoRoles]:
    cluster.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(PUBLIC_ROLE)))
    cluster.create_database(_DATABASE, "suket_set_up")
    url = cluster.url(_DATABASE, role=PUBLIC_ROLE)
    with closing(Registry(cluster.url(_DATABASE))) as owner:
        owner.migrate()  # as every `suket init` does
        polls = Polls.opened(owner, opens=datetime.now(UTC) - timedelta(hours=1))
        publishing.publish(owner, PUBLISHER, datetime.now(UTC))
        settings = Settings.from_env(
            {
                "SUKET_ENVIRONMENT": "production",
                "SUKET_BASE_URL": BASE_URL,
                "SUKET_DATABASE_URL": url,
                "SUKET_ROLE": "public",
            }
        )
        yield TwoRoles(polls, create_app(settings).test_client(), cluster)
    cluster.drop_database(_DATABASE)
    cluster.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(PUBLIC_ROLE)))


def test_everyones_pages_and_files_are_answered(roles: TwoRoles) -> None:
    statuses = {path: roles.web.get(path).status_code for path in OPEN}
    assert {path: status for path, status in statuses.items() if status >= 500} == {}
    assert statuses["/readyz"] == statuses["/scan/trust-bundle"] == statuses["/angka"] == 200


def test_letters_are_checked_by_seal_and_by_number(roles: TwoRoles) -> None:
    paper = roles.polls.papers[0]
    masked = roles.web.post(VERIFICATIONS, json={"seal": paper.seal_text})
    assert (masked.status_code, masked.get_json()["outcome"]) == (200, "valid")
    code = check_code(roles.polls.fingerprint(paper))
    for typed, found in ((code, True), ("0000-0000", False)):
        answer = roles.web.post("/api/v1/check-codes", json={"number": paper.number, "code": typed})
        assert answer.status_code == 200
        assert answer.get_json()["found"] is found


def test_a_program_checks_letters_and_is_counted(roles: TwoRoles) -> None:
    at, scopes = datetime.now(UTC), frozenset({ClientScope.VERIFY})
    made = administering.add_client(
        roles.polls.registry, OFFICE.code, "Bank", "PKS", scopes, None, "admin", at
    )
    bearer, seal = {"Authorization": f"Bearer {made.key}"}, roles.polls.papers[0].seal_text
    for path, body in ((VERIFICATIONS, {"seal": seal}), (f"{VERIFICATIONS}/batch", {"seals": [seal, seal]})):
        answer = roles.web.post(path, json=body, headers=bearer)
        assert answer.status_code == 200, answer.text
    assert answer.headers["RateLimit"].startswith('"minute";r=597')


def test_a_phone_enrols_and_sends_what_it_was_shown(roles: TwoRoles) -> None:
    polls, phone = roles.polls, Phone()
    [sheet] = polls.sheets(polls.stations[0])
    answer = roles.web.post(DEVICES, json=enrolment(sheet.code, phone))
    assert answer.status_code == 201, answer.text
    phone.id, phone.station = answer.get_json()["device"], polls.stations[0]
    presenting.confirm_device(polls.registry, HERE, phone.id, "kepala", datetime.now(UTC))
    sent = present(roles.web, phone, polls.scan(phone, polls.papers[0]))
    assert sent.status_code == 200, sent.text
    assert sent.get_json()["answers"][0]["result"] == "stored"
    assert ask(roles.web, phone, "GET", BUNDLE).status_code in (200, 404)
    whole = ask(roles.web, phone, "POST", VERIFICATIONS, {"seal": polls.papers[0].seal_text})
    assert (whole.status_code, whole.get_json()["outcome"]) == (200, "valid")


def test_what_is_old_is_let_go(roles: TwoRoles, caplog: pytest.LogCaptureFixture) -> None:
    with roles.polls.registry.writing() as tx:
        tx.exec_driver_sql("INSERT INTO check_code_failure (number_hash, at) VALUES ('\\x00', '2020-01-01Z')")
    caplog.clear()
    caretaker.see_to(roles.web.application.extensions["suket"])
    assert caplog.messages == []
    with roles.polls.registry.reading() as tx:
        assert tx.exec_driver_sql("SELECT min(at) > '2021-01-01Z' FROM check_code_failure").scalar_one() in (
            True,
            None,
        )


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"SELECT * FROM {table}"
            for table in ("credential", "recovery_code", "staff_session", "upload", "proposal")
        ),
        "SELECT locked FROM signing_key",
        "SELECT * FROM signing_key",
        "SELECT nik FROM resident",
        "SELECT body FROM idempotent_call",
        "INSERT INTO staff (username) VALUES ('x')",
        "UPDATE client SET revoked_at = NULL",
        "UPDATE client SET scopes = '[]'",
        "UPDATE device SET confirmed_at = NULL",
        "UPDATE letter SET state = 'issued'",
        "UPDATE status_list SET next_index = 0",
        "INSERT INTO publication (name) VALUES ('x')",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "CREATE TABLE more (id int)",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
    ],
)
def test_it_may_do_nothing_else(roles: TwoRoles, statement: str) -> None:
    assert roles.refused(statement)
