"""The one way a write happens."""

from gucang.kernel.actions.bulk import Row, create_many, edit_many
from gucang.kernel.actions.core import Action, Outcome, action, gate, get, keep
from gucang.kernel.actions.standard import (
    creating,
    deleting,
    editing,
    erasing,
    owned_by_actor,
    restoring,
    sharing,
)

__all__ = [
    "Action",
    "Outcome",
    "Row",
    "action",
    "create_many",
    "creating",
    "deleting",
    "edit_many",
    "editing",
    "erasing",
    "gate",
    "get",
    "keep",
    "owned_by_actor",
    "restoring",
    "sharing",
]
