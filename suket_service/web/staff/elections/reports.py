"""Signed reports of letters shown twice: made by a person, listed, and handed out as they were made. Signs nothing."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service.administering import FileFormat
from suket_service.core.letter import Office
from suket_service.core.signing import unsigned_header
from suket_service.errors import CallerError, Text
from suket_service.paper.presentation_report import (
    MOST_SHOWN,
    PaperCase,
    PaperShown,
    PresentationPaper,
    print_report,
)
from suket_service.paper.report_pdf import Lines
from suket_service.paper.wording import long_date
from suket_service.presenting.reporting import SIGNED, make_report, table_of
from suket_service.registry import presentation_reports, staff
from suket_service.registry.presentation_reports import PresentationReport
from suket_service.web import attachments
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import clock
from suket_service.web.paging import paged
from suket_service.web.signed_in import may, signed_in
from suket_service.web.staff.elections.planning import found
from suket_service.web.staff.elections.words import standing, to_the_second
from suket_service.web.staff.reports.files import attachment, letterhead, place_and_date, printer

PAGE = 20


def reports(election: int) -> ResponseReturnValue:
    """The reports made so far, and how anyone checks one."""
    return _page(election, Form())


def make(election: int) -> ResponseReturnValue:
    """Make, sign and keep a report."""
    me, form = signed_in(), Form.given()
    found(election)
    with form.catching():
        made = make_report(
            *(context().registry, me.office.code, election, form.once),
            *(context().settings.key_passphrase, me.username, me.at),
        )
        told = Text("Laporan dibuat dan ditandatangani.", "The report is made and signed.")
        return done(told, url_for("elections.reports", election=made.election))
    return _page(election, form)


def table(election: int, report: str) -> Response:
    """A report's table, byte for byte as it was signed."""
    held = _report(election, report)
    return attachment(table_of(held), FileFormat.CSV, _name(held))


def token(election: int, report: str) -> Response:
    """A report as it was signed."""
    held = _report(election, report)
    return attachments.attachment(held.token.encode(), f"{_name(held)}.jws", "application/jose")


def paper(election: int, report: str) -> Response:
    """A report on paper, the same each time."""
    held = _report(election, report)
    if not fits_paper(held):
        raise CallerError("too_many_letters", _TOO_LONG)
    return attachment(print_report(printer(), _paper(held)), FileFormat.PDF, _name(held))


def fits_paper(report: PresentationReport) -> bool:
    """Whether a report is short enough to be printed."""
    told = report.contents[SIGNED]
    lines = sum(len(each["shown"]) for each in told["conflicts"]) + len(told["not_on_record"])
    return bool(lines <= MOST_SHOWN)


def _report(election: int, report: str) -> PresentationReport:
    with context().registry.reading() as tx:
        return presentation_reports.by_id(tx, signed_in().office.code, election, report)


def _name(report: PresentationReport) -> str:
    return f"ditunjukkan-dua-kali-{signed_in().office.local_date(report.at)}-{report.id[:8]}"


def _page(election: int, form: Form) -> ResponseReturnValue:
    me, held = signed_in(), found(election)
    with context().registry.reading() as tx:
        made = presentation_reports.of_election(tx, election)
        names = staff.names(tx, me.office.code)
    shown = paged(len(made), PAGE)
    return render_template(
        "staff/elections/reports.html",
        form=form,
        held=held,
        standing=standing(held, me.at),
        made=[(each, each.contents[SIGNED]) for each in shown.of(made)],
        names=names,
        fits_paper=fits_paper,
        may_make=may("elections.make_report"),
        can_sign=context().settings.key_passphrase is not None,
        page=shown.page,
        pages=shown.pages,
    ), 200 if form.ok else 422


def _paper(report: PresentationReport) -> PresentationPaper:
    me, told = signed_in(), report.contents[SIGNED]
    office, head, election = me.office, letterhead(report.at), told["election"]
    with context().registry.reading() as tx:
        name = staff.names(tx, office.code).get(report.by, report.by)
    opens = datetime.fromtimestamp(election["opens_at"], UTC)
    moment = f"{long_date(office.local_date(report.at))} {clock(report.at, office)}"
    return PresentationPaper(
        head=head,
        title="LAPORAN SURAT KETERANGAN YANG DITUNJUKKAN LEBIH DARI SATU KALI",
        subtitle=f"{election['name']}, {long_date(office.local_date(opens))}; keadaan {moment}",
        blocks=_blocks(told["counts"]),
        cases=tuple(_case(each, office) for each in told["conflicts"]),
        not_on_record=tuple(_shown(told["not_on_record"], office)),
        proof=(
            ("Nomor laporan", report.id),
            ("SHA-256 berkas CSV", told["csv_sha256"]),
            ("Sidik jari kunci publikasi yang menandatangani", str(unsigned_header(report.token)["kid"])),
            ("Daftar kunci umum", f"{context().settings.base_url}/.well-known/jwks.json"),
        ),
        made_by=f"{name} ({report.by})",
        place_and_date=place_and_date(head, office.local_date(report.at)),
        made=f"Dibuat oleh {report.by} pada {moment}",
        made_at=report.at,
    )


def _blocks(counts: Mapping[str, int]) -> tuple[Lines, ...]:
    def pairs(*labelled: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((label, str(counts[name])) for label, name in labelled)

    return (
        Lines(
            "Yang ditemukan",
            pairs(
                ("Surat yang sama lebih dari satu kali", "same_letter"),
                ("Orang yang sama dengan surat lain", "same_person"),
                ("Bukan surat yang tercatat", "not_on_record"),
            ),
        ),
        Lines(
            "Dari mana",
            pairs(
                ("TPS dalam pemilihan ini", "stations"),
                ("TPS yang sudah tersambung", "stations_heard_of"),
                ("Ponsel yang disahkan", "devices"),
                ("Ponsel yang belum mengirim semuanya", "devices_with_unsent"),
                ("Surat yang ditunjukkan, dijumlah per TPS", "letters_shown"),
            ),
        ),
    )


def _case(told: Mapping[str, Any], office: Office) -> PaperCase:
    title = "Orang yang sama, surat berbeda" if told["same_person"] else "Surat yang sama"
    return PaperCase(title, tuple(_shown(told["shown"], office)))


def _shown(told: Iterable[Mapping[str, Any]], office: Office) -> Iterable[PaperShown]:
    for each in told:
        station, moments = each["station"], (each["at"], each["received_at"])
        at, received = (to_the_second(datetime.fromtimestamp(one, UTC), office) for one in moments)
        yield PaperShown(each["number"] or "–", station["code"], station["village_name"], at, received)


_TOO_LONG = Text(
    f"PDF memuat paling banyak {MOST_SHOWN:,} baris. Ambil laporan ini sebagai CSV.".replace(",", "."),
    f"A PDF holds at most {MOST_SHOWN:,} lines. Take this report as CSV.",
)
