"""Verbs of leave: days on which somebody is away."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _t

from gucang.accounts.models import Status
from gucang.kernel import permissions, records
from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.worktime.models import FirstDay, LastDay, Leave

LONGEST = timedelta(days=400)


def _begin(leave: Leave, actor: Actor) -> None:
    if leave.member_id is None:
        leave.member_id = actor.member_id
    if leave.member_id is None:
        raise Invalid({"member": [_t("Say who is away.")]})
    _check(leave, actor, "leave.create")


def _change(leave: Leave, actor: Actor) -> None:
    if leave.member_id is None:
        raise Invalid({"member": [_t("Say who is away.")]})
    _check(leave, actor, "leave.edit")


def _check(leave: Leave, actor: Actor, right: str) -> None:
    if not permissions.within_reach(actor, right, records.get("leave"), leave):
        raise Invalid({"member": [_t("You may not enter leave for this colleague. Ask their manager.")]})
    if leave.deputy is not None and leave.deputy.status == Status.LEFT:
        raise Invalid({"deputy": [_t("%(name)s has left the company. Choose somebody else.") % {"name": leave.deputy}]})
    if leave.ends_on - leave.begins_on > LONGEST:
        raise Invalid({"ends_on": [_t("Leave lasts a year at most. Enter the rest when it comes.")]})
    others = Leave.objects.filter(member_id=leave.member_id).exclude(pk=leave.pk)
    near = others.filter(begins_on__lte=leave.ends_on, ends_on__gte=leave.begins_on).order_by("begins_on")
    other = next((one for one in near if not _meet_at_noon(one, leave) and not _meet_at_noon(leave, one)), None)
    if other is not None:
        sentence = _t("These days are within “%(leave)s” already. Change that one.")
        raise Invalid({"begins_on": [sentence % {"leave": other}]})


def _meet_at_noon(earlier: Leave, later: Leave) -> bool:
    """Whether one leave ends at noon of the day on whose noon the other begins."""
    return (
        earlier.ends_on == later.begins_on
        and earlier.ends == LastDay.MORNING
        and later.begins == FirstDay.AFTERNOON
        and earlier.begins_on <= later.begins_on
        and earlier.ends_on <= later.ends_on
    )


create = creating("leave", prepare=_begin)
edit = editing("leave", prepare=_change)
delete = deleting("leave")
restore = restoring("leave")
