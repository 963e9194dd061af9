"""What a check found: facts first, the bottom line derived. Decides nothing; ``verifier`` does.

Outcomes, reasons and advisories are the contract of design.md section 4. The software reports; no
sentence here tells an officer to turn anyone away.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from suket_service.core.seal import Seal
from suket_service.errors import Text


class Outcome(StrEnum):
    """The bottom line, in the order in which the first that applies is taken."""

    UNREADABLE = "unreadable"
    FORGED = "forged"
    UNKNOWN_ISSUER = "unknown_issuer"
    MISMATCH = "mismatch"
    UNREGISTERED = "unregistered"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    INDETERMINATE = "indeterminate"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    VALID = "valid"


class Reason(StrEnum):
    """Why the outcome is not ``valid``."""

    NOT_A_SEAL = "not_a_seal"
    NOT_CANONICAL = "not_canonical"
    FORMAT_UNKNOWN = "format_unknown"
    FIELD_INVALID = "field_invalid"
    SEVERAL_CODES = "several_codes"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE_INVALID = "signature_invalid"
    KEY_OUT_OF_SCOPE = "key_out_of_scope"
    FINGERPRINT_DIFFERS = "fingerprint_differs"
    NOT_ISSUED = "not_issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    REVOKED_OR_SUPERSEDED = "revoked_or_superseded"
    LIST_MISSING = "list_missing"
    LIST_STALE = "list_stale"
    NEWER_THAN_LIST = "newer_than_list"
    CLOCK_BEHIND = "clock_behind"
    KEY_REVOKED = "key_revoked"
    REGISTRY_UNAVAILABLE = "registry_unavailable"
    TYPED_ONLY = "typed_only"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


class Caution(StrEnum):
    """Takes away the plain green; never changes the outcome."""

    FOREIGN_HOST = "foreign_host"
    ISSUED_OUTSIDE_WINDOW = "issued_outside_window"
    KEY_REVOKED = "key_revoked"
    PDF_DIFFERS = "pdf_differs"


class Note(StrEnum):
    """Worth knowing; changes neither outcome nor tone."""

    PORTRAIT_UNCHECKED = "portrait_unchecked"
    EXTENDED = "extended"
    # Told only to a polling station's own device.
    OTHER_VILLAGE = "other_village"
    OTHER_NEIGHBOURHOOD = "other_neighbourhood"
    OUTSIDE_HOURS = "outside_hours"
    PRESENTED_BEFORE = "presented_before"


class Tone(StrEnum):
    """The colour; never shown without a word and an icon."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


_OUTCOME_OF = {
    Reason.NOT_A_SEAL: Outcome.UNREADABLE,
    Reason.NOT_CANONICAL: Outcome.UNREADABLE,
    Reason.FORMAT_UNKNOWN: Outcome.UNREADABLE,
    Reason.FIELD_INVALID: Outcome.UNREADABLE,
    Reason.SEVERAL_CODES: Outcome.UNREADABLE,
    Reason.SIGNATURE_INVALID: Outcome.FORGED,
    Reason.KEY_OUT_OF_SCOPE: Outcome.FORGED,
    Reason.KEY_UNKNOWN: Outcome.UNKNOWN_ISSUER,
    Reason.FINGERPRINT_DIFFERS: Outcome.MISMATCH,
    Reason.NOT_ISSUED: Outcome.UNREGISTERED,
    Reason.REVOKED: Outcome.REVOKED,
    Reason.REVOKED_OR_SUPERSEDED: Outcome.REVOKED,
    Reason.SUPERSEDED: Outcome.SUPERSEDED,
    Reason.LIST_MISSING: Outcome.INDETERMINATE,
    Reason.LIST_STALE: Outcome.INDETERMINATE,
    Reason.NEWER_THAN_LIST: Outcome.INDETERMINATE,
    Reason.CLOCK_BEHIND: Outcome.INDETERMINATE,
    Reason.KEY_REVOKED: Outcome.INDETERMINATE,
    Reason.REGISTRY_UNAVAILABLE: Outcome.INDETERMINATE,
    Reason.TYPED_ONLY: Outcome.INDETERMINATE,
    Reason.SUSPENDED: Outcome.SUSPENDED,
    Reason.NOT_YET_VALID: Outcome.NOT_YET_VALID,
    Reason.EXPIRED: Outcome.EXPIRED,
}
_ORDER = list(Outcome)
_TONE_OF = {
    Outcome.UNREADABLE: Tone.GREY,
    Outcome.FORGED: Tone.RED,
    Outcome.UNKNOWN_ISSUER: Tone.AMBER,
    Outcome.MISMATCH: Tone.RED,
    Outcome.UNREGISTERED: Tone.RED,
    Outcome.REVOKED: Tone.RED,
    Outcome.SUPERSEDED: Tone.RED,
    Outcome.INDETERMINATE: Tone.AMBER,
    Outcome.SUSPENDED: Tone.AMBER,
    Outcome.NOT_YET_VALID: Tone.AMBER,
    Outcome.EXPIRED: Tone.AMBER,
    Outcome.VALID: Tone.GREEN,
}
#: What is on the paper but not in the seal; every answer says so.
NOT_COVERED = ("portrait_as_printed", "letter_number", "birth_place", "street")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one check.

    ``seal`` is there only when genuine: nothing out of an unproven seal is ever shown again.
    ``valid_until`` is the last valid day with extensions, None until the card is issued.
    """

    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]
    notes: tuple[Note, ...]
    checked_at: datetime
    data_as_of: datetime | None
    genuine: bool
    seal: Seal | None
    office: str | None = None
    valid_until: date | None = None

    @property
    def outcome(self) -> Outcome:
        """The first outcome of the table that any reason stands for."""
        if not self.reasons:
            return Outcome.VALID
        return min((_OUTCOME_OF[reason] for reason in self.reasons), key=_ORDER.index)

    @property
    def tone(self) -> Tone:
        """The outcome's colour, amber where a caution takes away the plain green."""
        tone = _TONE_OF[self.outcome]
        return Tone.AMBER if tone is Tone.GREEN and self.cautions else tone

    @property
    def advisories(self) -> tuple[str, ...]:
        """Cautions first, then notes."""
        return (*self.cautions, *self.notes)

    @property
    def message(self) -> Text:
        """The bottom line and the next step, for people."""
        if Reason.REVOKED_OR_SUPERSEDED in self.reasons and self.outcome is Outcome.REVOKED:
            return _REVOKED_OR_SUPERSEDED
        return MESSAGES[self.outcome]

    def with_caution(self, caution: Caution) -> "Verdict":
        """The same verdict with one more caution."""
        return replace(self, cautions=(*self.cautions, caution))


WORDS = {
    Outcome.UNREADABLE: Text("TIDAK TERBACA", "UNREADABLE"),
    Outcome.FORGED: Text("SEGEL TIDAK SAH", "FORGED"),
    Outcome.UNKNOWN_ISSUER: Text("PENERBIT TIDAK DIKENAL", "UNKNOWN ISSUER"),
    Outcome.MISMATCH: Text("ISI BERBEDA", "MISMATCH"),
    Outcome.UNREGISTERED: Text("TIDAK TERCATAT", "UNREGISTERED"),
    Outcome.REVOKED: Text("DICABUT", "REVOKED"),
    Outcome.SUPERSEDED: Text("DIGANTIKAN", "SUPERSEDED"),
    Outcome.INDETERMINATE: Text("BELUM DAPAT DIPASTIKAN", "INDETERMINATE"),
    Outcome.SUSPENDED: Text("DITANGGUHKAN", "SUSPENDED"),
    Outcome.NOT_YET_VALID: Text("BELUM BERLAKU", "NOT YET VALID"),
    Outcome.EXPIRED: Text("HABIS MASA BERLAKU", "EXPIRED"),
    Outcome.VALID: Text("ASLI DAN BERLAKU", "VALID"),
}
MESSAGES = {
    Outcome.UNREADABLE: Text(
        "Kode ini tidak dapat dibaca sebagai segel surat. Pindai ulang di tempat terang dan datar; bila tetap gagal, hubungi Disdukcapil penerbit.",
        "This code cannot be read as a letter's seal. Scan again, flat and well lit; if it still fails, call the issuing office.",
    ),
    Outcome.FORGED: Text(
        "Segel tidak sah: isinya diubah atau bukan buatan Disdukcapil. Catat kejadiannya dan hubungi Disdukcapil penerbit.",
        "The seal does not hold: it was altered or was not made by the registry. Record the case and call the issuing office.",
    ),
    Outcome.UNKNOWN_ISSUER: Text(
        "Penerbit surat ini tidak dikenal di sini. Perbarui data atau hubungi Disdukcapil penerbit.",
        "The issuer of this letter is not known here. Update the data or call the issuing office.",
    ),
    Outcome.MISMATCH: Text(
        "Isi segel berbeda dari surat yang tercatat dengan identitas ini. Catat kejadiannya dan hubungi Disdukcapil penerbit.",
        "The seal states other facts than the letter on record under this identity. Record the case and call the issuing office.",
    ),
    Outcome.UNREGISTERED: Text(
        "Surat ini tidak pernah tercatat diterbitkan. Catat kejadiannya dan hubungi Disdukcapil penerbit.",
        "This letter was never recorded as issued. Record the case and call the issuing office.",
    ),
    Outcome.REVOKED: Text(
        "Surat asli, tetapi sudah dicabut oleh penerbitnya. Hubungi Disdukcapil penerbit.",
        "A genuine letter, revoked by its issuer. Call the issuing office.",
    ),
    Outcome.SUPERSEDED: Text(
        "Surat asli, tetapi sudah digantikan oleh surat baru atau KTP-el. Mintalah dokumen penggantinya.",
        "A genuine letter, superseded by a new letter or the card. Ask for the document that replaced it.",
    ),
    Outcome.INDETERMINATE: Text(
        "Belum dapat dipastikan. Perbarui data, periksa lagi secara daring, atau hubungi Disdukcapil penerbit.",
        "This cannot be decided yet. Update the data, check again online, or call the issuing office.",
    ),
    Outcome.SUSPENDED: Text(
        "Surat asli, tetapi sedang ditangguhkan. Hubungi Disdukcapil penerbit.",
        "A genuine letter, suspended for now. Call the issuing office.",
    ),
    Outcome.NOT_YET_VALID: Text(
        "Surat asli, tetapi tanggal terbitnya belum tiba. Periksa jam perangkat ini.",
        "A genuine letter whose issue date is still to come. Check this device's clock.",
    ),
    Outcome.EXPIRED: Text(
        "Surat asli, tetapi masa berlakunya sudah lewat. Surat ini bukan surat palsu.",
        "A genuine letter whose validity has passed. It is not a forgery.",
    ),
    Outcome.VALID: Text(
        "Surat asli, tercatat, dan berlaku. Cocokkan nama dan foto dengan pemegang surat.",
        "Genuine, registered and valid. Compare name and photograph with the holder.",
    ),
}
# A status list cannot tell the two apart.
_REVOKED_OR_SUPERSEDED = Text(
    "Surat asli, tetapi sudah tidak berlaku: dicabut atau digantikan. Hubungi Disdukcapil penerbit.",
    "A genuine letter that no longer holds: revoked or superseded. Call the issuing office.",
)
