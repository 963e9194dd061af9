"""Registers, lists, the day's end and polling stations, as the office's people use them."""

import csv
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from urllib.parse import urlencode

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from suket_service import issuing, publishing
from suket_service.paper.wording import long_date
from suket_service.registry import audit, letters
from suket_service.registry.session import Registry
from suket_service.sheets.write import write_xlsx
from suket_service.web.staff.reports import choosing, own_lists, register, stations
from tests.administering.office import PUBLISHER
from tests.builders import OFFICE
from tests.cli.builders import suket
from tests.cli.production import PRODUCTION
from tests.registry.builders import tampering
from tests.selection import examples
from tests.web.staff.conftest import LETTERS, OfficeAtWork, an_app

FORMULA = "=HYPERLINK(1)"
TODAY = OFFICE.local_date(datetime.now(UTC))
ONCE = "5" * 32


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def text_of(answer: TestResponse) -> str:
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.data)).pages)


def change(registry: Registry, assignment: str, number: str) -> None:
    with tampering(registry) as connection:
        connection.execute(f"UPDATE letter SET {assignment} WHERE number = ?", [number])


def revoke(office: OfficeAtWork, number: str) -> None:
    issuing.revoke(office.registry, OFFICE.code, number, "operator", "Salah data", datetime.now(UTC))


def make_list(office: OfficeAtWork, **form: str | list[str]) -> str:
    """The address of a list that was just put on record."""
    usual: dict[str, str | list[str]] = {"receiver": "KPU Kota Tanjungpinang", "scope": "all", "_once": ONCE}
    answer = office.client("kepala").post("/reports/lists", {**usual, **form})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def fetch(office: OfficeAtWork, address: str, form: str = "csv", user: str = "kepala") -> TestResponse:
    return office.client(user).post(f"{address}/file", {"format": form})


# Counts and the register


def test_everyone_sees_counts_and_the_administrator_nobodys_name(office: OfficeAtWork) -> None:
    for user in ("operator", "kepala", "admin", "auditor"):
        page = office.client(user).page("/reports")
        assert "SUHARTINI" not in page
        assert "Menurut alasan permohonan" in page
    assert "/reports/register" not in office.client("admin").page("/reports")


def test_a_count_leads_to_its_letters(office: OfficeAtWork) -> None:
    page = office.client("auditor").page("/reports?by=neighbourhood&first=&last=")
    link = re.search(r'href="(/reports/register\?[^"]*rt=001[^"]*)"', page)
    assert link
    told = office.client("auditor").page(link[1].replace("&amp;", "&"))
    assert f"{LETTERS} surat" in told


def test_the_register_is_narrowed_by_what_the_address_says(office: OfficeAtWork) -> None:
    revoke(office, office.letters[0].number or "")
    browser = office.client("operator")
    assert "1 surat" in browser.page("/reports/register?first=&last=&fate=revoked")
    assert f"{LETTERS - 1} surat" in browser.page("/reports/register?first=&last=&fate=issued")
    assert "Tidak ada surat" in browser.page("/reports/register?first=&last=&rt=7")
    assert "Tidak ada surat" in browser.page("/reports/register?first=2018-01-01&last=2018-12-31")


def test_what_the_address_says_wrongly_is_told_by_field(office: OfficeAtWork) -> None:
    answer = office.client("operator").get("/reports/register?first=2026-02-30&rt=x&village=2171011001")
    assert answer.status_code == 422
    for field in ("first", "rt", "village"):
        assert f'id="e-{field}"' in answer.text
    assert "SUHARTINI" not in answer.text


@pytest.mark.parametrize(
    "asked", ["first=x", "first=2026-11-22&last=2026-11-21", "rt=1000", "fate=x", "reason=x"]
)
def test_a_choice_that_cannot_be_understood_shows_nobody(office: OfficeAtWork, asked: str) -> None:
    for path in ("/reports/register", "/reports"):
        answer = office.client("operator").get(f"{path}?{asked}")
        assert answer.status_code == 422
        assert "<tbody>" not in answer.text


def test_a_register_turns_its_pages(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "PAGE", 4)
    first = office.client("operator").page("/reports/register?first=&last=")
    assert "Halaman 1 dari 2" in first
    second = office.client("operator").page("/reports/register?first=&last=&page=2")
    assert second.count("<tr>") == LETTERS - 4 + 1
    assert "Halaman 2 dari 2" in office.client("operator").page("/reports/register?first=&last=&page=99")


def test_the_register_as_a_file_tells_everything_in_order(office: OfficeAtWork) -> None:
    [header, *rows] = rows_of(office.client("auditor").post("/reports/register/export", {"format": "csv"}))
    assert header[:5] == ["No.", "Nomor surat", "Terbit", "NIK", "Nama"]
    assert [row[1] for row in rows] == [letter.number for letter in office.letters]
    assert rows[0][3] == office.letters[0].resident.nik


def test_a_paper_register_that_would_not_end_is_refused(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_lists, "MOST_LINES", LETTERS - 1)
    answer = office.client("operator").post("/reports/register/export", {"format": "pdf"})
    assert answer.status_code == 422
    assert "paling banyak" in answer.text


def test_counts_are_a_file_for_everyone(office: OfficeAtWork) -> None:
    [header, row] = rows_of(office.client("admin").get("/reports/counts/csv?by=village&first=&last="))
    assert header[:3] == ["No.", "Kode", "Kelurahan"]
    assert row == ["1", "2172031001", "Tanjungpinang Kota", "6", "0", "0", "0", "0", "6"]
    assert office.client("admin").get("/reports/counts/exe").status_code == 404
    assert office.client("admin").get("/reports/counts/csv?first=x").status_code == 404


# No text becomes a formula, whatever was typed


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/reports/register/export", {}),
        ("/reports/expiring/export", {"days": "30"}),
        ("/reports/cards-ready/export", {}),
    ],
)
def test_no_export_calculates(office: OfficeAtWork, path: str, form: dict[str, str]) -> None:
    number = office.letters[0].number or ""
    change(office.registry, f"name = '{FORMULA}', sealed_valid_until = '{TODAY}'", number)
    with tampering(office.registry) as connection:
        connection.execute("UPDATE resident SET recording_state = 'PRINT_READY_RECORD'")
    browser = office.client("operator")
    rows = rows_of(browser.post(path, {**form, "format": "csv"}))
    assert f"'{FORMULA}" in rows[1]
    _require_no_formula(browser.post(path, {**form, "format": "xlsx"}))


def test_no_list_handed_over_calculates(office: OfficeAtWork) -> None:
    change(office.registry, f"name = '{FORMULA}'", office.letters[0].number or "")
    address = make_list(office)
    assert rows_of(fetch(office, address))[1] == ["1", office.letters[0].number or "", f"'{FORMULA}"]
    _require_no_formula(fetch(office, address, "xlsx"))


def test_no_list_of_whom_no_station_serves_calculates(office: OfficeAtWork) -> None:
    change(office.registry, f"name = '{FORMULA}'", office.letters[0].number or "")
    import_stations(office, "1,2172041002,,")
    form = {"day": TODAY.isoformat(), "what": "nowhere"}
    _require_no_formula(office.client("operator").post("/reports/stations/papers", form))


def _require_no_formula(answer: TestResponse) -> None:
    assert answer.status_code == 200
    book = zipfile.ZipFile(BytesIO(answer.data))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert FORMULA in book.read("xl/sharedStrings.xml").decode()


# What must be thought of soon


def test_what_ends_soon_comes_first_and_by_its_days(office: OfficeAtWork) -> None:
    for letter, days in zip(office.letters[:3], (20, 6, 10), strict=True):
        change(office.registry, f"sealed_valid_until = '{TODAY + timedelta(days=days)}'", letter.number or "")
    browser = office.client("operator")
    page = browser.page("/reports/expiring")
    assert "7 hari (1)" in page
    assert "14 hari (2)" in page
    assert "30 hari (3)" in page
    order = [page.index(office.letters[place].id) for place in (1, 2, 0)]
    assert order == sorted(order)
    assert "6 hari lagi" in page
    assert "10 hari lagi" not in browser.page("/reports/expiring?days=7")


def test_holders_whose_card_is_ready_are_listed(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    assert "Belum ada pemegang surat" in browser.page("/reports/cards-ready")
    nik = office.letters[2].resident.nik
    with tampering(office.registry) as connection:
        connection.execute("UPDATE resident SET recording_state = 'PRINT_READY_RECORD' WHERE nik = ?", [nik])
    page = browser.page("/reports/cards-ready")
    assert office.letters[2].id in page
    assert office.letters[1].id not in page


# The day's end


def test_a_day_is_closed_once_and_shown_as_it_was(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    assert (
        browser.post("/reports/closing", {"day": TODAY.isoformat()}).location == f"/reports/closing/{TODAY}"
    )
    revoke(office, office.letters[0].number or "")
    browser.post("/reports/closing", {"day": TODAY.isoformat()})
    page = browser.page(f"/reports/closing/{TODAY}")
    assert '<th scope="row">Dicabut</th>' not in page
    first, second = (browser.get(f"/reports/closing/{TODAY}/report.pdf").data for _ in range(2))
    assert first == second
    assert "Sudah ditutup" in browser.page("/reports/closing")


def test_what_happened_after_the_report_is_told_beside_it(office: OfficeAtWork) -> None:
    office.client("kepala").post("/reports/closing", {"day": TODAY.isoformat()})
    with tampering(office.registry) as connection:
        connection.execute(
            "UPDATE closing_report SET counts = json_set(counts, '$.issued', ?)", [LETTERS - 2]
        )
    revoke(office, office.letters[0].number or "")
    browser = office.client("kepala")
    assert "tidak termuat di dalamnya: Diterbitkan 2, Dicabut 1." in browser.page(f"/reports/closing/{TODAY}")
    told = "Sesudah ditutup: Diterbitkan 2, Dicabut 1"
    assert browser.page("/reports/closing").count(told) == 2  # today's, and in the list


def test_before_closing_it_says_what_is_unprinted_and_that_it_is_final(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    with office.registry.writing() as tx:
        letters.add_printing(tx, office.letters[0].id, "ab" * 32, "test", "operator", datetime.now(UTC))
    revoke(office, office.letters[1].number or "")
    page = browser.page("/reports/closing")
    assert f"{LETTERS - 2} surat yang terbit {long_date(TODAY)} belum dicetak." in page
    assert "Penutupan bersifat final" in page
    browser.post("/reports/closing", {"day": TODAY.isoformat()})
    page = browser.page("/reports/closing")
    assert "belum dicetak" not in page
    assert "Sesudah ditutup" not in page


def test_yesterday_without_a_report_is_reminded_of(office: OfficeAtWork) -> None:
    yesterday = TODAY - timedelta(days=1)
    change(office.registry, f"issued_on = '{yesterday}'", office.letters[0].number or "")
    for path in ("/reports", "/reports/closing"):
        assert "Belum ditutup" in office.client("operator").page(path)
    office.client("operator").post("/reports/closing", {"day": yesterday.isoformat()})
    assert "Belum ditutup" not in office.client("operator").page("/reports/closing")


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-12-31"])
def test_no_other_day_is_closed(office: OfficeAtWork, day: str) -> None:
    assert office.client("kepala").post("/reports/closing", {"day": day}).status_code == 422


@pytest.mark.parametrize("day", ["2018-06-27", "x", "20261122", "2026-W47-7"])
def test_a_day_that_was_not_closed_is_not_there(office: OfficeAtWork, day: str) -> None:
    for path in ("", "/report.pdf", "/checkpoint.jws"):
        assert office.client("kepala").get(f"/reports/closing/{day}{path}").status_code == 404


def test_the_downloaded_checkpoint_is_what_the_command_checks(office: OfficeAtWork) -> None:
    browser = office.client("auditor")
    office.client("kepala").post("/reports/closing", {"day": TODAY.isoformat()})
    revoke(office, office.letters[0].number or "")
    file = office.settings.data_dir / "checkpoint.jws"
    file.write_bytes(browser.get(f"/reports/closing/{TODAY}/checkpoint.jws").data)
    check = ("audit", "verify", "--checkpoint", file)
    assert suket(*check, data=office.settings.data_dir, **PRODUCTION).exit_code == 0
    with tampering(office.registry) as connection:
        connection.execute("UPDATE audit SET actor = 'kepala' WHERE seq = 3")
    assert suket(*check, data=office.settings.data_dir, **PRODUCTION).exit_code == 1


def test_a_process_that_may_not_sign_says_so(office: OfficeAtWork) -> None:
    keyless = replace(office, app=an_app(replace(office.settings, key_passphrase=None)))
    answer = keyless.client("kepala").post("/reports/closing", {"day": TODAY.isoformat()})
    assert answer.status_code == 422
    assert "SUKET_KEY_PASSPHRASE" in answer.text


# Lists for other bodies


def test_a_list_tells_number_and_name_and_nothing_more(office: OfficeAtWork) -> None:
    [header, *rows] = rows_of(fetch(office, make_list(office)))
    assert header == ["No.", "Nomor surat", "Nama"]
    assert [row[1] for row in rows] == [letter.number for letter in office.letters]
    told = text_of(fetch(office, make_list(office), "pdf"))
    assert "KPU Kota Tanjungpinang" in told
    assert office.letters[0].resident.nik not in told


def test_more_columns_take_a_basis_and_an_approver(office: OfficeAtWork) -> None:
    more: dict[str, str | list[str]] = {"receiver": "Bawaslu", "scope": "all", "columns": ["nik", "village"]}
    refused = office.client("kepala").post("/reports/lists", more)
    assert refused.status_code == 422
    assert 'id="e-basis"' in refused.text
    assert 'value="nik" checked' in refused.text
    basis = {"basis": "12/KPU/2026", "basis_date": TODAY.isoformat()}
    assert office.client("operator").post("/reports/lists", {**more, **basis}).status_code == 422
    address = make_list(office, **{**more, **basis})
    assert rows_of(fetch(office, address))[0] == ["No.", "Nomor surat", "Nama", "NIK", "Kelurahan"]
    assert fetch(office, address, user="operator").status_code == 422
    page = office.client("auditor").page(address)
    assert "Nomor 12/KPU/2026 tanggal" in page
    assert office.letters[0].resident.nik not in page


def test_a_second_list_may_tell_the_changes_alone(office: OfficeAtWork) -> None:
    make_list(office)
    number = office.letters[0].number or ""
    revoke(office, number)
    address = make_list(office, scope="since", _once="6" * 32)
    assert rows_of(fetch(office, address)) == [
        ["No.", "Nomor surat", "Nama", "Perubahan", "Sebab"],
        ["1", number, "SUHARTINI", "berakhir", "dicabut"],
    ]
    assert "Baru: 0 surat. Berakhir: 1 surat." in text_of(fetch(office, address, "pdf"))


def test_an_earlier_list_is_downloaded_as_it_was_handed_over(office: OfficeAtWork) -> None:
    address = make_list(office)
    before = fetch(office, address).data
    revoke(office, office.letters[0].number or "")
    assert fetch(office, address).data == before


def test_a_list_for_a_village_of_another_office_is_refused(office: OfficeAtWork) -> None:
    form = {"receiver": "KPU", "scope": "all", "village": "2171011001"}
    assert office.client("kepala").post("/reports/lists", form).status_code == 422


# Polling stations


def import_stations(office: OfficeAtWork, *rows: str) -> None:
    file = ("tps,kelurahan,rt_rw,alamat\n" + "\n".join(rows)).encode()
    browser = office.client("operator")
    kept = browser.post("/reports/stations/import", {"_once": ONCE}, {"file": (file, "tps.csv")})
    assert kept.status_code == 303, kept.text
    assert "siap disimpan" in browser.page(kept.location)
    assert browser.post(kept.location).location == "/reports/stations"


def test_stations_come_in_after_a_look_and_give_their_papers(office: OfficeAtWork) -> None:
    import_stations(office, "1,2172031001,001/002,Halaman SDN 001", "2,2172041002,,")
    form = {"day": TODAY.isoformat(), "what": "both"}
    told = text_of(office.client("operator").post("/reports/stations/papers", form))
    for text in ("TPS 001", "TPS 002", "SUHARTINI", "FORMULIR PENCOCOKAN", office.letters[0].number or ""):
        assert text in told
    assert office.letters[0].resident.nik not in told


def test_whom_no_station_serves_is_told_on_the_page(office: OfficeAtWork) -> None:
    import_stations(office, "1,2172041002,,")
    page = office.client("kepala").page("/reports/stations")
    assert f"{LETTERS} surat tidak dilayani TPS mana pun" in page
    assert f"Tanjungpinang Kota 001/002: {LETTERS}" in page


def test_a_file_with_a_bad_row_shows_it_and_keeps_nothing(office: OfficeAtWork) -> None:
    file = b"tps,kelurahan,rt_rw\n1,2172031001,satu\n2,2172031001,1/2\n"
    browser = office.client("operator")
    kept = browser.post("/reports/stations/import", {}, {"file": (file, "tps.csv")})
    page = browser.page(kept.location)
    assert "1 dari 2 baris salah" in page
    assert "rt_rw" in page
    assert browser.post(kept.location).status_code == 422
    assert "Belum ada TPS" in browser.page("/reports/stations")


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"nik,nama\n1,2\n", write_xlsx("x", ["tps"], [["1"]])])
def test_a_file_that_is_no_list_of_stations_is_refused_with_its_reason(
    office: OfficeAtWork, body: bytes
) -> None:
    answer = office.client("operator").post("/reports/stations/import", {}, {"file": (body, "tps.csv")})
    assert answer.status_code == 422
    assert "Ada yang perlu diperbaiki" in answer.text


def test_no_file_at_all_is_told(office: OfficeAtWork) -> None:
    answer = office.client("operator").post("/reports/stations/import", {})
    assert answer.status_code == 422
    assert "Pilih dahulu berkasnya" in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {"day": "2018-06-27"},
        {"day": "x"},
        {"day": TODAY.isoformat(), "station": "satu"},
        {"day": TODAY.isoformat(), "village": "2172999999"},
    ],
)
def test_papers_that_cannot_be_made_say_why(office: OfficeAtWork, form: dict[str, str]) -> None:
    import_stations(office, "1,2172031001,001/002,")
    assert office.client("operator").post("/reports/stations/papers", form).status_code == 422


def test_too_many_letters_for_one_pdf_are_asked_for_by_village(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_stations(office, "1,2172031001,001/002,")
    monkeypatch.setattr(stations, "MOST_STATION_LINES", LETTERS - 1)
    answer = office.client("operator").post("/reports/stations/papers", {"day": TODAY.isoformat()})
    assert answer.status_code == 422
    assert "per kelurahan" in answer.text


def test_the_example_of_a_file_can_be_imported_as_it_is(office: OfficeAtWork) -> None:
    example = office.client("operator").get("/reports/stations/template.csv").data
    kept = office.client("operator").post("/reports/stations/import", {}, {"file": (example, "a.csv")})
    assert "2 TPS siap disimpan" in office.client("operator").page(kept.location)


# Anyone


def test_anyone_sees_the_days_counts_and_nobodys_name(office: OfficeAtWork) -> None:
    revoke(office, office.letters[0].number or "")
    answer = office.client().get("/angka.json")
    told = answer.json
    assert told is not None
    ours = next(each for each in told["offices"] if each["code"] == OFFICE.code)
    assert ours["days"][0] == {"day": TODAY.isoformat(), "issued": LETTERS, "revoked": 1}
    assert len(ours["days"]) == 14
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    page = office.client().page("/angka")
    assert "SUHARTINI" not in page
    assert OFFICE.name in page


def test_the_public_counts_name_the_newest_checkpoint(office: OfficeAtWork) -> None:
    assert office.client().get("/angka.json").json["checkpoint"] is None  # type: ignore[index]
    publishing.publish(office.registry, PUBLISHER, datetime.now(UTC))
    told = office.client().get("/angka.json").json["checkpoint"]  # type: ignore[index]
    with office.registry.reading() as tx:
        head = audit.head(tx)
    assert (told["entries"], told["head"]) == (head.entries, head.hash.hex())
    assert told["head"] in office.client().page("/angka")


# Whatever an address says


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        ["/reports", "/reports/register", "/reports/counts/csv", "/reports/expiring", "/reports/stations"]
    ),
    asked=st.dictionaries(
        st.sampled_from([*choosing.FIELDS, "by", "days", "day", "page"]),
        st.one_of(
            st.sampled_from(
                ["", "0", "-1", "999", "x", "issued", "words", "2026-02-30", "9999-12-31", "0001-01-01"]
            ),
            st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
            st.dates().map(date.isoformat),
        ),
        max_size=6,
    ),
)
def test_no_address_breaks(office: OfficeAtWork, path: str, asked: dict[str, str]) -> None:
    answer = office.client("auditor").get(f"{path}?{urlencode(asked)}")
    assert answer.status_code in (200, 404, 422)


def test_a_list_made_for_us_is_not_a_neighbours(office: OfficeAtWork) -> None:
    address = make_list(office)
    assert fetch(office, address, user="kepala-batam").status_code == 404
    assert office.client("kepala-batam").get(address).status_code == 404
