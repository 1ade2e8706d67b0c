"""Verbs of coaching."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.activity import entries, rules, subjects
from gucang.activity.models import Coaching
from gucang.kernel import records
from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor


def _advised(coaching: Coaching, actor: Actor) -> None:
    about = entries.set_subject(coaching, actor, subjects.COACHED)
    coaching.author_id = actor.member_id
    if coaching.to_id is None:
        coaching.to_id = records.by_model(type(about)).owner_id(about)


def _reworded(coaching: Coaching, actor: Actor) -> None:
    entries.keep_subject(coaching)


create = creating("coaching", prepare=_advised, label=_("Coach"))
edit = editing("coaching", prepare=_reworded, guard=rules.why_settled)
delete = deleting("coaching", guard=rules.why_settled)
restore = restoring("coaching")
