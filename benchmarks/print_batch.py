"""Many letters to PDF as an office prints them: a run, part by part on worker processes, joined and recorded."""

import csv
import resource
from collections.abc import Iterator
from datetime import date
from multiprocessing import active_children
from pathlib import Path

from benchmarks.measure import Line, WrongAnswer, goal, per_second, seconds
from benchmarks.office import CODE, DemoOffice, demo_office, now, portrait_names
from suket_service import administering, printing
from suket_service.core.letter import Letter
from suket_service.paper.joining import pages_of
from suket_service.printing import By, Choice, Order, Press, Shelf, Wanted
from suket_service.printing.press import dismiss
from suket_service.settings import HOME
from suket_service.sheets.read import Row
from tests.builders import VILLAGES, a_row

ALL_OF_TANJUNGPINANG = 2_400
GOAL = 60
_RUN = "a" * 32
#: What people differ in besides their names; it is taken from the example people, so nothing is rarer than there.
_VARIED = ("agama", "status_perkawinan", "pekerjaan", "golongan_darah", "alasan")


def run(*, quick: bool) -> Iterator[Line]:
    """A run of some letters, worker processes started anew; 2,400 in proportion."""
    number, alone = (100, 25) if quick else (400, 50)
    press = Press(HOME / "templates", demo=True, processes=2)
    single = Press(HOME / "templates", demo=True, processes=1)
    with demo_office() as office:
        numbers = office.issue(people(office, number), "a" * 64)
        originals = office.letters(numbers[:alone])
        _render(originals[:2], single)  # warm; the worker processes of the others start cold
        one = seconds(lambda: _render(originals, single)) / alone
        apart = seconds(lambda: _render(originals, press)) / alone
        dismiss()
        taken = seconds(lambda: print_run(office, number, press))
    baseline = f"{per_second(1 / one)}, a tagged file each, on one process ({alone} letters)"
    yield Line(
        f"{number} letters in a run on 2 processes: fetched, rendered, joined, recorded: letters/s",
        per_second(number / taken),
        baseline,
        one * number / taken,
    )
    yield Line(
        f"{alone} letters, a tagged file each, on 2 processes", per_second(1 / apart), baseline, one / apart
    )
    whole = taken * ALL_OF_TANJUNGPINANG / number
    yield Line(
        f"{ALL_OF_TANJUNGPINANG:,} letters in a run, EXTRAPOLATED in proportion",
        f"{whole:.0f} s",
        goal=goal(f"≤ {GOAL} s", met=whole <= GOAL),
    )


def print_run(office: DemoOffice, number: int, press: Press) -> int:
    """Print all that wait, from the button to the one file with all pages; that file's bytes."""
    shelf = Shelf(office.settings.data_dir)
    wanted = Wanted(Choice(By.ALL), Order.PLACE, part_size=100)
    printing.start(office.registry, CODE, _RUN, wanted, "operator", now())
    while printing.next_part(office.registry, CODE, _RUN, "operator", press, shelf, now()):
        pass
    whole = printing.hand_out_whole(office.registry, CODE, _RUN, "operator", shelf, now())
    if pages_of(whole) != number:
        raise WrongAnswer("a letter is missing from the joined file")
    return whole.stat().st_size


class Workers:
    """What the worker processes take that start and end between its making and :meth:`ended`."""

    def __init__(self) -> None:
        self._before = _of_children()

    @staticmethod
    def most_memory() -> float:
        """The most that one of those that live had at a time, in MB."""
        return max((peak(child.pid) for child in active_children() if child.pid), default=0)

    def ended(self) -> float:
        """Their processor seconds, once they have ended."""
        return _of_children() - self._before


def peak(process: int) -> float:
    """The most memory that a process had at a time, in MB; what ``ru_maxrss`` tells may be its parent's."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _of_children() -> float:
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def people(office: DemoOffice, number: int) -> list[Row]:
    """Requests of that many new people who differ as people do, in the register by now."""
    with (HOME / "examples" / "permohonan.csv").open(encoding="utf-8", newline="") as file:
        examples = list(csv.DictReader(file))
    names, villages = portrait_names(), tuple(VILLAGES)
    rows = []
    for place in range(number):
        serial = next(office.serials)
        like, born = (
            examples[serial % len(examples)],
            date(1960 + serial % 40, 1 + serial % 12, 1 + serial % 28),
        )
        own = {
            "nik": f"217203{born:%d%m%y}{serial:04d}",
            "tanggal_lahir": born.isoformat(),
            "nama": f"SUHARTINI {''.join(chr(65 + int(digit)) for digit in str(serial))}",
            "alamat": f"JALAN MERDEKA NOMOR {serial}",
            "rt": f"{1 + serial % 9:03d}",
            "rw": f"{1 + serial % 12:03d}",
            "kode_wilayah": villages[serial % len(villages)],
            "foto": names[serial % len(names)],
        }
        varied = {name: like[name] for name in _VARIED}
        rows.append(Row(place + 2, {**a_row().fields, **varied, **own}))
    taken = administering.import_residents(
        office.registry, CODE, rows, "operator", "benchmark", now().date(), now()
    )
    if not all(outcome.imported for outcome in taken):
        raise WrongAnswer("a resident was not imported")
    return rows


def _render(originals: list[Letter], press: Press) -> None:
    if len(printing.render(originals, press)) != len(originals):
        raise WrongAnswer("a letter was not printed")
