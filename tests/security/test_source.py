"""Habits that every line of the service keeps, read from its source (A21, A36)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "suket_service"
SECRET = re.compile(
    r"(^|_)(token|secret|password|passphrase|signature|proof|totp|mac|(token|key|code|number)_hash)$"
)
#: A column on the left makes SQL: a look-up by a hash, whose time tells nothing of what was hashed.
COLUMN = re.compile(r"^_?[A-Z][A-Z_]*\.|Row\.|^tx\.|\.c\.")
TEMPLATES = PACKAGE.parent / "templates"
#: Not compared with anything that somebody guesses.
TOLD_APART = {
    # Typed twice by the same person at the same terminal.
    ("cli/users.py", "ask_secret(session, Text('Sekali lagi:', 'Once more:')) != given"),
    ("cli/keeping.py", "ask_secret(session, Text('Sekali lagi:', 'Once more:')) != given"),
}
WHERE_FROM = re.compile(
    r"remote_addr|REMOTE_ADDR|access_route|ProxyFix|X-Forwarded|HTTP_X_|X-Real-IP|url_root|host_url|base_url_of"
)


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
        case ast.Call():
            return name_of(node.func)
    return ""


def compared(tree: ast.Module) -> Iterator[str]:
    """Every ``==`` and ``!=`` in Python itself that has something secret on a side."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            sides = [node.left, *node.comparators]
            if any(SECRET.search(name_of(side)) for side in sides):
                said = ast.unparse(node)
                if not COLUMN.search(said):
                    yield said


def test_no_secret_is_compared_by_an_operator() -> None:
    found = {(file, said) for file, tree in trees() for said in compared(tree)}
    assert found - TOLD_APART == set()


def test_nothing_is_decided_by_where_a_request_comes_from() -> None:
    for file in (*PACKAGE.rglob("*.py"), *TEMPLATES.rglob("*.html"), PACKAGE.parent / "wsgi.py"):
        assert not WHERE_FROM.search(file.read_text("utf-8")), file


def test_every_exception_from_the_security_rules_gives_its_reason() -> None:
    for path in PACKAGE.rglob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            if re.search(r"# noqa: .*\bS[0-9]{3}", line):
                assert re.search(r"S[0-9]{3}[^-]* - \w", line), (path.name, line.strip())


def test_nothing_is_run_by_a_shell_read_by_pickle_or_made_of_text() -> None:
    """Each of these is also a rule of ruff; here they may not be excepted at all."""
    named = re.compile(r"shell=True|os\.system|import pickle|yaml\.load|\beval\(|\bexec\(|marshal\.loads")
    for path in PACKAGE.rglob("*.py"):
        assert not named.search(path.read_text("utf-8")), path
