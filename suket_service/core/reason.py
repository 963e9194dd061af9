"""Why someone needs a letter, and the papers they bring for it. Asks no register and prints nothing.

The sentence goes onto the letter; what was shown at the counter is kept with it and never printed.
Rows of a file give their reason in words alone; words that are a reason's own have its code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from suket_service.core.request import DEFAULT_REASON
from suket_service.core.resident import ADDRESS_CHARACTERS, parse_date, parse_text, tidy
from suket_service.errors import FieldError, Problem, Text

CODE_FIELD, WORDS_FIELD = "alasan_kode", "alasan"
#: What a box that is ticked is kept as: the paper was seen, or taken back.
SEEN = "ya"
_MOST_NUMBER_CHARACTERS = 60
_FAMILY_CARD_NUMBER = re.compile(r"[0-9]{16}")


class PaperForm(StrEnum):
    """What is noted of a paper."""

    SEEN = "seen"  # that it was there
    NUMBER = "number"
    FAMILY_CARD_NUMBER = "family_card_number"  # 16 digits
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Paper:
    """Something to be shown at the counter. ``field`` is its name in forms, in problems and on record."""

    field: str
    form: PaperForm
    label: Text
    hint: Text | None = None


class Reason(StrEnum):
    """Why there is no card to use; the value is what is kept."""

    BLANKS = "blanks"
    DEVICE = "device"
    PROCESSING = "processing"
    LOST = "lost"
    DAMAGED = "damaged"
    CHANGED = "changed"
    MOVED = "moved"
    OTHER = "other"

    @property
    def label(self) -> Text:
        """What the counter calls it."""
        return _LABELS[self]

    @property
    def sentence(self) -> str:
        """What the letter says; empty where the counter must say it in its own words."""
        return _SENTENCES[self]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """What must be shown, in the order in which it is asked for."""
        return (FAMILY_CARD, *_PAPERS.get(self, ()))


@dataclass(frozen=True, slots=True)
class Stated:
    """A reason as it was given at the counter: what the letter will say, and the papers by field."""

    reason: Reason
    sentence: str
    papers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """What came of a form: a stated reason, or the problems that refuse it."""

    stated: Stated | None
    problems: tuple[Problem, ...]


def named(words: str) -> Reason | None:
    """The reason that these words are the label or the sentence of, in any case; None where they are others."""
    said = tidy(words).rstrip(".").casefold()
    return _NAMED.get(said)


def read(given: Mapping[str, str], today: date) -> Statement:
    """Read a reason and its papers; what is wrong is told all at once, by field.

    Args:
        given: field name to text; fields of papers that the reason does not ask for are passed over.
        today: the office's calendar day.
    """
    try:
        reason = Reason(given.get(CODE_FIELD, ""))
    except ValueError:
        return Statement(None, (_NO_REASON,))
    problems: list[Problem] = []
    sentence, papers = reason.sentence, {}
    if not sentence:
        try:
            sentence = parse_text(given.get(WORDS_FIELD, ""), WORDS_FIELD, ADDRESS_CHARACTERS)
        except FieldError as error:
            problems.append(error.problem)
    for paper in reason.papers:
        try:
            papers[paper.field] = _read_paper(paper, given.get(paper.field, ""), today)
        except FieldError as error:
            problems.append(error.problem)
    if problems:
        return Statement(None, tuple(problems))
    return Statement(Stated(reason, sentence, papers), ())


def _read_paper(paper: Paper, text: str, today: date) -> str:
    match paper.form:
        case PaperForm.SEEN:
            if not text.strip():
                raise FieldError(Problem(paper.field, "paper_missing", _not_seen(paper)))
            return SEEN
        case PaperForm.NUMBER:
            return parse_text(text, paper.field, _MOST_NUMBER_CHARACTERS)
        case PaperForm.FAMILY_CARD_NUMBER:
            digits = text.strip()
            if not _FAMILY_CARD_NUMBER.fullmatch(digits):
                raise FieldError(Problem(paper.field, "family_card_number_form", _SIXTEEN_DIGITS))
            return digits
        case PaperForm.DATE:
            day = parse_date(text, paper.field)
            if day > today:
                raise FieldError(Problem(paper.field, "date_in_future", _NOT_YET))
            return day.isoformat()


def _not_seen(paper: Paper) -> Text:
    return Text(
        f"Belum dicentang: {paper.label.id}. Tanpa itu permohonan dengan alasan ini belum dapat diajukan.",
        f"Not ticked: {paper.label.en}. Without it a request with this reason cannot be submitted.",
    )


FAMILY_CARD = Paper(
    "kk_dilihat",
    PaperForm.SEEN,
    Text("Kartu Keluarga sudah dilihat", "The family card was seen"),
)
_PAPERS: dict[Reason, tuple[Paper, ...]] = {
    Reason.LOST: (
        Paper(
            "surat_polisi",
            PaperForm.NUMBER,
            Text("Nomor surat keterangan hilang dari kepolisian", "Number of the police report"),
            Text("Misalnya SKTLK/123/XI/2026/SPKT", "For example SKTLK/123/XI/2026/SPKT"),
        ),
    ),
    Reason.DAMAGED: (
        Paper(
            "ktp_rusak_ditarik",
            PaperForm.SEEN,
            Text("KTP-el yang rusak sudah ditarik", "The damaged card was taken back"),
        ),
    ),
    Reason.CHANGED: (
        Paper(
            "kk_nomor",
            PaperForm.FAMILY_CARD_NUMBER,
            Text("Nomor Kartu Keluarga yang baru", "Number of the new family card"),
            Text("16 digit", "16 digits"),
        ),
        Paper(
            "kk_tanggal",
            PaperForm.DATE,
            Text("Tanggal Kartu Keluarga yang baru", "Date of the new family card"),
        ),
    ),
    Reason.MOVED: (
        Paper(
            "skpwni",
            PaperForm.NUMBER,
            Text("Nomor surat pindah (SKPWNI)", "Number of the certificate of moving (SKPWNI)"),
            Text("Misalnya SKPWNI/2172/22112026/0001", "For example SKPWNI/2172/22112026/0001"),
        ),
    ),
}
#: Every paper that any reason asks for, by field.
PAPERS: dict[str, Paper] = {paper.field: paper for reason in Reason for paper in reason.papers}
_LABELS = {
    Reason.BLANKS: Text("Blangko KTP-el habis", "No blank cards"),
    Reason.DEVICE: Text("Perangkat cetak rusak", "The card printer is broken"),
    Reason.PROCESSING: Text("Data masih diproses", "The record is still being processed"),
    Reason.LOST: Text("KTP-el hilang", "The card was lost"),
    Reason.DAMAGED: Text("KTP-el rusak", "The card is damaged"),
    Reason.CHANGED: Text("Data berubah", "The data changed"),
    Reason.MOVED: Text("Pindah datang", "Moved here"),
    Reason.OTHER: Text("Alasan lain", "Another reason"),
}
_SENTENCES = {
    Reason.BLANKS: DEFAULT_REASON,
    Reason.DEVICE: "Perangkat pencetakan KTP-el sedang rusak",
    Reason.PROCESSING: "Data perekaman KTP-el masih diproses",
    Reason.LOST: "KTP-el hilang, penggantinya belum dapat dicetak",
    Reason.DAMAGED: "KTP-el rusak, penggantinya belum dapat dicetak",
    Reason.CHANGED: "Data berubah, KTP-el yang baru belum dapat dicetak",
    Reason.MOVED: "Pindah datang, KTP-el dengan alamat baru belum dapat dicetak",
    Reason.OTHER: "",
}
#: Every preset's label and sentence; "another reason" names none.
_NAMED = {
    words.casefold(): reason
    for reason in Reason
    if reason.sentence
    for words in (reason.label.id, reason.label.en, reason.sentence)
}
_NO_REASON = Problem(
    CODE_FIELD,
    "reason_missing",
    Text("Pilih alasan permohonan.", "Choose the reason for the request."),
)
_SIXTEEN_DIGITS = Text(
    "Nomor Kartu Keluarga terdiri atas 16 digit angka, tanpa spasi atau titik.",
    "A family card's number is 16 digits, without spaces or dots.",
)
_NOT_YET = Text("Tanggal ini belum tiba.", "This day is still to come.")
