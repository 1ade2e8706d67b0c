"""How enquiries and quotes are handled by the book, as it comes with the program."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.sops.shipped import declare, step

SALES = ("salesperson", "sales_manager")

declare(
    "SOP-01",
    on="lead",
    name=_("From enquiry to customer"),
    purpose=_("Every enquiry is answered the same day, and none is lost between two desks."),
    tree=["seq", "enter", ["optional", "take"], "answer", ["optional", "weigh"], ["choice", "convert", "discard"]],
    steps=(
        step(
            "enter", _("Enter the enquiry"), "lead.create", roles=("service", *SALES),
            whom=_("The salesperson who takes it"), when_late=_("The customer has asked somebody else by then."),
            instruction=_(
                "Write down who asks, for what and how to reach them. Do not wait until you know everything."
            ),
        ),
        step(
            "take", _("Take it over"), "lead.take", "lead.assign", roles=SALES, within=(4, "hours"),
            whom=_("The customer"), when_late=_("Nobody feels responsible, and nobody calls."),
        ),
        step(
            "answer", _("Answer the customer"), "lead.contact", roles=SALES, within=(8, "hours"),
            whom=_("The customer"), when_late=_("The enquiry goes cold; most buy where they were answered first."),
            instruction=_(
                "Ask four things:\n\n- What is it needed for?\n- How much of it, and how often?\n- Until when?\n"
                "- Who decides?\n\nWrite the answers down with the press on “Answered”."
            ),
        ),
        step("weigh", _("Worth following?"), "lead.qualify", roles=SALES, within=(2, "days", "answer")),
        step(
            "convert", _("Make a customer of it"), "lead.convert", roles=SALES, within=(10, "days", "answer"),
            whom=_("Whoever quotes and delivers"), when_late=_("Quotes are written without a customer to hang on."),
            instruction=_("Look for the company among the customers first: it may be in the pool already."),
        ),
        step(
            "discard", _("Put it aside with a reason"), "lead.discard", roles=SALES, within=(10, "days", "answer"),
            whom=_("Whoever pays for advertising"), when_late=_("Nobody learns which enquiries are worth nothing."),
        ),
    ),
    final=("lead.convert", "lead.discard"),
)  # fmt: skip

declare(
    "SOP-02",
    on="quote",
    name=_("From quote to order"),
    purpose=_("A quote goes out within two days, and each gets its answer."),
    tree=["seq", "write", ["optional", "agree"], "send", ["choice", ["seq", "accept", "order"], "decline"]],
    steps=(
        step(
            "write", _("Write the quote"), "quote.create", roles=SALES, required=("valid_until",),
            whom=_("The customer"), when_late=_("The customer compares the offers of others meanwhile."),
        ),
        step(
            "agree", _("Agree to the discount"), "approval_request.agree", roles=("sales_manager",),
            four_eyes=("write",), within=(4, "hours", "write"), whom=_("The salesperson"),
            when_late=_("The quote lies, and the customer waits."),
        ),
        step(
            "send", _("Send it"), "quote.send", roles=SALES, within=(2, "days"), whom=_("The customer"),
            when_late=_("The customer compares the offers of others meanwhile."),
            instruction=_(
                "Read it once more as the customer would: quantities, delivery day, terms of payment, validity."
            ),
        ),
        step(
            "accept", _("The customer accepts"), "quote.accept", roles=SALES, within=(15, "days", "send"),
            whom=_("The warehouse"), when_late=_("Goods are kept for somebody who may not want them."),
            instruction=_("Call after three days. Ask what is still missing, not whether it was read."),
        ),
        step(
            "order", _("Make the order"), "quote.make_order", roles=SALES, within=(4, "hours", "accept"),
            whom=_("The warehouse"), when_late=_("The delivery day was promised, and nobody has begun."),
        ),
        step(
            "decline", _("The customer declines"), "quote.decline", roles=SALES, within=(15, "days", "send"),
            whom=_("Whoever sets prices"), when_late=_("Nobody learns why we lose."),
        ),
    ),
    final=("quote.make_order", "quote.decline"),
)  # fmt: skip
