"""Unusual issuing: rules over what an office issued, and over what programs asked of it. Reads no registry, and judges nobody.

A finding is a question for the auditor, not a verdict: an office that works through a queue of 600 people
on a Saturday before an election is unusual, and right.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from statistics import median
from typing import TypeAlias

from suket_service.errors import Text

#: An hour with fewer letters is no rush, however quiet the hours before it were.
LEAST_IN_AN_HOUR = 20
#: An hour is compared with the days before its own, so that no rush hides itself.
LOOK_BACK = timedelta(days=30)
#: With fewer hours in which anything was issued, nobody can say what is usual.
LEAST_HOURS = 10
TIMES_USUAL = 3
#: One override among ten letters is a chance; three are a habit.
LEAST_OVERRIDES = 3
MOST_OVERRIDES_PERCENT = 5
#: A recording state that changed so shortly before the issue was changed for it.
SOON = timedelta(minutes=10)
#: Mistyped names are a few a day; a program that tries what the register holds is refused again and again.
LEAST_UNCONFIRMED = 10

#: From when until when (exclusive) an office is open, by day of the week, Monday first: 0. A day that is
#: missing is closed.
Opening: TypeAlias = Mapping[int, tuple[time, time]]


class Rule(StrEnum):
    """What makes an issue unusual."""

    OUTSIDE_HOURS = "outside_hours"
    RUSH = "rush"
    OVERRIDES = "overrides"
    FRESH_RECORDING = "fresh_recording"
    UNCONFIRMED = "unconfirmed"


RULES = {
    Rule.OUTSIDE_HOURS: Text(
        "Terbit di luar jam buka kantor, menurut waktu kantor. Hari libur nasional tidak dikenal dan terhitung hari biasa.",
        "Issued outside the office's opening hours, by the office's time. Public holidays are not known and count as ordinary days.",
    ),
    Rule.RUSH: Text(
        f"Dalam satu jam terbit lebih dari {TIMES_USUAL} kali biasanya, dan paling sedikit {LEAST_IN_AN_HOUR} surat. "
        f"Yang biasa: nilai tengah (median) {LOOK_BACK.days} hari sebelumnya, atas jam yang ada terbitannya; "
        f"di bawah {LEAST_HOURS} jam seperti itu tidak dinilai.",
        f"In one hour more than {TIMES_USUAL} times the usual number was issued, and at least {LEAST_IN_AN_HOUR} letters. "
        f"Usual: the median of the {LOOK_BACK.days} days before, over the hours in which anything was issued; "
        f"with fewer than {LEAST_HOURS} such hours nothing is judged.",
    ),
    Rule.OVERRIDES: Text(
        f"Lebih dari {MOST_OVERRIDES_PERCENT} % surat pada satu hari, atau sepanjang periode, terbit dengan pengecualian "
        f"dari daftar penduduk, dan paling sedikit {LEAST_OVERRIDES}.",
        f"More than {MOST_OVERRIDES_PERCENT} % of a day's letters, or of the whole period's, passed over the register, "
        f"and at least {LEAST_OVERRIDES} did.",
    ),
    Rule.FRESH_RECORDING: Text(
        f"Status perekaman orangnya diubah oleh impor kurang dari {SOON // timedelta(minutes=1)} menit sebelum suratnya terbit.",
        f"An import changed the person's recording state less than {SOON // timedelta(minutes=1)} minutes before the letter was issued.",
    ),
    Rule.UNCONFIRMED: Text(
        f"Program instansi meminta surat untuk paling sedikit {LEAST_UNCONFIRMED} orang sehari yang tidak dipastikan "
        "daftar penduduk: salah ketik, atau sedang mencoba-coba isi daftar itu.",
        f"An agency's program asked in one day for at least {LEAST_UNCONFIRMED} people whom the register does not "
        "confirm: mistakes, or somebody tries out what the register holds.",
    ),
}


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """How often on one day an agency's program asked for people whom the register did not confirm."""

    day: date
    program: str  # its account
    requests: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A letter that was issued: which, when, by whom. Names no holder."""

    letter: str
    number: str
    at: datetime
    asked_by: str
    approved_by: str
    overridden: bool


@dataclass(frozen=True, slots=True)
class RecordingChange:
    """An import that gave the holder of an issued letter another recording state."""

    letter: str
    at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to ask about: by which rule, between when, by whom, which letters, and how far off."""

    rule: Rule
    first: datetime  # of the letters, in the office's time
    last: datetime
    people: tuple[str, ...]  # user names
    letters: tuple[Issued, ...]  # oldest first
    measure: Text


@dataclass(frozen=True, slots=True)
class Period:
    """Days of an office, both inclusive, as they are judged."""

    first: date
    last: date
    zone: timezone
    opening: Opening


def outside_hours(letters: Iterable[Issued], period: Period) -> list[Finding]:
    """Letters issued while the office was closed, a finding a day and approver."""
    groups: defaultdict[tuple[date, str], list[Issued]] = defaultdict(list)
    for each in _within(letters, period):
        moment = each.at.astimezone(period.zone)
        if not _is_open(moment, period.opening):
            groups[moment.date(), each.approved_by].append(each)
    return [
        _finding(Rule.OUTSIDE_HOURS, found, period, [approver], _opened(day, period.opening))
        for (day, approver), found in groups.items()
    ]


def rushes(letters: Iterable[Issued], earlier: Iterable[datetime], period: Period) -> list[Finding]:
    """Hours in which far more was issued than usually.

    Args:
        letters: of the period.
        earlier: when each letter of the ``LOOK_BACK`` before the period was issued.
        period: which days are judged.
    """
    hours: defaultdict[datetime, list[Issued]] = defaultdict(list)
    for each in _within(letters, period):
        hours[_hour(each.at, period.zone)].append(each)
    counts = Counter(_hour(at, period.zone) for at in earlier)
    counts.update({hour: len(found) for hour, found in hours.items()})
    findings = []
    for hour, found in hours.items():
        if len(found) < LEAST_IN_AN_HOUR:
            continue
        usual = _usual(counts, hour.date())
        if usual is not None and len(found) > TIMES_USUAL * usual:
            people = [each.approved_by for each in found]
            findings.append(_finding(Rule.RUSH, found, period, people, _beside(len(found), usual)))
    return findings


def overrides(letters: Iterable[Issued], period: Period) -> list[Finding]:
    """Days, and the whole period, in which too many letters passed over the register."""
    days: defaultdict[date, list[Issued]] = defaultdict(list)
    for each in _within(letters, period):
        days[each.at.astimezone(period.zone).date()].append(each)
    stretches = list(days.values())
    if len(stretches) > 1:
        stretches.append([each for found in stretches for each in found])
    findings = []
    for stretch in stretches:
        passed = [each for each in stretch if each.overridden]
        if len(passed) >= LEAST_OVERRIDES and 100 * len(passed) > MOST_OVERRIDES_PERCENT * len(stretch):
            people = [name for each in passed for name in (each.asked_by, each.approved_by)]
            share = _share(len(passed), len(stretch))
            findings.append(_finding(Rule.OVERRIDES, passed, period, people, share))
    return findings


def fresh_recordings(
    letters: Iterable[Issued], changes: Iterable[RecordingChange], period: Period
) -> list[Finding]:
    """Letters whose holder's recording state was changed just before, a finding a day and importer."""
    changed: defaultdict[str, list[RecordingChange]] = defaultdict(list)
    for change in changes:
        changed[change.letter].append(change)
    groups: defaultdict[tuple[date, str], dict[Issued, timedelta]] = defaultdict(dict)
    for each in _within(letters, period):
        for change in changed[each.letter]:
            gap = each.at - change.at
            if timedelta(0) <= gap < SOON:
                group = groups[each.at.astimezone(period.zone).date(), change.imported_by]
                group[each] = min(gap, group.get(each, gap))
    return [
        _finding(
            Rule.FRESH_RECORDING,
            list(gaps),
            period,
            [importer, *(name for each in gaps for name in (each.asked_by, each.approved_by))],
            _shortest(min(gaps.values())),
        )
        for (_, importer), gaps in groups.items()
    ]


def unconfirmed(refusals: Iterable[Unconfirmed], period: Period) -> list[Finding]:
    """Programs that were refused too many people, a finding a day and program. There are no letters to name."""
    return [
        Finding(
            rule=Rule.UNCONFIRMED,
            first=datetime.combine(each.day, time(), period.zone),
            last=datetime.combine(each.day, time(23, 59), period.zone),
            people=(each.program,),
            letters=(),
            measure=_refused(each.requests),
        )
        for each in refusals
        if each.requests >= LEAST_UNCONFIRMED and period.first <= each.day <= period.last
    ]


def can_judge_rushes(earlier: Iterable[datetime], period: Period) -> bool:
    """Whether enough was issued before the period to say what is usual on its first day."""
    return _usual(Counter(_hour(at, period.zone) for at in earlier), period.first) is not None


def newest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order they are read: the latest first, and where they tie by rule."""
    return sorted(findings, key=lambda each: (each.last, each.first, each.rule, each.people), reverse=True)


def _finding(
    rule: Rule, letters: Sequence[Issued], period: Period, people: Iterable[str], measure: Text
) -> Finding:
    return Finding(
        rule=rule,
        first=letters[0].at.astimezone(period.zone),
        last=letters[-1].at.astimezone(period.zone),
        people=tuple(dict.fromkeys(people)),
        letters=tuple(letters),
        measure=measure,
    )


def _within(letters: Iterable[Issued], period: Period) -> list[Issued]:
    """Those of the period, oldest first."""
    found = [
        each for each in letters if period.first <= each.at.astimezone(period.zone).date() <= period.last
    ]
    return sorted(found, key=lambda each: (each.at, each.number))


def _is_open(moment: datetime, opening: Opening) -> bool:
    hours = opening.get(moment.weekday())
    return hours is not None and hours[0] <= moment.time() < hours[1]


def _hour(at: datetime, zone: timezone) -> datetime:
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0)


def _usual(counts: Mapping[datetime, int], day: date) -> float | None:
    compared = [count for hour, count in counts.items() if day - LOOK_BACK <= hour.date() < day and count]
    return median(compared) if len(compared) >= LEAST_HOURS else None


def _opened(day: date, opening: Opening) -> Text:
    hours = opening.get(day.weekday())
    if hours is None:
        return Text("Hari itu kantor tutup.", "The office was closed on that day.")
    first, last = (f"{each:%H.%M}" for each in hours)
    return Text(f"Jam buka hari itu {first}–{last}.", f"Opening hours on that day: {first}–{last}.")


def _beside(count: int, usual: float) -> Text:
    return Text(
        f"{count} surat dalam satu jam; biasanya {_decimal(usual, ',')}.",
        f"{count} letters in one hour; usually {_decimal(usual, '.')}.",
    )


def _share(passed: int, of: int) -> Text:
    percent = 100 * passed / of
    return Text(
        f"{passed} dari {of} surat ({_decimal(percent, ',')} %) dengan pengecualian.",
        f"{passed} of {of} letters ({_decimal(percent, '.')} %) by override.",
    )


def _shortest(gap: timedelta) -> Text:
    minutes = gap // timedelta(minutes=1)
    return Text(
        f"Paling singkat {minutes} menit sebelum terbit."
        if minutes
        else "Kurang dari satu menit sebelum terbit.",
        f"{minutes} minutes before the issue at the shortest."
        if minutes
        else "Less than a minute before the issue.",
    )


def _refused(requests: int) -> Text:
    return Text(
        f"{requests} permintaan ditolak pada hari itu; sebabnya ada di catatan audit.",
        f"{requests} requests were refused on that day; the audit entries say why.",
    )


def _decimal(number: float, point: str) -> str:
    return f"{number:.1f}".removesuffix(".0").replace(".", point)
