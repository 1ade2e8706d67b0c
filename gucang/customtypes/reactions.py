"""What follows from events of own records: whoever gets one is told, as with a customer."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from gucang.customtypes.models import PREFIX
from gucang.kernel import records
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears_where


def is_handed_over(event: Event) -> bool:
    """Whether a record of an own type was given to somebody."""
    return event.name.startswith(PREFIX) and event.name.endswith(".assign")


@hears_where(is_handed_over, kind=kinds.ASSIGNED)
def tell_new_owner(event: Event) -> Iterable[Told]:
    """Whoever gets a record hears from whom."""
    kind = records.own().get(event.subject_type)
    yield Told(
        event.changes.get("owner", [None, None])[1],
        gettext_noop("%(by)s gave you the %(what)s “%(record)s”."),
        {"by": actor_name(event), "what": str(kind.label) if kind is not None else "", "record": event.subject_label},
        many=gettext_noop("%(by)s gave you %(count)s records of “%(what)s”, “%(record)s” among them."),
    )
