"""What strangers stumbled over, kept from coming back."""

import csv
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from suket_service.paper import symbol
from tests.cli.builders import Printed, World, lines_of, suket
from tests.cli.production import set_up


def test_a_demo_is_not_made_in_a_real_registrys_directory(tmp_path: Path) -> None:
    set_up(tmp_path)
    result = suket("init", "--demo", data=tmp_path)
    assert result.exit_code == 2
    assert "sudah berisi registri sungguhan" in result.output
    assert not (tmp_path / "demo-secrets.json").exists()


def test_a_letter_too_long_for_its_page_is_refused_before_a_number_is_spent(
    demo: Path, tmp_path: Path
) -> None:
    with Path("examples/permohonan.csv").open(encoding="utf-8", newline="") as file:
        [header, first, second, *_] = list(csv.reader(file))
    long = dict(zip(header, first, strict=True)) | {
        "nama": "MMMMMMMMM " * 6,
        "alamat": "WWWWWWWWW " * 12,
        "tempat_lahir": "WWWWWWWWW " * 6,
        "pekerjaan": "WWWWWWWWW " * 6,
        "alasan": "WWWWWWWWW " * 12,
        "foto": "",
    }
    path = tmp_path / "panjang.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        good = dict(zip(header, second, strict=True)) | {"foto": ""}
        writer.writerows([header, [long[name] for name in header], [good[name] for name in header]])
    result = suket(
        "issue",
        path,
        "--requested-by",
        "operator",
        "--approved-by",
        "kepala",
        "--json",
        "--out",
        tmp_path,
        data=demo,
    )
    refused, issued = lines_of(result)
    assert refused["errors"][0]["code"] == "letter_overflows"
    assert issued["number"].startswith("471.13/0001/")
    assert Path(issued["pdf"]).exists()


def test_printing_a_revoked_letter_says_that_it_is_revoked(office: Printed, tmp_path: Path) -> None:
    suket("revoke", office.number, "--by", "operator", "--reason", "salah", data=office.data)
    result = suket("print", office.number, "--out", tmp_path / "a.pdf", data=office.data)
    assert (result.exit_code, "dicabut" in result.stderr) == (0, True)


def test_a_cut_off_pdf_is_printed_anew(office: Printed, tmp_path: Path) -> None:
    path = tmp_path / office.pdf.name
    path.write_bytes(office.pdf.read_bytes()[:100])
    suket(
        "issue",
        office.file,
        "--requested-by",
        "operator",
        "--approved-by",
        "kepala",
        "--out",
        tmp_path,
        data=office.data,
    )
    assert path.read_bytes() == office.pdf.read_bytes()


def test_the_old_barcode_beside_a_seal_does_not_hide_it(world: World, tmp_path: Path) -> None:
    page = Image.new("L", (1400, 1000), 255)
    for place, text in (((40, 40), world.texts["valid"]), ((900, 600), "2172031708950003")):
        picture = tmp_path / "symbol.png"
        picture.write_bytes(symbol.png(text))
        page.paste(Image.open(picture).convert("L"), place)
    page.save(tmp_path / "page.png")
    assert suket("verify", tmp_path / "page.png", data=world.data).exit_code == 0


@pytest.mark.parametrize("text", ["HTTPS://SUKET.EXAMPLE.GO.ID/S#123", "WIFI:T:WPA;S:a/b;;", "mailto:a/b"])
def test_a_text_with_a_slash_is_a_text(world: World, text: str) -> None:
    [answer] = lines_of(suket("verify", text, "--json", data=world.data))
    assert answer["reasons"] == ["not_a_seal"]


def test_a_list_of_tomorrow_is_refused(demo: Path) -> None:
    result = suket(
        "residents",
        "import",
        "examples/penduduk.csv",
        "--by",
        "operator",
        "--as-of",
        "2099-01-01",
        data=demo,
    )
    assert result.exit_code == 2


def test_many_letters_are_printed_a_page_each(office: Printed, tmp_path: Path) -> None:
    numbers = [line["number"] for line in lines_of(suket("letters", "--json", data=office.data))]
    suket("print", *numbers, "--out", tmp_path / "all.pdf", data=office.data)
    assert len(pypdfium2.PdfDocument((tmp_path / "all.pdf").read_bytes())) == len(numbers)
