"""Own fields are made, changed, put in order, retired and brought back; what records hold stays throughout."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.customfields import actions, queries
from gucang.kernel import permissions, records, search
from gucang.kernel.actors import Access, FieldRule, as_actor, system
from gucang.kernel.custom import options, read, specs_for
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import CustomField, Event, FieldValue, FieldWork
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import Stage
from gucang.surface import filters

pytestmark = pytest.mark.usefixtures("scope")


def make(**values: Any) -> CustomField:
    given = {"record_type": "customer", "kind": "text", "label_zh": "规模"} | values
    made: CustomField = actions.create(actor=system(), values=given).record
    return made


def customer(actor: Any, **values: Any) -> Customer:
    given = {"name": "谷仓科技"} | {name.replace("__", "."): value for name, value in values.items()}
    made: Customer = customers.create(actor=actor, values=given).record
    return made


def found(actor: Any, **params: str) -> list[str]:
    """The names of the customers that a list with these filters shows."""
    given = {name.replace("own__", "extra."): value for name, value in params.items()}
    result = filters.parse(records.get("customer"), as_actor(actor), given)
    assert result.problems == {}
    return sorted(result.query.values_list("name", flat=True))


def test_a_field_gets_a_short_name_from_its_label() -> None:
    assert make(label_zh="客户规模").key == "kehuguimo"
    assert make(label_zh="客户规模").key == "kehuguimo_2"
    assert make(label_zh="成本", label_en="Unit cost").key == "unit_cost"
    names = [spec.name for spec in specs_for("customer")]
    assert names == ["extra.kehuguimo", "extra.kehuguimo_2", "extra.unit_cost"]


def test_only_an_administrator_makes_fields(alice: Member, adam: Member) -> None:
    values = {"record_type": "customer", "kind": "text", "label_zh": "规模"}
    with pytest.raises(Forbidden):
        actions.create(actor=alice, values=values)
    assert actions.create(actor=adam, values=values).event is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"record_type": "role"}, "record_type"),
        ({"record_type": "nothing"}, "record_type"),
        ({"kind": "wish"}, "kind"),
        ({"key": "Größe"}, "key"),
        ({"kind": "choice"}, "options"),
        ({"kind": "choice", "options": "大\n大"}, "options"),
        ({"kind": "choice", "options": "大 | Large | pink"}, "options"),
        ({"kind": "reference", "target": "moon"}, "target"),
        ({"kind": "formula", "formula": "[moon] + 1"}, "formula"),
        ({"kind": "decimal", "places": 9}, "places"),
        ({"kind": "date", "default": "someday"}, "default"),
        ({"kind": "choice", "options": "大", "default": "小"}, "default"),
        ({"show_field": "name"}, "show_field"),
        ({"show_field": "kind", "show_values": ["alien"]}, "show_values"),
        ({"required_in": ["moon"]}, "required_in"),
        ({"section": "@77"}, "section"),
    ],
)
def test_a_field_that_means_nothing_is_refused_beside_what_is_wrong(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        make(**wrong)
    assert list(problem.value.fields) == [field]
    assert not CustomField.objects.exists()


def test_the_kind_and_the_short_name_stay(alice: Member) -> None:
    field = make(key="size")
    for wrong, about in (
        ({"kind": "money"}, "kind"),
        ({"key": "other"}, "key"),
        ({"record_type": "lead"}, "record_type"),
    ):
        with pytest.raises(Invalid) as problem:
            actions.edit(field, actor=system(), values=wrong)
        assert list(problem.value.fields) == [about]
    renamed = actions.edit(field, actor=system(), values={"label_zh": "企业规模"})
    assert renamed.event is not None
    assert renamed.event.changes == {"label_zh": ["规模", "企业规模"]}
    assert customer(alice, extra__size="大").extra == {"size": "大"}


def test_a_choice_that_is_used_stays_and_is_not_offered_any_more(alice: Member) -> None:
    field = make(key="size", kind="choice", options="大 | Large | ok\n中\n小")
    record = customer(alice, extra__size="大")
    told = actions.edit(field, actor=system(), values={"options": "中\n小"})
    assert told.event is not None
    assert told.event.facts == {"kept": {"大": 1}}
    (spec,) = specs_for("customer")
    assert [value for value, _label in spec.choices] == ["中", "小"]
    assert spec.show("大") == "大"
    customers.edit(record, actor=alice, values={"short_name": "谷仓", "extra.size": "大"})
    with pytest.raises(Invalid):
        customer(alice, name="另一家", extra__size="大")


def test_a_renamed_choice_keeps_its_value(alice: Member) -> None:
    field = make(key="size", kind="choice", options="大\n小")
    record = customer(alice, extra__size="大")
    actions.edit(field, actor=system(), values={"options": "大 = 大型企业 | Large\n小"})
    (spec,) = specs_for("customer")
    assert spec.show(read(record, spec)) == "大型企业"
    assert [one.value for one in options.read(CustomField.objects.get().options)] == ["大", "小"]


def test_retiring_keeps_what_records_hold(alice: Member) -> None:
    field = make(key="size", kind="choice", options="大\n小")
    record = customer(alice, extra__size="大")
    retired = actions.retire(field, actor=system())
    assert retired.event is not None
    assert retired.event.facts == {"held": 1}
    assert specs_for("customer") == ()
    with pytest.raises(Invalid):
        customers.edit(record, actor=alice, values={"extra.size": "小"})
    customers.edit(record, actor=alice, values={"short_name": "谷仓"})
    actions.bring_back(field, actor=system())
    record.refresh_from_db()
    assert record.extra == {"size": "大"}
    assert found(alice, own__size="大") == ["谷仓科技"]
    assert queries.holding(field) == 1


def test_a_field_that_a_formula_needs_cannot_be_retired() -> None:
    field = make(key="yearly", label_zh="年采购额", kind="money")
    make(key="monthly", label_zh="月均", kind="formula", formula="[年采购额] / 12")
    with pytest.raises(Refused, match="月均"):
        actions.retire(field, actor=system())


def test_fields_are_put_in_order() -> None:
    first, second, third = (make(label_zh=name) for name in ("甲", "乙", "丙"))
    moved = actions.move(third, actor=system(), to=1)
    assert moved.event is not None
    assert [str(spec.label) for spec in specs_for("customer")] == ["丙", "甲", "乙"]
    actions.move(first, actor=system(), to=99)
    assert [str(spec.label) for spec in specs_for("customer")] == ["丙", "乙", "甲"]
    assert second.pk


def test_a_formula_is_worked_out_for_the_records_that_are_there(alice: Member) -> None:
    make(key="yearly", label_zh="年采购额", kind="money")
    record = customer(alice, extra__yearly="12万")
    field = make(key="monthly", label_zh="月均", kind="formula", formula="[年采购额] / 12", places=0)
    spec = next(one for one in specs_for("customer") if one.computed)
    assert read(record, spec) == "10000"
    assert FieldWork.objects.get().field_id == field.pk
    assert not FieldValue.objects.filter(field_id=field.pk).exists()


def test_a_new_record_is_worked_out_at_once_and_an_edit_again(alice: Member) -> None:
    make(key="yearly", label_zh="年采购额", kind="money")
    field = make(key="monthly", label_zh="月均", kind="formula", formula="[年采购额] / 12", places=0)
    record = customer(alice, extra__yearly="12万")
    assert FieldValue.objects.get(field_id=field.pk).number == 10_000 * 10_000
    customers.edit(record, actor=alice, values={"extra.yearly": Decimal(24)})
    assert FieldValue.objects.get(field_id=field.pk).number == 2 * 10_000
    customers.edit(record, actor=alice, values={"extra.yearly": None})
    assert not FieldValue.objects.filter(field_id=field.pk).exists()


def test_a_formula_is_never_written(alice: Member) -> None:
    make(key="monthly", label_zh="月均", kind="formula", formula="LEN([name])")
    with pytest.raises(Invalid):
        customer(alice, extra__monthly="7")


def test_a_default_is_filled_in_and_a_condition_is_checked(alice: Member) -> None:
    make(key="size", kind="choice", options="大\n小", default="小")
    make(key="day", kind="date", default="today")
    make(key="helper", kind="member", default="me")
    make(key="cycle", label_zh="周期", required=True, show_field="extra.size", show_values=["大"])
    record = customer(alice)
    assert record.extra["size"] == "小"
    assert record.extra["helper"] == alice.pk
    assert len(record.extra["day"]) == 10
    with pytest.raises(Invalid, match="周期"):
        customer(alice, name="二", extra__size="大")
    with pytest.raises(Invalid) as problem:
        customers.edit(record, actor=alice, values={"extra.cycle": "按月"})
    assert list(problem.value.fields) == ["extra.cycle"]
    customers.edit(record, actor=alice, values={"extra.size": "大", "extra.cycle": "按月"})
    customers.edit(record, actor=alice, values={"extra.size": "小"})
    record.refresh_from_db()
    assert record.extra["cycle"] == "按月"


def test_a_needed_field_does_not_block_the_edit_of_another_one(alice: Member) -> None:
    record = customer(alice)
    make(key="size", required=True)
    customers.edit(record, actor=alice, values={"short_name": "谷仓"})
    with pytest.raises(Invalid):
        customers.edit(record, actor=alice, values={"short_name": "科技", "extra.size": ""})
    with pytest.raises(Invalid):
        customer(alice, name="另一家")


def test_a_stage_asks_for_its_fields(alice: Member) -> None:
    first, second = Stage.objects.order_by("position")[:2]
    second = pipelines.edit_stage(second, actor=system(), values={"required_fields": []}).record
    make(record_type="opportunity", key="rival", label_zh="对手", required_in=[str(second.pk)])
    deal = opportunities.create(actor=alice, values={"name": "新机", "customer": customer(alice)}).record
    assert deal.stage_id == first.pk
    with pytest.raises(Invalid, match="对手"):
        opportunities.move(deal, actor=alice, stage=second)
    opportunities.edit(deal, actor=alice, values={"extra.rival": "同行"})
    opportunities.move(deal, actor=alice, stage=second)
    with pytest.raises(Invalid, match="对手"):
        opportunities.edit(deal, actor=alice, values={"extra.rival": ""})
    opportunities.edit(deal, actor=alice, values={"note": "别的可以改"})


def test_a_stage_that_is_renamed_still_asks_for_its_fields(alice: Member) -> None:
    first, second = Stage.objects.order_by("position")[:2]
    second = pipelines.edit_stage(second, actor=system(), values={"required_fields": []}).record
    field = make(record_type="opportunity", key="rival", label_zh="对手", required_in=[second.name])
    assert field.required_in == [str(second.pk)]
    old = second.name
    second = pipelines.edit_stage(second, actor=system(), values={"name": "谈判中"}).record
    pipelines.edit_stage(first, actor=system(), values={"name": old})  # the name alone asks for nothing
    deal = opportunities.create(actor=alice, values={"name": "新机", "customer": customer(alice)}).record
    with pytest.raises(Invalid, match="谈判中"):
        opportunities.move(deal, actor=alice, stage=second)


def test_every_change_leaves_one_event() -> None:
    field = make(key="size")
    actions.edit(field, actor=system(), values={"help": "按人数"})
    actions.retire(field, actor=system())
    actions.bring_back(field, actor=system())
    names = list(Event.objects.filter(subject_type="custom_field").order_by("id").values_list("name", flat=True))
    assert names == ["custom_field.create", "custom_field.edit", "custom_field.retire", "custom_field.bring_back"]


def test_a_text_is_found_by_the_search_once_that_is_wanted(alice: Member, bob: Member) -> None:
    field = make(key="alias", label_zh="别名")
    customer(alice, extra__alias="红双喜")
    kinds = [records.get("customer")]
    assert search.search(as_actor(alice), "红双喜", types=kinds) == {}
    actions.edit(field, actor=system(), values={"searchable": True})
    customers.edit(Customer.objects.get(), actor=alice, values={"extra.alias": "红双喜集团"})
    assert [hit.title for hit in search.search(as_actor(alice), "双喜", types=kinds)["customer"]] == ["谷仓科技"]
    assert search.search(as_actor(bob), "双喜", types=kinds) == {}
    assert FieldWork.objects.get().field_id == field.pk


def test_a_formula_does_not_betray_what_it_is_made_from(alice: Member, bob: Member) -> None:
    make(key="yearly", label_zh="年采购额", kind="money")
    make(key="monthly", label_zh="月均", kind="formula", formula="[年采购额] / 12")
    customer(alice, extra__yearly="12万")
    record_type = records.get("customer")
    masked = replace(as_actor(alice), field_rules={"customer.extra.yearly": FieldRule(inside=Access.MASKED)})
    assert permissions.access(masked, record_type, "extra.monthly") is Access.HIDDEN
    assert not permissions.may_filter_by(masked, record_type, "extra.monthly")
    assert "extra.monthly" not in filters.filterable(record_type, masked, record_type.custom_fields())
    open_ = as_actor(alice)
    assert permissions.access(open_, record_type, "extra.monthly") is not Access.HIDDEN
    assert permissions.may_filter_by(open_, record_type, "extra.monthly")
