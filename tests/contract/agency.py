"""The demo as an agency meets it: served, with some letters, and a key for each kind of program."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from suket_service.registry import letters
from suket_service.registry.clients import ClientScope
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.browser.serving import ROOT, served
from tests.cli.builders import example_rows, suket
from tests.serving import free_port

OFFICE = "2172"
#: Letters that are issued: one for each thing that ends one, and some to read and list.
SERIALS = tuple(f"900{each}" for each in range(1, 8))
#: More than any run here asks in a minute.
ENOUGH = 60_000


@dataclass(frozen=True)
class Served:
    """A service and what its outside knows of it."""

    url: str
    port: int
    data: Path
    keys: dict[str, str]
    letters: list[LetterRecord]
    seals: list[str]


@contextmanager
def an_agency_s_demo(folder: Path) -> Iterator[Served]:
    """The demo, served for as long as the block lasts; of its letters the first lies beside it as a PDF."""
    port, data = free_port(), folder / "data"
    url = f"http://localhost:{port}"
    env = {"SUKET_BASE_URL": url}
    _run(data, env, "init", "--demo")
    people = ("--requested-by", "operator", "--approved-by", "kepala")
    for number, serials in enumerate((SERIALS[:1], SERIALS[1:])):
        rows = folder / str(number)
        rows.mkdir()
        out = ("--out", data / "surat") if number == 0 else ()
        _run(data, env, "issue", example_rows(rows, *serials), *people, *out)
    _run(data, env, "residents", "import", ROOT / "examples" / "penduduk-loket.csv", "--by", "operator")
    keys = {scope.value: a_key(data, env, scope.value) for scope in ClientScope}
    keys["all"] = a_key(data, env, *ClientScope)
    _run(data, env, "publish", "--out", folder / "published")
    registry = Registry(Settings.from_env({"SUKET_DATA_DIR": str(data)}).database_url)
    with registry.reading() as tx:
        found = sorted(letters.search(tx, OFFICE), key=lambda each: each.status_index or 0)
        seals = [letters.seal_text(tx, each.id) for each in found]
    registry.close()
    with served(_environment(data, env), port):
        yield Served(url, port, data, keys, found, seals)


def a_key(data: Path, env: dict[str, str], *scopes: str) -> str:
    """The key of a new program with these scopes."""
    wanted = [part for scope in scopes for part in ("--scope", scope)]
    name = "Program " + " ".join(scopes)
    told = _run(data, env, "clients", "add", name, *wanted, "--limit", ENOUGH, "--json")
    return str(json.loads(told)["key"])


def _run(data: Path, env: dict[str, str], *arguments: object) -> str:
    done = suket(*arguments, data=data, **env)
    assert done.exit_code == 0, (arguments[0], done.output, done.exception)
    return done.stdout


def _environment(data: Path, env: dict[str, str]) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("SUKET_")}
    return {**others, **env, "SUKET_DATA_DIR": str(data)}
