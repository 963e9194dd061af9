"""The commands on a letter's life, and what ``suket verify`` says after each."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.builders import Printed, World, copy_of, lines_of, suket
from tests.registry.builders import tampering

BY = ("--by", "operator", "--reason", "Perlu")
BOTH = (*BY, "--approved-by", "kepala")


def run(office: Printed, *arguments: object) -> Result:
    return suket(*arguments, data=office.data)


def outcome(office: Printed, *more: object) -> dict[str, Any]:
    [answer] = lines_of(run(office, "verify", office.pdf, "--json", *more))
    return answer


def published(office: Printed, folder: Path) -> Path:
    assert run(office, "publish", "--out", folder).exit_code == 0
    return folder / "trust-bundle.jws"


def test_a_suspended_letter_is_amber_online_and_offline_until_two_resume_it(
    office: Printed, tmp_path: Path
) -> None:
    result = run(office, "suspend", office.number, *BY)
    assert (result.exit_code, result.output) == (0, f"Surat {office.number} ditangguhkan.\n")
    assert outcome(office)["outcome"] == "suspended"
    assert outcome(office, "--bundle", published(office, tmp_path / "a"))["outcome"] == "suspended"
    assert run(office, "resume", office.number, *BOTH).exit_code == 0
    assert outcome(office)["outcome"] == "valid"
    assert outcome(office, "--bundle", published(office, tmp_path / "b"))["outcome"] == "valid"


def test_an_extension_goes_no_further_than_a_letter_of_today(office: Printed) -> None:
    before = outcome(office)["valid_until"]
    until = date.fromisoformat(before) + timedelta(days=1)
    refused = run(office, "extend", office.number, *BOTH, "--until", until.isoformat())
    assert refused.exit_code == 1
    assert "until: Paling lambat" in refused.output
    assert outcome(office)["valid_until"] == before


def test_an_expired_letter_that_is_extended_is_valid_again_and_says_so(world: World, tmp_path: Path) -> None:
    data, letter = copy_of(world.data, tmp_path), world.letters["expired"]
    result = suket("extend", letter.number, *BOTH, data=data)
    assert result.exit_code == 0, result.output
    assert suket("publish", "--out", tmp_path / "terbitan", data=data).exit_code == 0
    for more in ((), ("--bundle", tmp_path / "terbitan" / "trust-bundle.jws")):
        [answer] = lines_of(suket("verify", world.texts["expired"], "--json", *more, data=data))
        assert (answer["outcome"], "extended" in answer["advisories"]) == ("valid", True)
        assert answer["valid_until"] > answer["seal"]["valid_until"]


def test_a_change_that_takes_two_names_both(office: Printed) -> None:
    result = run(office, "resume", office.number, *BY)
    assert (result.exit_code, "--approved-by" in result.output) == (2, True)


def test_who_asks_does_not_approve(office: Printed) -> None:
    result = run(
        office, "extend", office.number, "--by", "kepala", "--approved-by", "kepala", "--reason", "Perlu"
    )
    assert result.exit_code == 1
    assert "mintalah pejabat lain" in result.output


class TestRevokingMany:
    @pytest.fixture
    def numbers(self, office: Printed) -> list[str]:
        return [str(line["number"]) for line in office.lines]

    def test_two_people_revoke_many(self, office: Printed, numbers: list[str]) -> None:
        result = run(office, "revoke", *numbers, *BOTH, "--json")
        assert [line["status"] for line in lines_of(result)] == ["revoked", "revoked"]

    def test_one_alone_does_not(self, office: Printed, numbers: list[str]) -> None:
        result = run(office, "revoke", *numbers, *BY)
        assert result.exit_code == 1
        assert "dua orang" in result.output
        assert outcome(office)["outcome"] == "valid"

    def test_numbers_come_from_a_file_too(self, office: Printed, numbers: list[str], tmp_path: Path) -> None:
        file = tmp_path / "nomor.txt"
        file.write_text("\ufeff" + "\r\n".join(numbers) + "\r\n\r\n", "utf-8")
        assert run(office, "revoke", "--from", file, *BOTH).exit_code == 0
        assert outcome(office)["outcome"] == "revoked"

    def test_one_that_is_unknown_saves_all_and_is_named(self, office: Printed, numbers: list[str]) -> None:
        result = run(office, "revoke", *numbers, "471.13/9999/SKP/2172/2026", *BOTH)
        assert result.exit_code == 1
        assert "471.13/9999/SKP/2172/2026: Surat dengan nomor itu tidak ditemukan" in result.output
        assert outcome(office)["outcome"] == "valid"

    def test_nothing_named_is_wrong_use(self, office: Printed) -> None:
        assert run(office, "revoke", *BOTH).exit_code == 2


class TestTheCard:
    def test_to_whom_it_went_is_kept_with_the_letter(self, office: Printed) -> None:
        card = ("--card-to", "proxy", "--proxy-name", "SITI AMINAH", "--proxy-relation", "Anak kandung")
        assert run(office, "supersede", office.number, *BY, *card, "--letter-returned").exit_code == 0
        [facts] = lines_of(run(office, "show", office.number, "--json"))
        assert facts["card_hand_over"] == {
            "receiver": "proxy",
            "proxy_name": "SITI AMINAH",
            "proxy_relation": "Anak kandung",
            "old_letter_returned": True,
        }
        assert outcome(office)["outcome"] == "superseded"

    def test_a_proxy_is_named(self, office: Printed) -> None:
        result = run(office, "supersede", office.number, *BY, "--card-to", "proxy")
        assert result.exit_code == 1
        assert "proxy_name: Sebutkan nama yang mewakili" in result.output

    def test_a_name_without_a_hand_over_is_wrong_use(self, office: Printed) -> None:
        assert run(office, "supersede", office.number, *BY, "--proxy-name", "SITI").exit_code == 2


def test_a_replacement_by_file_ends_the_old_letter_and_prints_the_new(
    office: Printed, tmp_path: Path
) -> None:
    header, first, *_ = office.file.read_text("utf-8").splitlines()
    file = office.file.with_name("pengganti.csv")
    file.write_text(f"{header},menggantikan\n{first},{office.number}\n", "utf-8")
    people = ("--requested-by", "operator", "--approved-by", "kepala")
    result = run(office, "issue", file, *people, "--out", tmp_path / "surat", "--json")
    [line] = lines_of(result)
    assert (line["status"], line["number"] != office.number) == ("issued", True)
    assert outcome(office)["outcome"] == "superseded"
    [answer] = lines_of(run(office, "verify", line["pdf"], "--json"))
    assert answer["outcome"] == "valid"
    [facts] = lines_of(run(office, "show", line["number"], "--json"))
    assert facts["replaces"] == office.lines[0]["id"]


def test_a_reprint_keeps_the_seal_and_the_bytes(office: Printed, tmp_path: Path) -> None:
    again = tmp_path / "lagi.pdf"
    assert run(office, "print", office.number, "--out", again).exit_code == 0
    assert again.read_bytes() == office.pdf.read_bytes()


class TestLists:
    @pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
    def test_the_list_is_written_as_a_table(self, office: Printed, tmp_path: Path, suffix: str) -> None:
        file = tmp_path / f"daftar{suffix}"
        result = run(office, "letters", "--out", file)
        assert result.output == f"2 surat ditulis ke {file}.\n"
        assert office.number.encode() in file.read_bytes() or suffix == ".xlsx"

    def test_another_kind_of_file_is_refused(self, office: Printed, tmp_path: Path) -> None:
        result = run(office, "letters", "--out", tmp_path / "daftar.pdf")
        assert result.exit_code == 2
        assert not (tmp_path / "daftar.pdf").exists()


def test_what_is_done_is_told_as_json_too(office: Printed) -> None:
    facts = json.loads(run(office, "suspend", office.number, *BY, "--json").stdout)
    assert (facts["number"], facts["status"]) == (office.number, "suspended")


def test_a_row_changed_behind_the_chain_is_named_when_letters_are_checked_too(office: Printed) -> None:
    assert run(office, "audit", "verify", "--letters").output.endswith("Setiap surat sesuai dengannya.\n")
    with tampering(office.data / "suket.sqlite3") as connection:
        connection.execute("UPDATE letter SET name = 'ORANG LAIN' WHERE number = ?", (office.number,))
    assert run(office, "audit", "verify").exit_code == 0  # the chain itself is whole
    result = run(office, "audit", "verify", "--letters")
    assert (result.exit_code, office.number in result.output) == (1, True)
