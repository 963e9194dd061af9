"""Days that were closed: the button, the report as it was made, its paper and its signed checkpoint."""

from collections.abc import Mapping
from datetime import date

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from suket_service import administering
from suket_service.administering import FileFormat
from suket_service.core.checkpoint import Checkpoint
from suket_service.core.resident import parse_date
from suket_service.errors import Text
from suket_service.paper import symbol
from suket_service.paper.report_pdf import ClosingPaper, Lines
from suket_service.paper.wording import long_date
from suket_service.registry import checkpoints, closing_reports, counting, staff
from suket_service.registry.closing_reports import ClosingReport, Figures
from suket_service.web import attachments
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import clock, number, say
from suket_service.web.paging import paged
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports.files import attachment, letterhead, place_and_date, printer

PAGE = 31
#: What happens to letters, as a report tells it.
CHANGES: dict[str, Text] = {
    "issue": Text("Diterbitkan", "Issued"),
    "draft": Text("Konsep dibuat", "Drafts made"),
    "withdraw": Text("Konsep ditarik", "Drafts withdrawn"),
    "extend": Text("Diperpanjang", "Extended"),
    "suspend": Text("Ditangguhkan", "Suspended"),
    "resume": Text("Diberlakukan lagi", "Resumed"),
    "revoke": Text("Dicabut", "Revoked"),
    "supersede": Text("Digantikan", "Superseded"),
}


def closing() -> ResponseReturnValue:
    """The days that were closed, and those that wait for it."""
    return _page(Form())


def close() -> ResponseReturnValue:
    """Close a day."""
    me, form = signed_in(), Form.given()
    with form.catching():
        report = administering.close_day(
            *(context().registry, me.office.code, parse_date(form["day"], "day")),
            *(context().settings.key_passphrase, me.username, me.at),
        )
        told = Text("Hari sudah ditutup.", "The day is closed.")
        return done(told, url_for("reports.closed_day", day=report.day.isoformat()))
    return _page(form)


def closed_day(day: str) -> ResponseReturnValue:
    """A day's report."""
    me = signed_in()
    report = _report(day)
    with context().registry.reading() as tx:
        proof = checkpoints.opened(tx, report.checkpoint)
        later = closing_reports.afterwards(tx, me.office, report)
        names = staff.names(tx, me.office.code)
    return render_template(
        "staff/reports/closed_day.html",
        report=report,
        changes=CHANGES,
        proof=proof,
        drawn=Markup(symbol.plain_svg(_told(proof.checkpoint))),  # noqa: S704 - drawn by us
        names=names,
        later=_later(later),
        gaps=_gaps,
    )


def closing_pdf(day: str) -> ResponseReturnValue:
    """A day's report on paper, the same each time. It names letters by number, and no holder."""
    report = _report(day)
    return attachment(printer().closing(_paper(report)), FileFormat.PDF, f"penutupan-{report.day}")


def checkpoint(day: str) -> ResponseReturnValue:
    """The checkpoint that was signed for a day, for `suket audit verify --checkpoint`."""
    report = _report(day)
    return attachments.attachment(
        report.checkpoint.encode(), f"checkpoint-{report.day}.jws", "application/jose"
    )


def _page(form: Form) -> ResponseReturnValue:
    me = signed_in()
    with context().registry.reading() as tx:
        shown = paged(closing_reports.how_many(tx, me.office.code), PAGE)
        reports = [
            (report, _later(closing_reports.afterwards(tx, me.office, report)))
            for report in closing_reports.newest(tx, me.office.code, shown.offset, PAGE)
        ]
        open_days = closing_reports.open_days(tx, me.office, me.today)
        today = closing_reports.of_day(tx, me.office.code, me.today)
        later = closing_reports.afterwards(tx, me.office, today) if today else {}
        unprinted = {
            day: closing_reports.unprinted(tx, me.office.code, day) for day in [*open_days, me.today]
        }
        issued = counting.issued_per_day(tx, me.office.code, me.today, me.today)
        revoked = counting.revoked_per_day(tx, me.office.code, me.today, me.today)
    return render_template(
        "staff/reports/closing.html",
        form=form,
        reports=reports,
        open_days=open_days,
        today=today,
        later=_later(later),
        unprinted=unprinted,
        issued=issued.get(me.today, 0),
        revoked=revoked.get(me.today, 0),
        page=shown.page,
        pages=shown.pages,
    ), 200 if form.ok else 422


def _report(day: str) -> ClosingReport:
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        abort(404)
    with context().registry.reading() as tx:
        found = closing_reports.of_day(tx, signed_in().office.code, wanted)
    if found is None or found.day.isoformat() != day:
        abort(404)
    return found


def _told(proof: Checkpoint) -> str:
    """What the symbol on the report holds: whoever scans it compares count and head, nothing else."""
    return f"suket-checkpoint:{proof.entries}:{proof.head}"


def _later(counts: Mapping[str, int]) -> str:
    """What happened after a day was closed, in a few words; "" where nothing did."""
    return ", ".join(f"{say(CHANGES[action])} {number(count)}" for action, count in counts.items())


def _gaps(gaps: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(first if first == last else f"{first} – {last}" for first, last in gaps)


def _paper(report: ClosingReport) -> ClosingPaper:
    me, figures, head = signed_in(), report.figures, letterhead(report.at)
    with context().registry.reading() as tx:
        proof = checkpoints.opened(tx, report.checkpoint)
        names = staff.names(tx, me.office.code)
    moment = f"{long_date(me.office.local_date(report.at))} {clock(report.at, me.office)}"
    return ClosingPaper(
        head=head,
        title="LAPORAN PENUTUPAN HARI",
        subtitle=long_date(report.day),
        blocks=(Lines("Surat", _letters(figures)), Lines("Orang dan kertas", _people(figures, names))),
        series=tuple(
            (each.series, each.first, each.last, str(each.count), _gaps(each.gaps) or "tidak ada")
            for each in figures.series
        ),
        proof=(
            ("Jumlah catatan", str(proof.checkpoint.entries)),
            ("Ujung rantai (SHA-256)", proof.checkpoint.head),
            ("Sidik jari kunci publikasi yang menandatangani", proof.signer.kid),
            ("Waktu", moment),
        ),
        qr=_told(proof.checkpoint),
        closed_by=f"{names.get(report.by, report.by)} ({report.by})",
        place_and_date=place_and_date(head, me.office.local_date(report.at)),
        made=f"Ditutup oleh {report.by} pada {moment}",
        made_at=report.at,
    )


def _letters(figures: Figures) -> tuple[tuple[str, str], ...]:
    changed = tuple((CHANGES[action].id, str(count)) for action, count in figures.changes.items())
    return (("Diterbitkan", str(figures.issued)), *changed)


def _people(figures: Figures, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    approved = tuple(
        (f"Disetujui {names.get(username, username)} ({username})", str(count))
        for username, count in figures.approved.items()
    )
    overrides = ", ".join(figures.overrides) or "tidak ada"
    return (
        *approved,
        ("Dengan pengecualian", overrides),
        ("Surat dicetak", str(figures.printed)),
        ("Berkas cetak", str(figures.printings)),
        ("Surat diserahkan", str(figures.letters_handed_over)),
        ("KTP-el diserahkan", str(figures.cards_handed_over)),
    )
