"""The JSON API, version 1. Parses, asks the desk, answers; contract: design.md section 8."""

from typing import Any, Literal

from apiflask import APIBlueprint
from flask import current_app, render_template
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from suket_service.verifying import report
from suket_service.web.context import context, now

DESCRIPTION = (
    "Memeriksa surat keterangan pengganti KTP-el. / Checks substitute ID letters. "
    "Errors are RFC 9457 problems; answers about a person are masked."
)
#: The most characters that any QR symbol can hold (ISO/IEC 18004: 7,089 digits in 40-L), and some more:
#: whatever a scanner reads gets a verdict, be it only that it is no seal.
MOST_SEAL_CHARACTERS = 8_000

blueprint = APIBlueprint("api", __name__, tag="Verification")


class VerificationIn(BaseModel):
    """One seal to check."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"seal": "https://…/s#4060225…"}]}
    )
    seal: StrictStr = Field(
        max_length=MOST_SEAL_CHARACTERS, description="The QR's text, or its digits alone."
    )


class MaskedSeal(BaseModel):
    """What a genuine seal states, masked."""

    name: str = Field(description="Initials: B*** S******")
    nik: str = Field(description="The first six digits and stars")
    birth_year: int
    sex: Literal["M", "F"]
    kind: int
    kind_title: str | None
    village: str
    village_name: str | None
    issued_on: str
    valid_until: str | None = Field(description="The last valid day; null until the card is issued")


class RegisteredOut(BaseModel):
    """What the registry says of the letter."""

    status: Literal["issued", "suspended", "revoked", "superseded"]
    number: str
    office: str
    office_name: str
    issued_on: str
    valid_until: str | None
    extended: bool


class Message(BaseModel):
    """The bottom line and the next step, for people."""

    id: str
    en: str


class VerificationOut(BaseModel):
    """Facts first, then a bottom line. Expired is not forged."""

    outcome: Literal[
        "unreadable",
        "forged",
        "unknown_issuer",
        "mismatch",
        "unregistered",
        "revoked",
        "superseded",
        "indeterminate",
        "suspended",
        "not_yet_valid",
        "expired",
        "valid",
    ]
    tone: Literal["green", "amber", "red", "grey"]
    reasons: list[str]
    advisories: list[str]
    checked_at: str
    data_as_of: str | None
    genuine: bool
    office: str | None = Field(description="The issuing office's code, of a genuine letter")
    valid_until: str | None = Field(description="The last valid day with an extension; null until the card")
    not_covered: list[str]
    seal: MaskedSeal | None
    registry: RegisteredOut | None
    message: Message


@blueprint.post("/api/v1/verifications")
@blueprint.input(VerificationIn)
@blueprint.output(VerificationOut)
@blueprint.doc(
    summary="Check one letter",
    operation_id="verify",
)
def verifications(json_data: VerificationIn) -> dict[str, Any]:
    """Check the text of a letter's QR against the registry. Public, so the person is masked."""
    return report(context().desk.check_text(json_data.seal, now()), masked=True)


@blueprint.get("/api/docs")
@blueprint.doc(hide=True)
def docs() -> str:
    """The description of this API, for people."""
    return render_template("public/api_docs.html", spec=current_app.spec)  # type: ignore[attr-defined]
