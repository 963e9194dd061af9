"""A newcomer's paste from docs/integrating.md, against the demo: every block, in curl, in Python and in JavaScript."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser_modules.test_browser_modules import OLDEST_NODE, node
from tests.contract.agency import Served
from tests.contract.guide import GUIDE, PROGRAMS, blocks, put_programs

#: Between what one block of commands prints and the next.
_MARK = "=====end of block====="
_SECONDS = 120
in_both_languages = pytest.mark.parametrize("ending", PROGRAMS.values(), ids=list(PROGRAMS))


@dataclass(frozen=True)
class Newcomer:
    """A folder with the guide's files, what its commands printed by section, and the service they were run against."""

    folder: Path
    agency: Served
    printed: dict[str, list[str]]

    def runs(self, name: str, *arguments: str, given: str = "") -> str:
        """What a file of the guide prints; it must end well."""
        surroundings = _then(self.agency, self.folder)
        return _output([_program_for(name), name, *arguments], self.folder, surroundings, given)

    def answer(self, section: str) -> Any:
        """The JSON that the last block of commands of a section printed."""
        return json.loads(self.printed[section][-1])


@pytest.fixture(scope="module")
def newcomer(agency: Served, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    project, folder = tmp_path_factory.mktemp("project"), agency.data / "integrating"
    (project / ".venv").symlink_to(sys.prefix)
    folder.mkdir()
    put_programs(folder)
    commands = [each for each in blocks() if each.language == "bash"]
    script = "\n".join(f"{each.text}printf '\\n{_MARK}\\n'" for each in commands)
    parts = _output(["bash", "-euo", "pipefail", "-c", script], project, _at_first(agency)).split(
        f"\n{_MARK}\n"
    )
    printed: dict[str, list[str]] = {}
    for each, part in zip(commands, parts, strict=False):
        printed.setdefault(each.section, []).append(part)
    return Newcomer(folder, agency, printed)


def _program_for(name: str) -> str:
    program = sys.executable if name.endswith(".py") else node()
    if program is None:
        pytest.skip(f"Node {OLDEST_NODE} or newer is not installed")
    return program


def _output(command: list[str], folder: Path, surroundings: dict[str, str], given: str = "") -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env=surroundings,
    )
    assert done.returncode == 0, f"{command[-1][-200:]}\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}"
    return done.stdout


def _at_first(agency: Served) -> dict[str, str]:
    """What a reader has before the guide's first block: the demo as it was started, and nothing of the tests' own."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    demo = {"PORT": str(agency.port), "SUKET_DATA_DIR": str(agency.data), "LETTER": agency.letters[1].id}
    return {**own, "LANG": "C.UTF-8", **demo}


def _then(agency: Served, folder: Path) -> dict[str, str]:
    """What its first blocks have set."""
    key = (folder / "client.key").read_text("utf-8").strip()
    return {**_at_first(agency), "SUKET": agency.url, "SUKET_ENVIRONMENT": "demo", "CLIENT_KEY": key}


# Online


def test_the_demo_s_own_tools_read_the_seal_that_the_examples_go_on_with(newcomer: Newcomer) -> None:
    answer = newcomer.answer("Check one letter online")
    assert (answer["outcome"], answer["genuine"]) == ("valid", True)
    assert answer["seal"]["nik"] == newcomer.agency.letters[0].resident.nik


@in_both_languages
def test_a_letter_is_checked_online(newcomer: Newcomer, ending: str) -> None:
    name = {".py": "verify_one.py", ".mjs": "verify-one.mjs"}[ending]
    printed = newcomer.runs(name, given=f"{newcomer.agency.seals[0]}\n")
    assert printed.startswith("valid - ")
    assert newcomer.agency.letters[0].resident.name in printed
    assert "portrait_as_printed" in printed


@in_both_languages
def test_what_is_no_seal_is_told_as_an_outcome(newcomer: Newcomer, ending: str) -> None:
    name = {".py": "verify_one.py", ".mjs": "verify-one.mjs"}[ending]
    assert newcomer.runs(name, given="not a seal\n").startswith("unreadable - ")


def test_a_batch_is_answered_in_order_by_curl(newcomer: Newcomer) -> None:
    answers = newcomer.answer("Check many letters")
    assert [each["outcome"] for each in answers] == ["valid", "unreadable"]


@in_both_languages
def test_a_batch_is_answered_in_order(newcomer: Newcomer, ending: str) -> None:
    name = {".py": "verify_many.py", ".mjs": "verify-many.mjs"}[ending]
    printed = newcomer.runs(name, given=f"{newcomer.agency.seals[0]}\nnot a seal\n")
    assert printed.split() == ["valid", "unreadable"]


# Offline


@in_both_languages
def test_a_letter_is_checked_offline_with_what_was_fetched(newcomer: Newcomer, ending: str) -> None:
    person = newcomer.agency.letters[0].resident
    printed = newcomer.runs(f"offline{ending}", given=f"{newcomer.agency.seals[0]}\n")
    assert printed.startswith("valid ")
    assert person.nik in printed
    assert person.name in printed


@in_both_languages
def test_a_changed_letter_is_told_offline(newcomer: Newcomer, ending: str) -> None:
    seal = newcomer.agency.seals[0]
    other = seal[:-1] + ("1" if seal[-1] == "2" else "2")
    assert newcomer.runs(f"offline{ending}", given=f"{other}\n").split() in (
        ["forged", "None"],
        ["forged", "null"],
    )


# Letters


def test_a_request_sent_in_three_languages_is_one_draft(newcomer: Newcomer) -> None:
    drafted = newcomer.answer("Ask for a letter")
    told = [newcomer.runs(name).split() for name in ("ask.py", "ask.mjs") if _program_for(name)]
    assert drafted["state"] == "draft"
    assert drafted["waits_for"] == "counter"
    for status, letter, state, location, replayed in told:
        assert (status, letter, state, replayed) == ("201", drafted["id"], "draft", "true")
        assert location == f"/api/v1/letters/{letter}"


def test_curl_lists_the_first_page(newcomer: Newcomer) -> None:
    page = newcomer.answer("List and read letters")
    assert [each["id"] for each in page["letters"]] == [each.id for each in newcomer.agency.letters[:2]]
    assert page["next"]


@in_both_languages
def test_the_whole_list_is_read_page_by_page(newcomer: Newcomer, ending: str) -> None:
    name = {".py": "list_letters.py", ".mjs": "list-letters.mjs"}[ending]
    told = [line.split()[0] for line in newcomer.runs(name).splitlines()]
    kept = [newcomer.agency.letters[place].id for place in (0, 4, 5, 6)]
    assert set(kept) <= set(told) <= {each.id for each in newcomer.agency.letters}
    assert len(told) == len(set(told)) > 2


@in_both_languages
def test_a_letter_that_did_not_change_is_not_sent_again(newcomer: Newcomer, ending: str) -> None:
    name = {".py": "list_letters.py", ".mjs": "list-letters.mjs"}[ending]
    letter = newcomer.agency.letters[4]
    first, second = newcomer.runs(name, letter.id).splitlines()
    assert first == f"{letter.number} {letter.resident.name}"
    assert second == "304"


def test_curl_revokes(newcomer: Newcomer) -> None:
    assert newcomer.answer("End a letter")["state"] == "revoked"


@in_both_languages
def test_a_letter_is_revoked_and_a_second_time_is_the_first(newcomer: Newcomer, ending: str) -> None:
    letter = newcomer.agency.letters[2 if ending == ".py" else 3]
    assert newcomer.runs(f"revoke{ending}", letter.id) == "revoked\n"
    assert newcomer.runs(f"revoke{ending}", letter.id) == "revoked\n"


@in_both_languages
def test_a_refusal_is_told_by_its_code(newcomer: Newcomer, ending: str) -> None:
    printed = newcomer.runs(f"revoke{ending}", "0" * 32)
    assert re.match(r"no_letter - \S", printed)


# The page itself


def test_every_block_is_run_or_saved() -> None:
    for each in blocks():
        assert each.language in {"bash", *PROGRAMS}, each
        assert (each.name is not None) is (each.language in PROGRAMS), each
        assert each.name is None or each.name.endswith(PROGRAMS[each.language])


def test_the_offline_checks_have_under_forty_lines() -> None:
    lengths = {each.name: len(each.text.splitlines()) for each in blocks()}
    assert lengths["offline.py"] < 40
    assert lengths["offline.mjs"] < 40


def test_the_answer_that_is_shown_has_the_names_and_values_of_a_real_one(newcomer: Newcomer) -> None:
    [text] = re.findall(
        r"^```\n(\{\"outcome\".*?\})\n```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    shown = json.loads(text.replace(", …}", "}"))
    answer = newcomer.answer("Check one letter online")
    assert set(shown) == set(answer)
    assert set(shown["seal"]) < set(answer["seal"])
    assert set(shown["registry"]) < set(answer["registry"])
    alike = ("outcome", "tone", "not_covered")
    assert {each: shown[each] for each in alike} == {each: answer[each] for each in alike}
