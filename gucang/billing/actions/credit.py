"""Credit terms: kept by finance."""

from __future__ import annotations

from gucang.kernel.actions import creating, deleting, editing, restoring

create = creating("credit_terms")
edit = editing("credit_terms")
delete = deleting("credit_terms")
restore = restoring("credit_terms")

__all__ = ["create", "delete", "edit", "restore"]
