"""Files of requests in the browser: bad rows are shown by field before anything is written, good ones drafted once."""

import io
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import TestResponse

from suket_service import issuing
from suket_service.core import request as requests
from suket_service.core.letter import LetterState
from suket_service.registry import letters, uploads
from suket_service.registry.letters import LetterRecord
from suket_service.registry.uploads import Purpose, Upload
from suket_service.sheets.read import Row
from suket_service.sheets.request_table import ERRORS, read_people
from suket_service.sheets.write import write_csv, write_xlsx
from tests.builders import OFFICE, TODAY, VILLAGES, a_row
from tests.selection import examples
from tests.web.staff.conftest import Client, OfficeAtWork

#: Of the forty people of the office's register these have neither letter nor draft.
FREE = range(13, 42)


def a_csv(*rows: Row) -> bytes:
    return write_csv(list(rows[0].fields), [list(row.fields.values()) for row in rows])


def an_xlsx(*rows: Row) -> bytes:
    return write_xlsx("Permohonan", list(rows[0].fields), [list(row.fields.values()) for row in rows])


def upload(
    browser: Client,
    data: bytes,
    name: str = "permohonan.csv",
    photos: Sequence[tuple[bytes, str]] = (),
    **form: str,
) -> TestResponse:
    """What a browser sends for a file and several pictures."""
    sent: dict[str, object] = {**form, "csrf_token": browser.token(), "file": (BytesIO(data), name)}
    sent["photos"] = [(BytesIO(picture), each) for picture, each in photos] or [(BytesIO(b""), "")]
    return browser.client.post("/batches", data=sent)


def uploaded(browser: Client, *rows: Row, **more: object) -> str:
    """The path of the page of a file that was taken."""
    answer = upload(browser, a_csv(*rows), **more)  # type: ignore[arg-type]
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def drafts(office: OfficeAtWork) -> list[LetterRecord]:
    """The drafts that are new since the office opened."""
    with office.registry.reading() as tx:
        found = letters.search(tx, OFFICE.code, [LetterState.DRAFT])
    return [letter for letter in found if letter.id not in {each.id for each in office.drafts}]


def of_office(office: OfficeAtWork) -> list[Upload]:
    with office.registry.reading() as tx:
        return uploads.of_office(tx, OFFICE.code, Purpose.REQUESTS, 50)


def fifty(office: OfficeAtWork) -> list[Row]:
    """Fifty rows of whom three are bad; the people beyond the register pass over it."""
    rows = [a_row(serial=serial) for serial in FREE]
    rows += [a_row(serial=serial, pengecualian="Rekaman dipastikan") for serial in range(100, 121)]
    rows = [Row(row.number, {"pengecualian": "", **row.fields}) for row in rows]
    for place, change in (
        (4, {"nik": "217203170895"}),
        (20, {"tanggal_lahir": "1995-02-30"}),
        (44, {"nama": ""}),
    ):
        rows[place] = Row(2, {**rows[place].fields, **change})
    return rows


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), (178, 34, 34)).save(out, "PNG")
    return out.getvalue()


def tally(page: str) -> list[int]:
    return [
        int(number.replace(".", "")) for number in re.findall(r"<li[^>]*><strong>([0-9.]+)</strong>", page)
    ]


class TestABatchOfFiftyWithThreeBadRows:
    def test_shows_the_bad_rows_by_field_before_anything_is_written(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = browser.page(uploaded(browser, *fifty(office)))
        assert tally(page)[:2] == [47, 3]
        bad = page[page.index('id="bad"') : page.index('id="good"')]
        for number, field in ((6, "nik"), (22, "tanggal_lahir"), (46, "nama")):
            assert f">{number}</td>" in bad
            assert f"<strong>{field}</strong>" in bad
        assert bad.count("<tr class") == 3
        assert page.index('id="bad"') < page.index('id="good"')
        assert drafts(office) == []

    def test_drafts_forty_seven_when_it_is_confirmed(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        answer = browser.post(f"{path}/confirm")
        assert (answer.status_code, answer.location) == (303, path)
        page = browser.page(path)
        assert "47 konsep menunggu persetujuan." in page
        assert tally(page)[:2] == [47, 3]
        assert len(drafts(office)) == 47

    def test_confirmed_again_drafts_nothing_more(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        for _ in range(2):
            assert browser.post(f"{path}/confirm").status_code == 303
        assert len(drafts(office)) == 47

    def test_tells_a_script_how_far_it_is(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        answer = browser.client.post(
            f"{path}/confirm", data={"csrf_token": browser.token()}, headers={"Accept": "application/json"}
        )
        assert answer.json == {"done": 50, "rows": 50, "confirmed": True}

    def test_gives_the_bad_rows_back_to_be_mended_and_uploaded_again(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        browser.post(f"{path}/confirm")
        answer = browser.post(f"{path}/refused", {"type": "xlsx"})
        assert answer.headers["Content-Disposition"] == "attachment; filename=perbaikan-permohonan.xlsx"
        rows = read_people(answer.data)
        assert [row.fields[ERRORS].split(":")[0] for row in rows] == ["nik", "tanggal_lahir", "nama"]
        right = [a_row(serial=17), a_row(serial=33), a_row(serial=115)]
        mended = [
            Row(
                row.number,
                {**row.fields, **{name: good.fields[name] for name in ("nik", "nama", "tanggal_lahir")}},
            )
            for row, good in zip(rows, right, strict=True)
        ]
        again = upload(browser, an_xlsx(*mended), "perbaikan.xlsx").location
        assert tally(browser.page(again))[:2] == [3, 0]
        browser.post(f"{again}/confirm")
        assert len(drafts(office)) == 50

    def test_leads_the_approver_to_its_drafts(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        browser.post(f"{path}/confirm")
        [kept] = of_office(office)
        page = office.client("kepala").page(path)
        assert f"/desk?batch={kept.sha256}" in page
        assert "47" in office.client("kepala").page(f"/desk?batch={kept.sha256}")


class TestUploading:
    def test_without_a_file_says_so_at_the_field(self, office: OfficeAtWork) -> None:
        answer = office.client("operator").post("/batches")
        assert answer.status_code == 422
        assert 'href="#f-file"' in answer.text
        assert "Pilih berkasnya dahulu." in answer.text

    @pytest.mark.few(6)
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xef\xbb\xbf",
            b"halo",
            b"\x00\x01\x02",
            b"PK\x03\x04 not a workbook",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            b"%PDF-1.7",
            b"nik,nama\n",
            b'nik,nama\n"1',
            b"nik\n" + b"1" * 100_000,
            "nik,nama\nJOSÉ,é\n".encode("latin-1"),
            "nik,nama\nA,B\n".encode("utf-16"),
        ],
        ids=range(12),
    )
    def test_a_file_that_is_no_table_is_refused_and_not_kept(self, office: OfficeAtWork, data: bytes) -> None:
        assert upload(office.client("operator"), data).status_code == 422
        assert of_office(office) == []

    @pytest.mark.few(2)
    @pytest.mark.parametrize("name", ["permohonan.xlsx", "permohonan.csv", "permohonan.jpg", "tanpa-akhiran"])
    def test_the_content_says_what_a_file_is_not_its_name(self, office: OfficeAtWork, name: str) -> None:
        browser = office.client("operator")
        assert upload(browser, an_xlsx(a_row(serial=30)), name).status_code == 303
        assert upload(browser, a_csv(a_row(serial=30)), name).status_code == 303

    def test_semicolons_and_a_byte_order_mark_are_read(self, office: OfficeAtWork) -> None:
        row = a_row(serial=30).fields
        data = "\ufeff" + ";".join(row) + "\r\n" + ";".join(row.values()) + "\r\n"
        browser = office.client("operator")
        assert tally(browser.page(upload(browser, data.encode()).location))[:2] == [1, 0]

    def test_a_bomb_of_a_workbook_is_refused(self, office: OfficeAtWork) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", bytes(80 * 1024 * 1024))
        assert upload(office.client("operator"), out.getvalue(), "a.xlsx").status_code == 422

    def test_more_than_25_mb_is_refused_before_it_is_read(self, office: OfficeAtWork) -> None:
        answer = office.client("operator").client.post(
            "/batches",
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(26 * 1024 * 1024)},
        )
        assert answer.status_code == 413

    def test_the_same_form_sent_twice_is_one_upload(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        paths = {uploaded(browser, a_row(serial=30), _once="ab" * 16) for _ in range(2)}
        assert (len(paths), len(of_office(office))) == (1, 1)

    def test_a_files_name_is_shown_as_text_and_stands_in_no_address(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, a_row(serial=30), name="<b>SUHARTINI</b>.csv")
        assert "SUHARTINI" not in path
        assert "b&gt;.csv" in browser.page(path)
        assert "<b>SUHARTINI" not in browser.page("/batches")

    def test_what_was_uploaded_is_listed_with_its_counts(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, a_row(serial=30), a_row(rt="x"))
        assert "menunggu dilihat" in browser.page("/batches")
        browser.post(f"{path}/confirm")
        assert "1 konsep, 0 sudah ada, 1 ditolak" in browser.page("/batches")

    def test_a_discarded_file_keeps_its_name_and_nothing_else(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, a_row(serial=30))
        assert browser.post(f"{path}/discard").location == "/batches"
        page = browser.page(path)
        assert "isinya sudah dihapus" in page
        assert a_row(serial=30).fields["nik"] not in page
        assert browser.post(f"{path}/confirm").status_code == 422


class TestPhotographs:
    def test_are_matched_by_name_and_the_others_named(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        photos = [(picture(), "SITI.png"), (picture(), "lain.png"), (b"no picture", "rusak.jpg")]
        path = uploaded(browser, a_row(serial=30, foto="siti.png"), photos=photos)
        page = browser.page(path)
        assert tally(page)[:2] == [1, 0]
        assert "<li>lain.png</li>" in page
        assert "<strong>rusak.jpg</strong>" in page

    def test_may_be_added_afterwards(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, a_row(serial=30, foto="siti.png"))
        assert tally(browser.page(path))[:2] == [0, 1]
        answer = browser.post(f"{path}/photos", files={"photos": (picture(), "siti.png")})
        assert answer.status_code == 303
        assert tally(browser.page(path))[:2] == [1, 0]

    def test_come_along_to_a_mended_file(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        bad = a_row(serial=30, foto="siti.png", rt="x")
        path = uploaded(browser, bad, photos=[(picture(), "siti.png")])
        mends = path.rsplit("/", 1)[1]
        assert f'name="mends" value="{mends}"' in browser.page(path)
        mended = uploaded(browser, a_row(serial=30, foto="siti.png"), mends=mends)
        assert tally(browser.page(mended))[:2] == [1, 0]

    def test_none_chosen_is_said_at_the_field(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        answer = browser.post(f"{uploaded(browser, a_row(serial=30))}/photos")
        assert answer.status_code == 422
        assert 'href="#f-photos"' in answer.text

    @pytest.mark.parametrize(
        "archive", [b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(2000)]
    )
    def test_a_zip_that_is_none_gives_no_fault(self, office: OfficeAtWork, archive: bytes) -> None:
        answer = upload(office.client("operator"), a_csv(a_row(serial=30)), photos=[(archive, "a.zip")])
        assert answer.status_code in (303, 422)


class TestLooking:
    def test_an_exception_from_the_register_is_marked(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        row = a_row(serial=500, pengecualian="Rekaman dipastikan lewat telepon")
        page = browser.page(uploaded(browser, row))
        assert tally(page) == [1, 0, 1]
        assert "penyetuju yang memutuskan" in page

    def test_a_file_of_nothing_but_bad_rows_has_nothing_to_confirm(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = browser.page(uploaded(browser, a_row(rt="x")))
        assert "data-run" not in page
        assert "Tidak ada baris yang dapat menjadi konsep" in page

    def test_a_file_whose_letters_are_all_there_says_so(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = browser.page(uploaded(browser, a_row(serial=2)))
        assert "Semua baris berkas ini sudah ada" in page
        assert f"/letters/{office.letters[0].id}" in page

    def test_long_texts_are_measured_later_where_there_are_many_and_before_they_are_drafted(
        self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("suket_service.web.staff.batches._PATIENCE", 0.0)
        browser = office.client("operator")
        long = a_row(serial=30, alamat="W" * 120, tempat_lahir="W" * 60, pekerjaan="W" * 60, alasan="W" * 120)
        path = uploaded(browser, long)
        page = browser.page(path)
        assert "1 baris dengan teks panjang belum diukur" in page
        browser.post(f"{path}/confirm")
        page = browser.page(path)  # measured now, and known for good
        assert "belum diukur" not in page
        assert tally(page)[:2] == [0, 1]
        assert drafts(office) == []

    def test_good_rows_come_in_pages(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *[a_row(serial=serial) for serial in FREE])
        first, second = browser.page(path), browser.page(f"{path}?page=2")
        assert "Halaman 1 dari 2" in first
        assert a_row(serial=FREE[-1]).fields["nik"] in second
        assert a_row(serial=FREE[-1]).fields["nik"] not in first

    def test_turning_its_pages_judges_nothing_again_and_coming_back_does(
        self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        judged = []
        judge = issuing.preview_upload

        def counted(*args: Any) -> issuing.UploadPreview:
            judged.append(args)
            return judge(*args)

        monkeypatch.setattr(issuing, "preview_upload", counted)
        browser = office.client("operator")
        path = uploaded(browser, *[a_row(serial=serial) for serial in FREE])
        for page, times in (("", 1), ("?page=2", 1), ("?page=2", 1), ("", 2)):
            browser.page(path + page)
            assert len(judged) == times

    def test_a_page_turned_after_the_file_moved_on_is_judged_anew(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *[a_row(serial=serial) for serial in FREE])
        assert "konsep baru" in browser.page(f"{path}?page=2")
        browser.post(f"{path}/confirm")
        assert "konsep baru" not in browser.page(f"{path}?page=2")

    def test_what_was_typed_is_shown_as_text(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        page = browser.page(uploaded(browser, a_row(nama="<script>alert(1)</script>")))
        assert "<script>alert" not in page

    @pytest.mark.parametrize("user", ["kepala", "auditor"])
    def test_who_only_reads_is_offered_no_change(self, office: OfficeAtWork, user: str) -> None:
        path = uploaded(office.client("operator"), a_row(serial=30), a_row(rt="x"))
        page = office.client(user).page(path)
        assert 'method="post"' not in page[page.index("<main") :]
        assert 'type="file"' not in office.client(user).page("/batches")

    def test_another_page_in_english(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        path = uploaded(browser, *fifty(office))
        browser.client.set_cookie("bahasa", "en", domain="suket.example.go.id", secure=True)
        page = browser.page(path)
        assert "Make 47 drafts" in page
        assert "Rows to mend" in page


class TestTemplates:
    def test_the_workbook_filled_in_is_read_and_its_example_is_a_good_row(self, office: OfficeAtWork) -> None:
        data = office.client("operator").get("/batches/template.xlsx").data
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "dataValidation" in sheet
        examples = read_people(_with_first_sheet(data, "Contoh"))
        assert len(examples) == 2
        for row in examples:
            assert requests.read(row.fields, VILLAGES, TODAY).problems == ()

    def test_the_csv_holds_the_titles_that_our_reader_knows(self, office: OfficeAtWork) -> None:
        titles = office.client("operator").get("/batches/template.csv").data.decode("utf-8-sig").strip()
        assert titles.split(",") == list(dict.fromkeys(requests.HEADERS.values()))

    def test_another_office_gets_its_own_villages(self, office: OfficeAtWork) -> None:
        data = office.client("operator-batam").get("/batches/template.xlsx").data
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            strings = book.read("xl/sharedStrings.xml").decode()
        assert "2171011001" in strings
        assert "2172031001" not in strings


def _with_first_sheet(data: bytes, name: str) -> bytes:
    """The workbook with that sheet alone to be seen."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w") as changed:
        for part in book.namelist():
            content = book.read(part)
            if part == "xl/workbook.xml":
                content = content.replace(b'name="Permohonan"', b'name="Lain" state="hidden"')
                content = content.replace(f'name="{name}"'.encode(), b'name="Permohonan"')
            changed.writestr(part, content)
    return out.getvalue()


_CELLS = st.one_of(
    st.sampled_from(["", "-", "=1+1", "2172031708950030", "1995-08-17", "31-02-1999", "A" * 5000, "\x00", "é\u0301", "😀"]),
    st.text(max_size=20),
)  # fmt: skip
_TITLES = st.sampled_from([*requests.HEADERS, ERRORS, "NIK ", "apa saja", ""])


def test_whatever_is_uploaded_is_answered(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    good = list(a_row(serial=30).fields)

    @given(
        titles=st.one_of(st.just(good), st.lists(_TITLES, max_size=20)),
        table=st.lists(st.lists(_CELLS, max_size=20), max_size=5),
        separator=st.sampled_from(",;\t"),
    )
    @settings(
        max_examples=examples(60), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def try_it(titles: list[str], table: list[list[str]], separator: str) -> None:
        lines = [separator.join(f'"{cell}"' for cell in line) for line in [titles, *table]]
        answer = upload(browser, "\r\n".join(lines).encode("utf-8", "replace"))
        assert answer.status_code in (303, 422)
        if answer.status_code == 303:
            path = str(answer.location)
            browser.page(path)
            assert browser.post(f"{path}/refused", {"type": "csv"}).status_code in (200, 422)
            assert browser.post(f"{path}/confirm").status_code in (303, 422)

    try_it()


def test_a_workbook_with_any_byte_changed_is_answered(office: OfficeAtWork) -> None:
    browser = office.client("operator")
    data = an_xlsx(a_row(serial=30), a_row(serial=31))

    @given(place=st.integers(0, len(data) - 1), value=st.integers(0, 255))
    @settings(
        max_examples=examples(15), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def try_it(place: int, value: int) -> None:
        changed = data[:place] + bytes([value]) + data[place + 1 :]
        assert upload(browser, changed).status_code in (303, 422)

    try_it()
