"""What has become of the letter at a position: one indexed query, without a word about its holder.

Crosses offices by nature, as a check does.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, and_, bindparam, select

from suket_service.core.letter import LetterState
from suket_service.registry.schema import LetterRow, LostPositionRow, StatusListRow
from suket_service.registry.session import Registry
from suket_service.registry.single_reads import Question


@dataclass(frozen=True, slots=True)
class Standing:
    """The state and dates of a letter on record."""

    state: LetterState
    fingerprint: bytes
    issued_on: date
    sealed_valid_until: date | None
    extended_to: date | None

    @property
    def valid_until(self) -> date | None:
        """The last valid day with an extension; None until the card is issued."""
        return self.extended_to or self.sealed_valid_until


@dataclass(frozen=True, slots=True)
class Position:
    """What stands at a position: a letter on record, nothing, or (``is_lost``) what nobody can tell any more."""

    letter: Standing | None = None
    is_lost: bool = False


_LETTER, _LIST, _LOST = (row.__table__.c for row in (LetterRow, StatusListRow, LostPositionRow))
_INDEX = bindparam("status_index", type_=Integer)
# Built once: building it anew costs more than answering it. All three tables by their own keys.
_STANDING = Question(
    select(
        _LIST.next_index,
        _LIST.closed_at,
        _LETTER.state,
        _LETTER.fingerprint,
        _LETTER.issued_on,
        _LETTER.sealed_valid_until,
        _LETTER.extended_to,
        _LOST.status.label("lost"),
    )
    .select_from(StatusListRow.__table__)
    .join(
        LetterRow.__table__,
        and_(_LETTER.status_list == _LIST.number, _LETTER.status_index == _INDEX),
        isouter=True,
    )
    .join(
        LostPositionRow.__table__,
        and_(_LOST.status_list == _LIST.number, _LOST.status_index == _INDEX),
        isouter=True,
    )
    .where(_LIST.number == bindparam("status_list", type_=Integer))
)


def standing_at(registry: Registry, status_list: int, status_index: int) -> Position:
    """What stands at a position, as far as the registry can tell.

    Raises:
        RegistryError: ``registry_unavailable``.
    """
    row = registry.ask(_STANDING, {"status_list": status_list, "status_index": status_index})
    if row is None:
        return Position()
    next_index, closed_at, state, fingerprint, issued_on, sealed_valid_until, extended_to, lost = row
    if state is None:
        # A restore closed the list: what was given out behind its end may be on paper all the same.
        beyond = closed_at is not None and status_index >= next_index
        return Position(is_lost=lost is not None or beyond)
    return Position(Standing(LetterState(state), fingerprint, issued_on, sealed_valid_until, extended_to))
