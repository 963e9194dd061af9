import pytest

from tests.web.staff.conftest import OfficeAtWork


@pytest.mark.parametrize("who", ["operator","kepala","admin","auditor"])
def test_x(office: OfficeAtWork, who: str) -> None:
    office.app.url_build_error_handlers.append(lambda e, ep, v: "/missing/"+ep)
    office.app.config["PROPAGATE_EXCEPTIONS"]=True
    page = office.client(who).page("/")
    print(len(page))
    if who=="kepala": print(page)
