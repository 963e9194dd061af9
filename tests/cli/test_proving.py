"""Outside the demo the second person proves who they are, at the terminal or by pipe."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from suket_service.cli import main
from suket_service.cli.proving import APPROVER_STDIN, require_proven
from suket_service.cli.session import Session, SuketGroup
from tests.builders import PASSPHRASE
from tests.cli.builders import copy_of, example_rows, lines_of, suket
from tests.cli.production import PASSWORD, PRODUCTION, Approver, at_terminal, enrol, set_up

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
SENTENCE = "Surat menunggu sebagai konsep"


@pytest.fixture(scope="module")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Approver]:
    data = tmp_path_factory.mktemp("production") / "data"
    set_up(data)
    return data, enrol(data, "kepala")


@pytest.fixture
def data(_prepared: tuple[Path, Approver], tmp_path: Path) -> Path:
    """A production office; ``kepala`` has a password and one-time codes."""
    return copy_of(_prepared[0], tmp_path)


@pytest.fixture
def kepala(_prepared: tuple[Path, Approver]) -> Approver:
    return _prepared[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two requests."""
    return example_rows(tmp_path, "9001", "9013")


def issue(file: Path, data: Path, *more: object, given: str | None = None, **env: str) -> Result:
    arguments = ("issue", file, *PEOPLE, "--json", *more)
    return suket(*arguments, data=data, given=given, **{**PRODUCTION, **env})


def by_pipe(file: Path, data: Path, password: str, code: str, **env: str) -> Result:
    return issue(file, data, "--approver-stdin", given=f"{password}\n{code}\n", **env)


def statuses(result: Result) -> list[str]:
    return [line["status"] for line in lines_of(result)]


class TestByPipe:
    def test_password_and_code_let_letters_be_issued(
        self, data: Path, file: Path, kepala: Approver, tmp_path: Path
    ) -> None:
        given = f"{PASSWORD}\n{kepala.code()}\n"
        result = issue(file, data, "--approver-stdin", "--out", tmp_path / "surat", given=given)
        assert result.exit_code == 0, result.output
        assert statuses(result) == ["issued", "issued"]
        assert {path.suffix for path in (tmp_path / "surat").iterdir()} == {".pdf"}
        assert SENTENCE not in result.stderr

    def test_lines_may_end_as_windows_ends_them(self, data: Path, file: Path, kepala: Approver) -> None:
        result = issue(file, data, "--approver-stdin", given=f"{PASSWORD}\r\n{kepala.code()}\r\n")
        assert statuses(result) == ["issued", "issued"]

    @pytest.mark.few(3)
    @pytest.mark.parametrize(
        "given", ["", "\n\n", f"{PASSWORD}\n", f"{PASSWORD}\n000000\n", "wrong\n123456\n" * 3, "\x00\n\x00\n"]
    )
    def test_anything_else_issues_and_drafts_nothing(self, data: Path, file: Path, given: str) -> None:
        result = issue(file, data, "--approver-stdin", given=given)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("suket: Tidak terbukti")
        assert lines_of(suket("letters", "--json", data=data, **PRODUCTION)) == []

    def test_what_is_no_text_is_refused(self, data: Path, file: Path) -> None:
        clean = {"SUKET_DATA_DIR": str(data), **PRODUCTION}
        arguments = [str(each) for each in ("issue", file, *PEOPLE, "--approver-stdin")]
        result = CliRunner(env=clean).invoke(main, arguments, input=b"\xff\xfe\n1\n")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("suket: ")

    def test_one_code_lets_one_run_through(self, data: Path, tmp_path: Path, kepala: Approver) -> None:
        code = kepala.code()
        (tmp_path / "first").mkdir()
        first = by_pipe(example_rows(tmp_path / "first", "9001"), data, PASSWORD, code)
        second = by_pipe(example_rows(tmp_path, "9013"), data, PASSWORD, code)
        assert (statuses(first), second.exit_code, second.stdout) == (["issued"], 1, "")

    def test_after_five_failures_it_takes_a_minute(self, data: Path, file: Path, kepala: Approver) -> None:
        for _ in range(5):
            assert by_pipe(file, data, "wrong", "1").exit_code == 1
        result = by_pipe(file, data, PASSWORD, kepala.code(), SUKET_LANG="en")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "Wait 1 min" in result.stderr

    def test_without_the_secret_key_it_is_said_which_setting_is_missing(
        self, data: Path, file: Path, kepala: Approver
    ) -> None:
        result = by_pipe(file, data, PASSWORD, kepala.code(), SUKET_SECRET_KEY="")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "SUKET_SECRET_KEY" in result.stderr

    def test_another_secret_key_is_said_to_be_another(self, data: Path, file: Path, kepala: Approver) -> None:
        result = by_pipe(file, data, PASSWORD, kepala.code(), SUKET_SECRET_KEY=PASSPHRASE + "x")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "SUKET_SECRET_KEY" in result.stderr

    def test_no_secret_is_told(self, data: Path, file: Path, kepala: Approver) -> None:
        for code in ("000000", kepala.code()):
            result = by_pipe(file, data, PASSWORD, code)
            assert PASSWORD not in result.output
            assert code not in result.output


class TestWithoutTheApprover:
    def test_letters_stop_at_drafts_and_it_is_said_how_to_go_on(self, data: Path, file: Path) -> None:
        result = issue(file, data)
        assert (result.exit_code, statuses(result)) == (0, ["drafted", "drafted"])
        assert SENTENCE in result.stderr
        assert "--approver-stdin" in result.stderr

    def test_that_takes_no_secret_key(self, data: Path, file: Path) -> None:
        assert statuses(issue(file, data, SUKET_SECRET_KEY="")) == ["drafted", "drafted"]

    def test_it_is_said_again_while_drafts_wait(self, data: Path, file: Path) -> None:
        issue(file, data)
        again = issue(file, data)
        assert statuses(again) == ["unchanged", "unchanged"]
        assert SENTENCE in again.stderr

    def test_the_same_file_with_the_approver_issues_the_drafts(
        self, data: Path, file: Path, kepala: Approver
    ) -> None:
        drafted = lines_of(issue(file, data))
        result = by_pipe(file, data, PASSWORD, kepala.code())
        assert statuses(result) == ["issued", "issued"], result.stderr
        assert [line["id"] for line in lines_of(result)] == [line["id"] for line in drafted]
        assert SENTENCE not in result.stderr

    def test_the_demo_asks_nobody(self, demo: Path, file: Path) -> None:
        result = suket("issue", file, *PEOPLE, "--json", "--approver-stdin", data=demo, given="")
        assert statuses(result) == ["issued", "issued"]


class TestAtTheTerminal:
    PASSWORD_PROMPT = "Kata sandi kepala: "
    CODE_PROMPT = "Kode sekali pakai: "

    def test_letters_are_issued_and_no_secret_is_shown(
        self, data: Path, file: Path, kepala: Approver
    ) -> None:
        code = kepala.code()
        exit_code, shown = at_terminal(
            ("issue", file, *PEOPLE), [(self.PASSWORD_PROMPT, PASSWORD), (self.CODE_PROMPT, code)], data
        )
        assert exit_code == 0, shown
        assert "2 terbit" in shown
        assert PASSWORD not in shown
        assert code not in shown

    def test_it_may_be_tried_three_times(self, data: Path, file: Path, kepala: Approver) -> None:
        wrong = [(self.PASSWORD_PROMPT, "wrong"), (self.CODE_PROMPT, "1")]
        right = [(self.PASSWORD_PROMPT, PASSWORD), (self.CODE_PROMPT, kepala.code())]
        exit_code, shown = at_terminal(("issue", file, *PEOPLE), [*wrong, *wrong, *right], data)
        assert (exit_code, shown.count("Tidak terbukti")) == (0, 2), shown
        assert "2 terbit" in shown

    @pytest.mark.slow
    def test_and_no_fourth_time(self, data: Path, file: Path) -> None:
        wrong = [(self.PASSWORD_PROMPT, "wrong"), (self.CODE_PROMPT, "1")]
        exit_code, shown = at_terminal(("issue", file, *PEOPLE), wrong * 3, data)
        assert (exit_code, shown.count("Tidak terbukti")) == (1, 3), shown
        assert lines_of(suket("letters", "--json", data=data, **PRODUCTION)) == []

    @pytest.mark.slow
    def test_whoever_must_wait_is_not_asked_again(self, data: Path, file: Path) -> None:
        for _ in range(5):
            by_pipe(file, data, "wrong", "1")
        answers = [(self.PASSWORD_PROMPT, PASSWORD), (self.CODE_PROMPT, "1")]
        exit_code, shown = at_terminal(("issue", file, *PEOPLE), answers, data)
        assert (exit_code, shown.count("Tunggu 1 menit"), shown.count("Kata sandi")) == (1, 1, 1), shown

    @pytest.mark.slow
    def test_an_empty_password_leaves_drafts(self, data: Path, file: Path) -> None:
        exit_code, shown = at_terminal(("issue", file, *PEOPLE), [(self.PASSWORD_PROMPT, "")], data)
        assert exit_code == 0, shown
        assert "2 konsep" in shown
        assert SENTENCE in shown

    @pytest.mark.slow
    def test_it_asks_in_english_where_english_is_wanted(
        self, data: Path, file: Path, kepala: Approver
    ) -> None:
        answers = [("Password of kepala: ", PASSWORD), ("One-time code: ", kepala.code())]
        exit_code, shown = at_terminal(("issue", file, *PEOPLE), answers, data, SUKET_LANG="en")
        assert exit_code == 0, shown
        assert "2 issued" in shown


class TestACommandThatNeedsTheSecondPerson:
    """What ``extend``, ``resume`` and the like call."""

    @staticmethod
    def run(data: Path, *arguments: str, given: str | None = None, **env: str) -> Result:
        @click.group(cls=SuketGroup)
        @click.pass_context
        def main(ctx: click.Context) -> None:
            ctx.obj = Session()

        @main.command()
        @APPROVER_STDIN
        @click.pass_obj
        def change(session: Session, approver_stdin: bool) -> None:
            require_proven(session, "kepala", approver_stdin)
            click.echo("changed")

        environment = {"SUKET_DATA_DIR": str(data), **env}
        return CliRunner(env=environment).invoke(main, ["change", *arguments], input=given)

    def test_it_goes_on_once_proven(self, data: Path, kepala: Approver) -> None:
        given = f"{PASSWORD}\n{kepala.code()}\n"
        result = self.run(data, "--approver-stdin", given=given, **PRODUCTION)
        assert (result.exit_code, result.stdout) == (0, "changed\n")

    def test_it_is_refused_when_not_proven(self, data: Path) -> None:
        result = self.run(data, "--approver-stdin", given="wrong\n1\n", **PRODUCTION)
        assert (result.exit_code, result.stdout) == (1, "")

    def test_it_is_refused_where_nobody_can_be_asked(self, data: Path) -> None:
        result = self.run(data, **PRODUCTION)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "--approver-stdin" in result.stderr

    def test_the_demo_asks_nobody(self, demo: Path) -> None:
        assert self.run(demo).stdout == "changed\n"


class TestTheStartUpCheck:
    def told(self, data: Path, **env: str) -> list[str]:
        return suket("check", data=data, SUKET_LANG="en", **{**PRODUCTION, **env}).stdout.splitlines()

    def test_an_office_whose_approver_can_prove_themselves_is_ready(self, data: Path) -> None:
        assert not any("approver" in line for line in self.told(data))

    def test_an_office_without_such_an_approver_is_told(self, data: Path) -> None:
        suket("users", "deactivate", "kepala", data=data, **PRODUCTION)
        assert any(line.startswith("Office 2172: no approver can prove") for line in self.told(data))

    def test_a_missing_secret_key_is_told(self, data: Path) -> None:
        assert any("SUKET_SECRET_KEY is not set" in line for line in self.told(data, SUKET_SECRET_KEY=""))


def test_a_change_that_takes_two_asks_the_second_for_their_proof(
    data: Path, file: Path, kepala: Approver
) -> None:
    result = by_pipe(file, data, PASSWORD, kepala.code(-1))
    number = lines_of(result)[0]["number"]
    suspended = ("suspend", number, "--by", "operator", "--reason", "Perlu")
    assert suket(*suspended, data=data, **PRODUCTION).exit_code == 0
    resume = ("resume", number, "--by", "operator", "--approved-by", "kepala", "--reason", "Perlu")
    unproven = suket(*resume, data=data, **PRODUCTION)
    assert (unproven.exit_code, "membuktikan dirinya" in unproven.output) == (1, True)
    given = f"{PASSWORD}\n{kepala.code()}\n"
    proven = suket(*resume, "--approver-stdin", data=data, given=given, **PRODUCTION)
    assert (proven.exit_code, "terbit" in proven.output) == (0, True)


def test_a_row_passes_over_the_register_only_where_the_approver_allows_it(
    data: Path, file: Path, kepala: Approver
) -> None:
    header, first, _ = file.read_text("utf-8").splitlines()
    nik = first.split(",")[0]
    stranger = first.replace(nik, f"{nik[:-4]}7777")
    file.write_text(f"{header},pengecualian\n{stranger},Gawat darurat\n", "utf-8")
    refused = by_pipe(file, data, PASSWORD, kepala.code(-1))
    assert [error["code"] for error in lines_of(refused)[0]["errors"]] == ["override_not_allowed"]
    given = f"{PASSWORD}\n{kepala.code()}\n"
    allowed = issue(file, data, "--approver-stdin", "--allow-overrides", given=given)
    assert statuses(allowed) == ["issued"]
