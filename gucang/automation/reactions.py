"""Who hears of an automation that was stopped; and the watch over the log, which `running` keeps."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from gucang.accounts.models import Member, Status
from gucang.accounts.rules import ADMINISTRATOR
from gucang.automation import running
from gucang.automation.kinds import PAUSED
from gucang.automation.models import Automation
from gucang.kernel.models import Event
from gucang.messages.hearing import Told, hears


@hears("automation.pause", kind=PAUSED)
def tell_of_the_pause(event: Event) -> Iterable[Told]:
    """Its owner and the administrators hear why it does not run any more."""
    automation = Automation.with_bin.filter(pk=event.subject_id).first()
    if automation is None:
        return
    administrators = Member.objects.filter(member_roles__role__key=ADMINISTRATOR).exclude(status=Status.LEFT)
    sentence = gettext_noop("The automation “%(automation)s” was paused: %(reason)s")
    params = {"automation": event.subject_label, "reason": event.facts.get("reason", "")}
    for member_id in dict.fromkeys([automation.owner_id, *administrators.values_list("pk", flat=True)]):
        yield Told(member_id, sentence, params)


__all__ = ["running"]
