"""What the clock and the queue do: dates that have come, webhooks on their way, one word about many, cleaning."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.automation import conditions, queries, running, triggers, webhooks
from gucang.automation.deeds import APP, HOUR_FORMAT
from gucang.automation.kinds import PAUSED
from gucang.automation.models import Automation, AutomationRun, Delivery, DeliveryState, Outcome, Secret, Trigger
from gucang.kernel import clock, jobs, records
from gucang.kernel.errors import Problem, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope, deriving
from gucang.messages.hearing import notify
from gucang.surface.api.output import record_rows

KEEP = timedelta(days=90)
KEEP_SKIPPED = timedelta(days=14)
# A clock that stood still is made up for, but not from long ago.
LOOK_BACK = timedelta(days=2)
BATCH = 100
# Between the tries of a webhook: it is given up after about three days.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440, 2160))


# --- dates -----------------------------------------------------------------------------------------------------------


@jobs.every_company("automation.dates", label=_("Automations by date"), cron="*/5 * * * *")
def dates() -> None:
    """Run the automations whose date has come: each record and date once, a hundred records a turn."""
    found = Automation.objects.filter(active=True, trigger=Trigger.DATE).select_related("owner").order_by("pk")
    for automation in found:
        if not automation.owner.may_work:
            running.pause(automation, running.OWNER_LEFT, {"owner": automation.owner.name})
            continue
        for day in _due_days(automation):
            _run_day(automation, day)


def _due_days(automation: Automation) -> list[date]:
    """The days whose hour has come since it was turned on, of the last ones."""
    now = timezone.localtime(clock.now())
    hour, minute = map(int, automation.at_time.split(":"))
    found = []
    for back in range(LOOK_BACK.days, -1, -1):
        day = now.date() - timedelta(days=back)
        moment = now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=minute, second=0)
        if moment <= now and (automation.on_since is None or moment >= automation.on_since):
            found.append(day)
    return found


def _run_day(automation: Automation, day: date) -> None:
    wanted = day - timedelta(days=automation.days)
    try:
        ids = on_day(automation, wanted)
    except Problem as problem:
        running.pause(automation, running.SAID, {"said": str(problem)})
        return
    for pk in ids:
        if not automation.active:  # the run before has paused it
            return
        running.start(automation, date_key(pk, wanted), pk)


def date_key(pk: int, day: date) -> str:
    """What happens once: this record with this date."""
    return f"date:{pk}:{day.isoformat()}"


def on_day(automation: Automation, day: date) -> list[int]:
    """The next records of the owner's sight with that date that have not been looked at yet.

    Raises Refused when the date means nothing any more: its field was retired, or is hidden from the owner now.
    """
    record_type, actor = triggers.type_of(automation), running.owner_of(automation)
    found = conditions.parsed(record_type, [(automation.field, day.isoformat())], actor)
    if found.problems:
        raise Refused(next(iter(found.problems.values())))
    ended = AutomationRun.objects.filter(automation=automation, key__startswith="date:", key__endswith=f":{day}")
    ids = ended.values("object_id")
    return list(found.query.exclude(pk__in=ids).order_by("pk").values_list("pk", flat=True)[:BATCH])


# --- webhooks --------------------------------------------------------------------------------------------------------


@jobs.job("automation.deliver", label=_("A webhook"), outside=True)
def deliver(company: int, delivery_id: int) -> None:
    """Send one webhook: ready it, send it outside any transaction, note what came back; try again later if need be.

    A worker killed in between sends it again, under the same webhook-id, by which the other side knows it.
    """
    with company_scope(company):
        ready = _readied(delivery_id)
    if ready is None:
        return
    url, body, headers = ready
    began = time.monotonic()
    answer = webhooks.post(url, body, headers)
    took = int((time.monotonic() - began) * 1000)
    with company_scope(company):
        _note(delivery_id, answer, took)


def _readied(delivery_id: int) -> tuple[str, bytes, dict[str, str]] | None:
    """Address, body and headers of a delivery that still waits; None when there is nothing to send any more."""
    delivery = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING).first()
    if delivery is None:
        return None
    automation = Automation.with_bin.select_related("owner").get(pk=delivery.run.automation_id)
    payload = body_of(automation, delivery.run)
    secret = Secret.objects.filter(automation=automation).first()
    if payload is None or secret is None:
        _end(delivery, DeliveryState.GIVEN_UP, gettext_noop("Its owner does not see this record, or it is in the bin."))
        return None
    body = json.dumps(payload, ensure_ascii=False).encode()
    message_id, stamp = f"gucang_{delivery.company_id}_{delivery.pk}", int(clock.now().timestamp())
    return (
        delivery.url,
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Gucang-CRM-Webhook/1",
            "webhook-id": message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": webhooks.sign(secret.value, message_id, stamp, body),
        },
    )


def body_of(automation: Automation, run: AutomationRun) -> dict[str, Any] | None:
    """What is sent: the record as the API shows it to the owner now, without what is masked; None if unseen."""
    record_type, actor = records.get(run.object_type), running.owner_of(automation)
    record = record_type.query(actor).filter(pk=run.object_id).first()
    if record is None or not automation.owner.may_work:
        return None
    shown = record_rows(record_type, actor, [record])[0]
    for name in shown.pop("_masked", []):
        shown.pop(name, None)
    event = Event.objects.filter(pk=run.event_id).first() if run.event_id else None
    return {
        "type": event.name if event else f"{record_type.name}.date",
        "at": (event.occurred_at if event else run.at).isoformat(),
        "event_id": run.event_id,
        "company": Company.objects.get(pk=run.company_id).slug,
        "automation": {"id": automation.pk, "name": automation.name},
        "record_type": record_type.name,
        "record": shown,
    }


def _note(delivery_id: int, answer: webhooks.Answer, took_ms: int) -> None:
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    delivery.attempts += 1
    delivery.status, delivery.took_ms, delivery.tried_at = answer.status, took_ms, clock.now()
    if answer.delivered:
        _end(delivery, DeliveryState.DELIVERED, "")
    elif delivery.attempts > len(WAITS):
        _end(delivery, DeliveryState.GIVEN_UP, answer.problem)
    else:
        _end(delivery, DeliveryState.WAITING, answer.problem)
        jobs.enqueue("automation.deliver", wait=WAITS[delivery.attempts - 1], delivery_id=delivery.pk)


def _end(delivery: Delivery, state: DeliveryState, problem: str) -> None:
    delivery.state, delivery.problem = state, problem[:300]
    with deriving(APP):
        delivery.save()
    if state != DeliveryState.GIVEN_UP:
        return
    run = delivery.run
    with deriving(APP):
        AutomationRun.objects.filter(pk=run.pk).update(outcome=Outcome.FAILED, why=problem, params={})
    sentence = gettext_noop("A webhook of “%(automation)s” could not be delivered. The log says why.")
    automation = Automation.with_bin.get(pk=run.automation_id)
    params = {"automation": automation.name}
    day = clock.today().isoformat()
    notify(
        automation.owner_id, PAUSED, sentence, params, about=("automation", automation.pk),
        key=f"automation:{automation.pk}:webhook:{day}",
    )  # fmt: skip


# --- one word about many, and cleaning up ----------------------------------------------------------------------------


@jobs.job("automation.summary", label=_("Word of held-back automations"))
def summary(automation_id: int, hour: str) -> None:
    """Tell the owner once for an hour how many runs were held back."""
    automation = Automation.with_bin.filter(pk=automation_id).first()
    if automation is None:
        return
    start = datetime.strptime(hour, HOUR_FORMAT).replace(tzinfo=UTC)
    held = AutomationRun.objects.filter(
        automation=automation, outcome=Outcome.HELD, at__gte=start, at__lt=start + timedelta(hours=1)
    ).count()
    sentence = gettext_noop("“%(automation)s” held back %(count)s runs within an hour; the log names them.")
    notify(
        automation.owner_id, PAUSED, sentence, {"automation": automation.name, "count": held},
        about=("automation", automation.pk), key=f"automation:{automation.pk}:held:{hour}",
    )  # fmt: skip


@jobs.job("automation.catch_up", label=_("Held-back automations"))
def catch_up(automation_id: int, until: int) -> None:
    """Do what was held back up to the run `until`, the oldest first, a hundred a turn; the rest when the hour is over.

    A run that is done is held back no more, so a second worker, or one that was killed, does nothing twice.
    """
    automation = Automation.objects.select_related("owner").filter(pk=automation_id, active=True).first()
    if automation is None:
        return
    for run in queries.held(automation).filter(pk__lte=until).select_for_update(skip_locked=True)[:BATCH]:
        tried = running.again(automation, run)
        if not automation.active:  # the run has paused it
            return
        if tried is not None and tried.outcome == Outcome.HELD:
            jobs.enqueue("automation.catch_up", wait=running.HOUR, automation_id=automation_id, until=until)
            return
    if queries.held(automation).filter(pk__lte=until).exists():
        jobs.enqueue("automation.catch_up", automation_id=automation_id, until=until)


@jobs.every_company("automation.forget", label=_("Old runs of automations go"), cron="50 3 * * *")
def forget_old() -> None:
    """Delete runs after 90 days, those that were not meant after 14: what they did is in the log."""
    now = clock.now()
    with deriving(APP):
        AutomationRun.objects.filter(at__lt=now - KEEP).delete()
        AutomationRun.objects.filter(at__lt=now - KEEP_SKIPPED, outcome=Outcome.SKIPPED).delete()
