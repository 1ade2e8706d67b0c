"""Verbs of processes: made, named, retired. What a process says is a matter of its versions."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.sops import rules, shipped
from gucang.sops.actions import versions
from gucang.sops.definitions import Definition
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
    "process.adopt", label=_("Adopt"), creates=True, icon="download",
    labels={"code": pgettext_lazy("process", "code")},
)  # fmt: skip
def adopt(process: Process, *, code: Annotated[str, Text(max_length=40)]) -> dict[str, str]:
    """Make a process that comes with the program one's own, in the company's language; it is in force at once."""
    found = shipped.get(code)
    if found is None:
        raise Refused(_t("The program has no process “%(code)s”.") % {"code": code})
    with override(_language()):
        process.name, process.purpose = str(found.name), str(found.purpose)
    process.code, process.case_type = found.code, found.case_type
    return {"shipped": found.code}


def words_of(code: str) -> tuple[Definition, str]:
    """What a process of the program says, in the company's language, and why it holds."""
    found = shipped.get(code)
    if found is None:
        raise Refused(_t("The program has no process “%(code)s”.") % {"code": code})
    with override(_language()):
        return found.definition(), _t("Adopted as it comes with the program.")


def _language() -> str:
    return str(Company.objects.values_list("language", flat=True).get(pk=active_company_id()))


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
