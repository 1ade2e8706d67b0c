"""Pages about many findings: patterns for who audits, and for everybody what is recorded about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from gucang.accounts.models import Member, Role, Status
from gucang.audits import frame, looks, openings, patterns, queries, rules, scores
from gucang.audits import recorded as told
from gucang.audits.models import Confirmation, Finding
from gucang.kernel import clock, records
from gucang.kernel.errors import NotVisible
from gucang.kernel.models import Event
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render

LOOKS = 50
DAYS = 30
MOST = 10_000


@require_safe
@answered
def by_rule(request: CompanyRequest, **_address: str) -> HttpResponse:
    """What the rules find, in numbers: what is pressing first. Names stand behind it, for who audits."""
    if not frame.may_see_patterns(request.actor):
        raise NotVisible
    found = patterns.patterns()
    context = {
        "patterns": found,
        "totals": patterns.totals(found),
        "names": request.actor.may(rules.AUDIT),
        "list_url": f"{request.base}/findings/",
        "rules_url": f"{request.base}/audit-rules/",
        "scores_url": f"{request.base}/findings/master-data",
    }
    return render(request, "audits/patterns.html", context)


@require_safe
@answered
def master_data(request: CompanyRequest, **_address: str) -> HttpResponse:
    """How complete what people own is, the lowest first: one's own, and for who audits everybody's."""
    if not request.actor.may("finding.view"):
        raise NotVisible
    audits = request.actor.may(rules.AUDIT)
    parts = []
    for one in scores.every():
        record_type = records.get(one.record_type)
        if not request.actor.may(f"{one.record_type}.view"):
            continue
        query = record_type.query(request.actor).select_related(None)
        if not audits:
            query = query.filter(**{record_type.owner: request.actor.member_id or 0})
        rows = scores.by_owner(one, query)
        names = dict(Member.with_bin.filter(pk__in=[row.member for row in rows]).values_list("pk", "name"))
        parts.append((record_type, [(names.get(row.member or 0, ""), row) for row in rows]))
    return render(request, "audits/scores.html", {"parts": parts, "audits": audits})


@require_safe
@answered
def recorded(request: CompanyRequest, **_address: str) -> HttpResponse:
    """What the program keeps about the person at the screen, who can see it, and who has looked at it."""
    member = request.actor.member_id
    if member is None or request.actor.eyes is not None:
        raise NotVisible
    since = clock.now() - timedelta(days=DAYS)
    deeds = Event.objects.filter(actor_id=member, occurred_at__gte=since).order_by()
    context: dict[str, Any] = {
        "deeds": deeds[:MOST].count(),
        "most": MOST,
        "days": DAYS,
        "findings": Finding.objects.filter(member_id=member).count(),
        "own": Finding.objects.filter(member_id=member, state="own").count(),
        "opened": openings.of(member, DAYS),
        "confirmations": Confirmation.objects.filter(member_id=member).count(),
        "kept": told.counted(member),
        "looks": _looks(request),
        "auditors": _auditors(),
        "settings": queries.settings(),
        "findings_url": f"{request.base}/findings/?view=mine",
        "url": f"{request.base}/me",
    }
    return render(request, "audits/recorded.html", context)


def _looks(request: CompanyRequest) -> list[dict[str, Any]]:
    """Who has looked, when, and at what: a finding of one's own, or a case that one has a part in."""
    rows = []
    for one, record in looks.at(request.actor, LOOKS):
        if one.finding is not None:
            about: Any = one.finding.rule
            url = f"{request.base}/findings/{one.finding_id}"
        elif record is not None:
            about, url = record, f"{request.base}/{records.get(one.about_type).plural}/{one.about_id}"
        else:
            about, url = _t("a case of yours"), ""
        rows.append({"looker": one.looker, "at": one.at, "about": about, "url": url})
    return rows


def _auditors() -> list[str]:
    """Who may see findings of others once their time is over, by name; everybody may know that. Two queries."""
    audits = {rules.AUDIT, "finding.*", "*"}
    chosen = [pk for pk, grants in Role.objects.values_list("pk", "grants") if audits & grants.keys()]
    people = Member.objects.filter(member_roles__role__in=chosen).exclude(status=Status.LEFT)
    return list(people.order_by("name").values_list("name", flat=True).distinct())
