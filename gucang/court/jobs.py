"""Tolerances end by themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.court.actions import verdicts
from gucang.court.kinds import State
from gucang.court.models import Deviation
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system

BATCH = 200


@jobs.every_company("court.night", label=_("Tolerances of deviations end"), cron="20 0 * * *")
def every_night() -> None:
    """What was tolerated until yesterday is to be judged again."""
    over = Deviation.objects.filter(state=State.TOLERATED, until__lt=clock.today())
    for pk in list(over.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        verdicts.resume(pk, actor=system())
