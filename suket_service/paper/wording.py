"""How a letter puts its facts into Indonesian words. Decides no layout and checks no fact.

Month names stand here and not in a locale database: a letter must read the same after every update.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from suket_service.core.letter import Capacity, Letter, Letterhead
from suket_service.core.resident import Sex

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
SEXES = {Sex.MALE: "LAKI-LAKI", Sex.FEMALE: "PEREMPUAN"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one letter that are not already its facts."""

    nik_groups: tuple[str, ...]  # region, birth date, serial: together the 16 digits
    birth: str
    sex: str
    blood_type: str
    rt_rw: str
    issued_on: str
    valid_until: str | None  # None: until the card is issued
    capacity: str  # "", "Plt.", "Plh." or "a.n."
    posts: tuple[str, ...]  # lines above the signature; the first takes the capacity
    undersigned: str  # the signatory's post inside a sentence
    check_address: str  # "" when the seal has no link


def wording(letter: Letter) -> Wording:
    """The words for that letter."""
    person, head = letter.resident, letter.letterhead
    posts = tuple(line.strip() for line in head.post.splitlines() if line.strip())
    return Wording(
        nik_groups=(person.nik[:6], person.nik[6:12], person.nik[12:]),
        birth=f"{person.birth_place}, {long_date(person.birth_date)}",
        sex=SEXES[person.sex],
        blood_type=person.blood_type or "-",
        rt_rw=rt_rw(person.rt, person.rw),
        issued_on=long_date(letter.issued_on),
        valid_until=long_date(letter.valid_until) if letter.valid_until else None,
        capacity=head.capacity.value,
        posts=posts,
        undersigned=_undersigned(head, posts),
        check_address=check_address(letter.seal_text),
    )


def long_date(day: date) -> str:
    """A date in words: ``17 Agustus 1995``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def rt_rw(rt: int, rw: int) -> str:
    """Neighbourhood numbers as on the card, ``001/002``; ``-`` when there are none."""
    return f"{rt:03d}/{rw:03d}" if rt or rw else "-"


def check_address(seal_text: str) -> str:
    """Where the public checks a letter: host and path without scheme, as people say it; "" for bare digits."""
    link, mark, _ = seal_text.rpartition("#")
    if not mark:
        return ""
    parts = urlsplit(link)
    return f"{parts.netloc}{parts.path}"


def _undersigned(head: Letterhead, posts: tuple[str, ...]) -> str:
    if head.capacity is Capacity.ON_BEHALF and len(posts) > 1:
        return f"{posts[-1]} atas nama {posts[0]}"
    if head.capacity is Capacity.ON_BEHALF:
        return f"atas nama {' '.join(posts)}"
    return f"{head.capacity.value} {' '.join(posts)}".strip()
