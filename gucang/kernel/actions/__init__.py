"""The one way a write happens."""

from gucang.kernel.actions.bulk import Row, create_many, do_many, edit_many, or_raise
from gucang.kernel.actions.core import Action, Outcome, action, as_outermost, get, is_outermost
from gucang.kernel.actions.gates import Weighed, gate, outer_gate, weigh
from gucang.kernel.actions.keeping import keep
from gucang.kernel.actions.standard import (
    creating,
    deleting,
    editing,
    erasing,
    restoring,
    sharing,
    the_maker,
)

__all__ = [
    "Action",
    "Outcome",
    "Row",
    "Weighed",
    "action",
    "as_outermost",
    "create_many",
    "creating",
    "deleting",
    "do_many",
    "edit_many",
    "editing",
    "erasing",
    "gate",
    "get",
    "is_outermost",
    "keep",
    "or_raise",
    "outer_gate",
    "restoring",
    "sharing",
    "the_maker",
    "weigh",
]
