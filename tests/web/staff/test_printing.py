"""Printing from the browser: one letter, runs of many, the printer's test."""

import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from suket_service import issuing, printing
from suket_service.errors import PrinterError, Text
from suket_service.paper import reader
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.printing import Shelf, choosing
from suket_service.registry import audit, letters
from suket_service.web.staff.printing import runs
from tests.builders import OFFICE
from tests.paper import prints
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork

SIZES = (2, 50)
EVERYTHING = {"choice": "all", "order": "number", "part_size": "2"}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PART_SIZES", SIZES)
    monkeypatch.setattr(runs, "PART_SIZES", SIZES)


def started(browser: Client, form: dict[str, str | list[str]] | None = None) -> str:
    answer = browser.post("/printing/new", form or {**EVERYTHING})
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith("/printing/")
    return str(answer.location)


def finished(browser: Client, page: str) -> None:
    while "data-finished" not in browser.page(page):
        assert browser.post(f"{page}/next").status_code == 303


def prints_of(office: OfficeAtWork, letter: str) -> int:
    with office.registry.reading() as tx:
        return [event.action for event in letters.events(tx, letter)].count("print")


def audited(office: OfficeAtWork, action: str) -> int:
    with office.registry.reading() as tx:
        return len(audit.of_action(tx, action))


def pages_in(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def half(picture: Image.Image, dpi: int | None = None) -> bytes:
    """Half as large: the test client leaves a temporary file behind of what is above 500 KB."""
    size = picture.width // 2, picture.height // 2
    data = prints.jpeg(picture.resize(size, Image.Resampling.LANCZOS), 60, dpi)
    assert len(data) < 400_000
    return data


class TestOneLetter:
    def test_it_is_shown_under_its_number_and_bears_its_seal(self, office: OfficeAtWork) -> None:
        letter = office.letters[0]
        answer = office.client("operator").post(f"/letters/{letter.id}/print", follow=True)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
        name = str(letter.number).replace("/", "-")
        assert answer.headers["Content-Disposition"] == f"inline; filename={name}.pdf"
        with office.registry.reading() as tx:
            assert reader.read(answer.data).texts == (letters.seal_text(tx, letter.id),)

    def test_reloading_the_pdf_shows_the_same_bytes_and_records_nothing(self, office: OfficeAtWork) -> None:
        browser, path = office.client("operator"), f"/letters/{office.letters[0].id}/print"
        first = browser.post(path, follow=True)
        assert browser.get(path).data == browser.get(path).data == first.data
        assert prints_of(office, office.letters[0].id) == 1

    def test_pressing_the_button_again_is_recorded_again(self, office: OfficeAtWork) -> None:
        browser, path = office.client("operator"), f"/letters/{office.letters[0].id}/print"
        assert browser.post(path, follow=True).data == browser.post(path, follow=True).data
        assert prints_of(office, office.letters[0].id) == 2

    def test_the_address_shows_it_to_nobody_who_did_not_print_it(self, office: OfficeAtWork) -> None:
        path = f"/letters/{office.letters[0].id}/print"
        office.client("operator").post(path)
        for other in ("operator2", "kepala"):
            assert office.client(other).get(path).status_code == 404

    def test_a_revoked_letter_is_not_printed(self, office: OfficeAtWork) -> None:
        letter = office.letters[0]
        issuing.revoke(
            office.registry, OFFICE.code, str(letter.number), "operator", "Salah", datetime.now(UTC)
        )
        assert office.client("operator").post(f"/letters/{letter.id}/print").status_code == 409

    def test_printing_one_letter_removes_the_files_of_runs_that_are_a_day_old(
        self, office: OfficeAtWork
    ) -> None:
        Shelf(office.settings.data_dir).put("e" * 32, 1, b"%PDF-", datetime.now(UTC) - timedelta(days=1))
        office.client("operator").post(f"/letters/{office.letters[0].id}/print")
        assert not list(office.settings.data_dir.rglob("*.pdf"))

    @pytest.mark.parametrize("letter", ["x", "0" * 32, "%00", "A" * 32])
    def test_a_guessed_id_is_not_found(self, office: OfficeAtWork, letter: str) -> None:
        browser = office.client("operator")
        assert browser.post(f"/letters/{letter}/print").status_code == 404
        assert browser.get(f"/letters/{letter}/print").status_code == 404

    def test_a_draft_is_not_printed(self, office: OfficeAtWork) -> None:
        assert office.client("operator").post(f"/letters/{office.drafts[0].id}/print").status_code == 404


class TestRuns:
    def test_what_waits_is_counted_and_offered_by_village_day_and_batch(self, office: OfficeAtWork) -> None:
        page = office.client("operator").page("/printing")
        assert "6 surat menunggu dicetak" in page
        assert 'value="village:2172031001"' in page
        assert f'value="day:{office.letters[0].issued_on}"' in page
        assert f'value="batch:{"a" * 64}"' in page

    def test_a_run_is_made_part_by_part_with_true_progress(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        seen = []
        for _ in range(4):
            text = browser.page(page)
            seen.append(re.findall(r'<progress max="6" value="(\d)"', text))
            browser.post(f"{page}/next")
        assert seen == [["0"], ["2"], ["4"], []]
        assert "Selesai: 6 surat dalam 3 bagian" in browser.page(page)
        assert all(prints_of(office, letter.id) == 1 for letter in office.letters)

    def test_without_a_script_a_button_goes_on(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        browser.post(f"{page}/next")
        text = browser.page(page)
        assert f'action="{page}/next"' in text
        assert "Lanjutkan</button>" in text

    def test_each_part_and_the_whole_can_be_downloaded(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        finished(browser, page)
        part = browser.post(f"{page}/parts/3")
        assert (part.mimetype, pages_in(part.data)) == ("application/pdf", 2)
        assert re.fullmatch(
            r"attachment; filename=cetak-\d{4}-\d\d-\d\d-[0-9a-f]{6}-bagian-03\.pdf",
            part.headers["Content-Disposition"],
        )
        whole = browser.post(f"{page}/whole")
        assert (whole.mimetype, pages_in(whole.data)) == ("application/pdf", 6)
        assert audited(office, "print_run.hand_out") == 2

    def test_the_same_form_sent_twice_is_one_run(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        form: dict[str, str | list[str]] = {**EVERYTHING, "_once": "d" * 32}
        assert started(browser, form) == started(browser, form)
        assert audited(office, "print_run.start") == 1

    def test_ticked_letters_are_a_run_with_nothing_else_said(self, office: OfficeAtWork) -> None:
        browser = office.client("kepala")
        page = started(browser, {"letter": [letter.id for letter in office.letters[:3]]})
        assert "3 surat" in browser.page(page)

    def test_a_second_run_does_not_take_what_the_first_will_print(self, office: OfficeAtWork) -> None:
        started(office.client("operator"))
        other = office.client("operator2")
        assert "Tidak ada surat yang menunggu dicetak" in other.page("/printing")
        answer = other.post("/printing/new", {**EVERYTHING})
        assert answer.status_code == 422
        assert "Tidak ada surat yang dapat dicetak" in answer.text

    def test_the_choice_stays_when_it_is_refused(self, office: OfficeAtWork) -> None:
        form: dict[str, str | list[str]] = {
            "choice": "village:2172031001",
            "order": "place",
            "part_size": "7",
        }
        answer = office.client("operator").post("/printing/new", form)
        assert answer.status_code == 422
        assert re.search(r'value="village:2172031001" selected', answer.text)
        assert re.search(r'value="place" checked', answer.text)

    def test_another_window_is_told_that_this_run_is_being_worked_on(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        with Shelf(office.settings.data_dir).reserved(page.rpartition("/")[2]):
            answer = browser.post(f"{page}/next", follow=True)
        assert "data-busy" in answer.text
        assert "Jendela lain" in answer.text
        assert prints_of(office, office.letters[0].id) == 0

    @pytest.mark.slow
    def test_a_colleague_can_take_over(self, office: OfficeAtWork) -> None:
        page = started(office.client("operator"))
        office.client("operator").post(f"{page}/next")
        finished(office.client("kepala"), page)
        assert "Kepala" in office.client("kepala").page(page)

    @pytest.mark.slow
    def test_a_letter_that_cannot_be_printed_is_named_with_its_reason(
        self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, printed = office.letters[1].id, LetterPrinter.print_together

        def print_together(self: LetterPrinter, wanted: list[printing.Wanted]) -> bytes:
            if any(letter.id == bad for letter in wanted):  # type: ignore[attr-defined]
                raise PrinterError("letter_overflows", Text("Isi surat tidak muat.", "It does not fit."))
            return printed(self, wanted)  # type: ignore[arg-type]

        monkeypatch.setattr(LetterPrinter, "print_together", print_together)
        browser = office.client("operator")
        page = started(browser)
        finished(browser, page)
        text = browser.page(page)
        assert "Tidak ikut: 1 surat" in text
        assert f'href="/letters/{bad}"' in text
        assert "Isi surat tidak muat." in text
        assert pages_in(browser.post(f"{page}/whole").data) == 5

    def test_a_letter_suspended_since_is_named_and_its_part_comes_without_it(
        self, office: OfficeAtWork
    ) -> None:
        browser, letter = office.client("operator"), office.letters[0]
        page = started(browser)
        finished(browser, page)
        pages = pages_in(browser.post(f"{page}/parts/1").data)
        issuing.suspend(
            office.registry, "2172", str(letter.number), "operator", "Diperiksa", datetime.now(UTC)
        )
        text = browser.page(page)
        assert "Bagian 1 disusun ulang tanpa surat itu" in text
        assert "Tidak ikut: 1 surat" in text
        assert f'href="/letters/{letter.id}"' in text
        assert browser.post(f"{page}/whole").status_code == 422
        assert pages_in(browser.post(f"{page}/parts/1").data) == pages - 1
        assert "disusun ulang tanpa" not in browser.page(page)

    @pytest.mark.slow
    def test_a_letter_revoked_meanwhile_is_named(self, office: OfficeAtWork) -> None:
        browser, letter = office.client("operator"), office.letters[2]
        page = started(browser)
        issuing.revoke(
            office.registry, OFFICE.code, str(letter.number), "operator", "Salah", datetime.now(UTC)
        )
        finished(browser, page)
        text = browser.page(page)
        assert str(letter.number) in text
        assert "dicabut" in text
        assert prints_of(office, letter.id) == 0

    def test_a_broken_printer_is_said_and_the_run_stays(
        self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = office.client("operator")
        page = started(browser)

        def break_down(*_: object) -> None:
            raise PrinterError("printing_stopped", Text("Proses pencetak berhenti.", "It stopped."))

        monkeypatch.setattr("suket_service.printing.runs.render_part", break_down)
        answer = browser.post(f"{page}/next")
        assert answer.status_code == 422
        assert "Proses pencetak berhenti." in answer.text
        assert '<progress max="6" value="0"' in answer.text

    def test_an_unfinished_run_has_no_whole(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        answer = browser.post(f"{page}/whole")
        assert answer.status_code == 422
        assert "belum selesai" in answer.text

    @pytest.mark.slow
    def test_files_that_are_gone_are_offered_to_be_made_again(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        finished(browser, page)
        Shelf(office.settings.data_dir).sweep(datetime.now(UTC) + timedelta(days=2))
        assert "Susun ulang berkasnya" in browser.page(page)
        assert browser.post(f"{page}/whole").status_code == 422
        finished(browser, page)
        assert pages_in(browser.post(f"{page}/whole").data) == 6
        assert prints_of(office, office.letters[0].id) == 2

    def test_an_auditor_looks_and_has_nothing_to_press(self, office: OfficeAtWork) -> None:
        page = started(office.client("operator"))
        office.client("operator").post(f"{page}/next")
        reader_of_all = office.client("auditor")
        for path in ("/printing", page):
            assert not re.search(r'action="/printing/', reader_of_all.page(path))

    def test_no_page_of_a_run_names_a_person(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        browser.post(f"{page}/next")
        for path in ("/printing", page):
            text = browser.page(path)
            for letter in office.letters:
                assert letter.resident.nik not in text
                assert letter.resident.name not in text

    def test_in_english_too(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = started(browser)
        browser.client.set_cookie("bahasa", "en", domain="suket.example.go.id")
        assert "0 of 6 letters" in browser.page(page)
        assert "Print runs" in browser.page("/printing")

    @pytest.mark.parametrize("part", ["0", "4", "99999999999999999999999999", "-1", "x"])
    def test_a_part_that_is_not_there_is_not_found(self, office: OfficeAtWork, part: str) -> None:
        browser = office.client("operator")
        page = started(browser)
        assert browser.post(f"{page}/parts/{part}").status_code == 404

    @pytest.mark.parametrize("run", ["x", "0" * 32, "%00", "Ä" * 32])
    def test_a_guessed_run_is_not_found(self, office: OfficeAtWork, run: str) -> None:
        browser = office.client("operator")
        assert browser.get(f"/printing/{run}").status_code == 404
        for step in ("next", "whole", "parts/1"):
            assert browser.post(f"/printing/{run}/{step}").status_code == 404


class TestPrinterTest:
    def upload(self, office: OfficeAtWork, data: bytes, ruler: str = "") -> tuple[int, str]:
        answer = office.client("admin").post("/printing/test", {"ruler": ruler}, {"picture": (data, "x")})
        return answer.status_code, answer.text

    def test_the_page_is_a_pdf_to_print(self, office: OfficeAtWork) -> None:
        answer = office.client("admin").get("/printing/test.pdf")
        assert (answer.mimetype, pages_in(answer.data)) == ("application/pdf", 1)

    def test_a_good_print_passes_with_its_module_width_and_both_decoders(self, office: OfficeAtWork) -> None:
        status, text = self.upload(office, half(prints.printed(), 150))
        assert status == 200
        assert "LULUS" in text
        assert "modul 0,74 mm" in text
        assert "modul 0,61 mm" in text
        assert text.count("</span>terbaca") == 4

    @pytest.mark.slow
    def test_a_scaled_print_fails_with_its_scale_and_what_to_do(self, office: OfficeAtWork) -> None:
        status, text = self.upload(office, half(prints.photographed(prints.printed(0.9))))
        assert status == 200
        assert "GAGAL" in text
        assert re.search(r"(89,[5-9]|90,[0-5]) % mendatar", text)
        assert "Cetak lagi dengan skala 100 %" in text

    def test_the_missing_corner_is_named(self, office: OfficeAtWork) -> None:
        sheet = prints.printed()
        sheet.paste(255, (2000, 3000, 2480, 3508))
        _, text = self.upload(office, half(sheet, 150))
        assert "kanan bawah" in text

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
            (b"hello", "bukan PDF, PNG atau JPEG"),
        ],
        ids=["heic", "text"],
    )
    def test_a_file_that_is_no_picture_is_said(self, office: OfficeAtWork, data: bytes, said: str) -> None:
        status, text = self.upload(office, data)
        assert status == 422
        assert said in text
        assert 'id="e-picture"' in text

    def test_a_missing_file_is_said(self, office: OfficeAtWork) -> None:
        answer = office.client("operator").post("/printing/test", {"ruler": ""})
        assert answer.status_code == 422
        assert "Pilih foto atau pindaian" in answer.text

    @pytest.mark.parametrize(
        "ruler", ["abc", "1e3", "-150", "0", "15", "1500", "1.4.9", "nan", "١٥٠", "9" * 99]
    )
    def test_a_length_that_is_none_is_said_and_stays(self, office: OfficeAtWork, ruler: str) -> None:
        status, text = self.upload(office, b"x", ruler)
        assert status == 422
        assert 'id="e-ruler"' in text
        assert f'value="{ruler}"' in text

    @pytest.mark.parametrize("ruler", ["149,5", "149.5", "150", "150 mm", " 150mm "])
    def test_a_length_is_read_as_people_write_it(self, office: OfficeAtWork, ruler: str) -> None:
        status, text = self.upload(office, b"x", ruler)
        assert status == 422
        assert 'id="e-ruler"' not in text


ANY_TEXT = st.text(max_size=80)
RELAXED = settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestAnything:
    @RELAXED
    @given(
        form=st.fixed_dictionaries(
            {
                "choice": ANY_TEXT
                | st.sampled_from(["all", "hand", "day:2026-99-99", "village:\x00", "batch:"]),
                "order": ANY_TEXT,
                "part_size": ANY_TEXT | st.sampled_from(["2", "50"]),
                "_once": ANY_TEXT,
            },
            optional={"letter": st.lists(ANY_TEXT, max_size=3)},
        )
    )
    def test_whatever_is_sent_for_a_new_run_has_an_answer(
        self, office: OfficeAtWork, form: dict[str, str | list[str]]
    ) -> None:
        assert office.client("operator").post("/printing/new", form, follow=True).status_code in (
            200,
            400,
            404,
            422,
        )

    @RELAXED
    @given(run=ANY_TEXT, part=ANY_TEXT)
    def test_whatever_stands_in_an_address_has_an_answer(
        self, office: OfficeAtWork, run: str, part: str
    ) -> None:
        from urllib.parse import quote

        browser = office.client("operator")
        path = f"/printing/{quote(run, safe='')}"
        for wanted in (f"{path}/next", f"{path}/whole", f"{path}/parts/{quote(part, safe='')}"):
            assert browser.post(wanted).status_code in (303, 308, 404, 405)

    @settings(RELAXED, max_examples=examples(15))
    @given(
        ruler=ANY_TEXT,
        start=st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
        rest=st.binary(max_size=200),
    )
    def test_whatever_is_sent_to_be_judged_has_an_answer(
        self, office: OfficeAtWork, ruler: str, start: bytes, rest: bytes
    ) -> None:
        answer = office.client("auditor").post(
            "/printing/test", {"ruler": ruler}, {"picture": (start + rest, "x")}
        )
        assert answer.status_code in (200, 400, 422)
        assert "LULUS</h1>" not in answer.text
