"""How orders become goods with the customer by the book, as it comes with the program."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.sops.shipped import declare, step

declare(
    "SOP-03",
    on="sales_order",
    name=_("From order to cash"),
    purpose=_("What was ordered is agreed to, leaves in time, and is billed the day it has left."),
    tree=["seq", "enter", ["optional", "agree"], "submit", ["loop", "ship"], "complete"],
    steps=(
        step(
            "enter", _("Enter the order"), "sales_order.create", roles=("salesperson", "sales_manager"),
            required=("deliver_by",), whom=_("Whoever agrees to orders"),
            when_late=_("The day that was told to the customer does not move with it."),
        ),
        step(
            "agree", _("Agree to the order"), "approval_request.agree", roles=("sales_manager",), four_eyes=("enter",),
            within=(4, "hours", "enter"), whom=_("The warehouse"),
            when_late=_("Deliveries and receivables behind it stand still."),
            instruction=_(
                "Look at the discount, the credit of the customer and the delivery day. Say what is missing."
            ),
        ),
        step(
            "submit", _("Let it hold"), "sales_order.approve", roles=("salesperson", "sales_manager"),
            within=(1, "days"), whom=_("The warehouse"), when_late=_("Nothing is kept in stock for this customer."),
        ),
        step(
            "ship", _("Deliver"), "delivery.confirm", roles=("warehouse",), within=(20, "days", "submit"),
            whom=_("The customer and finance"),
            when_late=_("The customer waits, and nothing can be billed: the receivable begins with the delivery."),
            instruction=_(
                "- Count twice, once by the order and once by the box.\n- Write down the number of the parcel.\n"
                "- Confirm the delivery in the program before the truck leaves, not on Friday for the whole week."
            ),
        ),
        step(
            "complete", _("Close the order"), "sales_order.complete", roles=("salesperson", "sales_manager"),
            within=(10, "days", "ship"), whom=_("Finance"), when_late=_("What is still open cannot be told apart."),
        ),
    ),
    final=("sales_order.complete", "sales_order.cancel"),
)  # fmt: skip
