"""A run: once for each automation and event, with the rights that its owner has at that moment, or a sentence why not.

Everything a run does and its row in the log are one transaction, so a worker that is killed leaves both or neither.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.automation import actions, conditions, deeds, rules, triggers
from gucang.automation.deeds import APP, Work
from gucang.automation.models import Automation, AutomationRun, Outcome, Trigger
from gucang.kernel import clock, events, jobs
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Problem
from gucang.kernel.models import Company, Event
from gucang.kernel.reactions import watch
from gucang.kernel.scope import deriving, remembered
from gucang.messages.mail import in_language_of
from gucang.messages.queries import in_words

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)
SUMMARY_AFTER = timedelta(minutes=10)
SAID = "%(said)s"
OWNER_LEFT = gettext_noop("%(owner)s, as whom it acts, does not work here any more. Somebody else has to take it over.")


class _Not(Exception):
    """The run ends without doing anything, for a reason that is no refusal of an action."""

    def __init__(self, outcome: Outcome, why: str, *, pause: bool = False, **params: Any) -> None:
        self.outcome, self.why, self.params, self.pause = outcome, why, params, pause


class _Unseen(Exception):
    """The record is not there for the owner, so not even that something happened to it is told."""


@watch(triggers.wanted)
def fire(event: Event) -> None:
    """Run every automation that this event starts. A second delivery finds their runs and does nothing."""
    found = Automation.objects.filter(active=True, record_type=event.subject_type).exclude(trigger=Trigger.DATE)
    for automation in found.select_related("owner").order_by("pk"):
        if triggers.starts(automation, event):
            start(automation, f"event:{event.pk}", event.subject_id, event=event)


def start(automation: Automation, key: str, pk: int, event: Event | None = None) -> AutomationRun | None:
    """Run an automation for the record `pk`, unless it has run under this key; returns the run if it did.

    Raises DatabaseError only: then nothing is left of it, and the job is tried again.
    """
    depth = int((event.facts.get("automation") or {}).get("depth", 0)) + 1 if event is not None else 1
    with deriving(APP):
        run, new = AutomationRun.objects.get_or_create(
            automation=automation,
            key=key,
            defaults={
                "version": automation.version,
                "event_id": event.pk if event is not None else None,
                "object_type": automation.record_type,
                "object_id": pk,
                "outcome": Outcome.DONE,
                "depth": depth,
                "at": clock.now(),
            },
        )
    return _perform(automation, run) if new else None


def again(automation: Automation, run: AutomationRun) -> AutomationRun | None:
    """Do a run that was held back, in its old row; None where its record is not there for the owner any more."""
    run.outcome, run.why, run.params = Outcome.DONE, "", {}
    run.version, run.at = automation.version, clock.now()
    return _perform(automation, run)


def _perform(automation: Automation, run: AutomationRun) -> AutomationRun | None:
    began = time.monotonic()
    try:
        ends = _go(automation, run)
    except _Unseen:
        with deriving(APP):
            run.delete()
        return None
    run.took_ms = int((time.monotonic() - began) * 1000)
    with deriving(APP):
        run.save()
    if run.outcome in (Outcome.REFUSED, Outcome.FAILED):
        ends = ends or _keeps_failing(automation)
    if ends:
        pause(automation, run.why, run.params)
    return run


def _go(automation: Automation, run: AutomationRun) -> bool:
    """Do the run or note why not; whether the automation has to be paused for it."""
    with in_language_of(automation.owner, _company(automation)):
        try:
            with transaction.atomic():
                work = _prepared(automation, run)
                about = {"id": automation.pk, "name": automation.name, "depth": run.depth}
                with events.noting(automation=about):
                    for number, step in enumerate(automation.step_list()):
                        deeds.do(work, step, number)
                run.done = work.said
        except _Not as reason:
            run.outcome, run.why, run.params = reason.outcome, reason.why, reason.params
            if reason.outcome == Outcome.HELD:
                _summarise_later(automation)
            return reason.pause
        except Problem as problem:
            run.outcome, run.why, run.params = Outcome.REFUSED, SAID, {"said": str(problem)[:500]}
        except (DatabaseError, _Unseen):
            raise
        except Exception:
            log.exception("automation failed", automation=automation.pk, key=run.key)
            run.outcome = Outcome.FAILED
            run.why = gettext_noop("Something broke here. It was written down for the administrator.")
    return False


def _company(automation: Automation) -> Company:
    """The company, read once for each scope."""
    found: Company = remembered("company of automations", lambda: Company.objects.get(pk=automation.company_id))
    return found


def owner_of(automation: Automation) -> Actor:
    """The owner with the rights of this moment; read once for each scope."""
    return remembered(f"automations act as {automation.owner_id}", lambda: automation.owner.as_actor())


def _prepared(automation: Automation, run: AutomationRun) -> Work:
    """The run's record, as the owner sees it now. Raises _Not when it is not meant, or not now."""
    record_type = triggers.type_of(automation)
    owner: Member = automation.owner
    if not owner.may_work or owner.deleted_at is not None:
        why = gettext_noop(
            "%(owner)s, as whom it acts, does not work here any more. Somebody else has to take it over."
        )
        raise _Not(Outcome.REFUSED, why, owner=owner.name, pause=True)
    if run.depth > rules.MOST_DEPTH:
        why = gettext_noop("Automations started each other %(depth)s times in a row; this looks like a circle.")
        raise _Not(Outcome.HELD, why, depth=rules.MOST_DEPTH, pause=True)
    actor = owner_of(automation)
    record = record_type.query(actor).filter(pk=run.object_id).first()
    if record is None:
        raise _Unseen
    if not conditions.holding(record_type, automation.conditions, actor, [record.pk]):
        raise _Not(Outcome.SKIPPED, gettext_noop("The conditions did not hold."))
    return Work(automation, run, record_type, record, actor, place=_check_pace(automation, run))


def _check_pace(automation: Automation, run: AutomationRun) -> int:
    """How many runs it has done within the last hour. Raises _Not when that is enough."""
    done = AutomationRun.objects.filter(automation=automation, outcome=Outcome.DONE, at__gt=clock.now() - HOUR).exclude(
        pk=run.pk
    )
    if done.filter(object_type=run.object_type, object_id=run.object_id).count() >= rules.MOST_ON_A_RECORD:
        why = gettext_noop("It ran %(times)s times on this record within an hour; this looks like a circle.")
        raise _Not(Outcome.HELD, why, times=rules.MOST_ON_A_RECORD, pause=True)
    count = done[: rules.MOST_AN_HOUR].count()
    if count >= rules.MOST_AN_HOUR:
        why = gettext_noop("It had done %(most)s runs within the hour; what came on top was left.")
        raise _Not(Outcome.HELD, why, most=rules.MOST_AN_HOUR)
    return count


def _summarise_later(automation: Automation) -> None:
    """One word to the owner about everything that is held back, when it is over."""
    hour = deeds.this_hour()
    jobs.enqueue(
        "automation.summary", key=f"{automation.pk}:{hour}", wait=SUMMARY_AFTER, automation_id=automation.pk, hour=hour
    )


def _keeps_failing(automation: Automation) -> bool:
    """Whether its last runs were all refused; those that were not meant do not count."""
    last = AutomationRun.objects.filter(automation=automation).exclude(outcome=Outcome.SKIPPED).order_by("-pk")
    if automation.on_since is not None:
        last = last.filter(at__gte=automation.on_since)
    outcomes = list(last.values_list("outcome", flat=True)[: rules.REFUSALS_TO_PAUSE])
    return len(outcomes) == rules.REFUSALS_TO_PAUSE and {*outcomes} <= {Outcome.REFUSED, Outcome.FAILED}


def pause(automation: Automation, why: str, params: Mapping[str, Any]) -> None:
    """Stop an automation that is on, for a reason (a msgid with its values) of which its owner and others hear."""
    now = Automation.objects.filter(pk=automation.pk, active=True).first()
    if now is None:
        return
    with in_language_of(automation.owner, _company(automation)):
        reason = in_words(why, params)[:300]
    actions.pause(now, actor=system(), reason=reason)
    automation.active = False
