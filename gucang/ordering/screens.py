"""Parts of generic pages: the figures and the versions of an order, tabs of the list, the place in the rail."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.documents import comparing
from gucang.documents.panels import figures
from gucang.kernel.records import RecordType
from gucang.ordering import queries, rules
from gucang.ordering.models import SalesOrder
from gucang.surface import columns, nav, panels, ui
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import View


def versions(request: CompanyRequest, record_type: RecordType, order: SalesOrder) -> dict[str, Any] | None:
    """The approved versions, and what the present one changes of the one before."""
    found = queries.versions_of(order)
    if not found or (len(found) == 1 and order.state not in rules.WRITTEN):
        return None
    currency = order.currency or request.company.currency
    now = queries.content_of(order)
    earlier = next((one for one in found if one.number < order.revision), None)
    changes = []
    if earlier is not None:
        halves = [content["lines"].values() for content in (earlier.content, now)]
        changes = comparing.of_heads(record_type, request.actor, earlier.content["head"], now["head"], record=order)
        changes += comparing.between(record_type, request.actor, *halves)
    return {
        "versions": [
            {
                "title": f"V{one.number}",
                "url": "",
                "state": f"{ui.day_text(one.approved_at)} {one.approved_by or ''}".strip(),
                "total": ui.money(one.content["total"], currency),
            }
            for one in found
        ],
        "changes": changes,
        "compared": _t("Compared with V%(number)s") % {"number": earlier.number} if earlier is not None else "",
    }


_DECIDES = (
    "total_discount", "line_discount", "over_discount", "margin", "margin_rate", "over_credit", "late_days",
)  # fmt: skip
panels.add(
    "sales_order", "left", "documents/figures.html",
    figures("quote", "revision", "approved_on", "cancelled_for", *_DECIDES), order=20,
)  # fmt: skip
panels.add("sales_order", "brief", "documents/figures.html", figures("quote", "revision", *_DECIDES), order=20)
panels.add("sales_order", "brief", "documents/versions.html", versions, order=30)
panels.add("sales_order", "left", "documents/versions.html", versions, order=30)
panels.add_view("sales_order", View("open", _("Under way"), lambda actor: ~Q(state__in=("done", "cancelled"))))
panels.add_view("sales_order", View("drafts", _("To submit"), lambda actor: Q(state__in=rules.WRITTEN)))
panels.add_view("sales_order", View("due", _("To deliver this week"), params={"deliver_by": "thisweek"}))
panels.when_empty("sales_order", _("An order comes from an accepted quote, or is written here."))
nav.add(_("Orders"), "package", "/sales-orders/", "sales_order.view", order=33, homes=("sales", "manager", "finance"))
nav.quick_create("sales_order", order=28)
columns.tones("sales_order.state", {"draft": "", "approved": "wait", "changing": "warn", "done": "ok", "cancelled": ""})
columns.tones("sales_order.delivered", {"none": "", "part": "wait", "whole": "ok"})
columns.due("sales_order.deliver_by", "state", ("approved", "changing"))
