"""对账单 on paper: what the customer compares with its own books, signs and sends back."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _t

from gucang.accounts import letterhead
from gucang.billing.statements import Statement, words_of
from gucang.documents import money
from gucang.documents.settling import terms
from gucang.kernel.actors import Actor
from gucang.papers import filling
from gucang.papers.filling import amount, day
from gucang.papers.sheet import Cell, Column, Sheet
from gucang.parties.models import Customer


def sheet_of(customer: Customer, found: Statement, actor: Actor) -> Sheet:
    """The sheet of a statement, in the active language. Whoever may see the statement may have its paper."""
    head, currency = letterhead.of_company(), found.currency or terms()[0]
    return Sheet(
        language=get_language() or settings.LANGUAGE_CODE,
        title=pgettext("paper", "Statement of account"),
        number=customer.number,
        sender=filling.sender_of(head),
        receiver=filling.customer_party(actor, customer),
        facts=[(_t("From"), day(found.first)), (_t("Until"), day(found.last)), (_t("Currency"), currency)],
        columns=[
            Column(_t("Date")), Column(pgettext("money", "What"), "main"), Column(pgettext("money", "Number")),
            Column(_t("Owed"), "number"), Column(_t("Settled"), "number"), Column(_t("Balance"), "number"),
        ],
        rows=_rows(found, currency),
        sums=[
            (_t("Opening balance"), amount(found.opening, currency)),
            (_t("Owed in the period"), amount(found.owed, currency)),
            (_t("Settled in the period"), amount(found.settled, currency)),
            (_t("Your credit with us") if found.closing < 0 else _t("Closing balance"),
             amount(abs(found.closing), currency)),
        ],
        spoken=filling.in_words(abs(found.closing), currency),
        bank=filling.bank_of(head),
        bank_title=_t("Account for payments"),
        signatures=[pgettext("paper", "Supplier"), _t("Compared and found right")],
        signed=filling.signed_words(),
        page=filling.page_words(),
        made=filling.made_words(),
    )  # fmt: skip


def _rows(found: Statement, currency: str) -> list[list[str | Cell]]:
    """From the opening balance line by line. One that was cut has more rows than a paper takes, and is refused."""
    places = money.places_of(currency)

    def plain(value: Decimal) -> str:
        return f"{value:,.{places}f}" if value else ""

    rows: list[list[str | Cell]] = [
        [found.first.isoformat(), _t("Opening balance"), "", "", "", f"{found.opening:,.{places}f}"]
    ]
    for line in found.lines:
        what = Cell(words_of(line), [line.text] if line.text else [])
        rows.append(
            [line.on.isoformat(), what, line.number, plain(line.owed), plain(line.settled),
             f"{line.balance:,.{places}f}"]
        )  # fmt: skip
    return rows
