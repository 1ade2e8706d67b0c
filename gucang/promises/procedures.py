"""How promises are kept by the book, as it comes with the program."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.sops.shipped import declare, step

declare(
    "SOP-04",
    on="promise",
    name=_("From promise to kept"),
    purpose=_("What we say to a customer stands in the books and comes true."),
    tree=["seq", "give", ["optional", "agree"], "bind", "book", "keep"],
    steps=(
        step(
            "give", _("Write the promise down"), "promise.create", roles=("salesperson", "sales_manager", "service"),
            whom=_("Whoever has to keep it"), when_late=_("Only one person knows of it, and the customer."),
            instruction=_("In the words that the customer has heard, with the day that they were told."),
        ),
        step(
            "agree", _("Agree to it"), "approval_request.agree", roles=("sales_manager",), four_eyes=("give",),
            within=(4, "hours"), whom=_("The customer"),
            when_late=_("The customer counts on what nobody has agreed to."),
        ),
        step(
            "bind", _("Make it binding"), "promise.make", roles=("salesperson", "sales_manager", "service"),
            within=(1, "days"), whom=_("The customer"), when_late=_("It is neither a promise nor a refusal."),
        ),
        step(
            "book", _("Book it"), "promise.book", roles=("finance",), within=(2, "days", "bind"),
            whom=_("Whoever pays or is paid"),
            when_late=_("The books and the customer say different things, and the customer is right."),
        ),
        step(
            "keep", _("Keep it, and ask the customer"), "promise.keep",
            roles=("salesperson", "sales_manager", "service"), within=(10, "days", "bind"),
            whom=_("The customer"), when_late=_("A broken promise is told on; a kept one brings the next order."),
        ),
    ),
    final=("promise.keep", "promise.break", "promise.withdraw"),
)  # fmt: skip
