"""Customers, contacts and the pool's rules, as people see them; and what the built-in roles may do with them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles, sentences
from gucang.activity import subjects
from gucang.approvals import briefing
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.records import Exchange, Layout, RecordType, Related, register
from gucang.parties import models, rules
from gucang.parties.actions import contacts, customers, pool

customer = register(
    RecordType(
        name="customer",
        model=models.Customer,
        plural="customers",
        number="KH-{yy}{mm}-{seq:04}",
        icon="users",
        owner="owner_id",
        visible=rules.visible_customers,
        columns=("name", "level", "status", "next_step_on", "owner", "city", "last_contact_at"),
        filters=(
            "status", "level", "owner", "province", "city", "industry", "source", "tags", "kind", "parent",
            "next_step_on", "last_contact_at", "last_deal_on", "pooled_at",
        ),
        groups=("province", "city", "industry"),
        form=Layout(
            (
                _("Customer"), "name", "short_name", "kind", "credit_code", "level", "status", "source", "industry",
                "tags", "parent",
            ),
            (_("Where and how"), "phone", "phone2", "email", "website", "province", "city", "district", "address"),
            (_("More"), "note"),
            first=("name", "phone", "city"),
        ),
        create=customers.create,
        edit=customers.edit,
        actions=(
            pool.claim, customers.assign, customers.progress, customers.share, customers.unshare, pool.release,
            customers.delete, customers.restore, customers.erase,
        ),
        related=(Related("contact", "customer", ("name", "position", "mobile", "is_primary")),),
        order="-updated_at",
        search={
            "name": "A", "short_name": "A", "number": "A", "phone": "B", "phone2": "B", "credit_code": "B", "city": "C",
        },
        exchange=Exchange(key="number", also=("number", "owner", "originator", "pooled_at"), unowned=True),
    )
)  # fmt: skip

contact = register(
    RecordType(
        name="contact",
        model=models.Contact,
        plural="contacts",
        icon="user",
        owner="customer__owner_id",
        concerns=("customer",),
        visible=rules.visible_contacts,
        columns=("name", "customer", "position", "mobile", "is_primary"),
        filters=("customer", "is_primary", "position", "birthday"),
        groups=("position",),
        form=Layout(
            (_("Contact"), "customer", "name", "position", "mobile", "phone", "email", "wechat", "is_primary"),
            (_("More"), "birthday", "note"),
            first=("customer", "name", "mobile"),
        ),
        create=contacts.create,
        edit=contacts.edit,
        actions=(contacts.make_primary, contacts.delete, contacts.restore, contacts.erase),
        order="-updated_at",
        search={"name": "A", "customer__name": "B", "mobile": "B", "phone": "B", "email": "C"},
        exchange=Exchange(key="mobile"),
    )
)  # fmt: skip

pool_rules = register(
    RecordType(
        name="pool_rules",
        model=models.PoolRules,
        plural="pool-rules",
        icon="recycle",
        visible=rules.visible_rules,
        columns=("days_without_contact", "days_without_deal", "warn_days", "cap", "claims_a_day"),
        form=Layout(
            (_("Back to the pool"), "days_without_contact", "days_without_deal", "spares_buyers", "warn_days"),
            (_("Claiming"), "cap", "claims_a_day", "cool_down_days"),
            first=("days_without_contact", "warn_days", "cap"),
        ),
        only=True,
        create=pool.create_rules,
        edit=pool.edit_rules,
    )
)

subjects.allow("customer", "contact")

PHONES = (
    "customer.phone", "customer.phone2", "customer.email",
    "contact.mobile", "contact.phone", "contact.email", "contact.wechat",
)  # fmt: skip


def _phones(inside: Access, within: Reach | None = None) -> dict[str, FieldRule]:
    return dict.fromkeys(PHONES, FieldRule(inside, within, Access.MASKED))


_ON_OWN = (
    "customer.view", "customer.create", "customer.edit", "customer.assign", "customer.release", "customer.progress",
    "customer.share", "customer.unshare", "contact.view", "contact.create", "contact.edit", "contact.delete",
    "contact.restore", "contact.make_primary",
)  # fmt: skip

sentences.opens("customer", "customer.claim", _("sees the pool and claims from it"))
roles.grant("salesperson", dict.fromkeys(_ON_OWN, Reach.OWN) | {"customer.claim": Reach.COMPANY})
# Erasing cannot be taken back, so it is left to administrators.
_MANAGED = tuple(
    f"{kind.name}.{verb}"
    for kind in (customer, contact)
    for verb in ("view", "export", "import", *kind.verbs)
    if verb != "erase"
)
roles.grant("sales_manager", dict.fromkeys(_MANAGED, Reach.TREE) | {"customer.claim": Reach.COMPANY})
roles.grant(
    "service",
    dict.fromkeys(("customer.view", "contact.view", "contact.create", "contact.edit"), Reach.COMPANY),
)
roles.grant("finance", dict.fromkeys(("customer.view", "contact.view"), Reach.COMPANY))
roles.grant_all({"pool_rules.view": Reach.COMPANY})
roles.restrict("salesperson", _phones(Access.WRITE, Reach.OWN))
roles.restrict("sales_manager", _phones(Access.WRITE, Reach.TREE))
roles.restrict("finance", _phones(Access.MASKED))
roles.restrict("reader", _phones(Access.MASKED))

# What was agreed to before is looked for by customer.
briefing.gather_by("customer")
