"""Whether letters can be printed at all, asked before a number is spent. Draws and stores nothing."""

from collections.abc import Callable
from datetime import date, datetime

from suket_service.core.kind import Kind
from suket_service.core.letter import Letter, Letterhead, Office
from suket_service.core.region import Village
from suket_service.core.request import Request
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.core.seal import MOST_DIGITS
from suket_service.errors import PrinterError, Problem
from suket_service.paper.letter_pdf import OVERFLOWS
from suket_service.printing.press import Press, printer
from suket_service.registry import offices
from suket_service.registry.session import Registry

#: A letter whose free texts have no more characters than this together surely fits, where one fits that
#: has as many W in five equal parts (paper_check).
SURELY_FIT = 180
PaperCheck = Callable[[Request], Problem | None]


def paper_check(registry: Registry, office_code: str, press: Press, at: datetime) -> PaperCheck:
    """Tells of a request whether its letter can be printed, before a number is spent on it.

    Of each kind a letter with wide texts is laid out once; where that one fits, shorter ones surely do.
    """
    with registry.reading() as tx:
        under = offices.circumstances(tx, office_code, at)
        head = offices.letterhead(tx, office_code, under.letterhead)
    of_kind: dict[int, PrinterError | None] = {}

    def check(request: Request) -> Problem | None:
        kind = under.kinds.get(under.usual_kind if request.kind is None else request.kind)
        if kind is None:
            return None
        if kind.code not in of_kind:
            of_kind[kind.code] = _trouble(press, trial(under.office, head, kind, at))
        trouble, field = of_kind[kind.code], "jenis_surat"
        person = request.resident
        lines = (person.name, person.address, person.birth_place, person.occupation, request.reason)
        if sum(map(len, lines)) > SURELY_FIT or (trouble is not None and trouble.code == OVERFLOWS):
            letter = trial(under.office, head, kind, at, person, request.reason)
            trouble, field = _trouble(press, letter), "alamat"
        return Problem(field, trouble.code, trouble.text) if trouble else None

    return check


def require_printable_kind(registry: Registry, kind: Kind, press: Press, at: datetime) -> None:
    """Refuse a kind whose letters would not fit on their page under the letterhead of some office.

    Raises:
        PrinterError: ``letter_overflows``, ``glyph_missing`` or ``template_unknown``.
    """
    with registry.reading() as tx:
        heads = [
            (office, offices.letterhead(tx, office.code, offices.current_letterhead(tx, office.code)))
            for office in offices.offices(tx)
        ]
    for office, head in heads:
        _require_fit(press, trial(office, head, kind, at))


def require_printable_letterhead(
    registry: Registry, office_code: str, head: Letterhead, press: Press, at: datetime
) -> None:
    """Refuse a letterhead under which the office's letters would not fit on their page.

    Raises:
        PrinterError: ``letter_overflows`` or ``glyph_missing``.
        NotFound: no such office.
    """
    with registry.reading() as tx:
        office, kinds = offices.office(tx, office_code), offices.kinds(tx)
    for kind in kinds.values():
        _require_fit(press, trial(office, head, kind, at))


def _require_fit(press: Press, letter: Letter) -> None:
    # Whether there is a certificate is another question, and asked when letters are issued.
    trouble = _trouble(press, letter)
    if trouble is not None and not trouble.code.startswith("certificate_"):
        raise trouble


def _trouble(press: Press, letter: Letter) -> PrinterError | None:
    try:
        printer(press).require_printable(letter)
    except PrinterError as error:
        return error
    return None


#: A person whose texts are wide and long enough to take two lines each: together as many as surely fit.
_WIDE = "W" * (SURELY_FIT // 5)
_SOMEBODY = Resident(
    nik="9" * 16,
    name=_WIDE,
    birth_place=_WIDE,
    birth_date=date(1999, 9, 9),
    sex=Sex.FEMALE,
    blood_type="AB+",
    address=_WIDE,
    rt=999,
    rw=999,
    village=Village("9999999999", "W" * 30, "W" * 30, "W" * 30, "W" * 30),
    religion="W" * 30,
    marital_status=MaritalStatus.DIVORCED_UNREGISTERED,
    occupation=_WIDE,
    citizenship="WNI",
)


def trial(
    office: Office,
    head: Letterhead,
    kind: Kind,
    at: datetime,
    person: Resident = _SOMEBODY,
    reason: str = _WIDE,
) -> Letter:
    """A letter of nobody's, as it would be laid out; its texts are as wide as they may be unless others are given."""
    today = office.local_date(at)
    return Letter(
        id="0" * 32,
        number=office.number(9999, kind.series, today.year),
        kind=kind,
        office=office,
        letterhead=head,
        resident=person,
        reason=reason,
        issued_on=today,
        valid_until=None,
        issued_at=at,
        seal_text="9" * MOST_DIGITS,
        check_code="0000-0000",
        portrait=None,
    )
