"""The check of a letter. Parses, asks the desk, answers; contract: design.md section 8."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from suket_service.errors import FieldError, Problem, Text
from suket_service.presenting import Caller
from suket_service.registry.clients import Client
from suket_service.verifying import Agency, Asking, check_at_station, check_for_agency, report
from suket_service.web import metrics
from suket_service.web.api.area import blueprint
from suket_service.web.api.shapes import EitherVerificationOut, WholeVerificationOut
from suket_service.web.calling import charge, client, client_if_any, registry
from suket_service.web.context import context, now
from suket_service.web.device_proof import caller_if_any

#: The most characters that any QR symbol can hold (ISO/IEC 18004: 7,089 digits in 40-L), and some more:
#: whatever a scanner reads gets a verdict, be it only that it is no seal.
MOST_SEAL_CHARACTERS = 8_000
MOST_SEALS = 500
SealText = Annotated[
    str,
    StringConstraints(strict=True, max_length=MOST_SEAL_CHARACTERS),
    Field(description="The QR's text, or its digits alone."),
]


class VerificationIn(BaseModel):
    """One seal to check."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"seal": "https://suket.example.go.id/s#4060225..."}]}
    )
    seal: SealText


class VerificationsIn(BaseModel):
    """Many seals to check at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"seals": ["https://suket.example.go.id/s#4060225...", "4060225..."]}]
        },
    )
    seals: list[SealText] = Field(min_length=1, max_length=MOST_SEALS)


@blueprint.post("/api/v1/verifications")
@blueprint.input(VerificationIn)
@blueprint.output(EitherVerificationOut)
@blueprint.doc(
    summary="Check one letter",
    operation_id="verify",
)
def verifications(json_data: VerificationIn) -> dict[str, Any] | WholeVerificationOut:
    """Check the text of a letter's QR against the registry.

    The person is masked, unless an agency's program with scope `verify` asks, or a confirmed phone.
    """
    program = client_if_any()
    if program is not None:
        [checked] = check_for_agency(registry(), context().desk, [json_data.seal], _agency(program), now())
        return WholeVerificationOut.model_validate(_counted(checked))
    caller = caller_if_any()
    if caller is None:
        return _counted(report(context().desk.check_text(json_data.seal, now()), masked=True))
    asking = _asking(caller)
    answer = check_at_station(context().registry, context().desk, json_data.seal, asking, now())
    return WholeVerificationOut.model_validate(_counted(answer))


@blueprint.post("/api/v1/verifications/batch")
@blueprint.input(VerificationsIn)
@blueprint.output(list[WholeVerificationOut])  # type: ignore[arg-type]  # APIFlask takes it, its hints do not
@blueprint.doc(summary="Check many letters", operation_id="verifyMany")
def verification_batch(json_data: VerificationsIn) -> list[dict[str, Any]]:
    """The same answers as for each seal alone, in order. Costs one of the program's limit for each seal."""
    asked, program = json_data.seals, client()
    if len(asked) > program.calls_a_minute:  # would be refused in every minute
        raise FieldError(Problem("seals", "over_limit", _over_limit(program)))
    charge(len(asked) - 1)
    answers = check_for_agency(registry(), context().desk, asked, _agency(program), now())
    return [_counted(answer) for answer in answers]


def _counted(answer: dict[str, Any]) -> dict[str, Any]:
    metrics.verdict(answer["outcome"])
    return answer


def _agency(program: Client) -> Agency:
    return Agency(program.account, program.id, program.office)


def _over_limit(program: Client) -> Text:
    most = program.calls_a_minute
    return Text(
        f"Batas program ini {most} per menit. Kirim paling banyak {most} segel sekaligus.",
        f"This program's limit is {most} a minute. Send at most {most} seals at once.",
    )


def _asking(caller: Caller) -> Asking:
    return Asking(caller.device.id, caller.device.office, caller.station.facts, caller.election.facts)
