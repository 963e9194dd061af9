"""``suket offices``: the letterhead succeeded from a file."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from suket_service import administering
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.administering.test_logos import a_logo
from tests.cli.builders import EXAMPLES, Printed, lines_of, suket

OFFICE_FILE = (EXAMPLES / "kantor-2172.toml").read_text("utf-8")
HEAD = OFFICE_FILE[OFFICE_FILE.index("[letterhead]") : OFFICE_FILE.index("[[staff]]")]
SIGNATORY = "Dra. Hj. Contoh Kepala Dinas, M.Si."


def letterhead(data: Path, folder: Path, text: str, by: str = "admin") -> Result:
    file = folder / "kop.toml"
    file.write_text(text, "utf-8")
    return suket("offices", "letterhead", "--file", file, "--by", by, data=data)


def listed(data: Path) -> dict[str, object]:
    [office] = lines_of(suket("offices", "list", "--json", data=data))
    return office


def test_offices_are_listed_with_who_signs(fresh_demo: Path) -> None:
    office = listed(fresh_demo)
    assert (office["code"], office["letterhead"], office["signatory"]) == ("2172", 1, SIGNATORY)
    assert SIGNATORY in suket("offices", "list", data=fresh_demo).stdout


def test_a_new_letterhead_is_for_letters_from_now_on(office: Printed, tmp_path: Path) -> None:
    changed = HEAD.replace(SIGNATORY, "Drs. Baru, M.Si.").replace('capacity = ""', 'capacity = "Plt."')
    assert letterhead(office.data, tmp_path, changed).exit_code == 0
    after = listed(office.data)
    assert (after["letterhead"], after["signatory"], after["capacity"]) == (2, "Drs. Baru, M.Si.", "Plt.")
    again = tmp_path / "again.pdf"
    assert suket("print", office.number, "--out", again, data=office.data).exit_code == 0
    assert again.read_bytes() == office.pdf.read_bytes()


def test_the_whole_office_file_may_be_given(demo: Path, tmp_path: Path) -> None:
    assert letterhead(demo, tmp_path, OFFICE_FILE.replace(SIGNATORY, "Drs. Baru")).exit_code == 0
    assert listed(demo)["signatory"] == "Drs. Baru"


@pytest.mark.parametrize("by", ["operator", "kepala", "auditor"])
def test_only_an_administrator_may(fresh_demo: Path, tmp_path: Path, by: str) -> None:
    assert letterhead(fresh_demo, tmp_path, HEAD.replace(SIGNATORY, "Drs. Baru"), by).exit_code == 1


def test_the_same_letterhead_is_refused(fresh_demo: Path, tmp_path: Path) -> None:
    assert letterhead(fresh_demo, tmp_path, HEAD).exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[letterhead]", "[kop]", "letterhead belum diisi"),
        ("signatory =", "signature =", "signatory belum diisi"),
        ('capacity = ""', 'capacity = "x"', "letterhead.capacity"),
        ('rank = "', "rank = ", "TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_use(
    fresh_demo: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    result = letterhead(fresh_demo, tmp_path, HEAD.replace(old, new))
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_lines_too_long_to_keep_are_told_by_name(fresh_demo: Path, tmp_path: Path) -> None:
    result = letterhead(fresh_demo, tmp_path, HEAD.replace(SIGNATORY, "S" * 121))
    assert result.exit_code == 2
    assert "signatory: ≤ 120 karakter" in result.stderr


def test_a_letterhead_that_leaves_no_room_for_letters_is_refused(fresh_demo: Path, tmp_path: Path) -> None:
    tall = HEAD.replace("Jalan Contoh Nomor 1", "JALAN " * 23).replace("Telepon", "TELEPON " * 16)
    tall = tall.replace("Kepala Dinas Kependudukan dan", "WAKIL " * 8 + "KEPALA DINAS KEPENDUDUKAN DAN")
    result = letterhead(fresh_demo, tmp_path, tall.replace(SIGNATORY, "W" * 120))
    assert result.exit_code == 1
    assert "tidak muat" in result.stderr
    assert listed(fresh_demo)["letterhead"] == 1


def test_an_offices_logo_stays_on_its_letterhead(demo: Path, tmp_path: Path) -> None:
    registry = Registry(Settings.from_env({"SUKET_DATA_DIR": str(demo)}).database_url)
    [before] = administering.list_offices(registry)
    png = a_logo()
    head = replace(before.letterhead, logo=png)
    administering.change_letterhead(registry, before.office.code, head, "admin", datetime.now(UTC))
    assert letterhead(demo, tmp_path, HEAD.replace(SIGNATORY, "Drs. Baru")).exit_code == 0
    [after] = administering.list_offices(registry)
    registry.close()
    assert (after.letterhead.signatory, after.letterhead.logo) == ("Drs. Baru", png)
