"""Payment terms and dunning steps, as finance keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.billing import models, rules
from gucang.billing.actions import setup
from gucang.kernel.records import Exchange, Layout, RecordType, register

payment_terms = register(
    RecordType(
        name="payment_terms",
        model=models.PaymentTerms,
        plural="payment-terms",
        icon="calendar-due",
        visible=rules.visible_setup("payment_terms.view"),
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
        visible=rules.visible_setup("dunning_step.view"),
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
