"""A draft as its letter would be printed today. Issues, records and stores nothing."""

from datetime import datetime
from functools import lru_cache

from suket_service.core.letter import Letter, LetterState
from suket_service.errors import Text, WrongState
from suket_service.paper import page_picture
from suket_service.paper.preview import NO_CODE, NO_NUMBER, DraftPrinter
from suket_service.printing.press import Press
from suket_service.registry import letters, offices
from suket_service.registry.session import Registry, Transaction

_NOT_ISSUED = (LetterState.DRAFT, LetterState.APPROVED)


def draft_pdf(
    registry: Registry, office: str, letter: str, press: Press, base_url: str, at: datetime
) -> bytes:
    """The draft's letter as PDF: number, check code and symbol are left open, KONSEP stands over it.

    Raises:
        NotFound: no such draft here.
        WrongState: it is issued, or withdrawn.
        PrinterError: the letter could not be printed like this.
    """
    with registry.reading() as tx:
        original = _as_drafted(tx, office, letter, base_url, at)
    return _printer(press).preview(original)


def draft_picture(
    registry: Registry, office: str, letter: str, press: Press, base_url: str, at: datetime
) -> bytes:
    """The same as a picture of the page (PNG).

    Raises:
        NotFound, WrongState, PrinterError: as :func:`draft_pdf`.
    """
    return page_picture.page(draft_pdf(registry, office, letter, press, base_url, at))


def _as_drafted(tx: Transaction, office: str, letter: str, base_url: str, at: datetime) -> Letter:
    record = letters.by_id(tx, office, letter)
    if record.state not in _NOT_ISSUED:
        raise WrongState("wrong_state", _NO_DRAFT, record.state.value)
    under = offices.circumstances(tx, office, at)
    kind = under.kinds[record.kind]
    return Letter(
        id=record.id,
        number=NO_NUMBER,
        kind=kind,
        office=under.office,
        letterhead=offices.letterhead(tx, office, under.letterhead),
        resident=record.resident,
        reason=record.reason,
        issued_on=under.today,
        valid_until=kind.valid_until(under.today),
        issued_at=at,
        seal_text=f"{base_url}/s#",
        check_code=NO_CODE,
        portrait=letters.portrait(tx, record.portrait) if record.portrait else None,
    )


@lru_cache(maxsize=2)
def _printer(press: Press) -> DraftPrinter:
    return DraftPrinter(press.templates, press.demo, press.certificate)


_NO_DRAFT = Text(
    "Ini bukan konsep lagi, jadi tidak ada pratinjau. Buka suratnya.",
    "This is no draft any more, so there is no preview. Open the letter.",
)
