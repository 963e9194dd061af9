"""The shapes of what officers' phones send and are told; they are the API's description too. Decides nothing.

Events are described here and read field by field in ``presenting.events``: one that is malformed is
refused alone.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from suket_service.presenting.events import MOST_SECONDS
from suket_service.presenting.receiving import MOST_AT_ONCE

_MOST_EXACT = 2**53 - 1  # what JavaScript counts without rounding
_COORDINATE = r"^[A-Za-z0-9_-]{43}$"
Seconds = Annotated[int, Field(description="Epoch seconds")]


class KeyIn(BaseModel):
    """The public half of the device's key (RFC 7517), and nothing else."""

    model_config = ConfigDict(extra="forbid")
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: StrictStr = Field(pattern=_COORDINATE)
    y: StrictStr = Field(pattern=_COORDINATE)


class DeviceIn(BaseModel):
    """A phone that enrols with the code on its station's sheet."""

    model_config = ConfigDict(extra="forbid")
    code: StrictStr = Field(max_length=40, description="Single use; dashes, spaces and case do not matter")
    key: KeyIn
    name: StrictStr = Field(max_length=120, description="What its officers call it, 60 characters at most")


class StationOut(BaseModel):
    """The polling station that the code was for."""

    id: int
    code: str
    village: str
    village_name: str
    neighbourhoods: list[str] = Field(description="RT/RW, 001/002 each; none: the whole village")
    address: str


class ElectionOut(BaseModel):
    """The election that the code was for."""

    id: int
    name: str
    opens_at: Seconds
    closes_at: Seconds
    issuing_closes_at: Seconds


class DeviceOut(BaseModel):
    """The device as enrolled; it waits until the office confirms it."""

    device: str = Field(description="32 hex digits; the kid of its proofs")
    state: Literal["waiting", "active"]
    confirmation: str = Field(description="To be compared at the office: 40 bits of the key's thumbprint")
    station: StationOut
    election: ElectionOut


class EventIn(BaseModel):
    """A letter was shown, or an earlier event of the same device is undone. Read field by field, each on its own."""

    id: str = Field(description="32 hex digits, random")
    seq: int = Field(description="The device's own counter")
    kind: Literal["shown", "undone"]
    at: Seconds
    list: int
    index: int
    proof: str | None = Field(
        description='HMAC-SHA-256 in hex: key the whole fingerprint, message "suket-shown-v1:" event id ":" station id'
    )
    outcome: str = Field(description="As the officer saw it; empty for undone")
    bundle_version: int | None
    undoes: str | None = Field(description="The id of the event that is undone")


class PresentationsIn(BaseModel):
    """What a device sends; without events it only asks."""

    model_config = ConfigDict(extra="forbid")
    events: list[Any] = Field(
        max_length=MOST_AT_ONCE,
        json_schema_extra={"items": EventIn.model_json_schema()},
    )
    after: StrictInt = Field(ge=0, le=_MOST_EXACT, description="The cursor of the last reply; 0 at first")
    bundle_version: StrictInt | None = Field(default=None, ge=0, le=MOST_SECONDS)
    unsent: StrictInt = Field(ge=0, le=2**31 - 1)
    app: StrictStr = Field(max_length=40, pattern=r"^[ -~]*$")


class AnswerOut(BaseModel):
    """What became of one event, in the order sent."""

    id: str | None
    result: Literal["stored", "known", "unproven", "refused"]
    code: str | None


class HereOut(BaseModel):
    """At the caller's own station; ``device``: on the caller itself."""

    at: Seconds
    device: bool


class ElsewhereOut(BaseModel):
    """Where else; ``station`` is its code."""

    station: str
    village: str
    village_name: str
    at: Seconds


class ConflictOut(BaseModel):
    """A letter shown here whose holder showed it, or another of theirs, besides."""

    list: int
    index: int
    same_person: bool = Field(description="Another letter of the same person, not this one alone")
    here: HereOut
    elsewhere: Sequence[ElsewhereOut]


class PresentationsOut(BaseModel):
    """The reply. Positions are (list, index); nobody is named."""

    answers: list[AnswerOut]
    conflicts: list[ConflictOut]
    seen: list[tuple[int, int]] = Field(description="Shown on other devices of the election since after")
    unseen: list[tuple[int, int]] = Field(description="Undone there since, and held by none of them now")
    cursor: int
    more: bool
    resend: bool = Field(description="The registry was restored since: send every event again")
    now: Seconds
