"""The process map: a version as it was drawn, with what really happens on it, from kept numbers alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from markupsafe import Markup

from gucang.conformance import paces, queries, wording
from gucang.conformance.models import Arrow, Case
from gucang.conformance.variants import Words, words_of
from gucang.kernel import clock
from gucang.processes.mining.drawing import Badge, Detour, Mark, draw
from gucang.sops.models import ProcessVersion
from gucang.sops.vocabulary import role_name
from gucang.worktime.queries import calendar_of

# So many ways beside the process are drawn; all of them stand in the table below.
MOST_DETOURS = 12
Pair = tuple[str, str]


def names_of(words: Words) -> dict[str, str]:
    """What the steps are called, by key."""
    return {key: step.name for key, step in words.definition.steps.items()}


def drawn(
    version: ProcessVersion,
    found: Mapping[Pair, Arrow],
    waiting: Mapping[str, queries.Queue],
    *,
    list_url: str = "",
    here: Case | None = None,
) -> Markup:
    """The drawing. `list_url` leads to the cases that wait for a step; `here` is the case that one comes from."""
    words = words_of(version)
    names = names_of(words)
    steps = {key: _step(key, found, waiting.get(key), list_url, here) for key in words.order}
    allowed = {pair: _way(one) for pair, one in found.items() if pair in words.allowed}
    others = sorted((one for pair, one in found.items() if pair not in words.allowed), key=lambda one: -one.count)
    detours = [
        Detour(one.before, one.after, text=f"{one.count:,}", title=_said(one, names), count=one.count)
        for one in others[:MOST_DETOURS]
    ]
    title = _t("How “%(process)s” really goes") % {"process": version.name}
    return draw(words.definition.tree, names, title=title, steps=steps, arrows=allowed, detours=detours)


def _step(key: str, found: Mapping[Pair, Arrow], queue: queries.Queue | None, list_url: str, here: Case | None) -> Mark:
    badges, css = [], ""
    if here is not None and here.waits_for == key:
        badges.append(Badge(_t("You are here"), "here"))
        css = "here"
    if queue is not None and queue.cases:
        hours = calendar_of()
        told = _t("The longest since %(time)s") % {"time": wording.since(queue.since, clock.now(), hours)}
        badges.append(
            Badge(_t("%(num)s waiting") % {"num": f"{queue.cases:,}"}, "late" if queue.late else "waiting", told)
        )
    seen = sum(one.count for (_before, after), one in found.items() if after == key)
    note = ngettext("%(num)s time", "%(num)s times", seen) % {"num": f"{seen:,}"}
    href = f"{list_url}{key}" if list_url and queue is not None and queue.cases else ""
    return Mark(css=css, badges=badges, note=note, href=href)


def _way(one: Arrow) -> Mark:
    text = f"{one.count:,}"
    if one.before and one.after:
        text += " · " + short(paces.quantile(one.paces, 0.5))
    return Mark(text=text, count=one.count, title=times(one))


def _said(one: Arrow, names: Mapping[str, str]) -> str:
    way = f"{names.get(one.before, _t('begin'))} → {names.get(one.after, _t('end'))}"
    return f"{way}: {one.count:,}, {times(one)}" if one.before and one.after else f"{way}: {one.count:,}"


def roles_said(roles: Iterable[str]) -> str:
    """Who does a step, by their roles."""
    return "、".join(role_name(one) for one in roles)


def times(one: Arrow) -> str:
    """The median and the 90th percentile of working time on an arrow, in words."""
    if not (one.before and one.after):
        return ""
    middle, most = (wording.working(paces.quantile(one.paces, share)) for share in (0.5, 0.9))
    return _t("half within %(middle)s, nine of ten within %(most)s") % {"middle": middle, "most": most}


def short(minutes: int | None) -> str:
    """Working time in few signs, for an arrow: 35 min, 4.5 h, 3 d."""
    if minutes is None:
        return "–"
    if minutes < wording.HOUR:
        return _t("%(num)s min") % {"num": minutes}
    if minutes < 3 * wording.DAY:
        return _t("%(num)s h") % {"num": f"{minutes / wording.HOUR:.1f}".removesuffix(".0")}
    return _t("%(num)s d") % {"num": f"{minutes / wording.DAY:.1f}".removesuffix(".0")}


def table(version: ProcessVersion, found: Mapping[Pair, Arrow]) -> list[dict[str, Any]]:
    """The same in rows, the most frequent first: for who rather reads, and for what the drawing has no room for."""
    words = words_of(version)
    names = names_of(words)
    rows = []
    for pair, one in sorted(found.items(), key=lambda item: (-item[1].count, item[0])):
        inside = bool(one.before and one.after)
        rows.append(
            {
                "before": names.get(one.before, one.before) if one.before else _t("begin"),
                "after": names.get(one.after, one.after) if one.after else _t("end"),
                "count": one.count,
                "middle": wording.working(paces.quantile(one.paces, 0.5)) if inside else "",
                "most": wording.working(paces.quantile(one.paces, 0.9)) if inside else "",
                "deviates": pair not in words.allowed,
            }
        )
    return rows
