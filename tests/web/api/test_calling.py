"""The door of the API: no route with a scope answers whoever was not let in, and everyone let in hears what is left."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from suket_service import administering
from suket_service.administering.usage import CALL_WORDS
from suket_service.registry.calls import UNCONFIRMED_CALL
from suket_service.registry.clients import ClientScope
from suket_service.web import metrics
from suket_service.web.access import ROUTES
from suket_service.web.calling import CALLS
from tests.builders import OFFICE
from tests.web.api.programs import LETTERS, Program, a_program, a_request
from tests.web.staff.conftest import OTHER, OfficeAtWork

SCOPED = {endpoint: guard for endpoint, guard in ROUTES.items() if guard.scope is not None}
CLOSED = [endpoint for endpoint, guard in SCOPED.items() if not guard.keyless]
ONE = "/api/v1/verifications"
_REASON = {"reason": "Kartu sudah dicetak"}
#: What each call that writes would do if its key counted.
BODIES: dict[str, dict[str, Any]] = {
    "api.verifications": {"seal": "4060225"},
    "api.verification_batch": {"seals": ["4060225", "1"]},
    "api.create_letter": a_request(),
    **dict.fromkeys(
        ("api.revoke_letter", "api.suspend_letter", "api.extend_letter", "api.supersede_letter"), _REASON
    ),
}
QUOTA = re.compile(r'"minute";r=([0-9]+);t=([0-9]+)')


@pytest.fixture
def program(office: OfficeAtWork) -> Program:
    return a_program(office, scopes=frozenset(ClientScope))


def limit(office: OfficeAtWork, program: Program, calls_a_minute: int) -> None:
    at = datetime.now(UTC)
    administering.limit_client(office.registry, OFFICE.code, program.id, calls_a_minute, "admin", at)


def call(office: OfficeAtWork, endpoint: str, **headers: str) -> TestResponse:
    """A call to a route by name, about a letter that is there."""
    [rule] = office.app.url_map.iter_rules(endpoint)
    path = rule.rule.replace("<letter>", office.letters[0].id)
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    body: dict[str, Any] = {"json": BODIES.get(endpoint, {})} if method == "POST" else {}
    return office.app.test_client().open(path, method=method, headers=headers, **body)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class TestClosed:
    def test_every_route_with_a_scope_has_a_name_in_the_account_of_usage(self) -> None:
        assert set(SCOPED) == set(CALLS)
        assert len(set(CALLS.values())) == len(CALLS)
        assert {*CALLS.values(), UNCONFIRMED_CALL} == set(CALL_WORDS)

    @pytest.mark.parametrize("endpoint", CLOSED)
    def test_without_a_key_that_counts_it_answers_nobody(self, office: OfficeAtWork, endpoint: str) -> None:
        revoked = a_program(office, scopes=frozenset(ClientScope))
        administering.revoke_client(office.registry, OFFICE.code, revoked.id, "admin", datetime.now(UTC))
        answers = set()
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": f"Basic {revoked.key}"},
            bearer("suket_unknown"),
            bearer(revoked.key),
            bearer("eyJ.eyJ.x"),
        ):
            answer = call(office, endpoint, **headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert "RateLimit" not in answer.headers
            answers.add(answer.data)
        assert len(answers) == 1
        assert b"client_unknown" in answers.pop()

    @pytest.mark.parametrize("endpoint", SCOPED)
    def test_a_key_with_every_other_scope_is_refused(self, office: OfficeAtWork, endpoint: str) -> None:
        scope = SCOPED[endpoint].scope
        other = a_program(office, scopes=frozenset(ClientScope) - {scope})
        answer = call(office, endpoint, **bearer(other.key))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_missing")
        assert "RateLimit" in answer.headers

    @pytest.mark.parametrize("endpoint", list(SCOPED))
    def test_a_key_revoked_while_its_call_waits_is_told_nothing(
        self, office: OfficeAtWork, program: Program, endpoint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        admit = administering.admit

        def admit_and_revoke(*given: Any) -> Any:
            admitted = admit(*given)
            at = datetime.now(UTC)
            administering.revoke_client(office.registry, OFFICE.code, program.id, "admin", at)
            return admitted

        monkeypatch.setattr(administering, "admit", admit_and_revoke)
        answer = call(office, endpoint, **bearer(program.key), **{"Idempotency-Key": "a"})
        assert (answer.status_code, answer.get_json()["code"]) == (401, "client_unknown")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_key_in_the_address_is_no_key(self, office: OfficeAtWork, program: Program) -> None:
        answer = office.app.test_client().get(f"{LETTERS}?key={program.key}&access_token={program.key}")
        assert answer.status_code == 401

    def test_the_scheme_may_be_written_in_any_case(self, office: OfficeAtWork, program: Program) -> None:
        headers = {"Authorization": f"bearer {program.key}"}
        assert office.app.test_client().get(LETTERS, headers=headers).status_code == 200

    def test_a_signed_in_member_of_staff_is_no_program(self, office: OfficeAtWork) -> None:
        assert office.client("admin").get(LETTERS).status_code == 401

    def test_of_a_stranger_not_even_the_body_is_looked_at(self, office: OfficeAtWork) -> None:
        answer = office.app.test_client().post(f"{ONE}/batch", data=b"{" * 10, headers=bearer("suket_x"))
        assert answer.get_json()["code"] == "client_unknown"

    def test_no_answer_holds_the_key(self, office: OfficeAtWork, program: Program) -> None:
        limit(office, program, 1)
        answers = [program.get(LETTERS), program.get(LETTERS), program.get(f"{LETTERS}/{program.key}")]
        assert not [each for each in answers if program.key in each.text + str(each.headers)]


@pytest.mark.usefixtures("one_minute")
class TestTold:
    def test_every_answer_says_what_is_left(self, program: Program) -> None:
        left = []
        for answer, status in (
            (program.get(LETTERS), 200),
            (program.get(f"{LETTERS}/{'0' * 32}"), 404),
            (program.get(f"{LETTERS}?limit=0"), 422),
            (program.post(LETTERS, {}), 422),
            (program.post(f"{ONE}/batch", {"seals": []}), 422),
        ):
            assert answer.status_code == status
            assert answer.headers["RateLimit-Policy"] == '"minute";q=600;w=60'
            found = QUOTA.fullmatch(answer.headers["RateLimit"])
            assert found is not None
            assert 1 <= int(found[2]) <= 60
            left.append(int(found[1]))
        assert left == [599, 598, 597, 596, 595]

    def test_whoever_asks_too_much_is_told_when_to_come_again(
        self, office: OfficeAtWork, program: Program
    ) -> None:
        limit(office, program, 1)
        asked, refused = program.get(LETTERS), program.get(LETTERS)
        assert asked.status_code == 200
        assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_calls")
        assert refused.mimetype == "application/problem+json"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["RateLimit"].startswith('"minute";r=0;')

    def test_whoever_brings_no_key_to_an_open_call_is_told_of_no_limit(self, office: OfficeAtWork) -> None:
        answer = office.app.test_client().post(ONE, json={"seal": "1"})
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers

    def test_a_call_is_counted_once_by_what_became_of_it(
        self, office: OfficeAtWork, program: Program
    ) -> None:
        before = client_calls()
        call(office, "api.letters", **bearer("suket_unknown"))
        limit(office, program, 2)
        answers = [program.get(LETTERS), program.get(f"{LETTERS}/{'0' * 32}"), program.get(LETTERS)]
        assert [each.status_code for each in answers] == [200, 404, 429]
        office.app.test_client().post(ONE, json={"seal": "1"})
        assert {name: many - before[name] for name, many in client_calls().items()} == dict.fromkeys(
            before, 1
        )


def client_calls() -> dict[str, float]:
    """How many calls of programs were counted so far, by what became of them."""
    counted = metrics.collected().get_sample_value
    answers = ("answered", "refused", "limited", "unknown")
    return {each: counted("suket_client_calls_total", {"answer": each}) or 0 for each in answers}


def test_two_offices_keys_are_counted_apart(office: OfficeAtWork, program: Program) -> None:
    stranger = a_program(office, of=OTHER.code, by="admin-batam", scopes=frozenset(ClientScope))
    program.get(LETTERS)
    stranger.get(f"{LETTERS}/{office.letters[0].id}")
    at = datetime.now(UTC)
    for code, account in ((OFFICE.code, program.account), (OTHER.code, stranger.account)):
        [found] = administering.usage_of(office.registry, code, None, None, at).programs
        assert (found.client.account, found.asked) == (account, 1)
