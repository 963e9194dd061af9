"""Whole signed trust bundles, good and bad, for whoever opens them. Reads no file and opens none of them."""

from collections.abc import Iterator

from tests.core.bundle_cases.making import Case
from tests.core.bundle_cases.opened import opens
from tests.core.bundle_cases.refused import no_publications, older, untrusted
from tests.core.bundle_cases.unreadable import (
    keys_that_cannot_be_read,
    lists_that_cannot_be_read,
    shapes_that_cannot_be_read,
)


def cases() -> Iterator[Case]:
    """Every case, each under a title of its own."""
    yield from opens()
    yield from untrusted()
    yield from no_publications()
    yield from older()
    yield from keys_that_cannot_be_read()
    yield from lists_that_cannot_be_read()
    yield from shapes_that_cannot_be_read()
