"""Files of requests in the browser: bad rows shown by field before anything is written, good ones drafted once."""

from tests.web.staff.conftest import OfficeAtWork


def test_x(office: OfficeAtWork) -> None:
    print(office.client("operator").page("/batches"))
    print(office.client("admin").page("/register"))
