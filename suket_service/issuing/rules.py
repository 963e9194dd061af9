"""What refuses a request for a letter. Decides from what it is given; asks and writes nothing."""

from dataclasses import dataclass
from datetime import timedelta

from suket_service.core.kind import Kind
from suket_service.core.letter import Office
from suket_service.core.request import Request
from suket_service.core.resident import RecordingState
from suket_service.errors import Problem, RequestRefused, Text
from suket_service.paper import fonts
from suket_service.registry.letters import LetterRecord
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

    @property
    def nik(self) -> str:
        """Whose letter it is to be."""
        return self.request.resident.nik


def require_grounds(
    application: Application, entry: Entry | None, standing: LetterRecord | None, under: Circumstances
) -> Kind:
    """The kind of letter to draft.

    Args:
        application: what is asked.
        entry: the register's word on the person.
        standing: the person's open letter, in whatever office.
        under: the office, its kinds and its day.

    Raises:
        RequestRefused: ``glyph_missing``, ``not_in_register``, ``recording_state``,
            ``differs_from_register``, ``kind_unknown`` or ``letter_open``.
    """
    _require_glyphs(application.request)
    _require_register(application.request, entry)
    kind = choose_kind(application.request, under)
    # Another office's day may begin up to two hours later than ours: its letter lapses a day later.
    own = standing is not None and standing.office == under.office.code
    if standing is not None and not standing.has_lapsed(under.today - timedelta(days=0 if own else 1)):
        raise RequestRefused([_open_letter(standing, under.office)])
    return kind


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


def _require_register(request: Request, entry: Entry | None) -> None:
    if entry is None:
        raise RequestRefused([_NOT_IN_REGISTER])
    if not entry.state.may_get_letter:
        raise RequestRefused([_not_recorded(entry.state)])
    person, held = request.resident, entry.resident
    compared = (
        ("nama", held.name, person.name),
        ("tanggal_lahir", held.birth_date, person.birth_date),
        ("jenis_kelamin", held.sex, person.sex),
    )
    problems = [
        Problem(field, "differs_from_register", _DIFFERS) for field, held, given in compared if held != given
    ]
    if problems:
        raise RequestRefused(problems)


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
    return Problem(
        "status_perekaman",
        "recording_state",
        Text(
            f"Status perekaman {state.value} belum boleh mendapat surat. {advice.id}",
            f"Recording state {state.value} may not get a letter. {advice.en}",
        ),
    )


_NOT_IN_REGISTER = Problem(
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
