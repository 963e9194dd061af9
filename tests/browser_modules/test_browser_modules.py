"""The browser's modules under Node: each file of tests here, and the same answers as Python's to seals of any kind.

Node runs the modules as they are served; no browser and no network are needed.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from suket_service.core.resident import Sex
from suket_service.core.seal import Seal, SealedFacts, check_code, digits, pack, parse, read_digits, read_text
from suket_service.core.verifier import verify
from suket_service.errors import SealError
from tests.browser_modules import mutants
from tests.builders import BASE_URL, NOON, a_scope
from tests.core.builders import FixedRecords, any_facts, online_trust, rfc_key
from tests.core.bundle_cases.making import PIN
from tests.core.test_vector_files import answer_of as bundle_answer

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.test.js"))
OLDEST_NODE = 20
KEY = rfc_key(
    scope=a_scope(
        lists=frozenset(range(1, 65_536)),
        villages=tuple("123456789"),
        signs_from=date(1900, 1, 1),
    )
)
TRUST = online_trust(KEY.key)
#: The answers compared in one run.
MUTANTS, SEALED, BUNDLES = 1_500, 300, 600


@cache
def node() -> str | None:
    """Node, the machine's or the one beside this Python; None where there is none that is new enough."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which("node", path=beside)
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    return found if int(version.removeprefix("v").partition(".")[0]) >= OLDEST_NODE else None


def run(file: Path, **environment: str) -> None:
    """Run one file of tests; what Node says of a failure is the failure."""
    program = node()
    if program is None:
        pytest.skip(f"Node {OLDEST_NODE} or newer is not installed")
    done = subprocess.run(
        [program, "--test-reporter=spec", str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1", **environment},
    )
    if done.returncode != 0:
        pytest.fail(f"{file.name}\n{done.stdout[-20_000:]}\n{done.stderr[-4_000:]}", pytrace=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_of_browser_tests_passes(file: Path) -> None:
    run(file)


def test_the_files_are_found() -> None:
    assert {"seal.test.js", "outcomes.test.js", "trust-bundle.test.js"} <= {file.name for file in FILES}


# The same answers


def facts_told(facts: SealedFacts) -> dict[str, Any]:
    until = facts.valid_until
    return {
        **asdict(facts),
        "birth_date": facts.birth_date.isoformat(),
        "issued_on": facts.issued_on.isoformat(),
        "valid_until": until and until.isoformat(),
        "sex": Sex(facts.sex).value,
        "portrait": facts.portrait.hex(),
    }


def read(text: str) -> Seal | None:
    try:
        return parse(read_digits(read_text(text).digits))
    except SealError:
        return None


def answer_to(text: str) -> dict[str, Any]:
    verdict, seal = verify(text, TRUST, FixedRecords(), NOON), read(text)
    until = verdict.valid_until
    return {
        "text": text,
        "outcome": verdict.outcome,
        "reasons": list(verdict.reasons),
        "cautions": list(verdict.cautions),
        "valid_until": until and until.isoformat(),
        "seal": seal
        and {
            "facts": facts_told(seal.facts),
            "key_id": seal.key_id.hex(),
            "body": seal.body.hex(),
            "signature": seal.signature.hex(),
            "fingerprint": seal.fingerprint.hex(),
            "check_code": check_code(seal.fingerprint),
        },
    }


def sealed_facts() -> list[str]:
    """Seals over the full range of every field."""
    made: list[str] = []

    @settings(
        max_examples=SEALED,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(any_facts(), st.sampled_from(["", f"{BASE_URL}/s#", "https://elsewhere.example:8443/s#"]))
    def seal(facts: SealedFacts, prefix: str) -> None:
        made.append(prefix + digits(KEY.seal(pack(facts, KEY.key.key_id))))

    seal()
    return made


def test_the_browser_s_verifier_answers_as_python_s_does(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    texts = mutants.seal_texts(random.Random(seed), KEY)
    answers = [answer_to(text) for text in [*sealed_facts(), *islice(texts, MUTANTS)]]
    told = {reason for answer in answers for reason in answer["reasons"]}
    assert {"not_a_seal", "format_unknown", "field_invalid", "signature_invalid"} <= told, seed
    assert any(answer["outcome"] == "valid" for answer in answers), seed
    compare(tmp_path, "SUKET_ANSWERS", answers)


def understood(token: str) -> Any:
    """What Python's holder made of a bundle; None where it cannot even be told in the vectors' words."""
    try:
        return json.loads(json.dumps(bundle_answer({"token": token, "pins": [PIN], "held_version": 0})))
    except (AttributeError, TypeError, ValueError):
        return None


def test_what_the_browser_opens_python_opens_and_understands_alike(tmp_path: Path) -> None:
    # The other way round it may be stricter: it reads what the service writes, and nothing like it.
    seed = random.SystemRandom().randrange(2**32)
    tokens = mutants.bundle_tokens(random.Random(seed))
    answers = [{"token": token, "understood": understood(token)} for token in islice(tokens, BUNDLES)]
    compare(tmp_path, "SUKET_BUNDLES", {"seed": seed, "pin": PIN, "answers": answers})


def compare(folder: Path, name: str, answers: Any) -> None:
    """Give Python's answers to the tests that compare them with the browser's."""
    file = folder / "answers.json"
    file.write_text(json.dumps(answers), encoding="utf-8")
    run(HERE / "cross.test.js", **{name: str(file)})
