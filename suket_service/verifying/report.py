"""An answer as plain JSON values, masked or whole: the one shape for the API and the command line.

Contract: design.md section 8. Nothing out of a seal is told unless it is genuine.
"""

from datetime import UTC, datetime
from typing import Any

from suket_service.core.nik import mask_nik
from suket_service.core.resident import mask_name
from suket_service.core.seal import SealedFacts, check_code
from suket_service.core.verdict import NOT_COVERED
from suket_service.registry.positions import Registered
from suket_service.verifying.desk import Answer


def report(answer: Answer, *, masked: bool) -> dict[str, Any]:
    """The answer; ``masked`` for the public: initials, six digits of the NIK, the birth year alone."""
    verdict = answer.verdict
    seal = None
    if verdict.seal is not None:
        facts = verdict.seal.facts
        seal = _masked(facts) if masked else _whole(facts, verdict.seal.fingerprint)
        seal |= {"kind": facts.kind, "kind_title": answer.kind_title, "village": facts.village}
        seal |= {"village_name": answer.village_name, "issued_on": facts.issued_on.isoformat()}
        seal |= {"valid_until": facts.valid_until.isoformat() if facts.valid_until else None}
    return {
        "outcome": verdict.outcome.value,
        "tone": verdict.tone.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "advisories": [str(each) for each in verdict.advisories],
        "checked_at": _instant(verdict.checked_at),
        "data_as_of": _instant(verdict.data_as_of) if verdict.data_as_of else None,
        "genuine": verdict.genuine,
        "office": verdict.office,
        "valid_until": verdict.valid_until.isoformat() if verdict.valid_until else None,
        "not_covered": list(NOT_COVERED),
        "seal": seal,
        "registry": _registered(answer.registered) if answer.registered else None,
        "message": {"id": verdict.message.id, "en": verdict.message.en},
    }


def _masked(facts: SealedFacts) -> dict[str, Any]:
    return {
        "name": mask_name(facts.name),
        "nik": mask_nik(facts.nik),
        "birth_year": facts.birth_date.year,
        "sex": facts.sex.value,
    }


def _whole(facts: SealedFacts, fingerprint: bytes) -> dict[str, Any]:
    return {
        "name": facts.name,
        "nik": facts.nik,
        "birth_date": facts.birth_date.isoformat(),
        "sex": facts.sex.value,
        "rt": facts.rt,
        "rw": facts.rw,
        "portrait": facts.portrait.hex(),
        "status_list": facts.status_list,
        "status_index": facts.status_index,
        "fingerprint": fingerprint.hex(),
        "check_code": check_code(fingerprint),
    }


def _registered(row: Registered) -> dict[str, Any]:
    return {
        "status": row.state.value,
        "number": row.number,
        "office": row.office,
        "office_name": row.office_name,
        "issued_on": row.issued_on.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "extended": row.extended_to is not None,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
