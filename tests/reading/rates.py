"""How many frames of worn letters the scanner's decoder reads: the table of kinds and profiles.

One **read** is one frame looked at as a live scan looks at two in a row: once plain, once closer (the middle,
enlarged and sharpened). It counts when either look shows the letter's text. A live scan makes several such
reads a second, each of another frame, so an officer waits longer only where this says "rarely".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.reading.frames import KINDS, frame
from tests.reading.lens import PROFILES
from tests.reading.scanner_page import ScannerPage

FRAMES_OF_A_KIND = 20
GOALS = {"mid": 0.95, "harsh": 0.75}
READ = [0, 1]  # the turns of a live scan that make one read
HEADINGS = {"mid": "mid (1080p, 12 px/mm)", "harsh": "harsh (720p, 8 px/mm)"}


@dataclass(frozen=True)
class Rate:
    """Of so many frames of that kind and profile: how many were read plain, and in either look; the wrong texts."""

    kind: str
    profile: str
    frames: int
    plain: int
    either: int
    wrong: int


def measured(scanner: ScannerPage, seeds: Sequence[int], kinds: Iterable[str] = KINDS) -> Iterator[Rate]:
    """Rate after rate, kind by kind."""
    for kind in kinds:
        for profile in PROFILES:
            yield _rate(scanner, kind, profile, seeds)


def _rate(scanner: ScannerPage, kind: str, profile: str, seeds: Sequence[int]) -> Rate:
    plain = either = wrong = 0
    for seed in seeds:
        seen = frame(kind, profile, seed)
        looks = scanner.looks(seen.jpeg, READ)
        plain += seen.text in looks[0]
        either += any(seen.text in texts for texts in looks)
        wrong += sum(text != seen.text for texts in looks for text in texts)
    return Rate(kind, profile, len(seeds), plain, either, wrong)


def whole(rates: Iterable[Rate], profile: str) -> float:
    """The share of all frames of that profile that were read."""
    mine = [rate for rate in rates if rate.profile == profile]
    return sum(rate.either for rate in mine) / sum(rate.frames for rate in mine)


def table(rates: Sequence[Rate]) -> str:
    """Kinds by profiles, as Markdown: percent read (percent read by the plain look alone)."""
    lines = [f"| what happened | {' | '.join(HEADINGS.values())} |", "|---|---|---|"]
    lines += [
        f"| {kind} | {' | '.join(_cell(rates, profile, kind) for profile in HEADINGS)} |"
        for kind in dict.fromkeys(rate.kind for rate in rates)
    ]
    lines.append(f"| **all** | {' | '.join(f'**{_cell(rates, profile)}**' for profile in HEADINGS)} |")
    lines.append(f"| wrong texts | {' | '.join(str(_wrong(rates, profile)) for profile in HEADINGS)} |")
    return "\n".join(lines)


def _cell(rates: Sequence[Rate], profile: str, kind: str | None = None) -> str:
    mine = [each for each in rates if each.profile == profile and kind in {None, each.kind}]
    frames = sum(each.frames for each in mine)
    either, plain = (sum(getattr(each, name) for each in mine) / frames for name in ("either", "plain"))
    return f"{either:.0%} ({plain:.0%})" if kind else f"{either:.1%} ({plain:.1%})"


def _wrong(rates: Sequence[Rate], profile: str) -> int:
    return sum(each.wrong for each in rates if each.profile == profile)
