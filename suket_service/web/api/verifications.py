"""The check of a letter. Parses, asks the desk, answers; contract: design.md section 8."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from suket_service.presenting import Caller
from suket_service.verifying import Asking, check_at_station, report
from suket_service.web.api.area import blueprint
from suket_service.web.api.shapes import EitherVerificationOut, WholeVerificationOut
from suket_service.web.context import context, now
from suket_service.web.device_proof import caller_if_any

#: The most characters that any QR symbol can hold (ISO/IEC 18004: 7,089 digits in 40-L), and some more:
#: whatever a scanner reads gets a verdict, be it only that it is no seal.
MOST_SEAL_CHARACTERS = 8_000


class VerificationIn(BaseModel):
    """One seal to check."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"seal": "https://…/s#4060225…"}]}
    )
    seal: StrictStr = Field(
        max_length=MOST_SEAL_CHARACTERS, description="The QR's text, or its digits alone."
    )


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
