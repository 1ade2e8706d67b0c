"""What may be done with a sales order: written, approved, changed by a new version, done or cancelled."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import letterhead
from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.documents import settling
from gucang.kernel import clock, lines, records
from gucang.kernel.actions import action, creating, deleting, editing, restoring, sharing
from gucang.kernel.actions.values import assign as put_on
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import BadValue, Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import may_give_away
from gucang.ordering import credit, queries, rules
from gucang.ordering.models import Delivered, OrderState, OrderVersion, SalesOrder
from gucang.parties import rules as party_rules
from gucang.selling.actions import quotes


def _begin(order: SalesOrder, actor: Actor) -> None:
    if order.quote_id is None and (sentence := party_rules.why_unclaimed(actor, order.customer)):
        raise Invalid({"customer": [sentence]})
    if order.owner_id is None:
        order.owner_id = actor.member_id
    if order.ordered_on is None:
        order.ordered_on = clock.today()
    if order.state != OrderState.DRAFT and order.approved_on is None:
        order.approved_on = order.ordered_on  # kept history that an import brings in
    if order.state == OrderState.DONE:
        order.delivered = Delivered.WHOLE
    _settle(order, actor)


def _settle(order: SalesOrder, actor: Actor) -> None:
    if order.opportunity is not None and order.opportunity.customer_id != order.customer_id:
        sentence = _t("“%(deal)s” is a deal with another customer. Choose one of this customer's.")
        raise Invalid({"opportunity": [sentence % {"deal": order.opportunity}]})
    settling.settle(order)


create = creating("sales_order", prepare=_begin)
edit = editing("sales_order", prepare=_settle, guard=rules.why_not_written)
delete = deleting("sales_order", guard=rules.why_not_deletable, allow=may_give_away("sales_order.delete"))
restore = restoring("sales_order")
share, unshare = sharing("sales_order", Member)


@action(
    "sales_order.approve", label=pgettext_lazy("order", "Submit"), guard=rules.why_not_approvable, tone="primary",
    icon="clipboard-check", labels={"note": _("Remark")},
)  # fmt: skip
def approve(order: SalesOrder, *, actor: Actor, note: Annotated[str, Text(long=True)] = "") -> dict[str, Any]:
    """Let the order hold. Where a policy wants others to agree, it waits for them; what holds is kept as a version."""
    order.state, order.approved_on = OrderState.APPROVED, clock.today()
    order.terms = order.terms or letterhead.of_company().terms
    found = credit.measure(order, actor)
    order.over_credit, order.late_days = found.over, found.late_days
    _keep_version(order, actor)
    return {"note": note, "version": order.revision, "total": order.total, "currency": order.currency}


def _keep_version(order: SalesOrder, actor: Actor) -> None:
    """Keep what the order says as the version that holds."""
    OrderVersion(
        order=order, number=order.revision, approved_at=clock.now(), approved_by_id=actor.member_id,
        content=queries.content_of(order),
    ).save()  # fmt: skip


@action(
    "sales_order.revise", label=_("Change the order"), guard=rules.why_not_approved, icon="pencil",
    labels={"reason": _("Why it is changed")},
)  # fmt: skip
def revise(order: SalesOrder, *, actor: Actor, reason: Annotated[str, Text(max_length=200)]) -> dict[str, Any]:
    """Begin a new version. What was approved holds until the new one is submitted and agreed to."""
    if not OrderVersion.objects.filter(order=order, number=order.revision).exists():
        _keep_version(order, actor)  # an import brought it in as approved
    order.state, order.revision = OrderState.CHANGING, order.revision + 1
    return {"reason": reason}


@action("sales_order.drop_changes", label=_("Drop the changes"), guard=rules.why_not_changing, icon="arrow-back-up")
def drop_changes(order: SalesOrder, *, actor: Actor) -> dict[str, Any]:
    """Go back to what was approved last."""
    last = queries.versions_of(order)[0]
    specs, declared = records.get("sales_order").specs, records.get("sales_order").lines
    assert declared is not None
    patch = {line.key: None for line in lines.of(order)} | last.content["lines"]
    try:
        put_on(order, {name: specs[name].clean(value, system()) for name, value in last.content["head"].items()})
        lines.put(order, declared.spec.bound(order).clean({int(key): line for key, line in patch.items()}, system()))
    except BadValue as problem:
        raise Refused(str(problem)) from None
    settling.settle(order)
    order.state, order.revision = OrderState.APPROVED, last.number
    return {"version": last.number}


@action(
    "sales_order.deliver", label=_("Deliver"), guard=rules.why_not_deliverable, icon="truck-delivery", tone="primary",
    always=True,
)  # fmt: skip
def deliver(order: SalesOrder) -> None:
    """Write a delivery of what is left of the order; whoever keeps the stock confirms it."""


@action("sales_order.progress", label=_("Delivery"), internal=True)
def progress(order: SalesOrder, *, delivered: str, lacking: bool) -> None:
    """How far the order is delivered, and whether it waits for goods."""
    order.delivered, order.lacking = delivered, lacking


def _reopened(event: Event) -> tuple[str, dict[str, Any]]:
    return "reopen", {}


@action("sales_order.complete", label=_("Done"), guard=rules.why_not_approved, icon="check", back=_reopened)
def complete(order: SalesOrder) -> None:
    """Everything of it has been done."""
    order.state = OrderState.DONE


@action("sales_order.reopen", label=_("Reopen"), guard=rules.why_not_done, icon="rotate")
def reopen(order: SalesOrder) -> None:
    """Something is still to be done."""
    order.state = OrderState.APPROVED


@action(
    "sales_order.cancel", label=pgettext_lazy("order", "Cancel"), guard=rules.why_not_cancellable, tone="danger",
    icon="ban", labels={"reason": _("Why it is cancelled")},
    says=_("“%(record)s” is cancelled for good. Of its quote another order can be made."),
)  # fmt: skip
def cancel(order: SalesOrder, *, reason: Annotated[str, Text(max_length=200)]) -> dict[str, Any]:
    """Do nothing more for the order, and say why."""
    order.state, order.cancelled_for = OrderState.CANCELLED, reason
    if order.quote_id is not None:
        quotes.order_again(order.quote_id, actor=system())
    return {"reason": reason}


@action(
    "sales_order.assign", label=_("Assign"), allow=may_give_away("sales_order.assign"), unowned=True,
    hands_over=True, icon="user-share", labels={"owner": _("New owner"), "note": _("What they should know")},
)  # fmt: skip
def assign(
    order: SalesOrder,
    *,
    owner: Colleague,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Hand the order over to a colleague as it is."""
    return hand_over(order, owner, note=note)
