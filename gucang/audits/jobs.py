"""The clock: rules by the hour and by the night, times of grace that end, waivers, corrections, and the work list."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.audits import engine, looks, openings, sampling
from gucang.audits.actions import findings
from gucang.audits.actions.setup import ensure_rules
from gucang.audits.kinds import Every, State
from gucang.audits.models import AuditRule, Correction, Finding
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.messages import kinds as notices
from gucang.messages.hearing import notify

log = structlog.get_logger(__name__)
BATCH = 200
REMIND_BEFORE = timedelta(days=1)


@jobs.every_company("audits.hour", label=_("Audit rules of the hour"), cron="12 * * * *")
def every_hour() -> None:
    """Give the company the rules that it lacks, and look for those of the hour, each in jobs of its own."""
    ensure_rules()
    _look_for(Every.HOUR)


@jobs.every_company("audits.night", label=_("Audit rules of the night"), cron="10 3 * * *")
def every_night() -> None:
    """Look for what is looked for every night."""
    ensure_rules()
    _look_for(Every.DAY)


def _look_for(every: Every) -> None:
    for pk in AuditRule.objects.filter(every=every).order_by("pk").values_list("pk", flat=True):
        jobs.enqueue("audits.rule", key=str(pk), rule_id=pk)


@jobs.job("audits.rule", label=_("An audit rule"))
def look_for(rule_id: int, going: bool = False) -> None:
    """One turn of a rule; where more is left, the next one is queued. A job that was killed runs again."""
    rule = AuditRule.objects.select_related("owner").filter(pk=rule_id).first()
    if rule is None:
        return
    try:
        if not going:
            engine.begin(rule)
        if engine.turn(rule):
            jobs.enqueue("audits.rule", key=f"{rule_id}:go", rule_id=rule_id, going=True)
        else:
            engine.finish(rule)
    except Problem as problem:
        log.info("an audit rule cannot be asked", rule=rule_id, why=str(problem))
        engine.give_up(rule, problem)


@jobs.every_company("audits.clock", label=_("Times of grace, waivers and corrections"), cron="*/15 * * * *")
def look_at_the_clock() -> None:
    """What the person had to themselves goes to the auditor; waivers end; corrections prove themselves."""
    now, today = clock.now(), clock.today()
    over = Finding.objects.filter(state=State.OWN, grace_until__lte=now)
    for pk in list(over.order_by("grace_until", "pk").values_list("pk", flat=True)[:BATCH]):
        findings.surface(pk, actor=system())
    waived = Finding.objects.filter(state=State.WAIVED, present=True, waived_until__lt=today)
    for pk in list(waived.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        findings.resume(pk, actor=system())
    done = Correction.objects.filter(state="done").select_related("rule__owner", "finding")
    for correction in done.order_by("done_at", "pk")[:BATCH]:
        try:
            engine.verify(correction)
        except Problem as problem:
            log.info("a correction cannot be verified", correction=correction.pk, why=str(problem))


@jobs.every_company("audits.tell", label=_("Word of findings"), cron="30 8 * * *")
def tell() -> None:
    """Tell each person once a day what is theirs, while nobody else sees it; and of corrections that are due."""
    day = clock.today().isoformat()
    counts: dict[int, int] = {}
    for member_id in Finding.objects.filter(state=State.OWN).values_list("member_id", flat=True).iterator():
        counts[member_id] = counts.get(member_id, 0) + 1
    sentence = gettext_noop("%(count)s findings are yours to put right or to answer. So far only you see them.")
    for member_id, count in counts.items():
        notify(member_id, notices.DUE, sentence, {"count": count}, about=("finding", None), key=f"findings:{day}")
    due = Correction.objects.filter(state="open", due_on__lte=clock.today() + REMIND_BEFORE)
    for one in due.order_by("due_on", "pk")[:BATCH]:
        notify(
            one.owner_id, notices.DUE, gettext_noop("Until %(due_on)s: %(what)s"),
            {"due_on": one.due_on.isoformat(), "what": one.what},
            about=("correction", one.pk), key=f"correction:{one.pk}:{one.due_on.isoformat()}",
        )  # fmt: skip


@jobs.every_company("audits.sample", label=_("The auditor's work list"), cron="40 4 * * 1")
def draw_sample() -> None:
    """Draw this week's work list; drawn once a week, however often this runs."""
    sampling.draw()


@jobs.every_company("audits.forget", label=_("Old looks and counts go"), cron="20 3 * * *")
def forget_old() -> None:
    """Who looked at what is told for a year; how many records somebody opened, for three months."""
    openings.forget_old()
    looks.forget_old()


@jobs.job("audits.looked", label=_("A look at a finding"))
def note_look(finding_ids: list[int], looker_id: int) -> None:
    """Note that somebody has looked at colleagues' findings; once a day each."""
    looks.note(finding_ids, looker_id)
