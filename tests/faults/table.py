"""A pytest plugin that ends a run of the fault suite with its table: fault, promise, result, what was seen."""

import re
import textwrap
from collections.abc import Iterator

import pytest

_NAME = re.compile(r"test_f(?P<fault>\d+)_(?P<control>control)?")
_WIDTH = 118


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Carry a test's promise (its docstring's first line) with its report."""
    outcome = yield
    doc = (getattr(item, "obj", None) and item.obj.__doc__) or ""  # type: ignore[attr-defined]
    outcome.get_result().user_properties.append(("promise", doc.strip().partition("\n")[0]))  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, by fault."""
    lines = []
    for result in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(result, []):
            if not isinstance(report, pytest.TestReport):  # a file that could not be read: told elsewhere
                continue
            where = report.nodeid.rpartition("::")[2]
            name = _NAME.match(where)
            is_promise = "tests/faults/" in report.nodeid and dict(report.user_properties).get("promise")
            if is_promise and (report.when == "call" or result != "passed"):
                fault = int(name["fault"]) if name else 99
                lines.append((fault, bool(name and name["control"]), where, result, report))
    if not lines:
        return
    terminalreporter.section("faults")
    for fault, is_control, where, result, report in sorted(lines, key=lambda line: line[:3]):
        told = {name: str(value) for name, value in report.user_properties}
        variant = where.partition("[")[2].rstrip("]")
        label = f"F{fault}" if fault != 99 else "all"
        head = f"{label:<4} {'control' if is_control else 'promise':<8} {result:<8}"
        text = " · ".join(part for part in (variant, told.get("promise", ""), told.get("found", "")) if part)
        indent = " " * len(head)
        for number, line in enumerate(textwrap.wrap(text, _WIDTH - len(head) - 1) or [""]):
            terminalreporter.write_line(f"{indent if number else head} {line}")
