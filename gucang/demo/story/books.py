"""Work by the book: the processes that hold from the first day, one that was mended since, and who has read them.

No dice: who reads and who puts it off follows from the order of their names.
"""

from __future__ import annotations

import json
from functools import partial

from gucang.conformance import night
from gucang.demo.story.audit import AUDITOR
from gucang.demo.story.world import World
from gucang.kernel import clock
from gucang.sops import people, shipped
from gucang.sops.actions import processes, versions
from gucang.sops.models import Process, ProcessVersion, State

MENDED = "SOP-03"
WHY = "出货前的审核要更快：后面的出货和应收都在等，时限从 4 小时缩短到 2 小时；出货前要拍照。"
HOW = "\n\n装车前拍一张照片，传到出货单上。客户说少货时，照片说话。"


def set_up(world: World) -> None:
    """The auditor adopts what comes with the program, before anything else happens."""
    for one in shipped.every():
        processes.adopt(actor=world.actor(AUDITOR), code=one.code)


def begin(world: World) -> None:
    """People read; the process of orders is mended, and not everybody has read that yet."""
    aside = world.aside("books")
    for back, deed in ((60, _read_all), (25, _mend), (24, _read_mended), (3, _draft)):
        world.once(aside.moment(world.last_working_day(back), 10, 10), partial(deed, world))


def judge(world: World) -> None:
    """Last night's look at how work went, by these processes."""
    with clock.at(world.now):
        for case_type in night.case_types():
            night.run_here(case_type)


def _in_force() -> list[ProcessVersion]:
    return list(ProcessVersion.objects.filter(state=State.IN_FORCE).order_by("pk"))


def _read_all(world: World) -> None:
    for version in _in_force():
        _read(world, version, of_three=2)


def _read_mended(world: World) -> None:
    version = ProcessVersion.objects.get(process__code=MENDED, state=State.IN_FORCE)
    _read(world, version, of_three=1)


def _read(world: World, version: ProcessVersion, of_three: int) -> None:
    for number, one in enumerate(people.concerned(version.read())):
        if number % 3 < of_three:
            versions.confirm_reading(version, actor=world.actor(one.pk))


def _mend(world: World) -> None:
    process = Process.objects.get(code=MENDED)
    draft = versions.draft(actor=world.actor(AUDITOR), process=process, reason=WHY).record
    words = draft.read().to_json()
    for step in words["steps"]:
        if step["key"] == "agree":
            step["limit"] = {"amount": 2, "unit": "hours", "after": "enter"}
        if step["key"] == "ship":
            step["instruction"] += HOW
    versions.define(draft, actor=world.actor(AUDITOR), definition=json.dumps(words, ensure_ascii=False))
    versions.put_in_force(draft, actor=world.actor(AUDITOR), reason=WHY)


def _draft(world: World) -> None:
    """An idea that is still being written."""
    process = Process.objects.get(code="SOP-02")
    versions.draft(actor=world.actor(AUDITOR), process=process, reason="大客户的报价先给仓库看交期")
