"""The administrator's pages of own record types: all of them, the form of a new one, and its stages and roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from gucang.accounts.models import Role
from gucang.accounts.rules import ADMINISTRATOR
from gucang.customtypes import actions, definitions, queries, rules
from gucang.customtypes.definitions import CLOSED, Stage, stages_of
from gucang.customtypes.models import ICONS, CustomType
from gucang.kernel import records, setup
from gucang.kernel.actions import Action
from gucang.kernel.errors import Forbidden, NotVisible, Problem
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import panels, timeline
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens import details, forms
from gucang.surface.screens.common import find, sentences
from gucang.surface.screens.inputs import typed

NEW_STAGES = 3
TONE_WORDS = {
    "": pgettext_lazy("colour", "plain"), "ac": pgettext_lazy("colour", "blue"), "ok": pgettext_lazy("colour", "green"),
    "warn": pgettext_lazy("colour", "yellow"), "bad": pgettext_lazy("colour", "red"),
    "mute": pgettext_lazy("colour", "grey"),
}  # fmt: skip
LEVEL_WORDS = {
    "none": pgettext_lazy("right", "not visible"), rules.SEE: _("see all"), rules.OWN: _("see and change own ones"),
    rules.TREE: _("see and change those of the own department and those below"),
    rules.ALL: _("see and change all"),
}  # fmt: skip
REFUSED = "refused_type"
# What a type begins with before anything was typed; most have an owner and belong to a customer.
_BEGIN: dict[str, Any] = {"icon": "box", "has_owner": True, "of_customer": True}
# What built-in roles are offered at first: who works with customers works with these.
_USUAL = {"salesperson": rules.OWN, "sales_manager": rules.TREE, "service": rules.SEE, "finance": rules.SEE,
          "reader": rules.SEE, "auditor": rules.SEE, "executive": rules.SEE}  # fmt: skip


@dataclass(frozen=True)
class StageRow:
    """One row of the stages as it stands in the form. `place` is where it goes, from 1."""

    place: str
    key: str = ""
    zh: str = ""
    en: str = ""
    tone: str = ""
    closed: bool = False


# ---- all of them


@require_http_methods(["GET"])
@answered
def index(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Every type in its order, with how much it holds; those that are retired at the end."""
    kind = _type()
    if not request.actor.may(f"{kind.name}.view"):
        raise NotVisible
    found = list(kind.query(request.actor).order_by("position", "id"))
    counts = queries.counted(found)
    rows = [
        {
            "record": one,
            "url": f"{request.base}/record-types/{one.pk}",
            "list_url": f"{request.base}/{one.plural}/",
            "count": counts.get(one.pk, 0),
            "has": queries.traits(one),
        }
        for one in found
    ]
    context = {
        "rows": [row for row in rows if not row["record"].retired],
        "retired": [row for row in rows if row["record"].retired],
        "may_create": request.actor.may(actions.create.name),
    }
    return render(request, "customtypes/list.html", context)


# ---- the form of one


@require_http_methods(["GET", "POST"])
@answered
def new(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The form of a new type, with its stages and who may use it; one page, one press of a button."""
    if not request.actor.may("record_type.view"):
        raise NotVisible
    if not request.actor.may(actions.create.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    roles = _roles(request)
    if request.method != "POST":
        return _form(request, dict(_BEGIN), _blank_rows([]), [(one, _USUAL.get(one.key, "none")) for one in roles])
    values, rows = _typed(request), _posted_rows(request)
    levels = [(one, _level(request, one)) for one in roles]
    try:
        pk = forms.once(request, lambda: _make(request, values, rows, levels))
    except Problem as problem:
        setup.changes()  # what was half made is undone, so nothing read of it may stay
        return _form(request, values, _blank_rows(rows), levels, sentences(problem), forms.form_status(problem))
    toast(request, _t("The record type is made. Give it fields of its own now."))
    return go(request, f"{request.base}/record-types/{pk}")


def _make(request: CompanyRequest, values: dict[str, Any], rows: list[StageRow], levels: list[tuple[Role, str]]) -> int:
    """Make the type, then its stages, then the rights: all or nothing. Returns its id."""
    told: dict[str, Any] = {"actor": request.actor, "request_id": request.request_id}
    with transaction.atomic():
        kind = actions.create(values=values, **told).record
        if lines := _lines(rows):
            kind = actions.set_stages(kind, stages=lines, **told).record
        for role, level in levels:
            if level != "none":
                actions.give(kind, role=role, level=level, **told)
    return int(kind.pk)


def _form(
    request: CompanyRequest,
    values: dict[str, Any],
    rows: list[StageRow],
    levels: list[tuple[Role, str]],
    said: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    fields = _type().form.fields
    found = {name: " ".join(many) for name, many in (said or {}).items()}
    context = {
        "key": request.POST.get("_key") or forms.new_key(),
        "values": dict.fromkeys(fields, "") | values,
        "errors": {name: found.get(name, "") for name in (*fields, "stages")},
        "wrong": [(f"f-{name}" if name in fields else name, text) for name, text in found.items() if name],
        "whole": [text for name, text in found.items() if name not in (*fields, "stages")],
        "icons": list(ICONS.items()),
        "rows": rows,
        "tones": list(TONE_WORDS.items()),
        "levels": [(role, level) for role, level in levels if role.key != ADMINISTRATOR],
        "level_words": list(LEVEL_WORDS.items()),
    }
    return render(request, "customtypes/form.html", context, status)


def _typed(request: CompanyRequest) -> dict[str, Any]:
    """What the form holds, as typed, with a short name where that was left open."""
    kind = _type()
    values = typed(request.POST, {name: kind.specs[name] for name in kind.form.fields})
    if not str(values.get("key", "")).strip():
        values["key"] = definitions.suggested_key(str(values.get("name_en") or values.get("name_zh", "")))
    return values


# ---- the page of one


def shown(request: CompanyRequest, record_type: RecordType, kind: CustomType) -> dict[str, Any]:
    """What a type's page shows besides the common: its stages and its roles as forms, and its own fields."""
    own = records.own().get(kind.record_name)
    refused: dict[str, Any] = getattr(request, REFUSED, {})
    return {
        "on_page": [actions.set_stages.verb, actions.give.verb],
        "rows": refused.get("rows") or _blank_rows(_rows_of(stages_of(kind))),
        "tones": list(TONE_WORDS.items()),
        "stages": stages_of(kind),
        "why_stage": actions.set_stages.why_not(request.actor, kind) or "",
        "why_give": actions.give.why_not(request.actor, kind) or "",
        "levels": [(role, queries.level_of(role, kind)) for role in _roles(request) if role.key != ADMINISTRATOR],
        "level_words": _levels_for(kind),
        "problem": refused.get("problem", ""),
        "own_fields": own.custom_fields() if own is not None else (),
        "fields_url": queries.fields_url(request, kind),
        "records_url": f"{request.base}/{kind.plural}/" if own is not None and not own.retired else "",
        "count": queries.counted([kind]).get(kind.pk, 0),
        "traits": queries.traits(kind),
    }


panels.draw_page("record_type", "customtypes/type.html", shown)


def changes_told(event: Event) -> list[timeline.Change]:
    """The stages before and after by their names, or which role may do what since then."""
    if event.name == actions.give.name:
        level = event.facts.get("level", "")
        return [timeline.Change(event.facts.get("role_name", ""), "", str(LEVEL_WORDS.get(level, level)))]
    pair = event.changes.get("stages")
    if not pair:
        return []
    before, after = ("、".join(str(Stage(**one).label) for one in many or ()) for many in pair)
    return [timeline.Change(_t("Stages"), before or _t("empty"), after or _t("empty"))]


timeline.tell("record_type", changes_told)


@require_http_methods(["GET", "POST"])
@answered
def set_stages(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Save the stages as the page sends them; what is refused stays on the page with the reason."""
    kind: CustomType = find(_type(), request, pk)
    if request.method != "POST":
        return _page(request, kind, _status_of(request, actions.set_stages, kind))
    rows = _posted_rows(request)
    try:
        actions.set_stages(
            kind, actor=request.actor, seen=_seen(request), stages=_lines(rows), request_id=request.request_id
        )
    except Problem as problem:
        setattr(request, REFUSED, {"rows": _blank_rows(rows), "problem": str(problem)})
        return _page(request, kind, forms.form_status(problem))
    toast(request, _t("Saved."))
    return go(request, f"{request.base}/record-types/{pk}#stages")


@require_http_methods(["GET", "POST"])
@answered
def give(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Give each role the level that was chosen for it; those that stay as they are leave no event."""
    kind: CustomType = find(_type(), request, pk)
    if request.method != "POST":
        return _page(request, kind, _status_of(request, actions.give, kind))
    try:
        with transaction.atomic():
            for role in _roles(request):
                level = _level(request, role)
                if f"role-{role.pk}" in request.POST and level in rules.GIVEN and level != queries.level_of(role, kind):
                    actions.give(kind.pk, actor=request.actor, role=role, level=level, request_id=request.request_id)
    except Problem as problem:
        setup.changes()
        setattr(request, REFUSED, {"problem": str(problem)})
        return _page(request, kind, forms.form_status(problem))
    toast(request, _t("The rights hold from the next click on."))
    return go(request, f"{request.base}/record-types/{pk}#roles")


def _status_of(request: CompanyRequest, verb: Action, kind: CustomType) -> int:
    if verb.why_not(request.actor, kind) is None:
        return 200
    return 409 if request.actor.may(verb.name) else 403


def _page(request: CompanyRequest, kind: CustomType, status: int) -> HttpResponse:
    request.method = "GET"
    response = details.show(request, company=request.company.slug, plural="record-types", pk=kind.pk)
    response.status_code = status
    return response


# ---- stages as rows of a form


def _rows_of(stages: tuple[Stage, ...]) -> list[StageRow]:
    return [StageRow(str(n), one.key, one.zh, one.en, one.tone, one.closed) for n, one in enumerate(stages, 1)]


def _blank_rows(rows: list[StageRow]) -> list[StageRow]:
    """The rows, and some empty ones behind them for what is added."""
    filled = [row for row in rows if row.zh or row.en]
    return [*filled, *(StageRow(str(len(filled) + n)) for n in range(1, NEW_STAGES + 1))]


def _posted_rows(request: CompanyRequest) -> list[StageRow]:
    """The rows that have a name, by their places."""
    found: list[tuple[int, int, StageRow]] = []
    for n in range(definitions.MOST_STAGES + NEW_STAGES):
        told = {
            name: request.POST.get(f"stage-{n}-{name}", "").strip() for name in ("place", "key", "zh", "en", "tone")
        }
        place = int(told["place"]) if told["place"].isascii() and told["place"].isdigit() else n + 1
        if told["zh"] or told["en"]:
            found.append((place, n, StageRow(**told, closed=f"stage-{n}-closed" in request.POST)))
    return [row for _place, _n, row in sorted(found, key=lambda one: one[:2])]


def _lines(rows: list[StageRow]) -> str:
    """The rows as the action takes them; the mark between the parts is none that a name can hold."""
    return "\n".join(
        " | ".join((row.key, *(name.replace("|", "/") for name in (row.zh or row.en, row.en)), row.tone,
                    CLOSED if row.closed else ""))
        for row in rows
    )  # fmt: skip


def _levels_for(kind: CustomType) -> list[tuple[str, Any]]:
    return [
        (level, words) for level, words in LEVEL_WORDS.items() if kind.has_owner or level not in (rules.OWN, rules.TREE)
    ]


def _level(request: CompanyRequest, role: Role) -> str:
    chosen = request.POST.get(f"role-{role.pk}", "none")
    return chosen if chosen in rules.GIVEN or chosen == queries.MIXED else "none"


def _roles(request: CompanyRequest) -> list[Role]:
    return list(records.get("role").query(request.actor).order_by("id"))


def _seen(request: CompanyRequest) -> int | None:
    version = request.POST.get("seen", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


def _type() -> RecordType:
    return records.get("record_type")


__all__ = ["give", "index", "new", "set_stages", "shown"]
