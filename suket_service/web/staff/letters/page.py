"""The page of one letter: what its paper says, how it stands, what happened to it. Changes nothing."""

from flask import render_template

from suket_service import issuing
from suket_service.core.letter import Action
from suket_service.core.reason import PAPERS
from suket_service.core.verdict import WORDS
from suket_service.errors import Text
from suket_service.paper.wording import SEXES
from suket_service.registry.letters import LetterRecord
from suket_service.web.context import context
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.letters.area import blueprint, may_reach, own, standing_of
from suket_service.web.staff.letters.offers import offers
from suket_service.web.staff.letters.scanning import ADVISORIES
from suket_service.web.staff.letters.whole import whole

#: What the history calls each thing that may happen to a letter.
EVENTS = {
    "draft": Text("Konsep dibuat", "Drafted"),
    "override": Text("Pengecualian dari daftar penduduk diminta", "Asked to pass over the register"),
    "amend": Text("Konsep diperbaiki", "Draft corrected"),
    "hold": Text("Konsep disimpan di loket", "Draft kept at the counter"),
    "submit": Text("Konsep diajukan", "Draft submitted"),
    "send_back": Text("Konsep dikembalikan", "Draft sent back"),
    "approve": Text("Disetujui", "Approved"),
    "issue": Text("Diterbitkan", "Issued"),
    "withdraw": Text("Konsep ditarik", "Draft withdrawn"),
    "print": Text("Dicetak", "Printed"),
    "print_refused": Text("Gagal dicetak", "Could not be printed"),
    issuing.HAND_OVER: Text("Surat diserahkan", "Letter handed over"),
    "suspend": Text("Ditangguhkan", "Suspended"),
    "extend": Text("Perpanjangan diminta", "Extension asked for"),
    "approve_extend": Text("Perpanjangan disetujui", "Extension agreed to"),
    "resume": Text("Pemulihan diminta", "Resuming asked for"),
    "approve_resume": Text("Pemulihan disetujui", "Resuming agreed to"),
    "revoke": Text("Dicabut", "Revoked"),
    "approve_revoke": Text("Pencabutan disetujui", "Revoking agreed to"),
    "supersede": Text("Digantikan", "Superseded"),
    "lapse": Text("Ditutup karena lewat masa", "Closed because it had lapsed"),
    "reopen": Text("Dibuka kembali", "Reopened"),
}
PROPOSED = {
    Action.EXTEND: Text("Perpanjangan", "Extension"),
    Action.RESUME: Text("Pemulihan", "Resuming"),
    Action.REVOKE: Text("Pencabutan", "Revoking"),
}


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
        events=EVENTS,
        proposed=PROPOSED,
        given={each.at: each for each in found.hand_overs},
        verdict=answer.verdict if answer else None,
        words=WORDS,
        advisories=ADVISORIES,
        actions=offers(found),
        may_reach=may_reach,
    )


def _papers(record: LetterRecord) -> list[tuple[Text, str]]:
    return [(PAPERS[field].label, value) for field, value in (record.papers or {}).items() if field in PAPERS]
