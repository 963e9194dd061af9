"""The public counts where no staff page is served."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from suket_service.settings import Settings
from suket_service.web.app import create_app


@pytest.fixture
def public(database: Path) -> FlaskClient:
    """A visitor of a process that serves the public alone, and holds no secret."""
    settings = Settings.from_env(
        {
            "SUKET_ENVIRONMENT": "production",
            "SUKET_BASE_URL": "https://suket.example.go.id",
            "SUKET_DATA_DIR": str(database.parent),
            "SUKET_ROLE": "public",
        }
    )
    return create_app(settings).test_client()


def test_a_public_process_tells_the_counts(public: FlaskClient) -> None:
    told = public.get("/angka.json", base_url="https://suket.example.go.id").json
    assert told is not None
    assert [day["issued"] for day in told["offices"][0]["days"]] == [0] * 14
    assert told["checkpoint"] is None


def test_the_page_says_where_nothing_was_published_yet(public: FlaskClient) -> None:
    answer = public.get("/angka", base_url="https://suket.example.go.id")
    assert answer.status_code == 200
    assert "Belum ada yang dipublikasikan" in answer.text


def test_the_counts_are_there_in_english_too(client: FlaskClient) -> None:
    client.set_cookie("bahasa", "en")
    answer = client.get("/angka")
    assert "Letters issued and revoked" in answer.text
    assert "Cookie" in answer.vary
