"""What this module tells on the answer card: promises, approvals under way, next steps. A query each at most."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.activity.models import Task
from gucang.approvals import deeds, holding
from gucang.approvals.models import UNDECIDED, ApprovalRequest
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import may_filter_by
from gucang.kernel.records import RecordType
from gucang.parties.models import Customer
from gucang.promises import answers, queries, saying, sources
from gucang.promises.answers import Item, Section
from gucang.surface import ui

MOST = 20
STEPS = 3


def promises(actor: Actor, customer: Customer) -> Section | None:
    """What was promised and is open: with whom, since when, until when."""
    if not actor.may("promise.view"):
        return None
    found = queries.open_to(customer.pk, actor, MOST + 1)
    items = [
        Item(
            what=saying.thing(one, actor),
            holder=str(one.holder or ""),
            since=one.held_since,
            until=one.due_at or one.until,
            say=saying.to_read(one, actor),
            path=f"/promises/{one.pk}",
            tone=saying.tone_of(one),
        )
        for one in found[:MOST]
    ]
    path = f"/promises/?customer={customer.pk}"
    return Section(_t("Promises"), "heart-handshake", items, _t("none open"), len(found) > MOST, path)


def approvals(actor: Actor, customer: Customer) -> Section | None:
    """What others are deciding about this customer; promises that wait stand among the promises."""
    kinds = [one for one in sources.types() if one.name in holding.types_with_policies()]
    if not kinds or not actor.may("approval_request.view"):
        return None
    items = [_of_request(one) for one in _requests(actor, customer, kinds)]
    return Section(_t("Approvals"), "rubber-stamp", items, _t("none under way"))


def _requests(actor: Actor, customer: Customer, kinds: list[RecordType]) -> list[Any]:
    """The undecided requests about what the actor sees of this customer, each with who holds it. One query."""
    parts = [_about(record_type, actor, customer) for record_type in kinds]
    pks = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    holder = StringAgg("tasks__member__name", Value(ui.listed(["", ""])), filter=Q(tasks__open=True), distinct=True)
    found = ApprovalRequest.objects.filter(pk__in=pks).annotate(holders=holder)
    return list(found.order_by("since", "pk")[:MOST])


def _about(record_type: RecordType, actor: Actor, customer: Customer) -> QuerySet[Any]:
    """The ids of the requests about records of one type: by the customer's records, never by all that waits."""
    mine = record_type.query(actor)
    if record_type.model is Customer:
        mine = mine.filter(pk=customer.pk)
    else:
        named = Q(pk__in=())
        for name in sources.customer_fields(record_type):
            named |= Q(**{name: customer})
        mine = mine.filter(named)
    waiting = ApprovalRequest.objects.filter(about_type=record_type.name, state__in=UNDECIDED)
    return waiting.filter(about_id__in=mine.order_by().values("pk")).order_by().values("pk")


def _of_request(request: Any) -> Item:
    what = f"{deeds.label_of(request.action)} · {request.subject}"
    # What the record is called is our affair: a deal may be called anything.
    words = {"who": request.holders or "", "due": saying.when(request.due_at)}
    say = _t("Something that concerns you is being decided here.")
    if request.holders and request.due_at:
        say = _t("Something that concerns you is being decided here by %(who)s, by %(due)s at the latest.") % words
    elif request.holders:
        say = _t("Something that concerns you is being decided here by %(who)s.") % words
    tone = ui.due_tone(request.due_at, clock.now()) if request.due_at else ""
    return Item(
        what, request.holders or "", request.since, request.due_at, say, f"/{_plural(request)}/{request.about_id}", tone
    )


def _plural(request: Any) -> str:
    return records.get(request.about_type).plural


def steps(actor: Actor, customer: Customer) -> Section | None:
    """What is planned with the customer next. Titles of tasks are ours: they are shown and not read out."""
    if not actor.may("task.view"):
        return None
    # Who sees a record sees what was written about it.
    found = list(
        Task.objects.filter(about_type="customer", about_id=customer.pk, done_at=None, due_on__isnull=False)
        .select_related("assignee")
        .order_by("due_on", "pk")[: STEPS + 1]
    )
    if not found and customer.next_step_on is not None:
        # It is planned about something of the customer's, such as a deal, which not everybody sees.
        on = customer.next_step_on
        first = Item(what=_t("the next step"), until=on, tone=ui.due_tone(on, clock.now()))
        return Section(_t("Next steps"), "calendar-check", [first])
    items = [
        Item(
            what=one.title,
            holder=str(one.assignee or ""),
            until=one.due_at or one.due_on,
            say=_step(one) if number == 0 else "",
            path=f"/tasks/{one.pk}",
            tone=ui.due_tone(one.due_on, clock.now()),
        )
        for number, one in enumerate(found[:STEPS])
    ]
    return Section(_t("Next steps"), "calendar-check", items, _t("none planned"), len(found) > STEPS)


def _step(task: Task) -> str:
    if task.assignee is None or task.due_on is None:
        return ""
    words = {"who": task.assignee.name, "day": ui.day_text(task.due_on, clock.today())}
    if task.due_on < clock.today():
        return _t("%(who)s is to get in touch with you.") % words
    return _t("%(who)s gets in touch with you by %(day)s.") % words


def summary(found: list[Section]) -> str:
    """The card in one line, for who has it folded."""
    number = answers.count(found)
    if not number:
        return _t("nothing is open")
    return ngettext("%(num)s thing is open", "%(num)s things are open", number) % {"num": number}


_SOURCES: tuple[tuple[str, answers.Source, int], ...] = (
    ("promises", promises, 10), ("approvals", approvals, 60), ("steps", steps, 70)
)  # fmt: skip
for _key, _source, _order in _SOURCES:
    answers.give(_key, _source, order=_order)


def sees_worth(actor: Actor) -> bool:
    """Whether sums of what promises are worth may be shown: not to whom single ones are hidden."""
    return may_filter_by(actor, records.get("promise"), "worth")
