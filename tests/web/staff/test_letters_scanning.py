"""A letter before the desk's camera, or its photo or file: straight to it, or what was scanned instead."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from PIL import Image

from suket_service import issuing
from suket_service.core.seal import digits, pack, parse, read_digits, read_text
from suket_service.printing import Press, render
from suket_service.registry import letters
from tests.builders import BASE_URL, OFFICE, a_seal_key
from tests.web.staff.conftest import Client, OfficeAtWork


@pytest.fixture
def operator(office: OfficeAtWork) -> Client:
    return office.client("operator")


def seal_of(office: OfficeAtWork, place: int = 0) -> str:
    with office.registry.reading() as tx:
        return letters.seal_text(tx, office.letters[place].id)


def picture_of(*texts: str, media: str = "PNG") -> bytes:
    """A desk with those symbols on it."""
    desk = Image.new("RGB", (700 * max(len(texts), 1), 700), "#d8d8d8")
    for place, text in enumerate(texts):
        symbol = BytesIO()
        segno.make(text, error="m", micro=False).save(symbol, kind="png", scale=7, border=4)
        desk.paste(Image.open(symbol).convert("RGB"), (700 * place + 20, 20))
    out = BytesIO()
    desk.save(out, media)
    return out.getvalue()


def forged(text: str) -> str:
    """The same letter with another name in it."""
    seal = parse(read_digits(read_text(text).digits))
    return (
        f"{BASE_URL}/s#{digits(pack(replace(seal.facts, name='ORANG LAIN'), seal.key_id) + seal.signature)}"
    )


def foreign(text: str) -> str:
    """The same facts under a key that nobody here knows."""
    key = a_seal_key()
    facts = parse(read_digits(read_text(text).digits)).facts
    return f"{BASE_URL}/s#{digits(key.seal(pack(facts, key.key.key_id)))}"


def frame(browser: Client, picture: bytes) -> dict[str, str | bool]:
    answer = browser.post("/letters/picture", files={"picture": (picture, "bingkai.jpg")})
    assert answer.status_code == 200
    found: dict[str, str | bool] = answer.get_json()
    return found


def upload(browser: Client, body: bytes) -> tuple[int, str]:
    """Status, and where it leads or what it says."""
    answer = browser.post("/letters/file", files={"picture": (body, "surat.pdf")})
    return answer.status_code, answer.headers.get("Location") or answer.text


@pytest.mark.parametrize("media", ["PNG", "JPEG"])
def test_a_frame_with_our_letter_leads_to_its_page(
    office: OfficeAtWork, operator: Client, media: str
) -> None:
    assert frame(operator, picture_of(seal_of(office), media=media)) == {
        "url": f"/letters/{office.letters[0].id}"
    }


def test_a_frame_without_a_code_says_so_and_the_camera_goes_on(operator: Client) -> None:
    assert frame(operator, picture_of()) == {"nothing": True}
    assert frame(operator, b"\xff\xd8\xff\xe0 cut off") == {"nothing": True}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("made", "word", "tone"),
    [
        (forged, "SEGEL TIDAK SAH", "red"),
        (foreign, "PENERBIT TIDAK DIKENAL", "amber"),
        (lambda text: "https://dukcapil.kemendagri.go.id/dokumen/1", "TIDAK TERBACA", "grey"),
        (lambda text: "2172031708950002", "TIDAK TERBACA", "grey"),
    ],
    ids=["forged", "foreign", "another service", "the barcode of old"],
)
def test_whatever_else_is_scanned_is_told_in_the_words_of_the_public_check(
    office: OfficeAtWork, operator: Client, made: Callable[[str], str], word: str, tone: str
) -> None:
    text = made(seal_of(office))
    found = frame(operator, picture_of(text))
    assert (found["word"], found["tone"]) == (word, tone)
    status, page = upload(operator, picture_of(text))
    assert status == 200
    assert word in page
    assert f'class="banner {tone}"' in page


def test_a_forged_seal_typed_by_a_scanner_is_told_as_such_and_nothing_of_it_is_shown(
    office: OfficeAtWork, operator: Client
) -> None:
    answer = operator.post("/letters", {"q": forged(seal_of(office))})
    assert answer.status_code == 200
    assert "SEGEL TIDAK SAH" in answer.text
    assert "ORANG LAIN" not in answer.text


def test_a_stolen_key_over_our_letters_position_is_told_and_leads_to_no_letter(
    office: OfficeAtWork, operator: Client
) -> None:
    from suket_service.core.keyring import Purpose
    from suket_service.registry import keys
    from tests.builders import PASSPHRASE

    facts = parse(read_digits(read_text(seal_of(office)).digits)).facts
    with office.registry.reading() as tx:
        key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, facts.issued_on, PASSPHRASE)
    text = f"{BASE_URL}/s#{digits(key.seal(pack(replace(facts, name='ORANG LAIN'), key.key.key_id)))}"
    assert frame(operator, picture_of(text))["word"] == "ISI BERBEDA"


def test_two_letters_in_one_picture_are_not_chosen_between(office: OfficeAtWork, operator: Client) -> None:
    found = frame(operator, picture_of(seal_of(office, 0), seal_of(office, 1)))
    assert found["word"] == "TIDAK TERBACA"


def test_another_code_beside_the_letters_own_does_no_harm(office: OfficeAtWork, operator: Client) -> None:
    found = frame(operator, picture_of("https://example.go.id/antrean/7", seal_of(office)))
    assert found == {"url": f"/letters/{office.letters[0].id}"}


def test_the_printed_file_leads_to_the_letter(office: OfficeAtWork, operator: Client) -> None:
    with office.registry.reading() as tx:
        original = letters.as_printed(tx, office.letters[1])
    [paper] = render([original], Press(office.settings.templates, demo=False))
    assert upload(operator, paper.pdf) == (303, f"/letters/{office.letters[1].id}")


def test_a_revoked_letter_is_still_ours_to_look_at(office: OfficeAtWork, operator: Client) -> None:
    record = office.letters[0]
    issuing.revoke(
        office.registry, OFFICE.code, record.number or "", "operator", "Data salah", record.created_at
    )
    assert frame(operator, picture_of(seal_of(office))) == {"url": f"/letters/{record.id}"}


@pytest.mark.parametrize(
    ("body", "field_says"),
    [(b"no picture", "bukan PDF, PNG atau JPEG"), (picture_of(), "Tidak ada kode QR yang terbaca")],
    ids=["text", "empty desk"],
)
def test_a_file_that_shows_no_letter_is_refused_at_its_field(
    operator: Client, body: bytes, field_says: str
) -> None:
    status, page = upload(operator, body)
    assert status == 422
    assert 'id="e-picture"' in page
    assert field_says in page


def test_no_file_at_all_is_asked_for(operator: Client) -> None:
    answer = operator.post("/letters/file")
    assert answer.status_code == 422
    assert "Pilih dahulu" in answer.text


def test_a_frame_of_more_than_four_megabytes_is_not_even_read(operator: Client) -> None:
    answer = operator.client.post(
        "/letters/picture",
        input_stream=BytesIO(bytes(5_000_000)),
        content_type="multipart/form-data; boundary=x",
        content_length=5_000_000,
    )
    assert answer.status_code == 413


def test_the_neighbour_sees_whose_letter_it_is_and_no_way_in(office: OfficeAtWork) -> None:
    found = frame(office.client("operator-batam"), picture_of(seal_of(office)))
    assert found["word"] == "ASLI DAN BERLAKU"
    assert "url" not in found
