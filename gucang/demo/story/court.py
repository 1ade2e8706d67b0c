"""The deviation court: a better way that waits for answers, one put up with, a lesson, and one still to be judged.

No dice: which steps are departed from is known of the story, and who answers follows from the order of names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gucang.conformance.kinds import Kind
from gucang.court.actions import deviations, lessons, verdicts
from gucang.court.kinds import Hinders
from gucang.court.models import Asked, Deviation, LessonReader
from gucang.demo.story.audit import AUDITOR
from gucang.demo.story.world import World
from gucang.kernel import clock
from gucang.sops.models import Process

MANAGER, KNOWS, DRIVES = "zhou.min", "he.jing", "chen.siyuan"
_CHANGED = "客户改数量以后，我改完订单会再请示一次，仓库拿到的总是最新的。流程里没有这一步，就成了“重复”。"
_BETTER = "改单以后再生效一次是对的，写进流程。"
_ON_THE_ROAD = "跑客户的路上没有网络，晚上在宾馆补记，内容不会错。"
_TOLERATED = "手机端离线记录下季度才有，先容许。"
_SLOW = "线索当天不回，客户就去找别家了；这不是个人习惯，是大家都在拖。"
_HARMFUL = "拖着不回的线索，后面转成商机的明显少。"
_LESSON = (
    "新线索 8 个工作小时内要有第一次回复。\n\n"
    "不用等报价：先打电话说“收到了，明天给您报价”，客户就不会再找别家。没空回的，当场请同事接手。"
)
_QUESTION = "手上忙、8 小时内回不了的线索，你怎么办？"
_ANSWERED = "当场打电话请同事接手，再在线索上写明。"
_WAITS = "订单录进来隔天才生效，仓库和采购都在等。"


def begin(world: World) -> None:
    """What was brought and judged in the last days."""
    aside = world.aside("court")

    def at(back: int, hour: int, minute: int, deed: Callable[[World], None]) -> None:
        world.once(aside.moment(world.last_working_day(back), hour, minute), lambda: deed(world))

    at(6, 11, 15, _bring)
    at(5, 14, 30, _judge)
    at(4, 9, 25, _answer)
    at(3, 17, 10, _learn)


def tell(world: World) -> None:
    """What last night's run shows is brought by who leads."""
    with clock.at(world.now):
        given: dict[str, Any] = {"process": _process("SOP-03"), "kind": Kind.LATE, "step": "submit", "why": _WAITS}
        deviations.open_one(actor=world.actor(MANAGER), **given)


def _process(code: str) -> Process:
    found: Process = Process.objects.get(code=code)
    return found


def _bring(world: World) -> None:
    for code, kind, step, user, why in (
        ("SOP-03", Kind.REPEATED, "submit", KNOWS, _CHANGED),
        ("SOP-05", Kind.ENTERED_LATE, "visit", DRIVES, _ON_THE_ROAD),
        ("SOP-01", Kind.LATE, "answer", KNOWS, _SLOW),
    ):
        deviations.propose(actor=world.actor(user), process=_process(code), kind=kind, step=step, why=why)


def _judge(world: World) -> None:
    auditor = world.actor(AUDITOR)
    better, tolerated, harmful = Deviation.objects.order_by("pk")
    verdicts.find_better(better, actor=auditor, reason=_BETTER)
    until = world.today + timedelta(days=60)
    verdicts.tolerate(tolerated, actor=auditor, until=until, reason=_TOLERATED)
    verdicts.find_harmful(harmful, actor=auditor, reason=_HARMFUL, lesson=_LESSON, exercise=_QUESTION)


def _answer(world: World) -> None:
    """The warehouse and some of the others say whether it hinders them."""
    for number, one in enumerate(
        Asked.objects.select_related("deviation", "member").order_by("member__name_key", "pk")
    ):
        actor = world.actor(one.member_id)
        if actor.may("delivery.confirm"):
            deviations.answer(one.deviation, actor=actor, hinders=Hinders.NO, text="有最新的单就行，不妨碍备货。")
        elif number % 3 == 0:
            deviations.answer(one.deviation, actor=actor, hinders=Hinders.NO)


def _learn(world: World) -> None:
    """Two of three have read the lesson."""
    for number, one in enumerate(LessonReader.objects.select_related("lesson", "member").order_by("pk")):
        if number % 3 < 2:
            lessons.confirm(
                one.lesson, actor=world.actor(one.member_id), answer="当场打电话请同事接手，再在线索上写明。"
            )
