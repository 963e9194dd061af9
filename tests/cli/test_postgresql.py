"""The commands with ``SUKET_DATABASE_URL`` at a PostgreSQL server: the same words, the same answers."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from click.testing import Result

from suket_service.registry.session import Registry
from tests.cli.builders import example_rows, lines_of, suket
from tests.postgresql import ASKED_ROLE, Cluster
from tests.registry.builders import raw, tampering

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
WRONG_PASSWORD = "hush-hush-never-say-it"
_numbers = count(1)


@dataclass(frozen=True)
class Office:
    """A demo on a server: where its secrets are, its database, and the file it was given."""

    cluster: Cluster
    data: Path
    database: str
    file: Path

    @property
    def url(self) -> str:
        return self.cluster.url(self.database)

    def suket(self, *arguments: object, **env: str) -> Result:
        return suket(*arguments, data=self.data, **{"SUKET_DATABASE_URL": self.url, **env})

    def numbers(self) -> list[str]:
        return [line["number"] for line in lines_of(self.suket("letters", "--json"))]


@pytest.fixture(scope="module")
def set_up(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """What ``suket init --demo`` and ``suket issue`` leave behind; only copied."""
    folder = tmp_path_factory.mktemp("office")
    office = Office(cluster, folder / "data", "cli_set_up", example_rows(folder, "9001", "9013"))
    cluster.create_database(office.database)
    made = office.suket("init", "--demo")
    assert made.exit_code == 0, made.output
    issued = office.suket("issue", office.file, *PEOPLE, "--json")
    assert [line["status"] for line in lines_of(issued)] == ["issued", "issued"], issued.output
    return office


@pytest.fixture
def office(set_up: Office, tmp_path: Path) -> Iterator[Office]:
    """A copy of it, to change."""
    name = f"cli_{next(_numbers)}"
    cluster = set_up.cluster
    cluster.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{set_up.database}'"
    )
    cluster.create_database(name, set_up.database)
    data = Path(shutil.copytree(set_up.data, tmp_path / "data"))
    yield Office(cluster, data, name, set_up.file)
    cluster.drop_database(name)


def test_nothing_is_kept_in_a_file(office: Office) -> None:
    assert list(office.data.rglob("*.sqlite3*")) == []


def test_setting_up_again_changes_nothing(office: Office) -> None:
    before = office.numbers()
    assert office.suket("init", "--demo").exit_code == 0
    assert office.numbers() == before


def test_the_same_file_issues_nothing_new(office: Office) -> None:
    again = office.suket("issue", office.file, *PEOPLE, "--json")
    assert [line["status"] for line in lines_of(again)] == ["unchanged", "unchanged"]


def test_letters_are_numbered_listed_and_shown(office: Office) -> None:
    numbers = office.numbers()
    assert [number.split("/")[1] for number in numbers] == ["0001", "0002"]
    [shown] = lines_of(office.suket("show", numbers[0], "--json"))
    assert [event["action"] for event in shown["events"]] == ["draft", "approve", "issue"]


def test_a_letter_is_printed_verified_revoked_and_verified_again(office: Office, tmp_path: Path) -> None:
    number, pdf = office.numbers()[0], tmp_path / "surat.pdf"
    assert office.suket("print", number, "--out", pdf).exit_code == 0
    valid = office.suket("verify", pdf, "--json")
    assert (valid.exit_code, lines_of(valid)[0]["outcome"]) == (0, "valid")
    gone = office.suket("revoke", number, "--by", "operator", "--reason", "Salah data", "--json")
    assert (gone.exit_code, lines_of(gone)[0]["status"]) == (0, "revoked")
    revoked = office.suket("verify", pdf, "--json")
    assert (revoked.exit_code, lines_of(revoked)[0]["outcome"]) == (1, "revoked")


def test_what_is_published_verifies_without_the_database(office: Office, tmp_path: Path) -> None:
    out, pdf = tmp_path / "out", tmp_path / "surat.pdf"
    assert office.suket("print", office.numbers()[1], "--out", pdf).exit_code == 0
    assert office.suket("publish", "--out", out).exit_code == 0
    alone = suket("verify", pdf, "--bundle", out / "trust-bundle.jws", "--json", data=tmp_path / "nowhere")
    assert (alone.exit_code, lines_of(alone)[0]["outcome"]) == (0, "valid")


def test_the_audit_chain_is_whole_and_fits_what_was_published(office: Office, tmp_path: Path) -> None:
    assert office.suket("publish", "--out", tmp_path / "out").exit_code == 0
    checkpoint = tmp_path / "out" / "checkpoint.jws"
    assert office.suket("audit", "verify", "--checkpoint", checkpoint).exit_code == 0


def test_a_changed_audit_entry_is_found(office: Office) -> None:
    registry = Registry(office.url)
    with tampering(registry) as connection:
        connection.execute("UPDATE audit SET actor = 'x' WHERE seq = 3")
    registry.close()
    result = office.suket("audit", "verify")
    assert result.exit_code == 1
    assert "3" in result.stdout.splitlines()[1]


class TestCheck:
    def told(self, office: Office) -> list[str]:
        return office.suket("check", SUKET_LANG="en").stdout.splitlines()

    def test_tells_what_the_server_does_not_keep(self, office: Office) -> None:
        # The tests' own server is quick and careless, which makes it a good example of a bad one.
        told = " ".join(self.told(office))
        for setting in ("fsync", "full_page_writes", "log_error_verbosity"):
            assert setting in told

    def test_all_is_ready_on_a_sound_server(self, office: Office) -> None:
        careless = {name: office.cluster.settings.pop(name) for name in ("fsync", "full_page_writes")}
        office.cluster.execute("ALTER SYSTEM SET log_error_verbosity = 'terse'")
        try:
            office.cluster.restart()
            assert self.told(office) == ["All is ready."]
        finally:
            office.cluster.execute("ALTER SYSTEM RESET ALL")
            office.cluster.settings.update(careless)
            office.cluster.restart()

    def test_tells_that_a_key_cannot_be_opened(self, office: Office) -> None:
        result = office.suket("check", SUKET_KEY_PASSPHRASE="another passphrase altogether")
        assert result.exit_code == 1


class TestNoRegistry:
    def test_an_empty_database_is_told(self, office: Office) -> None:
        office.cluster.create_database("cli_empty")
        result = office.suket("letters", SUKET_DATABASE_URL=office.cluster.url("cli_empty"))
        office.cluster.drop_database("cli_empty")
        assert result.exit_code == 1
        assert "suket init" in result.stderr

    @pytest.mark.few(1)
    @pytest.mark.parametrize("command", [("letters",), ("check",), ("audit", "verify"), ("init", "--demo")])
    def test_a_server_that_refuses_us_is_told_in_one_line_without_the_password(
        self, office: Office, command: tuple[str, ...]
    ) -> None:
        url = office.cluster.url(office.database, role=ASKED_ROLE, password=WRONG_PASSWORD)
        result = office.suket(*command, SUKET_DATABASE_URL=url)
        assert result.exit_code == 1
        assert WRONG_PASSWORD not in result.output
        assert "Traceback" not in result.output
        assert "Registri tidak dapat dipakai" in result.output

    def test_a_url_of_another_kind_is_told(self, office: Office) -> None:
        result = office.suket("letters", SUKET_DATABASE_URL=f"mysql://user:{WRONG_PASSWORD}@host/name")
        assert result.exit_code == 1
        assert WRONG_PASSWORD not in result.output
        assert "SUKET_DATABASE_URL" in result.stderr

    def test_a_registry_of_another_environment_is_refused_and_no_demo_is_laid_over_it(
        self, office: Office, tmp_path: Path
    ) -> None:
        registry = Registry(office.url)
        with raw(registry) as connection:
            connection.execute("UPDATE registry SET environment = 'production'")
        registry.close()
        assert office.suket("letters").exit_code == 1
        fresh = tmp_path / "fresh"
        assert suket("init", "--demo", data=fresh, SUKET_DATABASE_URL=office.url).exit_code == 2
        assert not fresh.exists()  # a demo's secrets in it would keep production out of it for good
