"""The same letter drawn by hand with ReportLab: a baseline, plain but complete. Checks nothing.

No tags, no PDF/A, no hyphenation or kerning, nothing that says whether the text still fits.
"""

from io import BytesIO

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from suket_service.core.letter import Letter
from suket_service.paper import symbol
from suket_service.paper.fonts import CUTS, FILES
from suket_service.paper.wording import wording

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 20 * mm, 190 * mm
_REGULAR, _BOLD = "Serif-Regular", "Serif-Bold"

for _cut, _file in zip(CUTS, FILES, strict=True):  # read once, as any program that draws many letters would
    pdfmetrics.registerFont(TTFont(f"Serif-{_cut}", str(_file)))
pdfmetrics.registerFontFamily(_REGULAR, normal=_REGULAR, bold=_BOLD, italic=_REGULAR, boldItalic=_BOLD)

_TEXT = ParagraphStyle("text", fontName=_REGULAR, fontSize=11, leading=13.2, alignment=TA_JUSTIFY)
_FOOTER = ParagraphStyle("footer", fontName=_REGULAR, fontSize=8.5, leading=10.2)
_CENTRED = ParagraphStyle("centred", parent=_TEXT, alignment=TA_CENTER, fontSize=9, leading=11)


def draw(letter: Letter) -> bytes:
    """The letter on one page."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, lang="id")
    canvas.setTitle(f"{letter.kind.title} Nomor {letter.number}")
    below = _facts(canvas, letter, _letterhead(canvas, letter))
    _dates(canvas, letter, below)
    _holder(canvas, letter)
    _signatory(canvas, letter)
    _proof(canvas, letter)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _letterhead(canvas: Canvas, letter: Letter) -> float:
    head = letter.letterhead
    canvas.setLineWidth(0.6 * mm)
    canvas.circle(_LEFT + 11 * mm, _top(31), 11 * mm)  # the emblem, as far as ReportLab draws without SVG
    middle = (_LEFT + 26 * mm + _RIGHT) / 2
    for text, font, size, line in (
        (head.government, _REGULAR, 13, 25),
        (head.agency, _BOLD, 15, 32),
        (head.address, _REGULAR, 9.5, 37),
        (head.contact, _REGULAR, 9.5, 41.5),
    ):
        canvas.setFont(font, size)
        canvas.drawCentredString(middle, _top(line), text)
    canvas.setLineWidth(1 * mm)
    canvas.line(_LEFT, _top(45), _RIGHT, _top(45))
    canvas.setFont(_BOLD, 13.5)
    canvas.drawCentredString(_WIDTH / 2, _top(56), letter.kind.title)
    canvas.setFont(_REGULAR, 11)
    canvas.drawCentredString(_WIDTH / 2, _top(61.5), f"Nomor: {letter.number}")
    return _top(66)


def _facts(canvas: Canvas, letter: Letter, top: float) -> float:
    person, words = letter.resident, wording(letter)
    top = _paragraph(
        canvas, f"Yang bertanda tangan di bawah ini, {words.undersigned}, menerangkan bahwa:", _TEXT, top
    )
    for label, value in (
        ("NIK", person.nik),
        ("Nama", person.name),
        ("Tempat/Tanggal Lahir", words.birth),
        ("Jenis Kelamin", f"{words.sex}      Golongan Darah: {words.blood_type}"),
        ("Alamat", person.address),
        ("RT/RW", words.rt_rw),
        ("Kelurahan/Desa", person.village.name.upper()),
        ("Kecamatan", person.village.district.upper()),
        ("Kabupaten/Kota", person.village.regency.upper()),
        ("Provinsi", person.village.province.upper()),
        ("Agama", person.religion),
        ("Status Perkawinan", person.marital_status.value),
        ("Pekerjaan", person.occupation),
        ("Kewarganegaraan", person.citizenship),
    ):
        top -= 13.4
        canvas.setFont(_BOLD if label in ("NIK", "Nama") else _REGULAR, 11)
        canvas.drawString(_LEFT + 49 * mm, top, f": {value}")
        canvas.setFont(_REGULAR, 11)
        canvas.drawString(_LEFT + 5 * mm, top, label)
    top -= 5
    basis = f" berdasarkan {letter.kind.legal_basis}" if letter.kind.legal_basis else ""
    recorded = (
        f"benar-benar <b>telah melakukan perekaman KTP-el</b> dan <b>terdaftar dalam database kependudukan "
        f"{person.village.regency}</b>."
    )
    reason = (
        f"Surat keterangan ini diterbitkan sebagai pengganti KTP-el{basis}, dengan alasan: {letter.reason}."
    )
    uses = (
        "Surat ini berakhir dengan sendirinya saat KTP-el diterbitkan, dan dapat dipakai untuk Pemilu/Pilkada, "
        "perbankan, BPJS, imigrasi, kepolisian, dan keperluan lain yang mensyaratkan KTP-el."
    )
    for text in (recorded, reason, uses):
        top = _paragraph(canvas, text, _TEXT, top - 3)
    return top


def _dates(canvas: Canvas, letter: Letter, top: float) -> None:
    words = wording(letter)
    half, high = (_RIGHT - _LEFT) / 2, 13 * mm
    canvas.setLineWidth(0.3 * mm)
    for place, caption, text in (
        (0, "Tanggal terbit", words.issued_on),
        (1, "Berlaku sampai dengan", words.valid_until or "KTP-el diterbitkan"),
    ):
        left = _LEFT + place * half
        canvas.rect(left, top - 8 - high, half, high)
        canvas.setFont(_REGULAR, 9.5)
        canvas.drawCentredString(left + half / 2, top - 8 - 4.5 * mm, caption)
        canvas.setFont(_BOLD, 15)
        canvas.drawCentredString(left + half / 2, top - 8 - 10.5 * mm, text)


def _holder(canvas: Canvas, letter: Letter) -> None:
    canvas.setLineWidth(0.3 * mm)
    if letter.portrait is None:
        canvas.rect(_LEFT, _top(248), 30 * mm, 40 * mm)
    else:
        # ReportLab embeds a JPEG as it is.
        canvas.drawImage(ImageReader(BytesIO(letter.portrait)), _LEFT, _top(248), 30 * mm, 40 * mm)
    canvas.rect(_LEFT, _top(267), 34 * mm, 17 * mm)
    canvas.setFont(_REGULAR, 8)
    canvas.drawCentredString(_LEFT + 17 * mm, _top(266), "Tanda tangan pemegang")


def _signatory(canvas: Canvas, letter: Letter) -> None:
    head, words = letter.letterhead, wording(letter)
    left = _LEFT + 40 * mm
    place = Paragraph(
        f"{head.place}, {words.issued_on}<br/>{words.capacity} {'<br/>'.join(words.posts)},",
        ParagraphStyle("post", parent=_TEXT, alignment=0),
    )
    _, height = place.wrap(84 * mm, 60 * mm)
    place.drawOn(canvas, left, _top(207.5) - height)
    for text, font, line in (
        (head.signatory, _BOLD, 253),
        (head.rank, _REGULAR, 258),
        (f"NIP {head.nip}", _REGULAR, 263),
    ):
        canvas.setFont(font, 11)
        canvas.drawString(left, _top(line), text)


def _proof(canvas: Canvas, letter: Letter) -> None:
    words = wording(letter)
    drawing = symbol.runs(letter.seal_text)
    left, top, module = _RIGHT - 42 * mm, _top(207.5), 42 * mm / drawing.side
    path = canvas.beginPath()
    for x, y, length in drawing.dark:
        path.rect(left + x * module, top - (y + 1) * module, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    middle = left + 21 * mm
    canvas.setFont(_REGULAR, 9)
    canvas.drawCentredString(middle, _top(252.5), "Kode periksa")
    canvas.setFont(_BOLD, 15)
    canvas.drawCentredString(middle, _top(258), letter.check_code)
    address = Paragraph(f"Periksa di {words.check_address}", _CENTRED)
    _, height = address.wrap(42 * mm, 20 * mm)
    address.drawOn(canvas, left, _top(259.5) - height)
    canvas.setLineWidth(0.25 * mm)
    canvas.line(_LEFT, _top(268.5), _RIGHT, _top(268.5))
    _paragraph(
        canvas,
        "<b>Cara memeriksa:</b> pindai kode QR dengan kamera ponsel atau alat pindai petugas; pastikan alamat yang "
        f"terbuka diawali <b>{words.check_address.split('/')[0]}</b>. <b>GRATIS — tidak dipungut biaya.</b> "
        "Musnahkan surat ini setelah ditukar dengan KTP-el.",
        _FOOTER,
        _top(269),
    )


def _paragraph(canvas: Canvas, text: str, style: ParagraphStyle, top: float) -> float:
    paragraph = Paragraph(text, style)
    _, height = paragraph.wrap(_RIGHT - _LEFT, _HEIGHT)
    paragraph.drawOn(canvas, _LEFT, top - height)
    return float(top - height)


def _top(from_above: float) -> float:
    """A height in ReportLab's units out of millimetres from the paper's upper edge."""
    return float(_HEIGHT - from_above * mm)
