"""The office's staff, on either database: who they are, what they prove themselves by, and who fails to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import argon2
import pyotp
import pytest
from sqlalchemy import delete, select, update

from suket_service import administering
from suket_service.administering import CONSOLE, proving
from suket_service.core.credentials import MustWait, check_password, needs_rehash
from suket_service.core.letter import Office
from suket_service.errors import CallerError, FieldError, KeyTrouble, NotAllowed, NotFound, SuketError
from suket_service.registry import credentials, offices, staff
from suket_service.registry.clients import ClientScope
from suket_service.registry.schema import AuditRow, CredentialRow, FailedSignInRow, RegistryRow
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from tests.builders import NOON, OFFICE
from tests.core.test_credentials import spy_on_hasher

PASSWORD = "empat kuda terbang jauh"
SECRET_KEY = "a secret key of the tests alone"
ANOTHER_OFFICE = Office("2101", "Disdukcapil lain", timedelta(hours=7), "{serial}/{series}/{year}", ("2101",))
YESTERDAY = NOON - timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """Someone with a password and an authenticator app."""

    username: str
    secret: str

    def code(self, at: datetime = NOON) -> str:
        return pyotp.TOTP(self.secret).at(at)


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real hasher with less to do; what it has to do is in ``tests/core/test_credentials.py``."""
    little = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("suket_service.core.credentials._HASHER", little)


@pytest.fixture
def kepala(registry: Registry) -> Person:
    """The approver, with a password and one-time codes."""
    return enrolled(registry, "kepala")


@pytest.fixture
def operator(registry: Registry) -> Person:
    """An operator with a password alone."""
    administering.set_password(registry, OFFICE.code, "operator", PASSWORD, CONSOLE, YESTERDAY)
    return Person("operator", "")


def enrolled(registry: Registry, username: str) -> Person:
    administering.set_password(registry, OFFICE.code, username, PASSWORD, CONSOLE, YESTERDAY)
    secret = administering.propose_totp(registry, OFFICE.code, username).secret
    person = Person(username, secret)
    confirm(registry, person, YESTERDAY)
    return person


def confirm(registry: Registry, person: Person, at: datetime) -> None:
    administering.enrol_totp(
        registry, OFFICE.code, person.username, person.secret, person.code(at), SECRET_KEY, CONSOLE, at
    )


def prove(
    registry: Registry, username: str, password: str = PASSWORD, code: str = "", at: datetime = NOON
) -> str:
    """The user name of whoever is proven."""
    return administering.prove(registry, username, password, code, SECRET_KEY, at).username


def refused(attempt: Callable[[], object]) -> str:
    """The code of the refusal that the attempt ends with."""
    with pytest.raises(NotAllowed) as refusal:
        attempt()
    return refusal.value.code


def fail(registry: Registry, username: str, times: int, at: datetime = NOON) -> None:
    for _ in range(times):
        assert refused(lambda: prove(registry, username, "wrong", "", at)) == "not_proven"


def failures(registry: Registry) -> list[str]:
    with registry.reading() as tx:
        return list(tx.execute(select(FailedSignInRow.username).order_by(FailedSignInRow.id)).scalars())


def entries(registry: Registry) -> list[tuple[str, str, str]]:
    """Actor, action and subject of every audit entry."""
    with registry.reading() as tx:
        rows = tx.execute(select(AuditRow.actor, AuditRow.action, AuditRow.subject).order_by(AuditRow.seq))
        return [(row.actor, row.action, row.subject) for row in rows]


def at_once(*attempts: Callable[[], object]) -> list[object]:
    """What each attempt answered, or the error it ended with; all begun together."""
    barrier, answers = Barrier(len(attempts)), list[object]([None] * len(attempts))

    def run(place: int, attempt: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = attempt()
        except SuketError as error:
            answers[place] = error

    threads = [Thread(target=run, args=each) for each in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestProving:
    def test_password_and_code_prove_who_it_is(self, registry: Registry, kepala: Person) -> None:
        member = administering.prove(registry, "kepala", PASSWORD, kepala.code(), SECRET_KEY, NOON)
        assert (member.username, member.office, member.role) == ("kepala", OFFICE.code, Role.APPROVER)
        assert entries(registry)[-1] == ("kepala", "staff.prove", "kepala")

    @pytest.mark.usefixtures("operator")
    def test_an_operator_may_have_a_password_alone(self, registry: Registry) -> None:
        assert prove(registry, "operator") == "operator"

    def test_an_operator_who_has_codes_must_give_one(self, registry: Registry) -> None:
        operator = enrolled(registry, "operator")
        assert refused(lambda: prove(registry, "operator")) == "not_proven"
        assert prove(registry, "operator", code=operator.code())

    @pytest.mark.parametrize(
        ("password", "code"), [("wrong", None), (PASSWORD, "000000"), (PASSWORD, ""), ("", None), ("", "")]
    )
    def test_what_does_not_fit_is_refused_and_stays_counted(
        self, registry: Registry, kepala: Person, password: str, code: str | None
    ) -> None:
        given = kepala.code() if code is None else code
        assert refused(lambda: prove(registry, "kepala", password, given)) == "not_proven"
        assert failures(registry) == ["kepala"]
        assert entries(registry)[-1] == ("-", "staff.not_proven", "kepala")

    def test_a_refusal_is_the_same_whatever_did_not_fit(self, registry: Registry, kepala: Person) -> None:
        sentences = set()
        for username, password, code in (
            ("kepala", "wrong", kepala.code()),
            ("kepala", PASSWORD, "000000"),
            ("nobody", PASSWORD, kepala.code()),
            ("auditor", PASSWORD, ""),  # has no credential yet
        ):
            with pytest.raises(NotAllowed) as refusal:
                prove(registry, username, password, code)
            sentences.add((refusal.value.code, refusal.value.text, type(refusal.value)))
        assert len(sentences) == 1

    @pytest.mark.parametrize("username", ["kepala", "nobody", "auditor", "operator2", "\x00", "x" * 10_000])
    def test_the_password_is_hashed_for_whoever_it_may_be(
        self, registry: Registry, kepala: Person, monkeypatch: pytest.MonkeyPatch, username: str
    ) -> None:
        administering.set_active(registry, OFFICE.code, "operator2", CONSOLE, NOON, active=False)
        seen = spy_on_hasher(monkeypatch)
        assert refused(lambda: prove(registry, username, "wrong", kepala.code())) == "not_proven"
        assert seen == [b"wrong"]
        assert len(failures(registry)) == 1

    def test_what_was_typed_as_a_user_name_is_kept_nowhere(self, registry: Registry) -> None:
        assert refused(lambda: prove(registry, PASSWORD)) == "not_proven"
        assert PASSWORD not in repr((failures(registry), entries(registry)))

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
    @pytest.mark.usefixtures("operator")
    def test_a_role_that_needs_codes_proves_nothing_by_a_password_alone(
        self, registry: Registry, role: Role
    ) -> None:
        administering.set_role(registry, OFFICE.code, "operator", role, CONSOLE, NOON)
        assert refused(lambda: prove(registry, "operator")) == "not_proven"

    def test_who_is_not_active_proves_nothing_until_activated(
        self, registry: Registry, kepala: Person
    ) -> None:
        administering.set_active(registry, OFFICE.code, "kepala", CONSOLE, NOON, active=False)
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "not_proven"
        administering.set_active(registry, OFFICE.code, "kepala", CONSOLE, NOON, active=True)
        assert prove(registry, "kepala", code=kepala.code())

    def test_another_secret_key_is_said_to_be_another(self, registry: Registry, kepala: Person) -> None:
        with pytest.raises(KeyTrouble) as trouble:
            administering.prove(registry, "kepala", PASSWORD, kepala.code(), SECRET_KEY + "x", NOON)
        assert trouble.value.code == "secret_key_differs"

    def test_a_secret_copied_from_another_user_proves_nothing(
        self, registry: Registry, kepala: Person
    ) -> None:
        admin = enrolled(registry, "admin")
        with registry.writing() as tx:
            own = tx.execute(
                select(CredentialRow.totp_locked).where(CredentialRow.username == "admin")
            ).scalar_one()
            tx.execute(
                update(CredentialRow).where(CredentialRow.username == "kepala").values(totp_locked=own)
            )
        with pytest.raises(KeyTrouble):
            prove(registry, "kepala", code=admin.code())

    def test_a_hash_by_older_parameters_is_renewed(self, registry: Registry, kepala: Person) -> None:
        weak = argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
        with registry.writing() as tx:
            credentials.renew_hash(tx, "kepala", weak)
        assert prove(registry, "kepala", code=kepala.code())
        with registry.reading() as tx:
            held = credentials.find(tx, "kepala")
        assert held is not None
        assert held.password_hash != weak
        assert not needs_rehash(held.password_hash)
        later = NOON + timedelta(minutes=1)
        assert prove(registry, "kepala", code=kepala.code(later), at=later)

    @pytest.mark.parametrize("change", ["password", "active", "role"])
    def test_what_is_changed_while_the_password_is_compared_counts(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch, change: str
    ) -> None:
        operator = enrolled(registry, "operator")
        changing = changes(registry, OFFICE.code, "operator", CONSOLE)[change]

        def compare(password_hash: str | None, password: str) -> bool:
            changing()
            return check_password(password_hash, password)

        monkeypatch.setattr(proving, "check_password", compare)
        if change == "role":
            proven = administering.prove(registry, "operator", PASSWORD, operator.code(), SECRET_KEY, NOON)
            assert proven.role is Role.ADMIN
        else:
            assert refused(lambda: prove(registry, "operator", code=operator.code())) == "not_proven"


class TestACodeCountsOnce:
    def test_one_after_the_other(self, registry: Registry, kepala: Person) -> None:
        assert prove(registry, "kepala", code=kepala.code())
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "not_proven"
        later = NOON + timedelta(seconds=30)
        assert prove(registry, "kepala", code=kepala.code(later), at=later)

    def test_an_earlier_one_counts_no_more_after_a_later_one(
        self, registry: Registry, kepala: Person
    ) -> None:
        assert prove(registry, "kepala", code=kepala.code(NOON + timedelta(seconds=30)))
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "not_proven"

    @pytest.mark.both
    def test_at_the_same_moment(self, registry: Registry, kepala: Person) -> None:
        code = kepala.code()
        answers = at_once(*[lambda: prove(registry, "kepala", code=code)] * 3)
        assert answers.count("kepala") == 1
        assert failures(registry) == ["kepala", "kepala"]

    def test_a_step_is_taken_once_and_never_an_earlier_one(self, registry: Registry, kepala: Person) -> None:
        now = int(NOON.timestamp()) // 30
        with registry.writing() as tx:
            steps = [now, now, now - 1, now + 1]
            assert [credentials.take_step(tx, "kepala", step) for step in steps] == [True, False, False, True]

    @pytest.mark.usefixtures("operator")
    def test_who_has_no_codes_spends_none(self, registry: Registry) -> None:
        with registry.writing() as tx:
            assert not credentials.take_step(tx, "operator", 1)

    def test_a_wrong_password_spends_no_code(self, registry: Registry, kepala: Person) -> None:
        assert refused(lambda: prove(registry, "kepala", "wrong", kepala.code())) == "not_proven"
        assert prove(registry, "kepala", code=kepala.code())

    def test_the_code_that_confirmed_the_enrolment_is_spent(self, registry: Registry, kepala: Person) -> None:
        spent = kepala.code(YESTERDAY)
        assert refused(lambda: prove(registry, "kepala", code=spent, at=YESTERDAY)) == "not_proven"


class TestWaiting:
    def test_the_fifth_failure_costs_a_wait_that_the_refusal_names(
        self, registry: Registry, kepala: Person
    ) -> None:
        fail(registry, "kepala", 5)
        with pytest.raises(MustWait) as refusal:
            prove(registry, "kepala", code=kepala.code())
        assert (refusal.value.code, refusal.value.minutes) == ("wait", 1)
        later = NOON + timedelta(minutes=1)
        assert prove(registry, "kepala", code=kepala.code(later), at=later)

    def test_waits_grow_to_a_quarter_of_an_hour(self, registry: Registry) -> None:
        fail(registry, "nobody", 4)
        at, waits = NOON, []
        for _ in range(6):
            fail(registry, "nobody", 1, at)
            with pytest.raises(MustWait) as refusal:
                prove(registry, "nobody", at=at)
            waits.append(refusal.value.minutes)
            at += timedelta(minutes=refusal.value.minutes)
        assert waits == [1, 2, 4, 8, 15, 15]

    def test_an_attempt_that_must_wait_compares_and_counts_nothing(
        self, registry: Registry, kepala: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(registry, "kepala", 5)
        before, seen = entries(registry), spy_on_hasher(monkeypatch)
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "wait"
        assert (seen, len(failures(registry)), entries(registry)) == ([], 5, before)

    def test_a_success_forgives_nothing(self, registry: Registry, kepala: Person) -> None:
        fail(registry, "kepala", 4)
        assert prove(registry, "kepala", code=kepala.code())
        fail(registry, "kepala", 1)
        assert refused(lambda: prove(registry, "kepala")) == "wait"

    @pytest.mark.usefixtures("operator")
    def test_one_users_failures_make_no_other_wait(self, registry: Registry) -> None:
        fail(registry, "kepala", 5)
        fail(registry, "nobody", 5)
        assert prove(registry, "operator")

    @pytest.mark.both
    def test_of_many_guesses_at_once_five_are_told(self, registry: Registry, kepala: Person) -> None:
        code = kepala.code()
        guesses = [lambda: prove(registry, "kepala", "wrong", code)] * 8
        answers = at_once(*guesses)
        assert [type(each) for each in answers].count(MustWait) == 3
        assert failures(registry) == ["kepala"] * 5

    def test_a_right_guess_among_many_at_once_is_not_told_once_there_is_a_wait(
        self, registry: Registry, kepala: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slowly(password_hash: str | None, password: str) -> bool:
            monkeypatch.setattr(proving, "check_password", check_password)
            fail(registry, "kepala", 5)  # others were quicker
            return True

        monkeypatch.setattr(proving, "check_password", slowly)
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "wait"

    def test_a_failure_counted_by_a_clock_a_little_ahead_counts(
        self, registry: Registry, kepala: Person
    ) -> None:
        fail(registry, "kepala", 5, NOON + timedelta(seconds=2))
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "wait"

    def test_a_clock_that_was_a_year_ahead_locks_nobody_out(self, registry: Registry, kepala: Person) -> None:
        fail(registry, "kepala", 5, NOON + timedelta(days=365))
        assert prove(registry, "kepala", code=kepala.code())

    def test_failures_of_another_day_are_forgotten(self, registry: Registry) -> None:
        fail(registry, "nobody", 1, NOON - timedelta(hours=25))
        fail(registry, "kepala", 1)
        assert failures(registry) == ["kepala"]


class TestDemoAccounts:
    @pytest.fixture
    def demo_account(self, registry: Registry) -> Person:
        with registry.writing() as tx:
            staff.add_staff(tx, StaffMember("contoh", OFFICE.code, "Contoh", Role.APPROVER, demo=True), NOON)
        return enrolled(registry, "contoh")

    @staticmethod
    def both_refuse(registry: Registry, person: Person) -> bool:
        at = NOON + timedelta(minutes=len(entries(registry)))
        assert refused(lambda: prove(registry, "contoh", code=person.code(at), at=at)) == "not_proven"
        with registry.reading() as tx:
            return refused(lambda: staff.require_staff(tx, "contoh", *Role)) == "not_allowed"

    def test_they_can_do_nothing_in_production(self, registry: Registry, demo_account: Person) -> None:
        assert self.both_refuse(registry, demo_account)

    @pytest.mark.parametrize("environment", ["", "Demo", "production "])
    def test_they_can_do_nothing_where_the_environment_is_not_plainly_demo(
        self, registry: Registry, demo_account: Person, environment: str
    ) -> None:
        with registry.writing() as tx:
            tx.execute(update(RegistryRow).values(environment=environment))
        assert self.both_refuse(registry, demo_account)

    def test_they_can_do_nothing_where_the_environment_is_not_known(
        self, registry: Registry, demo_account: Person
    ) -> None:
        with registry.writing() as tx:
            tx.execute(delete(RegistryRow))
        assert self.both_refuse(registry, demo_account)

    def test_in_a_demo_they_work(self, registry: Registry, demo_account: Person) -> None:
        with registry.writing() as tx:
            tx.execute(update(RegistryRow).values(environment="demo"))
        assert prove(registry, "contoh", code=demo_account.code())
        with registry.reading() as tx:
            assert staff.require_staff(tx, "contoh", Role.APPROVER).demo


class TestSecrets:
    def test_what_is_stored_is_argon2id_and_a_locked_secret(self, registry: Registry, kepala: Person) -> None:
        with registry.reading() as tx:
            row = tx.execute(select(CredentialRow.__table__)).one()
        assert row.password_hash.startswith("$argon2id$")
        stored = repr(tuple(row))
        assert PASSWORD not in stored
        assert kepala.secret not in stored

    def test_a_credential_shows_no_secret(self, registry: Registry, kepala: Person) -> None:
        with registry.reading() as tx:
            held = credentials.find(tx, "kepala")
        shown = repr((held, administering.propose_totp(registry, OFFICE.code, "kepala")))
        assert "argon2" not in shown
        assert "gAAAA" not in shown
        assert "otpauth" not in shown

    def test_the_audit_names_who_and_what_and_no_secret(self, registry: Registry, kepala: Person) -> None:
        code = kepala.code()
        prove(registry, "kepala", code=code)
        fail(registry, "kepala", 1)
        with registry.reading() as tx:
            text = repr([tuple(row) for row in tx.execute(select(AuditRow.__table__))])
            held = credentials.find(tx, "kepala")
        assert held is not None
        for secret in (PASSWORD, kepala.secret, code, kepala.code(YESTERDAY), held.password_hash):
            assert secret not in text
        assert [entry for entry in entries(registry) if entry[1].startswith("staff.")] == [
            (CONSOLE, "staff.password", "kepala"),
            (CONSOLE, "staff.totp", "kepala"),
            ("kepala", "staff.prove", "kepala"),
            ("-", "staff.not_proven", "kepala"),
        ]


BUDI = StaffMember("budi", OFFICE.code, "Budi Santoso", Role.OPERATOR)


class TestKeepingStaff:
    def test_a_new_member_is_listed_and_can_prove_nothing_yet(self, registry: Registry) -> None:
        administering.add_member(registry, BUDI, CONSOLE, NOON)
        [listed] = [
            each for each in administering.list_staff(registry, OFFICE.code) if each.member.username == "budi"
        ]
        assert (listed.member, listed.has_password, listed.can_prove) == (BUDI, False, False)
        assert entries(registry)[-1] == (CONSOLE, "staff.add", "budi")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"username": "kepala"}, "username_taken"),
            ({"username": CONSOLE}, "username_taken"),
            ({"username": ""}, "username_form"),
            ({"username": "Budi"}, "username_form"),
            ({"username": "budi santoso"}, "username_form"),
            ({"username": "budi\n"}, "username_form"),
            ({"username": "-budi"}, "username_form"),
            ({"username": "x" * 61}, "username_form"),
            ({"name": " "}, "name_form"),
            ({"name": "x" * 121}, "name_form"),
            ({"name": "a\x00b"}, "name_form"),
        ],
    )
    def test_a_member_that_cannot_be_is_refused(
        self, registry: Registry, change: dict[str, Any], code: str
    ) -> None:
        before = entries(registry)
        with pytest.raises(FieldError) as refusal:
            administering.add_member(registry, replace(BUDI, **change), CONSOLE, NOON)
        assert (refusal.value.code, entries(registry)) == (code, before)

    def test_an_office_that_is_not_there_has_no_staff(self, registry: Registry) -> None:
        with pytest.raises(NotFound):
            administering.add_member(registry, replace(BUDI, office="9999"), CONSOLE, NOON)

    def test_a_member_added_to_sign_in_begins_by_the_password_and_must_choose_their_own(
        self, registry: Registry
    ) -> None:
        before = entries(registry)
        given = administering.add_member_to_sign_in(registry, BUDI, "admin", NOON)
        assert entries(registry) == [*before, ("admin", "staff.add", "budi")]
        assert refused(lambda: prove(registry, "budi", given)) == "not_proven"
        _, proof = administering.sign_in(registry, "budi", given, "", SECRET_KEY, "-", NOON)
        assert not proof.complete

    def test_nobody_is_added_without_the_password(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(credentials, "put_password", fails)
        before = entries(registry)
        with pytest.raises(ZeroDivisionError):
            administering.add_member_to_sign_in(registry, BUDI, "admin", NOON)
        assert entries(registry) == before
        with registry.reading() as tx:
            assert staff.find(tx, "budi") is None

    def test_the_role_that_one_has_is_no_change(self, registry: Registry) -> None:
        before = entries(registry)
        with pytest.raises(FieldError) as refusal:
            administering.set_role(registry, OFFICE.code, "operator", Role.OPERATOR, CONSOLE, NOON)
        assert (refusal.value.code, entries(registry)) == ("nothing_to_change", before)

    @pytest.mark.parametrize("role", set(Role) - {Role.ADMIN})
    def test_nobody_changes_their_own_role(self, registry: Registry, role: Role) -> None:
        administering.set_role(registry, OFFICE.code, "auditor", Role.ADMIN, CONSOLE, NOON)
        before = entries(registry)
        own = refused(lambda: administering.set_role(registry, OFFICE.code, "admin", role, "admin", NOON))
        assert (own, entries(registry)) == ("own_role", before)
        with registry.reading() as tx:
            assert staff.of_office(tx, OFFICE.code, "admin").role is Role.ADMIN

    def test_a_role_given_counts_in_no_session_that_began_before(
        self, registry: Registry, operator: Person
    ) -> None:
        token, _ = administering.sign_in(registry, "operator", PASSWORD, "", SECRET_KEY, "-", NOON)
        assert administering.who_is(registry, token, None, NOON) is not None
        administering.set_role(registry, OFFICE.code, "operator", Role.ADMIN, "admin", NOON)
        assert administering.who_is(registry, token, None, NOON) is None

    def test_the_list_says_what_each_can_prove_themselves_by(self, registry: Registry) -> None:
        enrolled(registry, "kepala")
        administering.set_password(registry, OFFICE.code, "admin", PASSWORD, CONSOLE, NOON)
        administering.set_password(registry, OFFICE.code, "operator", PASSWORD, CONSOLE, NOON)
        found = {
            each.member.username: (each.has_password, each.has_code, each.can_prove)
            for each in administering.list_staff(registry, OFFICE.code)
        }
        assert found == {
            "admin": (True, False, False),
            "auditor": (False, False, False),
            "kepala": (True, True, True),
            "operator": (True, False, True),
            "operator2": (False, False, False),
        }

    def test_a_new_password_takes_the_old_ones_place_and_leaves_the_codes(
        self, registry: Registry, kepala: Person
    ) -> None:
        administering.set_password(registry, OFFICE.code, "kepala", "lain sama sekali", CONSOLE, NOON)
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "not_proven"
        assert prove(registry, "kepala", "lain sama sekali", kepala.code())

    def test_new_codes_take_the_old_ones_place(self, registry: Registry, kepala: Person) -> None:
        fresh = Person("kepala", administering.propose_totp(registry, OFFICE.code, "kepala").secret)
        assert fresh.secret != kepala.secret
        confirm(registry, fresh, NOON - timedelta(hours=1))
        assert refused(lambda: prove(registry, "kepala", code=kepala.code())) == "not_proven"
        assert prove(registry, "kepala", code=fresh.code())

    def test_a_proposed_secret_counts_only_once_confirmed(self, registry: Registry, kepala: Person) -> None:
        fresh = Person("kepala", administering.propose_totp(registry, OFFICE.code, "kepala").secret)
        with pytest.raises(FieldError) as refusal:
            administering.enrol_totp(
                registry, OFFICE.code, "kepala", fresh.secret, kepala.code(), SECRET_KEY, CONSOLE, NOON
            )
        assert refusal.value.code == "code_differs"
        assert prove(registry, "kepala", code=kepala.code())

    def test_the_password_comes_before_the_codes(self, registry: Registry) -> None:
        with pytest.raises(CallerError) as refusal:
            administering.propose_totp(registry, OFFICE.code, "kepala")
        assert refusal.value.code == "no_password"
        with pytest.raises(CallerError) as refusal:
            confirm(registry, Person("kepala", pyotp.random_base32()), NOON)
        assert refusal.value.code == "no_password"

    def test_an_obvious_password_changes_nothing(self, registry: Registry, kepala: Person) -> None:
        with pytest.raises(FieldError):
            administering.set_password(registry, OFFICE.code, "kepala", "kepala123456", CONSOLE, NOON)
        assert prove(registry, "kepala", code=kepala.code())

    def test_another_role_is_the_one_that_counts(self, registry: Registry) -> None:
        administering.set_role(registry, OFFICE.code, "operator", Role.AUDITOR, CONSOLE, NOON)
        with registry.reading() as tx:
            assert staff.require_staff(tx, "operator", Role.AUDITOR).role is Role.AUDITOR
            assert refused(lambda: staff.require_staff(tx, "operator", Role.OPERATOR)) == "not_allowed"

    def test_who_is_not_active_may_do_nothing(self, registry: Registry) -> None:
        administering.set_active(registry, OFFICE.code, "operator", CONSOLE, NOON, active=False)
        with registry.reading() as tx:
            assert refused(lambda: staff.require_staff(tx, "operator", *Role)) == "not_allowed"


def changes(registry: Registry, office: str, username: str, by: str) -> dict[str, Callable[[], object]]:
    """Every change of one member."""
    secret = pyotp.random_base32()
    return {
        "password": lambda: administering.set_password(registry, office, username, PASSWORD, by, NOON),
        "totp": lambda: administering.enrol_totp(
            registry, office, username, secret, pyotp.TOTP(secret).at(NOON), SECRET_KEY, by, NOON
        ),
        "active": lambda: administering.set_active(registry, office, username, by, NOON, active=False),
        "role": lambda: administering.set_role(registry, office, username, Role.ADMIN, by, NOON),
    }


@pytest.mark.parametrize("change", ["password", "totp", "active", "role"])
class TestEveryChange:
    def test_another_offices_member_is_not_found(self, registry: Registry, change: str) -> None:
        with registry.writing() as tx:
            offices.add_office(tx, ANOTHER_OFFICE, 1)
        before = entries(registry)
        for office, username in ((ANOTHER_OFFICE.code, "kepala"), (OFFICE.code, "nobody")):
            with pytest.raises(NotFound) as refusal:
                changes(registry, office, username, CONSOLE)[change]()
            assert refusal.value.code == "no_member"
        assert entries(registry) == before

    def test_it_takes_the_console_or_an_administrator(
        self, registry: Registry, kepala: Person, change: str
    ) -> None:
        for by in ("operator", "auditor", "nobody"):
            assert refused(changes(registry, OFFICE.code, "kepala", by)[change]) == "not_allowed"
        changes(registry, OFFICE.code, "kepala", "admin")[change]()
        assert entries(registry)[-1][0] == "admin"

    def test_of_ones_own_only_password_and_codes_may_be_changed(
        self, registry: Registry, kepala: Person, change: str
    ) -> None:
        own = changes(registry, OFFICE.code, "kepala", "kepala")[change]
        if change in ("password", "totp"):
            own()
        else:
            assert refused(own) == "not_allowed"

    def test_it_is_one_entry_in_the_audit(self, registry: Registry, kepala: Person, change: str) -> None:
        before = entries(registry)
        changes(registry, OFFICE.code, "kepala", CONSOLE)[change]()
        assert len(entries(registry)) == len(before) + 1


@pytest.mark.parametrize("change", ["active", "role"])
def test_an_office_keeps_an_administrator(registry: Registry, change: str) -> None:
    leave: Callable[[], None] = {
        "active": lambda: administering.set_active(
            registry, OFFICE.code, "admin", CONSOLE, NOON, active=False
        ),
        "role": lambda: administering.set_role(registry, OFFICE.code, "admin", Role.AUDITOR, CONSOLE, NOON),
    }[change]
    with pytest.raises(CallerError) as refusal:
        leave()
    assert refusal.value.code == "last_administrator"
    administering.set_role(registry, OFFICE.code, "auditor", Role.ADMIN, CONSOLE, NOON)
    leave()


@pytest.mark.parametrize("change", ["active", "role"])
def test_an_administrator_who_can_sign_in_goes_only_when_another_can(registry: Registry, change: str) -> None:
    enrolled(registry, "admin")
    administering.set_role(registry, OFFICE.code, "auditor", Role.ADMIN, CONSOLE, NOON)

    def leave() -> None:
        if change == "active":
            administering.set_active(registry, OFFICE.code, "admin", CONSOLE, NOON, active=False)
        else:
            administering.set_role(registry, OFFICE.code, "admin", Role.AUDITOR, CONSOLE, NOON)

    def refusal() -> str:
        with pytest.raises(CallerError) as refused:
            leave()
        return refused.value.code

    assert refusal() == "last_administrator"
    administering.set_password(registry, OFFICE.code, "auditor", PASSWORD, CONSOLE, NOON)
    assert refusal() == "last_administrator"
    enrolled(registry, "auditor")
    leave()


class TestBeginningAnew:
    def test_the_given_password_is_good_for_a_week(self, registry: Registry, kepala: Person) -> None:
        given = administering.reset_sign_in(registry, OFFICE.code, "kepala", "admin", NOON)
        week = NOON + timedelta(days=7)

        def sign_in(at: datetime) -> None:
            administering.sign_in(registry, "kepala", given, "", SECRET_KEY, "-", at)

        assert refused(lambda: sign_in(week)) == "not_proven"
        sign_in(week - timedelta(seconds=1))

    def test_a_password_of_ones_own_lasts(self, registry: Registry, operator: Person) -> None:
        assert prove(registry, "operator", at=NOON + timedelta(days=400)) == "operator"

    def test_the_given_password_proves_nothing_but_that_one_may_enrol(
        self, registry: Registry, kepala: Person
    ) -> None:
        given = administering.reset_sign_in(registry, OFFICE.code, "kepala", "admin", NOON)
        assert refused(lambda: prove(registry, "kepala", given)) == "not_proven"
        _, proof = administering.sign_in(registry, "kepala", given, "", SECRET_KEY, "-", NOON)
        assert not proof.complete

    def test_what_one_had_before_is_worth_nothing(self, registry: Registry, kepala: Person) -> None:
        administering.reset_sign_in(registry, OFFICE.code, "kepala", "admin", NOON)
        assert refused(lambda: prove(registry, "kepala", PASSWORD, kepala.code())) == "not_proven"

    def test_nobody_resets_their_own(self, registry: Registry) -> None:
        assert (
            refused(lambda: administering.reset_sign_in(registry, OFFICE.code, "admin", "admin", NOON))
            == "own_account"
        )

    def test_it_takes_an_administrator(self, registry: Registry) -> None:
        assert (
            refused(lambda: administering.reset_sign_in(registry, OFFICE.code, "kepala", "operator", NOON))
            == "not_allowed"
        )


class TestPrograms:
    """The account of another agency's program is nobody's: it never becomes a person's."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda registry, account: administering.set_password(
                registry, OFFICE.code, account, "panjang-dan-lain-sekali", "admin", NOON
            ),
            lambda registry, account: administering.reset_sign_in(
                registry, OFFICE.code, account, "admin", NOON
            ),
            lambda registry, account: administering.propose_totp(registry, OFFICE.code, account),
            lambda registry, account: administering.set_role(
                registry, OFFICE.code, account, Role.APPROVER, "admin", NOON
            ),
        ],
        ids=["password", "reset", "codes", "role"],
    )
    def test_it_gets_neither_credentials_nor_another_role(
        self, registry: Registry, change: Callable[[Registry, str], object]
    ) -> None:
        program = administering.add_client(
            registry, OFFICE.code, "RSUD", "Uji", frozenset({ClientScope.ISSUE}), None, "admin", NOON
        )
        with pytest.raises(NotAllowed) as error:
            change(registry, program.client.account)
        assert error.value.code == "not_a_person"
