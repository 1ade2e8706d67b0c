"""The own fields of each record type: in their order, with what they hold, and the retired ones below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from gucang.customfields import actions, queries, rules
from gucang.customfields.words import ICONS, condition_of, kind_of
from gucang.kernel import records
from gucang.kernel.errors import NotVisible
from gucang.kernel.models import CustomField, FieldKind, FieldWork, fieldable
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render
from gucang.surface.screens.common import find
from gucang.surface.screens.lists import show as plain_list

FIRST = "customer"


@dataclass(frozen=True)
class Line:
    """One field in the list."""

    field: CustomField
    kind: str
    icon: str
    place: int
    last: bool
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
    """Put a field at another place (`to`)."""
    field: CustomField = find(records.get("custom_field"), request, pk)
    raw = request.POST.get("to", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 5):
        raise NotVisible
    actions.move(field, actor=request.actor, to=int(raw), request_id=request.request_id)
    return go(request, f"{url_of(request, field.record_type)}#field-{field.pk}")


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
    context: dict[str, Any] = {
        "type": record_type,
        "types": _types(request, record_type),
        "lines": [_line(one, n, len(used), held, work) for n, one in enumerate(used, 1)],
        "retired": [_line(one, 0, 0, held, work) for one in retired],
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


def _line(field: CustomField, place: int, last: int, held: dict[int, int], work: dict[int, FieldWork]) -> Line:
    notes = [
        note
        for note, on in (
            (_t("needed"), field.required),
            (_t("needed in some stages"), bool(field.required_in)),
            (condition_of(field), bool(field.show_field)),
            (_t("found by the search"), field.searchable),
            (_t("first on a phone"), field.first),
        )
        if on
    ]
    return Line(
        field, kind_of(field), ICONS[FieldKind(field.kind)], place, place == last, held.get(field.pk, 0), notes,
        work.get(field.pk),
    )  # fmt: skip
