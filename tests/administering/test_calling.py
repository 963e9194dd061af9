"""Agencies' programs at the door, on either database: let in by key and scope, within a limit, and counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest

from suket_service import administering
from suket_service.administering import Admitted, CallRefused, NewClient, Quota
from suket_service.errors import NotFound
from suket_service.registry import clients
from suket_service.registry.clients import ClientScope
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.administering.test_clients import add
from tests.builders import NOON, OFFICE, TODAY
from tests.registry.builders import raw

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CALL = "verifications"


def admit(
    registry: Registry, key: str, at: datetime = NOON, scope: ClientScope = ClientScope.VERIFY, cost: int = 1
) -> Admitted:
    return administering.admit(registry, key, scope, CALL, cost, at)


def refused(asked: Callable[[], object]) -> CallRefused:
    with pytest.raises(CallRefused) as error:
        asked()
    return error.value


def counts(registry: Registry) -> list[tuple[str, int, int]]:
    """Every count as it stands: day, asked, refused."""
    with raw(registry) as connection:
        rows = connection.execute("SELECT day, asked, refused FROM call_count ORDER BY day").fetchall()
    return [(str(day), asked, refused) for day, asked, refused in rows]


@pytest.fixture
def limited(registry: Registry) -> NewClient:
    """A program that may ask ten times a minute."""
    return add(registry, calls_a_minute=10)


class TestKeys:
    def test_a_key_with_the_scope_is_let_in(self, registry: Registry, limited: NewClient) -> None:
        admitted = admit(registry, limited.key)
        assert admitted.client.account == limited.client.account
        assert admitted.quota == Quota(10, 9, 60)

    def test_whoever_has_no_key_that_counts_is_refused_alike(self, registry: Registry) -> None:
        expired, revoked = add(registry, expires_on=TODAY), add(registry, name="Lain")
        administering.revoke_client(registry, OFFICE.code, revoked.client.id, "admin", NOON)
        waiting = add(registry, name="Ditahan")
        with registry.writing() as tx:
            clients.let_wait(tx, OFFICE.code, TODAY, NOON)
        answers = {
            (error.code, error.text, error.quota)
            for key in ("", "suket_" + "A" * 43, expired.key, revoked.key, waiting.key, "\x00", "\ud800")
            for error in [refused(partial(admit, registry, key, NOON + DAY))]
        }
        assert len(answers) == 1
        [(code, _, quota)] = answers
        assert (code, quota) == ("client_unknown", None)

    @pytest.mark.parametrize("change", ["active = (1 = 0)", "role = 'approver'"])
    def test_a_key_counts_only_with_its_programs_account(
        self, registry: Registry, limited: NewClient, change: str
    ) -> None:
        with raw(registry) as connection:
            connection.execute(f"UPDATE staff SET {change} WHERE username = '{limited.client.account}'")
        assert refused(lambda: admit(registry, limited.key)).code == "client_unknown"

    @pytest.mark.parametrize("change", ["revoked", "waiting", "shut"])
    def test_a_key_that_ends_while_its_call_waits_for_a_turn_writes_nothing(
        self, registry: Registry, limited: NewClient, change: str
    ) -> None:
        admitted = admit(registry, limited.key).client
        waiting = registry.requiring(partial(administering.require_still, client=admitted))
        with waiting.writing() as tx:
            assert clients.find(tx, OFFICE.code, admitted.id).id == admitted.id
        if change == "revoked":
            administering.revoke_client(registry, OFFICE.code, admitted.id, "admin", NOON)
        elif change == "waiting":
            with registry.writing() as tx:
                clients.let_wait(tx, OFFICE.code, TODAY, NOON)
        else:
            administering.set_active(registry, OFFICE.code, admitted.account, "admin", NOON, active=False)

        def write() -> None:
            with waiting.writing():
                pytest.fail("the turn was given")

        assert refused(write).code == "client_unknown"

    def test_whoever_is_not_known_leaves_nothing_behind(self, registry: Registry) -> None:
        refused(lambda: admit(registry, "suket_nobody"))
        assert counts(registry) == []

    def test_a_scope_that_the_key_lacks_is_refused_counted_and_costs(
        self, registry: Registry, limited: NewClient
    ) -> None:
        error = refused(lambda: admit(registry, limited.key, scope=ClientScope.ISSUE))
        assert (error.code, error.quota) == ("scope_missing", Quota(10, 9, 60))
        assert counts(registry) == [(str(TODAY), 0, 1)]

    def test_when_a_key_was_heard_of_is_noted_once_a_minute(
        self, registry: Registry, limited: NewClient
    ) -> None:
        heard = []
        for later in (0, 59, 60):
            admit(registry, limited.key, NOON + later * SECOND)
            heard.append(administering.list_clients(registry, OFFICE.code)[0].used_at)
        assert heard == [NOON, NOON, NOON + 60 * SECOND]


class TestLimits:
    def test_the_call_after_the_last_one_is_refused_until_the_minute_is_over(
        self, registry: Registry, limited: NewClient
    ) -> None:
        left = [admit(registry, limited.key, NOON + 20 * SECOND).quota.remaining for _ in range(10)]
        assert left == list(range(9, -1, -1))
        error = refused(lambda: admit(registry, limited.key, NOON + 23 * SECOND))
        assert (error.code, error.quota) == ("too_many_calls", Quota(10, 0, 37))
        assert admit(registry, limited.key, NOON + 60 * SECOND).quota.remaining == 9

    @pytest.mark.both
    def test_processes_and_threads_share_one_limit(self, registry: Registry, limited: NewClient) -> None:
        others = [Registry(registry.url.render_as_string(hide_password=False)) for _ in range(3)]

        def let_in(number: int) -> bool:
            try:
                admit(others[number % 3], limited.key)
            except CallRefused:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(let_in, range(24)))
        for each in others:
            each.close()
        assert sum(results) == 10
        assert counts(registry)[0][1] == 10

    def test_the_keys_of_one_program_share_one_limit(self, registry: Registry, limited: NewClient) -> None:
        new = administering.renew_client(registry, OFFICE.code, limited.client.id, "admin", NOON)
        admit(registry, limited.key)
        assert admit(registry, new.key).quota == Quota(10, 8, 60)

    def test_two_programs_have_two_limits(self, registry: Registry, limited: NewClient) -> None:
        admit(registry, limited.key)
        assert admit(registry, add(registry, name="Lain", calls_a_minute=10).key).quota.remaining == 9

    def test_whoever_goes_on_is_counted_for_a_while_and_then_refused_without_a_write(
        self, registry: Registry, limited: NewClient
    ) -> None:
        for _ in range(10):
            admit(registry, limited.key)
        for _ in range(14):
            refused(lambda: admit(registry, limited.key))
        assert counts(registry) == [(str(TODAY), 10, 10)]

    def test_a_call_that_waited_does_not_bring_the_minute_before_back(
        self, registry: Registry, limited: NewClient
    ) -> None:
        admit(registry, limited.key, NOON + 60 * SECOND)
        admit(registry, limited.key, NOON + 59 * SECOND)
        assert admit(registry, limited.key, NOON + 61 * SECOND).quota.remaining == 7

    def test_a_clock_that_was_ahead_shuts_nobody_out(self, registry: Registry, limited: NewClient) -> None:
        admit(registry, limited.key, NOON + DAY)
        assert admit(registry, limited.key).quota.remaining == 9

    def test_a_changed_limit_counts_at_once_for_every_key(
        self, registry: Registry, limited: NewClient
    ) -> None:
        new = administering.renew_client(registry, OFFICE.code, limited.client.id, "admin", NOON)
        administering.limit_client(registry, OFFICE.code, new.client.id, 1, "admin", NOON)
        assert admit(registry, limited.key).quota == Quota(1, 0, 60)
        assert refused(lambda: admit(registry, new.key)).code == "too_many_calls"


class TestCharging:
    def test_what_fits_is_taken(self, registry: Registry, limited: NewClient) -> None:
        client = admit(registry, limited.key).client
        assert administering.charge(registry, client, CALL, 9, NOON) == Quota(10, 0, 60)
        assert counts(registry) == [(str(TODAY), 10, 0)]

    def test_what_does_not_fit_is_refused_whole_and_leaves_the_rest_of_the_limit(
        self, registry: Registry, limited: NewClient
    ) -> None:
        client = admit(registry, limited.key).client
        error = refused(lambda: administering.charge(registry, client, CALL, 10, NOON))
        assert (error.code, error.quota) == ("too_many_calls", Quota(10, 9, 60))
        assert counts(registry) == [(str(TODAY), 0, 11)]


def test_counts_are_of_the_offices_own_day(registry: Registry, limited: NewClient) -> None:
    admit(registry, limited.key, NOON + timedelta(hours=11, minutes=59))
    admit(registry, limited.key, NOON + timedelta(hours=12))
    assert counts(registry) == [(str(TODAY), 1, 0), (str(TODAY + DAY), 1, 0)]


def test_another_office_limits_no_program_of_ours(registry: Registry, limited: NewClient) -> None:
    other = another_office(registry).code
    with pytest.raises(NotFound):
        administering.limit_client(registry, other, limited.client.id, 1, "lain", NOON)
    assert admit(registry, limited.key).quota.limit == 10
