"""The office's own affairs by its pages: what an administrator presses, and what comes of it."""

import pytest

from tests.web.staff.conftest import OfficeAtWork

READ = (
    "/administration",
    "/administration/letterhead",
    "/administration/numbering",
    "/administration/hours",
    "/administration/stock",
    "/administration/kinds",
    "/administration/regions",
    "/administration/points",
    "/administration/staff",
    "/administration/keys",
    "/administration/clients",
)
ADMIN_ONLY = (
    "/administration/kinds/new",
    "/administration/kinds/1",
    "/administration/points/new",
    "/administration/staff/new",
    "/administration/clients/new",
)


@pytest.mark.parametrize("path", READ + ADMIN_ONLY)
def test_an_administrator_opens_every_page(office: OfficeAtWork, path: str) -> None:
    assert "<h1>" in office.client("admin").page(path)
