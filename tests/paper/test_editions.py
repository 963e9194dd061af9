"""Templates and their editions: which there are, and that what has printed letters is never edited."""

import hashlib
import shutil
from pathlib import Path

import pytest

from suket_service.core.kind import SignatureMode
from suket_service.errors import PrinterError
from suket_service.paper.editions import edition
from tests.paper import builders

LETTERS = builders.TEMPLATES / "letters"
#: SHA-256 of every file that letters were printed with. A new version is a new file, with a line of its own.
PRINTED_WITH = {
    "pengganti-ktp-el/emblem.svg": "819e417a4f34d08b10587a2dc25911aeba50ab17c329aa4ae261e40a193fb342",
    "pengganti-ktp-el/letter.css": "11ed7ca36ce7b9a95cf91dfa4cabc4647c32241dcc17612a9185a7224b09424e",
    "pengganti-ktp-el/v1.html": "c7f323de68a2e683e7e81125ee2eb3863e8a71cb37822b7faf2d1b50dadc8df8",
    "pengganti-ktp-el/v1-elektronik.css": "c4aa8bdf61f4cdba8438796ad1079667e0cee66cbd752bbad8a0162f763dc2e2",
    "pengganti-ktp-el/v1-elektronik.html": "20da5b07c6ada1c4513118b65a1f43ef308b1dda9aee2ced20b174d8b350130f",
}


@pytest.mark.parametrize("file", PRINTED_WITH)
def test_what_letters_were_printed_with_is_never_edited(file: str) -> None:
    assert hashlib.sha256((LETTERS / file).read_bytes()).hexdigest() == PRINTED_WITH[file]


def test_every_file_of_every_template_is_held_to_that() -> None:
    files = {str(path.relative_to(LETTERS)) for path in LETTERS.rglob("*") if path.is_file()}
    assert files == set(PRINTED_WITH)


def test_each_way_of_signing_has_its_page_and_the_style_of_both_begins_alike() -> None:
    wet = edition(LETTERS, "pengganti-ktp-el/v1", SignatureMode.WET)
    electronic = edition(LETTERS, "pengganti-ktp-el/v1", SignatureMode.PADES)
    assert (wet.page, electronic.page) == ("pengganti-ktp-el/v1.html", "pengganti-ktp-el/v1-elektronik.html")
    assert electronic.style.startswith(wet.style)
    assert "#electronic" in electronic.style.removeprefix(wet.style)


@pytest.mark.parametrize("signature", SignatureMode)
@pytest.mark.parametrize(
    "template",
    ["", "v1", "pengganti-ktp-el", "pengganti-ktp-el/v2", "pengganti-ktp-el/v1-elektronik", "../letters/v1"],
)
def test_what_is_no_template_is_refused(template: str, signature: SignatureMode) -> None:
    with pytest.raises(PrinterError) as refusal:
        edition(LETTERS, template, signature)
    assert refusal.value.code == "template_unknown"


@pytest.mark.parametrize("missing", ["emblem.svg", "letter.css", "v1-elektronik.css", "v1-elektronik.html"])
def test_a_template_that_is_not_all_there_is_refused(tmp_path: Path, missing: str) -> None:
    folder = Path(shutil.copytree(LETTERS / "pengganti-ktp-el", tmp_path / "pengganti-ktp-el"))
    (folder / missing).unlink()
    with pytest.raises(PrinterError):
        edition(tmp_path, "pengganti-ktp-el/v1", SignatureMode.PADES)


def test_a_template_without_an_electronic_edition_still_serves_wet_signatures(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LETTERS / "pengganti-ktp-el", tmp_path / "pengganti-ktp-el"))
    (folder / "v1-elektronik.html").unlink()
    assert edition(tmp_path, "pengganti-ktp-el/v1", SignatureMode.WET).page == "pengganti-ktp-el/v1.html"
