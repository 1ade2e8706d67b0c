"""The number that a record was given is in the event of its creation, whether it came alone or with others."""

from __future__ import annotations

from typing import Any

from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.models import Event
from gucang.parties.actions import customers


def test_one_by_one_and_in_a_set_the_event_says_which_number_was_given(scope: Any, alice: Any) -> None:
    alone = customers.create(actor=alice, values={"name": "甲公司"})
    assert alone.event.changes["number"] == [None, alone.record.number]
    (row,) = create_many(records.get("customer"), [Row({"name": "乙公司"})], actor=alice)
    assert Event.objects.get(pk=row.event).changes["number"] == [None, row.record.number]


def test_a_number_that_came_with_the_record_is_said_as_it_came(scope: Any, adam: Any) -> None:
    values = {"name": "丙公司", "number": "KH-OLD-7"}
    made = customers.create(actor=adam, values=values, also=("number",))
    assert made.event.changes["number"] == [None, "KH-OLD-7"]


def test_an_edit_says_nothing_of_the_number(scope: Any, alice: Any) -> None:
    record = customers.create(actor=alice, values={"name": "甲公司"}).record
    assert "number" not in customers.edit(record, actor=alice, values={"city": "苏州"}).event.changes
