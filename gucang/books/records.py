"""The books' set-up, as people see it; finance keeps it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.books import actions, models
from gucang.kernel.actors import Reach
from gucang.kernel.permissions import whoever_may
from gucang.kernel.records import Exchange, Layout, RecordType, register

book_rules = register(
    RecordType(
        name="book_rules",
        model=models.BookRules,
        plural="book-rules",
        icon="lock",
        visible=whoever_may("book_rules.view"),
        columns=("closed_until",),
        form=Layout((_("Closed period"), "closed_until")),
        only=True,
        create=actions.create,
        edit=actions.edit,
    )
)

exchange_rate = register(
    RecordType(
        name="exchange_rate",
        model=models.ExchangeRate,
        plural="exchange-rates",
        icon="coin",
        visible=whoever_may("exchange_rate.view"),
        columns=("currency", "on", "rate"),
        filters=("currency", "on"),
        order="-on",
        form=Layout((_("Exchange rate"), "currency", "on", "rate")),
        create=actions.create_rate,
        edit=actions.edit_rate,
        actions=(actions.delete_rate, actions.restore_rate),
        exchange=Exchange(key=""),  # a day has a rate of every currency
    )
)

roles.grant_all(dict.fromkeys(("book_rules.view", "exchange_rate.view"), Reach.COMPANY))
_KEPT = tuple(f"{kind.name}.{verb}" for kind in (book_rules, exchange_rate) for verb in kind.verbs)
roles.grant("finance", dict.fromkeys((*_KEPT, "exchange_rate.import", "exchange_rate.export"), Reach.COMPANY))
