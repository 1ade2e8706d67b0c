"""The verbs of the books' set-up."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.books import rules
from gucang.books.models import BookRules, ExchangeRate
from gucang.kernel import clock
from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.currency import own_currency
from gucang.kernel.errors import Invalid


def _past(books: BookRules, actor: Actor) -> None:
    """Only what is over can be closed; unless another day is written, last month and all before it."""
    if books.closed_until is None:
        books.closed_until = clock.today().replace(day=1) - timedelta(days=1)
    if sentence := rules.why_not_come(books.closed_until, clock.today()):
        raise Invalid({"closed_until": [sentence]})


create = creating("book_rules", prepare=_past, label=_("Close a period"))
edit = editing("book_rules", prepare=_past)


def _foreign(rate: ExchangeRate, actor: Actor) -> None:
    if rate.currency == own_currency():
        raise Invalid({"currency": [_t("This is the company's own currency; choose another one.")]})


create_rate = creating("exchange_rate", prepare=_foreign)
edit_rate = editing("exchange_rate", prepare=_foreign)
delete_rate = deleting("exchange_rate")
restore_rate = restoring("exchange_rate")
