"""From a file of requests to paper and back, through the commands as an office uses them."""

import hashlib
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from tests.cli.builders import Printed, lines_of, suket

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")


def photo(pdf: bytes, kind: str = "PNG") -> bytes:
    """The paper, scanned."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil()
    out = BytesIO()
    picture.convert("RGB").save(out, kind)
    return out.getvalue()


def test_every_line_has_the_contracts_shape(printed: Printed) -> None:
    for line in printed.lines:
        assert {"row", "status", "number", "id", "pdf", "errors"} <= set(line)
        assert (line["status"], line["errors"]) == ("issued", [])
        assert len(line["id"]) == 32
    assert [line["row"] for line in printed.lines] == [2, 3]


def test_a_pdf_is_named_by_its_number(printed: Printed) -> None:
    for line in printed.lines:
        assert Path(line["pdf"]) == printed.out / (line["number"].replace("/", "-") + ".pdf")
        assert Path(line["pdf"]).read_bytes().startswith(b"%PDF-")
    assert len(list(printed.out.iterdir())) == 2


@pytest.mark.parametrize("bundle", [False, True], ids=["registry", "bundle"])
@pytest.mark.parametrize("form", ["pdf", "PNG", "JPEG"])
@pytest.mark.usefixtures("socket_disabled")
def test_the_paper_is_valid(printed: Printed, tmp_path: Path, form: str, bundle: bool) -> None:
    target, extra, data = printed.pdf, [], printed.data
    if form != "pdf":
        target = tmp_path / f"photo.{form.lower()}"
        target.write_bytes(photo(printed.pdf.read_bytes(), form))
    if bundle:
        assert suket("publish", "--out", tmp_path / "out", data=printed.data).exit_code == 0
        extra, data = ["--bundle", str(tmp_path / "out" / "trust-bundle.jws")], tmp_path / "none"
    result = suket("verify", target, *extra, "--json", data=data)
    [answer] = lines_of(result)
    assert (result.exit_code, answer["outcome"]) == (0, "valid")
    assert "pdf_differs" not in answer["advisories"]


def test_a_pdf_that_is_not_the_one_handed_out_is_noted(printed: Printed, tmp_path: Path) -> None:
    other = tmp_path / "a.pdf"
    other.write_bytes(printed.pdf.read_bytes() + b"\n% changed\n")
    [answer] = lines_of(suket("verify", other, "--json", data=printed.data))
    assert (answer["outcome"], answer["tone"], answer["advisories"]) == ("valid", "amber", ["pdf_differs"])


def test_printing_again_gives_the_same_bytes(office: Printed, tmp_path: Path) -> None:
    again = tmp_path / "deep" / "again.pdf"
    assert suket("print", office.number, "--out", again, data=office.data).exit_code == 0
    assert again.read_bytes() == office.pdf.read_bytes()


def test_a_batch_is_printed_into_one_file(office: Printed, tmp_path: Path) -> None:
    batch = hashlib.sha256(office.file.read_bytes()).hexdigest()
    together = tmp_path / "all.pdf"
    assert suket("print", "--batch", batch, "--out", together, data=office.data).exit_code == 0
    assert len(pypdfium2.PdfDocument(together.read_bytes())) == 2
    [answer] = lines_of(suket("verify", together, "--json", data=office.data))
    assert (answer["outcome"], answer["reasons"]) == ("unreadable", ["several_codes"])


def test_printing_changes_no_letter(office: Printed, tmp_path: Path) -> None:
    [before] = lines_of(suket("show", office.number, "--json", data=office.data))
    suket("print", office.number, "--out", tmp_path / "a.pdf", data=office.data)
    [after] = lines_of(suket("show", office.number, "--json", data=office.data))
    old, new = before.pop("events"), after.pop("events")
    assert [event["action"] for event in new[len(old) :]] == ["print"]
    assert after == before


def test_the_same_file_again_prints_only_what_is_missing(office: Printed, tmp_path: Path) -> None:
    out = tmp_path / "surat"
    first = suket("issue", office.file, *PEOPLE, "--out", out, "--json", data=office.data)
    assert first.exit_code == 0
    assert [line["status"] for line in lines_of(first)] == ["unchanged", "unchanged"]
    for line, old in zip(lines_of(first), office.lines, strict=True):
        assert (line["number"], line["id"]) == (old["number"], old["id"])
        assert Path(line["pdf"]).read_bytes() == Path(old["pdf"]).read_bytes()
    kept = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert suket("issue", office.file, *PEOPLE, "--out", out, "--json", data=office.data).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == kept


@pytest.mark.parametrize("numbers", [(), ("471.13/9999/SKP/2172/2026",)], ids=["none", "unknown"])
def test_printing_nothing_writes_nothing(office: Printed, tmp_path: Path, numbers: tuple[str, ...]) -> None:
    result = suket("print", *numbers, "--out", tmp_path / "a.pdf", data=office.data)
    assert result.exit_code == (1 if numbers else 2)
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize("command", ["issue", "print", "publish"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_done(
    office: Printed, command: str
) -> None:
    nowhere = office.file / "sub" / "a.pdf"
    arguments = {
        "issue": ("issue", office.file, *PEOPLE),
        "print": ("print", office.number),
        "publish": ("publish",),
    }[command]
    before = suket("letters", "--json", data=office.data).stdout
    result = suket(*arguments, "--out", nowhere, data=office.data)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert suket("letters", "--json", data=office.data).stdout == before
