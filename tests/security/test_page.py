"""``docs/security.md``: its commands run as written, and it answers for every requirement that binds us."""

import json
import re
from pathlib import Path

import pytest

from tests.builders import PASSPHRASE
from tests.cli.builders import OFFICE_FILES, suket
from tests.cli.production import PRODUCTION

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```bash ([a-z-]+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
NEXT = "another passphrase, of these tests"
#: Level 2 of ASVS 5.0.0 as far as it concerns such a service.
REQUIREMENTS = re.findall(
    r"[0-9.]+",
    """
    1.1.1 1.1.2 1.3.3 1.3.4 1.3.6 1.3.7 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3
    3.3.4 3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 5.1.1 5.2.3 5.4.1 5.4.2 5.4.3
    6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.8.1
    6.8.2 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3
    8.4.1 9.2.2 9.2.3 9.2.4 10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.5.1 10.5.2 10.5.3
    10.5.4 10.5.5 11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.3.1
    12.3.2 12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4
    13.4.5 14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3
    15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4
    16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3
    """,
)


def test_every_requirement_of_level_2_that_binds_us_is_answered_for_once() -> None:
    table = PAGE.partition("## ASVS 5.0, level 2")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if re.match(r"\| [0-9]", line)]
    assert sorted(re.findall(r"[0-9.]+[0-9]", " ".join(rows))) == sorted(REQUIREMENTS)


def test_every_file_that_it_names_is_there() -> None:
    for name in re.findall(
        r"`((?:core|paper|web|issuing|tests|script|docs|deploy|suket_service)/[^` ]*)`", PAGE
    ):
        assert (ROOT / name).exists() or (ROOT / "suket_service" / name).exists(), name
    for name in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (ROOT / "docs" / name).exists(), name


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which the ceremony was held."""
    folder = tmp_path_factory.mktemp("ceremony")
    run(folder, "ceremony")
    added = suket(
        "clients",
        "add",
        "RSUD Contoh",
        "--scope",
        "verify",
        "--purpose",
        "PKS",
        data=folder / "data",
        **PRODUCTION,
    )
    assert added.exit_code == 0, added.output
    return folder


def run(folder: Path, block: str) -> None:
    """Every command of that block, each of which must succeed."""
    for line in BLOCKS[block].splitlines():
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
        assert words[0] == "suket", line
        arguments = [place(folder, word) for word in words[1:]]
        done = suket(*arguments, data=folder / "data", given=f"{NEXT}\n", **PRODUCTION)
        assert done.exit_code == 0, (line, done.output)


def place(folder: Path, word: str) -> object:
    """What stands for a placeholder here."""
    named = {"kantor.toml": OFFICE_FILES[0], "wilayah.csv": OFFICE_FILES[1]}
    if word in named:
        return named[word]
    if word.startswith("terbitan"):
        return folder / word
    listing = {
        "SEAL-KID": ("keys", "kid"),
        "PUBLICATION-KID": ("keys", "kid"),
        "CLIENT-ID": ("clients", "id"),
    }
    if word not in listing:
        return word
    what, member = listing[word]
    told = suket(what, "list", "--json", data=folder / "data", **PRODUCTION).stdout.splitlines()
    found = [json.loads(line) for line in told]
    purpose = word.partition("-")[0].lower()
    return next(
        each[member]
        for each in found
        if what == "clients" or (each["purpose"], each["state"]) == (purpose, "active")
    )


def test_the_commands_for_each_theft_are_as_they_must_be_typed(office: Path) -> None:
    for block in BLOCKS:
        if block not in ("ceremony", "yearly", "stolen-passphrase"):
            run(office, block)
    listed = suket("keys", "list", data=office / "data", **PRODUCTION).stdout
    assert listed.count("revoked") == 2
    assert listed.count("active") == 2
    run(office, "yearly")
    run(office, "stolen-passphrase")
    refused = suket("keys", "new", "--purpose", "publication", data=office / "data", **PRODUCTION)
    assert refused.exit_code == 1  # the present passphrase is the former one
    assert PASSPHRASE not in refused.output
    relocked = {**PRODUCTION, "SUKET_KEY_PASSPHRASE": NEXT}
    assert suket("publish", "--out", office / "terbitan", data=office / "data", **relocked).exit_code == 0
