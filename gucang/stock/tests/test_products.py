"""Products: their codes, units and prices, who sees what they cost, and how they are found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gucang.kernel import permissions, records, search
from gucang.kernel.actors import Access, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.stock.actions import products
from gucang.stock.models import Product, ProductCategory


@pytest.fixture
def valve(scope: Any, adam: Any) -> Product:
    """A product with everything."""
    values = {
        "name": "电磁阀", "spec": "4V210-08", "unit": "只", "units": "箱=50", "barcode": "2000000000015",
        "list_price": "128.00", "cost": "81.5",
    }  # fmt: skip
    return products.create(actor=adam, values=values).record


def test_a_product_gets_a_code_and_the_usual_tax(scope: Any, act: Any, adam: Any) -> None:
    made = act(products.create, by=adam, name="气缸").record
    assert (made.number, made.unit, made.tax_rate, made.active) == ("CP-00001", "件", Decimal(13), True)
    assert (made.list_price, made.cost) == (None, None)
    assert act(products.create, by=adam, name="气缸").record.number == "CP-00002"


def test_units_are_kept_in_one_spelling(valve: Product, act: Any, adam: Any) -> None:
    assert valve.units == "箱 = 50"
    event = act(products.edit, valve, by=adam, units="1箱＝50只、托=1000").event
    assert event.changes["units"] == ["箱 = 50", "箱 = 50, 托 = 1000"]
    with pytest.raises(Invalid) as refused:
        products.edit(valve, actor=adam, values={"units": "很多"})
    assert set(refused.value.fields) == {"units"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("list_price", "-1"), ("cost", "-0.01"), ("tax_rate", "101"), ("tax_rate", "-1"), ("list_price", "1.234")],
)
def test_amounts_that_make_no_sense_are_refused_by_their_field(scope: Any, adam: Any, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        products.create(actor=adam, values={"name": "气缸", field: value})
    assert set(refused.value.fields) == {field}


def test_a_barcode_belongs_to_one_product_until_that_is_deleted(valve: Product, adam: Any) -> None:
    same = {"name": "电磁阀（新）", "barcode": valve.barcode}
    with pytest.raises(Refused, match="已经有这个条码的产品"):
        products.create(actor=adam, values=same)
    products.delete(valve, actor=adam)
    products.create(actor=adam, values=same)
    with pytest.raises(Refused, match="已经有这个条码的产品"):
        products.restore(valve, actor=adam)


def test_a_product_is_taken_off_offer_and_offered_again(valve: Product, act: Any, adam: Any) -> None:
    act(products.retire, valve, by=adam)
    with pytest.raises(Refused):
        products.retire(valve, actor=adam)
    act(products.bring_back, valve, by=adam)
    with pytest.raises(Refused):
        products.bring_back(valve, actor=adam)


def test_salespersons_see_the_price_and_not_the_cost(valve: Product, alice: Any, mia: Any, carol: Any) -> None:
    kind = records.get("product")

    def sees(member: Any, field: str) -> Access:
        return permissions.access(member.as_actor(), kind, field, valve)

    assert [sees(member, "cost") for member in (alice, carol, mia)] == [Access.HIDDEN, Access.HIDDEN, Access.READ]
    assert sees(alice, "list_price") is not Access.HIDDEN
    assert not permissions.may_filter_by(alice.as_actor(), kind, "cost")
    assert list(kind.query(alice.as_actor())) == [valve]


def test_only_who_keeps_the_catalogue_changes_it(valve: Product, alice: Any, mia: Any) -> None:
    for member in (alice, mia):
        with pytest.raises(Forbidden):
            products.edit(valve, actor=member, values={"list_price": "1"})
        with pytest.raises(Forbidden):
            products.create(actor=member, values={"name": "气缸"})


@pytest.mark.parametrize("text", ["电磁阀", "dcf", "diancifa", "4V210", "CP-00001", "2000000000015"])
def test_a_product_is_found_by_pinyin_model_code_and_barcode(valve: Product, alice: Any, text: str) -> None:
    hits = search.search(alice.as_actor(), text, types=[records.get("product")])
    assert [hit.object_id for hit in hits.get("product", [])] == [valve.pk]


def test_a_category_that_holds_something_stays(valve: Product, adam: Any) -> None:
    pneumatics = products.create_category(actor=adam, values={"name": "气动元件"}).record
    valves = products.create_category(actor=adam, values={"name": "阀", "parent": pneumatics}).record
    products.edit(valve, actor=adam, values={"category": valves})
    for category, why in ((pneumatics, "下面还有分类"), (valves, "1 个产品")):
        with pytest.raises(Refused, match=why):
            products.delete_category(category, actor=adam)
    with pytest.raises(Invalid) as refused:
        products.edit_category(pneumatics, actor=adam, values={"parent": valves})
    assert set(refused.value.fields) == {"parent"}
    with pytest.raises(Refused, match="同名"):
        products.create_category(actor=adam, values={"name": "阀", "parent": pneumatics})


def test_another_companys_products_are_not_there(other: Company, dan: Any, acme: Company, adam: Any) -> None:
    with company_scope(other):
        theirs = products.create(actor=dan, values={"name": "气缸", "barcode": "2000000000015"}).record
        shelf = products.create_category(actor=dan, values={"name": "气动"}).record
    with company_scope(acme):
        assert not records.get("product").query(adam.as_actor()).exists()
        with pytest.raises(NotVisible):
            products.edit(theirs, actor=adam, values={"name": "别的"})
        with pytest.raises(Invalid):
            products.create(actor=adam, values={"name": "气缸", "category": shelf.pk})
        mine = products.create(actor=system(), values={"name": "气缸", "barcode": "2000000000015"}).record
        assert mine.number == "CP-00001"
        assert not search.search(adam.as_actor(), "气动", types=[records.get("product_category")]).get(
            "product_category"
        )
        assert not ProductCategory.objects.exists()
