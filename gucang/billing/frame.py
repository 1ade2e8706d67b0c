"""Where the frame leads to money, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing import answering, queries  # noqa: F401  `answering` gives the card its money
from gucang.billing.models import OPEN_STATES, PaymentState
from gucang.billing.screens import behind, cards
from gucang.documents.panels import figures
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.surface import columns, home, nav, panels
from gucang.surface.panels import Advice, View


def _late(actor: Actor) -> Q:
    return Q(open_order__gt=0, next_due_on__lt=clock.today())


def _same_reference(
    record_type: RecordType, values: Mapping[str, Any], actor: Actor, leave_out: int = 0
) -> list[Advice]:
    """Payments with the bank reference being typed: entered twice, the customer would have paid twice."""
    found = queries.same_reference(str(values.get("bank_reference") or "")[:60], leave_out)
    seen = set(record_type.query(actor).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    return [
        Advice(
            _t("The same bank reference"),
            one.number,
            _t("received on %(day)s") % {"day": one.received_on.isoformat()} if one.pk in seen else "",
            f"/payments/{one.pk}" if one.pk in seen else "",
        )
        for one in found
    ]


nav.add(_("Receivables"), "file-dollar", "/receivables/", "receivable.view", order=38, homes=("finance", "executive"))
nav.add(_("Payments"), "cash-banknote", "/payments/", "payment.view", order=39, homes=("finance",))
nav.quick_create("receivable", order=80)
nav.quick_create("payment", order=81)
nav.setting(
    _("Payment terms"), "calendar-due", "/payment-terms/", "payment_terms.edit", 55,
    topic="money", about=_("By which instalments customers pay"),
)  # fmt: skip
nav.setting(
    _("Dunning"), "stairs-up", "/dunning-steps/", "dunning_step.edit", 56,
    topic="money", about=_("Who is told how many days after the due day"),
)  # fmt: skip
nav.setting(
    _("Credit terms"), "credit-card", "/credit-terms/", "credit_terms.edit", 54,
    topic="money", about=_("How much customers may owe, how late they may be, when they pay"),
)  # fmt: skip
columns.tones(
    "receivable.state", {"open": "wait", "partly": "wait", "paid": "ok", "written_off": "warn", "cancelled": ""}
)
columns.tones("payment.state", {"free": "warn", "partly": "wait", "settled": "ok", "reversed": ""})
columns.tones("invoice.state", {"valid": "ok", "reddened": "", "red": "warn"})
columns.due("receivable.next_due_on", "state", OPEN_STATES)
columns.due("receivable.promised_on", "state", OPEN_STATES)
columns.due("instalment.due_on", "is_open", (True,))
panels.add_view(
    "receivable", View("open", pgettext_lazy("receivables", "Open"), lambda actor: Q(state__in=OPEN_STATES))
)
panels.add_view("receivable", View("late", _("Overdue"), _late))
panels.add_view(
    "payment", View("free", _("To allocate"), lambda actor: Q(state__in=(PaymentState.FREE, PaymentState.PARTLY)))
)
panels.begin_with("receivable", "open")
panels.when_empty("receivable", _("A receivable comes from a delivery, is entered by hand, or is imported."))
panels.advise("payment")(_same_reference)
panels.add("customer", "top", "billing/_customer.html", cards.on_customer, order=30)
panels.add("sales_order", "main", "billing/_owed.html", cards.on_order, order=40)
panels.add("delivery", "main", "billing/_owed.html", cards.on_delivery, order=40)
panels.add("delivery", "main", "billing/_credited.html", cards.on_return, order=41)
panels.add("payment", "left", "documents/figures.html", figures("returned", "promise"), order=20)
panels.add("receivable", "top", "billing/_receivable.html", cards.on_receivable, order=30)
panels.add("payment", "main", "billing/_payment.html", cards.on_payment, order=10)
home.card("money", template="billing/_finance.html", context=cards.finance, homes=("finance",), order=5)
home.card("late", template="billing/_late.html", context=cards.late_customers, homes=("sales",), order=25)
for kind in ("receivable", "payment"):
    panels.add(kind, "head", "billing/_links.html", cards.links)

__all__ = ["behind"]
