"""What a row of a file is told beside what the rules refuse it for. Decides nothing."""

from suket_service.core.letter import STATE_NAMES
from suket_service.errors import Problem, Text
from suket_service.registry.letters import LetterRecord


def closed(known: LetterRecord) -> tuple[Problem, ...]:
    """Where a row's letter has come to its end: that it has."""
    if known.closed_at is None:
        return ()
    name = STATE_NAMES[known.state]
    return (
        Problem(
            "nik",
            "already_closed",
            Text(
                f"Surat dari berkas ini sudah ditutup ({name.id}). Untuk surat baru, ajukan berkas permohonan baru.",
                f"The letter of this file is already closed ({name.en}). For a new letter hand in a new file.",
            ),
        ),
    )


CARD_READY = Problem(
    "status_perekaman",
    "card_can_be_printed",
    Text(
        "Data siap cetak (PRR): bila blangko ada, cetaklah KTP-el.",
        "The record is ready to print (PRR): where blanks are in stock, print the card.",
    ),
)
CHANGED_SINCE = Problem(
    "foto",
    "changed_since",
    Text(
        "Isi baris ini, misalnya fotonya, berubah sejak suratnya dibuat; suratnya tidak diubah. "
        "Untuk mengubahnya, isi kolom menggantikan dengan nomor surat itu.",
        "This row, perhaps its photograph, has changed since its letter was made; the letter was not changed. "
        "To change it, give that letter's number in the column menggantikan.",
    ),
)
DRAFT_DIFFERS = Problem(
    "foto",
    "draft_differs",
    Text(
        "Isi baris ini, misalnya fotonya, berubah sejak konsepnya dibuat. Tarik konsep itu (suket withdraw), lalu ajukan lagi.",
        "This row, perhaps its photograph, has changed since its draft was made. Withdraw that draft, then ask anew.",
    ),
)
OVERRIDE_NOT_ALLOWED = Problem(
    "pengecualian",
    "override_not_allowed",
    Text(
        "Baris ini meminta pengecualian dari daftar penduduk; penyetuju harus mengizinkannya (--allow-overrides).",
        "This row asks to pass over the register; the approver must allow that (--allow-overrides).",
    ),
)
OVERRIDE_ASKED = Problem(
    "pengecualian",
    "override_asked",
    Text(
        "Daftar penduduk tidak membolehkan surat ini; penyetuju yang memutuskan pengecualiannya.",
        "The register does not allow this letter; the approver decides on the exception.",
    ),
)
OVERRIDE_NOT_NEEDED = Problem(
    "pengecualian",
    "override_not_needed",
    Text(
        "Daftar penduduk sudah membolehkan surat ini; alasan pengecualian tidak dipakai.",
        "The register allows this letter as it is; the reason for passing it over was not used.",
    ),
)
