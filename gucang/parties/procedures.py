"""How a new customer's data come in by the book, as it comes with the program."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.sops.shipped import declare, step

SALES = ("salesperson", "sales_manager")

declare(
    "SOP-05",
    on="customer",
    name=_("A new customer's master data"),
    purpose=_("Whoever delivers, bills or calls finds what they need, without asking back."),
    tree=["seq", "enter", ["parallel", ["loop", "contact"], ["loop", "visit"]], "confirm"],
    steps=(
        step(
            "enter", _("Enter the customer"), "customer.create", roles=SALES, required=("name",),
            whom=_("The warehouse and finance"), when_late=_("Deliveries and invoices go to the wrong name."),
            instruction=_(
                "- The full name as on the business licence\n- The credit code, 18 signs\n- Look for a duplicate first"
            ),
        ),
        step(
            "contact", _("Enter who is to be asked"), "contact.create", roles=SALES, within=(2, "days"),
            whom=_("The service desk"), when_late=_("Nobody knows whom to call when the goods stand at the gate."),
        ),
        step(
            "visit", _("Talk to them and write it down"), "follow_up.create", roles=SALES, within=(5, "days"),
            whom=_("Whoever takes over one day"), when_late=_("What was agreed is in one head only."),
        ),
        step(
            "confirm", _("Look the data over once more"), "confirmation.create", roles=SALES,
            within=(60, "days"), whom=_("Everybody"),
            when_late=_("Old addresses cost twice: the freight, and the customer."),
        ),
    ),
    final=("confirmation.create",),
)  # fmt: skip
