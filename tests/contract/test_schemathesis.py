"""The live service against its own document, by schemathesis: what it describes is what it does, also to nonsense.

Over the wire and a real registry, with a key of all scopes, letters that are there and seals that are theirs. The
quick run is part of script/test and asks the same each time; ``script/contract`` asks far more, and anew.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.agency import Served

ST = Path(sys.executable).parent / "st"
#: What a call refuses although its shape is right: the rules of NIKs, dates, codes and cursors are in no schema, a key
#: of idempotency may have been used for something else, and 1.0 is a whole number to a schema but to nobody here.
JUDGED_BY_MORE_THAN_SHAPE = (
    *("listLetters", "createLetter", "checkCode", "enrolDevice", "letterState"),
    *("revokeLetter", "suspendLetter", "supersedeLetter", "extendLetter"),
)
_ACCEPTED = '[200, 201, 202, 304, 401, 403, 404, 409, 429{more}, "5xx"]'
_CONFIG = """
suppress-health-check = ["all"]
continue-on-failure = true

[auth.openapi.client]
bearer = "${{CLIENT_KEY}}"

[generation]
database = "none"
deterministic = {deterministic}

[dictionaries]
letters = {{ values = {letters} }}
seals = {{ values = {seals} }}

[parameters]
letter = {{ dictionary = "letters", probability = 0.7 }}
seal = {{ dictionary = "seals", probability = 0.7 }}

[checks]
positive_data_acceptance = {{ expected-statuses = {accepted} }}
negative_data_rejection = {{ expected-statuses = [400, 401, 403, 404, 405, 409, 413, 422, 429] }}
"""
_JUDGED = """
[[operations]]
include-operation-id = "{name}"
checks.positive_data_acceptance.expected-statuses = {accepted}
"""


def configuration(agency: Served, *, deterministic: bool) -> str:
    """What schemathesis is told of the service; the key comes by its surroundings."""
    whole = _CONFIG.format(
        deterministic=json.dumps(deterministic),
        letters=json.dumps([each.id for each in agency.letters]),
        seals=json.dumps(agency.seals),
        accepted=_ACCEPTED.format(more=""),
    )
    judged = _ACCEPTED.format(more=", 422")
    return whole + "".join(_JUDGED.format(name=each, accepted=judged) for each in JUDGED_BY_MORE_THAN_SHAPE)


def run(agency: Served, folder: Path, phases: str, examples: int, *, deterministic: bool) -> None:
    """Let it ask; whatever it finds is the failure."""
    file = folder / "schemathesis.toml"
    file.write_text(configuration(agency, deterministic=deterministic), "utf-8")
    where = [str(ST), "--no-color", "--config-file", str(file), "run", f"{agency.url}/api/v1/openapi.json"]
    what = ["--checks", "all", "--phases", phases, "--max-examples", str(examples), "--warnings", "off"]
    done = subprocess.run(
        [*where, *what],
        cwd=folder,
        env={**_plain_surroundings(), "CLIENT_KEY": agency.keys["all"]},
        capture_output=True,
        text=True,
        timeout=1_200,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-12_000:]}\n{done.stderr[-2_000:]}"
    assert " passed" in done.stdout


def _plain_surroundings() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("SUKET_", "HYPOTHESIS_"))
    }


def test_the_live_service_does_what_its_document_says(agency: Served, tmp_path: Path) -> None:
    run(agency, tmp_path, "fuzzing,stateful", 3, deterministic=True)


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["examples,coverage", "fuzzing", "stateful"])
def test_and_does_so_however_much_it_is_asked(agency: Served, tmp_path: Path, phase: str) -> None:
    # script/contract runs it, with as many examples a call as SUKET_CONTRACT_EXAMPLES says.
    examples = int(os.environ.get("SUKET_CONTRACT_EXAMPLES", "60"))
    run(agency, tmp_path, phase, examples, deterministic=False)
