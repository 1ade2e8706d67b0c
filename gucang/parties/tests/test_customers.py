"""Creating, changing, handing over and finding customers and contacts."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gucang.kernel import clock, records, search
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import Access, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.permissions import access
from gucang.kernel.text import make_credit_code
from gucang.parties import queries
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Contact, Status
from gucang.surface import filters, keyset

pytestmark = pytest.mark.usefixtures("scope")
CODE = make_credit_code(random.Random(1))


def seen_by(member: Any, kind: str = "customer") -> set[str]:
    return {str(record) for record in records.get(kind).query(member.as_actor())}


def test_whoever_enters_a_customer_owns_it_and_keeps_the_credit(act: Any, alice: Any) -> None:
    customer = act(
        customers.create, values={"name": "上海谷仓贸易有限公司", "phone": "13912345678", "city": "上海市"}
    ).record
    assert (customer.owner, customer.originator, customer.pooled_at) == (alice, alice, None)
    assert customer.owned_since is not None
    assert customer.number.startswith("KH-")
    assert customer.phone == "+8613912345678"
    assert customer.name_key.startswith("shang4hai3")


def test_a_wrong_credit_code_is_refused_with_a_sentence(alice: Any) -> None:
    with pytest.raises(Invalid) as problem:
        customers.create(
            actor=alice, values={"name": "恒力", "credit_code": CODE[:-1] + ("A" if CODE[-1] != "A" else "B")}
        )
    assert list(problem.value.fields) == ["credit_code"]


def test_the_same_credit_code_twice_is_refused_even_when_nobody_may_see_the_other(
    alice: Any, bob: Any, new_customer: Any
) -> None:
    new_customer(by=bob, credit_code=CODE)
    with pytest.raises(Refused) as problem:
        customers.create(actor=alice, values={"name": "恒力", "credit_code": CODE})
    assert problem.value.field == "credit_code"
    assert "恒力" not in str(problem.value)


def test_two_customers_without_a_credit_code_do_not_clash(new_customer: Any) -> None:
    assert new_customer("甲公司").pk != new_customer("乙公司").pk


def test_a_private_person_has_no_credit_code(alice: Any) -> None:
    with pytest.raises(Invalid) as problem:
        customers.create(actor=alice, values={"name": "王小明", "kind": "person", "credit_code": CODE})
    assert list(problem.value.fields) == ["credit_code"]


def test_a_group_cannot_belong_to_its_own_subsidiary(act: Any, new_customer: Any) -> None:
    group = new_customer("恒力集团")
    child = new_customer("恒力化工", parent=group)
    grandchild = new_customer("恒力石化", parent=child)
    with pytest.raises(Invalid) as problem:
        customers.edit(group, actor=group.owner, values={"parent": grandchild})
    assert list(problem.value.fields) == ["parent"]
    act(customers.edit, grandchild, values={"parent": group})


def test_the_form_cannot_change_the_owner(alice: Any, bob: Any, new_customer: Any) -> None:
    with pytest.raises(Invalid):
        customers.edit(new_customer(), actor=alice, values={"owner": bob})


def test_reach_decides_who_sees_a_customer(
    alice: Any, bob: Any, carol: Any, mia: Any, dan: Any, other: Any, new_customer: Any
) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"})
    for member, sees in ((alice, True), (bob, False), (carol, True), (mia, True)):
        assert (mine.name in seen_by(member)) is sees, member
        assert ("孙丽" in seen_by(member, "contact")) is sees, member
    with pytest.raises(NotVisible):
        customers.edit(mine, actor=bob, values={"name": "我的了"})
    with pytest.raises(Forbidden):
        customers.edit(mine, actor=carol, values={"name": "我的了"})


def test_a_stranger_sees_and_changes_nothing(acme: Any, dan: Any, other: Any, new_customer: Any) -> None:
    mine = new_customer()
    pk = mine.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.company_id', %s, true)", [str(other.pk)])
        cursor.execute("SELECT count(*) FROM parties_customer WHERE id = %s", [pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT set_config('app.company_id', %s, true)", [str(acme.pk)])
        cursor.execute("SELECT count(*) FROM parties_customer WHERE id = %s", [pk])
        assert cursor.fetchone() == (1,)


def test_a_colleague_it_is_shared_with_works_on_it_but_cannot_give_it_away(
    act: Any, alice: Any, bob: Any, carol: Any, new_customer: Any
) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽"})
    act(customers.share, mine, member=bob)
    assert mine.name in seen_by(bob)
    assert "孙丽" in seen_by(bob, "contact")
    act(customers.edit, mine, by=bob, values={"note": "一起跟"})
    for attempt in (
        lambda: customers.assign(mine, actor=bob, owner=bob),
        lambda: pool.release(mine, actor=bob, reason="不想要"),
    ):
        with pytest.raises(Forbidden):
            attempt()
    act(customers.unshare, mine, member=bob)
    assert mine.name not in seen_by(bob)


def test_handing_over_takes_contacts_along_and_leaves_the_rest_as_it_was(
    act: Any, alice: Any, bob: Any, new_customer: Any
) -> None:
    mine = new_customer(note="老客户", tags=["重点"])
    person = contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"}).record
    outcome = act(customers.assign, mine, owner=bob, note="下周要报价")
    assert outcome.event.changes == {"owner": [alice.pk, bob.pk]}
    assert outcome.event.facts["note"] == "下周要报价"
    after = outcome.record
    assert (after.note, after.tags, after.originator, after.previous_owner) == ("老客户", ["重点"], alice, alice)
    assert mine.name not in seen_by(alice)
    assert "孙丽" in seen_by(bob, "contact")
    hits = search.search(bob.as_actor(), "sunli", types=[records.get("contact")])
    assert [hit.object_id for hit in hits["contact"]] == [person.pk]


def test_a_manager_hands_over_only_within_reach(act: Any, bob: Any, mia: Any, new_customer: Any) -> None:
    act(customers.assign, new_customer(), by=mia, owner=bob)


def test_nobody_gets_a_customer_after_leaving(alice: Any, bob: Any, new_customer: Any) -> None:
    from gucang.accounts.actions import members

    members.leave(bob, actor=system(), on=clock.today())
    with pytest.raises(Invalid) as problem:
        customers.assign(new_customer(), actor=alice, owner=bob.pk)
    assert list(problem.value.fields) == ["owner"]


def test_phones_are_masked_where_the_role_does_not_reach(
    alice: Any, bob: Any, carol: Any, mia: Any, new_customer: Any
) -> None:
    kind = records.get("contact")
    mine = new_customer()
    person = contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"}).record
    for member, expected in ((alice, Access.WRITE), (mia, Access.WRITE), (carol, Access.MASKED), (bob, Access.MASKED)):
        assert access(member.as_actor(), kind, "mobile", person) == expected, member


def test_search_finds_by_phone_without_showing_it(alice: Any, new_customer: Any) -> None:
    new_customer("上海谷仓", phone="13912345678", city="上海市")
    (hit,) = search.search(alice.as_actor(), "2345678", types=[records.get("customer")])["customer"]
    assert (hit.title, "5678" in hit.detail, "上海市" in hit.detail) == ("上海谷仓", False, True)


def test_there_is_one_primary_contact(act: Any, alice: Any, new_customer: Any) -> None:
    mine = new_customer()
    first = act(contacts.create, values={"customer": mine, "name": "孙丽", "is_primary": True}).record
    with pytest.raises(Invalid) as problem:
        contacts.create(actor=alice, values={"customer": mine, "name": "李强", "is_primary": True})
    assert "孙丽" in str(problem.value)
    second = act(contacts.create, values={"customer": mine, "name": "李强"}).record
    act(contacts.make_primary, second)
    assert list(Contact.objects.filter(is_primary=True)) == [second]
    assert Event.objects.get(name="contact.edit", subject_id=first.pk).changes == {"is_primary": [True, False]}
    with pytest.raises(Refused):
        contacts.make_primary(second, actor=alice)
    assert queries.primary_contact(mine) == second


def test_the_contacts_of_a_binned_customer_go_out_of_sight_with_it(
    act: Any, alice: Any, mia: Any, carol: Any, new_customer: Any
) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽"})
    act(customers.delete, mine, by=mia)
    assert "孙丽" not in seen_by(alice, "contact") | seen_by(carol, "contact")
    act(customers.restore, mine, by=mia)
    assert "孙丽" in seen_by(alice, "contact")


def test_similar_customers_are_named_with_their_owner_and_nothing_else(bob: Any, new_customer: Any) -> None:
    theirs = new_customer("苏州恒力精密机械有限公司", by=bob, phone="13912345678", credit_code=CODE)
    new_customer("苏州东山精密制造股份有限公司")
    for asked, why in (
        ({"name": "恒力机械"}, "name"),
        ({"name": "恒力精密机械（昆山）"}, "name"),
        ({"phone": "139 1234 5678"}, "phone"),
        ({"credit_code": CODE.lower()}, "credit_code"),
    ):
        (found,) = queries.similar(**asked)
        assert (found.id, found.name, found.owner, found.why) == (theirs.pk, theirs.name, "Bob", why)
        assert "139" not in str(found)
    assert queries.similar(name="恒", phone="139", credit_code="91") == []
    assert queries.similar(name=theirs.name, leave_out=theirs.pk) == []


def test_similar_looks_at_the_phones_of_contacts_too(alice: Any, new_customer: Any) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"})
    assert [found.id for found in queries.similar(phone="13912345678")] == [mine.pk]


def test_many_customers_come_in_at_once_with_owner_and_pool_as_they_were(adam: Any, bob: Any, alice: Any) -> None:
    rows = [
        Row({"name": "甲公司", "owner": bob.pk, "credit_code": CODE}),
        Row({"name": "乙公司", "pooled_at": "2026-03-01"}),
        Row({"name": "丙公司", "credit_code": CODE}),
        Row({"name": "丁公司", "phone": "12"}),
        Row({"name": "戊公司"}),
    ]
    done = create_many(records.get("customer"), rows, actor=adam, also=("owner", "pooled_at"))
    assert [bool(row.problem) for row in done] == [False, False, True, True, False]
    assert [row.record.owner_id for row in done if not row.problem] == [bob.pk, None, adam.pk]
    assert done[1].record.pooled_at.year == 2026
    assert Event.objects.filter(name="customer.create").count() == 3
    assert "乙公司" in seen_by(alice)


def test_many_contacts_of_one_customer_come_in_at_once(adam: Any, new_customer: Any) -> None:
    mine = new_customer()
    rows = [Row({"customer": mine, "name": f"联系人{n}", "is_primary": n < 2}) for n in range(4)]
    done = create_many(records.get("contact"), rows, actor=adam)
    assert [bool(row.problem) for row in done] == [False, True, False, False]


def test_erasing_a_person_leaves_neither_record_nor_log_with_their_data(
    act: Any, alice: Any, mia: Any, adam: Any, new_customer: Any
) -> None:
    mine = new_customer("苏州恒力精密机械有限公司")
    person = contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"}).record
    with pytest.raises(Forbidden):
        contacts.erase(person, actor=mia)
    with pytest.raises(Refused):
        customers.erase(mine, actor=adam)
    act(contacts.erase, person, by=adam)
    after = Contact.objects.get(pk=person.pk)
    assert (after.mobile, "孙丽" in after.name) == ("", False)
    told = str(list(Event.objects.filter(subject_type="contact").values_list("changes", "facts", "subject_label")))
    assert "孙丽" not in told
    assert "12345678" not in told


def test_progress_is_a_choice(act: Any, new_customer: Any) -> None:
    assert act(customers.progress, new_customer(), status=Status.ENGAGED).record.status == "engaged"


@pytest.mark.parametrize("broken", ["owner_id = NULL", "pooled_at = now()", "owned_since = NULL"])
def test_the_database_itself_refuses_a_customer_both_owned_and_in_the_pool(broken: str, new_customer: Any) -> None:
    mine = new_customer()
    with (
        pytest.raises(IntegrityError, match="in_the_pool_or_owned"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE parties_customer SET {broken} WHERE id = %s", [mine.pk])


def test_the_database_refuses_an_owner_from_another_company(dan: Any, new_customer: Any) -> None:
    mine = new_customer()
    with pytest.raises(IntegrityError, match="owner_here"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE parties_customer SET owner_id = %s WHERE id = %s", [dan.pk, mine.pk])


def test_lists_sort_names_as_a_chinese_dictionary_does_page_by_page(alice: Any, new_customer: Any) -> None:
    for name in ("重庆长安", "阿里巴巴", "上海谷仓", "北京同仁堂", "重庆啤酒"):
        new_customer(name)
    found = filters.parse(records.get("customer"), alice.as_actor(), {"sort": "name"})
    names, after = [], ""
    for _page in range(3):
        page = keyset.page(found.query, found.order, after, limit=2)
        names += [customer.name for customer in page.rows]
        after = page.next
    assert names == ["阿里巴巴", "北京同仁堂", "重庆长安", "重庆啤酒", "上海谷仓"]
    assert (after, found.order.name) == ("", "name")
