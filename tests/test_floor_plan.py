"""The house stands as drawn: import contracts kept, imports at the top, rooms of a size to be read."""

import ast
import sys
from pathlib import Path
from subprocess import run

import pytest

import suket_service

ROOT = Path(__file__).parents[1]
PACKAGE = Path(suket_service.__file__).parent
MOST_LINES = 400
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(module: Path) -> str:
    return str(module.relative_to(PACKAGE.parent))


def test_every_import_contract_is_kept() -> None:
    script = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    report = run(  # noqa: PLW1510 - the report is read before its exit code is judged
        [sys.executable, "-c", script, "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert report.returncode == 0, report.stdout[-4000:] + report.stderr[-2000:]
    assert " 0 broken" in report.stdout


def test_there_is_a_house() -> None:
    assert {"suket_service/__init__.py", "suket_service/core/verifier.py"} <= {
        name_of(each) for each in MODULES
    }


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_hides_no_import_in_a_function(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    hidden = [
        f"{name_of(module)}:{statement.lineno}"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom)
        or (isinstance(statement, ast.Name) and statement.id == "__import__")
    ]
    assert hidden == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
