"""Keeping a list as a view, bringing a view up to what the list shows now, and pinning a record."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.kernel import records
from gucang.kernel.errors import Problem, Stale
from gucang.kernel.fields import FieldSpec, ShowIf
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast, wants_fragment, with_toast
from gucang.surface.screens import inputs
from gucang.surface.screens.common import find, only_post, record_url, screen, sentences
from gucang.surface.screens.forms import writable
from gucang.views import actions, frame, rules
from gucang.views.models import PinList, SavedView
from gucang.views.queries import pin_of

# The fields of a view that say who else has it.
AUDIENCE = ("audience", "role", "department")


@screen
def save(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """Keep what the list shows under a name: a page of its own; from the list, its menu sends the same form."""
    given = request.POST if request.method == "POST" else request.GET
    specs = _sharing(request)
    shared = inputs.typed(given, specs)
    typed = {"name": given.get("name", ""), "first": "first" in given, "query": given.get("query", "")}
    said: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = actions.create(
                actor=request.actor,
                values=typed | {"record_type": record_type.name} | shared,
                request_id=request.request_id,
            )
        except Problem as problem:
            said = sentences(problem)
        else:
            toast(request, _t("The view “%(name)s” is saved.") % {"name": made.record})
            return go(request, _address(request, made.record))
    controls = [
        replace(
            inputs.input_for(request, spec, shared.get(name, spec.default), error=" ".join(said.get(name, ()))),
            show_if=_SHOWN.get(name),
        )
        for name, spec in specs.items()
    ]
    context = {"type": record_type, "typed": typed, "said": said, "controls": controls}
    return render(request, "views/save.html", context, status=422 if said else 200)


_SHOWN = {"role": ShowIf("audience", ("role",)), "department": ShowIf("audience", ("department",))}


def _sharing(request: CompanyRequest) -> dict[str, FieldSpec]:
    """The fields that say who else has a view, for who may share one."""
    return {name: spec for name, spec in writable(records.get("saved_view"), request, None).items() if name in AUDIENCE}


@require_POST
@answered
def renew(request: CompanyRequest, pk: int, **_address_parts: str) -> HttpResponse:
    """Let a view show from now on what its list shows at this moment."""
    view: SavedView = find(records.get("saved_view"), request, pk)
    seen = request.POST.get("seen", "")
    actions.edit(
        view.pk,
        actor=request.actor,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
        values={"query": request.POST.get("query", "")},
        request_id=request.request_id,
    )
    toast(request, _t("The view “%(name)s” shows this from now on.") % {"name": view})
    return go(request, _address(request, view))


def _address(request: CompanyRequest, view: SavedView) -> str:
    return f"{request.base}/{records.get(view.record_type).plural}/?view=v{view.pk}"


@screen
def pin(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Pin a record (`on=1`) or unpin it; for a script, the star as it is now."""
    only_post(request)
    record = find(record_type, request, pk)
    on = request.POST.get("on") == "1"
    try:
        refusal = _turn(request, pin_of(record_type, record), on=on)
    except Stale:  # another page of the same person was faster
        refusal = _turn(request, pin_of(record_type, record), on=on)
    if wants_fragment(request):
        star = fragment(request, "views/_star.html", frame.star(request, record_type, record) or {})
        return with_toast(star, refusal) if refusal else star
    said = _t("“%(record)s” is pinned.") if on else _t("“%(record)s” is not pinned any more.")
    toast(request, refusal or said % {"record": record})
    return HttpResponseRedirect(record_url(request, record_type, record.pk))


def _turn(request: CompanyRequest, what: str, *, on: bool) -> str:
    """Put a pin first or take it away; returns the sentence for who has pinned enough, or ""."""
    own = PinList.objects.filter(rules.own_pins(request.actor)).first()
    pins = [one for one in own.pins if one != what] if own is not None else []
    if on and len(pins) >= actions.MOST_PINS:
        sentence = _t("You have pinned %(most)d records; more would be a list. Unpin one first.")
        return sentence % {"most": actions.MOST_PINS}
    values = {"pins": [what, *pins] if on else pins}
    if own is not None:
        actions.edit_pins(own.pk, actor=request.actor, seen=own.version, values=values, request_id=request.request_id)
    elif on:
        actions.create_pins(actor=request.actor, values=values, request_id=request.request_id)
    return ""
