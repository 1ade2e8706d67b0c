"""Verbs of processes: made, named, retired. What a process says is a matter of its versions."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.sops import rules
from gucang.sops.actions import versions
from gucang.sops.models import Process


def _edited(process: Process, actor: Actor) -> None:
    was = Process.with_bin.values_list("case_type", flat=True).get(pk=process.pk)
    if was != process.case_type and process.versions.exists():
        raise Invalid({"case_type": [_t("What it is about stays, its steps name deeds of that. Make a new process.")]})


create = creating("process", label=pgettext_lazy("SOP", "New process"))
edit = editing("process", prepare=_edited)
delete = deleting("process", guard=rules.why_kept)
restore = restoring("process")


@action(
    "process.retire", label=pgettext_lazy("process", "Retire"), icon="player-pause", always=True,
    labels={"reason": _("Why")},
    says=_("“%(record)s” does not hold any more from now on. What was done by it is still judged by it."),
)  # fmt: skip
def retire(process: Process, *, actor: Actor, reason: Annotated[str, Text(max_length=300)]) -> dict[str, str]:
    """Put the version in force out of force, with none after it. A new version brings the process back."""
    current = versions.current_of(process)
    if current is None:
        raise Refused(_t("“%(process)s” is not in force.") % {"process": process})
    versions.supersede(current, actor=system())
    return {"reason": reason.strip(), "version": str(current.number)}
