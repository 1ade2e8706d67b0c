"""Who hears of what: whoever started long work is told when it is over."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.exchange.models import Export, Import
from gucang.kernel.models import Event
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears

WORK_DONE = kinds.declare("work_done", _("Imports and exports are done"), icon="file-import", mail=False)


@hears("import.finish", "import.fail", "import.taken_back", kind=WORK_DONE)
def tell_of_an_import(event: Event) -> Iterable[Told]:
    """Whoever brought the file in hears how it went."""
    record = Import.objects.filter(pk=event.subject_id).first()
    if record is None:
        return
    sentence = {
        "import.finish": gettext_noop("%(file)s is in: %(created)s new, %(updated)s changed, %(refused)s refused."),
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
