import os
from pathlib import Path

from suket_service.paper import fontconfig, fonts


def test_of_the_letters_that_can_be_sealed_only_eight_cannot_be_drawn() -> None:
    names = "".join(map(chr, [*range(0x20, 0x7F), *range(0xC0, 0x180)]))
    assert fonts.missing_glyphs(names) == "ĬĭĲĳŊŋŦŧ"


def test_the_letters_own_signs_can_be_drawn() -> None:
    assert fonts.missing_glyphs("— – × · “ ” ’") == ""


def test_a_foreign_script_is_named_once_each_in_order() -> None:
    assert fonts.missing_glyphs("A漢B字漢") == "漢字"


def test_fontconfig_is_pointed_at_a_private_file() -> None:
    assert Path(os.environ["FONTCONFIG_FILE"]) == fontconfig.use_private_fonts()


def test_the_private_file_lists_no_folder_of_the_computer() -> None:
    text = fontconfig.use_private_fonts().read_text(encoding="utf-8")
    assert text.count("<dir>") == 1
    assert f"<dir>{fonts.FOLDER}</dir>" in text


def test_the_private_folder_is_closed_to_others() -> None:
    assert fontconfig.use_private_fonts().parent.stat().st_mode & 0o077 == 0
