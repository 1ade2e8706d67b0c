"""Who sees an own field: set where the field is looked after, by the roles' own action, and told by formulas too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import roles as role_actions
from gucang.accounts.matrix import matrix
from gucang.accounts.models import Member, Role
from gucang.accounts.rights import read_rules, write_rules
from gucang.accounts.sentences import sentences
from gucang.customfields import actions
from gucang.kernel import permissions, records
from gucang.kernel.actors import Access, as_actor, system
from gucang.kernel.models import Company, CustomField, Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers

Login = Callable[[Client, Member], Client]


def make(**values: Any) -> CustomField:
    given = {"record_type": "customer", "kind": "text", "label_zh": "规模"} | values
    made: CustomField = actions.create(actor=system(), values=given).record
    return made


@pytest.fixture
def field(acme: Company) -> CustomField:
    with company_scope(acme):
        return make(kind="money", key="budget", label_zh="预算")


@pytest.fixture
def sales(acme: Company) -> Role:
    with company_scope(acme):
        return Role.objects.get(key="salesperson")


def again(acme: Company, role: Role) -> Role:
    with company_scope(acme):
        return Role.objects.get(pk=role.pk)


def sent(role: Role, inside: str, within: str = "", beyond: str = "masked") -> dict[str, str]:
    return {
        f"version:{role.pk}": str(role.version), f"inside:{role.pk}": inside, f"within:{role.pk}": within,
        f"beyond:{role.pk}": beyond,
    }  # fmt: skip


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_field_page_sets_the_rule_of_a_role(
    acme: Company, adam: Member, alice: Member, bob: Member, field: CustomField, sales: Role,
    client: Client, login: Login,
) -> None:  # fmt: skip
    login(client, adam)
    page = body(client.get(f"/acme/fields/{field.pk}"))
    assert "谁能看到" in page
    assert f'name="inside:{sales.pk}"' in page
    answer = client.post(f"/acme/fields/{field.pk}/access", sent(sales, "read", "own", "hidden"))
    assert answer.status_code == 302
    found = again(acme, sales)
    assert found.field_rules["customer.extra.budget"] == {"inside": "read", "within": "own", "beyond": "hidden"}
    with company_scope(acme):
        event = Event.objects.filter(name="role.set_rights", subject_id=sales.pk).latest("id")
        assert event.actor_id == adam.pk
        theirs = customers.create(actor=bob, values={"name": "鲍勃的客户"}).record
        own = customers.create(actor=alice, values={"name": "爱丽丝的客户"}).record
        customer = records.get("customer")
        actor = as_actor(alice)
        assert permissions.access(actor, customer, "extra.budget", own) is Access.READ
        assert permissions.access(actor, customer, "extra.budget", theirs) is Access.HIDDEN


def test_no_rule_is_kept_for_what_restricts_nothing(
    acme: Company, adam: Member, field: CustomField, sales: Role, client: Client, login: Login
) -> None:
    login(client, adam)
    client.post(f"/acme/fields/{field.pk}/access", sent(sales, "hidden"))
    sales = again(acme, sales)
    assert sales.field_rules["customer.extra.budget"] == {"inside": "hidden"}
    version = sales.version
    client.post(f"/acme/fields/{field.pk}/access", sent(sales, "hidden"))
    assert again(acme, sales).version == version, "what was not changed leaves no event"
    client.post(f"/acme/fields/{field.pk}/access", sent(sales, "write"))
    assert "customer.extra.budget" not in again(acme, sales).field_rules


def test_nobody_opens_a_field_that_they_do_not_see(
    acme: Company, mia: Member, field: CustomField, sales: Role, client: Client, login: Login
) -> None:
    with company_scope(acme):
        manager = Role.objects.get(key="sales_manager")
        grants = manager.grants | dict.fromkeys(
            ("custom_field.view", "role.view", "role.set_rights", "role.edit"), "company"
        )
        rules = manager.field_rules | {"customer.extra.budget": {"inside": "hidden"}}
        role_actions.set_rights(
            manager, actor=system(), grants="\n".join(f"{n} {r}" for n, r in grants.items()),
            field_rules=write_rules(rules),
        )  # fmt: skip
        role_actions.set_rights(
            sales, actor=system(), field_rules=write_rules({"customer.extra.budget": {"inside": "hidden"}})
        )
        sales.refresh_from_db()
    login(client, mia)
    page = body(client.get(f"/acme/fields/{field.pk}"))
    assert "它对你开放到哪里" in page
    answer = client.post(f"/acme/fields/{field.pk}/access", sent(sales, "write"))
    assert answer.status_code == 403
    assert f'name="inside:{sales.pk}"' in body(answer), "the page comes back as it was sent"
    assert again(acme, sales).field_rules["customer.extra.budget"] == {"inside": "hidden"}


def test_all_roles_are_changed_or_none(
    acme: Company, adam: Member, field: CustomField, sales: Role, client: Client, login: Login
) -> None:
    with company_scope(acme):
        reader = Role.objects.get(key="reader")
    login(client, adam)
    answer = client.post(f"/acme/fields/{field.pk}/access", sent(sales, "hidden") | sent(reader, "nonsense"))
    assert answer.status_code == 422
    assert "customer.extra.budget" not in again(acme, sales).field_rules
    stale = sent(sales, "hidden")
    client.post(f"/acme/fields/{field.pk}/access", stale)
    assert client.post(f"/acme/fields/{field.pk}/access", stale | {f"inside:{sales.pk}": "read"}).status_code == 409


def test_a_stranger_and_a_salesperson_reach_no_box(
    acme: Company, alice: Member, dan: Member, field: CustomField, sales: Role, client: Client, login: Login
) -> None:
    login(client, alice)
    assert client.post(f"/acme/fields/{field.pk}/access", sent(sales, "write")).status_code == 404
    login(client, dan)
    assert client.post(f"/other/fields/{field.pk}/access", sent(sales, "hidden")).status_code == 404
    assert client.get(f"/acme/fields/{field.pk}").status_code == 404
    assert "customer.extra.budget" not in again(acme, sales).field_rules


def test_a_list_shows_no_formula_of_what_is_hidden_there(
    acme: Company, alice: Member, bob: Member, field: CustomField, sales: Role, client: Client, login: Login
) -> None:
    """Alice sees Bob's customer, and a budget only of her own: the formula of his must not tell it."""
    with company_scope(acme):
        values = {"kind": "formula", "key": "monthly", "label_zh": "月均", "formula": "[预算] / 12", "places": 0}
        make(**values)
        customers.create(actor=bob, values={"name": "鲍勃的", "extra.budget": "120000"})
        customers.create(actor=alice, values={"name": "爱丽丝的", "extra.budget": "360000"})
        rules = {"customer.extra.budget": {"inside": "write", "within": "own", "beyond": "hidden"}}
        grants = "\n".join(f"{n} {r}" for n, r in (sales.grants | {"customer.view": "company"}).items())
        role_actions.set_rights(sales, actor=system(), grants=grants, field_rules=write_rules(rules))
    login(client, alice)
    for where in ("", "fragment"):
        page = body(client.get(f"/acme/customers/?columns=name&columns=extra.monthly&columns=extra.budget&{where}=1"))
        assert "鲍勃的" in page
        assert "30,000" in page
        assert "10,000" not in page
        assert "120,000" not in page


@pytest.mark.usefixtures("scope")
class TestFormulas:
    """A formula shows nobody more than its inputs, and the role says so."""

    @pytest.fixture(autouse=True)
    def _fields(self, scope: Company) -> None:
        make(kind="money", key="budget", label_zh="预算")
        make(kind="formula", key="monthly", label_zh="月均", formula="[预算] / 12")

    def told(self, rules: dict[str, dict[str, str]]) -> str:
        found = sentences({"customer.view": "company", "customer.edit": "company"}, rules)
        return next(one.text for one in found if one.record == "customer")

    def test_a_hidden_input_hides_the_formula_in_the_sentences(self) -> None:
        assert "月均" not in self.told({})
        assert "月均（由预算算出）" in self.told({"customer.extra.budget": {"inside": "hidden"}})
        text = self.told({"customer.extra.budget": {"inside": "write", "within": "own", "beyond": "masked"}})
        assert "别人客户的预算、月均（由预算算出）" in text

    def test_an_input_that_is_only_read_holds_nothing_back(self) -> None:
        assert "月均" not in self.told({"customer.extra.budget": {"inside": "read"}})

    def test_a_rule_of_its_own_is_told_as_well(self) -> None:
        assert "月均" in self.told({"customer.extra.monthly": {"inside": "hidden"}})

    def test_the_matrix_shows_it_and_lets_a_formula_be_restricted(self, adam: Member) -> None:
        rules = {"customer.extra.budget": {"inside": "hidden"}}
        group = next(
            one for one in matrix({"customer.view": "company"}, rules, as_actor(adam)).daily if one.name == "customer"
        )
        assert any("月均" in told for told in group.formulas)
        assert ("customer.extra.monthly", "月均") in group.addable
        rules |= {"customer.extra.monthly": {"inside": "read"}}
        group = next(
            one for one in matrix({"customer.view": "company"}, rules, as_actor(adam)).daily if one.name == "customer"
        )
        line = next(one for one in group.fields if one.name == "customer.extra.monthly")
        assert "由预算算出" in line.note

    @pytest.mark.parametrize("access", list(Access))
    @pytest.mark.parametrize("within", ["", "own", "department"])
    def test_what_is_told_is_what_is_granted(self, access: Access, within: str, alice: Member, bob: Member) -> None:
        """The sentence and `permissions.access` must agree for a record of one's own and for another's."""
        rule = {"inside": "write", "within": within, "beyond": access.value} if within else {"inside": access.value}
        role = Role.objects.get(key="salesperson")
        rules = write_rules(role.field_rules | {"customer.extra.budget": rule})
        role_actions.set_rights(role, actor=system(), field_rules=rules)
        actor = as_actor(Member.objects.get(pk=alice.pk))
        customer = records.get("customer")
        theirs = customers.create(actor=bob, values={"name": "甲"}).record
        granted = permissions.access(actor, customer, "extra.monthly", theirs)
        text = self.told({"customer.extra.budget": rule})
        hidden_for_bob = granted is Access.HIDDEN
        # Bob works in Alice's department: a rule about others begins there or only beyond it.
        assert hidden_for_bob is (access in (Access.HIDDEN, Access.MASKED) and within != "department")
        assert ("月均" in text) is (access in (Access.HIDDEN, Access.MASKED))


@pytest.mark.usefixtures("scope")
def test_a_role_is_saved_while_it_has_a_rule_about_a_retired_field() -> None:
    made = make(key="size")
    text = "customer.extra.size hidden"
    role = Role.objects.get(key="salesperson")
    role_actions.set_rights(role, actor=system(), field_rules=text)
    actions.retire(made, actor=system())
    assert read_rules(text) == {"customer.extra.size": {"inside": "hidden"}}
    role = Role.objects.get(key="salesperson")
    role_actions.set_rights(role, actor=system(), field_rules=write_rules(role.field_rules))
    assert Role.objects.get(key="salesperson").field_rules["customer.extra.size"] == {"inside": "hidden"}
