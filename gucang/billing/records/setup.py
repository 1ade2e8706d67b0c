"""Payment terms and dunning steps, as finance keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.billing import models, rules
from gucang.billing.actions import credit, setup
from gucang.kernel.permissions import whoever_may
from gucang.kernel.records import Exchange, Layout, RecordType, register

payment_terms = register(
    RecordType(
        name="payment_terms",
        model=models.PaymentTerms,
        plural="payment-terms",
        icon="calendar-due",
        visible=whoever_may("payment_terms.view"),
        columns=("name", "plan"),
        order="name",
        form=Layout((_("Payment terms"), "name", "plan", "note"), first=("name", "plan")),
        create=setup.create_terms,
        edit=setup.edit_terms,
        actions=(setup.delete_terms, setup.restore_terms),
        search={"name": "B"},
        exchange=Exchange(key="name"),
    )
)

dunning_step = register(
    RecordType(
        name="dunning_step",
        model=models.DunningStep,
        plural="dunning-steps",
        icon="stairs-up",
        visible=whoever_may("dunning_step.view"),
        columns=("name", "days_after_due", "tells", "does", "text"),
        order="days_after_due",
        form=Layout(
            (_("Dunning step"), "name", "days_after_due", "tells", "does", "text"),
            first=("name", "days_after_due", "tells", "does"),
        ),
        create=setup.create_step,
        edit=setup.edit_step,
        actions=(setup.delete_step, setup.restore_step),
    )
)

credit_terms = register(
    RecordType(
        name="credit_terms",
        model=models.CreditTerms,
        plural="credit-terms",
        icon="credit-card",
        owner="customer__owner_id",
        concerns=("customer",),
        apart=("customer",),
        visible=rules.visible_credit,
        columns=("customer", "limit", "late_days", "terms", "updated_at"),
        filters=("customer", "limit", "late_days", "terms"),
        form=Layout(
            (_("Credit terms"), "customer", "limit", "late_days", "terms", "note"),
            first=("customer", "limit", "late_days", "terms"),
        ),
        create=credit.create,
        edit=credit.edit,
        actions=(credit.delete, credit.restore),
        order="-updated_at",
        exchange=Exchange(key="id"),
    )
)
