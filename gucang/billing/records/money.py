"""Receivables, instalments, payments and invoices, as people see them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing import models, rules
from gucang.billing.actions import invoices, payments, receivables
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, Related, register

OWNER = "customer__owner_id"

receivable = register(
    RecordType(
        name="receivable",
        model=models.Receivable,
        plural="receivables",
        number="YS{yyyy}{seq:05}",
        icon="file-dollar",
        owner=OWNER,
        concerns=("customer",),
        visible=rules.visible_money("receivable.view"),
        columns=("name", "customer", "amount", "open_amount", "paid_amount", "next_due_on", "state", "number"),
        filters=(
            "state", "customer", "next_due_on", "billed_on", "due_on", "amount", "open_amount", "written_off",
            "currency", "terms", "promised_on", "reminded_on", "accepted_on", "source_label",
        ),
        form=Layout(
            (_("Receivable"), "name", "customer", "amount", "currency", "billed_on", "terms", "due_on"),
            (_("More"), "source_label", "note"),
            first=("name", "customer", "amount", "billed_on", "terms"),
        ),
        create=receivables.create,
        edit=receivables.edit,
        actions=(
            receivables.accept, receivables.note_promise, receivables.write_off, receivables.take_back_write_off,
            receivables.cancel,
        ),
        related=(
            Related("instalment", "receivable", ("position", "due_on", "amount", "open_amount")),
            Related("invoice", "receivable", ("number", "kind", "amount", "issued_on", "state")),
        ),
        calendar=Calendar(
            title=("name",), on="next_due_on", about="customer", tone="warn",
            only=Q(state__in=models.OPEN_STATES),
        ),
        order="-billed_on",
        search={"number": "A", "name": "A", "customer__name": "B", "source_label": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number",)),
    )
)  # fmt: skip

instalment = register(
    RecordType(
        name="instalment",
        model=models.Instalment,
        plural="instalments",
        icon="calendar-due",
        owner=OWNER,
        concerns=("receivable",),
        visible=rules.visible_money("instalment.view"),
        columns=("receivable", "customer", "due_on", "amount", "open_amount", "is_open"),
        filters=("customer", "due_on", "is_open", "receivable", "open_amount", "currency"),
        form=Layout((_("Instalment"), "receivable", "customer", "position", "amount", "open_amount", "due_on")),
        order="-id",
        exchange=Exchange(key="id"),
    )
)

payment = register(
    RecordType(
        name="payment",
        model=models.Payment,
        plural="payments",
        number="SK{yyyy}{seq:05}",
        icon="cash-banknote",
        owner=OWNER,
        concerns=("customer",),
        visible=rules.visible_money("payment.view"),
        columns=(
            "number", "customer", "amount", "free_amount", "received_on", "method", "state", "commission_settled",
        ),
        filters=(
            "state", "customer", "received_on", "method", "amount", "free_amount", "currency", "bank_reference",
            "commission_settled", "commission_settled_on",
        ),
        form=Layout(
            (_("Payment"), "customer", "amount", "currency", "received_on", "method", "bank_reference", "pays"),
            (_("More"), "commission_settled", "commission_settled_on", "note"),
            first=("customer", "amount", "received_on", "method", "bank_reference", "pays"),
        ),
        create=payments.create,
        edit=payments.edit,
        actions=(payments.allocate, payments.unallocate, payments.refund, payments.reverse),
        order="-received_on",
        search={"number": "A", "bank_reference": "A", "customer__name": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number",)),
    )
)  # fmt: skip

invoice = register(
    RecordType(
        name="invoice",
        model=models.Invoice,
        plural="invoices",
        icon="file-invoice",
        owner=OWNER,
        concerns=("receivable",),
        visible=rules.visible_money("invoice.view"),
        columns=("number", "kind", "customer", "title", "amount", "tax", "issued_on", "state"),
        filters=("state", "kind", "customer", "receivable", "issued_on", "amount", "tax_number"),
        form=Layout(
            (
                pgettext_lazy("tax", "Invoice"), "number", "code", "kind", "customer", "receivable", "title",
                "tax_number", "issued_on", "amount", "tax", "beyond",
            ),
            (_("More"), "note"),
            first=("number", "kind", "customer", "receivable", "amount", "tax"),
        ),
        create=invoices.create,
        edit=invoices.edit,
        actions=(invoices.void, invoices.delete, invoices.restore),
        order="-issued_on",
        search={"number": "A", "title": "A", "customer__name": "B", "tax_number": "B"},
        exchange=Exchange(key="number"),
    )
)  # fmt: skip
