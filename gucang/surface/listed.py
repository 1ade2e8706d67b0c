"""What the address of a list stands for: its tab and its filters. Lists, exports, bulk work and the API ask here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, panels
from gucang.surface.filters import Applied, Filtered

VIEW, TAB = "view", "tab"
# The list without a tab, where it would begin with one.
ALL = "all"


@dataclass
class Chosen:
    """What was found, the tab that is open, and the parameters that a tab gives by itself."""

    found: Filtered
    tab: panels.View | None
    given: frozenset[str] = frozenset()


def chosen(
    record_type: RecordType,
    actor: Actor,
    params: Mapping[str, Any],
    *,
    customs: Sequence[FieldSpec] | None = None,
    ignore: Iterable[str] = (),
) -> Chosen:
    """The records of a list's address, as far as the actor may see them.

    `view` is the tab that is open; `tab` is one of the program's as a filter, so that a view can be saved that
    narrows it further. An unknown tab is a problem like that of any filter.
    """
    views = {view.key: view for view in panels.views_of(record_type, actor)}
    key = _last(params.get(TAB)) or _last(params.get(VIEW))
    base = views.get(key)
    base = base if base is not None and not base.saved else None
    given = {name: value for name, value in ((base.params or {}) if base else {}).items() if name not in params}
    found = filters.parse(record_type, actor, _Joined(params, given), customs=customs, ignore=ignore)
    if base is not None and base.condition is not None:
        found.query = found.query.filter(base.condition(actor))
    tab = _last(params.get(VIEW))
    if tab not in views and tab not in ("", ALL):
        found.problems[VIEW] = _t("There is no tab “%(name)s” here any more.") % {"name": tab[:40]}
    if TAB in params and key:
        if base is None:
            found.problems[TAB] = _t("There is no tab “%(name)s” here any more.") % {"name": key[:40]}
        else:
            found.applied.insert(0, Applied(TAB, str(base.label), (key,), words=" "))
    return Chosen(found, views.get(tab), frozenset(given))


def listed(
    record_type: RecordType, actor: Actor, params: Mapping[str, Any], *, customs: Sequence[FieldSpec] | None = None
) -> Filtered:
    """The records that a list shows under this address. Never raises; see `filters.parse` about `problems`."""
    return chosen(record_type, actor, params, customs=customs).found


def tab_of(record_type: RecordType, actor: Actor, params: Mapping[str, Any]) -> panels.View | None:
    """The tab that `view` names, if this actor has it."""
    key = _last(params.get(VIEW))
    return next((view for view in panels.views_of(record_type, actor) if view.key == key), None) if key else None


def _last(value: Any) -> str:
    return str(value[-1] if isinstance(value, list | tuple) and value else value or "")


class _Joined(dict[str, Any]):
    """Parameters of an address with more of them, as lists."""

    def __init__(self, params: Mapping[str, Any], more: Mapping[str, str]) -> None:
        getlist = getattr(params, "getlist", None)
        super().__init__({name: getlist(name) if getlist else params[name] for name in params})
        self.update(more)
