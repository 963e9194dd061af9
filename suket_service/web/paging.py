"""Long lists a page at a time: which page was asked for, and what stands on it. Reads no list itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from suket_service.web.forms import page_number

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of a list."""

    page: int
    pages: int  # at least one
    size: int  # rows of a whole page

    @property
    def offset(self) -> int:
        """The rows on the pages before it."""
        return (self.page - 1) * self.size

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows that stand on it, out of all of the list."""
        return rows[self.offset : self.offset + self.size]


def paged(count: int, size: int) -> Paged:
    """The page that was asked for of a list of so many rows; beyond its end the last one."""
    pages = max(1, -(-count // size))
    return Paged(min(page_number(), pages), pages, size)
