"""Makes the files of tests/vectors that follow from the code: ``python -m tests.core.vector_files``.

``bundles.json`` is made by ``bundle_cases``; ``verdicts.json`` says what ``core/verdict.py`` says, for
whoever has to say the same. ``outcomes.json``, ``seal_v1.json`` and ``status_list.json`` are written by
hand or come from elsewhere, and are not touched.
"""

import json
from typing import Any

from suket_service.core.verdict import MESSAGES, NOT_COVERED, WORDS, Caution, Note, Outcome, Reason, Verdict
from suket_service.errors import Text
from tests.builders import NOON
from tests.core.builders import VECTORS
from tests.core.bundle_cases import cases

BUNDLES, VERDICTS = "bundles.json", "verdicts.json"


def bundles() -> dict[str, Any]:
    return {
        "origin": (
            "tests/core/bundle_cases; written by `python -m tests.core.vector_files`. Signed, deterministically, "
            "by keys whose private halves are small numbers: never to be trusted outside tests."
        ),
        "notes": {
            "pins": "Thumbprints of the publication keys that the holder trusts; held_version: the version already held.",
            "expect": (
                "error: the code with which the token is refused. Otherwise it opens: the signer's kid, the kids it "
                "introduces, and what the holder understood of it. Of a list: how many entries it has, and the SHA-256 "
                "of its unpacked bytes."
            ),
        },
        "cases": [case.to_json() for case in cases()],
    }


def verdicts() -> dict[str, Any]:
    # The words are in the order of the outcomes, and so is the order in which the first that applies is taken.
    return {
        "origin": "suket_service/core/verdict.py; written by `python -m tests.core.vector_files`",
        "outcomes": [
            {
                "outcome": outcome,
                "tone": _alone(outcome).tone,
                "cautious_tone": _alone(outcome).with_caution(Caution.FOREIGN_HOST).tone,
                "word": _both(WORDS[outcome]),
                "message": _both(MESSAGES[outcome]),
            }
            for outcome in Outcome
        ],
        "reasons": [
            {"reason": each, "outcome": _verdict(each).outcome, "message": _both(_verdict(each).message)}
            for each in Reason
        ],
        "cautions": list(Caution),
        "notes": list(Note),
        "not_covered": list(NOT_COVERED),
    }


def _verdict(*reasons: Reason) -> Verdict:
    return Verdict(reasons, (), (), NOON, NOON, genuine=True, seal=None)


def _alone(outcome: Outcome) -> Verdict:
    if outcome is Outcome.VALID:
        return _verdict()
    return next(alone for alone in map(_verdict, Reason) if alone.outcome is outcome)


def _both(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en}


def as_file(content: dict[str, Any]) -> str:
    """One line a case: a change of one of them is one line of a difference."""
    parts = []
    for name, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in value)
            parts.append(f' "{name}": [\n{lines}\n ]')
        else:
            parts.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    for file, content in ((BUNDLES, bundles()), (VERDICTS, verdicts())):
        (VECTORS / file).write_text(as_file(content), encoding="utf-8")
