"""An election and its polling stations, as a verifier must know them. Knows no letter and no device."""

from dataclasses import dataclass
from datetime import datetime

from suket_service.core.neighbourhood import neighbourhood


@dataclass(frozen=True, slots=True)
class ElectionFacts:
    """One election in one office's area; moments are aware, ``closes_at`` is the first after the polls."""

    id: int
    office: str
    name: str
    opens_at: datetime
    closes_at: datetime
    issuing_closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether the polls are open at that moment."""
        return self.opens_at <= at < self.closes_at


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A polling station. ``neighbourhoods``: ``001/003`` each, RT first; none means the whole village."""

    id: int
    code: str
    village: str
    neighbourhoods: tuple[str, ...]

    def serves(self, rt: int, rw: int) -> bool:
        """Whether people of that RT and RW of its village are to come here."""
        return not self.neighbourhoods or neighbourhood(rt, rw) in self.neighbourhoods
