"""What follows: the file of an export is written; whoever started long work is told when it is over."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.exchange.models import Export, Import, State
from gucang.kernel import jobs
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears

WORK_DONE = kinds.declare("work_done", _("Imports and exports are done"), icon="file-import", mail=False)


@reaction("export.create")
def write_the_file(event: Event, record: Export, actor: Actor) -> None:
    """A file that nobody takes with the answer is written by a job."""
    if record.state == State.RUNNING:
        jobs.enqueue("exchange.write", key=str(record.pk), export_id=record.pk)


@hears("import.finish", "import.fail", "import.taken_back", kind=WORK_DONE)
def tell_of_an_import(event: Event) -> Iterable[Told]:
    """Whoever brought the file in hears how it went."""
    record = Import.objects.filter(pk=event.subject_id).first()
    if record is None:
        return
    through = gettext_noop("%(file)s is in: %(created)s new, %(updated)s changed, %(refused)s refused.")
    if record.waiting:
        through = gettext_noop(
            "%(file)s is in: %(created)s new, %(updated)s changed, %(waiting)s wait for approval, %(refused)s refused."
        )
    sentence = {
        "import.finish": through,
        "import.fail": gettext_noop("%(file)s could not be brought in: %(reason)s"),
        "import.taken_back": gettext_noop("%(file)s was taken back."),
    }[event.name]
    yield Told(
        record.owner_id,
        sentence,
        {
            "file": record.name,
            "created": record.created,
            "updated": record.updated,
            "waiting": record.waiting,
            "refused": record.refused,
            "reason": record.reason,
        },
    )


@hears("export.finish", kind=WORK_DONE)
def tell_of_an_export(event: Event) -> Iterable[Told]:
    """Whoever asked for a long list hears that its file waits."""
    record = Export.objects.filter(pk=event.subject_id).first()
    if record is not None:
        sentence = gettext_noop("Your export %(number)s is ready for a day.")
        yield Told(record.owner_id, sentence, {"number": record.number})
