"""What follows: a file is read once its upload is certain, and whoever uploaded it is told."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.exchange.reactions import WORK_DONE
from gucang.kernel import jobs
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.reactions import reaction
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.processes.models import LogExport, OutsideLog

LOG_READ = kinds.declare("log_read", _("Logs from outside have been read"), icon="git-compare", mail=False)


@reaction("outside_log.upload")
def read(event: Event, log: OutsideLog, actor: Actor) -> None:
    """Read the file."""
    jobs.enqueue("processes.read", key=str(log.pk), log_id=log.pk)


@hears("outside_log.finish", "outside_log.fail", kind=LOG_READ)
def tell(event: Event) -> Iterable[Told]:
    """Whoever brought the file in hears how it went."""
    log = OutsideLog.objects.filter(pk=event.subject_id).first()
    if log is None:
        return
    sentence = {
        "outside_log.finish": gettext_noop("“%(name)s” has been read: %(cases)s cases, %(events)s events."),
        "outside_log.fail": gettext_noop("“%(name)s” could not be read: %(reason)s"),
    }[event.name]
    yield Told(
        log.owner_id, sentence, {"name": log.name, "cases": log.cases, "events": log.events, "reason": log.reason}
    )


@reaction("log_export.create")
def write(event: Event, record: LogExport, actor: Actor) -> None:
    """Write the file."""
    jobs.enqueue("processes.write", key=str(record.pk), export_id=record.pk)


@hears("log_export.finish", "log_export.fail", kind=WORK_DONE)
def tell_of_an_extract(event: Event) -> Iterable[Told]:
    """Whoever asked for an extract of the log hears that its file waits, or why there is none."""
    record = LogExport.objects.filter(pk=event.subject_id).first()
    if record is None:
        return
    sentence = {
        "log_export.finish": gettext_noop("The event log that you took out, %(number)s, is ready for a day."),
        "log_export.fail": gettext_noop("The event log %(number)s could not be written: %(reason)s"),
    }[event.name]
    yield Told(record.owner_id, sentence, {"number": record.number, "reason": record.reason})
