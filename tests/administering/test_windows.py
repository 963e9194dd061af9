"""Issuing windows, on either database: added, closed, and never around letters that are issued."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from suket_service import administering, publishing
from suket_service.core.kind import IssuingWindow
from suket_service.core.trust_bundle import open_bundle
from suket_service.core.verdict import Caution
from suket_service.errors import CallerError, FieldError, NotAllowed, NotFound
from suket_service.issuing import RowStatus
from suket_service.paper.wording import long_date
from suket_service.publishing import TRUST_BUNDLE, Publisher
from suket_service.registry import letters, offices
from suket_service.registry.letters import LetterRecord
from suket_service.registry.session import Registry
from suket_service.verifying import Desk
from tests.administering.test_kinds import NOT_ADMINS, entries
from tests.builders import BASE_URL, HOST, NOON, OFFICE, PASSPHRASE, TODAY, a_row
from tests.conftest import IssueRows

DAY = timedelta(days=1)
WINDOW = IssuingWindow(OFFICE.code, 1, TODAY - 10 * DAY, TODAY + 10 * DAY)


def add(registry: Registry, window: IssuingWindow = WINDOW, by: str = "admin") -> int:
    return administering.add_window(registry, window, by, NOON)


def close(
    registry: Registry, window_id: int, last: date | None = None, by: str = "admin", office: str = OFFICE.code
) -> IssuingWindow:
    return administering.close_window(registry, office, window_id, by, NOON, last)


def windows(registry: Registry) -> tuple[IssuingWindow, ...]:
    with registry.reading() as tx:
        return offices.windows_of(tx, OFFICE.code)


def code_of(refused: pytest.ExceptionInfo[Any]) -> str:
    return str(refused.value.code)


class TestAdding:
    @pytest.mark.parametrize("closes", [TODAY + 10 * DAY, TODAY - 10 * DAY, None])
    def test_a_window_is_kept_and_listed_by_its_id(self, registry: Registry, closes: date | None) -> None:
        window = replace(WINDOW, closes_on=closes)
        window_id = add(registry, window)
        assert administering.list_windows(registry, OFFICE.code) == {window_id: window}

    def test_it_is_part_of_what_the_office_issues_under(self, registry: Registry) -> None:
        add(registry)
        with registry.reading() as tx:
            assert offices.circumstances(tx, OFFICE.code, NOON).windows == (WINDOW,)

    def test_windows_may_overlap(self, registry: Registry) -> None:
        add(registry)
        add(registry)
        assert windows(registry) == (WINDOW, WINDOW)

    def test_it_makes_one_audit_entry(self, registry: Registry) -> None:
        before = entries(registry)
        window_id = add(registry)
        [entry] = entries(registry)[len(before) :]
        days = f'{{"closes_on":"2026-12-02","opens_on":"2026-11-12","window":{window_id}}}'
        assert entry == ("admin", "window.add", "1", days)

    def test_a_last_day_before_the_first_is_refused(self, registry: Registry) -> None:
        with pytest.raises(FieldError) as refused:
            add(registry, replace(WINDOW, closes_on=WINDOW.opens_on - DAY))
        assert code_of(refused) == "closes_before_opens"

    def test_a_window_for_no_kind_is_refused(self, registry: Registry) -> None:
        with pytest.raises(NotFound):
            add(registry, replace(WINDOW, kind=9))

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_adds_one(self, registry: Registry, by: str) -> None:
        with pytest.raises(NotAllowed):
            add(registry, by=by)

    def test_an_administrator_adds_none_for_another_office(self, registry: Registry) -> None:
        with pytest.raises(NotAllowed):
            add(registry, replace(WINDOW, office="2101"))

    @pytest.mark.parametrize(
        ("opens", "closes"), [(TODAY + DAY, None), (TODAY - 9 * DAY, TODAY - DAY)], ids=["later", "earlier"]
    )
    def test_a_first_window_without_the_days_of_letters_issued_is_refused(
        self, registry: Registry, issued: LetterRecord, opens: date, closes: date | None
    ) -> None:
        with pytest.raises(FieldError) as refused:
            add(registry, replace(WINDOW, opens_on=opens, closes_on=closes))
        assert code_of(refused) == "letters_outside"
        assert f"terbit pada {long_date(TODAY)}, di luar" in refused.value.text.id
        assert "on 22 November 2026, outside" in refused.value.text.en
        assert windows(registry) == ()

    def test_letters_of_other_kinds_do_not_count(self, registry: Registry, issued: LetterRecord) -> None:
        add(registry, IssuingWindow(OFFICE.code, 2, TODAY + DAY, None))

    def test_a_second_window_may_be_anywhere(self, registry: Registry, issued: LetterRecord) -> None:
        add(registry)
        add(registry, replace(WINDOW, opens_on=TODAY + 20 * DAY, closes_on=None))


class TestClosing:
    def test_today_is_the_last_day(self, registry: Registry, issued: LetterRecord) -> None:
        window_id = add(registry)
        closed = replace(WINDOW, closes_on=TODAY)
        assert close(registry, window_id) == closed
        assert windows(registry) == (closed,)

    def test_another_last_day_can_be_named(self, registry: Registry) -> None:
        assert close(registry, add(registry), TODAY - DAY).closes_on == TODAY - DAY

    def test_it_is_a_day_of_the_offices_own_calendar(self, registry: Registry) -> None:
        window_id = add(registry, replace(WINDOW, closes_on=None))
        late = NOON.replace(hour=17)  # past midnight in WIB
        closed = administering.close_window(registry, OFFICE.code, window_id, "admin", late)
        assert closed.closes_on == TODAY + DAY

    def test_a_window_that_has_not_opened_never_will_and_the_kind_stays_closed(
        self, registry: Registry
    ) -> None:
        window_id = add(registry, replace(WINDOW, opens_on=TODAY + 5 * DAY))
        closed = close(registry, window_id)
        assert closed.closes_on == closed.opens_on - DAY
        [kind, _] = administering.list_kinds(registry, OFFICE.code, NOON + 7 * DAY)
        assert not kind.is_open

    @pytest.mark.parametrize("last", [None, TODAY + DAY])
    def test_closing_never_prolongs(self, registry: Registry, last: date | None) -> None:
        window_id = add(registry, replace(WINDOW, closes_on=TODAY - DAY))
        with pytest.raises(CallerError) as refused:
            close(registry, window_id, last)
        assert code_of(refused) == "window_closed"
        assert "sudah 21 November 2026." in refused.value.text.id

    def test_a_last_day_before_letters_issued_is_refused(
        self, registry: Registry, issued: LetterRecord
    ) -> None:
        window_id = add(registry)
        with pytest.raises(FieldError) as refused:
            close(registry, window_id, TODAY - DAY)
        assert code_of(refused) == "letters_outside"
        assert windows(registry) == (WINDOW,)

    def test_unless_another_window_holds_them(self, registry: Registry, issued: LetterRecord) -> None:
        window_id = add(registry)
        add(registry)
        close(registry, window_id, TODAY - DAY)

    def test_it_makes_one_audit_entry(self, registry: Registry) -> None:
        window_id = add(registry)
        before = entries(registry)
        close(registry, window_id)
        [(actor, action, subject, details)] = entries(registry)[len(before) :]
        assert (actor, action, subject) == ("admin", "window.close", "1")
        assert '"closes_on":"2026-11-22"' in details

    @pytest.mark.parametrize("by", NOT_ADMINS)
    def test_only_an_administrator_closes_one(self, registry: Registry, by: str) -> None:
        window_id = add(registry)
        with pytest.raises(NotAllowed):
            close(registry, window_id, by=by)

    def test_a_window_of_no_such_number_is_not_found(self, registry: Registry) -> None:
        with pytest.raises(NotFound):
            close(registry, add(registry) + 1)


class TestIssuing:
    def test_outside_its_windows_a_kind_is_refused_and_within_them_issued(
        self, registry: Registry, register: Callable[..., None], issue_rows: IssueRows
    ) -> None:
        add(registry, replace(WINDOW, opens_on=TODAY + DAY, closes_on=TODAY + DAY))
        register(a_row())
        days = []
        for day in range(3):
            [outcome] = issue_rows(a_row(), digest=f"{day:064}", now=lambda day=day: NOON + day * DAY)
            days.append((outcome.status, [each.code for each in outcome.problems]))
        assert days == [
            (RowStatus.REFUSED, ["issuing_closed"]),
            (RowStatus.ISSUED, []),
            (RowStatus.UNCHANGED, []),
        ]

    @pytest.mark.parametrize("add_first", [True, False])
    def test_no_change_of_windows_makes_a_letter_look_issued_outside(
        self, registry: Registry, issued: LetterRecord, add_first: bool
    ) -> None:
        if add_first:
            close(registry, add(registry))
        with registry.reading() as tx:
            text = letters.seal_text(tx, issued.id)
        verdict = Desk(registry, "production", HOST).check_text(text, NOON).verdict
        assert Caution.ISSUED_OUTSIDE_WINDOW not in verdict.cautions

    def test_windows_are_in_the_next_bundle(self, registry: Registry) -> None:
        add(registry)
        publishing.publish(registry, Publisher(PASSPHRASE, BASE_URL, HOST), NOON)
        stored = publishing.stored(registry, TRUST_BUNDLE)
        assert stored is not None
        assert open_bundle(stored.body).bundle.windows == (WINDOW,)
