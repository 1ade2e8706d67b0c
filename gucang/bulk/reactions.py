"""Who hears of what: whoever began long work is told when it is over."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.bulk import rules, telling
from gucang.bulk.models import BulkRun
from gucang.kernel.models import Event
from gucang.kernel.reactions import after
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears

BULK_DONE = kinds.declare("bulk_done", _("Bulk work is done"), icon="list-check", mail=False)


@hears("bulk_run.finish", "bulk_run.fail", "bulk_run.taken_back", kind=BULK_DONE)
def tell_of_the_end(event: Event) -> Iterable[Told]:
    """Whoever began it hears how it went, unless they were waiting for it."""
    run = _run(event)
    if run is None or run.rows <= rules.DIRECT:
        return
    through = gettext_noop("Bulk run %(number)s is through: %(done)s changed, %(refused)s not done.")
    if run.waiting:
        through = gettext_noop(
            "Bulk run %(number)s is through: %(done)s changed, %(waiting)s wait for approval, %(refused)s not done."
        )
    sentence = {
        "bulk_run.finish": through,
        "bulk_run.fail": gettext_noop("Bulk run %(number)s could not go on: %(reason)s"),
        "bulk_run.taken_back": gettext_noop("Bulk run %(number)s was taken back: %(undone)s set back, %(left)s left."),
    }[event.name]
    names = ("number", "done", "waiting", "refused", "reason", "undone", "left")
    yield Told(run.owner_id, sentence, {name: getattr(run, name) for name in names})


@after("bulk_run.finish", "bulk_run.cancel", "bulk_run.fail")
def tell_of_the_deeds(event: Event) -> None:
    """Those concerned hear what was done, also of a run that ended early."""
    if (run := _run(event)) is not None and run.done:
        telling.tell(run)


@after("bulk_run.taken_back")
def tell_of_the_way_back(event: Event) -> None:
    """Those who heard of the deeds hear that they were taken back."""
    if (run := _run(event)) is not None:
        telling.tell_back(run)


def _run(event: Event) -> BulkRun | None:
    return BulkRun.objects.filter(pk=event.subject_id).select_related("owner").first()
