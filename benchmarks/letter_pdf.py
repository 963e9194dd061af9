"""One letter to PDF: ours, the same drawn with ReportLab, and the same by a plain WeasyPrint call."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from benchmarks import reportlab_letter
from benchmarks.measure import Line, WrongAnswer, alternate, cpu_seconds, milliseconds, profile
from benchmarks.office import demo_office
from suket_service.core.letter import Letter
from suket_service.paper import reader, symbol
from suket_service.paper.letter_pdf import LetterPrinter
from suket_service.paper.wording import wording
from suket_service.settings import HOME

_TEMPLATES = HOME / "templates"


def run(*, quick: bool) -> Iterator[Line]:
    """Milliseconds a letter, and kilobytes."""
    with demo_office() as office:
        [letter] = office.letters(office.issue(office.registered(1, photos=True), "a" * 64))
        folder = office.settings.data_dir
        printer = LetterPrinter(_TEMPLATES, demo=False)
        plain = _PlainCall(letter, folder)
        sizes = []
        for pdf in (printer.print(letter).pdf, reportlab_letter.draw(letter), plain.pdf()):
            if list(reader.read(pdf).texts) != [letter.seal_text]:
                raise WrongAnswer("the symbol of a baseline cannot be read")
            sizes.append(len(pdf) / 1000)
        ours, reportlab, weasyprint = alternate(
            3 if quick else 15,
            lambda: printer.print(letter),
            lambda: reportlab_letter.draw(letter),
            plain.pdf,
        )
    for name, taken in (("a plain WeasyPrint call", weasyprint), ("ReportLab by hand", reportlab)):
        yield Line(
            f"one letter to PDF, after warm-up / {name}",
            milliseconds(ours),
            milliseconds(taken),
            taken / ours,
        )
    yield Line(
        "size of the file / plain WeasyPrint, ReportLab",
        f"{sizes[0]:.0f} KB",
        f"{sizes[2]:.0f} KB, {sizes[1]:.0f} KB",
    )


class _PlainCall:
    """What WeasyPrint's own first page of documentation does with our HTML and CSS; nothing is kept."""

    def __init__(self, letter: Letter, folder: Path) -> None:
        own = (_TEMPLATES / "letters" / letter.kind.template).parent
        environment = Environment(
            loader=FileSystemLoader(own), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        html = environment.get_template("v1.html").render(
            letter=letter,
            person=letter.resident,
            head=letter.letterhead,
            words=wording(letter),
            created=letter.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            here="",
            spacing="roomy",
            demo=False,
        )
        html = html.replace('src="symbol"', 'src="symbol.svg"').replace("letter:emblem.svg", "emblem.svg")
        (folder / "emblem.svg").write_bytes((own / "emblem.svg").read_bytes())
        (folder / "symbol.svg").write_text(symbol.svg(letter.seal_text), encoding="utf-8")
        (folder / "portrait.jpg").write_bytes(letter.portrait or b"")
        self._html, self._base = html, f"{folder}/"
        self._css = (own / "letter.css").read_text(encoding="utf-8")

    def pdf(self) -> bytes:
        # Not above: the fonts' configuration must be there before Pango is loaded.
        from weasyprint import CSS, HTML

        return bytes(
            HTML(string=self._html, base_url=self._base).write_pdf(stylesheets=[CSS(string=self._css)])
        )


def profiled(*, quick: bool) -> None:
    """Where the time of a letter goes."""
    with demo_office() as office:
        [letter] = office.letters(office.issue(office.registered(1, photos=True), "a" * 64))
    printer = LetterPrinter(_TEMPLATES, demo=False)
    printer.print(letter)
    [taken] = cpu_seconds(3 if quick else 9, lambda: printer.print(letter))
    print(f"without the profiler: {milliseconds(taken)} of processor time")
    profile("LetterPrinter.print", lambda: [printer.print(letter) for _ in range(3 if quick else 20)], 50)
