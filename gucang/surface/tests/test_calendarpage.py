"""Which days a view shows, what an address means, and which declarations are refused: no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from gucang.kernel import checks, records
from gucang.kernel.records import Calendar
from gucang.surface import calendarpage
from gucang.surface.calendarpage import MOST_DAYS, VIEWS, WHOSE, Looking, beside, day_in, span_of
from gucang.surface.dated import Dated

days = st.dates(date(1970, 2, 1), date(2199, 10, 31))
views = st.sampled_from(VIEWS)


@given(views, days)
def test_a_view_shows_the_day_it_is_on_and_at_most_six_weeks(view: str, day: date) -> None:
    span = span_of(view, day)
    assert span.first <= day <= span.last
    assert len(span.days) == {"month": 42, "day": 1}.get(view, 7) <= MOST_DAYS
    if view != "day":
        assert span.first.weekday() == 0


@given(views, days)
def test_a_month_shows_the_whole_of_it(view: str, day: date) -> None:
    span = span_of("month", day)
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    assert span.first <= first
    assert last <= span.last


@given(views, days)
def test_a_step_on_and_back_leads_where_one_was_and_leaves_no_day_out(view: str, day: date) -> None:
    on = beside(view, day, 1)
    back = beside(view, on, -1)
    if view == "month":
        assert (back.year, back.month) == (day.year, day.month)
        assert (on.year * 12 + on.month) - (day.year * 12 + day.month) == 1
    else:
        assert back == day
        assert span_of(view, on).first == span_of(view, day).until


@given(views, st.sampled_from(WHOSE), st.lists(st.sampled_from(["task", "opportunity"]), unique=True), days)
def test_an_address_means_what_made_it(view: str, whose: str, kinds: list[str], on: date) -> None:
    looking = Looking(view, on, whose, tuple(kinds))
    assert Looking.of(QueryDict(looking.query().removeprefix("?")), {"task", "opportunity", "follow_up"}) == looking


@given(st.text(max_size=12) | st.dates().map(str))
def test_any_text_is_a_day_near_enough_or_none(text: str) -> None:
    day = day_in(text)
    assert day is None or day.year in calendarpage.YEARS


def test_an_address_edited_by_hand_falls_back_to_today_and_ones_own() -> None:
    params = QueryDict("view=decade&on=9999-99-99&whose=boss&kinds=customer,task,task&more=1")
    looking = Looking.of(params, {"task", "opportunity"})
    assert (looking.view, looking.whose, looking.kinds) == ("", "me", ("task",))


def test_switching_the_last_kind_off_shows_all_again() -> None:
    kinds = [Dated(kind, Calendar(title=(), on="due_on")) for kind in map(records.get, ("task", "opportunity"))]
    task, deal = kinds
    every = Looking("", date(2026, 11, 22), "me", ())
    without = replace(every, kinds=every.toggled(task, kinds))
    assert without.kinds == ("opportunity",)
    assert without.toggled(deal, kinds) == ()
    assert without.toggled(task, kinds) == ()


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        (Calendar(title=("title",)), "neither a day"),
        (Calendar(title=("title",), on="due_at"), "'due_at', which is no date"),
        (Calendar(title=("title",), at="title"), "'title', which is no moment"),
        (Calendar(title=("nothing",), on="due_on"), "title names 'nothing'"),
        (Calendar(title=("title",), on="due_on", about="due_on"), "'due_on', which is no reference"),
        (Calendar(title=("title",), on="due_on", move="fly"), "'fly', which is none of its verbs"),
        (Calendar(title=("title",), on="due_on", move="complete"), "no date parameter `to`"),
        (Calendar(title=("title",), at="done_at", move="edit"), "'done_at', which is not in its form"),
        (Calendar(title=("title",), on="due_on", tone="pink"), "tone 'pink'"),
    ],
)
def test_a_declaration_that_names_what_is_not_there_is_refused(calendar: Calendar, said: str) -> None:
    wrong: Any = replace(records.get("task"), calendar=calendar)
    problems = list(checks._declaration_problems(wrong))
    assert len(problems) == 1, problems
    assert said in problems[0]


def test_a_calendar_cannot_offer_what_nobody_can_make() -> None:
    calendar = Calendar(title=("title",), on="due_on", offered=True)
    wrong: Any = replace(records.get("task"), create=None, calendar=calendar)
    assert any("offers to make one" in said for said in checks._declaration_problems(wrong))


def test_another_verb_that_takes_a_day_may_move_it() -> None:
    right: Any = replace(records.get("task"), calendar=Calendar(title=("title",), on="due_on", move="postpone"))
    assert list(checks._declaration_problems(right)) == []
