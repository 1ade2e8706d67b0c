"""Verbs of process models."""

from __future__ import annotations

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.processes import reading
from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.errors import BadModel
from gucang.processes.models import ProcessModel

MOST_CHARACTERS = 2_000_000


def _check(model: ProcessModel, actor: Actor) -> None:
    """Refuse what is no model, or one that can never end."""
    try:
        Aligner(reading.net_of_text(model.definition))
    except BadModel as problem:
        raise Invalid({"definition": [reading.told(problem)]}) from problem


create = creating("process_model", prepare=_check)
edit = editing("process_model", prepare=_check)
delete = deleting("process_model")
restore = restoring("process_model")
