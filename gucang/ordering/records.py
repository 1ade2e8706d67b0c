"""Sales orders, as people see them; and what the built-in roles may do with them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.documents.boards import by_state
from gucang.documents.declaring import product_lines
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, Uncounted, register
from gucang.ordering import models, rules
from gucang.ordering.actions import orders
from gucang.papers import declared as papers
from gucang.papers.declared import Paper

sales_order = register(
    RecordType(
        name="sales_order",
        model=models.SalesOrder,
        plural="sales-orders",
        number="DD{yy}{mm}-{seq:04}",
        icon="package",
        owner="owner_id",
        concerns=("customer", "quote", "opportunity"),
        visible=rules.visible_orders,
        columns=(
            "number", "customer", "total", "state", "delivered", "ordered_on", "deliver_by", "owner", "updated_at",
        ),
        filters=(
            "state", "owner", "customer", "opportunity", "quote", "total", "ordered_on", "deliver_by", "approved_on",
            "currency", "line_discount", "total_discount", "over_discount", "margin_rate", "margin", "discount",
            "revision", "customer_number", "delivered", "lacking", "over_credit", "late_days",
        ),
        form=Layout(
            (_("Order"), "customer", "contact", "customer_number", "ordered_on", "deliver_by", "address"),
            (_("More"), "opportunity", "currency", "discount", "terms", "note"),
            first=("customer", "deliver_by"),
            lines=product_lines(models.OrderLine, "order"),
        ),
        create=orders.create,
        edit=orders.edit,
        actions=(
            orders.approve, orders.deliver, orders.complete, orders.revise, orders.drop_changes, orders.reopen,
            orders.assign, orders.share, orders.unshare, orders.cancel, orders.delete, orders.restore,
        ),
        uncounted=Uncounted(Q(state=models.OrderState.CANCELLED), _("cancelled orders not counted")),
        board=by_state(
            models.OrderState,
            {"draft": "", "approved": "", "changing": "warn", "done": "ok"},
            {"approved": "sales_order.approve", "done": "sales_order.complete", "changing": "sales_order.revise"},
            card=("number", "customer", "total", "deliver_by", "owner"),
        ),
        calendar=Calendar(
            title=("number",), on="deliver_by", about="customer", tone="ok",
            only=Q(state__in=(models.OrderState.APPROVED, models.OrderState.CHANGING)),
        ),
        order="-updated_at",
        search={"number": "A", "customer_number": "A", "customer__name": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number", "owner", "state", "approved_on", "quote", "cancelled_for")),
    )
)  # fmt: skip

subjects.allow("sales_order")
_HOLDS = (models.OrderState.APPROVED, models.OrderState.DONE)
papers.register(
    Paper(
        "sales_order", pgettext_lazy("paper", "Sales order"),
        facts=("ordered_on", "deliver_by", "customer_number", "address", "owner"),
        signatures=(pgettext_lazy("paper", "Supplier"), pgettext_lazy("paper", "Buyer")),
        labels={"owner": pgettext_lazy("paper", "Salesperson")},
        mark=lambda order: order.get_state_display() if order.state not in _HOLDS else "",
    )
)  # fmt: skip

_ORDERS = tuple(f"sales_order.{verb}" for verb in ("view", *sales_order.verbs))
roles.grant("salesperson", dict.fromkeys((one for one in _ORDERS if not one.endswith(".restore")), Reach.OWN))
roles.grant("sales_manager", dict.fromkeys((*_ORDERS, "sales_order.export", "sales_order.import"), Reach.TREE))
for _key in ("service", "finance"):
    roles.grant(_key, {"sales_order.view": Reach.COMPANY})
# What is left of a price says what the thing costs.
for _key in ("salesperson", "service", "reader"):
    roles.restrict(_key, dict.fromkeys(("sales_order.margin", "sales_order.margin_rate"), FieldRule(Access.HIDDEN)))
