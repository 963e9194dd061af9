"""What a letterhead will look like, on a letter of nobody's. Stores nothing and spends no number."""

from dataclasses import replace
from datetime import date, datetime

from suket_service.core.kind import SignatureMode
from suket_service.core.letter import Letterhead
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, Resident, Sex
from suket_service.paper.page_picture import strips
from suket_service.printing.beforehand import trial
from suket_service.printing.press import Press, printer
from suket_service.registry import offices
from suket_service.registry.session import Registry

#: Where on the page the head and the signatory are, in mm from the top (letter.css).
_HEAD, _SIGNATORY = (6.0, 78.0), (202.0, 279.0)
_NOBODY = Resident(
    nik="0" * 16,
    name="CONTOH NAMA PEMEGANG",
    birth_place="CONTOH",
    birth_date=date(2000, 1, 1),
    sex=Sex.FEMALE,
    blood_type="-",
    address="JALAN CONTOH NOMOR 1",
    rt=1,
    rw=1,
    village=Village("9999999999", "Contoh", "Contoh", "Kota Contoh", "Contoh"),
    religion="-",
    marital_status=MaritalStatus.SINGLE,
    occupation="-",
    citizenship="WNI",
)


def letterhead_preview(
    registry: Registry, office_code: str, head: Letterhead, press: Press, at: datetime
) -> bytes:
    """Head and signatory of a letter under that letterhead, exactly as printed, as PNG.

    Raises:
        PrinterError: ``letter_overflows`` or ``glyph_missing``.
        NotFound: no such office.
    """
    with registry.reading() as tx:
        office = offices.office(tx, office_code)
        usual = offices.kind(tx, offices.usual_kind(tx, office_code))
    kind = replace(usual, signature=SignatureMode.WET)  # a preview is signed by nobody
    today = office.local_date(at)
    letter = replace(
        trial(office, head, kind, at, _NOBODY, "Contoh"),
        number=office.number(0, kind.series, today.year),
        valid_until=kind.valid_until(today),
        seal_text="0",  # no seal: it proves nothing of anybody
    )
    return strips(printer(press).print(letter).pdf, (_HEAD, _SIGNATORY))
