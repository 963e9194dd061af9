"""Shapes of the calls about letters: what a program sends, and what it is told. No route, no rule of issuing.

A request's facts are judged by the counter's own rules; here stands only what it may hold. What is not named
cannot be sent: neither a recording state nor an office, a number, a state or who approved.
"""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from suket_service.core.kind import HIGHEST_CODE
from suket_service.issuing.life import MOST_REASON_CHARACTERS
from suket_service.paper.portrait import MOST_BYTES

#: Base64 of the largest picture that is taken.
MOST_PHOTO_CHARACTERS = -(-MOST_BYTES // 3) * 4
MOST_LISTED = 100
_MOST_TEXT = 200
_MOST_CURSOR = 300
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")
WaitsFor = Literal["counter", "approver", "issuing"]
#: ``registry.letters.pages.Status``, spelled out: a parameter's schema names no other.
ListStatus = Literal[
    "draft", "approved", "issued", "expired", "suspended", "revoked", "superseded", "withdrawn"
]
LetterStatus = Literal["draft", "approved", "issued", "suspended", "revoked", "superseded", "withdrawn"]


def _day(given: object) -> object:
    """A day as the API writes it; ``date.fromisoformat`` alone takes other forms too."""
    if isinstance(given, str) and _ISO_DATE.fullmatch(given):
        with suppress(ValueError):
            return date.fromisoformat(given)
    raise PydanticCustomError("date_form", "YYYY-MM-DD")


def _count(given: object) -> object:
    return int(given) if isinstance(given, str) and _WHOLE_NUMBER.fullmatch(given) else given


Day = Annotated[date, BeforeValidator(_day)]
VillageCode = Annotated[StrictStr, Field(pattern="^[0-9]{10}$")]
Line = Annotated[StrictStr, Field(max_length=_MOST_TEXT)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LetterIn(_Given):
    """A request for a letter: what a row of a file of requests holds, under the English names of its columns."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "nik": "2172022401649120",
                    "name": "SUPARMAN",
                    "birth_place": "TANJUNGPINANG",
                    "birth_date": "1964-01-24",
                    "sex": "M",
                    "address": "JALAN POS NO. 37",
                    "rt": "006",
                    "rw": "006",
                    "region_code": "2172021003",
                    "religion": "ISLAM",
                    "marital_status": "BELUM KAWIN",
                    "occupation": "GURU",
                    "citizenship": "WNI",
                    "blood_type": "O",
                }
            ]
        },
    )
    nik: Line = Field(description="16 digits")
    name: Line = Field(description="At most 60 characters, as on the family card")
    birth_place: Line
    birth_date: Line = Field(description="YYYY-MM-DD")
    sex: Line = Field(description="M or F (also L or P, LAKI-LAKI or PEREMPUAN)")
    address: Line = Field(description="Street and number, at most 120 characters")
    rt: Line = Field("", description="1 to 3 digits; empty where there is none")
    rw: Line = Field("", description="1 to 3 digits; empty where there is none")
    region_code: Line = Field(
        description="The village's code, 10 digits, of a village that the office serves"
    )
    religion: Line = Field(description="ISLAM, KRISTEN, KATOLIK, HINDU, BUDDHA, KHONGHUCU or KEPERCAYAAN")
    marital_status: Line = Field(description="For example BELUM KAWIN, KAWIN, CERAI HIDUP or CERAI MATI")
    occupation: Line
    citizenship: Line = Field(description="WNI or WNA")
    blood_type: Line = Field("", description="A, B, AB or O, with + or - where known; empty where not known")
    reason: Line = Field(
        "", description="Why a letter is needed, as it is printed; empty: the usual sentence"
    )
    kind: StrictInt | None = Field(
        None,
        ge=1,
        le=HIGHEST_CODE,
        description="The kind of letter by its code; null: the office's usual one",
    )
    replaces: Line | None = Field(
        None, description="The number of the letter whose place this one is to take"
    )
    photo: StrictStr | None = Field(
        None,
        max_length=MOST_PHOTO_CHARACTERS,
        description="A portrait, JPEG or PNG of at most 10 MB, in base64; it is cut to 3:4 and stored anew",
    )


class ReasonIn(_Given):
    """Why a letter is ended."""

    reason: StrictStr = Field(max_length=MOST_REASON_CHARACTERS, description="Kept in the letter's history")


class CardIn(_Given):
    """To whom the card went."""

    receiver: Literal["holder", "proxy"]
    old_letter_returned: StrictBool
    proxy_name: Line | None = None
    proxy_relation: Line | None = Field(None, description="The proxy's tie to the holder: anak kandung")


class SupersessionIn(ReasonIn):
    """The card took the letter's place."""

    card: CardIn | None = Field(None, description="To whom the card went, where that is known")


class ExtensionIn(ReasonIn):
    """How long a letter is to count."""

    until: Day | None = Field(
        None, description="The new last valid day; null: as far as a new letter of its kind issued today"
    )


def _never_null(schema: dict[str, Any]) -> None:
    # It may be left out, but there is no null in an address.
    [asked] = [each for each in schema.pop("anyOf") if each != {"type": "null"}]
    schema.update(asked)
    del schema["default"]


class LettersQuery(_Given):
    """Which letters are listed. Nothing given: every letter that was ever issued, in the order of issuing."""

    status: ListStatus | None = Field(
        None,
        description="issued: and in force today. Drafts are listed only where they are asked for",
        json_schema_extra=_never_null,
    )
    village: VillageCode | None = Field(
        None,
        description="The code of the holders' village",
        json_schema_extra=_never_null,
    )
    issued_from: Day | None = Field(None, description="The first day of issue", json_schema_extra=_never_null)
    issued_until: Day | None = Field(None, description="The last day of issue", json_schema_extra=_never_null)
    limit: Annotated[int, BeforeValidator(_count)] = Field(50, ge=1, le=MOST_LISTED)
    cursor: Annotated[StrictStr, Field(min_length=1, max_length=_MOST_CURSOR)] | None = Field(
        None,
        description="`next` of the page before, with the same other parameters",
        json_schema_extra=_never_null,
    )


class Warned(BaseModel):
    """Worth a second look; refuses nothing. As in a problem's `errors`."""

    field: str
    code: str
    message: str = Field(description="In Indonesian")
    message_en: str


class LetterBrief(BaseModel):
    """A letter without its holder."""

    id: str = Field(description="32 hex digits, the same from draft to end")
    number: str | None = Field(description="Null until it is issued")
    state: LetterStatus
    expired: bool = Field(description="Whether an issued letter's last valid day is past")
    waits_for: WaitsFor | None = Field(
        description="Of a letter that is not issued yet: counter (an operator looks at it), approver, or issuing"
    )
    kind: int
    kind_title: str
    village: str
    village_name: str
    issued_on: str | None
    valid_until: str | None = Field(description="The last valid day with an extension; null until the card")


class DraftOut(LetterBrief):
    """A request that was taken: a draft, which two people of the office still decide on."""

    location: str
    warnings: list[Warned]


class PersonOut(BaseModel):
    """A letter's holder, as the letter states them."""

    nik: str
    name: str
    birth_place: str
    birth_date: str
    sex: Literal["M", "F"]
    blood_type: str
    address: str
    rt: str
    rw: str
    region_code: str
    village: str
    district: str
    regency: str
    religion: str
    marital_status: str
    occupation: str
    citizenship: str


class EventOut(BaseModel):
    """Something that happened to a letter."""

    at: str
    action: str
    reason: str | None = Field(description="Of what ended, suspended or prolonged it: why")


class ExtensionOut(BaseModel):
    """An extension that this program asked for; an approver of the office decides on it."""

    id: str
    until: str | None
    asked_at: str
    decision: Literal["agreed", "declined"] | None = Field(description="Null while it waits")
    note: str | None = Field(description="Why it was declined")


class LetterOut(LetterBrief):
    """All of a letter but its portrait, its seal and its paper."""

    person: PersonOut
    reason: str
    has_photo: bool
    replaces: str | None = Field(description="The number of the letter whose place it takes")
    check_code: str | None = Field(description="As printed under the symbol")
    extended: bool
    extension: ExtensionOut | None = Field(description="The last that this program asked for")
    drafted_at: str
    ended_at: str | None
    history: list[EventOut]


class LettersOut(BaseModel):
    """A page of letters."""

    letters: list[LetterBrief]
    next: str | None = Field(description="The cursor of the next page; null on the last one")


class ProposalOut(BaseModel):
    """An extension that waits for an approver of the office."""

    id: str
    letter: str
    number: str
    action: Literal["extend"]
    until: str | None
    waits_for: Literal["approver"]


def as_json(shape: BaseModel) -> dict[str, Any]:
    """What is sent of it."""
    return shape.model_dump(mode="json")
