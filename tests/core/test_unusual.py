"""The rules of unusual issuing: what each finds, what each leaves alone, and that each finds it once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suket_service.core.unusual import (
    LEAST_HOURS,
    LEAST_IN_AN_HOUR,
    LEAST_OVERRIDES,
    LOOK_BACK,
    MOST_OVERRIDES_PERCENT,
    SOON,
    TIMES_USUAL,
    Issued,
    Period,
    RecordingChange,
    Rule,
    can_judge_rushes,
    fresh_recordings,
    newest_first,
    outside_hours,
    overrides,
    rushes,
)

WIB = timezone(timedelta(hours=7))
WEEKDAYS = dict.fromkeys(range(5), (time(7, 30), time(16)))
MONDAY, FRIDAY, SATURDAY = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 21)
PERIOD = Period(MONDAY, SATURDAY, WIB, WEEKDAYS)
HOUR = timedelta(hours=1)


def at(day: date, clock: str) -> datetime:
    """That moment by the office's clock, as the registry stores it."""
    return datetime.combine(day, time.fromisoformat(clock), WIB).astimezone(UTC)


def a_letter(moment: datetime, serial: int = 1, **changes: object) -> Issued:
    letter = Issued(f"{serial:032x}", f"471.13/{serial:04d}", moment, "operator", "kepala", overridden=False)
    return replace(letter, **changes)  # type: ignore[arg-type]


def many(count: int, moment: datetime, first: int = 1, **changes: object) -> list[Issued]:
    return [a_letter(moment, first + step, **changes) for step in range(count)]


def usual_hours(hours: int, of: int, before: date = MONDAY) -> list[datetime]:
    """That many hours before a day, each with so many letters."""
    start = at(before, "00:30") - LOOK_BACK / 2
    return [start + step * HOUR for step in range(hours) for _ in range(of)]


@st.composite
def issued_letters(draw: st.DrawFn) -> list[Issued]:
    moments = draw(
        st.lists(
            st.datetimes(datetime(2026, 11, 14), datetime(2026, 11, 24), timezones=st.just(UTC)), max_size=60
        )
    )
    return [
        a_letter(
            moment,
            serial,
            approved_by=draw(st.sampled_from(["kepala", "wakil"])),
            overridden=draw(st.booleans()),
        )
        for serial, moment in enumerate(moments)
    ]


# --- outside opening hours ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clock", "is_found"),
    [
        (FRIDAY, "07:29:59", True),
        (FRIDAY, "07:30", False),
        (FRIDAY, "12:00", False),
        (FRIDAY, "15:59:59", False),
        (FRIDAY, "16:00", True),
        (FRIDAY, "23:59", True),
        (FRIDAY, "00:00", True),
        (SATURDAY, "12:00", True),
    ],
)
def test_a_letter_counts_by_the_offices_own_clock(day: date, clock: str, is_found: bool) -> None:
    assert bool(outside_hours([a_letter(at(day, clock))], PERIOD)) is is_found


def test_the_same_instant_is_late_in_the_east_and_in_time_in_the_west() -> None:
    letter = a_letter(at(FRIDAY, "15:30"))
    east = replace(PERIOD, zone=timezone(timedelta(hours=9)))
    assert (outside_hours([letter], PERIOD), len(outside_hours([letter], east))) == ([], 1)


def test_a_finding_names_the_approver_the_letters_and_the_hours_of_that_day() -> None:
    letters = [a_letter(at(FRIDAY, "20:15"), 2), a_letter(at(FRIDAY, "19:00"), 1)]
    [finding] = outside_hours(letters, PERIOD)
    assert (finding.rule, finding.people) == (Rule.OUTSIDE_HOURS, ("kepala",))
    assert [each.number for each in finding.letters] == ["471.13/0001", "471.13/0002"]
    assert (finding.first.isoformat(), finding.last.isoformat()) == (
        "2026-11-20T19:00:00+07:00",
        "2026-11-20T20:15:00+07:00",
    )
    assert finding.measure.en == "Opening hours on that day: 07.30–16.00."


def test_a_closed_day_says_so() -> None:
    [finding] = outside_hours([a_letter(at(SATURDAY, "10:00"))], PERIOD)
    assert finding.measure.en == "The office was closed on that day."


def test_days_and_approvers_are_told_apart() -> None:
    letters = [
        a_letter(at(FRIDAY, "20:00"), 1),
        a_letter(at(FRIDAY, "20:00"), 2, approved_by="wakil"),
        a_letter(at(SATURDAY, "20:00"), 3),
    ]
    assert [(len(each.letters), each.people) for each in outside_hours(letters, PERIOD)] == [
        (1, ("kepala",)),
        (1, ("wakil",)),
        (1, ("kepala",)),
    ]


@given(issued_letters())
def test_every_letter_outside_hours_is_found_once_and_no_other(letters: list[Issued]) -> None:
    found = [each.letter for finding in outside_hours(letters, PERIOD) for each in finding.letters]
    outside = [
        each.letter
        for each in letters
        for local in [each.at.astimezone(WIB)]
        if MONDAY <= local.date() <= SATURDAY
        and not (local.weekday() < 5 and time(7, 30) <= local.time() < time(16))
    ]
    assert sorted(found) == sorted(outside)


@given(issued_letters())
def test_an_office_that_never_closes_issues_nothing_outside_hours(letters: list[Issued]) -> None:
    always = replace(PERIOD, opening=dict.fromkeys(range(7), (time.min, time.max)))
    assert outside_hours(letters, always) == []


# --- rushes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "is_found"), [(30, False), (31, True)])
def test_a_rush_is_more_than_three_times_the_median(count: int, is_found: bool) -> None:
    earlier = usual_hours(LEAST_HOURS, of=10)
    assert bool(rushes(many(count, at(FRIDAY, "10:05")), earlier, PERIOD)) is is_found


@pytest.mark.parametrize(("count", "is_found"), [(LEAST_IN_AN_HOUR - 1, False), (LEAST_IN_AN_HOUR, True)])
def test_few_letters_beside_almost_none_are_no_rush(count: int, is_found: bool) -> None:
    earlier = usual_hours(LEAST_HOURS, of=1)
    assert bool(rushes(many(count, at(FRIDAY, "10:05")), earlier, PERIOD)) is is_found


def test_without_enough_hours_to_compare_nothing_is_judged() -> None:
    earlier = usual_hours(LEAST_HOURS - 1, of=1)
    assert rushes(many(500, at(FRIDAY, "10:05")), earlier, PERIOD) == []
    assert not can_judge_rushes(earlier, PERIOD)
    assert can_judge_rushes(usual_hours(LEAST_HOURS, of=1), PERIOD)


def test_hours_without_any_letter_do_not_lower_the_median() -> None:
    # Ten hours of 10 letters in thirty days: over all 720 hours the median would be 0.
    assert rushes(many(30, at(FRIDAY, "10:05")), usual_hours(LEAST_HOURS, of=10), PERIOD) == []


def test_what_lies_more_than_thirty_days_back_is_not_compared() -> None:
    long_ago = [moment - LOOK_BACK for moment in usual_hours(LEAST_HOURS, of=1)]
    assert rushes(many(500, at(MONDAY, "10:05")), long_ago, PERIOD) == []


def test_a_rush_that_lasts_all_day_does_not_hide_itself() -> None:
    day = [each for hour in range(8, 16) for each in many(100, at(FRIDAY, f"{hour:02d}:05"), hour * 1000)]
    assert len(rushes(day, usual_hours(LEAST_HOURS, of=10), PERIOD)) == 8


def test_two_halves_of_a_rush_in_two_hours_are_two_hours() -> None:
    halves = many(20, at(FRIDAY, "10:59")) + many(20, at(FRIDAY, "11:00"), 100)
    assert rushes(halves, usual_hours(LEAST_HOURS, of=10), PERIOD) == []


def test_a_rush_says_how_many_and_how_many_are_usual() -> None:
    earlier = usual_hours(LEAST_HOURS // 2, of=4) + [
        moment - timedelta(days=7) for moment in usual_hours(LEAST_HOURS // 2, of=5)
    ]
    [finding] = rushes(many(40, at(FRIDAY, "10:05")), earlier, PERIOD)
    assert finding.measure.en == "40 letters in one hour; usually 4.5."
    assert finding.measure.id == "40 surat dalam satu jam; biasanya 4,5."
    assert (finding.first.hour, len(finding.letters), finding.people) == (10, 40, ("kepala",))


@given(
    counts=st.lists(st.integers(1, 60), min_size=LEAST_HOURS, max_size=40),
    burst=st.integers(1, 200),
)
def test_a_rush_is_found_exactly_where_both_bounds_are_passed(counts: list[int], burst: int) -> None:
    start = at(MONDAY, "00:30") - LOOK_BACK / 2
    earlier = [start + step * HOUR for step, count in enumerate(counts) for _ in range(count)]
    found = rushes(many(burst, at(FRIDAY, "10:05")), earlier, PERIOD)
    assert bool(found) is (burst >= LEAST_IN_AN_HOUR and burst > TIMES_USUAL * median(counts))


@given(counts=st.lists(st.integers(1, 30), min_size=LEAST_HOURS, max_size=20), more=st.integers(1, 5))
def test_an_office_that_is_always_busier_has_fewer_rushes(counts: list[int], more: int) -> None:
    start = at(MONDAY, "00:30") - LOOK_BACK / 2

    def found(add: int) -> int:
        earlier = [start + step * HOUR for step, count in enumerate(counts) for _ in range(count + add)]
        return len(rushes(many(60, at(FRIDAY, "10:05")), earlier, PERIOD))

    assert found(more) <= found(0)


# --- overrides ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("others", "is_found"), [(57, False), (56, True)])
def test_overrides_are_too_many_above_five_percent(others: int, is_found: bool) -> None:
    noon = at(FRIDAY, "12:00")
    letters = many(3, noon, overridden=True) + many(others, noon, 100)
    assert bool(overrides(letters, PERIOD)) is is_found


@pytest.mark.parametrize(("count", "is_found"), [(LEAST_OVERRIDES - 1, False), (LEAST_OVERRIDES, True)])
def test_one_or_two_overrides_are_no_habit(count: int, is_found: bool) -> None:
    assert bool(overrides(many(count, at(FRIDAY, "12:00"), overridden=True), PERIOD)) is is_found


def test_one_override_a_day_is_found_over_the_period() -> None:
    letters = [
        each
        for step in range(5)
        for moment in [at(MONDAY + timedelta(days=step), "12:00")]
        for each in (a_letter(moment, step, overridden=True), *many(9, moment, 100 + 10 * step))
    ]
    [finding] = overrides(letters, PERIOD)
    assert len(finding.letters) == 5
    assert finding.measure.id == "5 dari 50 surat (10 %) dengan pengecualian."
    assert (finding.first.date(), finding.last.date()) == (MONDAY, FRIDAY)
    assert finding.people == ("operator", "kepala")


def test_only_the_letters_by_override_are_named() -> None:
    noon = at(FRIDAY, "12:00")
    letters = many(3, noon, overridden=True) + many(10, noon, 100)
    [finding] = overrides(letters, PERIOD)
    assert all(each.overridden for each in finding.letters)


@given(issued_letters())
def test_no_day_with_too_many_overrides_is_left_out(letters: list[Issued]) -> None:
    days: dict[date, list[Issued]] = {}
    for each in letters:
        day = each.at.astimezone(WIB).date()
        if MONDAY <= day <= SATURDAY:
            days.setdefault(day, []).append(each)
    wanted = {
        day
        for day, found in days.items()
        for passed in [sum(each.overridden for each in found)]
        if passed >= LEAST_OVERRIDES and passed / len(found) > MOST_OVERRIDES_PERCENT / 100
    }
    found = overrides(letters, PERIOD)
    assert wanted <= {each.first.date() for each in found}
    assert len(found) <= len(wanted) + 1


# --- recording states changed just before ------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "is_found"),
    [
        (timedelta(0), True),
        (timedelta(minutes=9, seconds=59), True),
        (SOON, False),
        (timedelta(seconds=-1), False),
    ],
)
def test_a_recording_is_fresh_for_ten_minutes(before: timedelta, is_found: bool) -> None:
    letter = a_letter(at(FRIDAY, "12:00"))
    change = RecordingChange(letter.letter, letter.at - before, "admin")
    assert bool(fresh_recordings([letter], [change], PERIOD)) is is_found


def test_a_finding_names_who_imported_first_and_then_the_two_who_issued() -> None:
    letter = a_letter(at(FRIDAY, "12:00"))
    change = RecordingChange(letter.letter, letter.at - timedelta(minutes=4, seconds=30), "admin")
    [finding] = fresh_recordings([letter], [change], PERIOD)
    assert finding.people == ("admin", "operator", "kepala")
    assert finding.measure.en == "4 minutes before the issue at the shortest."


def test_a_letter_whose_holder_was_changed_twice_is_named_once() -> None:
    letter = a_letter(at(FRIDAY, "12:00"))
    changes = [
        RecordingChange(letter.letter, letter.at - timedelta(minutes=minutes), "admin") for minutes in (8, 2)
    ]
    [finding] = fresh_recordings([letter], changes, PERIOD)
    assert (finding.letters, finding.measure.en) == (
        (letter,),
        "2 minutes before the issue at the shortest.",
    )


@given(issued_letters(), st.lists(st.integers(-1200, 1200), max_size=60))
def test_every_fresh_recording_is_found_once_and_no_other(letters: list[Issued], seconds: list[int]) -> None:
    changes = [
        RecordingChange(letter.letter, letter.at - timedelta(seconds=before), "admin")
        for letter, before in zip(letters, seconds, strict=False)
    ]
    found = [
        each.letter for finding in fresh_recordings(letters, changes, PERIOD) for each in finding.letters
    ]
    wanted = [
        letter.letter
        for letter, before in zip(letters, seconds, strict=False)
        if 0 <= before < 600 and MONDAY <= letter.at.astimezone(WIB).date() <= SATURDAY
    ]
    assert sorted(found) == sorted(wanted)


# --- all of them -------------------------------------------------------------------------------


@given(issued_letters(), st.randoms(use_true_random=False))
def test_the_order_in_which_letters_are_read_changes_no_finding(
    letters: list[Issued], random: object
) -> None:
    shuffled = list(letters)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for rule in (outside_hours, overrides):
        assert newest_first(rule(letters, PERIOD)) == newest_first(rule(shuffled, PERIOD))


@given(issued_letters())
def test_a_finding_lies_within_the_period(letters: list[Issued]) -> None:
    for finding in [*outside_hours(letters, PERIOD), *overrides(letters, PERIOD)]:
        assert MONDAY <= finding.first.date() <= finding.last.date() <= SATURDAY
        assert (finding.first, finding.last) == (finding.letters[0].at, finding.letters[-1].at)


def test_without_letters_nothing_is_unusual() -> None:
    changes = [RecordingChange("1" * 32, at(FRIDAY, "12:00"), "admin")]
    found = (
        outside_hours([], PERIOD),
        rushes([], usual_hours(20, of=5), PERIOD),
        overrides([], PERIOD),
        fresh_recordings([], changes, PERIOD),
    )
    assert found == ([], [], [], [])


def test_the_latest_finding_is_read_first() -> None:
    letters = [a_letter(at(MONDAY, "20:00"), 1), a_letter(at(FRIDAY, "20:00"), 2)]
    assert [each.first.date() for each in newest_first(outside_hours(letters, PERIOD))] == [FRIDAY, MONDAY]
