"""``suket clients``: a key printed once, and what can be done with it afterwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from suket_service import administering
from suket_service.registry import clients as client_store
from suket_service.registry import offices
from suket_service.registry.clients import Client, ClientScope
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.cli.builders import lines_of, suket


def clients(data: Path, *arguments: object, **env: str) -> Result:
    return suket("clients", *arguments, data=data, **env)


def added(data: Path, *more: object, name: str = "Bank Contoh") -> dict[str, Any]:
    result = clients(data, "add", name, "--scope", "verify", "--json", *more)
    assert result.exit_code == 0, result.output
    [line] = lines_of(result)
    return line


def found(data: Path, key: str) -> Client | None:
    registry = Registry(Settings.from_env({"SUKET_DATA_DIR": str(data)}).database_url)
    try:
        with registry.reading() as tx:
            return client_store.find_by_key(tx, key, datetime.now(UTC))
    finally:
        registry.close()


def test_the_contracts_own_command_prints_the_key_and_nothing_else(demo: Path) -> None:
    result = clients(demo, "add", "Bank Contoh", "--scope", "verify", "--scope", "read")
    assert result.exit_code == 0
    key = result.stdout.strip()
    client = found(demo, key)
    assert client is not None
    assert (client.name, client.purpose) == ("Bank Contoh", "Bank Contoh")
    assert client.scopes == {ClientScope.VERIFY, ClientScope.READ}
    assert "tidak akan ditampilkan lagi" in result.stderr


def test_a_key_is_never_shown_again(demo: Path) -> None:
    key = added(demo)["key"]
    assert key not in clients(demo, "list").output + clients(demo, "list", "--json").output


def test_clients_are_listed_as_objects(demo: Path) -> None:
    made = added(demo, "--purpose", "PKS 12/2026", "--until", "2027-01-31")
    [listed] = lines_of(clients(demo, "list", "--json"))
    assert listed == {
        "id": made["id"],
        "name": "Bank Contoh",
        "purpose": "PKS 12/2026",
        "scopes": ["verify"],
        "account": f"program-{made['id'][:12]}",
        "limit": 600,
        "valid": True,
        "expires_on": "2027-01-31",
        "revoked_at": None,
        "waiting_since": None,
        "used_at": None,
        "created_by": "admin",
    }


def test_a_line_for_people_says_how_it_stands(demo: Path) -> None:
    made = added(demo)
    assert "berlaku s.d." in clients(demo, "list").output
    clients(demo, "revoke", made["id"])
    assert "dicabut" in clients(demo, "list").output


def test_a_key_ends_after_a_year_unless_said_otherwise(demo: Path) -> None:
    usual, endless = (
        found(demo, added(demo)["key"]),
        found(demo, added(demo, "--no-end", name="Tanpa")["key"]),
    )
    assert usual is not None
    assert endless is not None
    assert usual.expires_on is not None
    assert abs(usual.expires_on - datetime.now(UTC).date() - timedelta(days=365)) <= timedelta(days=1)
    assert endless.expires_on is None
    assert "berlaku, tanpa akhir" in clients(demo, "list").output


def test_a_key_has_a_last_day_or_none(demo: Path) -> None:
    both = clients(demo, "add", "Bank", "--scope", "verify", "--until", "2027-01-31", "--no-end")
    assert both.exit_code == 2
    assert "--no-end" in both.stderr


def test_a_revoked_key_counts_no_more(demo: Path) -> None:
    made = added(demo)
    assert clients(demo, "revoke", made["id"]).exit_code == 0
    assert found(demo, made["key"]) is None
    assert clients(demo, "revoke", made["id"]).exit_code == 1


def test_a_key_that_waits_since_a_restore_is_confirmed(demo: Path) -> None:
    made, other = added(demo), added(demo, name="Lain")
    wait(demo)
    assert clients(demo, "list").output.count("ditahan sejak pemulihan") == 2
    assert {each["valid"] for each in lines_of(clients(demo, "list", "--json"))} == {False}
    assert clients(demo, "confirm", made["id"]).exit_code == 0
    assert (found(demo, made["key"]) is not None, found(demo, other["key"])) == (True, None)
    assert "Lain" in clients(demo, "confirm", "--all").output
    assert found(demo, other["key"])
    assert "Tidak ada" in clients(demo, "confirm", "--all").output


def test_confirming_takes_one_key_or_all(demo: Path) -> None:
    assert clients(demo, "confirm").exit_code == 2
    assert clients(demo, "confirm", added(demo)["id"], "--all").exit_code == 2


def test_a_renewal_says_that_the_old_key_goes_on_waiting(demo: Path) -> None:
    made = added(demo)
    wait(demo)
    assert "tetap ditahan" in clients(demo, "renew", made["id"]).stderr


def wait(data: Path) -> None:
    """What a restore does to the keys."""
    registry = Registry(Settings.from_env({"SUKET_DATA_DIR": str(data)}).database_url)
    try:
        at = datetime.now(UTC)
        with registry.writing() as tx:
            for office in offices.offices(tx):
                client_store.let_wait(tx, office.code, office.local_date(at), at)
    finally:
        registry.close()


def test_after_a_renewal_both_keys_count(demo: Path) -> None:
    made = added(demo)
    result = clients(demo, "renew", made["id"], "--json")
    [renewed] = lines_of(result)
    assert found(demo, made["key"])
    assert found(demo, renewed["key"])
    assert "7 hari" in result.stderr


def test_a_renewed_key_takes_another_last_day_where_one_is_said(demo: Path) -> None:
    made = added(demo)
    assert clients(demo, "renew", made["id"], "--until", "2030-01-31", "--no-end").exit_code == 2
    refused = clients(demo, "renew", made["id"], "--until", "2020-01-31")
    assert (refused.exit_code, "expires_on" in refused.stderr) == (1, True)
    assert clients(demo, "renew", made["id"], "--no-end").exit_code == 0
    assert lines_of(clients(demo, "list", "--json"))[0]["expires_on"] is None


def test_without_a_scope_there_is_no_client(demo: Path) -> None:
    assert clients(demo, "add", "Bank Contoh").exit_code == 2
    assert clients(demo, "add", "Bank Contoh", "--scope", "everything").exit_code == 2


def test_a_limit_is_given_and_changed(demo: Path) -> None:
    made = added(demo, "--limit", "30")
    assert clients(demo, "limit", made["id"], "45").exit_code == 0
    assert lines_of(clients(demo, "list", "--json"))[0]["limit"] == 45
    refused = clients(demo, "limit", made["id"], "0")
    assert (refused.exit_code, "calls_a_minute" in refused.stderr) == (1, True)
    assert clients(demo, "limit", made["id"], "many").exit_code == 2


def test_usage_is_told_as_lines_objects_and_files(demo: Path, tmp_path: Path) -> None:
    assert "Belum ada program" in clients(demo, "usage").output
    made = added(demo)
    registry, today = (
        Registry(Settings.from_env({"SUKET_DATA_DIR": str(demo)}).database_url),
        datetime.now(UTC),
    )
    administering.admit(registry, made["key"], ClientScope.VERIFY, "verifications", 1, today)
    registry.close()
    [told] = lines_of(clients(demo, "usage", "--json"))
    assert (told["name"], told["call"], told["asked"], told["refused"]) == (
        "Bank Contoh",
        "verifications",
        1,
        0,
    )
    assert "Bank Contoh: 1 dilayani, 0 ditolak" in clients(demo, "usage").output
    for name, begins in (("p.csv", "\ufeffProgram,"), ("p.xlsx", "PK")):
        file = tmp_path / name
        assert clients(demo, "usage", "--out", file).exit_code == 0
        assert file.read_bytes().startswith(begins.encode())
    assert clients(demo, "usage", "--out", tmp_path / "p.txt").exit_code == 2
    assert clients(demo, "usage", "--from", "2026-02-01", "--until", "2026-01-01").exit_code == 1
    assert lines_of(clients(demo, "usage", "--json", "--until", "2020-01-01", "--from", "2020-01-01")) == []


@pytest.mark.parametrize("by", ["operator", "nobody"])
def test_only_an_administrator_adds_one(demo: Path, by: str) -> None:
    result = clients(demo, "add", "Bank Contoh", "--scope", "verify", "--by", by)
    assert result.exit_code == 1
    assert "admin" in result.stderr


def test_among_several_administrators_one_must_be_named(demo: Path) -> None:
    suket("users", "add", "admin2", "--name", "Admin Kedua", "--role", "admin", data=demo)
    result = clients(demo, "add", "Bank Contoh", "--scope", "verify")
    assert result.exit_code == 1
    assert "--by" in result.stderr
    assert added(demo, "--by", "admin2")["key"]


def test_what_is_wrong_is_told_by_field_in_ones_language(demo: Path) -> None:
    result = clients(demo, "add", " ", "--scope", "verify", SUKET_LANG="en")
    assert (result.exit_code, "name: Is missing." in result.stderr) == (1, True)
