"""Pages of long lists: whatever an address asks for, there is a page."""

import pytest
from flask import Flask

from suket_service.web.paging import paged


@pytest.mark.parametrize(
    ("count", "asked", "page", "pages", "shown"),
    [
        (0, "1", 1, 1, []),
        (0, "9", 1, 1, []),
        (4, "1", 1, 1, [0, 1, 2, 3]),
        (8, "2", 2, 2, [4, 5, 6, 7]),
        (9, "3", 3, 3, [8]),
        (9, "99", 3, 3, [8]),
        (9, "0", 1, 3, [0, 1, 2, 3]),
        (9, "-1", 1, 3, [0, 1, 2, 3]),
        (9, "dua", 1, 3, [0, 1, 2, 3]),
    ],
)
def test_beyond_its_ends_a_list_has_its_nearest_page(
    count: int, asked: str, page: int, pages: int, shown: list[int]
) -> None:
    with Flask(__name__).test_request_context(f"/?page={asked}"):
        at = paged(count, 4)
    assert (at.page, at.pages) == (page, pages)
    assert list(at.of(range(count))) == shown
