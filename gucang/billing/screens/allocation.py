"""核销: what a payment settles, over the customer's open instalments, proposed oldest first and changed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.billing import ledger, queries
from gucang.billing.actions import payments
from gucang.billing.models import Instalment, Payment
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Access
from gucang.kernel.errors import Invalid, NeedsApproval, NotVisible, Problem
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import find, record_url, sentences
from gucang.surface.screens.forms import form_status, parked

MOST = 200
READABLE = (Access.READ, Access.WRITE)


@dataclass(frozen=True)
class Row:
    """One instalment that the payment may settle: what is open to it, and what stands in its field."""

    instalment: Instalment
    room: Decimal
    settled: Decimal
    value: str
    late: bool

    @property
    def field(self) -> str:
        return f"a-{self.instalment.pk}"


@answered
def show(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The page with the proposal (GET) and the allocation (POST)."""
    kind = records.get("payment")
    if not request.actor.may("payment.view"):
        raise NotVisible
    payment = find(kind, request, pk)
    if request.method != "POST":
        why = payments.allocate.why_not(request.actor, payment)
        status = 200 if why is None else 409 if request.actor.may(payments.allocate.name) else 403
        return _page(request, payment, status=status, why=why or "")
    try:
        outcome = payments.allocate(
            payment,
            actor=request.actor,
            seen=_seen(request),
            request_id=request.request_id,
            to=_lines(request, payment),
        )
    except NeedsApproval as waiting:
        return parked(request, waiting, record_url(request, kind, pk))
    except Problem as problem:
        said = " ".join(sentence for many in sentences(problem).values() for sentence in many)
        return _page(request, payment, status=form_status(problem), problem=said)
    if outcome.event is not None:
        toast(request, _t("Done: %(action)s.") % {"action": payments.allocate.label})
    return go(request, record_url(request, kind, pk))


def _seen(request: CompanyRequest) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _lines(request: CompanyRequest, payment: Payment) -> str:
    """What was written into the fields, as the action takes it. Raises Invalid for a page on which nothing stands."""
    if "to" in request.POST:
        return request.POST["to"]
    settled = ledger.allocated(payment)
    found = []
    for row in _instalments(request, payment, settled):
        text = request.POST.get(f"a-{row.pk}", "").strip()
        if text not in ("", "0"):
            found.append(f"{row.receivable.number}/{row.position} = {text}")
        elif settled.get((row.receivable_id, row.position)):
            found.append(f"{row.receivable.number}/{row.position} = 0")
    if not found:
        raise Invalid({"to": [_t("Write at least one amount, or leave the payment as it is.")]})
    return "\n".join(found)


def _instalments(
    request: CompanyRequest, payment: Payment, settled: dict[tuple[int, int], Decimal]
) -> list[Instalment]:
    """What the payment settles now, then what the customer still owes, as far as the actor sees it."""
    actor = request.actor
    mine = records.get("instalment").query(actor).filter(receivable_id__in={pk for pk, _position in settled})
    now = [
        one
        for one in mine.select_related("receivable").order_by("due_on", "id")
        if (one.receivable_id, one.position) in settled
    ]
    seen = {one.pk for one in now}
    visible = records.get("instalment").visible(actor)
    owed = queries.open_instalments(payment.customer_id, payment.currency).filter(visible)[:MOST]
    return [*now, *(one for one in owed if one.pk not in seen)]


def _page(
    request: CompanyRequest, payment: Payment, *, status: int = 200, problem: str = "", why: str = ""
) -> HttpResponse:
    settled = ledger.allocated(payment) if not why else {}
    found = _instalments(request, payment, settled) if not why else []
    proposed = ledger.oldest_first(payment.free_amount, found)
    rows = []
    for one in found:
        here = settled.get((one.receivable_id, one.position), Decimal(0))
        amount = here + proposed.get(one.pk, Decimal(0))
        typed = request.POST.get(f"a-{one.pk}") if request.method == "POST" else None
        value = typed if typed is not None else f"{amount:f}" if amount else ""
        rows.append(Row(one, one.open_amount + here, here, value, one.late_on(clock.today())))
    kind = records.get("payment")
    context: dict[str, Any] = {
        "payment": payment,
        "customer": payment.customer,
        "rows": rows,
        "problem": problem,
        "why": why,
        "sees": permissions.access(request.actor, kind, "amount", payment) in READABLE,
        "label": payments.allocate.label,
        "currency": payment.currency or request.company.currency,
        "url": f"{record_url(request, kind, payment.pk)}/allocate",
        "back_url": record_url(request, kind, payment.pk),
        "today": clock.today(),
    }
    return render(request, "billing/allocate.html", context, status)
