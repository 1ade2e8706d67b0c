"""What the steps do, each by the action that a person would use, as the automation's owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_noop

from gucang.accounts.models import Member
from gucang.activity import subjects
from gucang.activity.actions import tasks
from gucang.activity.jobs import manager_of
from gucang.automation import texts
from gucang.automation.kinds import TOLD
from gucang.automation.models import Automation, AutomationRun, Delivery
from gucang.automation.steps import Step, callable_verbs, in_days
from gucang.kernel import clock, jobs
from gucang.kernel.actors import Actor
from gucang.kernel.errors import NeedsApproval, Refused
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving, remembered
from gucang.messages.hearing import notify

APP = "automation"
# More than this in an hour nobody reads one by one.
MOST_TOLD_AN_HOUR = 30
HOUR_FORMAT = "%Y%m%d%H"


def this_hour() -> str:
    """The hour that the clock shows, as keys name it."""
    return clock.now().astimezone(UTC).strftime(HOUR_FORMAT)


@dataclass
class Work:
    """One run under way. `place` is how many runs the automation has done within the hour before it."""

    automation: Automation
    run: AutomationRun
    record_type: RecordType
    record: Any
    actor: Actor
    place: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)

    def say(self, kind: str, sentence: str, **params: Any) -> None:
        """Note what a step did, as a msgid with its values."""
        self.said.append({"kind": kind, "sentence": sentence, "params": params})

    def act(self, verb: Any, record: Any = None, **params: Any) -> Any:
        """Call an action as the automation's owner; its event names what started the run as its cause."""
        return verb(record, actor=self.actor, cause=self.run.event_id, **params)


def do(work: Work, step: Step, number: int) -> None:
    """Do one step. What it does may wait for an approval; otherwise it raises what its action raises."""
    try:
        _DEEDS[step["kind"]](work, step, number)
    except NeedsApproval as waiting:
        work.say("waits", "%(said)s", said=str(waiting))


def recipient(automation: Automation, record_type: RecordType, record: Any, step: Step) -> Member | None:
    """Whom a step is for; None when there is nobody."""
    who = step["for"]
    if who == "me":
        pk: int | None = automation.owner_id
    elif who == "member":
        pk = step.get("member")
    else:
        pk = record_type.owner_id(record)
    found = _member(pk)
    if who == "manager" and found is not None:
        found = _member(manager_of(found))
    return found if found is not None and found.may_work else None


def _member(pk: int | None) -> Member | None:
    """A member with their department; read once for each scope."""
    if pk is None:
        return None
    query = Member.objects.select_related("department").filter(pk=pk)
    return remembered(f"member {pk} of automations", query.first)


def _somebody(work: Work, step: Step) -> Member:
    found = recipient(work.automation, work.record_type, work.record, step)
    if found is None:
        sentence = _t("Nobody is there for whom this step is: “%(record)s” has no owner, or who is meant has left.")
        raise Refused(sentence % {"record": work.record})
    return found


def about_of(record: Any, name: str) -> tuple[str, int] | None:
    """The (type, id) that a task about this record hangs on: the record, or what the entry is about."""
    if isinstance(record, AboutRecord):
        return (record.about_type, record.about_id) if record.about_type else None
    return (name, record.pk) if subjects.allowed(name) else None


def task_values(work: Work, step: Step, member: Member) -> dict[str, Any]:
    """The form of the task that a step makes."""
    readers = [work.actor, member.as_actor()]
    fill = {
        name: texts.fill(step[name], work.record_type, work.record, readers, shared=True) for name in ("title", "note")
    }
    about = about_of(work.record, work.record_type.name)
    return {
        "title": fill["title"][:200],
        "note": fill["note"],
        "assignee": member.pk,
        "due_on": clock.today() + timedelta(days=step["days"]),
    } | ({"about_type": about[0], "about_id": about[1]} if about else {})


def _task(work: Work, step: Step, number: int) -> None:
    member = _somebody(work, step)
    values = task_values(work, step, member)
    made = work.act(tasks.create, values=values).record
    sentence = gettext_noop("Task “%(title)s” for %(member)s, due %(due_on)s")
    work.say("task", sentence, title=made.title, member=member.name, due_on=values["due_on"].isoformat(), id=made.pk)


def _notify(work: Work, step: Step, number: int) -> None:
    member = _somebody(work, step)
    about = (work.record_type.name, work.record.pk)
    automation = work.automation
    if work.place >= MOST_TOLD_AN_HOUR:
        hour = this_hour()
        sentence = gettext_noop("“%(automation)s” has more to tell than %(most)s things an hour; look at the list.")
        params: dict[str, Any] = {"automation": automation.name, "most": MOST_TOLD_AN_HOUR}
        notify(member.pk, TOLD, sentence, params, about=None, key=f"automation:{automation.pk}:more:{hour}")
        work.say("notify", gettext_noop("%(member)s was told that there is more"), member=member.name)
        return
    text = texts.fill(step["text"], work.record_type, work.record, [work.actor, member.as_actor()])
    told = notify(
        member.pk, TOLD, "%(text)s", {"text": text[:280]}, about=about,
        key=f"automation:{automation.pk}:{work.run.key}:{number}"[:120], cause=work.run.event_id,
    )  # fmt: skip
    if told is None:
        work.say("notify", gettext_noop("%(member)s was not told: does not see it, or wants no such news"),
                 member=member.name)  # fmt: skip
    else:
        work.say("notify", gettext_noop("Told %(member)s"), member=member.name)


def value_for(spec: FieldSpec, raw: Any, work: Work) -> Any:
    """The value of a step as it goes into a form: days counted from today, and {fields} filled."""
    days = in_days(spec, raw)
    if days is not None:
        return clock.today() + timedelta(days=days)
    if spec.kind in ("text", "longtext") and isinstance(raw, str):
        return texts.fill(raw, work.record_type, work.record, [work.actor], shared=True)
    return raw


def _set(work: Work, step: Step, number: int) -> None:
    verb = work.record_type.edit
    assert verb is not None, "checked when the step was kept"
    spec = work.record_type.form_specs().get(step["field"])
    if spec is None:
        raise Refused(_t("The field “%(field)s” is not there any more. Change the step.") % {"field": step["field"]})
    value = value_for(spec, step["value"], work)
    outcome = work.act(verb, work.record, values={spec.name: value})
    work.record = outcome.record
    sentence = gettext_noop("Set %(field)s") if outcome.event else gettext_noop("%(field)s was so already")
    work.say("set", sentence, field=str(spec.label))


def _act(work: Work, step: Step, number: int) -> None:
    verb = callable_verbs(work.record_type).get(step["verb"])
    if verb is None:
        raise Refused(_t("What this step does is not there any more. Change the step."))
    specs = {spec.name: spec for spec in verb.params}
    params = {name: value_for(specs[name], raw, work) for name, raw in step["values"].items() if name in specs}
    work.record = work.act(verb, work.record, **params).record
    work.say("act", gettext_noop("Done: %(verb)s"), verb=str(verb.label))


def _webhook(work: Work, step: Step, number: int) -> None:
    with deriving(APP):
        delivery = Delivery.objects.create(run=work.run, url=step["url"], created_at=clock.now())
    jobs.enqueue("automation.deliver", cause=work.run.event_id, delivery_id=delivery.pk)
    work.say("webhook", gettext_noop("Webhook to %(host)s"), host=host_of(step["url"]))


def host_of(url: str) -> str:
    """The host of an address: what a log shows of it, for its path may be a secret."""
    return url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0]


_DEEDS: Mapping[str, Callable[[Work, Step, int], None]] = {
    "task": _task, "notify": _notify, "set": _set, "act": _act, "webhook": _webhook,
}  # fmt: skip
