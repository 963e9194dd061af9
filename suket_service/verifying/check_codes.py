"""A letter's number and check code, typed: the last resort where no symbol can be read. Never says ``valid``.

Whoever saw the paper once can type both, so a match proves no letter; it tells what is on record, masked.
Five codes that do not fit close a number for the hour, for right codes too; a number that no letter bears
counts alike and answers alike. Guesses that are on their way at the same moment are told no more than five.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from suket_service.core.letter import LetterState
from suket_service.core.seal import check_code, parse
from suket_service.core.verdict import Reason, Verdict
from suket_service.errors import CallerError, FieldError, Problem, Text
from suket_service.registry import check_codes
from suket_service.registry.check_codes import NUMBER_CHARACTERS, Numbered
from suket_service.registry.session import Registry, Transaction
from suket_service.verifying.desk import Answer
from suket_service.verifying.report import report

MOST_FAILURES = 5
WINDOW = timedelta(hours=1)
#: Each failure is a write, and writers queue: whoever floods this must not hold up an office's work.
MOST_FAILURES_A_MINUTE = 300
_MINUTE = timedelta(minutes=1)
_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
_MISREAD = str.maketrans("OIL", "011")
_BLANKS = re.compile(r"[\s\u2010-\u2015-]+")  # and every kind of dash that a keyboard sets
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_NO_CODE = "-" * 8  # fits nothing that can be typed


class TooManyFailures(CallerError):
    """Nothing is told of this number for now."""

    def __init__(self, text: Text, retry_at: datetime) -> None:
        super().__init__("too_many_failures", text)
        self.retry_at = retry_at


def problems_of(number: str, code: str) -> list[Problem]:
    """What is wrong with a typed number and code, field by field, before anything is looked up."""
    problems = []
    for typed, required in ((number, _require_number), (code, _require_code)):
        try:
            required(typed)
        except FieldError as error:
            problems.append(error.problem)
    return problems


def check_typed(registry: Registry, number: str, code: str, at: datetime) -> dict[str, Any]:
    """What is on record under a number and its check code, as plain JSON values.

    Raises:
        FieldError: ``number_missing``, ``number_form``, ``code_missing`` or ``code_form``; none of them counts.
        TooManyFailures: five codes did not fit within the hour, or too many in all within the minute.
    """
    number, code = _require_number(number), _require_code(code)
    with registry.reading() as tx:
        if check_codes.all_failures(tx, at - _MINUTE) >= MOST_FAILURES_A_MINUTE:
            raise TooManyFailures(_BUSY, at + _MINUTE)
        found = check_codes.numbered(tx, number)
        number_hash = _hash_of(found[0].registered.number if found else number)
        _refuse_too_many(tx, number_hash, at)
    fitting = _fitting(found, code)
    if fitting is None:
        _note_failure(registry, number_hash, at)
        return _told(Answer(_verdict(at)), found=False, message=_NOT_FOUND)
    verdict = _verdict(at, fitting)
    registered = fitting.registered
    answer = Answer(verdict, registered, registered.kind_title, registered.village_name)
    return _told(answer, found=True, message=_message(fitting, at))


def forget_old_failures(registry: Registry, at: datetime) -> None:
    """Let go of the failures that no longer count. Where there are none, nobody waits for a writer's turn."""
    with registry.reading() as tx:
        if not check_codes.has_failures(tx, at - WINDOW):
            return
    with registry.writing() as tx:
        check_codes.forget_failures(tx, at - WINDOW)


def _require_number(typed: str) -> str:
    number = typed.strip()
    if not number:
        raise _refuse("number", "number_missing", _NUMBER_MISSING)
    if len(number) > NUMBER_CHARACTERS or not number.isprintable() or not re.search("[0-9]", number):
        raise _refuse("number", "number_form", _NUMBER_FORM)
    return number


def _require_code(typed: str) -> str:
    """Eight characters of Crockford's Base32, whatever case, blanks and likenesses they were typed with."""
    code = _BLANKS.sub("", typed).upper().translate(_MISREAD)
    if not code:
        raise _refuse("code", "code_missing", _CODE_MISSING)
    if not _CODE.fullmatch(code):
        raise _refuse("code", "code_form", _CODE_FORM)
    return code


def _hash_of(number: str) -> bytes:
    # One number, however it is typed, has one count.
    plain = _ZEROS.sub("", "".join(number.casefold().split()))
    return hashlib.sha256(plain.encode()).digest()


def _fitting(found: list[Numbered], code: str) -> Numbered | None:
    # Compared in constant time, and also where there is nothing to compare with.
    codes = [check_code(each.registered.fingerprint).replace("-", "") for each in found] or [_NO_CODE]
    fits = [hmac.compare_digest(each, code) for each in codes]
    return next((each for each, fit in zip(found, fits, strict=False) if fit), None)


def _note_failure(registry: Registry, number_hash: bytes, at: datetime) -> None:
    with registry.writing() as tx:
        check_codes.forget_failures(tx, at - WINDOW)
        _refuse_too_many(tx, number_hash, at)  # others may have failed while this one was on its way
        check_codes.add_failure(tx, number_hash, at)


def _refuse_too_many(tx: Transaction, number_hash: bytes, at: datetime) -> None:
    failures = check_codes.failures(tx, number_hash, at - WINDOW, MOST_FAILURES)
    if len(failures) >= MOST_FAILURES:
        raise TooManyFailures(_TOO_MANY, failures[-1] + WINDOW)


def _verdict(at: datetime, of: Numbered | None = None) -> Verdict:
    return Verdict(
        (Reason.TYPED_ONLY,),
        (),
        (),
        checked_at=at,
        data_as_of=at,
        genuine=of is not None,  # what the office itself sealed, out of its own registry
        seal=parse(of.sealed) if of else None,
    )


def _told(answer: Answer, *, found: bool, message: Text) -> dict[str, Any]:
    whole = report(answer, masked=True)
    return {
        "found": found,
        "status": answer.registered.state.value if answer.registered else None,
        **{name: whole[name] for name in ("outcome", "reasons", "seal", "registry", "checked_at")},
        "message": {"id": message.id, "en": message.en},
    }


def _message(of: Numbered, at: datetime) -> Text:
    letter = of.registered
    until = letter.valid_until
    if letter.state is LetterState.ISSUED and until and until < at.astimezone(timezone(of.utc_offset)).date():
        return _EXPIRED
    return _FOUND[letter.state]


def _refuse(field: str, code: str, text: Text) -> FieldError:
    return FieldError(Problem(field, code, text))


_COPIED = Text(
    "Nomor dan kode dapat disalin orang: hanya kode QR yang membuktikan surat. Pindai kode QR-nya, atau hubungi Disdukcapil penerbit.",
    "Anyone can copy number and code: only the QR code proves a letter. Scan it, or call the issuing office.",
)


def _with_next_step(id: str, en: str) -> Text:
    return Text(f"{id} {_COPIED.id}", f"{en} {_COPIED.en}")


_FOUND = {
    LetterState.ISSUED: _with_next_step(
        "Nomor dan kode ini cocok dengan surat yang tercatat.", "Number and code fit a letter on record."
    ),
    LetterState.SUSPENDED: _with_next_step(
        "Surat dengan nomor ini tercatat, tetapi sedang ditangguhkan.",
        "The letter of this number is on record, but suspended for now.",
    ),
    LetterState.REVOKED: _with_next_step(
        "Surat dengan nomor ini tercatat, tetapi sudah dicabut oleh penerbitnya.",
        "The letter of this number is on record, but was revoked by its issuer.",
    ),
    LetterState.SUPERSEDED: _with_next_step(
        "Surat dengan nomor ini tercatat, tetapi sudah digantikan oleh surat baru atau KTP-el.",
        "The letter of this number is on record, but was superseded by a new letter or the card.",
    ),
}
_EXPIRED = _with_next_step(
    "Surat dengan nomor ini tercatat, tetapi masa berlakunya sudah lewat.",
    "The letter of this number is on record, but its validity has passed.",
)
_NOT_FOUND = Text(
    "Nomor dan kode ini tidak cocok dengan surat yang tercatat. Periksa ketikannya, pindai kode QR-nya, atau hubungi Disdukcapil penerbit.",
    "Number and code fit no letter on record. Check what was typed, scan the QR code, or call the issuing office.",
)
_TOO_MANY = Text(
    "Kode periksa untuk nomor ini sudah lima kali tidak cocok. Coba lagi nanti, atau pindai kode QR pada surat.",
    "The check code did not fit this number five times. Try again later, or scan the letter's QR code.",
)
_BUSY = Text(
    "Terlalu banyak kode yang tidak cocok saat ini. Coba lagi dalam satu menit, atau pindai kode QR pada surat.",
    "Too many codes did not fit just now. Try again in a minute, or scan the letter's QR code.",
)
_NUMBER_MISSING = Text("Nomor surat belum diisi.", "The letter number is missing.")
_NUMBER_FORM = Text(
    "Tulis nomor lengkap seperti pada surat, misalnya 471.13/0017/SKP/2172/2026.",
    "Write the whole number as on the letter, for example 471.13/0017/SKP/2172/2026.",
)
_CODE_MISSING = Text("Kode periksa belum diisi.", "The check code is missing.")
_CODE_FORM = Text(
    "Kode periksa terdiri dari delapan huruf dan angka, misalnya 7K3M-Q9TX. Huruf U tidak ada: lihat lagi, mungkin V.",
    "A check code has eight letters and digits, for example 7K3M-Q9TX. There is never a U: perhaps a V.",
)
