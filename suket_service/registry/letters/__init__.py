"""Letters: written, found again, numbered. Decides nothing and signs nothing."""

from suket_service.registry.letters.finding import (
    as_printed,
    by_id,
    by_ids,
    by_number,
    by_request_keys,
    events,
    no_letter,
    open_letters_of,
    seal_text,
    search,
)
from suket_service.registry.letters.numbers import last_issue, series, take_serials
from suket_service.registry.letters.records import (
    Draft,
    Event,
    LetterRecord,
    NewEvent,
    NewLetter,
    Placement,
    person_of,
    person_values,
    portrait_key,
)
from suket_service.registry.letters.writing import add, add_events, add_printing, close, place, set_approved

__all__ = [
    "Draft",
    "Event",
    "LetterRecord",
    "NewEvent",
    "NewLetter",
    "Placement",
    "add",
    "add_events",
    "add_printing",
    "as_printed",
    "by_id",
    "by_ids",
    "by_number",
    "by_request_keys",
    "close",
    "events",
    "last_issue",
    "no_letter",
    "open_letters_of",
    "person_of",
    "person_values",
    "place",
    "portrait_key",
    "seal_text",
    "search",
    "series",
    "set_approved",
    "take_serials",
]
