"""Who runs beside whom, who holds what, and who reaches whom: compose.yaml, compose.demo.yaml, their proxy, their database."""

import os
import re
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest

from suket_service.cli.main import main
from suket_service.registry import server
from suket_service.registry.rights import PUBLIC_ROLE
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.postgresql import SUPERUSER, Cluster
from tests.test_deployment.conftest import ROOT, SETTINGS, composed

OURS = ("init", "public", "office", "backup")
SIGNING = {"key-passphrase", "secret-key"}


def secrets_of(service: dict[str, Any]) -> set[str]:
    return {each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])}


def networks_of(service: dict[str, Any]) -> set[str]:
    return set(service["networks"])


def make_secrets(folder: Path) -> Path:
    subprocess.run([ROOT / "deploy/make-secrets", folder], check=True, capture_output=True)
    return folder


def test_only_the_proxy_has_ports_on_the_machine(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]


def test_only_the_proxy_is_in_a_network_with_a_way_out(composition: dict[str, Any]) -> None:
    inside = {name for name, network in composition["networks"].items() if (network or {}).get("internal")}
    out = [name for name, service in composition["services"].items() if networks_of(service) - inside]
    assert out == ["proxy"]


def test_the_proxy_does_not_reach_the_database(services: dict[str, Any]) -> None:
    assert not networks_of(services["proxy"]) & networks_of(services["postgres"])


def test_whoever_signs_nothing_holds_nothing_to_sign_with(services: dict[str, Any]) -> None:
    signing = {name for name in OURS if secrets_of(services[name]) & SIGNING}
    assert signing == {"init", "office"}
    for name in ("public", "backup", "proxy", "postgres"):
        names = services[name].get("environment", {})
        assert not [each for each in names if "PASSPHRASE" in each or "SECRET_KEY" in each]


def test_no_secret_stands_in_the_environment(services: dict[str, Any]) -> None:
    named = [each for service in services.values() for each in service.get("environment", {})]
    telling = [each for each in named if re.search("PASS|SECRET|DATABASE_URL", each)]
    assert telling
    assert all(each.endswith("_FILE") for each in telling)


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_has_the_least_there_is_to_have(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert "cap_add" not in service
    assert "privileged" not in service


@pytest.mark.parametrize("name", [*OURS, "proxy", "postgres"])
def test_each_may_grow_only_so_far_and_comes_back(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["restart"] == ("no" if name == "init" else "unless-stopped")
    assert "logging" in service
    assert name in ("init", "postgres") or "mem_limit" in service


def test_nobody_serves_before_the_tables_have_their_shape(services: dict[str, Any]) -> None:
    for name in ("public", "office", "backup"):
        assert services[name]["depends_on"]["init"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["init", "public", "office"])
def test_the_commands_are_commands_of_ours(services: dict[str, Any], name: str) -> None:
    words = services[name]["command"]
    assert words[0] == "suket"
    command = main.get_command(click.Context(main), words[1])
    assert command is not None
    parser = command.make_parser(click.Context(command))
    _, rest, _ = parser.parse_args(args=list(words[2:]))
    assert rest == []


def test_the_settings_can_be_read_and_give_the_public_process_no_secret(
    services: dict[str, Any], tmp_path: Path
) -> None:
    secrets = make_secrets(tmp_path / "secrets")

    def settings(name: str) -> Settings:
        env = {
            key: str(value).replace("/run/secrets", str(secrets)).replace("${SUKET_HOST:?", "x")
            for key, value in services[name]["environment"].items()
        }
        env["SUKET_BASE_URL"] = f"https://{SETTINGS['SUKET_HOST']}"
        role = "public" if name == "public" else "office"
        return Settings.from_env({**env, "SUKET_ROLE": role, "SUKET_DATA_DIR": str(tmp_path)})

    office, public = settings("office"), settings("public")
    assert (office.key_passphrase, office.secret_key) == (
        (secrets / "key-passphrase").read_text().strip(),
        (secrets / "secret-key").read_text().strip(),
    )
    assert (public.key_passphrase, public.secret_key) == (None, None)
    assert office.database_url == (secrets / "database-url").read_text().strip()
    assert public.database_url == (secrets / "public-database-url").read_text().strip()


def test_secrets_are_made_once_each_another_and_only_root_enters_their_folder(tmp_path: Path) -> None:
    folder = make_secrets(tmp_path / "secrets")
    texts = {each.name: each.read_text().strip() for each in folder.iterdir()}
    assert set(texts) == {
        "key-passphrase",
        "secret-key",
        "postgres-password",
        "database-url",
        "public-database-url",
    }
    assert len(set(texts.values())) == 5
    assert all(len(each) >= 64 for each in texts.values())
    assert folder.stat().st_mode & 0o777 == 0o700
    again = subprocess.run([ROOT / "deploy/make-secrets", folder], check=False, capture_output=True)
    assert again.returncode == 1
    assert {each.name: each.read_text().strip() for each in folder.iterdir()} == texts


def test_the_database_is_set_to_what_the_check_demands(services: dict[str, Any], tmp_path: Path) -> None:
    words = [each.removeprefix("-c") for each in services["postgres"]["command"][1:]]
    wanted = dict(each.split("=", 1) for each in words)
    wanted = {name: value for name, value in wanted.items() if not value.startswith("${")}
    secrets = make_secrets(tmp_path / "secrets")
    with Cluster(settings=wanted) as cluster:
        with psycopg.connect(host=str(cluster.folder), user=SUPERUSER, autocommit=True) as connection:
            connection.execute("DROP ROLE suket")  # the tests' own, of the same name
        for script in ("make-role.sh", "make-public-role.sh"):
            subprocess.run(
                [ROOT / "deploy/postgresql" / script],
                env={
                    "PATH": os.environ["PATH"],
                    "PGHOST": str(cluster.folder),
                    "SUKET_DATABASE_URL_FILE": str(secrets / "database-url"),
                    "SUKET_PUBLIC_DATABASE_URL_FILE": str(secrets / "public-database-url"),
                },
                check=True,
            )
        registry = Registry(cluster.url("suket"))
        try:
            registry.migrate()  # its owner may make what there is to make
            with registry.reading() as tx:
                assert list(server.problems(tx)) == []
                [row] = tx.exec_driver_sql(
                    "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
                )
        finally:
            registry.close()
        assert tuple(row) == (False, False, False)
        with closing(Registry(cluster.url("suket", role=PUBLIC_ROLE))) as public, public.reading() as tx:
            assert tx.exec_driver_sql("SELECT count(*) FROM letter").scalar_one() == 0
            [row] = tx.exec_driver_sql(
                "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            )
            assert tuple(row) == (False, False, False)


def test_the_proxy_is_told_all_that_its_file_asks(services: dict[str, Any]) -> None:
    file = (ROOT / "deploy/Caddyfile").read_text("utf-8")
    asked = set(re.findall(r"\{\$([A-Z_]+)\}", file))  # without a value of its own
    optional = set(re.findall(r"\{\$([A-Z_]+):", file))
    told = set(services["proxy"]["environment"])
    assert asked <= told <= asked | optional


@pytest.mark.parametrize("missing", sorted(SETTINGS))
def test_what_has_to_be_decided_has_no_default(missing: str) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert re.search(rf"\$\{{{missing}:\?", text)


def test_the_demo_for_an_offices_own_network_needs_its_address_alone() -> None:
    services = composed("compose.demo.yaml", SUKET_HOST="192.168.1.10")["services"]
    assert set(services) == {"suket", "tls"}
    assert "script/demo" in " ".join(services["suket"]["command"])
    assert [name for name, service in services.items() if service.get("ports")] == ["tls"]
    assert "docker compose -f compose.demo.yaml up" in (ROOT / "docs/scanner.md").read_text("utf-8")
