"""Leads until they become customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import Access, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.permissions import access
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Contact, Customer
from gucang.selling.actions import leads
from gucang.selling.models import Lead, LeadStatus, Opportunity
from gucang.selling.tests.test_opportunities import race
from tests.personas import hire


@pytest.fixture
def new_lead(scope: Any, alice: Any) -> Callable[..., Lead]:
    """`new_lead(name="…")`: a lead of Alice's."""

    def make(name: str = "苏州恒力精密机械有限公司", by: Any = None, **values: Any) -> Lead:
        values = {"contact_name": "孙丽", "phone": "13912345678", "source": "website", "city": "苏州市"} | values
        return leads.create(actor=by or alice, values={"name": name, **values}).record

    return make


def seen_by(member: Any) -> set[str]:
    return {lead.name for lead in records.get("lead").query(member.as_actor())}


@pytest.fixture
def desk(acme_team: Any, acme: Any) -> Any:
    """Sue, who sees all leads and takes none: what she writes down waits for a salesperson."""
    with company_scope(acme):
        return hire("Sue", "service")


def phone_as_seen_by(member: Any, lead: Lead) -> str:
    """The phone's cell in a list, as this person reads it."""
    lead = Lead.objects.get(pk=lead.pk)
    spec = records.get("lead").specs["phone"]
    masked = access(member.as_actor(), records.get("lead"), "phone", lead) == Access.MASKED
    return str(spec.masked(lead.phone) if masked else lead.phone)


def test_whoever_makes_a_lead_owns_it_and_reads_its_phone(act: Any, scope: Any, alice: Any, bob: Any) -> None:
    lead = act(leads.create, name="问价的客户", phone="13912345678").record
    assert lead.owner == alice
    assert phone_as_seen_by(alice, lead) == "+8613912345678"
    assert lead.name in seen_by(alice)
    assert lead.name not in seen_by(bob), "it is hers, so a colleague neither sees nor takes it"
    with pytest.raises(NotVisible):
        leads.take(lead.pk, actor=bob)


def test_leads_made_in_sets_are_their_makers(scope: Any, alice: Any, bob: Any) -> None:
    rows = [Row({"name": f"线索{n}", "phone": f"1391234567{n}"}) for n in range(3)]
    create_many(records.get("lead"), rows, actor=alice)
    assert {row.problem for row in rows} == {None}
    assert {lead.owner_id for lead in Lead.objects.all()} == {alice.pk}
    assert [phone_as_seen_by(alice, row.record) for row in rows] == [f"+861391234567{n}" for n in range(3)]
    assert seen_by(bob) == set()


def test_an_import_may_name_another_owner_or_say_that_there_is_none(scope: Any, mia: Any, bob: Any) -> None:
    given = [{"name": "给 Bob 的", "owner": bob}, {"name": "谁都可以认领", "owner": None}, {"name": "没写"}]
    create_many(records.get("lead"), [Row(values) for values in given], actor=mia, also=("owner",))
    assert {lead.name: lead.owner_id for lead in Lead.objects.all()} == {
        "给 Bob 的": bob.pk, "谁都可以认领": None, "没写": mia.pk,
    }  # fmt: skip


def test_what_a_desk_writes_down_waits_for_whoever_takes_it(
    act: Any, desk: Any, scope: Any, dan: Any, alice: Any, bob: Any, carol: Any
) -> None:
    lead = act(leads.create, by=desk, name="问价的客户", phone="13912345678").record
    assert (lead.owner, lead.status) == (None, LeadStatus.NEW)
    assert lead.number.startswith("XS")
    assert lead.name in seen_by(bob)
    assert access(bob.as_actor(), records.get("lead"), "phone", lead) == Access.MASKED
    with pytest.raises(Forbidden):
        leads.take(lead, actor=carol)
    act(leads.take, lead, by=bob)
    assert lead.name not in seen_by(alice)
    assert access(bob.as_actor(), records.get("lead"), "phone", Lead.objects.get()) == Access.WRITE
    with pytest.raises((Refused, NotVisible)):
        leads.take(lead, actor=alice)


def test_the_first_answer_is_timed_once(act: Any, new_lead: Any, alice: Any) -> None:
    lead = new_lead()
    answered = act(leads.contact, lead, note="下午回电").record
    assert (answered.status, answered.contacted_at is not None) == (LeadStatus.CONTACTED, True)
    with pytest.raises(Refused):
        leads.contact(lead, actor=alice)
    assert act(leads.qualify, lead).record.contacted_at == answered.contacted_at


def test_a_lead_put_aside_can_be_taken_up_again(act: Any, new_lead: Any, alice: Any) -> None:
    lead = new_lead()
    with pytest.raises(Invalid):
        leads.discard(lead, actor=alice)
    assert act(leads.discard, lead, reason="只是学生做作业").record.status == LeadStatus.DISCARDED
    with pytest.raises(Refused):
        leads.convert(lead, actor=alice)
    revived = act(leads.revive, lead).record
    assert (revived.status, revived.discard_reason) == (LeadStatus.NEW, "")


def test_converting_makes_customer_contact_and_opportunity(act: Any, new_lead: Any, alice: Any) -> None:
    lead = new_lead(note="要 12 台 S750")
    outcome = act(leads.convert, lead, with_opportunity=True, opportunity="S750 × 12", amount="41.6万")
    done = outcome.record
    assert (done.status, done.customer.name, done.customer.owner) == (LeadStatus.CONVERTED, lead.name, alice)
    assert (done.customer.source, done.customer.city, done.customer.phone) == ("website", "苏州市", "")
    assert (done.contact.name, done.contact.mobile) == ("孙丽", "+8613912345678")
    assert (done.opportunity.name, done.opportunity.amount, done.opportunity.contact) == (
        "S750 × 12",
        416000,
        done.contact,
    )
    caused = Event.objects.filter(cause=outcome.event.id).values_list("name", flat=True)
    assert set(caused) == {"customer.create", "contact.create", "opportunity.create"}


def test_a_private_person_becomes_a_customer_with_the_phone(act: Any, new_lead: Any) -> None:
    done = act(leads.convert, new_lead("王小明", kind="person", contact_name="")).record
    assert (done.customer.kind, done.customer.phone, done.contact, done.opportunity) == (
        "person", "+8613912345678", None, None,
    )  # fmt: skip


def test_converting_twice_is_refused_and_says_where_to_go_on(act: Any, new_lead: Any, alice: Any) -> None:
    lead = new_lead()
    act(leads.convert, lead)
    with pytest.raises(Refused, match="恒力"):
        leads.convert(lead, actor=alice)
    assert Customer.objects.count() == 1


def test_a_known_customer_is_not_made_again(act: Any, new_lead: Any, alice: Any, bob: Any) -> None:
    known = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
    lead = new_lead()
    with pytest.raises(Refused, match=known.number) as problem:
        leads.convert(lead, actor=alice)
    assert problem.value.field == "into"
    assert Lead.objects.get(pk=lead.pk).status == LeadStatus.NEW
    assert act(leads.convert, lead, into=known).record.customer == known
    assert Customer.objects.count() == 1


def test_a_colleagues_customer_is_named_with_the_owner_only(new_lead: Any, alice: Any, bob: Any) -> None:
    theirs = customers.create(actor=bob, values={"name": "苏州恒力精密机械有限公司", "phone": "13912349999"}).record
    lead = new_lead()
    with pytest.raises(Refused, match="Bob") as problem:
        leads.convert(lead, actor=alice)
    assert "9999" not in str(problem.value)
    with pytest.raises(Invalid):
        leads.convert(lead, actor=alice, into=str(theirs.pk))


def test_a_customer_in_the_pool_is_to_be_claimed_first(new_lead: Any, alice: Any, bob: Any) -> None:
    theirs = customers.create(actor=bob, values={"name": "苏州恒力精密机械有限公司"}).record
    pool.release(theirs, actor=bob, reason="跟不动了")
    with pytest.raises(Refused, match="公海"):
        leads.convert(new_lead(), actor=alice)


def test_the_same_person_is_not_made_twice(act: Any, new_lead: Any, alice: Any) -> None:
    known = customers.create(actor=alice, values={"name": "恒力"}).record
    person = contacts.create(actor=alice, values={"customer": known, "name": "孙丽"}).record
    assert act(leads.convert, new_lead(), into=known).record.contact == person
    assert Contact.objects.count() == 1


def test_reach_decides_about_leads(act: Any, new_lead: Any, alice: Any, bob: Any, mia: Any, carol: Any) -> None:
    lead = new_lead()
    for member, sees in ((alice, True), (bob, False), (mia, True), (carol, True)):
        assert (lead.name in seen_by(member)) is sees, member
    with pytest.raises(NotVisible):
        leads.convert(lead, actor=bob)
    with pytest.raises(Forbidden):
        leads.convert(lead, actor=carol)
    act(leads.assign, lead, by=mia, owner=bob)
    assert lead.name in seen_by(bob)


@pytest.mark.django_db(transaction=True)
def test_converting_at_once_from_many_windows_makes_one_customer(acme: Any, alice: Any) -> None:
    with company_scope(acme):
        lead = leads.create(actor=alice, values={"name": "恒力", "contact_name": "孙丽"}).record
    race(acme, 6, lambda: leads.convert(lead.pk, actor=alice, with_opportunity=True))
    with company_scope(acme):
        assert (Customer.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (1, 1, 1)
        assert records.get("lead").query(system()).get().status == LeadStatus.CONVERTED
