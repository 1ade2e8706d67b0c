"""“Any of” finds what “in” finds, whatever kind of column it is asked of."""

from __future__ import annotations

from typing import Any

from gucang.parties.actions import customers
from gucang.parties.models import Customer


def test_any_of_finds_what_in_finds(scope: Any, alice: Any) -> None:
    made = [customers.create(actor=alice, values={"name": f"苏州第{n}公司"}).record for n in range(3)]
    some, none = [made[0].pk, made[2].pk, made[2].pk + 999], [made[2].pk + 999]
    for path, values in (("pk", some), ("id", none), ("owner", [alice.pk]), ("owner_id", none), ("pk", [])):
        wanted = set(Customer.objects.filter(**{f"{path}__in": values}).values_list("pk", flat=True))
        assert set(Customer.objects.filter(**{f"{path}__any_of": values}).values_list("pk", flat=True)) == wanted
    through = (
        Customer.objects.filter(owner__manager__any_of=[alice.pk]),
        Customer.objects.filter(owner__manager__in=[alice.pk]),
    )
    assert set(through[0]) == set(through[1])
    assert not Customer.objects.exclude(owner__any_of=[alice.pk])
