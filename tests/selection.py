"""A pytest plugin that keeps ``script/test`` short: what says nothing new with more data is marked slow.

Of a test marked ``few(n)`` the first *n* sets of parameters run; where parameters are stacked, as many as it takes to
see each of them once, for the first *n* would leave whole rows out. What differs between the databases is in the registry,
whose own tests run alike on SQLite and on PostgreSQL, as the fault tests do; of the others in a file, PostgreSQL gets
every second test with one set of parameters, and those marked ``both``. ``script/thorough`` leaves nothing out.
"""

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_WHOLE = {_HERE / "registry", _HERE / "faults"}
_EVERY = 2
_TAKEN = pytest.StashKey[Counter[tuple[str, object]]]()
_SEEN = pytest.StashKey[set[tuple[object, ...]]]()


def examples(number: int) -> int:
    """How many examples hypothesis is to try: a third, where not ``TEST_EXAMPLES=all``, as in ``script/thorough``."""
    return number if os.environ.get("TEST_EXAMPLES") == "all" else max(3, number // 3)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Count the sets of parameters as they are written: later they stand in any order."""
    few = item.get_closest_marker("few")
    if few is None or item.get_closest_marker("slow") is not None:
        return
    which = _name(item), _parameters(item).get("databases")
    stack = _stack(item)
    if len(stack) > 1:
        seen = item.session.stash.setdefault(_SEEN, set())
        values = {(*which, *each) for each in stack}
        if values <= seen:
            item.add_marker(pytest.mark.slow)
        seen |= values
        return
    [most] = few.args
    taken = item.session.stash.setdefault(_TAKEN, Counter())
    if taken[which] >= most:
        item.add_marker(pytest.mark.slow)
    taken[which] += 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what PostgreSQL is spared."""
    files: dict[Path, dict[str, pytest.Item]] = defaultdict(dict)
    for item in sorted(items, key=lambda each: each.nodeid):  # whatever order they are to run in
        if _parameters(item).get("databases") != "postgresql" or _WHOLE & set(item.path.parents):
            continue
        if item.get_closest_marker("slow") is None and files[item.path].setdefault(_name(item), item) is item:
            continue
        item.add_marker(pytest.mark.slow)
    for tests in files.values():
        for place, item in enumerate(tests.values()):
            if place % _EVERY and item.get_closest_marker("both") is None:
                item.add_marker(pytest.mark.slow)


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _stack(item: pytest.Item) -> list[tuple[object, ...]]:
    """The names of each ``parametrize`` and the values, by identity, that it gave."""
    given = _parameters(item)
    named = [mark.args[0] for mark in item.iter_markers("parametrize")]
    names = [each.replace(" ", "").split(",") if isinstance(each, str) else list(each) for each in named]
    return [(*each, *(id(given[name]) for name in each)) for each in names if given]


def _parameters(item: pytest.Item) -> dict[str, object]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
