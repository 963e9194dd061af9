"""Places of service: pressed by staff, read by everyone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from suket_service import administering
from suket_service.registry import service_points
from suket_service.registry.service_points import PointFacts, ServicePoint
from suket_service.web.app import create_app
from tests.builders import BASE_URL, OFFICE
from tests.web.staff.conftest import OfficeAtWork
from tests.web.staff.examples.administration import FACTS, POINT

SAID = {
    "close": ("closed_since", True),
    "open": ("closed_since", False),
    "no_records": ("records", False),
    "records": ("records", True),
    "no_prints": ("prints", False),
    "prints": ("prints", True),
}


def add(office: OfficeAtWork, ago: timedelta = timedelta(), **changes: object) -> int:
    facts: PointFacts = replace(FACTS, **changes)  # type: ignore[arg-type]
    return administering.add_service_point(
        office.registry, OFFICE.code, facts, "admin", datetime.now(UTC) - ago
    )


def held(office: OfficeAtWork, point: int) -> ServicePoint:
    with office.registry.reading() as tx:
        return service_points.find(tx, OFFICE.code, point)


class TestPressing:
    @pytest.mark.parametrize("said", SAID)
    def test_one_press_of_an_operator_says_what_works(self, office: OfficeAtWork, said: str) -> None:
        field, so = SAID[said]
        point = add(
            office, closed_since=None if said == "close" else datetime.now(UTC).date() - timedelta(days=3)
        )
        answer = office.client("operator").post(f"/administration/points/{point}/today", {"say": said})
        assert (answer.status_code, answer.location) == (303, f"/administration/points#t-{point}")
        assert bool(getattr(held(office, point).facts, field)) is so
        assert held(office, point).by == "operator"

    def test_still_the_same_makes_it_fresh(self, office: OfficeAtWork) -> None:
        point = add(office, timedelta(days=3))
        before = held(office, point)
        office.client("operator").post(f"/administration/points/{point}/today", {"say": "same"})
        assert held(office, point).facts == before.facts
        assert held(office, point).at > before.at

    def test_a_notice_is_put_up_and_taken_down(self, office: OfficeAtWork) -> None:
        browser, point = office.client("operator"), add(office)
        browser.post(f"/administration/points/{point}/today", {"say": "notice", "notice": " Mesin  rusak "})
        assert held(office, point).facts.notice == "Mesin rusak"
        browser.post(f"/administration/points/{point}/today", {"say": "notice", "notice": ""})
        assert held(office, point).facts.notice == ""

    def test_an_unknown_press_says_nothing(self, office: OfficeAtWork) -> None:
        point = add(office)
        answer = office.client("operator").post(f"/administration/points/{point}/today", {"say": "x"})
        assert answer.status_code == 422

    def test_an_operator_keeps_no_list(self, office: OfficeAtWork) -> None:
        page = office.client("operator").page("/administration/points")
        assert "Tambah tempat" not in page

    def test_a_place_taken_off_can_be_put_back(self, office: OfficeAtWork) -> None:
        browser, point = office.client("admin"), add(office)
        assert "Kembalikan" in browser.post(f"/administration/points/{point}/remove", follow=True).text
        browser.post(f"/administration/points/{point}/restore")
        assert not held(office, point).removed

    def test_what_is_wrong_is_told_beside_its_field(self, office: OfficeAtWork) -> None:
        form = {**POINT, "name": "", "closed_since": "31-12-2026"}
        answer = office.client("admin").post("/administration/points/new", form)
        assert answer.status_code == 422
        assert 'id="e-closed_since"' in answer.text


class TestReading:
    def test_anyone_reads_it_without_a_script(self, office: OfficeAtWork) -> None:
        add(office)
        page = office.client().page("/layanan")
        assert FACTS.name in page
        assert "<script" not in page
        assert len(page) < 20_000

    def test_open_places_come_before_closed_ones(self, office: OfficeAtWork) -> None:
        add(office, name="AAA Tutup", closed_since=datetime.now(UTC).date() - timedelta(days=9))
        add(office, name="ZZZ Buka")
        page = office.client().page("/layanan")
        assert page.index("ZZZ Buka") < page.index("AAA Tutup")
        assert "TUTUP sejak" in page

    def test_hours_are_told_and_never_that_a_place_is_open_now(self, office: OfficeAtWork) -> None:
        add(office)
        page = office.client().page("/layanan")
        assert f"Jam buka:</strong> {FACTS.hours}" in page
        assert "Yang berjalan, terakhir diperbarui" in page
        assert "BUKA" not in page
        assert "KTP-el hari ini" not in page

    def test_what_is_older_than_a_day_is_said_loudly(self, office: OfficeAtWork) -> None:
        point = add(office, timedelta(hours=25))
        assert "Belum diperbarui sejak" in office.client().page("/layanan")
        office.client("operator").post(f"/administration/points/{point}/today", {"say": "same"})
        assert "Belum diperbarui sejak" not in office.client().page("/layanan")

    def test_a_place_taken_off_is_gone(self, office: OfficeAtWork) -> None:
        point = add(office)
        office.client("admin").post(f"/administration/points/{point}/remove")
        page = office.client().page("/layanan")
        assert FACTS.name not in page
        assert "Belum ada keterangan" in page

    def test_no_member_of_staff_is_named(self, office: OfficeAtWork) -> None:
        point = add(office)
        office.client("operator").post(f"/administration/points/{point}/today", {"say": "close"})
        assert "operator" not in office.client().page("/layanan")

    def test_a_public_process_shows_it_too(self, office: OfficeAtWork) -> None:
        add(office)
        public = create_app(replace(office.settings, role="public", key_passphrase=None))
        assert FACTS.name in public.test_client().get("/layanan", base_url=BASE_URL).text

    def test_it_speaks_english_by_the_readers_choice(self, office: OfficeAtWork) -> None:
        add(office)
        browser = office.client()
        browser.client.set_cookie("bahasa", "en", domain="suket.example.go.id")
        page = browser.page("/layanan")
        assert '<html lang="en">' in page
        assert "Recording works" in page
