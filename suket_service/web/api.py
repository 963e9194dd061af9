"""The JSON API, version 1. Parses, asks the desk, answers; contract: design.md section 8."""

from typing import Any, Literal

from apiflask import APIBlueprint
from flask import current_app, render_template
from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictStr

from suket_service.presenting import Caller
from suket_service.verifying import Asking, check_at_station, report
from suket_service.web.context import context, now
from suket_service.web.device_proof import caller_if_any

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


class WholeSeal(BaseModel):
    """What a genuine seal states, for the confirmed phone of a polling station."""

    name: str
    nik: str
    birth_date: str
    sex: Literal["M", "F"]
    rt: int
    rw: int
    portrait: str = Field(description="The first 16 bytes of the stored portrait's SHA-256, in hex")
    status_list: int
    status_index: int
    fingerprint: str
    check_code: str
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


class VerdictOut(BaseModel):
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
    registry: RegisteredOut | None
    message: Message


class VerificationOut(VerdictOut):
    """The answer for anyone: the person is masked."""

    seal: MaskedSeal | None


class WholeVerificationOut(VerdictOut):
    """The answer for a confirmed phone, whose call bears its proof."""

    seal: WholeSeal | None
    portrait: str | None = Field(description="The stored portrait as a small JPEG, in a data URL")


class EitherVerificationOut(RootModel[VerificationOut | WholeVerificationOut]):
    """Masked, unless a confirmed phone asks."""


@blueprint.post("/api/v1/verifications")
@blueprint.input(VerificationIn)
@blueprint.output(EitherVerificationOut)
@blueprint.doc(
    summary="Check one letter",
    operation_id="verify",
)
def verifications(json_data: VerificationIn) -> dict[str, Any] | WholeVerificationOut:
    """Check the text of a letter's QR against the registry. The person is masked, unless a confirmed phone asks."""
    caller = caller_if_any()
    if caller is None:
        return report(context().desk.check_text(json_data.seal, now()), masked=True)
    asking = _asking(caller)
    answer = check_at_station(context().registry, context().desk, json_data.seal, asking, now())
    return WholeVerificationOut.model_validate(answer)


def _asking(caller: Caller) -> Asking:
    return Asking(caller.device.id, caller.device.office, caller.station.facts, caller.election.facts)


@blueprint.get("/api/docs")
@blueprint.doc(hide=True)
def docs() -> str:
    """The description of this API, for people."""
    spec = current_app.spec  # type: ignore[attr-defined]
    return render_template("public/api_docs.html", spec=spec, example_of=lambda call: _example(spec, call))


def _example(spec: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What may be sent to a call: the first example of its shape, else its members with nothing in them."""
    shape = operation["requestBody"]["content"]["application/json"]["schema"]
    name = shape.get("$ref", "").rpartition("/")[2]
    described: dict[str, Any] = spec["components"]["schemas"].get(name, shape)
    found: list[dict[str, Any]] = described.get("examples", [])
    return found[0] if found else dict.fromkeys(described.get("properties", {}), "…")
