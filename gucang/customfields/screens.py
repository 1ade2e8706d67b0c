"""The own fields of each record type: in their order, with what they hold, and the retired ones below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from gucang.customfields import access as access_of
from gucang.customfields import actions, queries, rules
from gucang.customfields.words import ICONS, condition_of, kind_of
from gucang.kernel import records
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.models import CustomField, FieldKind, FieldWork, fieldable
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens import details
from gucang.surface.screens.common import find
from gucang.surface.screens.forms import form_status
from gucang.surface.screens.lists import show as plain_list

FIRST = "customer"


@dataclass(frozen=True)
class Line:
    """One field in the list."""

    field: CustomField
    kind: str
    icon: str
    up: str
    down: str
    held: int
    notes: list[str]
    work: FieldWork | None = None

    @property
    def percent(self) -> int:
        """How far the working out of its values is."""
        return 0 if self.work is None or not self.work.total else min(99, self.work.done * 100 // self.work.total)


@require_GET
@answered
def index(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The fields of customers, or of the first record type that has any; with filters, the plain list of all."""
    if request.GET:
        return plain_list(request, company=request.company.slug, plural="fields")
    _check(request)
    having = set(CustomField.objects.values_list("record_type", flat=True).distinct())
    names = [name for name, _label in fieldable()]
    chosen = next((name for name in (FIRST, *names) if name in having), FIRST if FIRST in names else names[0])
    return _page(request, records.get(chosen))


@require_GET
@answered
def of_type(request: CompanyRequest, name: str, **_address: str) -> HttpResponse:
    """The fields of one record type."""
    _check(request)
    return _page(request, _type(name))


@require_POST
@answered
def place(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Put a field at another place (`to`): "3", or "3|@1" for a place in another section."""
    field: CustomField = find(records.get("custom_field"), request, pk)
    raw, named, section = request.POST.get("to", "").partition("|")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 5):
        raise NotVisible
    where: dict[str, Any] = {"section": section} if named else {}
    actions.move(field, actor=request.actor, to=int(raw), request_id=request.request_id, **where)
    return go(request, f"{url_of(request, field.record_type)}#field-{field.pk}")


@require_POST
@answered
def access(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Save who sees a field; what is refused is shown again as it was sent, with the reason."""
    field: CustomField = find(records.get("custom_field"), request, pk)
    if field.retired or not request.actor.may("role.view"):
        raise NotVisible
    try:
        changed = access_of.change(request, field)
    except Problem as problem:
        response = details.show(request, company=request.company.slug, plural="fields", pk=pk)
        response.status_code = form_status(problem)
        return response
    if changed:
        toast(request, _t("It holds from the next click on."))
    return go(request, f"{request.base}/fields/{pk}#access")


def url_of(request: CompanyRequest, record_type: str) -> str:
    """The address of the fields of a record type."""
    return f"{request.base}/fields/of/{record_type}"


def _check(request: CompanyRequest) -> None:
    if not request.actor.may("custom_field.view"):
        raise NotVisible


def _type(name: str) -> RecordType:
    found = rules.may_have(name)
    if found is None:
        raise NotVisible
    return found


def _page(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    fields = list(CustomField.objects.filter(record_type=record_type.name).order_by("position", "id"))
    used, retired = [f for f in fields if not f.retired], [f for f in fields if f.retired]
    held, work = queries.holding_of(fields), queries.work_on(fields)
    parts = queries.laid_out(record_type, used)
    ways = _ways(parts)
    context: dict[str, Any] = {
        "type": record_type,
        "types": _types(request, record_type),
        "count": len(used),
        "parts": [(part, [_line(one, held, work, *ways[one.pk]) for one in part.fields]) for part in parts],
        "retired": [_line(one, held, work) for one in retired],
        "may_create": request.actor.may(actions.create.name),
        "may_edit": request.actor.may(actions.edit.name),
        "why_not_retire": {one.pk: rules.why_not_retire(one) or "" for one in used},
        "new_url": f"{request.base}/fields/new?record_type={record_type.name}",
        "here": url_of(request, record_type.name),
    }
    return render(request, "customfields/list.html", context)


def _types(request: CompanyRequest, chosen: RecordType) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for name in CustomField.objects.filter(retired=False).values_list("record_type", flat=True):
        counts[name] = counts.get(name, 0) + 1
    return [
        {
            "text": str(label),
            "url": url_of(request, name),
            "count": counts.get(name) or None,
            "current": name == chosen.name,
        }
        for name, label in fieldable()
    ]


def _ways(parts: list[queries.Section]) -> dict[int, tuple[str, str]]:
    """What the buttons up and down of each field send: within its section, then to the one before or behind."""
    found = {}
    before = 0
    for number, part in enumerate(parts):
        for at, field in enumerate(part.fields):
            here, last = before + at + 1, at == len(part.fields) - 1
            before_it, behind = parts[:number][-1:], parts[number + 1 :][:1]
            up = f"{here - 1}" if at else next((f"{here}|{one.key}" for one in before_it), "")
            down = f"{here + 1}" if not last else next((f"{here}|{one.key}" for one in behind), "")
            found[field.pk] = (up, down)
        before += len(part.fields)
    return found


def _line(field: CustomField, held: dict[int, int], work: dict[int, FieldWork], up: str = "", down: str = "") -> Line:
    notes = [
        note
        for note, on in (
            (_t("needed"), field.required),
            (_t("needed in some stages"), bool(field.required_in)),
            (condition_of(field), bool(field.show_field)),
            (_t("found by the search"), field.searchable),
            (_t("personal data"), field.personal),
            (_t("first on a phone"), field.first),
            (_t("on the cards of the board"), field.on_card),
            (_t("in the calendar"), field.in_calendar),
        )
        if on
    ]
    return Line(
        field, kind_of(field), ICONS[FieldKind(field.kind)], up, down, held.get(field.pk, 0), notes,
        work.get(field.pk),
    )  # fmt: skip
