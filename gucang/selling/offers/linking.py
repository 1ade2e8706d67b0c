"""What staff see of the link to a quote: the page that makes one, and how it stands on the quote's page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.selling import rules
from gucang.selling.actions import links
from gucang.selling.models import Quote
from gucang.selling.offers import opening
from gucang.surface import panels, timeline
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.surface.screens.common import find


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def page(request: CompanyRequest, pk: int, **_company: str) -> HttpResponse:
    """Make the link for the customer; it is shown this once."""
    kind = records.get("quote")
    if not request.actor.may("quote.view"):
        raise NotVisible
    quote = find(kind, request, pk)
    why, status, link = links.give_link.why_not(request.actor, quote) or "", 200, None
    language = request.POST.get("language") or request.company.language
    if why:
        status = 409 if request.actor.may("quote.give_link") else 403
    elif request.method == "POST":
        try:
            made = links.give_link(quote, actor=request.actor, request_id=request.request_id, language=language)
            link = made.record.link
        except Problem as problem:
            why, status = str(problem), problem.status
    context = {
        "quote": quote,
        "quote_url": f"{request.base}/quotes/{pk}",
        "why": why,
        "language": language,
        "languages": [(code, _NAMES[code]) for code, _name in settings.LANGUAGES],
        "earlier": opening.open_link(quote) if link is None else None,
        "link": link,
        "url": opening.address_of(request.company, link.key) if link is not None else "",
    }
    return render(request, "selling/quote_link.html", context, status=status)


_NAMES = {"zh-hans": "中文", "en": "English"}


def standing(request: CompanyRequest, record_type: RecordType, quote: Quote) -> dict[str, Any] | None:
    """How the customer's link stands, and the way to a new one."""
    if quote.deleted_at is not None or rules.why_not_linkable(quote) is not None:
        return None
    link = opening.open_link(quote)
    may = links.give_link.why_not(request.actor, quote) is None
    if link is None and not may:
        return None
    may_end = link is not None and record_type.verbs["revoke_link"].why_not(request.actor, quote) is None
    url = f"{request.base}/quotes/{quote.pk}"
    return {
        "link": link,
        "language": _NAMES[link.language] if link is not None else "",
        "give_url": f"{url}/link" if may else "",
        "end_url": f"{url}/revoke_link" if may_end else "",
        "waits": quote.state == "sent",
    }


@timeline.through
def by_link(event: Event, actor: Actor) -> timeline.Through | None:
    """That the customer answered by the link, and who it was there."""
    link = event.facts.get("link")
    if not isinstance(link, dict):
        return None
    return timeline.Through(_t("by the customer's link: %(name)s") % {"name": link.get("name", "")}, "link")


panels.add("quote", "left", "selling/link.html", standing, order=15)
