"""Leave: who enters it, who sees it and its reason, and who stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gucang.accounts.actions import departments, members
from gucang.accounts.models import Department
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.surface import calendarpage, dated
from gucang.worktime.actions import leave
from gucang.worktime.models import Leave
from gucang.worktime.queries import away, away_among, deputy_hint

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
WEEK = {"begins_on": MONDAY, "ends_on": FRIDAY}


@pytest.fixture
def week_off(scope: Any, alice: Any) -> Leave:
    """Alice is away from Monday to Friday."""
    return leave.create(actor=alice, values={**WEEK, "kind": "sick", "note": "流感"}).record


def test_leave_is_ones_own_unless_it_says_whose(scope: Any, act: Any, alice: Any) -> None:
    assert act(leave.create, **WEEK).record.member == alice


def test_a_manager_enters_the_teams_and_nobody_elses(scope: Any, act: Any, mia: Any, alice: Any, carol: Any) -> None:
    act(leave.create, by=mia, member=alice, **WEEK)
    with pytest.raises(Invalid) as refused:
        leave.create(actor=mia, values={"member": carol, **WEEK})
    assert "member" in refused.value.fields


def test_a_colleagues_leave_is_not_mine_to_enter_or_change(week_off: Leave, bob: Any, alice: Any, mia: Any) -> None:
    with pytest.raises(Invalid):
        leave.create(actor=bob, values={"member": alice, "begins_on": "2026-12-01", "ends_on": "2026-12-01"})
    with pytest.raises(Forbidden):
        leave.edit(week_off, actor=bob, values={"ends_on": MONDAY})
    with pytest.raises(Invalid):
        leave.edit(week_off, actor=alice, values={"member": bob})
    leave.edit(week_off, actor=mia, values={"ends_on": MONDAY})


def test_colleagues_see_that_somebody_is_away_and_not_why(week_off: Leave, alice: Any, bob: Any, mia: Any) -> None:
    kind = records.get("leave")
    seen = {name: permissions.access(member.as_actor(), kind, "kind", week_off) for name, member in
            (("alice", alice), ("bob", bob), ("mia", mia))}  # fmt: skip
    assert seen == {"alice": Access.WRITE, "bob": Access.HIDDEN, "mia": Access.WRITE}
    assert list(kind.query(bob.as_actor())) == [week_off]


def test_days_run_forwards_and_do_not_overlap(week_off: Leave, alice: Any, bob: Any) -> None:
    for values, field in (
        ({"begins_on": FRIDAY, "ends_on": "2026-12-01"}, "begins_on"),
        ({"begins_on": "2026-12-02", "ends_on": "2026-12-01"}, "ends_on"),
        ({"begins_on": "2026-12-02", "ends_on": "2028-12-01"}, "ends_on"),
        ({"begins_on": "2026-12-02", "ends_on": "2026-12-03", "deputy": alice}, "deputy"),
    ):
        with pytest.raises(Invalid) as refused:
            leave.create(actor=alice, values=values)
        assert set(refused.value.fields) == {field}
    leave.create(actor=bob, values=WEEK)
    leave.edit(week_off, actor=alice, values={"ends_on": date(2026, 11, 26)})


def test_half_days_count_and_two_halves_make_a_day(scope: Any, alice: Any) -> None:
    half = {"begins_on": MONDAY, "ends_on": MONDAY}
    morning = leave.create(actor=alice, values={**half, "ends": "morning"}).record
    assert str(morning) == "2026-11-23 ½"
    for refused in ({}, {"ends": "morning"}, {"begins": "afternoon", "ends": "morning"}):
        with pytest.raises(Invalid):
            leave.create(actor=alice, values={**half, **refused})
    rest = leave.create(actor=alice, values={"begins_on": MONDAY, "begins": "afternoon", "ends_on": FRIDAY}).record
    assert str(rest) == "2026-11-23 ½ – 2026-11-27"
    assert away(alice, MONDAY) in (morning, rest)
    with pytest.raises(Invalid):
        leave.edit(rest, actor=alice, values={"begins": "whole"})


def test_who_is_away_is_known_on_each_of_the_days(week_off: Leave, alice: Any, bob: Any) -> None:
    found = [away(alice, day) for day in (date(2026, 11, 22), MONDAY, FRIDAY, date(2026, 11, 28))]
    assert found == [None, week_off, week_off, None]
    assert away_among([alice.pk, bob.pk], MONDAY) == {alice.pk: week_off}
    leave.delete(week_off, actor=alice)
    assert away(alice, MONDAY) is None


def test_the_deputy_is_named_by_the_leave_then_by_the_tree(week_off: Leave, alice: Any, bob: Any, mia: Any) -> None:
    assert deputy_hint(bob, MONDAY) is None
    assert deputy_hint(alice, MONDAY) == mia
    leave.edit(week_off, actor=alice, values={"deputy": bob})
    assert deputy_hint(alice, MONDAY) == bob
    leave.create(actor=bob, values={"begins_on": MONDAY, "ends_on": MONDAY})
    assert deputy_hint(alice, MONDAY) == mia
    assert deputy_hint(alice, FRIDAY) == bob


def test_where_the_manager_is_away_too_the_head_above_is_asked(
    week_off: Leave, alice: Any, mia: Any, carol: Any
) -> None:
    leave.create(actor=mia, values=WEEK)
    assert deputy_hint(alice, MONDAY) is None
    departments.edit(Department.objects.get(name="销售部"), actor=system(), values={"head": carol})
    assert deputy_hint(alice, MONDAY) == carol


def test_who_has_left_stands_in_for_nobody(week_off: Leave, alice: Any, bob: Any, mia: Any) -> None:
    leave.edit(week_off, actor=alice, values={"deputy": bob})
    members.leave(bob, actor=system(), on=clock.today())
    assert deputy_hint(alice, MONDAY) == mia
    with pytest.raises(Invalid):
        leave.create(actor=mia, values={**WEEK, "deputy": bob.pk})


def test_leave_stands_in_the_calendar_on_each_of_its_days(week_off: Leave, bob: Any, alice: Any) -> None:
    middle = calendarpage.Span(date(2026, 11, 25), date(2026, 11, 26))
    kinds = list(dated.of(records.get("leave")))
    mine = calendarpage.entries(alice.as_actor(), kinds, middle, "me").entries
    assert [(entry.day, entry.last) for entry in mine] == [(MONDAY, FRIDAY)]
    others = calendarpage.entries(bob.as_actor(), kinds, middle, "all").entries
    assert [entry.who for entry in others] == ["Alice"]
    assert "病" in mine[0].title
    assert "病" not in others[0].title
    after = calendarpage.Span(date(2026, 11, 28), date(2026, 12, 5))
    assert calendarpage.entries(alice.as_actor(), kinds, after, "me").entries == []


def test_another_companys_leave_is_not_there(other: Company, dan: Any, acme: Company, alice: Any, adam: Any) -> None:
    with company_scope(other):
        theirs = leave.create(actor=dan, values=WEEK).record
    with company_scope(acme):
        assert away_among([dan.pk, alice.pk], MONDAY) == {}
        assert not records.get("leave").query(adam.as_actor()).exists()
        with pytest.raises(NotVisible):
            leave.delete(theirs, actor=adam)
