"""A counter with two people and a pile of requests: issues letters the way the product does, one by one.

Person ``n`` is always the same person, and request ``n`` of a series has always the same key, so that
whoever starts again after a crash can ask for the same thing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import insert

from suket_service import issuing
from suket_service.core import request as requests
from suket_service.core.keyring import Purpose
from suket_service.core.letter import LetterState
from suket_service.core.resident import RecordingState
from suket_service.core.verdict import Outcome
from suket_service.errors import SuketError, WrongState
from suket_service.issuing import Application, Sealing, TwoPeople
from suket_service.registry import keys, letters, offices
from suket_service.registry.letters import person_values
from suket_service.registry.schema import ResidentRow
from suket_service.registry.session import Registry
from suket_service.sheets.read import Row
from suket_service.verifying import Desk as VerifyingDesk
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY, VILLAGES, a_row

PEOPLE = TwoPeople("operator", "kepala")
#: NIKs of one birth date; serials are four digits and 0000 is none.
_SAME_BIRTHDAY = 9000


class Way(StrEnum):
    """How a letter comes to be issued."""

    ROWS = "rows"  # a file of one row
    STEPS = "steps"  # drafted, approved and issued, each a transaction of its own
    TURNS = "turns"  # now the one, now the other


def a_person(number: int) -> Row:
    """Request ``number``: everyone's own NIK, whose facts agree with it."""
    born = date(1950, 1, 1) + timedelta(days=number // _SAME_BIRTHDAY)
    serial = number % _SAME_BIRTHDAY + 1
    return a_row(number, nik=f"217203{born:%d%m%y}{serial:04d}", tanggal_lahir=born.isoformat())


def key_of(series: str, number: int) -> str:
    """The request key under which a series asks for person ``number``, whichever way."""
    return f"{series}:{number}"  # what issuing makes of a file's digest and a row


def register(registry: Registry, numbers: Sequence[int]) -> None:
    """Enter people into the register of the recorded, all at once."""
    rows = []
    for number in numbers:
        request = requests.read(a_person(number).fields, VILLAGES, TODAY).request
        assert request is not None
        rows.append(
            {
                **person_values(request.resident),
                "office": OFFICE.code,
                "recording_state": RecordingState.PROCESSING.value,
                "source": "SIAK",
                "as_of": TODAY,
                "imported_by": PEOPLE.requested_by,
                "imported_at": NOON,
            }
        )
    with registry.writing() as tx:
        tx.execute(insert(ResidentRow.__table__), rows)  # type: ignore[arg-type]


class Refused(Exception):
    """A request was refused; ``args[0]`` is the reason's code."""


class Desk:
    """One counter; ``series`` is what its request keys begin with."""

    def __init__(self, registry: Registry, series: str = "a", way: Way = Way.ROWS) -> None:
        self.registry = registry
        self.series = series
        self.way = way
        self._sealing: Sealing | None = None

    @property
    def sealing(self) -> Sealing:
        """The office's seal key, unlocked when first needed."""
        if self._sealing is None:
            self.open()
        assert self._sealing is not None
        return self._sealing

    def open(self) -> None:
        """Unlock the key, over a connection that is then there."""
        with self.registry.reading() as tx:
            key = keys.unlock(tx, Purpose.SEAL, OFFICE.code, TODAY, PASSPHRASE)
        self._sealing = Sealing(key, BASE_URL)

    def key(self, number: int) -> str:
        """The request key for person ``number``."""
        return key_of(self.series, number)

    def issue(self, number: int) -> str:
        """The number of the letter for person ``number``; asked again, the same.

        Raises:
            Refused: the request was.
            SuketError: the registry's or the key's trouble.
        """
        by_rows = number % 2 == 0 if self.way is Way.TURNS else self.way is Way.ROWS
        return self._by_rows(number) if by_rows else self._by_steps(number)

    def _by_rows(self, number: int) -> str:
        [outcome] = issuing.issue_rows(
            self.registry,
            OFFICE.code,
            [a_person(number)],
            people=PEOPLE,
            sealing=self.sealing,
            open_photo=_no_photo,
            file_digest=self.series,
            now=lambda: NOON,
        )
        if outcome.letter is None or outcome.letter.number is None:
            raise Refused(outcome.problems[0].code)
        return outcome.letter.number

    def _by_steps(self, number: int) -> str:
        with self.registry.reading() as tx:
            known = letters.by_request_keys(tx, OFFICE.code, [self.key(number)]).get(self.key(number))
        if known is not None and known.number is not None:
            return known.number
        if known is None:
            letter, state = self._draft(number), LetterState.DRAFT
        else:
            letter, state = known.id, known.state
        assert PEOPLE.approved_by is not None
        try:
            if state is LetterState.DRAFT:
                issuing.approve(self.registry, OFFICE.code, letter, PEOPLE.approved_by, NOON)
            done = issuing.issue(self.registry, OFFICE.code, letter, PEOPLE.approved_by, self.sealing, NOON)
        except WrongState:  # an earlier try, given up for lost, was done only after we had looked
            return self._by_steps(number)
        assert done.number is not None
        return done.number

    def _draft(self, number: int) -> str:
        with self.registry.reading() as tx:
            villages = offices.villages_of(tx, OFFICE)
        request = requests.read(a_person(number).fields, villages, TODAY).request
        assert request is not None
        application = Application(OFFICE.code, request, None, self.key(number))
        try:
            return issuing.draft(self.registry, application, PEOPLE.requested_by, NOON)
        except SuketError as refusal:
            if refusal.code == "registry_unavailable":
                raise
            raise Refused(refusal.code) from None


def scan(registry: Registry, number: str) -> str:
    """What a phone reads off the letter of that number."""
    with registry.reading() as tx:
        return letters.seal_text(tx, letters.by_number(tx, OFFICE.code, number).id)


def verdict_on(registry: Registry, scanned: str) -> Outcome:
    """What a polling station is told about it."""
    return VerifyingDesk(registry, "production", HOST).check_text(scanned, NOON).verdict.outcome


def _no_photo(name: str) -> bytes:
    raise AssertionError("no photograph expected")
