"""``suket kinds``: what an administrator types, what comes of it, and what the next letters are like."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from suket_service.core.trust_bundle import open_bundle
from suket_service.publishing import TRUST_BUNDLE, stored
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.cli.builders import Printed, example_rows, lines_of, suket
from tests.paper.certificates import PASSPHRASE, a_certificate

ADMIN = ("--by", "admin")
PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
NEW = ("--title", "SURAT KETERANGAN BIODATA", "--series", "SKB", "--legal-basis", "Dasar")
DAYS = ("--rule", "days", "--amount", "14")
TODAY = datetime.now(UTC).date()  # the tests' demo office is seven hours ahead: windows leave a day's room
LONG_AGO, LONG_AFTER = TODAY - timedelta(days=900), TODAY + timedelta(days=900)


def kinds(data: Path, *arguments: object, **env: str) -> Result:
    return suket("kinds", *arguments, data=data, **env)


def done(data: Path, *arguments: object, **env: str) -> Result:
    result = kinds(data, *arguments, **env)
    assert result.exit_code == 0, result.output
    return result


def listed(data: Path) -> dict[int, dict[str, Any]]:
    return {each["code"]: each for each in lines_of(done(data, "list", "--json"))}


def bundle(data: Path) -> Any:
    registry = Registry(Settings.from_env({"SUKET_DATA_DIR": str(data)}).database_url)
    published = stored(registry, TRUST_BUNDLE)
    registry.close()
    assert published is not None
    return open_bundle(published.body).bundle


class TestListing:
    def test_kinds_are_listed_as_objects(self, fresh_demo: Path) -> None:
        found = listed(fresh_demo)
        assert found[1] == {
            "code": 1,
            "title": "SURAT KETERANGAN PENGGANTI KTP-el",
            "series": "SKP",
            "template": "pengganti-ktp-el/v1",
            "legal_basis": found[1]["legal_basis"],
            "rule": "months",
            "amount": 6,
            "until": None,
            "signature": "wet",
            "usual": True,
            "open": True,
        }
        assert (found[2]["rule"], found[2]["usual"]) == ("until_card", False)

    def test_people_are_shown_the_same(self, fresh_demo: Path) -> None:
        [first, second] = done(fresh_demo, "list").stdout.splitlines()
        assert all(said in first for said in ("SKP", "months 6", "wet", "buka, lazim", "PENGGANTI KTP-el"))
        assert "lazim" not in second


class TestAdding:
    @pytest.mark.few(2)
    @pytest.mark.parametrize(
        ("rule", "amount", "until"),
        [
            ("days", 14, None),
            ("months", 3, None),
            ("until_card", None, None),
            ("fixed_date", None, LONG_AFTER),
        ],
    )
    def test_a_kind_of_every_rule_can_be_added(
        self, demo: Path, rule: str, amount: int | None, until: Any
    ) -> None:
        given = [*(("--amount", amount) if amount else ()), *(("--until", until) if until else ())]
        done(demo, "add", 3, *NEW, "--rule", rule, *given, *ADMIN)
        added = listed(demo)[3]
        assert (added["rule"], added["amount"]) == (rule, amount)
        assert added["until"] == (str(until) if until else None)

    def test_its_title_is_published_at_once(self, demo: Path) -> None:
        done(demo, "add", 3, *NEW, *DAYS, *ADMIN)
        assert bundle(demo).kinds[3].title == "SURAT KETERANGAN BIODATA"

    def test_every_wrong_field_is_told_by_name_on_its_own_line(self, demo: Path) -> None:
        result = kinds(demo, "add", 1, *NEW[:-2], "--legal-basis", " ", "--rule", "days", *ADMIN)
        assert (result.exit_code, result.stdout) == (1, "")
        told = [line.split(": ")[1] for line in result.stderr.splitlines()]
        assert told == ["legal_basis", "amount", "code"]

    def test_whoever_runs_the_machine_names_no_administrator(self, demo: Path) -> None:
        done(demo, "add", 3, *NEW, *DAYS)
        done(demo, "change", 3, "--title", "SURAT KETERANGAN LAIN")
        assert listed(demo)[3]["title"] == "SURAT KETERANGAN LAIN"

    @pytest.mark.parametrize("by", ["operator", "kepala", "auditor", "nobody"])
    def test_only_an_administrator_may(self, fresh_demo: Path, by: str) -> None:
        assert kinds(fresh_demo, "add", 3, *NEW, *DAYS, "--by", by).exit_code == 1
        assert 3 not in listed(fresh_demo)

    @pytest.mark.parametrize(
        "wrong",
        [("--rule", "weeks"), ("--until", "31-12-2027", "--rule", "fixed_date"), ("--rule", "days", "x")],
    )
    def test_what_cannot_be_read_is_wrong_use(self, fresh_demo: Path, wrong: tuple[str, ...]) -> None:
        assert kinds(fresh_demo, "add", 3, *NEW, *wrong, *ADMIN).exit_code == 2

    def test_a_kind_to_be_signed_without_a_certificate_is_kept_with_a_warning(self, demo: Path) -> None:
        result = done(demo, "add", 3, *NEW, *DAYS, "--signature", "pades", *ADMIN)
        assert "SUKET_PADES_CERTIFICATE" in result.stderr

    def test_a_title_that_makes_letters_too_long_is_refused_in_words(self, demo: Path) -> None:
        result = kinds(demo, "add", 3, *NEW[:-1], "L" * 151, *DAYS, *ADMIN, SUKET_LANG="en")
        assert result.stderr == "suket: legal_basis: At most 150 characters long.\n"


class TestChanging:
    def test_only_what_is_named_changes(self, demo: Path) -> None:
        before = listed(demo)[2]
        done(demo, "change", 2, "--title", "SURAT LAIN", *ADMIN)
        assert listed(demo)[2] == {**before, "title": "SURAT LAIN"}

    def test_the_rule_changes_with_its_amount(self, demo: Path) -> None:
        done(demo, "change", 2, *DAYS, *ADMIN)
        assert (listed(demo)[2]["rule"], listed(demo)[2]["amount"]) == ("days", 14)

    @pytest.mark.parametrize("alone", [("--amount", 3), ("--until", "2030-01-01")])
    def test_an_amount_or_a_date_without_a_rule_is_wrong_use(
        self, fresh_demo: Path, alone: tuple[object, ...]
    ) -> None:
        assert kinds(fresh_demo, "change", 1, *alone, *ADMIN).exit_code == 2

    @pytest.mark.parametrize("arguments", [(9, "--title", "X"), (1,), (1, "--rule", "months", "--amount", 6)])
    def test_no_such_kind_or_no_change_is_refused(
        self, fresh_demo: Path, arguments: tuple[object, ...]
    ) -> None:
        assert kinds(fresh_demo, "change", *arguments, *ADMIN).exit_code == 1

    def test_a_letter_printed_before_is_printed_the_same_after(self, office: Printed, tmp_path: Path) -> None:
        change = ("--title", "SURAT LAIN", "--legal-basis", "Lain", "--signature", "pades", *DAYS)
        done(office.data, "change", 1, *change, *ADMIN)
        again = tmp_path / "again.pdf"
        assert suket("print", office.number, "--out", again, data=office.data).exit_code == 0
        assert again.read_bytes() == office.pdf.read_bytes()

    def test_the_usual_kind_can_be_another(self, demo: Path) -> None:
        done(demo, "usual", 2, *ADMIN)
        assert [code for code, each in listed(demo).items() if each["usual"]] == [2]


class TestWindows:
    def test_a_window_is_added_listed_and_published(self, demo: Path) -> None:
        done(demo, "window", "add", 1, "--opens", LONG_AGO, "--closes", LONG_AFTER, *ADMIN)
        [found] = lines_of(done(demo, "window", "list", "--json"))
        assert found == {"id": found["id"], "kind": 1, "opens": str(LONG_AGO), "closes": str(LONG_AFTER)}
        [window] = bundle(demo).windows
        assert (window.opens_on, window.closes_on) == (LONG_AGO, LONG_AFTER)

    def test_a_window_is_closed_by_its_id(self, demo: Path) -> None:
        done(demo, "window", "add", 1, "--opens", LONG_AGO, *ADMIN)
        [found] = lines_of(done(demo, "window", "list", "--json"))
        last = TODAY - timedelta(days=30)
        done(demo, "window", "close", found["id"], "--last", last, *ADMIN)
        [closed] = lines_of(done(demo, "window", "list", "--json"))
        assert closed["closes"] == str(last)
        assert not listed(demo)[1]["open"]
        assert kinds(demo, "window", "close", found["id"], *ADMIN).exit_code == 1

    def test_people_see_a_window_without_end(self, demo: Path) -> None:
        result = done(demo, "window", "add", 1, "--opens", LONG_AGO, *ADMIN)
        assert f"{LONG_AGO} – …" in result.stdout
        assert done(demo, "window", "list").stdout == result.stdout

    def test_outside_its_windows_a_kind_is_refused_by_row(self, demo: Path, tmp_path: Path) -> None:
        done(demo, "window", "add", 1, "--opens", LONG_AGO, "--closes", LONG_AGO, *ADMIN)
        result = suket("issue", example_rows(tmp_path, "9001"), *PEOPLE, "--json", data=demo)
        [line] = lines_of(result)
        assert (result.exit_code, [each["code"] for each in line["errors"]]) == (1, ["issuing_closed"])

    def test_a_window_that_leaves_letters_outside_is_refused_by_name(self, office: Printed) -> None:
        result = kinds(office.data, "window", "add", 1, "--opens", LONG_AFTER, *ADMIN)
        assert result.exit_code == 1
        assert result.stderr.startswith("suket: window: ")
        assert lines_of(done(office.data, "window", "list", "--json")) == []

    @pytest.mark.parametrize("command", [("add", 1, "--opens", LONG_AGO), ("close", 1)])
    def test_only_an_administrator_may(self, fresh_demo: Path, command: tuple[object, ...]) -> None:
        assert kinds(fresh_demo, "window", *command, "--by", "kepala").exit_code == 1


def test_a_letter_of_a_kind_signed_electronically_goes_its_whole_way(demo: Path, tmp_path: Path) -> None:
    certificate = a_certificate(
        tmp_path, valid_from=_now() - timedelta(days=9), valid_until=_now() + timedelta(9)
    )
    office = {"SUKET_PADES_CERTIFICATE": str(certificate.path), "SUKET_PADES_PASSPHRASE": PASSPHRASE}
    assert done(demo, "change", 1, "--signature", "pades", *ADMIN, **office).stderr == ""
    file, out, again = example_rows(tmp_path, "9001", "9013"), tmp_path / "surat", tmp_path / "lagi.pdf"
    refused = suket("issue", file, *PEOPLE, "--out", out, "--json", data=demo)
    assert [line["errors"][0]["code"] for line in lines_of(refused)] == ["certificate_missing"] * 2
    issued = suket("issue", file, *PEOPLE, "--out", out, "--json", data=demo, **office)
    assert issued.exit_code == 0, issued.output
    first, second = lines_of(issued)
    assert b"ETSI.CAdES.detached" in Path(first["pdf"]).read_bytes()
    assert suket("print", first["number"], "--out", again, data=demo, **office).exit_code == 0
    assert again.read_bytes() == Path(first["pdf"]).read_bytes()
    [answer] = lines_of(suket("verify", again, "--json", data=demo))
    assert (answer["outcome"], "pdf_differs" in answer["advisories"]) == ("valid", False)
    together = suket("print", first["number"], second["number"], "--out", again, data=demo, **office)
    assert together.exit_code == 1
    assert "--out MAP" in together.stderr


def test_a_public_process_holds_no_certificate() -> None:
    env = {
        "SUKET_BASE_URL": "https://a.example",
        "SUKET_PADES_CERTIFICATE": "a.p12",
        "SUKET_PADES_PASSPHRASE": "b",
    }
    office, public = Settings.from_env(env), Settings.from_env({**env, "SUKET_ROLE": "public"})
    assert (office.pades_certificate, office.pades_passphrase) == (Path("a.p12").absolute(), "b")
    assert (public.pades_certificate, public.pades_passphrase) == (None, None)
    assert "'b'" not in repr(office)


def _now() -> datetime:
    return datetime.now(UTC)
