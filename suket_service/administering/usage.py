"""What agencies' programs asked of an office: the account of usage that each agency owes every half-year. Names nobody.

Agencies that did not give it lost their access (Permendagri 102/2019): here it is counted for them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from suket_service.errors import FieldError, Problem, Text
from suket_service.paper.wording import MONTHS
from suket_service.registry import calls, clients, offices
from suket_service.registry.calls import UNCONFIRMED_CALL, CallCount
from suket_service.registry.clients import Client
from suket_service.registry.session import Registry
from suket_service.sheets.write import Value

#: What each call is about, in words.
CALL_WORDS = {
    "verifications": Text("memeriksa surat", "checking a letter"),
    "verifications.batch": Text("memeriksa banyak surat", "checking many letters"),
    "letters.list": Text("membaca daftar surat", "listing letters"),
    "letters.create": Text("mengajukan konsep surat", "drafting a letter"),
    UNCONFIRMED_CALL: Text("tidak dipastikan daftar penduduk", "not confirmed by the register"),
    "letters.read": Text("membaca surat", "reading a letter"),
    "letters.pdf": Text("mencetak surat", "printing a letter"),
    "letters.symbol": Text("mengambil kode QR", "fetching a QR code"),
    "letters.revocation": Text("mencabut surat", "revoking a letter"),
    "letters.suspension": Text("menangguhkan surat", "suspending a letter"),
    "letters.extension": Text("mengusulkan perpanjangan", "proposing an extension"),
    "letters.supersession": Text("menggantikan surat", "superseding a letter"),
}
USAGE_HEADERS = ("Program", "Tujuan", "Akun", "Bulan", "Panggilan", "Kode panggilan", "Dilayani", "Ditolak")
_JULY = 7


@dataclass(frozen=True, slots=True, order=True)
class Semester:
    """Half a calendar year."""

    year: int
    half: int  # 1 or 2

    @classmethod
    def of(cls, day: date) -> "Semester":
        """The one that a day is in."""
        return cls(day.year, 1 if day.month < _JULY else 2)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 1 if self.half == 1 else _JULY, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def before(self) -> "Semester":
        """The one before it."""
        return Semester(self.year, 1) if self.half > 1 else Semester(self.year - 1, 2)


@dataclass(frozen=True, slots=True)
class ProgramUsage:
    """What one program asked, by month and call; nothing for one that asked nothing."""

    client: Client  # the newest of its keys
    counts: tuple[CallCount, ...]

    @property
    def asked(self) -> int:
        """Letters and seals that it was answered for."""
        return sum(each.asked for each in self.counts)

    @property
    def refused(self) -> int:
        """Letters and seals that it was refused."""
        return sum(each.refused for each in self.counts)


@dataclass(frozen=True, slots=True)
class Usage:
    """What an office's programs asked from the first day to the last."""

    first: date
    last: date
    programs: tuple[ProgramUsage, ...]


def usage_of(
    registry: Registry, office_code: str, first: date | None, last: date | None, at: datetime
) -> Usage:
    """What an office's programs asked; by default in the present half-year. Every program is there that has a key.

    Raises:
        FieldError: ``date_order``: the last day is before the first.
    """
    with registry.reading() as tx:
        present = Semester.of(offices.office(tx, office_code).local_date(at))
        first, last = first or present.first, last or present.last
        if last < first:
            raise FieldError(Problem("last", "date_order", _BACKWARDS))
        counted = calls.counted(tx, office_code, first, last)
        known: dict[str, Client] = {}
        for client in clients.of_office(tx, office_code):  # the newest first
            known.setdefault(client.account, client)
    asked = {each.account for each in counted}
    programs = [
        ProgramUsage(client, tuple(each for each in counted if each.account == account))
        for account, client in sorted(known.items(), key=lambda item: (item[1].name.casefold(), item[0]))
        if account in asked or client.revoked_at is None
    ]
    return Usage(first, last, tuple(programs))


def usage_rows(usage: Usage) -> list[list[Value]]:
    """The account as rows under :data:`USAGE_HEADERS`; a program that asked nothing has a line that says so."""
    rows: list[list[Value]] = []
    for each in usage.programs:
        program: list[Value] = [each.client.name, each.client.purpose, each.client.account]
        rows += [
            [
                *program,
                month_words(count.month),
                call_words(count.call).id,
                count.call,
                count.asked,
                count.refused,
            ]
            for count in each.counts
        ]
        if not each.counts:
            rows.append([*program, "", "tidak ada panggilan", "", 0, 0])
    return rows


def month_words(month: date) -> str:
    """A month as reports name it."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def call_words(call: str) -> Text:
    """What a call is about; one of a later version keeps its own name."""
    return CALL_WORDS.get(call, Text(call, call))


_BACKWARDS = Text("Tanggal akhir mendahului tanggal awal.", "The last day is before the first.")
