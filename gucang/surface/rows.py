"""The rows of a list as HTML. Drawn here and not in a template: fifty rows are 2,000 expressions and macro calls there,
two fifths of the time of the page under the profiler; here each column says once what its cells have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from markupsafe import Markup

from gucang.surface.columns import Column, Shower

_ROW = Markup(
    '<tr data-key="%(pk)s" data-url="%(url)s" data-peek-url="%(url)s?peek=1"><td class="pick"><input class="check" '
    'type="checkbox" name="picked" value="%(pk)s" form="bulk" aria-label="%(pick)s" data-pick></td>%(cells)s</tr>'
)
_LINK = Markup('<a href="%s">%s</a>')


@dataclass(frozen=True)
class _Cells:
    """One column: its cells with something in them, one without, and what stands in them."""

    full: Markup
    empty: Markup
    shown: Callable[[Any], Any]


def drawn(shower: Shower, columns: Sequence[Column], rows: Sequence[Any], widths: Collection[str] = ()) -> Markup:
    """The <tr> elements of `rows`, in order; the first column leads to the record, those of `widths` cut what is long.

    An editable cell says its field: the script makes an address of it and its row's.
    """
    base = f"{shower.base}/{shower.type.plural}/"
    pick = _t("Select %(name)s")
    cells = [_cells(shower, one, first=n == 0, cut=one.name in widths) for n, one in enumerate(columns)]
    return Markup("").join(_row(row, f"{base}{row.pk}", pick, cells) for row in rows)


def _cells(shower: Shower, column: Column, *, first: bool, cut: bool) -> _Cells:
    kind = "name" if first else "num" if column.numeric else "long" if column.spec.kind == "longtext" else ""
    kind = f"{kind} cut".strip() if cut else kind
    rest = Markup(' data-label="%s"') % column.label
    if column.editable and not first:
        rest += Markup(' data-edit="%s"') % column.name
    rest = rest.replace("%", "%%")
    full = Markup("<td") + (Markup(' class="%s"') % kind if kind else "") + rest + Markup(">%s</td>")
    empty = Markup("<td") + Markup(' class="%s"') % f"{kind} none".strip() + rest + Markup(">%s</td>")
    return _Cells(full, empty % "—", shower.field(column.spec, link=not first))


def _row(row: Any, url: str, pick: str, cells: Sequence[_Cells]) -> Markup:
    label = str(row)
    parts = []
    for n, cell in enumerate(cells):
        shown = cell.shown(row)
        if n == 0:
            shown = _LINK % (url, shown or label)
        parts.append(cell.full % shown if shown else cell.empty)
    return _ROW % {"pk": row.pk, "url": url, "pick": pick % {"name": label}, "cells": Markup("").join(parts)}
