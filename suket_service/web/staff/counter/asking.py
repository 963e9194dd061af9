"""The form of a request, as the counter and the drafts share it. Drafts and amends nothing itself."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from itsdangerous import BadSignature, Signer

from suket_service.core import resident as people
from suket_service.core.kind import Kind
from suket_service.core.reason import Reason
from suket_service.core.region import Village
from suket_service.core.resident import MaritalStatus, RecordingState
from suket_service.errors import FieldError
from suket_service.issuing import Application, eligibility
from suket_service.issuing.applying import Counter, read_form
from suket_service.paper import portrait
from suket_service.paper.wording import SEXES
from suket_service.registry import offices
from suket_service.registry.session import Transaction
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.language import say
from suket_service.web.paper_checks import PaperChecks
from suket_service.web.signed_in import signed_in

PICTURE, KEPT, NO_PICTURE = portrait.FIELD, "foto_tersimpan", "tanpa_foto"
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """What a form offers to choose from: value and text of each."""

    kinds: Options
    villages: Options
    reasons: Options
    sexes: Options
    religions: Options
    marital: Options
    citizenships: Options
    blood_types: Options


def choices(tx: Transaction, kinds: Sequence[Kind]) -> Choices:
    """What a request at this office may choose from."""
    villages = offices.villages_of(tx, signed_in().office).values()
    return Choices(
        kinds=[(str(kind.code), kind.title) for kind in kinds],
        villages=[(village.code, _place(village)) for village in sorted(villages, key=_place)],
        reasons=[(reason.value, say(reason.label)) for reason in Reason],
        sexes=_same(SEXES.values()),
        religions=_same(people.RELIGIONS),
        marital=_same(MaritalStatus),
        citizenships=_same(people.CITIZENSHIPS),
        blood_types=[("", "–"), *_same(people.BLOOD_TYPES)],
    )


def kinds_open(tx: Transaction) -> tuple[Kind, ...]:
    """The kinds that this office may issue today, the usual one first."""
    me = signed_in()
    return eligibility.kinds_open(offices.circumstances(tx, me.office.code, me.at))


def reason_of(code: str) -> Reason | None:
    """The reason of that code, if it is one."""
    return next((each for each in Reason if each == code), None)


def usual_reason(state: RecordingState, cards: int | None) -> Reason | None:
    """The reason that fits most people whose recording has come so far; None where a card could be printed."""
    if state is not RecordingState.PRINT_READY_RECORD:
        return Reason.PROCESSING
    return None if cards else Reason.BLANKS


def application(
    form: Form,
    picture: bytes | None,
    kept: bytes | None,
    fixed: Mapping[str, str],
    *,
    in_words: bool = False,
) -> Application:
    """The request that was posted.

    Args:
        form: what was typed.
        picture: a portrait as it came.
        kept: the one that is stored already, where no other has come.
        fixed: fields that are not the form's to say.
        in_words: the reason may stay without a code.

    Raises:
        RequestRefused: as ``applying.read_form``.
    """
    me = signed_in()
    with context().registry.reading() as tx:
        villages = offices.villages_of(tx, me.office)
    counter = Counter(me.office.code, villages, me.today, PaperChecks(me))
    return read_form({**form.values(), **fixed}, picture, counter, form.once, kept=kept, in_words=in_words)


def keep(form: Form, picture: bytes | None, kept: bytes | None) -> str:
    """The portrait as the page carries it on while the rest is mended; "" without one that could be used."""
    if picture is not None and PICTURE not in form.problems:
        try:
            kept = portrait.normalise(picture)
        except FieldError as refused:
            form.refuse(PICTURE, refused.problem.text)
    return "" if kept is None else _signer().sign(b64encode(kept)).decode()


def kept_in(form: Form) -> bytes | None:
    """The portrait that the page carried on, as :func:`keep` signed it."""
    try:
        return b64decode(_signer().unsign(form[KEPT]), validate=True)
    except (BadSignature, NotBase64):
        return None


def _same(values: Iterable[str]) -> Options:
    return [(str(value), str(value)) for value in values]


def _place(village: Village) -> str:
    return f"{village.name}, {village.district}"


def _signer() -> Signer:
    # Whoever could put bytes of their own here would have them stored without being looked through.
    return Signer(context().settings.own_secret_key, salt="kept-portrait", digest_method=sha256)
