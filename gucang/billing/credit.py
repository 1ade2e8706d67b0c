"""What a customer's credit says: how much it owes and has ordered, against how much it may; and how late it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Min
from django.utils.translation import gettext as _t

from gucang.billing import queries, standing
from gucang.billing.models import CreditTerms, Instalment
from gucang.billing.standing import used_by
from gucang.books import queries as books
from gucang.documents.money import rounded
from gucang.kernel import clock
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import Actor
from gucang.ordering.credit import Credit, answered_by
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.surface import ui

ZERO = Decimal(0)


def oldest_due(customer_id: int) -> date | None:
    """The first day on which something that is still open was due. One query."""
    found: date | None = Instalment.objects.filter(customer_id=customer_id, is_open=True).aggregate(
        first=Min("due_on")
    )["first"]
    return found


@answered_by
def measure(order: SalesOrder, actor: Actor) -> Credit:
    """Whether the order goes beyond its customer's credit. Two orders at once wait for each other at the customer."""
    terms = standing.terms_of(order.customer_id).first()
    if terms is None or (terms.limit is None and terms.late_days is None):
        return Credit()
    lock_rows(Customer, [order.customer_id])
    over = _over(order, terms.limit) if terms.limit is not None else ZERO
    late = _late(order.customer_id, terms.late_days) if terms.late_days is not None else 0
    return Credit(over, late, _said(order, over, late, terms, actor))


def _over(order: SalesOrder, limit: Decimal) -> Decimal:
    worth = order.total * books.check_rate(order.currency, clock.today())
    return max(rounded(used_by(order.customer_id, order.pk).total + worth - limit), ZERO)


def _late(customer_id: int, most: int) -> int:
    first = oldest_due(customer_id)
    days = (clock.today() - first).days if first is not None else 0
    return min(days, 32_767) if days > most else 0


def _said(order: SalesOrder, over: Decimal, late: int, terms: CreditTerms, actor: Actor) -> str:
    """Why, with a way on; without amounts for whom those are hidden. "" if all is well."""
    words = {"customer": order.customer, "days": late}
    said = []
    if over and terms.limit is not None and queries.sees_amounts(actor, "receivable"):
        words |= {"over": ui.money_text(over), "limit": ui.money_text(terms.limit)}
        said.append(_t("With this order “%(customer)s” is %(over)s beyond its credit limit of %(limit)s.") % words)
    elif over:
        said.append(_t("With this order “%(customer)s” is beyond its credit limit.") % words)
    if late:
        said.append(_t("“%(customer)s” is %(days)s days late with a payment.") % words)
    if said:
        said.append(_t("Let it pay first, or ask finance for other credit terms."))
    return " ".join(said)
