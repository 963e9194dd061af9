"""The office's own affairs by its pages: what an administrator presses, and what comes of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from suket_service import administering
from suket_service.core.keyring import KeyState, Purpose
from suket_service.core.kind import IssuingWindow, ValidityRule
from suket_service.core.letter import Letterhead
from suket_service.paper import logo
from suket_service.registry import calls, letters, offices
from suket_service.registry import clients as client_store
from suket_service.registry.clients import Client
from tests.builders import LETTERHEAD as HEAD
from tests.builders import OFFICE
from tests.web.staff.conftest import OfficeAtWork, an_app
from tests.web.staff.examples.administration import CLIENT, KIND, LETTERHEAD, REGIONS, a_logo

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
    "/administration/clients/usage",
)
BUTTON = re.compile(r'<button[^>]*type="submit"[^>]*>')


def heads(office: OfficeAtWork) -> list[Letterhead]:
    with office.registry.reading() as tx:
        return [head for head, _ in offices.letterheads(tx, OFFICE.code)]


@pytest.mark.parametrize("path", READ)
def test_an_auditor_reads_every_page_and_finds_nothing_to_press(office: OfficeAtWork, path: str) -> None:
    administering.add_client(
        office.registry,
        *(OFFICE.code, "Bank", "PKS", frozenset(client_store.ClientScope), None, "admin", datetime.now(UTC)),
    )
    assert BUTTON.findall(office.client("auditor").page(path)) == []


class TestLetterhead:
    def test_the_next_version_is_listed_with_whoever_changed_it(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        answer = browser.post("/administration/letterhead", LETTERHEAD, follow=True)
        assert "Kop surat versi 2" in answer.text
        assert "oleh admin" in answer.text
        assert heads(office)[0].signatory == LETTERHEAD["signatory"]

    def test_letters_of_before_keep_theirs(self, office: OfficeAtWork) -> None:
        office.client("admin").post("/administration/letterhead", LETTERHEAD)
        with office.registry.reading() as tx:
            assert letters.as_printed(tx, office.letters[0]).letterhead == HEAD

    def test_a_logo_is_kept_until_it_is_taken_off(self, office: OfficeAtWork) -> None:
        browser, png = office.client("admin"), logo.normalise(a_logo())
        browser.post("/administration/letterhead", LETTERHEAD, {"logo": (a_logo(), "logo.png")})
        assert browser.get("/administration/letterhead/2/logo.png").data == png
        browser.post("/administration/letterhead", {**LETTERHEAD, "rank": "Lain"})
        browser.post("/administration/letterhead", {**LETTERHEAD, "without_logo": "1"})
        assert [head.logo for head in heads(office)] == [None, png, png, None]

    @pytest.mark.parametrize(
        ("data", "told"), [(b"GIF89a", "bukan gambar PNG"), (b"\x89PNG\r\n\x1a\n", "rusak atau terpotong")]
    )
    def test_a_logo_that_will_not_do_is_told_and_nothing_typed_is_lost(
        self, office: OfficeAtWork, data: bytes, told: str
    ) -> None:
        form = {**LETTERHEAD, "signatory": "Dra. Diketik, M.Si."}
        answer = office.client("admin").post("/administration/letterhead", form, {"logo": (data, "x.png")})
        assert answer.status_code == 422
        assert told in answer.text
        assert "Dra. Diketik, M.Si." in answer.text

    def test_a_preview_is_a_picture_and_writes_nothing(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        before = office.file.read_bytes()
        answer = browser.post("/administration/letterhead/preview", LETTERHEAD)
        assert answer.mimetype == "image/png"
        assert Image.open(BytesIO(answer.data)).width > 1000
        other = browser.post("/administration/letterhead/preview", {**LETTERHEAD, "agency": "LAIN"})
        assert other.data != answer.data
        assert office.file.read_bytes() == before

    @pytest.mark.parametrize("changes", [{"agency": ""}, {"agency": "日本"}, {"capacity": "x"}])
    def test_there_is_no_preview_of_what_cannot_be(
        self, office: OfficeAtWork, changes: dict[str, str]
    ) -> None:
        answer = office.client("admin").post("/administration/letterhead/preview", {**LETTERHEAD, **changes})
        assert (answer.status_code, answer.mimetype) == (422, "text/html")

    def test_a_head_that_fits_no_page_is_refused(self, office: OfficeAtWork) -> None:
        form = {**LETTERHEAD, "address": "W" * 200, "contact": "W" * 200, "agency": "W" * 120}
        answer = office.client("admin").post("/administration/letterhead", form)
        assert answer.status_code == 422
        assert len(heads(office)) == 1


class TestNumbersAndDays:
    def test_a_pattern_is_looked_at_first(self, office: OfficeAtWork) -> None:
        form = {"number_pattern": "470/{serial}/{series}/{year}", "look": "1"}
        answer = office.client("admin").post("/administration/numbering", form)
        year = OFFICE.local_date(datetime.now(UTC)).year
        assert answer.status_code == 200
        assert f"470/0007/SKP/{year}" in answer.text
        with office.registry.reading() as tx:
            assert offices.office(tx, OFFICE.code) == OFFICE

    def test_then_it_is_used(self, office: OfficeAtWork) -> None:
        form = {"number_pattern": "470/{serial}/{series}/{year}"}
        assert office.client("admin").post("/administration/numbering", form).status_code == 303
        with office.registry.reading() as tx:
            assert offices.office(tx, OFFICE.code).number_pattern == form["number_pattern"]

    def test_a_pattern_that_will_not_do_is_told_beside_its_field(self, office: OfficeAtWork) -> None:
        answer = office.client("admin").post("/administration/numbering", {"number_pattern": "{serial}"})
        assert answer.status_code == 422
        assert 'id="e-number_pattern"' in answer.text

    def test_hours_are_kept_and_shown_again(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        form = {"mon_opens": "08:00", "mon_closes": "15:30"}
        text = browser.post("/administration/hours", form, follow=True).text
        assert 'name="mon_opens" value="08:00"' in text
        assert 'name="tue_opens" value=""' in text

    @pytest.mark.parametrize("opens", ["25:00", "x", "08:00:00+07:00x", ""])
    def test_an_hour_that_is_none_is_told_by_its_day(self, office: OfficeAtWork, opens: str) -> None:
        form = {"wed_opens": opens, "wed_closes": "15:00"}
        answer = office.client("admin").post("/administration/hours", form)
        assert answer.status_code == 422
        assert 'id="e-wed"' in answer.text

    def test_an_operator_counts_the_cards(self, office: OfficeAtWork) -> None:
        browser = office.client("operator")
        assert "1.200" in browser.post("/administration/stock", {"cards": "1200"}, follow=True).text
        text = browser.post("/administration/stock", {"cards": "", "unknown": "1"}, follow=True).text
        assert "Belum dihitung" in text


class TestKinds:
    def test_a_kind_is_added_and_becomes_the_usual_one(self, lone_office: OfficeAtWork) -> None:
        office, browser = lone_office, lone_office.client("admin")
        browser.post("/administration/kinds/new", {**KIND, "code": "9", "series": "skb"})
        assert browser.post("/administration/kinds/9/usual").status_code == 303
        with office.registry.reading() as tx:
            assert offices.usual_kind(tx, OFFICE.code) == 9
            assert offices.kind(tx, 9).series == "SKB"

    def test_a_change_counts_for_letters_to_come(self, lone_office: OfficeAtWork) -> None:
        office, browser = lone_office, lone_office.client("admin")
        answer = browser.post("/administration/kinds/1", KIND, follow=True)
        assert "mulai surat berikutnya" in answer.text
        with office.registry.reading() as tx:
            assert (offices.kind(tx, 1).rule, offices.kind(tx, 1).amount) == (ValidityRule.DAYS, 14)
            assert letters.as_printed(tx, office.letters[0]).kind.title != KIND["title"]

    def test_what_is_wrong_is_told_beside_its_field(self, lone_office: OfficeAtWork) -> None:
        form = {**KIND, "title": "", "amount": "4000", "code": "1", "series": "SKP"}
        answer = lone_office.client("admin").post("/administration/kinds/new", form)
        assert answer.status_code == 422
        assert {"e-title", "e-amount", "e-code", "e-series"} <= set(re.findall(r'id="(e-\w+)"', answer.text))

    def test_where_several_offices_share_them_the_page_says_so_and_changes_none(
        self, office: OfficeAtWork
    ) -> None:
        browser = office.client("admin")
        page = browser.page("/administration/kinds")
        assert "hanya pengelola mesin" in page
        assert "/administration/kinds/2/usual" in page  # that stays the office's own
        assert 'href="/administration/kinds/' not in page
        for path in ("/administration/kinds/new", "/administration/kinds/1"):
            assert browser.get(path).location == "/administration/kinds"
            answer = browser.post(path, {**KIND, "code": "9", "series": "SKB"})
            assert answer.status_code == 422
            assert "suket kinds" in answer.text
        with office.registry.reading() as tx:
            assert 9 not in offices.kinds(tx)
            assert offices.kind(tx, 1).title != KIND["title"]

    def test_a_lone_office_is_offered_to_change_them(self, lone_office: OfficeAtWork) -> None:
        browser = lone_office.client("admin")
        page = browser.page("/administration/kinds")
        assert "hanya pengelola mesin" not in page
        assert {"new", "1"} <= set(re.findall(r'href="/administration/kinds/(\w+)"', page))
        for path in ("/administration/kinds/new", "/administration/kinds/1"):
            assert "<form" in browser.page(path)

    def test_a_kind_that_is_not_there_is_not_found(self, office: OfficeAtWork) -> None:
        assert office.client("admin").get("/administration/kinds/99").status_code == 404
        assert office.client("admin").post("/administration/kinds/99/windows", {}).status_code == 404

    def test_a_window_is_opened_and_closed(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        browser.post("/administration/kinds/2/windows", {"opens": "2020-01-01", "closes": ""})
        [(number, window)] = administering.list_windows(office.registry, OFFICE.code).items()
        assert window == IssuingWindow(OFFICE.code, 2, datetime(2020, 1, 1).date(), None)
        browser.post(f"/administration/windows/{number}/close")
        [closed] = administering.list_windows(office.registry, OFFICE.code).values()
        assert closed.closes_on is not None

    def test_a_refused_window_stays_open_with_what_was_typed(self, office: OfficeAtWork) -> None:
        form = {"opens": "2027-01-01", "closes": "2027-02-01"}
        page = office.client("admin").post("/administration/kinds/1/windows", form).text
        assert page.count('<details class="change" open>') == 1
        assert 'value="2027-01-01"' in page
        assert 'value="2027-02-01"' in page
        assert 'id="e-window"' in page
        assert 'id="f-window"' in page

    def test_a_window_that_would_leave_letters_outside_is_refused_in_words(
        self, office: OfficeAtWork
    ) -> None:
        form = {"opens": "2020-01-01", "closes": "2020-12-31"}
        answer = office.client("admin").post("/administration/kinds/1/windows", form)
        assert answer.status_code == 422
        assert "di luar masa itu" in answer.text


class TestRegions:
    def test_a_file_is_looked_at_before_anything_is_written(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        bad = (
            REGIONS
            + b"9999,X,Y,Z,W\n2172031001,Kota Lama,Tanjungpinang Kota,Kota Tanjungpinang,Kepulauan Riau\n"
        )
        answer = browser.post("/administration/regions/check", {}, {"file": (bad, "wilayah.csv")})
        assert answer.status_code == 200
        assert "Kampung Bugis" in answer.text
        assert "kode_wilayah" in answer.text
        assert "Tulis 2 baris" in answer.text
        assert "2172031002" not in browser.page("/administration/regions")

    def test_what_was_shown_is_then_written(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        shown = browser.post("/administration/regions/check", {}, {"file": (REGIONS, "wilayah.csv")}).text
        rows = re.search(r'name="rows" value="([^"]*)"', shown)
        assert rows is not None
        browser.post("/administration/regions/import", {"rows": rows.group(1)})
        assert "Kampung Bugis" in browser.page("/administration/regions")

    def test_a_name_that_a_spreadsheet_would_calculate_is_written_as_it_was_given(
        self, office: OfficeAtWork
    ) -> None:
        browser, file = office.client("admin"), REGIONS.replace(b"Kampung Bugis", b"=Kampung Bugis")
        shown = browser.post("/administration/regions/check", {}, {"file": (file, "wilayah.csv")}).text
        rows = re.search(r'name="rows" value="([^"]*)"', shown)
        assert rows is not None
        typed = unescape(rows.group(1))
        assert "'=Kampung Bugis" in typed
        browser.post("/administration/regions/import", {"rows": typed})
        names = [each.name for each in administering.list_regions(office.registry, OFFICE.code)]
        assert "=Kampung Bugis" in names

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"x" * (420 * 1024)])
    def test_a_file_that_is_none_is_told_beside_its_field(self, office: OfficeAtWork, data: bytes) -> None:
        answer = office.client("admin").post("/administration/regions/check", {}, {"file": (data, "x.csv")})
        assert answer.status_code == 422
        assert 'id="e-file"' in answer.text


class TestKeys:
    def seal_keys(self, office: OfficeAtWork) -> dict[KeyState, str]:
        held = administering.list_keys_of(office.registry, OFFICE.code)
        return {key.state: key.kid for key in held if key.purpose is Purpose.SEAL}

    def test_a_key_is_made_put_to_use_and_its_predecessor_retires(self, office: OfficeAtWork) -> None:
        browser, first = office.client("admin"), self.seal_keys(office)[KeyState.ACTIVE]
        browser.post("/administration/keys/new", {"purpose": "seal"})
        made = self.seal_keys(office)[KeyState.STANDBY]
        assert "Terlalu dini" in browser.page(f"/administration/keys/{made}/activate")
        browser.post(f"/administration/keys/{made}/activate")
        assert self.seal_keys(office) == {KeyState.ACTIVE: made, KeyState.RETIRED: first}

    def test_revoking_takes_its_word_and_a_reason(self, office: OfficeAtWork) -> None:
        browser, kid = office.client("admin"), self.seal_keys(office)[KeyState.ACTIVE]
        path = f"/administration/keys/{kid}/revoke"
        assert "tidak dapat dibatalkan" in browser.page(path)
        for form in ({"word": "ya", "reason": "Hilang"}, {"word": "CABUT", "reason": ""}):
            assert browser.post(path, form).status_code == 422
        assert browser.post(path, {"word": "cabut", "reason": "Hilang"}).status_code == 303
        assert self.seal_keys(office) == {KeyState.REVOKED: kid}

    def test_a_process_that_may_not_sign_says_why(self, office: OfficeAtWork) -> None:
        keyless = replace(office, app=an_app(replace(office.settings, key_passphrase=None)))
        browser = keyless.client("admin")
        assert "SUKET_KEY_PASSPHRASE" in browser.page("/administration/keys")
        answer = browser.post("/administration/keys/new", {"purpose": "seal"})
        assert answer.status_code == 422
        assert "tidak dapat menandatangani" in answer.text

    def test_there_is_no_other_step(self, office: OfficeAtWork) -> None:
        kid = self.seal_keys(office)[KeyState.ACTIVE]
        assert office.client("admin").get(f"/administration/keys/{kid}/steal").status_code == 404

    def test_no_page_asks_for_the_passphrase(self, office: OfficeAtWork) -> None:
        browser, kid = office.client("admin"), self.seal_keys(office)[KeyState.ACTIVE]
        for path in ("/administration/keys", f"/administration/keys/{kid}/revoke"):
            assert 'type="password"' not in browser.page(path)


class TestClients:
    def found(self, office: OfficeAtWork, key: str) -> Client | None:
        with office.registry.reading() as tx:
            return client_store.find_by_key(tx, key, datetime.now(UTC))

    def key_in(self, text: str) -> str:
        shown = re.search(r"suket_[A-Za-z0-9_-]{43}", text)
        assert shown is not None
        return shown.group()

    def test_the_key_is_shown_once(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        answer = browser.post("/administration/clients/new", CLIENT)
        key = self.key_in(answer.text)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        client = self.found(office, key)
        assert client is not None
        assert client.scopes == {"verify", "read"}
        assert "suket_" not in browser.page("/administration/clients")

    def test_the_same_form_again_makes_no_second_client(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        browser.post("/administration/clients/new", CLIENT)
        assert browser.post("/administration/clients/new", CLIENT).status_code == 422
        assert len(administering.list_clients(office.registry, OFFICE.code)) == 1

    def test_a_renewed_key_counts_beside_the_old_one_and_a_revoked_one_no_more(
        self, office: OfficeAtWork
    ) -> None:
        browser = office.client("admin")
        old = self.key_in(browser.post("/administration/clients/new", CLIENT).text)
        [client] = administering.list_clients(office.registry, OFFICE.code)
        new = self.key_in(browser.post(f"/administration/clients/{client.id}/renew").text)
        assert self.found(office, old)
        assert browser.post(f"/administration/clients/{client.id}/renew").status_code == 422  # a reload
        browser.post(f"/administration/clients/{client.id}/revoke")
        assert self.found(office, old) is None
        assert self.found(office, new)

    def test_a_renewal_takes_another_last_day_or_none(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        for typed, day in (("2030-01-31", date(2030, 1, 31)), ("", None)):
            browser.post("/administration/clients/new", {**CLIENT, "name": f"Bank {typed}"})
            client = administering.list_clients(office.registry, OFFICE.code)[0]
            path = f"/administration/clients/{client.id}/renew"
            for wrong in ("kapan-kapan", "2020-01-01"):
                assert browser.post(path, {"expires_on": wrong}).status_code == 422
            new = self.found(office, self.key_in(browser.post(path, {"expires_on": typed}).text))
            assert new is not None
            assert new.expires_on == day

    def test_a_key_that_waits_since_a_restore_is_let_count_again(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        key = self.key_in(browser.post("/administration/clients/new", CLIENT).text)
        [client] = administering.list_clients(office.registry, OFFICE.code)
        path, at = f"/administration/clients/{client.id}/confirm", datetime.now(UTC)
        assert browser.post(path).status_code == 422  # it waits for nothing yet
        with office.registry.writing() as tx:
            client_store.let_wait(tx, OFFICE.code, OFFICE.local_date(at), at)
        assert "1 ditahan sejak pemulihan" in browser.page("/administration")
        page = browser.page("/administration/clients")
        assert "1 kunci ditahan sejak registri dipulihkan" in page
        assert "Kunci lama tetap ditahan" in page
        assert path not in office.client("auditor").page("/administration/clients")
        assert office.client("admin", fresh=False).post(path).status_code == 401
        assert self.found(office, key) is None
        assert "ditahan" not in browser.post(path, follow=True).text
        assert self.found(office, key)

    def test_what_was_refused_stands_at_its_program_as_it_was_typed(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        for name in ("Bank Contoh", "Klinik Contoh"):
            browser.post("/administration/clients/new", {**CLIENT, "name": name})
        client = administering.list_clients(office.registry, OFFICE.code)[1]
        answer = browser.post(f"/administration/clients/{client.id}/limit", {"calls_a_minute": "70000"})
        card = answer.text.partition(f'id="c-{client.id}"')[2].partition("</section>")[0]
        assert '<details class="change" open>' in card
        assert 'value="70000" id="f-calls_a_minute" aria-invalid="true"' in card
        assert "Isi 1 sampai 60.000 per menit." in card
        assert answer.text.count('id="f-calls_a_minute"') == 1

    def test_a_renewed_key_is_not_offered_to_be_renewed_and_an_ended_one_comes_last(
        self, office: OfficeAtWork
    ) -> None:
        browser = office.client("admin")
        browser.post("/administration/clients/new", CLIENT)
        [old] = administering.list_clients(office.registry, OFFICE.code)
        browser.post(f"/administration/clients/{old.id}/renew")
        page = browser.page("/administration/clients")
        card = page.partition(f'id="c-{old.id}"')[2].partition("</section>")[0]
        assert "sudah diperbarui" in card
        assert "/renew" not in card
        newer = next(each for each in administering.list_clients(office.registry, OFFICE.code) if each != old)
        browser.post(f"/administration/clients/{newer.id}/revoke")
        page = browser.page("/administration/clients")
        assert page.index(f'id="c-{old.id}"') < page.index(f'id="c-{newer.id}"')

    def test_what_opens_nothing_is_not_offered(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        assert 'value="station"' not in browser.page("/administration/clients/new")
        assert browser.post("/administration/clients/new", {**CLIENT, "scopes": "station"}).status_code == 422

    def test_a_limit_is_changed_and_shown(self, office: OfficeAtWork) -> None:
        browser = office.client("admin")
        browser.post("/administration/clients/new", {**CLIENT, "calls_a_minute": "1200"})
        [client] = administering.list_clients(office.registry, OFFICE.code)
        assert "1.200 per menit" in browser.page("/administration/clients")
        path = f"/administration/clients/{client.id}/limit"
        assert "45 per menit" in browser.post(path, {"calls_a_minute": "45"}, follow=True).text
        for typed in ("", "0", "banyak", "60001", "-1"):
            assert browser.post(path, {"calls_a_minute": typed}).status_code == 422
        assert [each.calls_a_minute for each in administering.list_clients(office.registry, OFFICE.code)] == [
            45
        ]

    def test_a_limit_takes_a_fresh_code(self, office: OfficeAtWork) -> None:
        office.client("admin").post("/administration/clients/new", CLIENT)
        [client] = administering.list_clients(office.registry, OFFICE.code)
        stale = office.client("admin", fresh=False)
        answer = stale.post(f"/administration/clients/{client.id}/limit", {"calls_a_minute": "45"})
        assert answer.status_code == 401

    def test_the_usage_is_told_on_a_page_and_as_files(self, office: OfficeAtWork) -> None:
        browser, path = office.client("auditor"), "/administration/clients/usage"
        assert "Belum ada program" in browser.page(path)
        new = administering.add_client(
            *(
                office.registry,
                OFFICE.code,
                "=RSUD",
                "PKS",
                frozenset(client_store.ClientScope),
                None,
                "admin",
            ),
            datetime.now(UTC),
        )
        assert "Tidak ada panggilan" in browser.page(path)
        with office.registry.writing() as tx:
            for day in (OFFICE.local_date(datetime.now(UTC)), date(2020, 3, 1)):
                calls.count(tx, new.client.account, OFFICE.code, day, "letters.pdf", asked=1234, refused=5)
        for asked in (path, f"{path}?semester=2020-1"):
            assert "1.234" in browser.page(asked)
        assert "1.234" not in browser.page(f"{path}?semester=2020-2")
        file = browser.get(f"{path}/csv?semester=2020-1").get_data(as_text=True)
        row = f"'=RSUD,PKS,{new.client.account},Maret 2020,mencetak surat,letters.pdf,1234,5"
        assert file.splitlines()[1] == row
        assert browser.get(f"{path}/xlsx").data.startswith(b"PK")
        assert "=RSUD" not in office.client("auditor-batam").page(path)

    @pytest.mark.parametrize("wrong", ["?semester=2026-3", "?semester=x", "?semester=0000-1", "/pdf"])
    def test_what_is_no_half_year_and_no_file_is_not_there(self, office: OfficeAtWork, wrong: str) -> None:
        assert office.client("admin").get(f"/administration/clients/usage{wrong}").status_code == 404

    @pytest.mark.parametrize("changes", [{"scopes": []}, {"scopes": ["all"]}, {"expires_on": "2001-01-01"}])
    def test_what_is_wrong_is_told(self, office: OfficeAtWork, changes: dict[str, str | list[str]]) -> None:
        answer = office.client("admin").post("/administration/clients/new", {**CLIENT, **changes})
        assert answer.status_code == 422
        assert "suket_" not in answer.text
