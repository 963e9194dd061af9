"""The register import in the browser: what a list would change is shown before it changes anything."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from suket_service.core.resident import RecordingState
from suket_service.registry import residents, uploads
from suket_service.registry.residents import Entry
from suket_service.registry.uploads import Purpose
from suket_service.sheets.read import Row
from suket_service.sheets.request_table import ERRORS, read_people
from tests.builders import OFFICE, a_row
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork
from tests.web.staff.test_batches import a_csv, an_xlsx, tally


def upload(browser: Client, data: bytes, **form: str) -> TestResponse:
    sent = {"source": "SIAK", "as_of": _today().isoformat(), **form, "csrf_token": browser.token()}
    return browser.client.post("/register", data={**sent, "file": (BytesIO(data), "daftar.csv")})


def uploaded(browser: Client, *rows: Row, **form: str) -> str:
    answer = upload(browser, a_csv(*rows), **form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def entry(office: OfficeAtWork, serial: int) -> Entry | None:
    nik = a_row(serial=serial).fields["nik"]
    with office.registry.reading() as tx:
        return residents.find(tx, OFFICE.code, [nik]).get(nik)


def _today() -> date:
    from datetime import UTC, datetime

    return OFFICE.local_date(datetime.now(UTC))


LIST = (
    a_row(serial=2),
    a_row(serial=3, status_perekaman="PRINT_READY_RECORD"),
    a_row(serial=4, alamat="JALAN LAIN NOMOR 1"),
    a_row(serial=600),
    a_row(serial=601, nama=""),
    a_row(serial=602, status_perekaman=""),
)


@pytest.mark.parametrize("user", ["operator", "admin"])
def test_a_list_is_shown_before_anything_is_changed(office: OfficeAtWork, user: str) -> None:
    browser = office.client(user)
    page = browser.page(uploaded(browser, *LIST))
    assert tally(page) == [1, 2, 1, 2]
    assert "Impor 4 orang" in page
    bad = page[page.index('id="bad"') :]
    assert "<strong>nama</strong>" in bad
    assert "<strong>status_perekaman</strong>" in bad
    assert entry(office, 600) is None


def test_the_states_that_change_are_told_from_what_to_what(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    page = browser.page(uploaded(browser, *LIST))
    states = page[page.index('id="states"') : page.index('id="bad"')]
    assert "diproses" in states
    assert "siap cetak (PRR)" in states
    assert "belum ada dalam daftar" in states


def test_a_confirmed_list_is_imported_and_its_result_stays(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    path = uploaded(browser, *LIST)
    assert browser.post(f"{path}/confirm").location == path
    page = browser.page(path)
    assert "Daftar diimpor: 1 orang baru, 2 berubah." in page
    assert tally(page) == [1, 2, 1, 2]
    changed = entry(office, 3)
    assert changed is not None
    assert changed.state is RecordingState.PRINT_READY_RECORD
    assert browser.post(f"{path}/confirm").status_code == 303
    assert tally(browser.page(path)) == [1, 2, 1, 2]


def test_a_script_is_told_how_far_it_is(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    path = uploaded(browser, *LIST)
    answer = browser.client.post(
        f"{path}/confirm", data={"csrf_token": browser.token()}, headers={"Accept": "application/json"}
    )
    assert answer.json == {"done": 6, "rows": 6, "confirmed": True}


def test_an_older_list_says_that_it_is_passed_over(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    page = browser.page(uploaded(browser, *LIST[:3], as_of=(_today() - timedelta(days=30)).isoformat()))
    assert "3 orang sudah dipegang dari daftar yang lebih baru" in page
    assert "Tidak ada baris yang dapat diimpor" in page


def test_what_the_office_holds_is_told_by_source(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    path = uploaded(browser, *LIST, source="Perekaman keliling")
    browser.post(f"{path}/confirm")
    page = browser.page("/register")
    assert "41 orang" in page
    assert "Perekaman keliling" in page
    assert "1 baru, 2 berubah, 2 ditolak" in page


def test_an_office_that_holds_nobody_is_told_where_to_begin(office: OfficeAtWork) -> None:
    assert "Belum ada seorang pun" in office.client("admin-batam").page("/register")


def test_the_bad_rows_are_given_back(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    answer = browser.post(f"{uploaded(browser, *LIST)}/refused", {"type": "csv"})
    assert [row.fields[ERRORS].split(":")[0] for row in read_people(answer.data)] == [
        "nama",
        "status_perekaman",
    ]


def test_a_discarded_list_is_gone_and_cannot_be_imported(office: OfficeAtWork) -> None:
    browser = office.client("admin")
    path = uploaded(browser, *LIST)
    assert browser.post(f"{path}/discard").location == "/register"
    assert "isinya sudah dihapus" in browser.page(path)
    assert browser.post(f"{path}/confirm").status_code == 422
    assert entry(office, 600) is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"source": ""}, "source"),
        ({"source": "SIAK 2172031708950003"}, "source"),
        ({"as_of": ""}, "as_of"),
        ({"as_of": "2026-02-30"}, "as_of"),
        ({"as_of": "9999-12-31"}, "as_of"),
    ],
)
def test_an_origin_that_cannot_be_kept_is_refused_at_its_field_and_stays_typed(
    office: OfficeAtWork, form: dict[str, str], field: str
) -> None:
    answer = upload(office.client("admin"), a_csv(*LIST), **form)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert f'value="{form[field]}"' in answer.text


def test_without_a_list_it_says_so(office: OfficeAtWork) -> None:
    answer = office.client("admin").post("/register", {"source": "SIAK", "as_of": "2026-11-20"})
    assert answer.status_code == 422
    assert 'href="#f-file"' in answer.text


def test_a_file_of_requests_is_no_list_and_the_other_way_round(office: OfficeAtWork) -> None:
    path = uploaded(office.client("operator"), *LIST)
    assert office.client("operator").get(path.replace("/register/", "/batches/")).status_code == 404


def test_the_template_has_no_column_of_requests_alone(office: OfficeAtWork) -> None:
    titles = office.client("admin").get("/register/template.csv").data.decode("utf-8-sig").strip().split(",")
    assert "status_perekaman" in titles
    assert not {"foto", "alasan", "pengecualian"} & set(titles)
    assert office.client("admin").get("/register/template.xlsx").status_code == 200


def test_whatever_is_uploaded_is_answered(office: OfficeAtWork) -> None:
    browser = office.client("admin")

    @given(
        data=st.one_of(st.binary(max_size=300), st.just(an_xlsx(*LIST[:1])), st.just(a_csv(*LIST))),
        source=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=130),
        as_of=st.one_of(st.dates().map(str), st.text("0123456789-", max_size=12)),
    )
    @settings(
        max_examples=examples(40), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def try_it(data: bytes, source: str, as_of: str) -> None:
        answer = upload(browser, data, source=source, as_of=as_of)
        assert answer.status_code in (303, 422)
        if answer.status_code == 303:
            browser.page(str(answer.location))
            assert browser.post(f"{answer.location}/confirm").status_code == 303

    try_it()
    with office.registry.reading() as tx:
        assert all(each.rows for each in uploads.of_office(tx, OFFICE.code, Purpose.RESIDENTS, 100))
