"""The page of one letter: what its paper says, how it stands, what happened to it. Changes nothing."""

from flask import Response, abort, render_template

from suket_service.core.reason import PAPERS
from suket_service.core.verdict import WORDS
from suket_service.errors import Text
from suket_service.paper.wording import SEXES
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord
from suket_service.web.context import context
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, own, standing_of
from suket_service.web.staff.letters.offers import offers
from suket_service.web.staff.letters.scanning import ADVISORIES
from suket_service.web.staff.letters.whole import whole
from suket_service.web.staff.words import EVENT_NAMES, PROPOSED_NAMES


@blueprint.get("/letters/<letter>")
def letter(letter: str) -> str:
    """The letter's page, with what anyone who checks it sees at this moment."""
    with context().registry.reading() as tx:
        found = whole(tx, own(tx, letter))
    answer = context().desk.check_text(found.seal_text, signed_in().at) if found.seal_text else None
    return render_template(
        "staff/letters/letter.html",
        whole=found,
        record=found.record,
        person=found.record.resident,
        standing=standing_of(found.record),
        sexes=SEXES,
        papers=_papers(found.record),
        events=EVENT_NAMES,
        proposed=PROPOSED_NAMES,
        given={each.at: each for each in found.hand_overs},
        verdict=answer.verdict if answer else None,
        words=WORDS,
        advisories=ADVISORIES,
        actions=offers(found),
    )


@blueprint.get("/letters/<letter>/portrait.jpg")
def portrait(letter: str) -> Response:
    """The portrait of a letter, or of its draft."""
    with context().registry.reading() as tx:
        record = own(tx, letter)
        jpeg = letters.portrait(tx, record.portrait) if record.portrait else None
    if jpeg is None:
        abort(404)
    return Response(jpeg, mimetype="image/jpeg")


def _papers(record: LetterRecord) -> list[tuple[Text, str]]:
    return [(PAPERS[field].label, value) for field, value in (record.papers or {}).items() if field in PAPERS]
