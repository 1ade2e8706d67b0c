"""Promises and the company's rules for them, as people see them; and what the built-in roles may do."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.kernel import permissions
from gucang.kernel.actors import Reach
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, register
from gucang.promises import models
from gucang.promises import rules as promise_rules
from gucang.promises.actions import booking, history, making, rules, settling
from gucang.promises.kinds import WITH_WORTH

promise = register(
    RecordType(
        name="promise",
        model=models.Promise,
        plural="promises",
        number="CN-{yy}{mm}-{seq:04}",
        icon="heart-handshake",
        owner="customer__owner_id",
        concerns=("customer",),
        visible=promise_rules.visible_promises,
        columns=("what", "kind", "customer", "worth", "until", "state", "holder", "due_at", "promised_by"),
        filters=(
            "state", "kind", "customer", "holder", "promised_by", "worth", "until", "due_at", "book_by", "booked_at",
            "overdue_at", "handoffs", "created_at",
        ),
        form=Layout(
            (_("Promise"), "kind", "what", "worth", "until", "contact"),
            (_("About"), "about_type", "about_id"),
            first=("kind", "what", "worth", "until", "about_type"),
            shown_if={"worth": ("kind", *WITH_WORTH)},
        ),
        create=making.create,
        edit=making.edit,
        actions=(
            making.make, booking.book, settling.keep, booking.hand_on, booking.send_back, settling.withdraw,
            settling.break_promise, settling.reopen,
        ),
        calendar=Calendar(
            title=("what",), on="until", about="customer", tone="warn", only=Q(state__in=models.OPEN),
        ),
        order="-updated_at",
        search={"what": "A", "number": "A", "customer__name": "B"},
        exchange=Exchange(key="number", also=history.FIELDS),
    )
)  # fmt: skip

promise_rule = register(
    RecordType(
        name="promise_rule",
        model=models.PromiseRule,
        plural="promise-rules",
        icon="shield-check",
        visible=promise_rules.visible_rules,
        columns=("kind", "role", "department", "due_days", "book_days"),
        form=Layout(
            (pgettext_lazy("promise", "Who acts"), "kind", "role", "department"),
            (pgettext_lazy("promise", "How long it takes"), "due_days", "book_days"),
        ),
        create=rules.create,
        edit=rules.edit,
        order="kind",
    )
)

subjects.allow("promise")

# Rights without a button: the books and the clock do these.
for verb in (making.reconsider, booking.arrange, booking.take_over, settling.escalate, settling.expire):
    permissions.declare(verb.name, verb.label)

GIVE = ("promise.view", "promise.create", "promise.edit", "promise.make", "promise.keep", "promise.hand_on")
END = ("promise.send_back", "promise.withdraw", "promise.break")
CARRY = ("promise.import", "promise.export")
BOOKING = ("promise.view", "promise.book", "promise.send_back", "promise.hand_on")

roles.grant("salesperson", dict.fromkeys((*GIVE, *END), Reach.OWN))
roles.grant("sales_manager", dict.fromkeys((*GIVE, *END, "promise.reopen", *CARRY), Reach.TREE))
# Whoever answers the telephone sees all of it, says when they will call back, and hears that something has come.
roles.grant("service", dict.fromkeys(GIVE, Reach.COMPANY))
roles.grant("finance", dict.fromkeys((*BOOKING, "promise.export"), Reach.COMPANY))
roles.grant("executive", dict.fromkeys((*GIVE, *END, "promise.reopen", *CARRY), Reach.COMPANY))
roles.grant_all({"promise_rule.view": Reach.COMPANY})
