"""The service tickets of the program that the company had before, brought in as an outside log and held against how
they were meant to go.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from gucang.demo.story.audit import AUDITOR
from gucang.demo.story.world import World, working_day
from gucang.exchange import store
from gucang.kernel import clock, reactions
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.processes import bringing, comparing
from gucang.processes.actions import logs, models
from gucang.processes.models import OutsideLog, ProcessModel

NAME, FILE = "旧系统的报修工单", "baoxiu-gongdan.xes"
MODEL, DEFINITION = (
    "报修工单（旧制度）",
    "->( '受理报修', X( '电话指导', ->( '派工', '上门维修' ) ), '客户确认', '关闭工单' )",
)
TICKETS = 180
# How often of a hundred tickets went which way; only the first two are as the rules had it.
WAYS = (
    (44, ("受理报修", "电话指导", "客户确认", "关闭工单")),
    (29, ("受理报修", "派工", "上门维修", "客户确认", "关闭工单")),
    (11, ("受理报修", "派工", "上门维修", "订配件", "上门维修", "客户确认", "关闭工单")),
    (9, ("受理报修", "派工", "上门维修", "关闭工单")),
    (4, ("受理报修", "电话指导", "派工", "上门维修", "客户确认", "关闭工单")),
    (3, ("受理报修", "电话指导", "关闭工单", "客户确认")),
)
_HOLDERS = {
    "受理报修": "客服", "客户确认": "客服", "关闭工单": "客服",
    "派工": "服务主管", "电话指导": "技术", "上门维修": "技术", "订配件": "仓库",
}  # fmt: skip
# Days until a step follows, at least and at most; the others follow the same day.
_DAYS = {"上门维修": (1, 3), "订配件": (0, 1), "客户确认": (0, 4), "关闭工单": (0, 2)}


def bring(world: World) -> int:
    """The auditor uploads the file and writes down how it was meant to go; returns the id of the log, still unread."""
    aside, auditor = world.aside("tickets"), world.actor(AUDITOR)
    models.create(actor=auditor, values={"name": MODEL, "definition": DEFINITION})
    file = store.new_name()
    path = store.path_of(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_xes(aside), "utf-8")
    return int(logs.upload(actor=auditor, name=NAME, file=file, file_name=FILE).record.pk)


def compare(world: World, company: Company, log_id: int) -> None:
    """Read the log and hold it against the model, as the jobs do, which then find it done.

    After the story is committed, because both take transactions of their own; who is stopped here leaves it to them.
    """
    with clock.at(world.now), reactions.quietly():
        bringing.bring(company.pk, log_id)
        with company_scope(company):
            log, model = OutsideLog.objects.get(pk=log_id), ProcessModel.objects.get(name=MODEL)
            logs.compare(log, actor=world.actor(AUDITOR), model=model)
        comparing.compare(company.pk, log_id)


def _xes(world: World) -> str:
    traces = "".join(_trace(world, number) for number in range(1, TICKETS + 1))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016">\n{traces}</log>\n'


def _trace(world: World, number: int) -> str:
    events = "".join(
        f'<event><string key="concept:name" value="{step}"/><date key="time:timestamp" value="{at.isoformat()}"/>'
        f'<string key="org:group" value="{_HOLDERS[step]}"/></event>\n'
        for step, at in _steps(world)
    )
    return f'<trace><string key="concept:name" value="BX-{number:04}"/>\n{events}</trace>\n'


def _steps(world: World) -> Iterator[tuple[str, datetime]]:
    """What was done for one ticket, and when: in the year before the story begins."""
    (way,) = world.chance.choices([steps for _share, steps in WAYS], [share for share, _steps in WAYS])
    at = world.moment(working_day(world.first_day - timedelta(days=world.chance.randint(20, 350))))
    for step in way:
        yield step, at
        days = world.chance.randint(*_DAYS.get(step, (0, 0)))
        later = world.moment(working_day(at.date() + timedelta(days=days))) if days else at
        at = max(later, at + timedelta(minutes=world.chance.randint(10, 150)))
