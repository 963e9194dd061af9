"""Print runs: what waits, a new one, its next part, its files. Renders nothing itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from suket_service import printing
from suket_service.core.region import Village
from suket_service.errors import Text
from suket_service.printing import PART_SIZES, Busy, By, Choice, Order, Wanted
from suket_service.registry import offices, print_runs, staff
from suket_service.registry.print_runs import Candidate
from suket_service.registry.session import Transaction
from suket_service.web.attachments import PDF, attachment
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import day, say
from suket_service.web.paging import paged
from suket_service.web.signed_in import may, signed_in
from suket_service.web.signing import press
from suket_service.web.staff.printing.area import blueprint, key_of, known, shelf

A_PAGE = 20
ORDERS = (
    (Order.NUMBER, Text("Nomor terlama lebih dulu", "Oldest number first")),
    (Order.PLACE, Text("Per kelurahan, RW, RT, lalu nama", "By village, RW, RT, then name")),
)


@dataclass(frozen=True, slots=True)
class Pile:
    """Letters that wait together: of one village, day or batch."""

    choice: Choice
    text: Text
    letters: int


@blueprint.get("/printing")
def runs() -> str:
    """What waits for the printer, and every run."""
    return _overview(Form({"choice": str(By.ALL), "order": Order.NUMBER, "part_size": str(PART_SIZES[0])}))


@blueprint.post("/printing/new")
def start() -> ResponseReturnValue:
    """Begin a run of the letters that were ticked, or of those that wait by the choice made."""
    form, me = Form.given(), signed_in()
    with form.catching():
        picked = tuple(known(letter) for letter in form.all("letter"))
        wanted = Wanted(
            Choice(By.HAND) if picked else Choice.parse(form["choice"]),
            Order.PLACE if form["order"] == Order.PLACE else Order.NUMBER,
            _part_size(form["part_size"]),
            picked,
        )
        run = printing.start(context().registry, me.office.code, key_of(form), wanted, me.username, me.at)
        return redirect(url_for("printing.run", run=run.id), 303)
    return _overview(form), 422


@blueprint.get("/printing/<run>")
def run(run: str) -> str:
    """One run: how far it is, its files, who is on none of its pages."""
    return _page(known(run), Form(), busy="busy" in request.args)


@blueprint.post("/printing/<run>/next")
def next_part(run: str) -> ResponseReturnValue:
    """Render the next part, or the next one whose file is gone."""
    form, me = Form(), signed_in()
    busy = None
    with form.catching():
        try:
            printing.next_part(
                context().registry, me.office.code, known(run), me.username, press(), shelf(), me.at
            )
        except Busy:
            busy = "1"
        return redirect(url_for("printing.run", run=run, busy=busy), 303)
    return _page(run, form), 422


@blueprint.post("/printing/<run>/parts/<int:part>")
def part(run: str, part: int) -> ResponseReturnValue:
    """A part's file, to save and print."""
    form, me = Form(), signed_in()
    with form.catching():
        path = printing.hand_out(
            context().registry, me.office.code, known(run), part, me.username, press(), shelf(), me.at
        )
        return _file(run, path, f"bagian-{part:02d}")
    return _page(run, form), 422


@blueprint.post("/printing/<run>/whole")
def whole(run: str) -> ResponseReturnValue:
    """All pages of a finished run in one file."""
    form, me = Form(), signed_in()
    with form.catching():
        path = printing.hand_out_whole(
            context().registry, me.office.code, known(run), me.username, shelf(), me.at
        )
        return _file(run, path, "semua")
    return _page(run, form), 422


def _file(run: str, path: Path, which: str) -> Response:
    return attachment(path, f"cetak-{signed_in().today.isoformat()}-{run[:6]}-{which}.pdf", PDF)


def _part_size(text: str) -> int:
    sizes = {str(size): size for size in PART_SIZES}
    return sizes.get(text or str(PART_SIZES[0]), 0)


def _overview(form: Form) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        waiting = printing.waiting(tx, me.office.code, me.at)
        at = paged(print_runs.count_runs(tx, me.office.code), A_PAGE)
        found = print_runs.summaries(tx, me.office.code, A_PAGE, at.offset)
        piles = _piles(tx, waiting)
        villages = offices.villages_of(tx, me.office)
        chosen = {run.id: _chosen(tx, run.chosen, villages) for run in found}
        names = staff.names(tx, me.office.code)
    return render_template(
        "staff/printing/runs.html",
        form=form,
        waiting=len(waiting),
        piles=piles,
        runs=found,
        chosen=chosen,
        names=names,
        orders=[(str(order), say(text)) for order, text in ORDERS],
        part_sizes=[(str(size), str(size)) for size in PART_SIZES],
        may_print=may("printing.start"),
        page=at.page,
        pages=at.pages,
    )


def _page(run_id: str, form: Form, *, busy: bool = False) -> str:
    me = signed_in()
    with context().registry.reading() as tx:
        progress = printing.progress(tx, me.office.code, run_id)
        chosen = _chosen(tx, progress.run.chosen, offices.villages_of(tx, me.office))
        names = staff.names(tx, me.office.code)
    gone = {part.part for part in printing.gone(progress, shelf())}
    return render_template(
        "staff/printing/run.html",
        form=form,
        progress=progress,
        run=progress.run,
        chosen=chosen,
        gone=gone,
        names=names,
        pages=_pages(progress),
        may_print=may("printing.next_part"),
        starting=not progress.parts and progress.run.asked_by == me.username,
        busy=busy,
    )


def _pages(progress: printing.Progress) -> dict[int, int]:
    """How many pages each rendered part has."""
    out = {left.letter for left in progress.left_out}
    return {
        part.part: sum(letter not in out for letter in progress.run.part(part.part))
        for part in progress.parts
    }


def _piles(tx: Transaction, waiting: list[Candidate]) -> Mapping[By, list[Pile]]:
    """What waits, by village, day and batch."""
    villages = Counter((each.district, each.village_name, each.village) for each in waiting)
    days = Counter(each.issued_on for each in waiting if each.issued_on is not None)
    batches = Counter(each.batch for each in waiting if each.batch is not None)
    names = print_runs.batch_names(tx, signed_in().office.code, list(batches))
    return {
        By.VILLAGE: [
            Pile(Choice(By.VILLAGE, code), Text(f"{name}, {district}", f"{name}, {district}"), count)
            for (district, name, code), count in sorted(villages.items())
        ],
        By.DAY: [
            Pile(Choice(By.DAY, on.isoformat()), Text(day(on), day(on)), count)
            for on, count in sorted(days.items(), reverse=True)
        ],
        By.BATCH: [
            Pile(Choice(By.BATCH, batch), _batch(batch, names), count) for batch, count in batches.items()
        ],
    }


def _batch(batch: str, names: Mapping[str, str]) -> Text:
    name = names.get(batch)
    return Text(name, name) if name else Text(f"Berkas {batch[:8]}", f"File {batch[:8]}")


def _chosen(tx: Transaction, chosen: str, villages: Mapping[str, Village]) -> Text:
    """By what a run's letters were chosen, in words."""
    choice = Choice.parse(chosen)
    match choice.by:
        case By.VILLAGE:
            village = villages.get(choice.value)
            name = village.name if village else choice.value
            return Text(f"Kelurahan/desa {name}", f"Village {name}")
        case By.DAY:
            on = day(date.fromisoformat(choice.value))
            return Text(f"Terbit {on}", f"Issued {on}")
        case By.BATCH:
            return _batch(choice.value, print_runs.batch_names(tx, signed_in().office.code, [choice.value]))
        case By.HAND:
            return Text("Surat pilihan", "Picked letters")
    return Text("Semua yang menunggu", "All that waited")
