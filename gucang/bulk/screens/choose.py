"""From picked rows, or a whole list, to a run: the form of the verb, the count with a confirmation, and the start."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.bulk import actions, chosen, deeds, engine, rules
from gucang.bulk.deeds import ADD, REMOVE, Deed
from gucang.bulk.models import LONGEST, BulkRun, State
from gucang.bulk.screens import fields
from gucang.kernel.actions import Action
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.kernel.undoing import can_be_undone
from gucang.surface import ui
from gucang.surface.meant import Meant, everything, picked
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import only_post, screen, sentences
from gucang.surface.screens.forms import new_key, once, writable
from gucang.surface.screens.inputs import Input, input_for, typed

# The pseudo-verb of the bar: an edit of nothing but words.
TAG = "tag"
# So few picked rows need no second page: the form says what it is about.
FEW = 50
# What the buttons send that put a field onto the form, take one off, or lead to the form of another verb.
ADDED, DROPPED, INSTEAD, AGAIN = "_add", "_drop", "_verb", "_form"
_NOT_CARRIED = frozenset(["csrfmiddlewaretoken", "do", "_ask", "_run", "_key", ADDED, DROPPED, INSTEAD, AGAIN])


@dataclass(frozen=True)
class Asked:
    """One request for bulk work: which verb, on which records, and the fields that its form has."""

    type: RecordType
    action: Action
    chosen: Meant
    specs: Mapping[str, FieldSpec]
    post: QueryDict

    @property
    def edits(self) -> bool:
        return self.action is self.type.edit

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in: of an edit only what was chosen."""
        found = typed(self.post, self.specs)
        if not self.edits:
            return found
        chosen = set(self.post.getlist("_change"))
        return {name: self._how(name, value) for name, value in found.items() if name in chosen}

    @property
    def fields(self) -> dict[str, FieldSpec]:
        """The fields that its form shows: of an edit those that were chosen, in the order of being chosen."""
        if not self.edits:
            return dict(self.specs)
        if len(self.specs) == 1:
            return dict(self.specs)
        names, dropped = [*self.post.getlist("_change"), *self.post.getlist(ADDED)], self.post.getlist(DROPPED)
        return {name: self.specs[name] for name in names if name in self.specs and name not in dropped}

    def _how(self, name: str, value: Any) -> Any:
        how = self.post.get(f"_how-{name}", "")
        return {how: value} if how in (ADD, REMOVE) and self.specs[name].kind == "tags" else value

    @property
    def list_path(self) -> str:
        """The list that it came from, below the company's address."""
        query = self.post.get("query", "")
        return f"/{self.type.plural}/" + (f"?{query}" if query else "")


@screen
def bulk(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """One verb on many records: its form, then what is to be expected, then the run."""
    only_post(request)
    asked = _asked(request, record_type)
    changes_form = any(any(request.POST.getlist(name)) for name in (ADDED, DROPPED, INSTEAD, AGAIN))
    asks = not changes_form and ("_ask" in request.POST or request.POST.get("_run") == "1")
    if asked.specs and not asks:
        return _form(request, asked)
    try:
        deed = deeds.deed_of(request.actor, record_type, asked.action.verb, asked.values)
    except Invalid as problem:
        if not asked.specs:
            raise
        return _form(request, asked, sentences(problem))
    if request.POST.get("_run") != "1":
        return _confirmation(request, asked, deed)
    return _ended(request, asked, _run(request, asked))


def _asked(request: CompanyRequest, record_type: RecordType) -> Asked:
    do = _do(request)
    action = deeds.verb_of(request.actor, record_type, "edit" if do == TAG else do)
    if action is record_type.edit:
        specs = {
            name: spec
            for name, spec in writable(record_type, request, None).items()
            if spec.kind not in ("references", "lines") and (do != TAG or spec.kind == "tags")
        }
    else:
        specs = {spec.name: spec for spec in action.params}
    return Asked(record_type, action, _chosen(request, record_type), specs, request.POST)


def _do(request: CompanyRequest) -> str:
    """What is asked for: the button of another verb counts before the form's own."""
    return request.POST.get(INSTEAD) or request.POST.get("do", "")


def _chosen(request: CompanyRequest, record_type: RecordType) -> Meant:
    if request.POST.get("every") == "1":
        return everything(record_type, request.actor, request.POST.get("query", ""))
    found = dict.fromkeys(request.POST.getlist("picked"))
    ids = [int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 19]
    if len(ids) > rules.DIRECT:
        sentence = _t("At most %(most)s single rows at once. Filter the list, then take all of it.")
        raise Invalid({"": [sentence % {"most": rules.DIRECT}]})
    return picked(record_type, request.actor, ids)


# --- pages -----------------------------------------------------------------------------------------------------------


def _form(request: CompanyRequest, asked: Asked, problems: Mapping[str, Sequence[str]] | None = None) -> HttpResponse:
    problems = problems or {}
    # What is not ticked stays as it is, so nothing has to be filled in.
    inputs = [
        input_for(
            request,
            replace(spec, required=False) if asked.edits else spec,
            request.POST.get(name),
            error=" ".join(problems.get(name, ())),
        )
        for name, spec in asked.fields.items()
    ]
    outlook = chosen.outlook(Deed(asked.type, asked.action, {}), asked.chosen)
    few = asked.chosen.ids is not None and outlook.total <= FEW
    context = _common(request, asked, outlook) | {
        "inputs": [(one, _ways(request, one)) for one in inputs],
        "added": next(reversed([name for name in request.POST.getlist(ADDED) if name]), ""),
        "choosable": asked.edits and len(asked.specs) > 1,
        "whole": [s for name, many in problems.items() if name not in asked.specs for s in many],
        "carried": _carried(request, {*asked.specs, *(f"{name}_text" for name in asked.specs), "_change", "_sent"}),
        "runs": few,
        "key": request.POST.get("_key") or new_key(),
    }
    if context["choosable"]:
        context["first"], context["rest"] = fields.choices(asked.type, request.actor, asked.specs, asked.fields)
    return render(request, "bulk/form.html", context, 422 if problems else 200)


def _ways(request: CompanyRequest, one: Input) -> list[tuple[str, str, bool]]:
    """How words may be changed, as (value, text, chosen)."""
    if one.kind != "tags":
        return []
    now = request.POST.get(f"_how-{one.name}", ADD)
    ways = ((ADD, _t("Add these")), (REMOVE, _t("Take these away")), ("", _t("Replace by these")))
    return [(value, text, value == now) for value, text in ways]


def _confirmation(request: CompanyRequest, asked: Asked, deed: Deed) -> HttpResponse:
    outlook = chosen.outlook(deed, asked.chosen)
    context = _common(request, asked, outlook) | {
        "said": [(spec.label, said(request, spec, asked.values[name])) for name, spec in deed.specs.items()],
        "carried": _carried(request, set()),
        "key": request.POST.get("_key") or new_key(),
        "long": outlook.total > rules.DIRECT,
        "back": can_be_undone(asked.type, asked.action),
        "days": rules.UNDO_DAYS,
    }
    return render(request, "bulk/confirm.html", context)


def said(request: CompanyRequest, spec: FieldSpec, value: Any) -> str:
    """A value in words, as on a form."""
    if isinstance(value, Mapping):
        ((how, words),) = value.items()
        text = said(request, spec, words)
        return _t("add %(words)s") % {"words": text} if how == ADD else _t("take away %(words)s") % {"words": text}
    if isinstance(value, list) and spec.kind == "tags":
        return ui.listed(value)
    return input_for(request, spec, value).words or _t("empty")


def _common(request: CompanyRequest, asked: Asked, outlook: chosen.Outlook) -> dict[str, Any]:
    return {
        "type": asked.type,
        "action": asked.action,
        "editing": asked.edits,
        "outlook": outlook,
        "free": outlook.total - outlook.barred,
        "url": f"{request.base}/{asked.type.plural}/bulk",
        "cancel_url": f"{request.base}{asked.list_path}",
    }


def _carried(request: CompanyRequest, without: set[str]) -> list[tuple[str, str]]:
    """What the next page must send again."""
    return [("do", _do(request))] + [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_CARRIED and name not in without and not name.startswith("_how-" if without else "\0")
        for value in values
    ]


# --- the run ---------------------------------------------------------------------------------------------------------


def _run(request: CompanyRequest, asked: Asked) -> BulkRun:
    """Begin the run, once however often the button was pressed; a short one is through when this returns."""
    ids = asked.chosen.ids

    def begin() -> int:
        made = actions.start(
            actor=request.actor,
            request_id=request.request_id,
            record_type=asked.type.name,
            verb=asked.action.verb,
            every=ids is None,
            query=asked.chosen.address,
            came_from=request.POST.get("query", "")[:LONGEST],
            ids=",".join(map(str, ids or ())),
            given=json.dumps(asked.values),
        )
        return int(made.record.pk)

    run = BulkRun.objects.get(pk=once(request, begin))
    while run.rows <= rules.DIRECT and engine.advance(run.pk):
        pass
    run.refresh_from_db()
    return run


def _ended(request: CompanyRequest, asked: Asked, run: BulkRun) -> HttpResponse:
    """Back to the list when all went well; else to the page that says what did not."""
    url = f"{request.base}/bulk-runs/{run.pk}"
    if run.state != State.DONE or run.refused or run.waiting:
        return go(request, url)
    text = ngettext("%(action)s: %(n)s record.", "%(action)s: %(n)s records.", run.done)
    undo = "" if rules.why_not_back(run) or not request.actor.may("bulk_run.take_back") else f"{url}/do/take_back"
    if run.unchanged:
        text = ngettext(
            "%(action)s: %(n)s record; nothing to change in %(same)s.",
            "%(action)s: %(n)s records; nothing to change in %(same)s.",
            run.done,
        )
    toast(request, text % {"action": asked.action.label, "n": run.done, "same": run.unchanged}, undo)
    return go(request, f"{request.base}{asked.list_path}")
