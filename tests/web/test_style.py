"""One family, five sizes, spacing from tokens alone; no style and no script that the policy would refuse."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "suket_service" / "web" / "static"
#: What is built of them is written by a program.
BUILT = STATIC / "build"
SHEETS = sorted(each for each in STATIC.rglob("*.css") if BUILT not in each.parents)
PAGES = sorted(
    page
    for page in (ROOT / "templates").rglob("*.html")
    if page.relative_to(ROOT / "templates").parts[0]
    in ("staff", "public", "station", "base.html", "error.html")
)
SCRIPTS = sorted(each for each in STATIC.rglob("*.js") if BUILT not in each.parents)
#: What may be said in plain numbers: nothing, hair lines, and the sizes of things that are drawn or touched.
_SPACING = re.compile(r"(?<![\w-])(margin|padding|gap|row-gap|column-gap)[\w-]*\s*:\s*([^;}]+)")
_SIZE = re.compile(r"(?<![\w-])font(-size)?\s*:\s*([^;}]+)")
_TOKEN_OR_NOTHING = re.compile(
    r"(var\(--s[1-5]\)|0|auto|-?1px|calc\([^)]*var\(--s[1-5]\)[^)]*\)|!important|\s)+"
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_root(sheet: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r":root\s*{[^}]*}", "", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_text_has_one_of_the_five_sizes(sheet: Path) -> None:
    said = [each[1].strip() for each in _SIZE.findall(without_root(sheet))]
    odd = [
        each
        for each in said
        if each != "inherit" and not re.search(r"var\(--(small|body|lead|title|verdict)\)", each)
    ]
    assert odd == []


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_spacing_comes_from_tokens(sheet: Path) -> None:
    said = [each[1].strip() for each in _SPACING.findall(without_root(sheet))]
    # `em` follows the text it stands in: the indent of a list's own marks.
    odd = [each for each in said if not _TOKEN_OR_NOTHING.fullmatch(re.sub(r"\b[\d.]+em\b", "0", each))]
    assert len(odd) <= (3 if sheet.name == "suket.css" else 0), odd


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_brings_no_style_and_no_script_of_its_own(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", text), name_of(page)


@pytest.mark.parametrize("path", [*SHEETS, *PAGES, *SCRIPTS], ids=name_of)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/", "")
    assert not re.search(r"""(src|href|url\()=?["']?\s*(https?:)?//""", text)


@pytest.mark.parametrize("page", [each for each in PAGES if "staff" in each.parts], ids=name_of)
def test_a_form_that_writes_brings_its_token(page: Path) -> None:
    text = page.read_text("utf-8")
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", text, re.DOTALL)
    bare = [form[:80] for form in forms if "csrf" not in form and "account.language" not in form]
    assert bare == []
