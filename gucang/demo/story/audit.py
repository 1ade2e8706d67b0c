"""The audit of the last days: what the rules found, who answered, what was agreed, and what went away by itself.

No dice: what is found follows from the story, and who does what of it from its order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.audits import engine, jobs, sampling
from gucang.audits.actions import confirmations, corrections, findings, setup
from gucang.audits.campaign import every as campaigns
from gucang.audits.campaign import mine as to_confirm
from gucang.audits.kinds import Cause, State
from gucang.audits.models import AuditRule, Correction, Finding
from gucang.demo.story.cast import STAYING
from gucang.demo.story.world import World, working_day
from gucang.kernel import clock
from gucang.kernel.errors import Problem

AUDITOR = "sun.weiguo"
MOST_PUT_RIGHT = 4
_ANSWERS = (
    (Cause.TIME, "月底都在跑客户，这周补上。"),
    (Cause.WAITED, "在等仓库确认到货。"),
    (Cause.CUSTOMER, "客户要求推迟一周。"),
    (Cause.BETTER, "现款客户先发货再补单，客户少等一天。"),
    (Cause.UNKNOWN, ""),
)
_CORRECTIONS = (
    ("把手上的逾期事项清一遍", "每天下班前看“待办”，改期当天就改"),
    ("改录入顺序：先提交订单再排出货", "把顺序写进岗位说明，新人第一周跟一遍"),
)


def begin(world: World) -> None:
    """The rules look for the first time; then people put right and answer, and the auditor judges."""
    aside = world.aside("audit")

    def at(back: int, hour: int, minute: int, deed: Callable[[World], None]) -> None:
        world.once(aside.moment(world.last_working_day(back), hour, minute), lambda: deed(world))

    at(9, 3, 10, _first_night)
    at(8, 10, 20, _answer)
    at(6, 18, 0, lambda world: jobs.look_at_the_clock())
    at(4, 9, 30, _judge)
    at(3, 16, 40, _finish)
    at(2, 15, 20, _confirm)


def tell(world: World) -> None:
    """Last night's look: what is new is still with the person, and the work list of the week is drawn."""
    with clock.at(world.now):
        _look()
        jobs.look_at_the_clock()
        sampling.draw()
        jobs.tell()


def _first_night(world: World) -> None:
    setup.ensure_rules()
    _settle(world)
    _look()


def _settle(world: World) -> None:
    """The auditor's figures: few at a time, and a running-in period that is over."""
    values = {"most_each": 4, "clean_cases": 3, "running_in_until": clock.today() - timedelta(days=60)}
    setup.create_settings(actor=world.actor(AUDITOR), values=values)
    own = {
        "name": "大客户没有负责人", "says": "{name} 是 {level} 级客户，却没有负责人。", "record_type": "customer",
        "severity": "serious", "every": "day", "conditions": "level=A&owner=none",
    }  # fmt: skip
    setup.create(actor=world.actor(AUDITOR), values=own)


def _look() -> None:
    for rule in AuditRule.objects.select_related("owner").order_by("pk"):
        try:
            engine.run(rule)
        except Problem as problem:
            engine.give_up(rule, problem)


def _found(state: State) -> list[Finding]:
    """What stands so, one of each rule and person first, so that every kind is among the first few."""
    rows = list(Finding.objects.filter(state=state).select_related("member", "rule").order_by("pk"))
    turns: dict[tuple[int, int | None], int] = {}
    places = []
    for row in rows:
        key = (row.rule_id, row.member_id)
        turns[key] = turns.get(key, 0) + 1
        places.append((turns[key], row.pk, row))
    return [row for _turn, _pk, row in sorted(places, key=lambda place: place[:2])]


def _answer(world: World) -> None:
    """Some put right what they can, some answer; the time of the others runs out."""
    done = 0
    for one in _found(State.OWN):
        task = Task.objects.filter(pk=one.about_id, done_at=None).first() if one.about_type == "task" else None
        if task is not None and one.member is not None and done < MOST_PUT_RIGHT:
            done += _try(partial(tasks.complete, task, actor=one.member))
    _look()
    for (why, said), one in zip(_ANSWERS * 2, _found(State.OWN), strict=False):
        if one.member is not None:
            findings.answer(one, actor=one.member, why=why, said=said)


def _judge(world: World) -> None:
    """The auditor accepts one answer, waives one, and agrees on two corrections."""
    auditor = world.actor(AUDITOR)
    judged = [one for one in _found(State.ANSWERED) if one.member is not None]
    for place, one in enumerate(judged[:4]):
        if place == 0:
            findings.accept(one, actor=auditor, remark="情况属实。")
        elif place == 1:
            until = world.today + timedelta(days=20)
            findings.waive(one, actor=auditor, why="客户仓库搬迁，月底前不发货。", until=until)
        else:
            what, prevents = _CORRECTIONS[place - 2]
            until = working_day(world.today + timedelta(days=2 * place))
            findings.correct(one, actor=auditor, owner=one.member, until=until, what=what, prevents=prevents)


def _finish(world: World) -> None:
    """One of the corrections is done; clean cases are counted from now on."""
    done = Correction.objects.filter(state="open").select_related("owner").order_by("pk").first()
    if done is not None:
        corrections.finish(done, actor=done.owner, how="已清完，提醒改为提前一天。")


def _confirm(world: World) -> None:
    """Some of this week's portion is looked at."""
    for seller in STAYING[:2]:
        actor = world.actor(seller)
        for one in campaigns():
            for record in list(to_confirm(one, actor, clock.now())[:3]):
                confirmations.create(actor=actor, values={"about_type": one.record_type, "about_id": record.pk})


def _try(deed: Callable[[], object]) -> bool:
    try:
        deed()
    except Problem:
        return False
    return True


__all__ = ["tell"]
