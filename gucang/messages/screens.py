"""The bell's page and its settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gucang.kernel.errors import Invalid
from gucang.messages import actions, kinds, queries
from gucang.messages.models import Notification, NotificationSetting
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast


@require_GET
@answered
def bell(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The notifications, newest first; `kind`, `unread=1` and `before` (an id) are in the address."""
    kind = request.GET.get("kind", "")
    kind = kind if any(one.name == kind for one in kinds.every()) else ""
    only_unread = request.GET.get("unread") == "1"
    before = request.GET.get("before", "")
    page = queries.page(
        request.actor,
        kind=kind,
        only_unread=only_unread,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    context = {
        "rows": [_row(request, notification) for notification in page.rows],
        "kinds": kinds.every(),
        "kind": kind,
        "only_unread": only_unread,
        "before": page.before,
        "here": request.get_full_path(),
    }
    return render(request, "messages/bell.html", context)


def _row(request: CompanyRequest, notification: Notification) -> dict[str, Any]:
    return {
        "id": notification.pk,
        "sentence": queries.sentence(notification),
        "kind": kinds.label_of(notification.kind),
        "at": notification.created_at,
        "unread": notification.read_at is None,
        "url": f"{request.base}/notifications/{notification.pk}",
    }


@require_GET
@answered
def open_one(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Go to what a notification is about. Having been opened, it counts as read, like a letter."""
    notification = get_object_or_404(queries.of(request.actor), pk=pk)
    actions.read(request.actor, [pk])
    return go(request, request.base + (queries.target(notification) or "/notifications"))


@require_POST
@answered
def mark_read(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Mark one (`id`) or all as read, and stay on the page."""
    given = request.POST.get("id", "")
    ids = [int(given)] if given.isascii() and given.isdigit() and len(given) < 19 else None
    if given and ids is None:
        raise Invalid({"id": [_t("There is no such notification.")]})
    actions.read(request.actor, ids)
    query = request.POST.get("query", "")
    return go(request, f"{request.base}/notifications" + (f"?{query}" if _is_plain(query) else ""))


def _is_plain(query: str) -> bool:
    return bool(query) and len(query) < 200 and all(part.isalnum() or part in "=&_-" for part in query)


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def settings(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Per kind: in the bell, by e-mail; and the hours without e-mail."""
    setting = queries.setting_of(request.actor.member_id or 0)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _save(request, setting)
        except Invalid as problem:
            errors = {name: sentences[0] for name, sentences in problem.fields.items()}
        else:
            toast(request, _t("From now on you are told this way."))
            return go(request, f"{request.base}/notifications/settings")
    rows = [
        {"kind": kind, "bell": kind.name not in setting.bell_off, "mail": queries.wants_mail(kind, setting)}
        for kind in kinds.every()
    ]
    quiet = {
        name: request.POST.get(name, "" if getattr(setting, name) is None else str(getattr(setting, name)))
        for name in ("quiet_from", "quiet_until")
    }
    context = {
        "rows": rows,
        "quiet": quiet,
        "errors": errors,
        "hours": [(str(hour), f"{hour}:00") for hour in range(24)],
    }
    return render(request, "messages/settings.html", context, status=422 if errors else 200)


def _save(request: CompanyRequest, setting: NotificationSetting) -> None:
    bell, mail = set(request.POST.getlist("bell")), set(request.POST.getlist("mail"))
    values = {
        "bell_off": [kind.name for kind in kinds.every() if kind.name not in bell],
        "mail_off": [kind.name for kind in kinds.every() if kind.mail and kind.name not in mail],
        "mail_on": [kind.name for kind in kinds.every() if not kind.mail and kind.name in mail],
        "quiet_from": request.POST.get("quiet_from", ""),
        "quiet_until": request.POST.get("quiet_until", ""),
    }
    if setting.pk is None:
        actions.create_setting(actor=request.actor, values=values)
    else:
        actions.edit_setting(setting, actor=request.actor, values=values)
