"""Which letters a run holds and in which order their pages come. Renders nothing, writes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from suket_service.errors import FieldError, NotFound, Problem, RequestRefused, Text
from suket_service.registry import print_runs
from suket_service.registry.print_runs import Candidate
from suket_service.registry.session import Transaction

#: Letters in one part; the first is the usual size.
PART_SIZES = (50, 100, 250)
#: Letters that one run may hold.
MOST_LETTERS = 20_000
#: For so long a run that is not finished keeps its letters to itself; then others may take them up.
RESERVED_FOR = timedelta(hours=24)


class Order(StrEnum):
    """How the pages follow each other."""

    NUMBER = "number"  # the oldest number first
    PLACE = "place"  # by district, village, RW, RT and name: as they are handed out


class By(StrEnum):
    """By what the letters of a run were chosen."""

    ALL = "all"
    BATCH = "batch"
    DAY = "day"
    VILLAGE = "village"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Choice:
    """Every letter that waits, or those of one batch, day of issue or village."""

    by: By
    value: str = ""  # a batch's id, a date as YYYY-MM-DD, a village's code

    def __str__(self) -> str:
        return f"{self.by}:{self.value}" if self.value else str(self.by)

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """A choice as :meth:`__str__` writes it.

        Raises:
            RequestRefused: ``choice_unknown``.
        """
        kind, _, value = text.partition(":")
        if kind in (By.BATCH, By.DAY, By.VILLAGE) and value:
            return cls(By(kind), value)
        if kind in (By.ALL, By.HAND) and not value:
            return cls(By(kind))
        raise _refused(
            "choice_unknown",
            Text("Pilih surat mana yang dicetak.", "Choose which letters to print."),
        )

    def holds(self, letter: Candidate) -> bool:
        """Whether that letter is one of them."""
        match self.by:
            case By.BATCH:
                return letter.batch == self.value
            case By.DAY:
                return letter.issued_on is not None and letter.issued_on.isoformat() == self.value
            case By.VILLAGE:
                return letter.village == self.value
            case _:
                return self.by is By.ALL


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for with."""

    choice: Choice
    order: Order = Order.NUMBER
    part_size: int = PART_SIZES[0]
    picked: tuple[str, ...] = ()  # ids, where the choice is by hand


def waiting(tx: Transaction, office: str, at: datetime) -> list[Candidate]:
    """Letters of an office that are issued and were never printed, and that no run of today is about to print."""
    promised: set[str] = set()
    for run, done in print_runs.unfinished_since(tx, office, at - RESERVED_FOR):
        for part in range(1, run.parts + 1):
            if part not in done:
                promised.update(run.part(part))
    return [letter for letter in print_runs.waiting(tx, office) if letter.id not in promised]


def chosen(tx: Transaction, office: str, wanted: Wanted, at: datetime) -> tuple[str, ...]:
    """The ids of the letters that a run is to hold, in order.

    Raises:
        NotFound: a picked letter is not this office's, or was never issued.
        FieldError: ``part_size``.
        RequestRefused: ``nothing_waiting`` or ``run_too_large``.
    """
    if wanted.part_size not in PART_SIZES:
        raise FieldError(
            Problem("part_size", "part_size", Text("Pilih ukuran bagian.", "Choose the size of a part."))
        )
    if wanted.choice.by is By.HAND:
        found = _picked(tx, office, set(wanted.picked))
    else:
        found = [letter for letter in waiting(tx, office, at) if wanted.choice.holds(letter)]
    if not found:
        raise _nothing()
    if len(found) > MOST_LETTERS:
        raise _too_large()
    key = _by_place if wanted.order is Order.PLACE else _by_number
    return tuple(letter.id for letter in sorted(found, key=key))


def _picked(tx: Transaction, office: str, picked: set[str]) -> list[Candidate]:
    if len(picked) > MOST_LETTERS:
        raise _too_large()
    found = print_runs.candidates(tx, office, sorted(picked))
    if len(found) < len(picked) or any(letter.number is None for letter in found):
        raise NotFound(
            "no_letter",
            Text(
                "Salah satu surat itu tidak ada di kantor ini atau belum diterbitkan.",
                "One of these letters is not in this office or was not issued yet.",
            ),
        )
    return found


def _by_number(letter: Candidate) -> tuple[Any, ...]:
    # By position, not by the number's text, which puts 10000 before 9999.
    when = letter.issued_at.timestamp() if letter.issued_at else 0
    return when, letter.status_list or 0, letter.status_index or 0, letter.id


def _by_place(letter: Candidate) -> tuple[Any, ...]:
    place = letter.district, letter.village_name, letter.village, letter.rw, letter.rt, letter.name
    return *place, *_by_number(letter)


def _nothing() -> RequestRefused:
    return _refused(
        "nothing_waiting",
        Text(
            "Tidak ada surat yang dapat dicetak dengan pilihan itu. Mungkin petugas lain baru saja mencetaknya.",
            "There is no letter to print by that choice. Perhaps someone else has just printed them.",
        ),
    )


def _too_large() -> RequestRefused:
    return _refused(
        "run_too_large",
        Text(
            f"Terlalu banyak surat untuk satu cetakan (paling banyak {MOST_LETTERS}). Pilih per kelurahan atau hari.",
            f"Too many letters for one run ({MOST_LETTERS} at most). Choose by village or by day.",
        ),
    )


def _refused(code: str, text: Text) -> RequestRefused:
    return RequestRefused([Problem("choice", code, text)])
