"""What a member of staff proves themselves by: a password, and a one-time code. Stores nothing, reads no clock.

Passwords: argon2id (RFC 9106). Rules: NIST SP 800-63B-4 section 3.1.1.2 and OWASP ASVS 5.0 V6.2: long
enough, of any composition, not obvious, never to be changed on a calendar. Codes: TOTP (RFC 6238) as
every authenticator app makes them: SHA-1, six digits, thirty seconds; each counts once (ASVS 6.5.1).
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from suket_service.errors import FieldError, KeyTrouble, NotAllowed, Problem, Text

LEAST_PASSWORD_CHARACTERS = 12
#: Longer ones are refused before anything is computed over them; ASVS 6.2.9 asks for 64 at least.
MOST_PASSWORD_CHARACTERS = 128
STEP_SECONDS = 30
#: A phone's clock may be a step off, and a code takes a while to type.
STEPS_EITHER_SIDE = 1

#: So many failures within ``WINDOW`` are nobody's business; from then on each costs a wait.
FREE_FAILURES = 5
WINDOW = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=15)
#: How far back failures are looked at.
HISTORY = timedelta(hours=24)

# RFC 9106 section 4, the second recommended option: t=3, p=4, 64 MiB. About 140 ms of one core here.
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_CODE_DIGITS = 6
_TOTP_LABEL = b"suket-totp-v1"
RECOVERY_CODES = 10
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
#: With these taken away so many different characters must be left: the words that ASVS 6.1.2 wants listed (ours and the
#: field's), and what the lists of stolen passwords begin with, in so far as it reaches twelve characters.
_OBVIOUS = (
    *("disdukcapil", "dukcapil", "kependudukan", "catatansipil", "suket", "keterangan", "ktp", "kantor"),
    *("administrator", "admin", "operator", "kepala", "approver", "auditor", "petugas", "dinas", "demo"),
    *("password", "passw0rd", "p@ssword", "p@ssw0rd", "katasandi", "sandi", "rahasia", "secret", "master"),
    *("bismillah", "sayang", "selamat", "merdeka", "indonesia", "welcome", "letmein", "iloveyou"),
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwerty", "qazwsx", "1q2w3e4r", "1qaz2wsx", "q1w2e3r4"),
    *("abcdefghijklmnopqrstuvwxyz", "abcdef", "1234567890", "0123456789", "0987654321", "123456", "12345"),
    *("112233", "123123", "123", "321", "abc", "changeme"),
)
_LEAST_DIFFERENT_LEFT = 6


class MustWait(NotAllowed):
    """Too many failures: nothing is looked at before ``minutes`` have passed."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            "wait",
            Text(
                f"Terlalu banyak percobaan gagal untuk nama pengguna ini. Tunggu {minutes} menit, lalu coba lagi.",
                f"Too many failed attempts for this user. Wait {minutes} min, then try again.",
            ),
        )
        self.minutes = minutes


def require_password(password: str, username: str) -> None:
    """Refuse a password that is too short, too long, unprintable or obvious.

    Raises:
        FieldError: on the field ``password``; ``code`` says which.
    """
    if len(password) > MOST_PASSWORD_CHARACTERS:
        raise _refused("password_too_long", *_TOO_LONG)
    if not password.isprintable():
        raise _refused("password_unprintable", *_UNPRINTABLE)
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < LEAST_PASSWORD_CHARACTERS:
        raise _refused("password_too_short", *_TOO_SHORT)
    rest = "".join(plain.casefold().split())
    for word in sorted((*_OBVIOUS, username.casefold()), key=len, reverse=True):
        rest = rest.replace(word, "") if word else rest
    if len(set(rest)) < _LEAST_DIFFERENT_LEFT:
        raise _refused("password_obvious", *_TOO_OBVIOUS)


def hash_password(password: str) -> str:
    """The password's argon2id hash with its parameters and salt, in the PHC string form."""
    return _HASHER.hash(_bytes_of(password))


def check_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of that hash. The same work is done where there is no hash."""
    too_long = len(password) > MOST_PASSWORD_CHARACTERS
    given = _bytes_of("" if too_long else password)
    if password_hash is None:
        _HASHER.hash(given)
        return False
    try:
        _HASHER.verify(password_hash, given)
    except (VerificationError, InvalidHashError):
        return False
    return not too_long


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def new_secret() -> str:
    """A fresh TOTP secret of 160 random bits (RFC 4226 section 4), in Base32."""
    return pyotp.random_base32(32)


def enrolment_uri(secret: str, username: str, office: str) -> str:
    """What an authenticator app reads from a QR: ``otpauth://totp/…``. It holds the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"Suket {office}")


def matching_step(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The time step whose code this is, when it may still count: later than ``last_step``.

    Every candidate is compared, in constant time. Of two steps with one code the later is taken, so
    that the code is spent whole.
    """
    typed = "".join(code.split()).encode("utf-8", "replace")
    now = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(now - STEPS_EITHER_SIDE, now + STEPS_EITHER_SIDE + 1):
        expected = pyotp.TOTP(secret, digits=_CODE_DIGITS, interval=STEP_SECONDS).generate_otp(step)
        same = hmac.compare_digest(expected.encode("ascii"), typed)
        if same and (last_step is None or step > last_step):
            found = step
    return found


def next_code(secret: str, at: datetime, last_step: int | None) -> str | None:
    """The first code that would still count at that instant; None when even the next one is spent."""
    now = int(at.timestamp()) // STEP_SECONDS
    step = max(now, (last_step or 0) + 1)
    if step > now + STEPS_EITHER_SIDE:
        return None
    return pyotp.TOTP(secret, digits=_CODE_DIGITS, interval=STEP_SECONDS).generate_otp(step)


def lock_secret(secret: str, secret_key: str, username: str) -> bytes:
    """The TOTP secret encrypted and authenticated (Fernet) for that user alone.

    The key is derived (HKDF-SHA256) from ``SUKET_SECRET_KEY`` and the user name: whoever can write to
    the database, but does not hold the key, can give nobody a code of their own.
    """
    return _lock_of(secret_key, username).encrypt_at_time(secret.encode("ascii"), 0)


def unlock_secret(locked: bytes, secret_key: str, username: str) -> str:
    """The secret out of what :func:`lock_secret` made.

    Raises:
        KeyTrouble: ``secret_key_differs``: locked under another key or for another user, or altered.
    """
    try:
        return _lock_of(secret_key, username).decrypt(locked).decode("ascii")
    except InvalidToken:
        raise KeyTrouble(
            "secret_key_differs",
            Text(
                "Kode sekali pakai tidak dapat diperiksa: SUKET_SECRET_KEY bukan yang dulu. Pulihkan, atau jalankan `suket users totp` lagi.",
                "One-time codes cannot be checked: SUKET_SECRET_KEY is not what it was. Restore it, or run `suket users totp` again.",
            ),
        ) from None


def new_recovery_codes() -> list[str]:
    """Ten codes of 50 random bits, as they are written down: ``ABCDE-FGHJK`` in Crockford's letters."""
    letters = ["".join(secrets.choice(_CROCKFORD) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return [f"{each[:5]}-{each[5:]}" for each in letters]


def recovery_hash(code: str, username: str) -> bytes:
    """What a recovery code is found by. It is long and random, and guesses are counted: no slow hash is needed."""
    typed = "".join(each for each in code.upper() if each.isalnum()).translate(_MISREAD)
    return hashlib.sha256(f"suket-recovery-v1\0{username}\0{typed}".encode("utf-8", "replace")).digest()


def minutes_to_wait(failures: Sequence[datetime], at: datetime) -> int:
    """How many minutes, rounded up, a user with these failures must wait; 0: not at all.

    From the fifth failure within 15 minutes on, each costs a wait of 1, 2, 4, 8, then always 15
    minutes. After 15 minutes without a failure since the last wait ended it begins anew. A success
    shortens nothing: otherwise whoever guesses would be forgiven with each sign-in of the rightful user.
    """
    waits, until, recent = 0, None, list[datetime]()
    for failure in sorted(failures):
        if until is not None and failure > until + WINDOW:
            waits, until, recent = 0, None, []
        recent = [*(each for each in recent if failure - each <= WINDOW), failure]
        if waits or len(recent) >= FREE_FAILURES:
            until = failure + min(timedelta(minutes=2 ** min(waits, 4)), LONGEST_WAIT)
            waits += 1
    return 0 if until is None else max(0, -((at - until) // timedelta(minutes=1)))


def _bytes_of(password: str) -> bytes:
    # NIST SP 800-63B-4 3.1.1.2: one form for what two keyboards write differently. A lone surrogate can
    # be in no stored password, but must not stop the work either.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _lock_of(secret_key: str, username: str) -> Fernet:
    label = _TOTP_LABEL + b"\x00" + username.encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _refused(code: str, id: str, en: str) -> FieldError:
    return FieldError(Problem("password", code, Text(id, en)))


_TOO_SHORT = (
    f"Kata sandi terlalu pendek; paling sedikit {LEAST_PASSWORD_CHARACTERS} karakter, misalnya beberapa kata.",
    f"The password is too short; at least {LEAST_PASSWORD_CHARACTERS} characters, a few words for instance.",
)
_TOO_LONG = (
    f"Kata sandi terlalu panjang; paling panjang {MOST_PASSWORD_CHARACTERS} karakter.",
    f"The password is too long; at most {MOST_PASSWORD_CHARACTERS} characters.",
)
_UNPRINTABLE = (
    "Kata sandi memuat karakter yang tidak dapat dicetak; ketik ulang.",
    "The password holds characters that cannot be printed; type it again.",
)
_TOO_OBVIOUS = (
    "Kata sandi mudah ditebak (nama pengguna, kata yang lazim atau urutan); pilih beberapa kata lain.",
    "The password is easy to guess (the user name, a common word or a sequence); choose a few other words.",
)
