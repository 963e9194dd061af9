"""A pytest plugin that keeps ``script/test`` short: what says nothing new on a second database is marked slow.

The registry's own tests run whole on SQLite and on PostgreSQL. Of every other test that runs on both, PostgreSQL gets
the first set of parameters and SQLite all of them; ``script/thorough`` leaves nothing out.
"""

from pathlib import Path

import pytest

_WHOLE = Path(__file__).parent / "registry"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the further parameters of a test on PostgreSQL as slow."""
    seen: set[str] = set()
    for item in sorted(items, key=lambda each: each.nodeid):  # whatever order they are to run in
        if not isinstance(item, pytest.Function) or _WHOLE in item.path.parents:
            continue
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if parameters.get("databases") != "postgresql":
            continue
        name = item.nodeid.partition("[")[0]
        if name in seen:
            item.add_marker(pytest.mark.slow)
        seen.add(name)
