"""The API's page: every call in Indonesian first, with who may ask it and a line to paste. Keys are never real."""

import re
from html import unescape

import pytest

from suket_service.web.api.documentation import _STATUSES, _TITLES
from tests.web.staff.conftest import OfficeAtWork


@pytest.fixture
def page(office: OfficeAtWork) -> str:
    return unescape(office.app.test_client().get("/api/docs").text)


def test_every_call_and_status_has_indonesian_words(office: OfficeAtWork, page: str) -> None:
    spec = office.app.test_client().get("/api/v1/openapi.json").get_json()
    operations = [each for methods in spec["paths"].values() for each in methods.values()]
    assert {each["operationId"] for each in operations} == set(_TITLES)
    assert {status for each in operations for status in each["responses"]} <= set(_STATUSES)
    assert [title for title in _TITLES.values() if f"<strong>{title}.</strong>" not in page] == []


def test_the_document_names_each_part_once(office: OfficeAtWork) -> None:
    spec = office.app.test_client().get("/api/v1/openapi.json").get_json()
    tags = [each["name"] for each in spec["tags"]]
    used = {tag for methods in spec["paths"].values() for each in methods.values() for tag in each["tags"]}
    assert len(set(tags)) == len(tags)
    assert used == set(tags)


def test_a_call_is_typed_with_what_it_takes(page: str) -> None:
    calls = re.findall(r"<pre[^>]*><code>(curl.*?)</code></pre>", page, re.DOTALL)
    by_path = {call.split()[2].partition("/api/v1/")[2]: call for call in calls if "/api/v1/" in call}
    assert "Bearer" not in by_path["verifications"]
    assert "Bearer" in by_path["verifications/batch"]
    assert "Idempotency-Key" not in by_path["verifications/batch"]
    ending = by_path["letters/4f0c9d1e.../revocation"]
    assert "Bearer suket_..." in ending
    assert "Idempotency-Key" in ending
