"""Where the settings lead to the closed period and to exchange rates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.surface import nav

nav.setting(
    _("Closed period"), "lock", "/book-rules/", "book_rules.edit", 60,
    topic="money", about=_("Until when nothing is booked any more"),
)  # fmt: skip
nav.setting(
    _("Exchange rates"), "coin", "/exchange-rates/", "exchange_rate.edit", 61,
    topic="money", about=_("What other currencies are worth"),
)  # fmt: skip
