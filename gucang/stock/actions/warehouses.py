"""Verbs of the warehouse."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.stock.models import StockLevel, Warehouse


def _why_kept(warehouse: Warehouse) -> str | None:
    """Why a warehouse cannot go: something lies in it."""
    if StockLevel.objects.filter(~Q(on_hand=0), warehouse=warehouse).exists():
        return _t("There is still something in “%(warehouse)s”. Transfer or issue it first.") % {"warehouse": warehouse}
    return None


create = creating("warehouse")
edit = editing("warehouse")
delete = deleting("warehouse", guard=_why_kept)
restore = restoring("warehouse")
