"""Every route of the staff × every role × both offices: who is let through, who is not, and what nobody writes."""

import hashlib
import pkgutil
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from apiflask import APIFlask

from suket_service import administering
from suket_service.administering.proving import Proof
from suket_service.registry import staff
from suket_service.registry.staff import OF_PEOPLE, Role
from suket_service.settings import Settings
from suket_service.web.access import ROUTES, Guard
from tests.web.staff import examples
from tests.web.staff.conftest import Client, OfficeAtWork, at_work
from tests.web.staff.examples import Example

USERS = {Role.OPERATOR: "operator", Role.APPROVER: "kepala", Role.ADMIN: "admin", Role.AUDITOR: "auditor"}
MODULES = [
    import_module(f"{examples.__name__}.{each.name}") for each in pkgutil.iter_modules(examples.__path__)
]


def _listed(given: Example | list[Example]) -> list[Example]:
    return given if isinstance(given, list) else [given]


EXAMPLES: dict[str, list[Example]] = {
    endpoint: _listed(given) for module in MODULES for endpoint, given in module.EXAMPLES.items()
}
GUARDED = {endpoint: guard for endpoint, guard in ROUTES.items() if guard.roles is not None}
#: Forms that anyone may send are looked at elsewhere; only that they never break is asked with the others.
PUBLIC_FORMS = [
    pytest.param(endpoint, each, id=endpoint)
    for endpoint, found in EXAMPLES.items()
    if endpoint in ROUTES and endpoint not in GUARDED
    for each in found
]
CASES = [
    pytest.param(endpoint, example, id=f"{endpoint}-{example.method}")
    for endpoint, found in EXAMPLES.items()
    for example in found
    if endpoint in GUARDED
]
each_route = pytest.mark.parametrize(("endpoint", "example"), CASES)


@pytest.fixture(scope="session")
def prepared(
    office_template: Path, served_office: tuple[APIFlask, Settings], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, str]]:
    """The office with all that the examples speak of, set up once: its folder, and values for placeholders."""
    folder, values = tmp_path_factory.mktemp("prepared"), dict[str, str]()
    with at_work(served_office, office_template) as office:
        values |= office.values
        for module in MODULES:
            if hasattr(module, "prepare"):
                values |= module.prepare(office)
        shutil.copytree(office.settings.data_dir, folder, dirs_exist_ok=True)
    return folder, values


@pytest.fixture
def office(
    prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings]
) -> Iterator[OfficeAtWork]:
    """That office, to be changed as one likes."""
    with begun(prepared, served_office) as found:
        yield found


@contextmanager
def begun(
    prepared: tuple[Path, dict[str, str]], served_office: tuple[APIFlask, Settings]
) -> Iterator[OfficeAtWork]:
    """The office with all that the examples speak of, for as long as the block lasts."""
    folder, values = prepared
    with at_work(served_office, folder / "suket.sqlite3") as found:
        shutil.copytree(folder, found.settings.data_dir, dirs_exist_ok=True)
        yield replace(found, values=values)


@pytest.fixture
def filled(office: OfficeAtWork) -> Callable[[Example], Example]:
    """The example with what this office has for its placeholders."""
    return lambda example: fill(example, office.values)


def fill(example: Example, values: Mapping[str, str]) -> Example:
    def put(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def put_all(value: str | list[str]) -> str | list[str]:
        return put(value) if isinstance(value, str) else [put(each) for each in value]

    form = {name: put_all(value) for name, value in example.form.items()}
    return replace(example, path=put(example.path), form=form)


def ask(browser: Client, example: Example) -> int:
    if example.method == "GET":
        return browser.get(example.path).status_code
    return browser.post(example.path, example.form, example.files).status_code


def state_of(office: OfficeAtWork) -> dict[Path, str]:
    """Everything that the office keeps, but for who is signed in."""
    with office.registry.writing() as tx:
        tx.exec_driver_sql("DELETE FROM staff_session")
        tx.exec_driver_sql("DELETE FROM failed_sign_in")
        dump = repr([tx.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in _tables(tx)])
    files = {
        path for path in office.settings.data_dir.rglob("*") if path.is_file() and "sqlite3" not in path.name
    }
    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {**digests, office.file: hashlib.sha256(dump.encode()).hexdigest()}


def _tables(tx: object) -> list[str]:
    found = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")  # type: ignore[attr-defined]
    return [row[0] for row in found if row[0] not in ("staff_session", "audit")]


def roles_of(endpoint: str) -> frozenset[Role]:
    guard: Guard = GUARDED[endpoint]
    assert guard.roles is not None
    return guard.roles


def test_every_guarded_route_has_an_example_and_every_example_a_route() -> None:
    assert set(EXAMPLES) - set(ROUTES) == set()
    assert set(GUARDED) - set(EXAMPLES) == set()


def test_every_method_of_every_route_is_tried(office: OfficeAtWork) -> None:
    served = {
        (rule.endpoint, method)
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint in GUARDED
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    tried = {(endpoint, each.method) for endpoint, found in EXAMPLES.items() for each in found}
    assert served <= tried


def test_only_writes_ask_for_a_fresh_code(office: OfficeAtWork) -> None:
    for rule in office.app.url_map.iter_rules():
        if rule.endpoint in GUARDED and GUARDED[rule.endpoint].fresh:
            assert "GET" not in (rule.methods or ()), rule.endpoint


@each_route
def test_whoever_may_is_let_through(
    office: OfficeAtWork, filled: Callable[[Example], Example], endpoint: str, example: Example
) -> None:
    wanted = filled(example)
    browsers = {role: office.client(USERS[role]) for role in sorted(roles_of(endpoint))}
    before = (office.file.read_bytes(), sorted(office.settings.data_dir.rglob("*")))
    for role, browser in browsers.items():
        status = ask(browser, wanted)
        assert status < 400 or status in (409, 422), (role, status)
        if example.method == "GET":
            browser.client.head(wanted.path)
    if example.method == "GET":  # looking writes nothing at all
        assert (office.file.read_bytes(), sorted(office.settings.data_dir.rglob("*"))) == before


@each_route
def test_nobody_else_is_and_nothing_is_written(
    office: OfficeAtWork, filled: Callable[[Example], Example], endpoint: str, example: Example
) -> None:
    wanted, roles = filled(example), roles_of(endpoint)
    before = state_of(office)
    for role in sorted(set(OF_PEOPLE) - roles):
        assert ask(office.client(USERS[role]), wanted) == 403, role
    assert ask(office.client(), wanted) == 303
    for role in sorted(roles):
        if example.method == "POST":
            bare = office.client(USERS[role]).client.post(wanted.path, data=dict(wanted.form))
            assert bare.status_code == 400, role
        if GUARDED[endpoint].fresh:
            assert ask(office.client(USERS[role], fresh=False), wanted) == 401, role
        if example.foreign:
            assert ask(office.client(f"{USERS[role]}-batam"), wanted) == 404, role
    assert state_of(office) == before


def test_whoever_has_not_finished_enrolling_reaches_nothing_else(office: OfficeAtWork) -> None:
    with office.registry.reading() as tx:
        member = staff.find(tx, "kepala")
    assert member is not None
    browser = office.client()
    token = administering.begin_session(
        office.registry, Proof(member, False, False), "Test", datetime.now(UTC)
    )
    browser.client.set_cookie("__Host-suket", token, domain="suket.example.go.id", secure=True)
    for endpoint, found in EXAMPLES.items():
        if endpoint in GUARDED and not GUARDED[endpoint].enrolling:
            for example in (fill(each, office.values) for each in found):
                answer = browser.post(example.path) if example.method == "POST" else browser.get(example.path)
                assert answer.location == "/enrol", endpoint
