"""A served demo for each module that asks over the wire: what one does to its letters is no other's affair."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.contract.agency import Served, an_agency_s_demo
from tests.postgresql import memory_folder


@pytest.fixture(scope="module")
def agency() -> Iterator[Served]:
    # In memory where there is a place for it: every call of a program is a write, and thousands are sent.
    with (
        TemporaryDirectory(prefix="suket-", dir=memory_folder()) as folder,
        an_agency_s_demo(Path(folder)) as made,
    ):
        yield made
