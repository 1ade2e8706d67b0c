"""What this module puts on the pages of others: places, pages, the next step of a record, what is to be read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from gucang.audits import impact, recorded
from gucang.kernel import records
from gucang.kernel.records import RecordType
from gucang.processes import extracts
from gucang.sops import nextstep, queries, showing, text, vocabulary
from gucang.sops.nextstep import Next, Stand
from gucang.sops.screens import pages
from gucang.surface import columns, home, nav, panels
from gucang.surface.middleware import CompanyRequest

NAMES = 3

panels.draw_page("process", "sops/process.html", pages.process_page)
panels.draw_page("process_version", "sops/version.html", pages.version_page)
panels.add("process", "list", "sops/_adopt.html", pages.to_adopt)
panels.when_empty(
    "process", _("How work goes by the book, step by step. Adopt one that comes with the program, or write your own.")
)
panels.when_empty("process_version", _("What a process said from when on appears here."))
nav.add(_("Processes (SOP)"), "route", "/processes/", "process.view", order=43, seldom=True)
columns.tones("process_version.state", {"draft": "wait", "in_force": "ok", "superseded": "mute"})


def next_step(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What comes next for a record by its process. No query for types without one."""
    if request.actor.eyes is not None or not request.actor.may("process.view"):
        return None
    stand = nextstep.stand_of(record_type, record)
    if stand is None:
        return None
    words = stand.version.read()
    pictures = _pictures(stand)
    return {
        "stand": stand,
        "done": len(stand.done),
        "many": len(words.steps),
        "coming": [
            _told(one, request, pictures) | {"lacks": nextstep.lacks(one.step, record_type, record, request.actor)}
            for one in stand.coming
        ],
        "waiting": impact.sentence_of(request.actor, record_type.name, record.pk),
        "url": f"{request.base}/processes/{stand.version.process_id}",
        "name": stand.version.name,
    }


def _pictures(stand: Stand) -> list[int]:
    if not any(text.pictures_in(one.step.instruction) for one in stand.coming):
        return []
    return [one.pk for one in showing.pictures_of(stand.version)]


def _told(one: Next, request: CompanyRequest, pictures: list[int]) -> dict[str, Any]:
    step = one.step
    return {
        "key": step.key,
        "name": step.name,
        "roles": "、".join(vocabulary.role_name(role) for role in step.roles),
        "who": one.who[:NAMES],
        "more": max(0, len(one.who) - NAMES),
        "mine": request.actor.member_id in [who.pk for who in one.who],
        "until": one.until,
        "late": one.late,
        "whom": step.whom,
        "when_late": step.when_late,
        "instruction": text.shown(step.instruction, request.base, pictures) if step.instruction else "",
    }


panels.add("*", "left", "sops/_next.html", next_step, order=10)


def take_log(request: CompanyRequest, record_type: RecordType, process: Any) -> dict[str, Any] | None:
    """The way from a process to the log of its cases, for who may take that out."""
    may = request.actor.may(extracts.CREATE) and extracts.may_take_out(request.actor, records.get(process.case_type))
    wanted = urlencode({"types": process.case_type, "form": ".xes.gz"})
    return {"url": f"{request.base}/log-exports/new?{wanted}"} if may else None


panels.add("process", "actions", "sops/_take_log.html", take_log, order=60)


def to_read(request: CompanyRequest) -> dict[str, Any] | None:
    """The processes that one has a part in and has not read."""
    actor = request.actor
    if actor.member_id is None or actor.eyes is not None or not actor.may("process.view"):
        return None
    found = queries.unread(actor.member_id)
    return {"rows": found, "base": request.base} if found else None


home.card("processes-to-read", template="sops/_to_read.html", context=to_read, order=60, column="side")

recorded.keep(
    _("Processes that you have confirmed having read"),
    _("Whoever may see the process: its version names who has read it, and when."),
    "sops.Reading.member", url="/processes/",
)  # fmt: skip
recorded.keep(
    _("Versions of processes that you have written"), _("Whoever may see the process."), "sops.ProcessVersion.author"
)
recorded.keep(
    _("Logs that you have brought in or taken out"),
    _("Whoever may see logs; of a file taken out only you have the file."),
    "processes.OutsideLog.owner", "processes.LogExport.owner",
)  # fmt: skip
