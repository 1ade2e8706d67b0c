"""Where the settings lead to the rule of rounding."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.surface import nav

nav.setting(
    _("Rounding"), "calculator", "/settings/rounding", "company.set_rounding", 62,
    topic="money", about=_("Where amounts of documents are rounded to the cent"),
)  # fmt: skip
