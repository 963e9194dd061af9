"""F21: two seconds late each way, and one connection in five is lost. (The kernel's own delays need a module that few machines have.)"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from suket_service import issuing
from suket_service.core.trust_bundle import open_bundle
from suket_service.registry.session import Registry
from tests.browser_modules.test_browser_modules import node
from tests.builders import OFFICE
from tests.cli.builders import World, build_world, lines_of, suket
from tests.faults.conftest import Found
from tests.faults.slow_line import SlowLine
from tests.serving import serving

DELAY_SECONDS = 2.0
_PHONE = Path(__file__).with_name("slow_line.js")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """In which one letter was revoked after the bundle that the phone holds."""
    made = build_world(tmp_path)
    registry = Registry(made.settings.database_url)
    number = made.letters["new"].number
    assert number is not None
    issuing.revoke(registry, OFFICE.code, number, "operator", "Salah data", datetime.now(UTC))
    registry.close()
    return made


@contextmanager
def slow_line(world: World, folder: Path, loses: frozenset[int]) -> Iterator[SlowLine]:
    with serving(world.data, folder / "log", "--workers", "1", "--role", "public") as served:
        line = SlowLine(served.port, DELAY_SECONDS, loses)
        yield line
        line.close()


def phone(
    world: World, line: SlowLine, folder: Path, texts: dict[str, str], **more: object
) -> dict[str, Any]:
    program = node()
    if program is None:
        pytest.skip("Node is not installed")
    bundle = world.bundles["fresh"].read_text()
    given = {
        "origin": f"http://127.0.0.1:{line.port}",
        "bundle": bundle,
        "pins": [open_bundle(bundle).signer.kid],
        "texts": texts,
        "revoked": world.texts["revoked"],
        **more,
    }
    (folder / "given.json").write_text(json.dumps(given))
    command = [program, str(_PHONE), str(folder / "given.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_f21_the_phone_speaks_at_once_and_the_registry_later(
    world: World, tmp_path: Path, found: Found
) -> None:
    """On a line with 2 s of delay and a fifth lost the phone's own word comes first; a later one is added, and red never turns green."""
    texts = {f"valid {each}": world.texts["valid"] for each in range(4)} | {
        "since revoked": world.texts["new"]
    }
    with slow_line(world, tmp_path, frozenset({2})) as line:
        answer = phone(world, line, tmp_path, texts)
    words = [scan["registry"] for scan in answer["scans"].values()]
    found(f"{len(texts)} scans: own word first in all, {words.count(None)} never heard the registry's")
    half = len(texts)
    assert all(each.endswith("phone") for each in answer["order"][:half])
    assert all(each.endswith("registry") for each in answer["order"][half:])
    assert words.count(None) == 1
    assert {scan["phone"] for scan in answer["scans"].values()} == {"valid"}
    since = answer["scans"]["since revoked"]
    assert since["shown"] == (since["registry"] or "valid") in ("revoked", "valid")
    assert all(scan["shown"] == "valid" for name, scan in answer["scans"].items() if name != "since revoked")
    assert answer["overtaken"] == {"shown": "revoked", "late": "valid", "takesOver": False}


def test_f21_control_a_question_without_patience_s_end(world: World, tmp_path: Path, found: Found) -> None:
    """Without a limit of patience a lost answer is waited for without end."""
    with slow_line(world, tmp_path, frozenset({0})) as line:
        answer = phone(world, line, tmp_path, {}, control=8_000)
    found("no answer and no end after 8 s; the phone itself gives up after 6")
    assert answer["hangs"] is True


def test_f21_the_command_asks_nobody(world: World, tmp_path: Path, found: Found) -> None:
    """`suket verify --bundle` gives its answer without a single question to the line."""
    line = SlowLine(1, DELAY_SECONDS)
    away = f"postgresql+psycopg://suket@127.0.0.1:{line.port}/suket"
    target, bundle = world.texts["valid"], world.bundles["fresh"]
    told = suket(
        "verify", target, "--bundle", bundle, "--json", data=tmp_path / "none", SUKET_DATABASE_URL=away
    )
    line.close()
    [answer] = lines_of(told)
    found(f"{answer['outcome']}, {line.connections} connections")
    assert answer["outcome"] == "valid"
    assert line.connections == 0
