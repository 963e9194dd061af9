"""Where things stand on the paper, in millimetres from the upper left corner, by WeasyPrint's own boxes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from suket_service.core.kind import MOST_BASIS_CHARACTERS, MOST_TITLE_CHARACTERS, SignatureMode
from suket_service.core.letter import Capacity
from suket_service.paper import letter_pdf, symbol
from suket_service.paper.engine import PIXELS_PER_MM
from suket_service.paper.letter_pdf import LetterPrinter
from tests.paper import builders

TITLE = "SURAT KETERANGAN PENGGANTI KARTU TANDA PENDUDUK ELEKTRONIK W"
BASIS = (
    "Surat Direktur Jenderal Kependudukan dan Pencatatan Sipil Nomor 471.13/10231/Dukcapil tanggal 29 September 2016 "
    "dan Peraturan Wali Kota Nomor 12/2026."
)
assert (len(TITLE), len(BASIS)) == (MOST_TITLE_CHARACTERS, MOST_BASIS_CHARACTERS)
WET = {
    "plain": builders.letter(),
    "one-letter name": builders.letter(name="A"),
    "hardest": builders.hardest(),
    "no portrait, no neighbourhood": builders.hardest(portrait=None, rt=0, rw=0, blood_type=""),
    "until the card": builders.hardest(valid_until=None),
    "on behalf, long signatory": builders.hardest(
        capacity=Capacity.ON_BEHALF,
        post="Kepala Dinas Kependudukan dan Pencatatan Sipil Kabupaten Kepulauan Siau Tagulandang Biaro\nSekretaris",
        signatory="Prof. Dr. Ir. H. MUHAMMAD ABDURRAHMAN SALEH HADIKUSUMO, S.Sos., M.Si., Ph.D.",
    ),
    "long host": builders.letter(
        seal_text="https://suket.disdukcapil.tanjungpinangkota.go.id/s#" + "1234567890" * 46
    ),
    "longest title and legal basis": builders.hardest(title=TITLE, legal_basis=BASIS),
    "widest letters": builders.letter(name="W" * 60, address="W" * 60 + " " + "M" * 59),
}
ELECTRONIC = {
    f"{name}, electronic": replace(letter, kind=replace(letter.kind, signature=SignatureMode.PADES))
    for name, letter in WET.items()
}
CASES = WET | ELECTRONIC
LEADING = 1.2  # mm: a text's box is as high as its font, lines are set closer; their ink does not touch
FOLDS = (99.0, 148.5, 198.0)


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box", by: float = 0.05) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > by and down > by

    def holds(self, other: "Box", within: float = 0.1) -> bool:
        return (
            other.left >= self.left - within
            and other.top >= self.top - within
            and other.right <= self.right + within
            and other.bottom <= self.bottom + within
        )


CONTENT = Box(20, 20, 190, 277)


@cache
def page_of(case: str) -> Any:
    printer = LetterPrinter(builders.TEMPLATES, demo=True)
    return printer._lay_out(printer._kit(CASES[case]), CASES[case]).pages[0]._page_box


def walk(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from walk(getattr(child, "box", child))


def placed(box: Any) -> Box:
    left, top = box.border_box_x() / PIXELS_PER_MM, box.border_box_y() / PIXELS_PER_MM
    return Box(
        left, top, left + box.border_width() / PIXELS_PER_MM, top + box.border_height() / PIXELS_PER_MM
    )


def named(case: str) -> dict[str, Box]:
    found: dict[str, Box] = {}
    for box in walk(page_of(case)):
        name = box.element.get("id") if getattr(box, "element", None) is not None else None
        if name and not box.element_tag.endswith(("::before", "::after")):
            found.setdefault(name, placed(box))
    return found


def texts(case: str) -> list[tuple[str, Box]]:
    found = []
    for box in walk(page_of(case)):
        if type(box).__name__ == "TextBox" and box.text.strip():
            left, top = box.position_x / PIXELS_PER_MM, box.position_y / PIXELS_PER_MM
            width, height = box.width / PIXELS_PER_MM, box.height / PIXELS_PER_MM
            found.append((box.text, Box(left, top, left + width, top + height)))
    return found


def sizes(case: str) -> dict[str, float]:
    """Type size in points by text."""
    return {
        box.text.strip(): box.style["font_size"] * 0.75
        for box in walk(page_of(case))
        if type(box).__name__ == "TextBox"
    }


each_case = pytest.mark.parametrize("case", CASES)


@each_case
def test_the_symbol_box_is_42_mm_with_its_quiet_zone(case: str) -> None:
    box = named(case)["symbol"]
    assert [box.right - box.left, box.bottom - box.top] == pytest.approx([42, 42])
    drawing = symbol.runs(CASES[case].seal_text)
    assert min(x for x, _, _ in drawing.dark) == symbol.QUIET_ZONE


@each_case
def test_the_symbol_touches_no_fold_and_no_margin(case: str) -> None:
    box = named(case)["symbol"]
    assert CONTENT.holds(box)
    assert all(fold < box.top - 2 or fold > box.bottom + 2 for fold in FOLDS)


@each_case
def test_nothing_stands_in_the_symbol_box(case: str) -> None:
    box = named(case)["symbol"]
    assert [text for text, place in texts(case) if place.overlaps(box)] == []


@each_case
def test_the_portrait_or_its_frame_is_30_by_40_mm(case: str) -> None:
    boxes = named(case)
    box = boxes.get("portrait") or boxes["frame"]
    assert [box.right - box.left, box.bottom - box.top] == pytest.approx([30, 40])


@pytest.mark.parametrize("case", WET)
def test_25_mm_stay_free_for_signature_and_stamp(case: str) -> None:
    box = named(case)["signature-space"]
    assert box.bottom - box.top == pytest.approx(25)
    assert [text for text, place in texts(case) if place.overlaps(box, by=LEADING)] == []


@pytest.mark.parametrize("case", ELECTRONIC)
def test_the_electronic_signature_is_framed_clear_of_portrait_symbol_and_footer(case: str) -> None:
    boxes = named(case)
    frame = boxes["electronic"]
    assert frame.holds(boxes["signed-by"])
    assert frame.holds(boxes["electronic-note"])
    assert [other for other in ("holder", "proof", "footer") if frame.overlaps(boxes[other], by=-1.0)] == []
    assert "signature-space" not in boxes


@each_case
def test_everything_but_the_specimen_band_is_inside_the_margins(case: str) -> None:
    outside = [text for text, box in texts(case) if not CONTENT.holds(box)]
    assert outside == ["CONTOH — LINGKUNGAN PERAGAAN, BUKAN DOKUMEN RESMI"]


@each_case
def test_the_parts_do_not_overlap(case: str) -> None:
    boxes = named(case)
    parts = [
        "specimen",
        "letterhead",
        "number",
        "identity",
        "dates",
        "holder",
        "signatory",
        "proof",
        "footer",
    ]
    assert [(a, b) for a, b in combinations(parts, 2) if boxes[a].overlaps(boxes[b])] == []


@each_case
def test_no_text_overlaps_another(case: str) -> None:
    lines = texts(case)
    assert [(a, b) for (a, x), (b, y) in combinations(lines, 2) if x.overlaps(y, by=LEADING)] == []


@each_case
def test_the_words_above_end_before_the_bottom_zone(case: str) -> None:
    boxes = named(case)
    assert boxes["facts"].bottom <= boxes["bottom"].top


@each_case
def test_dates_are_at_least_14_points_and_the_body_11(case: str) -> None:
    size = sizes(case)
    last = "sampai KTP-el diterbitkan" if CASES[case].valid_until is None else "20 Mei 2027"
    assert min(size["21 November 2026"], size[last], size["V55G-4F9D"]) >= 14
    assert min(size["NIK"], size["Nama"], size["WNI"], size["Alamat"]) >= 11


def test_the_printers_limits_are_those_of_the_paper() -> None:
    assert (letter_pdf.LEFTMOST_MM, letter_pdf.RIGHTMOST_MM, letter_pdf.LOWEST_MM) == (20, 190, 277)
