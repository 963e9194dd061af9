"""An office at work: two offices, their staff, a register, drafts that wait and letters that were issued."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from suket_service import administering, issuing
from suket_service.administering import NewOffice
from suket_service.administering.proving import Proof
from suket_service.core.credentials import hash_password
from suket_service.core.keyring import Purpose
from suket_service.core.letter import LetterState
from suket_service.core.region import Village
from suket_service.issuing import Sealing, TwoPeople
from suket_service.registry import credentials, keys, letters, staff
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from suket_service.settings import Settings
from suket_service.sheets.read import Row
from suket_service.web.app import create_app
from suket_service.web.context import context
from tests.builders import BASE_URL, LETTERHEAD, NEW_OFFICE, OFFICE, PASSPHRASE, a_row
from tests.postgresql import memory_folder

PASSWORD = "empat kuda terbang jauh"
SECRET_KEY = "a secret of the tests alone, long enough"
#: The neighbours: whatever they ask for of ours must not be there.
OTHER = replace(OFFICE, code="2171", name="Disdukcapil Kota Batam", villages=("2171",))
_OTHER_STAFF = tuple(
    StaffMember(f"{name}-batam", "2171", name.capitalize(), role)
    for name, role in (
        ("operator", Role.OPERATOR),
        ("kepala", Role.APPROVER),
        ("admin", Role.ADMIN),
        ("auditor", Role.AUDITOR),
    )
)
_OTHER_VILLAGE = Village("2171011001", "Sei Jodoh", "Batu Ampar", "Kota Batam", "Kepulauan Riau")
RESIDENTS, DRAFTS, LETTERS = 40, 5, 6


@dataclass
class Client:
    """A browser in which someone is signed in. Writes bring the page's token, as forms do."""

    client: FlaskClient
    app: APIFlask

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(
        self,
        path: str,
        form: Mapping[str, str | list[str]] | None = None,
        files: Mapping[str, tuple[bytes, str]] | None = None,
        *,
        follow: bool = False,
    ) -> TestResponse:
        data: dict[str, object] = {**(form or {}), "csrf_token": self.token()}
        for name, (body, file_name) in (files or {}).items():
            data[name] = (BytesIO(body), file_name)
        return self.client.post(path, data=data, follow_redirects=follow)

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def token(self) -> str:
        """A form token of this browser."""
        with self.client.session_transaction(base_url=BASE_URL) as kept:
            secret = kept.setdefault("csrf_token", "0" * 40)
        with self.app.test_request_context():
            from flask import session

            session["csrf_token"] = secret
            return str(generate_csrf())


@dataclass
class OfficeAtWork:
    """A served registry of one's own, and browsers for its people."""

    app: APIFlask
    registry: Registry
    settings: Settings
    drafts: list[LetterRecord]
    letters: list[LetterRecord]
    resident: int
    #: Values for the placeholders of examples; tests may add to them.
    values: dict[str, str] = field(default_factory=dict)

    def client(self, username: str | None = None, *, fresh: bool = True) -> Client:
        """A browser; signed in as ``username`` where given, with a one-time code just now unless not ``fresh``."""
        browser = Client(self.app.test_client(), self.app)
        if username is not None:
            with self.registry.reading() as tx:
                member = staff.find(tx, username)
            assert member is not None, username
            proof = Proof(member, with_code=fresh, complete=True)
            token = administering.begin_session(self.registry, proof, "Test", datetime.now(UTC))
            browser.client.set_cookie(
                "__Host-suket", token, domain="suket.example.go.id", secure=True, httponly=True
            )
        return browser

    @property
    def file(self) -> Path:
        assert self.registry.file is not None
        return self.registry.file


@pytest.fixture(scope="session")
def office_template() -> Iterator[Path]:
    """The office as every test finds it, set up once."""
    with TemporaryDirectory(prefix="suket-", dir=memory_folder()) as folder:
        file = Path(folder) / "suket.sqlite3"
        with closing(Registry(f"sqlite:///{file}")) as registry:
            _set_up(registry)
        yield file


@pytest.fixture(scope="session")
def lone_office_template() -> Iterator[Path]:
    """The same, the only office of its registry; set up once."""
    with TemporaryDirectory(prefix="suket-", dir=memory_folder()) as folder:
        file = Path(folder) / "suket.sqlite3"
        with closing(Registry(f"sqlite:///{file}")) as registry:
            _set_up(registry, alone=True)
        yield file


@pytest.fixture(scope="session")
def served_office() -> Iterator[tuple[APIFlask, Settings]]:
    """The application over a data directory that every test finds as new; made once, for its routes take a while."""
    with TemporaryDirectory(prefix="suket-", dir=memory_folder()) as folder:
        settings = Settings.from_env(
            {
                "SUKET_ENVIRONMENT": "production",
                "SUKET_BASE_URL": BASE_URL,
                "SUKET_SECRET_KEY": SECRET_KEY,
                "SUKET_KEY_PASSPHRASE": PASSPHRASE,
                "SUKET_DATA_DIR": folder,
            }
        )
        yield an_app(settings), settings


def an_app(settings: Settings) -> APIFlask:
    """An application that is come to by the address on the letters."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.test_client_class = _OverHttps
    return app


@pytest.fixture
def office(office_template: Path, served_office: tuple[APIFlask, Settings]) -> Iterator[OfficeAtWork]:
    """An office at work, to be changed as one likes."""
    with at_work(served_office, office_template) as found:
        yield found


@pytest.fixture
def lone_office(
    lone_office_template: Path, served_office: tuple[APIFlask, Settings]
) -> Iterator[OfficeAtWork]:
    """An office at work that shares its registry with none."""
    with at_work(served_office, lone_office_template) as found:
        yield found


@contextmanager
def at_work(served: tuple[APIFlask, Settings], template: Path) -> Iterator[OfficeAtWork]:
    """The served office, begun anew from that database."""
    app, settings = served
    for path in settings.data_dir.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copy(template, settings.data_dir / "suket.sqlite3")
    with closing(Registry(settings.database_url)) as registry:
        with registry.reading() as tx:
            drafts = letters.search(tx, OFFICE.code, [LetterState.DRAFT])
            issued = letters.search(tx, OFFICE.code, [LetterState.ISSUED])
            resident = tx.exec_driver_sql(
                "SELECT id FROM resident WHERE nik = '2172031708950030'"
            ).scalar_one()
        values = {
            "draft": drafts[0].id,
            "letter": issued[0].id,
            "resident": str(resident),
            "village": "2172031001",
        }
        yield OfficeAtWork(app, registry, settings, drafts, issued, resident, values)
    with app.app_context():
        context().registry.close()  # the next test's registry is another file of the same name


class _OverHttps(FlaskClient):
    """A browser that comes by the address on the letters."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        kwargs.setdefault("base_url", BASE_URL)
        return super().open(*args, **kwargs)  # type: ignore[arg-type]


def _set_up(registry: Registry, *, alone: bool = False) -> None:
    """Forty people, of whom six have letters and five have drafts; the others may come today."""
    now = datetime.now(UTC)
    today = datetime.combine(OFFICE.local_date(now), time(), UTC) - OFFICE.utc_offset
    at = max(now - timedelta(hours=1), today)  # of this day, also an hour after midnight
    administering.initialise(registry, "production", PASSPHRASE, at - timedelta(days=1), NEW_OFFICE)
    if not alone:
        neighbours = NewOffice(OTHER, LETTERHEAD, _OTHER_STAFF, (_OTHER_VILLAGE,))
        administering.add_office(registry, neighbours, "production", PASSPHRASE, at - timedelta(days=1))
    password_hash = hash_password(PASSWORD)
    with registry.writing() as tx:
        for member in (*NEW_OFFICE.staff, *(() if alone else _OTHER_STAFF)):
            credentials.put_password(tx, member.username, password_hash, at)
    rows = [a_row(number, number) for number in range(2, RESIDENTS + 2)]
    day = OFFICE.local_date(at)
    outcomes = list(administering.import_residents(registry, OFFICE.code, rows, "operator", "SIAK", day, at))
    assert all(each.imported for each in outcomes)
    with registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, day, PASSPHRASE)

    def issue(some: Sequence[Row], people: TwoPeople, digest: str) -> None:
        list(
            issuing.issue_rows(
                registry,
                OFFICE.code,
                some,
                people=people,
                sealing=Sealing(key, BASE_URL),
                open_photo=lambda name: b"",
                file_digest=digest,
                now=lambda: at,
            )
        )

    issue(rows[:LETTERS], TwoPeople("operator", "kepala"), "a" * 64)
    issue(rows[LETTERS : LETTERS + DRAFTS], TwoPeople("operator", None), "b" * 64)
