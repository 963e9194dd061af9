"""The first page of reports: counts by day, month, village or neighbourhood, by fate and by reason. Names nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from suket_service.administering import FileFormat
from suket_service.core.reason import Reason
from suket_service.core.region import Village
from suket_service.errors import Text
from suket_service.paper.wording import MONTHS, long_date
from suket_service.registry import closing_reports, listing
from suket_service.registry.listing import Choice, Fate, Group, Grouping
from suket_service.web.context import context
from suket_service.web.language import day as day_words
from suket_service.web.language import t
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.reports import choosing
from suket_service.web.staff.reports.files import Field, Table, table_file

#: Lines shown on a page; the file holds all of them.
MOST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason with how many letters of each fate were issued for it."""

    label: Text
    counts: Mapping[Fate, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def index() -> ResponseReturnValue:
    """Counts, and the way to every other report."""
    me, form, known = signed_in(), choosing.from_address(), choosing.villages()
    chosen, by = choosing.choice(form, known), choosing.grouping(form)
    with context().registry.reading() as tx:
        groups = listing.grouped(tx, me.office.code, chosen, me.today, by)
        matrix = listing.matrix(tx, me.office.code, chosen, me.today)
        open_days = closing_reports.open_days(tx, me.office, me.today)
    return render_template(
        "staff/reports/index.html",
        form=form,
        by=by,
        groups=groups[:MOST_SHOWN],
        more=len(groups) > MOST_SHOWN,
        shown_key=shown_key,
        narrowed=_narrowed,
        sums=_sums(groups),
        reasons=_reasons(matrix),
        fates=list(Fate),
        asked=choosing.asked(form),
        open_days=open_days,
        **choosing.options(known),
    ), 200 if form.ok else 422


def counts_file(form: str) -> ResponseReturnValue:
    """The counts as a file. They name nobody, so anyone of the office may keep them."""
    if form not in set(FileFormat):
        abort(404)
    me, asked, known = signed_in(), choosing.from_address(), choosing.villages()
    chosen, by = choosing.choice(asked, known), choosing.grouping(asked)
    if not asked.ok:
        abort(404)
    with context().registry.reading() as tx:
        groups = listing.grouped(tx, me.office.code, chosen, me.today, by)
    return table_file(_table(groups, by, chosen, known), FileFormat(form))


def shown_key(by: Grouping, group: Group) -> str:
    """What a line counts, in the reader's language."""
    if by is Grouping.DAY:
        return day_words(date.fromisoformat(group.key[0]))
    if by is Grouping.MONTH:
        year, month = group.key[0].split("-")
        return t(f"{MONTHS[int(month) - 1]} {year}", day_words(date(int(year), int(month), 1))[2:])
    return " · ".join(group.key[1:])


def _narrowed(by: Grouping, group: Group, asked: Mapping[str, str]) -> dict[str, str]:
    """The address of the letters behind a line."""
    match by:
        case Grouping.DAY:
            return {**asked, "first": group.key[0], "last": group.key[0]}
        case Grouping.MONTH:
            first = date.fromisoformat(f"{group.key[0]}-01")
            last = date.fromordinal(_month_after(first).toordinal() - 1)
            within = max(asked.get("first", ""), first.isoformat())
            until = min(asked.get("last") or "9999", last.isoformat())
            return {**asked, "first": within, "last": until}
        case Grouping.VILLAGE:
            return {**asked, "village": group.key[0]}
        case Grouping.NEIGHBOURHOOD:
            rt, rw = group.key[2].split("/")
            return {**asked, "village": group.key[0], "rt": rt, "rw": rw}


def _month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _sums(groups: Sequence[Group]) -> dict[Fate, int]:
    return {fate: sum(group.counts.get(fate, 0) for group in groups) for fate in Fate}


def _reasons(matrix: Mapping[tuple[Fate, str | None], int]) -> list[ReasonLine]:
    lines: dict[str | None, dict[Fate, int]] = {}
    for (fate, code), count in matrix.items():
        lines.setdefault(code, {})[fate] = count
    order = [each.value for each in Reason]
    return [
        ReasonLine(Reason(code).label if code in order else _IN_WORDS, lines[code])
        for code in sorted(lines, key=lambda code: order.index(code) if code in order else len(order))
    ]


def _table(
    groups: Sequence[Group], by: Grouping, chosen: Choice, known: Mapping[str, Village]
) -> Table[Group]:
    titles = {
        Grouping.DAY: ("Hari",),
        Grouping.MONTH: ("Bulan",),
        Grouping.VILLAGE: ("Kode", "Kelurahan"),
        Grouping.NEIGHBOURHOOD: ("Kode", "Kelurahan", "RT/RW"),
    }[by]
    widths = {1: (50,), 2: (22, 28), 3: (26, 60, 18)}[len(titles)]
    keys = [
        _key_field(title, width, place, by)
        for place, (title, width) in enumerate(zip(titles, widths, strict=True))
    ]
    fates = [_fate_field(fate) for fate in Fate]
    total: Field[Group] = Field("Jumlah", 16, lambda group: group.total, "right")
    issued = sum(group.total for group in groups)
    return Table(
        name=f"rekap-surat-{signed_in().office.code}",
        title="Rekapitulasi surat keterangan pengganti KTP-el",
        subtitle=choosing.in_words(chosen, known, long_date),
        fields=[*keys, *fates, total],
        items=groups,
        total=f"Jumlah: {issued} surat.",
        wide=by is Grouping.NEIGHBOURHOOD,
    )


def _key_field(title: str, width: int, place: int, by: Grouping) -> Field[Group]:
    if by is Grouping.DAY:
        return Field(title, width, lambda group: date.fromisoformat(group.key[place]))
    return Field(title, width, lambda group: group.key[place])


def _fate_field(fate: Fate) -> Field[Group]:
    width = {Fate.SUSPENDED: 24, Fate.SUPERSEDED: 20}.get(fate, 17)  # their words are the longest
    return Field(fate.label.id.capitalize(), width, lambda group: group.counts.get(fate, 0), "right")


_IN_WORDS = Text("Dengan kata-kata sendiri", "In words alone")
