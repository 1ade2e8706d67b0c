"""What was delivered is owed, and what came back is not, in the same transaction: a delivery that nobody was charged
for does not exist.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.billing import charging
from gucang.billing.actions import payments
from gucang.billing.models import Method, Receivable
from gucang.delivering.models import Delivery
from gucang.kernel import clock
from gucang.kernel.actors import Actor, system
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction


@reaction("delivery.confirm")
def charge_or_credit(event: Event, delivery: Delivery, actor: Actor) -> None:
    """A delivery makes what is owed for it, by the payment terms; a return makes a credit note against that."""
    on = delivery.confirmed_on or clock.today()
    if not delivery.is_return:
        charging.charge(delivery.order, delivery.total, on=on, source=delivery)
    elif delivery.total < 0:
        _credit(delivery)


def _credit(delivery: Delivery) -> None:
    """A credit note over what came back, first against the receivable of the delivery that it came from."""
    owed = Receivable.objects.filter(source_type="delivery", source_id=delivery.returns_id, open_order__gt=0).first()
    values: dict[str, Any] = {
        "customer": delivery.customer_id, "amount": -delivery.total, "currency": delivery.currency,
        "received_on": delivery.confirmed_on, "method": Method.CREDIT, "pays": owed,
        "returned": delivery,
        "note": _t("Return %(number)s") % {"number": delivery.number},
    }  # fmt: skip
    payments.create(actor=system(), values=values, also=("returned",))
