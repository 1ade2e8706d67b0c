"""The places of a company's own types: in the rail under one heading, and where they are made, in the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.surface import nav
from gucang.surface.nav import Place

# After the program's own places, before those at the foot.
FIRST = 60

nav.setting(
    _("Own record types"), "stack-2", "/record-types/", "record_type.create", 45,
    topic="data", about=_("What your company keeps besides: equipment, contracts, projects"),
)  # fmt: skip


@nav.more_from
def places() -> list[Place]:
    """A place for each type in use, for those who may see its records."""
    return [
        Place(one.label_plural, one.icon, f"/{one.plural}/", f"{one.name}.view", FIRST + n, group=_("Own records"))
        for n, one in enumerate(records.own().values())
        if not one.retired
    ]
