"""What refuses a request for a letter. Decides from what it is given; asks and writes nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from suket_service.core.kind import Kind, is_open
from suket_service.core.letter import Action, Office, may
from suket_service.core.reason import Stated, named
from suket_service.core.request import Request
from suket_service.core.resident import RECORDING_NAMES, RecordingState, Resident
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.paper import fonts
from suket_service.registry import letters
from suket_service.registry.letters import LetterRecord, person_values
from suket_service.registry.offices import Circumstances
from suket_service.registry.residents import Entry


@dataclass(frozen=True, slots=True)
class Application:
    """A request at an office, with the portrait as it will be stored."""

    office: str
    request: Request
    portrait: bytes | None  # normalised JPEG
    request_key: str | None = None  # the same key never makes a second letter
    batch: str | None = None
    stated: Stated | None = None  # None: the reason was given in words alone

    @property
    def nik(self) -> str:
        """Whose letter it is to be."""
        return self.request.resident.nik

    @property
    def reason_code(self) -> str | None:
        """The reason as it is kept; None where it was given in words that are no reason's own."""
        found = named(self.request.reason) if self.stated is None else self.stated.reason
        return None if found is None else found.value

    @property
    def papers(self) -> Mapping[str, str] | None:
        """What was shown at the counter, by field."""
        return None if self.stated is None else self.stated.papers

    @property
    def digest(self) -> bytes:
        """SHA-256 over what is asked: the same key with another digest is another request."""
        asked = self.request
        facts = person_values(asked.resident)
        others: dict[str, object] = {
            "birth_date": asked.resident.birth_date.isoformat(),
            "reason": asked.reason,
            "kind": asked.kind,
            "replaces": asked.replaces,
            "override_reason": asked.override_reason,
            "portrait": hashlib.sha256(self.portrait).hexdigest() if self.portrait else None,
        }
        if self.stated is not None:
            others |= {"reason_code": self.reason_code, "papers": dict(self.stated.papers)}
        return hashlib.sha256(json.dumps({**facts, **others}, sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry holds about requests: the register's word and the letters that stand, by NIK."""

    register: Mapping[str, Entry]
    standing: Mapping[str, LetterRecord]
    replaced: Mapping[str, LetterRecord]  # letters that requests name as to be replaced, by number
    replacements: Mapping[str, LetterRecord]  # drafts that already are to replace one, by its id


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a letter may be drafted, and what becomes of the one that stands."""

    kind: Kind
    lapsed: LetterRecord | None  # to be closed with the draft
    replaces: LetterRecord | None  # to be superseded when the new one is issued
    override_reason: str | None  # set only where the register alone would have refused


def require_grounds(application: Application, known: Known, under: Circumstances) -> Grounds:
    """What a letter is drafted on.

    Args:
        application: what is asked.
        known: what the registry holds about it.
        under: the office, its kinds, windows and day.

    Raises:
        RequestRefused: ``glyph_missing``, ``not_in_register``, ``recording_state``,
            ``differs_from_register``, ``kind_unknown``, ``issuing_closed``, ``kind_ended``,
            ``letter_open``, ``no_letter``, ``replaces_other_person`` or ``replaces_closed``.
    """
    _require_glyphs(application.request)
    asked = application.request
    override = require_register(asked.resident, known.register.get(application.nik), asked.override_reason)
    kind = choose_kind(application.request, under)
    require_open(kind, under)
    replaced = _require_replaceable(application, known)
    standing = known.standing.get(application.nik)
    if standing is None or (replaced is not None and standing.id == replaced.id):
        return Grounds(kind, None, replaced, override)
    require_lapsed(standing, under)
    return Grounds(kind, standing, replaced, override)


def require_issuable(
    record: LetterRecord,
    entry: Entry | None,
    standing: LetterRecord | None,
    replaced: LetterRecord | None,
    under: Circumstances,
) -> LetterRecord | None:
    """Whether a draft may be issued today; returns the person's lapsed letter that is closed thereby.

    Much may have happened while it waited: everything is asked again.

    Args:
        record: the draft, approved or about to be.
        entry: the register's word on the person.
        standing: the person's open letter.
        replaced: the letter whose place it is to take, if one.
        under: the office, its kinds, windows and day.

    Raises:
        RequestRefused: ``not_in_register``, ``recording_state``, ``differs_from_register``,
            ``issuing_closed``, ``kind_ended``, ``letter_open``, ``replaces_closed``.
    """
    require_register(record.resident, entry, record.override_reason)
    require_open(under.kinds[record.kind], under)
    if replaced is not None and not may(replaced.state, Action.SUPERSEDE):
        raise RequestRefused([_CLOSED_ALREADY])  # revoked, or the card was handed over
    # The letter to be replaced may have ended while this one waited, and another been issued since.
    if standing is None or standing.id in (record.id, record.replaces):
        return None
    require_lapsed(standing, under)
    return standing


def require_lapsed(standing: LetterRecord, under: Circumstances) -> None:
    """Refuse a person whose open letter still counts.

    Raises:
        RequestRefused: ``letter_open``.
    """
    # Another office's day may begin up to two hours later than ours: its letter lapses a day later.
    own = standing.office == under.office.code
    if not standing.has_lapsed(under.today - timedelta(days=0 if own else 1)):
        raise RequestRefused([_open_letter(standing, under.office)])


def require_open(kind: Kind, under: Circumstances) -> None:
    """Refuse a kind that this office may not issue today, or whose fixed last day is past.

    Raises:
        RequestRefused: ``issuing_closed`` or ``kind_ended``.
    """
    if not is_open(under.windows, under.office.code, kind.code, under.today):
        raise RequestRefused([_CLOSED])
    if kind.has_ended(under.today):
        raise RequestRefused([_ENDED])


def _require_replaceable(application: Application, known: Known) -> LetterRecord | None:
    number = application.request.replaces
    if number is None:
        return None
    replaced = known.replaced.get(number)
    if replaced is None:
        raise RequestRefused([Problem("menggantikan", "no_letter", letters.no_letter().text)])
    if replaced.resident.nik != application.nik:
        raise RequestRefused([_OTHER_PERSONS])
    if replaced.closed_at is not None or not may(replaced.state, Action.SUPERSEDE):
        raise RequestRefused([_CLOSED_ALREADY])
    pending = known.replacements.get(replaced.id)
    if pending is not None:
        raise RequestRefused([_PENDING])
    return replaced


def choose_kind(request: Request, under: Circumstances) -> Kind:
    """The kind asked for, or the office's usual one.

    Raises:
        RequestRefused: ``kind_unknown``.
    """
    kind = under.kinds.get(under.usual_kind if request.kind is None else request.kind)
    if kind is None:
        raise RequestRefused([_NO_SUCH_KIND])
    return kind


def _require_glyphs(request: Request) -> None:
    # Better refused at the counter than by the printer: the letter's fonts lack a few rare letters.
    person = request.resident
    printed = (
        ("nama", person.name),
        ("tempat_lahir", person.birth_place),
        ("alamat", person.address),
        ("pekerjaan", person.occupation),
        ("alasan", request.reason),
    )
    problems = [
        Problem(field, "glyph_missing", _no_glyph(missing))
        for field, text in printed
        if not text.isascii() and (missing := fonts.missing_glyphs(text))
    ]
    if problems:
        raise RequestRefused(problems)


def require_register(person: Resident, entry: Entry | None, override: str | None) -> str | None:
    """What the register says; returns the reason given for passing it over, where it had to be.

    Raises:
        RequestRefused: ``not_in_register``, ``recording_state`` or ``differs_from_register``.
    """
    if entry is None:
        if override is None:
            raise RequestRefused([NOT_IN_REGISTER])
        return override
    held = entry.resident
    compared = (
        ("nama", held.name, person.name),
        ("tanggal_lahir", held.birth_date, person.birth_date),
        ("jenis_kelamin", held.sex, person.sex),
    )
    problems = [
        Problem(field, "differs_from_register", _DIFFERS) for field, held, given in compared if held != given
    ]
    if not entry.state.may_get_letter and override is None:
        raise RequestRefused([_not_recorded(entry.state)])
    if problems:
        raise RequestRefused(problems)
    return None if entry.state.may_get_letter else override


def _no_glyph(missing: str) -> Text:
    return Text(
        f"Huruf ini tidak ada dalam huruf cetak surat: {missing}. Tulis seperti pada KTP-el.",
        f"The letter's font lacks: {missing}. Write it as on the KTP-el.",
    )


def _open_letter(standing: LetterRecord, office: Office) -> Problem:
    # Another office's number is not told.
    if standing.number is None or standing.office != office.code:
        held = Text("surat atau konsep surat", "an open letter or draft")
    else:
        held = Text(f"surat {standing.number}", f"letter {standing.number}")
    return Problem(
        "nik",
        "letter_open",
        Text(
            f"Orang ini masih memegang {held.id} yang berlaku. Cabut atau gantikan dahulu.",
            f"This person still holds {held.en}. Revoke or supersede it first.",
        ),
    )


def _not_recorded(state: RecordingState) -> Problem:
    advice = {
        RecordingState.UNREGISTERED: Text("Arahkan untuk merekam KTP-el.", "Send them to be recorded."),
        RecordingState.DUPLICATE_RECORD: Text(
            "Biometriknya sudah terdaftar atas data lain; arahkan ke penanganan data ganda.",
            "Their biometrics are on record under other data; send them to have the double record resolved.",
        ),
    }.get(
        state,
        Text(
            "Rekaman gagal; arahkan untuk merekam ulang.",
            "The recording failed; send them to be recorded again.",
        ),
    )
    name = RECORDING_NAMES[state]
    return Problem(
        "status_perekaman",
        "recording_state",
        Text(
            f"Status perekaman “{name.id}” belum boleh mendapat surat. {advice.id}",
            f"Recording state “{name.en}” may not get a letter. {advice.en}",
        ),
    )


NOT_IN_REGISTER = Problem(
    "nik",
    "not_in_register",
    Text(
        "Orang ini tidak ada dalam daftar penduduk yang sudah merekam. Impor daftar terbaru atau arahkan untuk merekam.",
        "This person is not in the register of the recorded. Import the newest list, or send them to be recorded.",
    ),
)
_DIFFERS = Text(
    "Isi kolom ini berbeda dari daftar penduduk. Cocokkan dengan KK, lalu perbaiki permohonan atau impor daftar baru.",
    "This differs from the register. Check the family card, then mend the request or import a new list.",
)
_NO_SUCH_KIND = Problem(
    "jenis_surat",
    "kind_unknown",
    Text("Jenis surat ini tidak terdaftar.", "No such kind of letter."),
)
_CLOSED = Problem(
    "jenis_surat",
    "issuing_closed",
    Text(
        "Hari ini kantor ini tidak menerbitkan jenis surat ini; lihat masa penerbitannya.",
        "This office does not issue this kind of letter today; see its issuing window.",
    ),
)
_ENDED = Problem(
    "jenis_surat",
    "kind_ended",
    Text(
        "Jenis surat ini sudah habis masanya; surat baru akan langsung kedaluwarsa.",
        "This kind's last day is past; a new letter would have expired already.",
    ),
)
_OTHER_PERSONS = Problem(
    "menggantikan",
    "replaces_other_person",
    Text("Surat yang akan digantikan milik orang lain.", "The letter to be replaced is another person's."),
)
_CLOSED_ALREADY = Problem(
    "menggantikan",
    "replaces_closed",
    Text(
        "Surat yang akan digantikan sudah dicabut atau digantikan. Ajukan permohonan baru tanpa kolom ini; tarik konsep yang lama.",
        "The letter to be replaced was revoked or superseded. Ask anew without this column; withdraw the old draft.",
    ),
)
_PENDING = Problem(
    "menggantikan",
    "replacement_pending",
    Text(
        "Konsep pengganti surat ini sudah ada; setujui atau tarik konsep itu dahulu.",
        "A draft to replace this letter is there already; approve or withdraw it first.",
    ),
)
