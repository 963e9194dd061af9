"""An office file says what is wrong with it, by field."""

from pathlib import Path

import pytest

from suket_service.cli.office_file import read_letterhead, read_office
from suket_service.errors import FileRefused

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
REGIONS = EXAMPLES / "wilayah-2172.csv"
GOOD = (EXAMPLES / "kantor-2172.toml").read_text("utf-8")


def refusal_of(text: str, folder: Path) -> str:
    path = folder / "kantor.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(FileRefused) as refused:
        read_office(path, REGIONS, demo=False)
    return refused.value.text.id


def test_the_example_is_read_whole() -> None:
    new = read_office(EXAMPLES / "kantor-2172.toml", REGIONS, demo=True)
    assert (new.office.code, len(new.staff), len(new.villages)) == ("2172", 4, 18)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "2172"', "code = 2172", "office.code"),
        ('code = "2172"', 'code = "31"', "office.code"),
        ('code = "2172"', "", "code belum diisi"),
        ("utc_offset_minutes = 420", 'utc_offset_minutes = "WIB"', "utc_offset_minutes"),
        ('villages = ["2172"]', 'villages = ["9999"]', "villages 9999"),
        ('nip = "197001011995032001"', 'nip = ""', "nip"),
        ('capacity = ""', 'capacity = "Pjs."', "letterhead.capacity"),
        ('role = "auditor"', 'role = "boss"', "staff.role"),
        ('username = "admin"', 'username = "operator"', "staff.username"),
        ('username = "admin"', 'username = "Ad min"', "staff: "),
        ('username = "admin"', 'username = "console"', "staff: "),
        ('villages = ["2172"]', 'villages = ["2%"]', "office.villages"),
        ('rank = "', 'rank = "' + "X" * 61, "rank: ≤ 60"),
        ("{serial}", "{serial}" + "X" * 100, "number_pattern: Nomor paling panjang 120"),
        ("{serial}", "", "number_pattern"),
        ("[office]", "[office", "bukan TOML"),
    ],
)
def test_a_mistake_is_told_by_its_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    assert told in refusal_of(GOOD.replace(old, new, 1), tmp_path)


def test_a_post_on_someones_behalf_may_have_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "kop.toml"
    path.write_text(GOOD.replace('post = "', 'post = "a.n. Wali Kota\\n', 1), "utf-8")
    assert read_letterhead(path).post.splitlines()[0] == "a.n. Wali Kota"


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kantor.toml"
    path.write_text(GOOD, "utf-8-sig")
    assert read_office(path, REGIONS, demo=False).office.code == "2172"
