"""What follows: an adopted process gets its first version, and who has a part in a new one is asked to read it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.sops import people
from gucang.sops.actions import processes, versions
from gucang.sops.models import Process, ProcessVersion

TO_READ = kinds.declare("process_to_read", _("A process (SOP) has changed"), icon="route", mail=False)


@reaction("process.adopt")
def write_first_version(event: Event, process: Process, actor: Actor) -> None:
    """The words that the program has for it, in force at once."""
    words, reason = processes.words_of(event.facts["shipped"])
    made = versions.draft(actor=actor, process=process).record
    versions.define(made, actor=actor, definition=json.dumps(words.to_json()))
    versions.put_in_force(made, actor=actor, reason=reason)


@hears("process_version.put_in_force", kind=TO_READ)
def ask_to_read(event: Event) -> Iterator[Told]:
    """Everybody whose role is named in a step, once."""
    version = ProcessVersion.objects.filter(pk=event.subject_id).first()
    if version is None:
        return
    sentence = gettext_noop("From now on “%(process)s” holds: %(reason)s. You have a part in it; please read it.")
    for one in people.concerned(version.read()):
        yield Told(one.pk, sentence, {"process": str(version), "reason": version.reason.rstrip("。.")})
