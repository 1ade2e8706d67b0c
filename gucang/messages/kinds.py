"""The kinds of notifications. A module declares its own; people choose per kind how they want to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """`mail` says whether it also goes out by e-mail unless the member decides otherwise."""

    name: str
    label: Any
    icon: str = "bell"
    mail: bool = True


_kinds: dict[str, Kind] = {}


def declare(name: str, label: Any, *, icon: str = "bell", mail: bool = True) -> Kind:
    """Add a kind; returns it. Raises ValueError for a name taken."""
    if name in _kinds:
        raise ValueError(f"Notification kind {name} is declared twice.")
    _kinds[name] = Kind(name, label, icon, mail)
    return _kinds[name]


def label_of(name: str) -> Any:
    """The label of a kind, translated when shown; the name itself for a kind that no module declares any more."""
    return _kinds[name].label if name in _kinds else name


def every() -> list[Kind]:
    """All kinds in the order of their declaration."""
    return list(_kinds.values())


ASSIGNED = declare("assigned", _("Given to me"), icon="user-check")
CLAIMED = declare("claimed", _("Claimed from me"), icon="users", mail=False)
MENTIONED = declare("mentioned", _("Somebody mentioned me"), icon="message-circle")
COACHED = declare("coached", _("Coaching"), icon="bulb")
DUE = declare("due", _("Due today"), icon="calendar-check")
OVERDUE = declare("overdue", _("Overdue"), icon="alert-triangle")
ESCALATED = declare("escalated", _("Overdue in my team"), icon="flag")
DONE = declare("done", _("Done for me"), icon="check", mail=False)
RECYCLING = declare("recycling", _("Soon back in the pool"), icon="clock")
