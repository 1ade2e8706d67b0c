"""The composer, what is due, and the quick buttons."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gucang.accounts.models import Member
from gucang.activity import compose, queries, subjects
from gucang.activity.actions import tasks
from gucang.activity.models import FollowUpOutcome, Task
from gucang.activity.rules import visible_tasks
from gucang.kernel import clock, records, search
from gucang.kernel.errors import Invalid, NotVisible, Refused
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast

SUBJECTS_OFFERED = 6  # of each kind
POSTPONE_DAYS = {"1": 1, "3": 3, "7": 7}


def composer(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The composer on a record page; nothing for those who may write nothing there."""
    kinds = compose.kinds_for(request.actor, record_type)
    if not kinds or getattr(record, "deleted_at", None) is not None:
        return None
    chosen = kinds[0][0]
    return {
        "about_type": record_type.name,
        "about_id": record.pk,
        "kinds": [(value, label, value == chosen) for value, label in kinds],
        "key": secrets.token_urlsafe(12),
        "quick_days": _quick_days(),
    }


def _quick_days() -> list[tuple[str, str]]:
    """The days that a next step is mostly planned for, as a date field holds them and in words."""
    words = {1: _t("Tomorrow"), 3: _t("In 3 days"), 7: _t("In a week")}
    return [((clock.today() + timedelta(days=days)).isoformat(), text) for days, text in words.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def compose_page(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The composer as a page of its own: every field, and where a refused entry comes back with its words."""
    data = request.POST if request.method == "POST" else request.GET
    record_type, about = subject(request, data.get("about_type", ""), data.get("about_id", ""))
    errors: dict[str, str] = {}
    if request.method == "POST" and "more" not in request.POST:
        uploads = [*request.FILES.getlist("files"), *request.FILES.getlist("photos")]
        try:
            entry = compose.compose(
                request.actor, about, record_type.name, _words(request), uploads, key=request.POST.get("key", "")
            )
        except Invalid as problem:
            errors = {name or "text": sentences[0] for name, sentences in problem.fields.items()}
        except Refused as problem:
            errors = {problem.field or "text": str(problem)}
        else:
            toast(request, _written(queries.done_by(entry)))
            return go(request, _asked_back(request, data) or page_of(request, record_type, about))
    context = {
        "about": about,
        "about_url": page_of(request, record_type, about),
        "about_type": record_type.name,
        "about_id": about.pk,
        "kinds": compose.kinds_for(request.actor, record_type),
        "outcomes": FollowUpOutcome.choices,
        "data": data,
        "errors": errors,
        "lost_files": bool(request.FILES) if request.method == "POST" else False,
        "key": secrets.token_urlsafe(12),
        "quick_days": _quick_days(),
        "next": _asked_back(request, data),
    }
    return render(request, "activity/compose.html", context, status=422 if errors else 200)


def _written(done: list[Task]) -> str:
    """What writing did, the step that it ticked off included: nothing happens unsaid."""
    if not done:
        return _t("Written down.")
    names = ui.listed(task.title for task in done)
    return _t("Written down; this step is done with it: %(tasks)s") % {"tasks": names}


def _words(request: CompanyRequest) -> dict[str, str]:
    wanted = ("kind", "text", "happened_at", "outcome", "next_step", "next_on", "assignee")
    return {name: request.POST[name] for name in wanted if name in request.POST}


def subject(request: CompanyRequest, name: str, raw: str) -> tuple[RecordType, Any]:
    if not subjects.allowed(name) or not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise NotVisible()
    record_type = records.get(name)
    about = record_type.query(request.actor).filter(pk=int(raw)).first()
    if about is None:
        raise NotVisible()
    return record_type, about


@require_GET
@answered
def about_options(request: CompanyRequest, **_address: str) -> HttpResponse:
    """What a picker of subjects offers for the words typed (`q`), of every kind that one may write about."""
    text = request.GET.get("q", "").strip()[:60]
    types = [one for one in subjects.types() if one.search]
    found = search.search(request.actor, text, types=types, limit=SUBJECTS_OFFERED) if text else {}
    rows = [
        (f"{name}:{hit.object_id}", hit.title, f"{records.get(name).label} {hit.detail}".strip())
        for name, hits in found.items()
        for hit in hits
    ]
    return fragment(request, "surface/_options.html", {"rows": rows})


def page_of(request: CompanyRequest, record_type: RecordType, record: Any) -> str:
    return f"{request.base}/{record_type.plural}/{record.pk}"


@require_GET
@answered
def due(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Whom to follow up with: overdue, today, the next seven days; `member` is a colleague whose tasks one sees."""
    member = _member(request)
    found = queries.due(request.actor, member.pk)
    queries.remember_subjects(request.actor, [*found.overdue, *found.today, *found.soon])
    parts = [
        (_t("Overdue"), "bad", found.overdue),
        (_t("Today"), "warn", found.today),
        (_t("Next seven days"), "", found.soon),
    ]
    context = {
        "member": member,
        "mine": member.pk == request.actor.member_id,
        "parts": [(title, tone, [_row(request, task) for task in rows]) for title, tone, rows in parts if rows],
        "tomorrow": clock.today() + timedelta(days=1),
    }
    return render(request, "activity/due.html", context)


def _member(request: CompanyRequest) -> Member:
    raw = request.GET.get("member", "") or str(request.actor.member_id or "")
    found = None
    if raw.isascii() and raw.isdigit() and len(raw) < 19:
        found = records.by_model(Member).query(request.actor).filter(pk=int(raw)).first()
    if found is None:
        raise NotVisible()
    return found


def _row(request: CompanyRequest, task: Task) -> dict[str, Any]:
    about = task.get_about()
    about_url = f"{request.base}/{records.get(task.about_type).plural}/{task.about_id}" if about is not None else ""
    return {
        "task": task,
        "about": str(about) if about is not None else "",
        "about_url": about_url,
        "url": f"{request.base}/tasks/{task.pk}",
        "why_not": tasks.complete.why_not(request.actor, task) or "",
        "when": task.due_at or task.due_on,
        "today": task.due_on == clock.today(),
    }


@require_POST
@answered
def complete(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Tick a task off and stay where one was."""
    task = _task(request, pk)
    tasks.complete(task, actor=request.actor)
    toast(request, _t("Done: %(task)s") % {"task": task})
    return go(request, _back(request))


@require_POST
@answered
def postpone(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Move a task by `days` (1, 3 or 7, counted from today) or `to` a date, and stay where one was."""
    task = _task(request, pk)
    days = POSTPONE_DAYS.get(request.POST.get("days", ""))
    to: Any = clock.today() + timedelta(days=days) if days else request.POST.get("to", "")
    tasks.postpone(task, actor=request.actor, to=to)
    toast(request, _t("Postponed: %(task)s") % {"task": task})
    return go(request, _back(request))


def _task(request: CompanyRequest, pk: int) -> Task:
    task = Task.objects.filter(visible_tasks(request.actor), pk=pk).first()
    if task is None:
        raise NotVisible()
    return task


def _back(request: CompanyRequest) -> str:
    """The page of this company that the form names in `next`, else what is due."""
    return _asked_back(request, request.POST) or f"{request.base}/activity/due"


def _asked_back(request: CompanyRequest, data: Mapping[str, str]) -> str:
    """The page that `next` names, where it is one of this company; "" otherwise."""
    wanted = data.get("next", "")
    safe = wanted.startswith(f"{request.base}/") and wanted.isprintable() and "\\" not in wanted
    return wanted if safe else ""
