"""The page of one letter: what it says, how it stands, what happened, and to whom what is offered."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest

from suket_service import administering, issuing
from suket_service.core.keyring import Purpose
from suket_service.core.letter import Action, Receiver
from suket_service.core.seal import check_code
from suket_service.issuing import Sealing, TwoPeople
from suket_service.issuing.deciding import SEND_BACK
from suket_service.issuing.proposing import PROPOSABLE
from suket_service.printing.runs import REFUSED
from suket_service.registry import keys, letters
from suket_service.registry.letters import LetterRecord
from suket_service.web.staff.words import EVENT_NAMES
from tests.builders import BASE_URL, OFFICE, PASSPHRASE, a_row
from tests.registry.builders import tampering
from tests.web.staff.conftest import Client, OfficeAtWork

REASON = {"reason": "Sebab yang diketik sendiri"}
CHANGES = ("hand-over", "card", "extend", "resume", "suspend", "revoke", "withdraw")


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


@pytest.fixture
def letter(office: OfficeAtWork) -> LetterRecord:
    return office.letters[0]


def facts_of(page: str) -> dict[str, str]:
    """What stands beside each word on the page."""
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return {name: unescape(re.sub(r"<.*?>", "", value)).strip() for name, value in found}


def offered(page: str, letter: LetterRecord) -> set[str]:
    """The changes that the page leads to."""
    return set(re.findall(rf'(?:href|action)="/letters/{letter.id}/([\w-]+)"', page))


def replacing(office: OfficeAtWork, old: LetterRecord, *, issued: bool) -> LetterRecord:
    """A letter, or the draft of one, in the place of that one."""
    at = datetime.now(UTC)
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, OFFICE.local_date(at), PASSPHRASE)
    [outcome] = issuing.issue_rows(
        office.registry,
        OFFICE.code,
        [a_row(2, 2, menggantikan=old.number or "", pekerjaan="GURU")],
        people=TwoPeople("operator", "kepala" if issued else None),
        sealing=Sealing(key, BASE_URL) if issued else None,
        open_photo=lambda name: b"",
        file_digest="d" * 64,
        now=lambda: at,
    )
    assert outcome.letter is not None
    return outcome.letter


def test_the_facts_stand_in_the_order_of_the_paper(operator: Client, letter: LetterRecord) -> None:
    facts = facts_of(operator.page(f"/letters/{letter.id}"))
    assert list(facts)[:14] == [
        *("NIK", "Nama", "Tempat/tanggal lahir", "Jenis kelamin", "Golongan darah", "Alamat", "RT/RW"),
        *(
            "Kelurahan/desa",
            "Kecamatan",
            "Agama",
            "Status perkawinan",
            "Pekerjaan",
            "Kewarganegaraan",
            "Alasan",
        ),
    ]
    assert facts["NIK"].replace(" ", "") == letter.resident.nik
    assert facts["Tempat/tanggal lahir"] == "TANJUNGPINANG, 17 Agustus 1995"
    assert facts["RT/RW"] == "001/002"


def test_number_check_code_people_and_batch_are_told(operator: Client, letter: LetterRecord) -> None:
    page = operator.page(f"/letters/{letter.id}")
    facts = facts_of(page)
    assert letter.fingerprint is not None
    assert facts["Kode periksa"] == check_code(letter.fingerprint)
    assert (facts["Diminta oleh"], facts["Disetujui oleh"]) == ("Petugas", "Kepala")
    assert facts["Berkas massal"] == "a" * 8
    assert facts["Dicetak"] == "belum"
    [title] = re.findall(r"<h1>(.*?)</h1>", page)
    assert title.replace("<wbr>", "") == letter.number


def test_what_happened_is_told_in_order_with_names(operator: Client, letter: LetterRecord) -> None:
    operator.post(f"/letters/{letter.id}/suspend", REASON)
    told = re.findall(r"<li><strong>(.*?)</strong>", operator.page(f"/letters/{letter.id}"))
    assert told == ["Konsep dibuat", "Disetujui", "Diterbitkan", "Ditangguhkan"]


def test_every_action_on_a_letter_has_a_word_in_its_history() -> None:
    agreed_to = {f"approve_{action}" for action in PROPOSABLE}
    assert {*Action, *agreed_to, SEND_BACK, REFUSED, issuing.HAND_OVER} <= set(EVENT_NAMES)


def test_the_words_of_the_history_are_the_readers(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    now = datetime.now(UTC)
    with office.registry.writing() as tx:
        letters.add_events(
            tx, [letters.NewEvent(letter.id, now, "restore", action) for action in EVENT_NAMES]
        )
    page = operator.page(f"/letters/{letter.id}")
    told = re.findall(r"<li><strong>(.*?)</strong>", page)[3:]
    assert told == [word.id for word in EVENT_NAMES.values()]
    assert page.count("Pemulihan dari cadangan ·") == len(EVENT_NAMES)


def test_how_often_and_when_it_was_printed_is_told(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    with office.registry.writing() as tx:
        for hour in (8, 6):
            at = datetime(2026, 11, 22, hour, tzinfo=UTC)
            letters.add_printing(tx, letter.id, "a" * 64, "test", "operator", at)
    facts = facts_of(operator.page(f"/letters/{letter.id}"))
    assert facts["Dicetak"] == "2×, terakhir 22 November 2026 15.00 WIB"


def test_the_papers_that_were_shown_are_told_by_name(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    shown = {"kk_dilihat": "ya", "surat_polisi": "SKTLK/1/XI/2026"}
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET papers = ? WHERE id = ?", [json.dumps(shown), letter.id])
    facts = facts_of(operator.page(f"/letters/{letter.id}"))
    assert facts["Kartu Keluarga sudah dilihat"] == "✓"
    assert facts["Nomor surat keterangan hilang dari kepolisian"] == "SKTLK/1/XI/2026"


def test_the_portrait_on_file_is_shown(office: OfficeAtWork, operator: Client, letter: LetterRecord) -> None:
    assert "Tanpa foto" in operator.page(f"/letters/{letter.id}")
    with tampering(office.registry) as connection:
        connection.execute("INSERT INTO portrait (sha256, jpeg) VALUES (?, ?)", [b"x" * 32, b"\xff\xd8\xff"])
        connection.execute("UPDATE letter SET portrait = ? WHERE id = ?", [b"x" * 32, letter.id])
    assert f'src="/letters/{letter.id}/portrait.jpg"' in operator.page(f"/letters/{letter.id}")


def test_old_and_new_letter_lead_to_each_other(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    assert f"gantikan={letter.id}" in operator.page(f"/letters/{letter.id}")
    new = replacing(office, letter, issued=True)
    old_page, new_page = operator.page(f"/letters/{letter.id}"), operator.page(f"/letters/{new.id}")
    assert facts_of(old_page)["Digantikan oleh"].startswith(new.number or "-")
    assert f'href="/letters/{new.id}"' in old_page
    assert facts_of(new_page)["Menggantikan"] == letter.number
    assert f'href="/letters/{letter.id}"' in new_page
    assert "DIGANTIKAN" in old_page
    assert "ASLI DAN BERLAKU" in new_page


def test_while_a_draft_waits_to_replace_it_no_second_one_is_offered(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    draft = replacing(office, letter, issued=False)
    page = operator.page(f"/letters/{letter.id}")
    assert f"gantikan={letter.id}" not in page
    assert f'href="/letters/{draft.id}"' in page


def test_a_card_that_can_be_printed_is_said(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    words = "siap cetak"
    assert words not in operator.page(f"/letters/{letter.id}")
    at = datetime.now(UTC)
    row, day = a_row(2, 2, status_perekaman="PRINT_READY_RECORD"), OFFICE.local_date(at)
    list(administering.import_residents(office.registry, OFFICE.code, [row], "operator", "SIAK", day, at))
    assert words in operator.page(f"/letters/{letter.id}")
    assert words in operator.page(f"/letters/{letter.id}/hand-over")


def test_a_letter_past_its_day_is_shown_as_such_and_not_as_forged(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    with tampering(office.registry) as connection:
        connection.execute("UPDATE letter SET extended_to = '2026-01-01' WHERE id = ?", [letter.id])
    page = operator.page(f"/letters/{letter.id}")
    assert 'class="tag s-expired"' in page
    assert "(diperpanjang)" in page


def test_offers_follow_the_state(operator: Client, letter: LetterRecord) -> None:
    page = f"/letters/{letter.id}"
    assert offered(operator.page(page), letter) >= {"hand-over", "card", "suspend", "revoke"}
    operator.post(f"{page}/suspend", REASON)
    assert offered(operator.page(page), letter) == {"card", "resume", "revoke"}
    operator.post(f"{page}/revoke", REASON)
    assert offered(operator.page(page), letter) == set()


def test_after_the_hand_over_it_is_not_offered_until_printed_again(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    issuing.hand_over(
        office.registry,
        OFFICE.code,
        letter.id,
        issuing.Collector(Receiver.PROXY, "SITI AMINAH", "anak"),
        "operator",
        datetime.now(UTC),
    )
    page = operator.page(f"/letters/{letter.id}")
    assert "hand-over" not in offered(page, letter)
    assert re.search(r"Surat diserahkan</strong>.*?SITI AMINAH \(anak\)", page, re.DOTALL)


def test_the_auditor_sees_everything_and_may_do_nothing(office: OfficeAtWork, letter: LetterRecord) -> None:
    auditor = office.client("auditor")
    page = auditor.page(f"/letters/{letter.id}")
    assert facts_of(page)["Nama"] == letter.resident.name
    assert offered(page, letter) == set()
    for change in CHANGES:
        assert auditor.get(f"/letters/{letter.id}/{change}").status_code == 403
        assert auditor.post(f"/letters/{letter.id}/{change}", REASON).status_code == 403
    assert auditor.post("/letters/revoke", {"numbers": "1"}).status_code == 403


@pytest.mark.parametrize("path", ["", *(f"/{change}" for change in CHANGES)])
def test_guessed_ids_and_the_neighbours_are_not_there(
    office: OfficeAtWork, operator: Client, letter: LetterRecord, path: str
) -> None:
    neighbour = office.client("kepala-batam")
    form = {**REASON, "receiver": "holder"}
    for browser, guessed in (
        (neighbour, letter.id),
        (operator, "0" * 32),
        (operator, letter.id.upper()),
        (operator, letter.id[:31]),
        (operator, "%00"),
        (operator, letter.resident.nik),
    ):
        assert browser.get(f"/letters/{guessed}{path}").status_code == 404
        if path:
            assert browser.post(f"/letters/{guessed}{path}", form).status_code == 404


def addresses(page: str) -> set[str]:
    """Every address that a page leads to or asks for."""
    return {unescape(found) for found in re.findall(r'(?:href|src|action|data-url)="([^"]*)"', page)}


def test_no_address_on_any_page_about_letters_holds_a_name_or_a_nik(
    office: OfficeAtWork, operator: Client, letter: LetterRecord
) -> None:
    operator.post(f"/letters/{office.letters[1].id}/suspend", REASON)
    pages = [
        operator.page(path) for path in ("/letters", "/letters/waiting", "/letters/revoke", "/letters/file")
    ]
    for typed in ("suhartini", letter.resident.nik[:8], "tidak ada", "https://example.go.id/s#1"):
        answer = operator.post("/letters", {"q": typed, "standing": "valid"})
        pages += [answer.text, answer.headers.get("Location", ""), operator.page("/letters?dicari=1")]
    pages.append(operator.post("/letters", {"q": letter.resident.nik}).headers["Location"])
    for record in (letter, office.letters[1], office.drafts[0]):
        pages.append(operator.page(f"/letters/{record.id}"))
        pages += [operator.get(f"/letters/{record.id}/{change}").text for change in CHANGES]
    pages.append(operator.post("/letters/revoke", {"numbers": "1\n2"}).text)
    found = set().union(*(addresses(page) for page in pages)) | {
        page for page in pages if page.startswith("/")
    }
    assert len(found) > 30
    niks = {record.resident.nik for record in (*office.letters, *office.drafts)}
    for address in found:
        assert not any(nik in address for nik in niks), address
        assert letter.resident.name.lower() not in address.lower()


@pytest.mark.parametrize("path", ["/letters", "/letters/waiting", "/letters/revoke", "/letters/file"])
def test_english_is_a_choice_away(operator: Client, letter: LetterRecord, path: str) -> None:
    operator.client.set_cookie("bahasa", "en", domain="suket.example.go.id")
    for page in (path, f"/letters/{letter.id}"):
        text = operator.page(page)
        assert '<html lang="en">' in text
        assert not re.search(r"\b(Surat|Cari|Terbit|Nama|Alasan)\b", re.sub(r"<code>.*?</code>", "", text))
