"""Who hears of findings and corrections."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from gucang.audits.models import Correction, Finding
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears


@hears("correction.begin", kind=kinds.ASSIGNED)
def tell_who_corrects(event: Event) -> Iterator[Told]:
    """Whoever has to put something right."""
    found = Correction.objects.filter(pk=event.subject_id).first()
    if found is None or found.owner_id == found.made_by_id:
        return
    sentence = gettext_noop("Until %(due_on)s you put right: %(what)s")
    yield Told(found.owner_id, sentence, {"due_on": found.due_on.isoformat(), "what": found.what})


@hears("finding.accept", "finding.waive", kind=kinds.DONE)
def tell_the_person(event: Event) -> Iterator[Told]:
    """Whose finding was judged hears how."""
    found = Finding.objects.filter(pk=event.subject_id).first()
    if found is None:
        return
    if event.name == "finding.accept":
        sentence = gettext_noop("%(who)s has accepted your answer: %(finding)s")
    else:
        sentence = gettext_noop("%(who)s lets it be for now: %(finding)s")
    yield Told(found.member_id, sentence, {"who": actor_name(event), "finding": event.subject_label})
