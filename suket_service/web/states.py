"""Letter states and check codes of the JSON API: what anyone may ask of a letter they hold. Sees no seal.

Contract: design.md section 8. Neither question nor answer is logged, and none may be kept.
"""

import math
from datetime import datetime
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response, abort
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from suket_service.core.seal import MOST_STATUS_INDEX, MOST_STATUS_LIST
from suket_service.errors import FieldError
from suket_service.verifying import TooManyFailures, check_typed, letter_state
from suket_service.web.api.shapes import MaskedSeal, Message, RegisteredOut
from suket_service.web.context import context, now
from suket_service.web.error_pages import problem

#: Longer texts are no letter number and no check code, whatever else they are.
MOST_NUMBER_CHARACTERS, MOST_CODE_CHARACTERS = 200, 40

blueprint = APIBlueprint("states", __name__, tag="Verification")


class LetterStateIn(BaseModel):
    """A letter whose seal the caller has checked."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"list": 1, "index": 17, "fingerprint": "9f86d081…0f00a08"}]},
    )
    list: int = Field(ge=1, le=MOST_STATUS_LIST)
    index: int = Field(ge=0, le=MOST_STATUS_INDEX)
    fingerprint: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of the seal's body and signature, in lower-case hexadecimal"
    )


class LetterStateOut(BaseModel):
    """What has become of it; nothing about its holder."""

    status: Literal["issued", "suspended", "revoked", "superseded", "unknown", "undecided"] = Field(
        description="unknown: no such letter, or another fingerprint; undecided: lost by a restore"
    )
    issued_on: str | None
    valid_until: str | None = Field(description="The last valid day with an extension; null until the card")
    extended_to: str | None
    checked_at: str


class CheckCodeIn(BaseModel):
    """What stands on the paper, typed."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"number": "471.13/0017/SKP/2172/2026", "code": "7K3M-Q9TX"}]},
    )
    number: str = Field(max_length=MOST_NUMBER_CHARACTERS, description="The letter number, in full")
    code: str = Field(
        max_length=MOST_CODE_CHARACTERS, description="The check code beneath the QR; O, I and L are forgiven"
    )


class CheckCodeOut(BaseModel):
    """What is on record under that number. Typed, so never ``valid``."""

    found: bool
    status: Literal["issued", "suspended", "revoked", "superseded"] | None
    outcome: Literal["indeterminate"]
    reasons: list[Literal["typed_only"]]
    seal: MaskedSeal | None
    registry: RegisteredOut | None
    checked_at: str
    message: Message


@blueprint.post("/api/v1/letter-states")
@blueprint.input(LetterStateIn)
@blueprint.output(LetterStateOut)
@blueprint.doc(summary="What has become of a letter whose seal was checked", operation_id="letterState")
def letter_states(json_data: LetterStateIn) -> dict[str, Any]:
    """State and dates by position and fingerprint, for verifiers of their own. No personal data either way."""
    asked = json_data
    return letter_state(context().registry, asked.list, asked.index, bytes.fromhex(asked.fingerprint), now())


@blueprint.post("/api/v1/check-codes")
@blueprint.input(CheckCodeIn)
@blueprint.output(CheckCodeOut)
@blueprint.doc(
    summary="Look up a letter by number and check code",
    operation_id="checkCode",
    responses={429: "Five codes did not fit this number within the hour; see Retry-After"},
)
def check_codes(json_data: CheckCodeIn) -> dict[str, Any]:
    """The last resort where no QR can be read: on record or not, masked, and never ``valid``."""
    at = now()
    try:
        return check_typed(context().registry, json_data.number, json_data.code, at)
    except FieldError as error:
        abort(problem(422, error.code, error.text, [error.problem]))
    except TooManyFailures as error:
        abort(with_retry_after(problem(429, error.code, error.text), error, at))


def with_retry_after(response: Response, error: TooManyFailures, at: datetime) -> Response:
    """The same answer, saying in how many seconds to come again."""
    response.headers["Retry-After"] = str(max(1, math.ceil((error.retry_at - at).total_seconds())))
    return response
