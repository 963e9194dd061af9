"""What another agency's program asks a letter on: judged as at the counter, and kept as a draft for it.

Issues nothing: an operator looks at the draft and submits it, an approver approves it.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, url_for

from suket_service import issuing
from suket_service.core.letter import Office
from suket_service.core.request import HEADERS
from suket_service.errors import FieldError, Problem, RequestRefused, Text
from suket_service.issuing import Application, AskedFor, Unconfirmed
from suket_service.issuing.applying import Counter, read_form
from suket_service.registry import offices
from suket_service.registry.clients import Client
from suket_service.registry.session import Registry
from suket_service.web.api.area import LETTERS, blueprint
from suket_service.web.api.letter_answers import brief, warned
from suket_service.web.api.letter_shapes import DraftOut, LetterIn, Warned, as_json
from suket_service.web.calling import Answered, client, once, registry
from suket_service.web.context import context, now
from suket_service.web.paper_checks import PaperChecks

#: The columns of a file of requests under the names that the API gives them, and back again for its errors.
_COLUMN_OF = {name: HEADERS[name] for name in LetterIn.model_fields if name != "photo"}
_NAME_OF = {**{column: name for name, column in _COLUMN_OF.items()}, "foto": "photo"}


@blueprint.input(LetterIn)
@blueprint.output(DraftOut, status_code=201)
@blueprint.doc(summary="Ask for a letter", operation_id="createLetter", tags=LETTERS)
def create_letter(json_data: LetterIn) -> Response:
    """A request becomes a draft: an operator of the office looks at it and submits it, and an approver approves it.

    The office's register has to confirm the person; why it does not is told to the office alone
    (422 `person_unconfirmed`).
    """
    me, at = client(), now()
    judged = _judged(json_data, me)  # before the registry is held up; told only where nothing is stored yet

    def work(held: Registry) -> Answered:
        try:
            asked = issuing.ask(held, judged(), me.account, at)
        except Unconfirmed:
            raise
        except RequestRefused as refused:
            raise RequestRefused([_in_our_names(each) for each in refused.problems]) from None
        with held.reading() as tx:
            kind, today = offices.kinds(tx)[asked.letter.kind], offices.office(tx, me.office).local_date(at)
        location = url_for("api.letter", letter=asked.letter.id)
        told = DraftOut(
            **as_json(brief(asked.letter, kind, today)), location=location, warnings=_warnings(asked)
        )
        return Answered(201, as_json(told), location)

    try:
        return once(work)
    except Unconfirmed as refused:  # nothing else of this call is kept
        issuing.note_unconfirmed(registry(), me.office, refused, me.account, at)
        raise


@dataclass(frozen=True)
class _Asking:
    office: Office
    at: datetime


def _judged(given: LetterIn, me: Client) -> Callable[[], Application]:
    """What was asked, or the refusal of it: either waits until it is known whether the call was answered before."""
    try:
        application = _application(given, me)
    except (FieldError, RequestRefused) as refused:
        refusal = RequestRefused([refused.problem]) if isinstance(refused, FieldError) else refused

        def refuse() -> Application:
            raise refusal

        return refuse
    return lambda: application


def _application(given: LetterIn, me: Client) -> Application:
    at = now()
    with context().registry.reading() as tx:
        office = offices.office(tx, me.office)
        villages = offices.villages_of(tx, office)
    row = {column: _text(getattr(given, name)) for name, column in _COLUMN_OF.items()}
    counter = Counter(me.office, villages, office.local_date(at), PaperChecks(_Asking(office, at)))
    return read_form(row, _picture(given.photo), counter, in_words=True)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)


def _picture(photo: str | None) -> bytes | None:
    if photo is None:
        return None
    try:
        return b64decode(photo, validate=True)
    except (NotBase64, ValueError):
        raise FieldError(Problem("foto", "not_base64", _NOT_BASE64)) from None


def _in_our_names(problem: Problem) -> Problem:
    field, text = _NAME_OF.get(problem.field, problem.field), _TOLD_PROGRAMS.get(problem.code, problem.text)
    return replace(problem, field=field, text=text)


def _warnings(asked: AskedFor) -> list[Warned]:
    # A warning about the register's word is about no member of a request.
    named = [each if each.field in _NAME_OF else replace(each, field="") for each in asked.warnings]
    return warned([_in_our_names(each) for each in named])


#: What a program can do about these is not what the office's own people can.
_TOLD_PROGRAMS = {
    "letter_open": Text(
        "Orang ini masih memegang surat yang berlaku, atau konsepnya menunggu. Bila itu permintaan Anda sendiri, "
        "lihat suratnya (GET /api/v1/letters/{id}); bila bukan, hubungi kantor.",
        "This person still holds a letter, or a draft of one waits. If you asked for it yourself, "
        "look at it (GET /api/v1/letters/{id}); if not, ask the office.",
    ),
}
_NOT_BASE64 = Text(
    "Foto harus berupa berkas JPEG atau PNG dalam base64.",
    "The photo has to be a JPEG or PNG file in base64.",
)
