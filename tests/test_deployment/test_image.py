"""An office in earnest, run as compose.yaml says: the image replayed, PostgreSQL, the proxy. By ``script/deployment``."""

import base64
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from suket_service import administering
from suket_service.administering import BackupKey
from tests.builders import NOON
from tests.postgresql import SUPERUSER, Cluster
from tests.test_deployment.conftest import ROOT, SETTINGS
from tests.test_deployment.image import CannotReplay, Image
from tests.test_deployment.proxy import holding_answers

pytestmark = pytest.mark.slow

HOST = SETTINGS["SUKET_HOST"]
OFFICE_ADDRESS, ANYWHERE = "127.0.0.1", "127.0.0.2"
PORTS = {
    "public": 8170,
    "office": 8171,
    "metrics-public": 8172,
    "metrics-office": 8173,
    "https": 8175,
    "http": 8176,
}
_STARTS_IN_SECONDS = 180  # the image's own start period


@dataclass
class Running:
    """The office, and what it takes to look at it."""

    image: Image
    services: dict[str, Any]
    secrets: Path
    backups: Path
    data: Path
    authority: Path
    key: BackupKey
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def env(self, name: str) -> dict[str, str]:
        """A service's environment, with addresses of this machine for those of its networks."""
        told = {key: str(value) for key, value in self.services[name]["environment"].items()}
        told["SUKET_BASE_URL"] = f"https://{HOST}"
        told["SUKET_METRICS_BIND"] = f"127.0.0.1:{PORTS.get(f'metrics-{name}', 8174)}"
        if name == "backup":
            told["SUKET_BACKUP_RECIPIENTS"] = self.key.recipient
        return told

    def words(self, name: str) -> list[str]:
        """A service's command."""
        at = f"127.0.0.1:{PORTS.get(name, 0)}"
        return [at if word == "0.0.0.0:8000" else word for word in self.services[name]["command"]]

    def begin(
        self, stack: ExitStack, name: str, command: list[str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a service, or another command in its place, as its container would."""
        service = self.services[name]
        held = self.secrets.parent / f"held-by-{name}"
        if not held.exists():
            held.mkdir(mode=0o755)
            for each in service["secrets"]:
                shutil.copy(self.secrets / (each if isinstance(each, str) else each["source"]), held)
        binds = {held: "/run/secrets"}
        memory = []
        for mount in service.get("volumes", []):
            source, place = str(mount).split(":")[:2]
            if place == "/var/lib/suket":
                binds[self.data if source == "office" else self.backups.parent / "copying"] = place
            elif place == "/backups":
                binds[self.backups] = place
            else:
                binds[self.data.parent / "configuration"] = "/etc/suket"
        if "/var/lib/suket" not in binds.values():
            memory.append("/var/lib/suket")
        process = stack.enter_context(
            self.image.service(name, command or self.words(name), self.env(name), binds=binds, memory=memory)
        )
        self.processes.setdefault(name, process)
        return process

    def run(self, name: str, *command: str) -> tuple[int, str]:
        """Run a command as a service would be; its exit code and what it said."""
        with ExitStack() as stack:
            process = self.begin(stack, name, list(command) or None)
            said, _ = process.communicate(timeout=120)
            return process.returncode, said.decode()

    def ask(
        self, path: str, address: str = OFFICE_ADDRESS, method: str = "GET", body: str = "", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """What the proxy answers to somebody at an address."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        plain = socket.create_connection(("127.0.0.1", PORTS["https"]), 20, source_address=(address, 0))
        connection = http.client.HTTPSConnection(HOST, PORTS["https"], timeout=20)
        connection.sock = trust.wrap_socket(plain, server_hostname=HOST)
        sent = {
            "Host": HOST,
            "Content-Type": "application/json",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def running(services: dict[str, Any]) -> Iterator[Running]:
    if shutil.which("caddy") is None:
        pytest.skip("no Caddy on this machine: apt-get install caddy")
    folder = Path("/dev/shm") / f"suket-deployment-{os.getpid()}"
    folder.mkdir(mode=0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        try:
            image = stack.enter_context(Image())
        except CannotReplay as reason:
            pytest.skip(str(reason))
        office = Running(
            image,
            services,
            folder / "secrets",
            folder / "backups",
            folder / "office",
            folder / "certificates/pki/authorities/local/root.crt",
            administering.new_backup_key(NOON),
        )
        _prepare(office, stack, folder)
        code, said = office.run("init")
        assert code == 0, said
        for name in ("public", "office"):
            office.processes.pop(name, None)
            office.begin(stack, name)
        _start_proxy(office, stack, folder)
        for name in ("public", "office", "https"):
            _wait_for(PORTS[name])
        yield office


def _prepare(office: Running, stack: ExitStack, folder: Path) -> None:
    uid = int(office.image.seen(office.image.place(office.image.stage.name) / "var/lib/suket").stat().st_uid)
    for each in (office.backups, office.data, folder / "copying"):
        each.mkdir(mode=0o700)
        os.chown(each, uid, uid)
    (folder / "configuration").mkdir()
    shutil.copy(ROOT / "examples/kantor-2172.toml", folder / "configuration/kantor.toml")
    shutil.copy(ROOT / "examples/wilayah-2172.csv", folder / "configuration/wilayah.csv")
    subprocess.run([ROOT / "deploy/make-secrets", office.secrets], check=True, capture_output=True)
    words = [word.removeprefix("-c") for word in office.services["postgres"]["command"][1:]]
    settings = dict(word.split("=", 1) for word in words if "${" not in word)
    cluster = stack.enter_context(Cluster(tcp=True, durable=True, settings=settings))
    with psycopg.connect(
        host=str(cluster.folder), port=cluster.port, user=SUPERUSER, autocommit=True
    ) as connection:
        connection.execute("DROP ROLE suket")  # the tests' own, of the same name
    urls = [office.secrets / name for name in ("database-url", "public-database-url")]
    for script in ("make-role.sh", "make-public-role.sh"):
        subprocess.run(
            [ROOT / "deploy/postgresql" / script],
            env={
                "PATH": os.environ["PATH"],
                "PGHOST": str(cluster.folder),
                "PGPORT": str(cluster.port),
                "SUKET_DATABASE_URL_FILE": str(urls[0]),
                "SUKET_PUBLIC_DATABASE_URL_FILE": str(urls[1]),
            },
            check=True,
        )
    for url in urls:
        url.write_text(url.read_text().replace("@postgres/", f"@127.0.0.1:{cluster.port}/"))


def _start_proxy(office: Running, stack: ExitStack, folder: Path) -> None:
    process = subprocess.Popen(
        ["caddy", "run", "--config", str(ROOT / "deploy/Caddyfile"), "--adapter", "caddyfile"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SUKET_HOST": HOST,
            "SUKET_TLS": "internal",
            "SUKET_OFFICE_NETWORKS": OFFICE_ADDRESS,
            "SUKET_LETTERS_NETWORKS": OFFICE_ADDRESS,
            "SUKET_PUBLIC": f"127.0.0.1:{PORTS['public']}",
            **holding_answers(),
            "SUKET_OFFICE": f"127.0.0.1:{PORTS['office']}",
            "SUKET_CERTIFICATES": str(folder / "certificates"),
            "HTTP_PORT": str(PORTS["http"]),
            "HTTPS_PORT": str(PORTS["https"]),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_IN_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until, f"nobody answers at {port}"
            time.sleep(0.2)


def test_the_images_own_healthcheck_is_satisfied(running: Running) -> None:
    step = running.image.stage.last("HEALTHCHECK")
    assert step is not None
    for name in ("public", "office"):
        command = [word.replace(":8000/", f":{PORTS[name]}/") for word in step.command]
        until = time.monotonic() + _STARTS_IN_SECONDS
        while (answer := running.run(name, *command))[0] != 0:  # an engine asks again too
            assert time.monotonic() < until, answer[1]
        assert running.run(name, *[word.replace(":8000/", ":8177/") for word in step.command])[0] != 0


def test_the_image_starts_by_its_own_command(running: Running) -> None:
    step = running.image.stage.last("CMD")
    assert step is not None
    code, said = running.run("public", *step.command[:2], "--help")
    assert (code, "--bind" in said) == (0, True)


def test_it_runs_as_an_ordinary_user_over_a_root_it_cannot_write(running: Running) -> None:
    code, said = running.run(
        "office", "/bin/sh", "-c", "id -un; grep -E 'CapBnd|NoNewPrivs' /proc/self/status"
    )
    assert code == 0
    assert said.split() == ["suket", "CapBnd:", "0000000000000000", "NoNewPrivs:", "1"]
    for place in ("/app/x", "/app/suket_service/x", "/etc/x", "/usr/x"):
        assert "Read-only" in running.run("office", "/bin/sh", "-c", f"echo > {place}")[1]


def test_the_check_finds_nothing_but_that_nobody_has_a_password_yet(running: Running) -> None:
    code, said = running.run("office", "suket", "check")
    assert (code, len(said.splitlines())) == (1, 1), said
    assert "suket users password" in said


def test_the_public_process_holds_no_secret_but_the_databases(running: Running) -> None:
    code, said = running.run("public", "/bin/sh", "-c", "ls /run/secrets /var/lib/suket; env")
    assert code == 0
    assert "database-url" in said
    assert not [each for each in ("key-passphrase", "secret-key", "PASSPHRASE", "SECRET_KEY") if each in said]


@pytest.mark.parametrize(
    ("path", "office", "anywhere"),
    [
        ("/", 303, 302),  # to signing in; to the public check
        ("/login", 200, 404),
        ("/administration/staff", 303, 404),
        ("/reports", (303, 308), 404),
        ("/s", 200, 200),
        ("/healthz", 200, 200),
        ("/layanan", 200, 200),
        ("/scan/", 200, 200),
        ("/scan/trust-bundle", 200, 200),
        ("/.well-known/jwks.json", 200, 200),
        ("/metrics", 404, 404),
        ("/metrics/", 404, 404),
        ("/%6detrics", 404, 404),
        ("//metrics", 404, 404),
        ("/x/../metrics", 404, 404),
        ("/nothing", 404, 404),
    ],
)
def test_who_reaches_what(running: Running, path: str, office: Any, anywhere: int) -> None:
    wanted = office if isinstance(office, tuple) else (office,)
    assert running.ask(path)[0] in wanted
    assert running.ask(path, ANYWHERE)[0] == anywhere


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_For": OFFICE_ADDRESS},
        {"X_Real_IP": OFFICE_ADDRESS},
        {"Forwarded": f"for={OFFICE_ADDRESS}"},
        {"SCRIPT_NAME": "/s", "Script_Name": "/s"},
        {"Host": "localhost"},
    ],
)
def test_nobody_becomes_the_office_by_a_header(running: Running, headers: dict[str, str]) -> None:
    assert running.ask("/login", ANYWHERE, **headers)[0] in (400, 404, 200 if headers.get("Host") else 404)
    assert b"password" not in running.ask("/login", ANYWHERE, **headers)[2]


def test_a_check_is_answered_to_anyone(running: Running) -> None:
    for address in (OFFICE_ADDRESS, ANYWHERE):
        status, _, body = running.ask("/api/v1/verifications", address, "POST", json.dumps({"seal": "12345"}))
        assert (status, json.loads(body)["outcome"]) == (200, "unreadable")


def test_programs_reach_the_letters_from_their_networks_alone(running: Running) -> None:
    assert running.ask("/api/v1/letters")[0] == 401
    assert running.ask("/api/v1/letters", ANYWHERE)[0] == 404


def test_what_is_published_names_the_public_host(running: Running) -> None:
    status, _, body = running.ask("/scan/trust-bundle", ANYWHERE)
    assert status == 200
    payload = body.split(b".")[1]
    bundle = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    assert bundle["hosts"] == [HOST]


def test_answers_ask_for_https_and_plain_http_leads_to_it(running: Running) -> None:
    _, headers, _ = running.ask("/s", ANYWHERE)
    assert "max-age" in headers["strict-transport-security"]
    plain = http.client.HTTPConnection("127.0.0.1", PORTS["http"], timeout=10)
    plain.request("GET", "/s", headers={"Host": HOST})
    answer = plain.getresponse()
    assert (answer.status // 100, (answer.getheader("Location") or "").startswith(f"https://{HOST}")) == (
        3,
        True,
    )
    plain.close()


def test_too_much_is_refused_before_it_reaches_the_service(running: Running) -> None:
    body = json.dumps({"seal": "1" * 2_000_000})
    assert running.ask("/api/v1/verifications", ANYWHERE, "POST", body)[0] in (413, 502)


def test_metrics_are_at_a_port_that_the_proxy_does_not_pass_on(running: Running) -> None:
    for name in ("metrics-public", "metrics-office"):
        connection = http.client.HTTPConnection("127.0.0.1", PORTS[name], timeout=10)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert (answer.status, b"suket_requests_total" in answer.read()) == (200, True)
        connection.close()


def test_the_daily_backup_is_locked_and_opens_with_its_key(running: Running, tmp_path: Path) -> None:
    with ExitStack() as stack:
        process = running.begin(stack, "backup")
        until = time.monotonic() + _STARTS_IN_SECONDS
        while not (found := list(running.backups.glob("suket-*.age"))) and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.2)
    assert (len(found), process.returncode) == (1, 0)  # ends in order when it is told to
    held = administering.check_backup(found[0], administering.read_identities(running.key.text))
    assert held.identity.environment == "production"
    assert list((running.backups.parent / "copying").iterdir()) == []
