"""Where the frame leads to own fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.surface import nav

nav.setting(
    _("Own fields"), "forms", "/fields/", "custom_field.edit", 35,
    topic="data", about=_("What your company adds to its records"),
)  # fmt: skip
