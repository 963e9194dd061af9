"""Every attack has its defence, and every defence tests that are there and are collected."""

import ast
from functools import cache
from pathlib import Path

from tests.security.attacks import ATTACKS

ROOT = Path(__file__).parents[2]


@cache
def collected_from(file: str) -> frozenset[str]:
    """What pytest collects from a file: functions named ``test_``, in the module or in classes named ``Test``."""
    if not (ROOT / file).is_file():
        return frozenset()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    return frozenset(
        node.name
        for body in (tree.body, *(each.body for each in classes))
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_attack_from_1_to_36_is_in_the_table() -> None:
    assert list(ATTACKS) == [f"A{number}" for number in range(1, 37)]


def test_every_attack_has_a_test_or_a_reason_why_not() -> None:
    for number, attack in ATTACKS.items():
        assert attack.tests or "does not apply" in attack.defence, number
        assert len(attack.tests) == len(set(attack.tests)), number


def test_every_test_that_the_table_names_is_there_and_is_collected() -> None:
    named = sorted({test.partition("::") for attack in ATTACKS.values() for test in attack.tests})
    missing = [(file, name) for file, _, name in named if name not in collected_from(file)]
    assert missing == []
    assert all(Path(file).name.startswith("test_") for file, _, _ in named)
