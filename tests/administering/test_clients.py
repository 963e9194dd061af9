"""Agency clients, on either database: keys told once, found by their hash, renewed, revoked."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service import administering
from suket_service.administering import BOTH_DAYS, KEY_PREFIX, NewClient
from suket_service.administering.clients import MOST_YEARS
from suket_service.errors import CallerError, NotAllowed, NotFound, RequestRefused
from suket_service.registry import clients
from suket_service.registry.clients import Client, ClientScope, hash_of
from suket_service.registry.session import Registry
from tests.administering.elsewhere import another_office
from tests.administering.test_kinds import NOT_ADMINS, codes_of, entries
from tests.builders import NOON, OFFICE, TODAY
from tests.registry.builders import raw

DAY = timedelta(days=1)
SCOPES = frozenset({ClientScope.VERIFY, ClientScope.READ})


def add(registry: Registry, by: str = "admin", **changes: Any) -> NewClient:
    facts: dict[str, Any] = {
        "name": "Bank Contoh",
        "purpose": "PKS 12/2026",
        "scopes": SCOPES,
        "expires_on": None,
        **changes,
    }
    return administering.add_client(registry, OFFICE.code, **facts, by=by, at=NOON)


def found(registry: Registry, key: str, days: int = 0) -> Client | None:
    with registry.reading() as tx:
        return clients.find_by_key(tx, key, NOON + days * DAY)


class TestKeys:
    def test_a_key_finds_its_client(self, registry: Registry) -> None:
        new = add(registry)
        assert found(registry, new.key) == new.client
        assert new.client.scopes == SCOPES

    def test_a_key_is_recognisable_and_holds_32_random_bytes(self, registry: Registry) -> None:
        one, other = add(registry).key, add(registry, name="Rumah Sakit").key
        assert one != other
        assert one.startswith(KEY_PREFIX)
        assert len(one) == len(KEY_PREFIX) + 43

    def test_the_key_itself_is_nowhere_in_the_registry(self, registry: Registry) -> None:
        new = add(registry)
        with raw(registry) as connection:
            rows = connection.execute("SELECT * FROM client").fetchall()
            rows += connection.execute("SELECT * FROM audit").fetchall()
        texts = [cell for row in rows for cell in row]
        assert hash_of(new.key) in [bytes(cell) for cell in texts if isinstance(cell, (bytes, memoryview))]
        assert not [cell for cell in texts if isinstance(cell, str) and new.key in cell]

    def test_a_key_is_not_part_of_what_is_shown_of_it(self, registry: Registry) -> None:
        new = add(registry)
        assert new.key not in repr(new)

    @pytest.mark.parametrize("wrong", ["", KEY_PREFIX, "suket_" + "A" * 43, "\x00", "\ud800", "x" * 10_000])
    def test_whatever_else_finds_nobody(self, registry: Registry, wrong: str) -> None:
        add(registry)
        assert found(registry, wrong) is None

    def test_a_key_with_one_sign_changed_finds_nobody(self, registry: Registry) -> None:
        key = add(registry).key
        assert found(registry, key[:-1]) is None
        assert found(registry, key.swapcase()) is None

    def test_a_key_counts_on_its_last_day_and_no_more_after_it(self, registry: Registry) -> None:
        key = add(registry, expires_on=TODAY + DAY).key
        assert [found(registry, key, days) is not None for days in (0, 1, 2)] == [True, True, False]

    def test_when_it_was_used_last_is_kept(self, registry: Registry) -> None:
        new = add(registry)
        with registry.writing() as tx:
            clients.note_use(tx, [new.client.id], NOON + DAY)
        [listed] = administering.list_clients(registry, OFFICE.code)
        assert listed.used_at == NOON + DAY


class TestRenewing:
    def test_both_keys_count_for_a_while(self, registry: Registry) -> None:
        old = add(registry)
        new = administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON + DAY)
        at = [BOTH_DAYS + 1, BOTH_DAYS + 2]
        assert [found(registry, old.key, days) is not None for days in at] == [True, False]
        assert [found(registry, new.key, days) is not None for days in at] == [True, True]
        assert (new.client.name, new.client.scopes) == (old.client.name, old.client.scopes)

    def test_the_old_key_does_not_outlive_its_own_last_day(self, registry: Registry) -> None:
        old = add(registry, expires_on=TODAY + DAY)
        new = administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON + DAY)
        assert found(registry, old.key, 2) is None
        assert new.client.expires_on == TODAY + DAY

    @pytest.mark.parametrize("until", [{"expires_on": TODAY + 30 * DAY}, {"no_end": True}])
    def test_the_new_key_takes_another_last_day_where_one_is_said(
        self, registry: Registry, until: dict[str, Any]
    ) -> None:
        old = add(registry, expires_on=TODAY + 2 * DAY)
        new = administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON, **until)
        assert new.client.expires_on == until.get("expires_on")
        assert [found(registry, key, 20) is not None for key in (old.key, new.key)] == [False, True]

    @pytest.mark.parametrize(("days", "code"), [(-1, "date_past"), (365 * MOST_YEARS + 1, "out_of_range")])
    def test_a_last_day_that_cannot_be_renews_nothing(self, registry: Registry, days: int, code: str) -> None:
        old = add(registry)
        with pytest.raises(RequestRefused) as refused:
            administering.renew_client(
                registry, OFFICE.code, old.client.id, "admin", NOON, expires_on=TODAY + days * DAY
            )
        assert [(each.field, each.code) for each in refused.value.problems] == [("expires_on", code)]
        assert len(administering.list_clients(registry, OFFICE.code)) == 1

    def test_a_key_that_ends_soon_is_counted_until_it_is_renewed(self, registry: Registry) -> None:
        def ending(days: int) -> int:
            with registry.reading() as tx:
                return administering.ending_clients(tx, OFFICE.code, TODAY + days * DAY)

        old = add(registry, expires_on=TODAY + 40 * DAY)
        add(registry, name="Klinik Contoh")
        assert [ending(days) for days in (9, 10, 40, 41)] == [0, 1, 1, 0]
        administering.renew_client(
            registry, OFFICE.code, old.client.id, "admin", NOON + 10 * DAY, no_end=True
        )
        assert ending(10) == 0

    def test_the_older_of_two_keys_is_not_renewed_again(self, registry: Registry) -> None:
        old = add(registry)
        administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON + DAY)
        with pytest.raises(CallerError) as refused:
            administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON + DAY)
        assert refused.value.code == "client_renewed"

    def test_what_counts_no_more_is_not_renewed(self, registry: Registry) -> None:
        old = add(registry)
        administering.revoke_client(registry, OFFICE.code, old.client.id, "admin", NOON)
        with pytest.raises(CallerError) as refused:
            administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON)
        assert refused.value.code == "client_ended"


class TestRevoking:
    def test_a_revoked_key_finds_nobody(self, registry: Registry) -> None:
        new = add(registry)
        revoked = administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
        assert revoked.revoked_at == NOON
        assert found(registry, new.key) is None

    def test_it_is_revoked_once(self, registry: Registry) -> None:
        new = add(registry)
        administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
        with pytest.raises(CallerError) as refused:
            administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
        assert refused.value.code == "client_ended"

    def test_its_name_may_be_given_again(self, registry: Registry) -> None:
        new = add(registry)
        administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
        assert found(registry, add(registry).key)


class TestLimiting:
    def test_a_limit_is_kept_and_on_record(self, registry: Registry) -> None:
        new = add(registry)
        administering.limit_client(registry, OFFICE.code, new.client.id, 30, "admin", NOON)
        assert [each.calls_a_minute for each in administering.list_clients(registry, OFFICE.code)] == [30]
        last = ("admin", "client.limit", new.client.id, '{"limit":30,"was":600}')
        assert entries(registry)[-1] == last

    def test_the_same_limit_again_is_no_change(self, registry: Registry) -> None:
        new = add(registry)
        before = entries(registry)
        administering.limit_client(registry, OFFICE.code, new.client.id, 600, "admin", NOON)
        assert entries(registry) == before

    def test_a_limit_out_of_range_is_refused(self, registry: Registry) -> None:
        new = add(registry)
        with pytest.raises(RequestRefused) as error:
            administering.limit_client(registry, OFFICE.code, new.client.id, 0, "admin", NOON)
        assert codes_of(error) == {("calls_a_minute", "out_of_range")}

    def test_what_counts_no_more_has_no_limit_to_change(self, registry: Registry) -> None:
        new = add(registry)
        administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
        with pytest.raises(CallerError) as refused:
            administering.limit_client(registry, OFFICE.code, new.client.id, 30, "admin", NOON)
        assert refused.value.code == "client_ended"

    def test_a_renewed_key_keeps_account_and_limit(self, registry: Registry) -> None:
        old = add(registry, calls_a_minute=30)
        new = administering.renew_client(registry, OFFICE.code, old.client.id, "admin", NOON)
        assert (new.client.account, new.client.calls_a_minute) == (old.client.account, 30)


class TestWaiting:
    """Since a restore, which does not know what became of a key after the backup."""

    @pytest.fixture
    def waiting(self, registry: Registry) -> NewClient:
        new = add(registry)
        restored(registry)
        return new

    def test_a_waiting_key_finds_nobody_until_it_is_confirmed(
        self, registry: Registry, waiting: NewClient
    ) -> None:
        assert found(registry, waiting.key) is None
        confirm(registry, waiting.client.id)
        assert found(registry, waiting.key) == waiting.client
        assert entries(registry)[-1][:3] == ("admin", "client.confirm", waiting.client.id)

    def test_all_that_wait_are_confirmed_at_once_and_no_other(
        self, registry: Registry, waiting: NewClient
    ) -> None:
        gone, fresh = add(registry, name="Dicabut"), add(registry, name="Baru")
        restored(registry)
        administering.revoke_client(registry, OFFICE.code, gone.client.id, "admin", NOON)
        confirmed = confirm(registry, None)
        assert {each.id for each in confirmed} == {waiting.client.id, fresh.client.id}
        assert [found(registry, each.key) is not None for each in (waiting, gone, fresh)] == [
            True,
            False,
            True,
        ]
        assert confirm(registry, None) == []

    def test_one_that_does_not_wait_is_not_confirmed(self, registry: Registry) -> None:
        new = add(registry)
        with pytest.raises(CallerError) as refused:
            confirm(registry, new.client.id)
        assert refused.value.code == "client_not_waiting"

    def test_one_that_ended_is_not_brought_back(self, registry: Registry, waiting: NewClient) -> None:
        administering.revoke_client(registry, OFFICE.code, waiting.client.id, "admin", NOON)
        with pytest.raises(CallerError) as refused:
            confirm(registry, waiting.client.id)
        assert refused.value.code == "client_ended"
        assert found(registry, waiting.key) is None

    def test_what_ended_before_the_restore_does_not_wait(self, registry: Registry) -> None:
        add(registry, name="Lewat", expires_on=TODAY)
        gone = add(registry)
        administering.revoke_client(registry, OFFICE.code, gone.client.id, "admin", NOON)
        assert restored(registry, NOON + DAY) == 0
        assert [each.waiting_since for each in administering.list_clients(registry, OFFICE.code)] == [
            None
        ] * 2

    def test_a_renewal_gives_a_key_that_counts_and_leaves_the_old_one_waiting(
        self, registry: Registry, waiting: NewClient
    ) -> None:
        new = administering.renew_client(registry, OFFICE.code, waiting.client.id, "admin", NOON)
        assert found(registry, waiting.key) is None
        assert found(registry, new.key) == new.client

    def test_its_name_is_taken_still(self, registry: Registry, waiting: NewClient) -> None:
        with pytest.raises(RequestRefused) as error:
            add(registry, name=waiting.client.name)
        assert codes_of(error) == {("name", "name_taken")}


def restored(registry: Registry, at: datetime = NOON) -> int:
    """What a restore does to the keys."""
    with registry.writing() as tx:
        return clients.let_wait(tx, OFFICE.code, OFFICE.local_date(at), at)


def confirm(registry: Registry, client: str | None, by: str = "admin") -> list[Client]:
    return administering.confirm_clients(registry, OFFICE.code, client, by, NOON)


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({"name": " "}, ("name", "missing")),
            ({"name": "x" * 121}, ("name", "too_long")),
            ({"purpose": ""}, ("purpose", "missing")),
            ({"purpose": "x" * 201}, ("purpose", "too_long")),
            ({"purpose": "a\nb"}, ("purpose", "not_printable")),
            ({"scopes": frozenset()}, ("scopes", "no_scope")),
            ({"expires_on": TODAY - DAY}, ("expires_on", "date_past")),
            ({"expires_on": date(9999, 12, 31)}, ("expires_on", "out_of_range")),
            ({"calls_a_minute": 0}, ("calls_a_minute", "out_of_range")),
            ({"calls_a_minute": 60_001}, ("calls_a_minute", "out_of_range")),
        ],
    )
    def test_what_is_wrong_is_told_by_field(
        self, registry: Registry, changes: dict[str, Any], refused: tuple[str, str]
    ) -> None:
        with pytest.raises(RequestRefused) as error:
            add(registry, **changes)
        assert codes_of(error) == {refused}

    def test_two_clients_in_use_have_two_names(self, registry: Registry) -> None:
        add(registry)
        with pytest.raises(RequestRefused) as error:
            add(registry, name="BANK CONTOH")
        assert codes_of(error) == {("name", "name_taken")}

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_keeps_clients(self, registry: Registry, by: str) -> None:
        client = add(registry).client.id
        with pytest.raises(NotAllowed):
            add(registry, by, name="Lain")
        with pytest.raises(NotAllowed):
            administering.renew_client(registry, OFFICE.code, client, by, NOON)
        with pytest.raises(NotAllowed):
            administering.revoke_client(registry, OFFICE.code, client, by, NOON)
        with pytest.raises(NotAllowed):
            administering.limit_client(registry, OFFICE.code, client, 30, by, NOON)
        for chosen in (client, None):
            with pytest.raises(NotAllowed):
                confirm(registry, chosen, by)

    def test_another_offices_client_is_not_found(self, registry: Registry) -> None:
        new, other = add(registry), another_office(registry).code
        with pytest.raises(NotFound):
            administering.renew_client(registry, other, new.client.id, "lain", NOON)
        with pytest.raises(NotFound):
            administering.revoke_client(registry, other, new.client.id, "lain", NOON)
        with pytest.raises(NotFound):
            administering.confirm_clients(registry, other, new.client.id, "lain", NOON)
        assert administering.list_clients(registry, other) == []
        assert found(registry, new.key)

    @pytest.mark.parametrize("id", ["", "\x00", "\ud800", "0" * 32])
    def test_an_id_of_nothing_is_not_found(self, registry: Registry, id: str) -> None:
        with pytest.raises(NotFound):
            administering.revoke_client(registry, OFFICE.code, id, "admin", NOON)


def test_audit_entries_name_scopes_and_no_agency(registry: Registry) -> None:
    before = len(entries(registry))
    new = add(registry)
    administering.revoke_client(registry, OFFICE.code, new.client.id, "admin", NOON)
    assert entries(registry)[before:] == [
        ("admin", "client.add", new.client.id, '{"expires_on":null,"scopes":["read","verify"]}'),
        ("admin", "client.revoke", new.client.id, "{}"),
    ]


@given(st.text(max_size=80))
def test_every_text_has_a_hash(text: str) -> None:
    assert len(hash_of(text)) == 32
