"""The page of one record: title, what can be done now, facts, related records, timeline; and its side panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from markupsafe import Markup

from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.actors import Access
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType, Related
from gucang.surface import linetable, opened, panels, timeline
from gucang.surface.columns import (
    ABOUT,
    ABOUT_ID,
    Shower,
    columns_of,
    is_entry,
    subject_of,
)
from gucang.surface.labels import label_fields, remember_label
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, render
from gucang.surface.screens.common import find, list_url, parts, record_url, screen

RELATED_ROWS = 10


@screen
def show(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The page; with `?peek` the side panel of a list."""
    record = find(record_type, request, pk, binned=True)
    opened.tell(request.actor, record_type, [record])
    remember_label(request.actor, record)
    peek = "peek" in request.GET
    names = [*record_type.form.fields, *(spec.name for spec in record_type.custom_fields()), "owner", "number"]
    shower = Shower(record_type, request.actor, request.base, [record], names)
    context: dict[str, Any] = {
        "type": record_type,
        "record": record,
        "number": getattr(record, "number", ""),
        "owner": _owner(shower, record_type, record),
        "state": _state(shower, record_type, record),
        "sections": _facts(shower, record_type, record),
        "buttons": [] if record.deleted_at else _buttons(request, record_type, record),
        "restore": _restore(request, record_type, record),
        "url": record_url(request, record_type, record.pk),
        "list_url": list_url(request, record_type),
    }
    if peek:
        context["panels"] = parts(request, record_type, record, "peek")
        context["entries"] = timeline.read(request, record_type, record).entries[:5]
        return fragment(request, "surface/peek.html", context)
    for where in ("top", "left", "main", "composer", "title", "actions"):
        context[f"panels_{where}"] = parts(request, record_type, record, where)
    context["lines"] = linetable.table(request, record_type, record)
    context["related"] = [] if record.deleted_at else _related(request, record_type, record)
    context["timeline"] = timeline.read(request, record_type, record)
    context["collaborators"] = _collaborators(record_type, record)
    template, more_of_it = panels.page_of(request, record_type, record)
    return render(request, template, context | more_of_it)


@screen
def more(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The next page of the timeline, as a fragment."""
    record = find(record_type, request, pk, binned=True)
    found = timeline.read(request, record_type, record, request.GET.get("after", ""))
    context = {"timeline": found, "url": record_url(request, record_type, record.pk)}
    return fragment(request, "surface/_timeline.html", context)


def _owner(shower: Shower, record_type: RecordType, record: Any) -> str:
    spec = record_type.specs.get("owner")
    return str(shower.show(record, spec) or "") if spec is not None else ""


def _state(shower: Shower, record_type: RecordType, record: Any) -> Any:
    """The badge beside the title: the first of status, stage, state that the type has."""
    for name in ("status", "stage", "state"):
        spec = record_type.specs.get(name)
        if spec is not None:
            if spec.kind == "reference" and (spec.target, getattr(record, f"{name}_id")) not in shower.labels:
                shower.labels |= Shower(record_type, shower.actor, shower.base, [record], [name]).labels
            return shower.show(record, spec, link=False)
    return ""


def _facts(shower: Shower, record_type: RecordType, record: Any) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The form's sections with their values, empty ones left out."""
    found, entry = [], is_entry(record_type)
    withheld = record_type.withheld(shower.actor) if record_type.withheld else ()
    customs = {spec.name: spec for spec in record_type.custom_fields()}
    for title, names in record_type.sections():
        told = [name for name in names if (not entry or name != ABOUT_ID) and _applies(record_type, record, name)]
        told = [name for name in told if name not in withheld or not _is_hidden(shower, record, name)]
        specs = [customs.get(name) or record_type.specs[name] for name in told]
        pairs = [(str(_label(record, spec) if entry else spec.label), _fact(shower, record, spec)) for spec in specs]
        found.append((title, [(label, value) for label, value in pairs if value not in ("", None)]))
    return [(title, pairs) for title, pairs in found if pairs]


def _fact(shower: Shower, record: Any, spec: FieldSpec) -> Any:
    """A value as the page shows it: a long text keeps its lines."""
    shown = shower.show(record, spec)
    return Markup('<span class="pre">%s</span>') % shown if spec.kind == "longtext" and shown else shown


def _is_hidden(shower: Shower, record: Any, name: str) -> bool:
    """Whether a field refers to what this person does not see: of no use to whom it is withheld anyway."""
    target = shower.type.specs[name].target
    return target is not None and (target, getattr(record, f"{name}_id")) not in shower.labels


def _applies(record_type: RecordType, record: Any, name: str) -> bool:
    """Whether a field is of use to this record: one of numbers is of none to a choice."""
    shown = record_type.form.shown_if.get(name)
    return shown is None or shown.holds(getattr(record, shown.field))


def _label(entry: Any, spec: FieldSpec) -> Any:
    """The label of a fact; what an entry is about goes by its kind ("customer")."""
    about = subject_of(entry) if spec.name == ABOUT else None
    return about.label if about is not None else spec.label


def _buttons(request: CompanyRequest, record_type: RecordType, record: Any) -> list[dict[str, Any]]:
    """What may be done, in order; what the role does not include is left out, what is not possible now says why."""
    found = []
    url = record_url(request, record_type, record.pk)
    if record_type.edit is not None and request.actor.may(record_type.edit.name):
        found.append(_button(request, record_type.edit, record, f"{url}/edit"))
    for action in record_type.actions:
        if not action.binned and request.actor.may(action.name):
            found.append(_button(request, action, record, f"{url}/{action.verb}"))
    if step := panels.step_of(request, record_type, record):
        found = _stepped(found, step)
    # What is possible stands first; what is not keeps its reason, in the menu.
    return sorted(found, key=lambda one: (bool(one["why"]), one["tone"] == "danger"))


def _stepped(buttons: list[dict[str, Any]], step: panels.Step) -> list[dict[str, Any]]:
    """The buttons with the next step as the main one, behind the edit.

    Where it is one way of several (on to this stage), the verb itself stays among the others, for the other ways.
    """
    main = next((one for one in buttons if one["verb"] == step.verb and not one["why"]), None)
    if main is None:
        return buttons
    others = [one for one in buttons if step.query or one is not main]
    plain = [one | {"tone": "" if one["tone"] == "primary" else one["tone"]} for one in others]
    url = f"{main['url']}?{step.query}" if step.query else main["url"]
    main = main | {"tone": "primary", "label": step.label or main["label"], "url": url}
    return [*plain[:1], main, *plain[1:]] if plain and plain[0]["verb"] == "edit" else [main, *plain]


def _button(request: CompanyRequest, action: Action, record: Any, url: str) -> dict[str, Any]:
    return {
        "verb": action.verb,
        "label": str(action.label),
        "icon": action.icon or "check",
        "tone": action.tone,
        "url": url,
        "why": action.why_not(request.actor, record) or "",
        "form": bool(action.params) or action.on_values or action.tone == "danger",
    }


def _restore(request: CompanyRequest, record_type: RecordType, record: Any) -> bool:
    verb = record_type.verbs.get("restore")
    return bool(record.deleted_at and verb is not None and verb.why_not(request.actor, record) is None)


def _related(request: CompanyRequest, record_type: RecordType, record: Any) -> list[dict[str, Any]]:
    """The panels of records that refer to this one: the first rows, how many more, and where the rest is."""
    found = []
    for related in _all_related(record_type):
        other = records.get(related.record)
        field = related.field or record_type.name
        if not request.actor.may(f"{other.name}.view") or access(request.actor, other, field) is Access.HIDDEN:
            continue
        rows = list(other.query(request.actor).filter(**{field: record}).order_by("-pk")[: RELATED_ROWS + 1])
        for row in rows if label_fields(other.model) else ():
            remember_label(request.actor, row)
        names = related.columns or other.brief or tuple(name for name in other.columns if name != field)[:5]
        names = tuple(name for name in names if not _says_its_number(record, rows, name))
        columns = columns_of(other, request.actor, names)
        shower = Shower(other, request.actor, request.base, rows[:RELATED_ROWS], [c.name for c in columns])
        base = f"{request.base}/{other.plural}/"
        # A document goes on where it is written: it is sent, submitted, printed next.
        back = {"next": record_url(request, record_type, record.pk)} if other.lines is None else {}
        found.append(
            {
                "type": other,
                "columns": columns,
                "rows": [
                    (f"{base}{row.pk}", [shower.show(row, c.spec, link=n > 0) for n, c in enumerate(columns)])
                    for row in rows[:RELATED_ROWS]
                ],
                "count": f"{RELATED_ROWS}+" if len(rows) > RELATED_ROWS else str(len(rows)),
                "all_url": f"{base}?{field}={record.pk}",
                "new_url": f"{base}new?{urlencode(_begun(record_type, record, other, field) | back)}"
                if _can_be_added(request, other, field)
                else "",
            }
        )
    return found


def _says_its_number(record: Any, rows: Sequence[Any], name: str) -> bool:
    """Whether a column only repeats in every row the number of the record that the page is about."""
    number = getattr(record, "number", "")
    # `vars` and not `getattr`: a column that refers to a record would ask the database for it, row by row.
    return bool(number and rows) and all(vars(row).get(name) == number for row in rows)


def _begun(record_type: RecordType, record: Any, other: RecordType, field: str) -> dict[str, int]:
    """What the form of a record about this one begins with: this one, and what both refer to (a deal's customer)."""
    found = {field: record.pk}
    for name in other.form.shown:
        spec, ours = other.specs[name], record_type.specs.get(name)
        both = spec.kind == "reference" and ours is not None and ours.target is spec.target
        if both and name not in (*found, "owner") and (pk := getattr(record, f"{name}_id")) is not None:
            found[name] = pk
    return found


def _can_be_added(request: CompanyRequest, other: RecordType, field: str) -> bool:
    """Whether the form of another type makes a record that refers to this one (a lead leads to a deal by itself)."""
    in_form = field in other.form.shown and other.form_makes
    return in_form and other.create is not None and request.actor.may(other.create.name)


def _all_related(record_type: RecordType) -> list[Related]:
    """The declared panels, then those of types above that concern this one and are neither declared nor apart."""
    declared = list(record_type.related)
    names = {related.record for related in declared}
    for other in records.every():
        for field in (name for name in other.concerns if name not in other.apart):
            target = other.model._meta.get_field(field).related_model
            if target is record_type.model and other.name not in names:
                declared.append(Related(other.name, field))
                names.add(other.name)
    return declared


def _collaborators(record_type: RecordType, record: Any) -> list[str]:
    if "share" not in record_type.verbs:
        return []
    ids = record_type.collaborators(record)
    members = records.get("member").model._base_manager.filter(pk__in=ids) if ids else []
    return [str(member) for member in members]
