"""The letter itself given to its holder, or to someone who came for them. Changes neither state nor validity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from suket_service.core.letter import STATE_NAMES, LetterState, Receiver
from suket_service.core.resident import parse_name, parse_text
from suket_service.errors import FieldError, Problem, RequestRefused, Text, WrongState
from suket_service.registry import audit, letters, staff
from suket_service.registry.audit import Entry
from suket_service.registry.letters import HandOver, LetterRecord, NewEvent, Printings, Thing
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role

#: What the letter's history calls it.
HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Collector:
    """Who came to the counter. A proxy is named, with their tie to the holder."""

    receiver: Receiver
    proxy_name: str | None = None
    proxy_relation: str | None = None


def hand_over(
    registry: Registry, office: str, letter: str, collector: Collector, by: str, at: datetime
) -> LetterRecord:
    """Record that a letter was given out: once, and again only after it was printed again.

    Raises:
        RequestRefused: ``proxy_missing`` and what a name may not hold, by field.
        WrongState: not an issued letter, or ``handed_over_already``.
        NotFound, NotAllowed.
    """
    collector = require_collector(collector)
    with registry.writing() as tx:
        staff.require_member(tx, by, office, Role.OPERATOR, Role.APPROVER)
        record = letters.by_id(tx, office, letter)
        require_in_hand(
            record, letters.hand_overs(tx, letter), letters.printings_of(tx, [letter]).get(letter)
        )
        letters.add_letter_hand_over(
            tx, letter, collector.receiver, collector.proxy_name, collector.proxy_relation, by, at
        )
        letters.add_events(tx, [NewEvent(letter, at, by, HAND_OVER)])
        details = {"to": collector.receiver.value}
        audit.append_all(tx, [Entry(at, by, "letter.hand_over", record.number or letter, office, details)])
        return record


def require_in_hand(record: LetterRecord, given: Sequence[HandOver], printed: Printings | None) -> None:
    """Refuse a letter of which the office holds no paper to give.

    Raises:
        WrongState: not an issued letter, or ``handed_over_already``.
    """
    if record.state is not LetterState.ISSUED:
        raise WrongState("wrong_state", _not_issued(record.state), record.state.value)
    before = [each.at for each in given if each.thing is Thing.LETTER]
    if before and (printed is None or printed.last_at <= max(before)):
        raise WrongState("handed_over_already", _ALREADY, record.state.value)


def require_collector(collector: Collector) -> Collector:
    """Who came, as it is kept: nothing of a proxy where the holder came.

    Raises:
        RequestRefused: ``proxy_missing`` and what a name may not hold, by field.
    """
    if collector.receiver is Receiver.HOLDER:
        return Collector(Receiver.HOLDER)
    problems: list[Problem] = []
    name = _read("proxy_name", collector.proxy_name, parse_name, problems)
    relation = _read("proxy_relation", collector.proxy_relation, parse_text, problems)
    if problems:
        raise RequestRefused(problems)
    return Collector(Receiver.PROXY, name, relation)


def _read(
    field: str, text: str | None, parse: Callable[[str, str], str], problems: list[Problem]
) -> str | None:
    try:
        return parse(text or "", field)
    except FieldError as error:
        missing = not (text or "").strip()
        problems.append(Problem(field, "proxy_missing", _MISSING[field]) if missing else error.problem)
        return None


def _not_issued(state: LetterState) -> Text:
    name = STATE_NAMES[state]
    return Text(
        f"Surat ini berstatus {name.id}; yang diserahkan hanya surat yang sudah terbit.",
        f"This letter is {name.en}; only an issued letter is handed over.",
    )


_ALREADY = Text(
    "Surat ini sudah diserahkan. Cetak ulang dahulu bila pemegangnya memerlukan lembar yang baru.",
    "This letter was handed over already. Print it again first if its holder needs a new sheet.",
)
_MISSING = {
    "proxy_name": Text("Sebutkan nama yang mewakili pemegang.", "Name the proxy."),
    "proxy_relation": Text(
        "Sebutkan hubungan yang mewakili dengan pemegang, misalnya anak kandung.",
        "Say how the proxy is related to the holder, for example their child.",
    ),
}
