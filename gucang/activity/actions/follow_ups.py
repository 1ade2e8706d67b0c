"""Verbs of the follow-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.activity import entries, rules
from gucang.activity.models import FollowUp
from gucang.kernel import clock
from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor


def _written(follow_up: FollowUp, actor: Actor) -> None:
    entries.set_subject(follow_up, actor)
    follow_up.author_id = actor.member_id
    follow_up.happened_at = follow_up.happened_at or clock.now()


def _rewritten(follow_up: FollowUp, actor: Actor) -> None:
    entries.keep_subject(follow_up)


create = creating("follow_up", prepare=_written, label=_("Write down"))
edit = editing("follow_up", prepare=_rewritten, guard=rules.why_settled)
delete = deleting("follow_up", guard=rules.why_settled)
restore = restoring("follow_up")
