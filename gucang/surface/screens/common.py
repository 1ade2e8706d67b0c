"""What the generic screens share: finding the record type and the record, and building addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from markupsafe import Markup

from gucang.kernel import custom, events, lines, records
from gucang.kernel.errors import NotVisible, Problem, Refused
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, panels
from gucang.surface.labels import remember_label
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import draw

Screen = Callable[..., HttpResponse]
MAX_ID = 2**63


def screen(view: Screen) -> Screen:
    """A view under `/<company>/<plural>/…`: it gets the record type, and its problems become answers.

    What a type with a page of its own is asked to show is shown there.
    """

    @answered
    @wraps(view)
    def inner(request: CompanyRequest, company: str, plural: str, *args: Any, **kwargs: Any) -> HttpResponse:
        record_type = records.by_plural(plural)
        if record_type is None or not request.actor.may(f"{record_type.name}.view"):
            raise NotVisible
        check_in_use(record_type)
        if record_type.page and request.method in ("GET", "HEAD"):
            if "pk" in kwargs:
                find(record_type, request, kwargs["pk"], binned=True)
            return HttpResponseRedirect(f"{request.base}{record_type.page}")
        return view(request, record_type, *args, **kwargs)

    return inner


def check_in_use(record_type: RecordType) -> None:
    """Raise the refusal for a record type that its company has retired."""
    if record_type.retired:
        raise Refused(
            _t("“%(what)s” is retired; what it holds is kept. An administrator can bring it back under Settings.")
            % {"what": record_type.label_plural}
        )


def only_post(request: HttpRequest) -> None:
    """Raise the refusal for an address that only a form may use."""
    if request.method != "POST":
        raise Refused(_t("This address only takes what its own page sends. Go back and use the button there."))


def find(record_type: RecordType, request: CompanyRequest, pk: int, *, binned: bool = False) -> Any:
    """The record that the actor may see, from the bin too when asked.

    Raises NotVisible; Refused for what lies in the bin when that was not asked for.
    """
    if pk >= MAX_ID:
        raise NotVisible
    query = events.with_bin(record_type) if binned else record_type.model._default_manager.all()
    owner = filters.owner_field(record_type)
    if owner:
        query = query.select_related(owner)
    record = query.filter(record_type.visible(request.actor), pk=pk).first()
    if record is None and not binned:
        there = find(record_type, request, pk, binned=True)
        raise Refused(_t("“%(record)s” is in the bin. Restore it first.") % {"record": there})
    if record is None:
        raise NotVisible
    if owner and getattr(record, owner) is not None:
        remember_label(request.actor, getattr(record, owner))
    return record


def value_of(record: Any, spec: FieldSpec) -> Any:
    """A record's value of a field; of a reference the id, of a custom field the stored JSON value, of lines a list."""
    if spec.custom:
        return custom.read(record, spec)
    if isinstance(spec, lines.LinesSpec) and spec.of_type is not None:
        return [{"key": int(key), **row} for key, row in lines.as_json(spec.of_type, lines.of(record)).items()]
    return getattr(record, f"{spec.name}_id" if spec.kind == "reference" else spec.name)


def parts(request: CompanyRequest, record_type: RecordType, record: Any, where: str) -> list[Markup]:
    """What higher modules put in one place of a page, drawn."""
    return [draw(request, template, context) for template, context in panels.shown(request, record_type, record, where)]


def list_url(request: CompanyRequest, record_type: RecordType, **params: Any) -> str:
    """The address of a list with parameters."""
    query = urlencode({name: value for name, value in params.items() if value not in (None, "")}, doseq=True)
    return f"{request.base}/{record_type.plural}/" + (f"?{query}" if query else "")


def record_url(request: CompanyRequest, record_type: RecordType, pk: int) -> str:
    """The address of a record's page."""
    return f"{request.base}/{record_type.plural}/{pk}"


def changed_query(request: HttpRequest, drop: tuple[str, ...] = (), **changes: str) -> str:
    """The present address's query string with some parameters replaced (by "" removed): "?a=1&b=2", or "?"."""
    params = request.GET.copy()
    for name in (*drop, *changes):
        params.pop(name, None)
    for name, value in changes.items():
        if value:
            params[name] = value
    return f"?{params.urlencode()}"


def here(request: HttpRequest, fallback: str) -> str:
    """Where a form asked to go afterwards, if that is an address of ours; else `fallback`."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    inside = url.startswith("/") and not url.startswith(("//", "/\\")) and "\\" not in url
    return url if inside and url.isprintable() and len(url) < 2000 else fallback


def sentences(problem: Problem) -> dict[str, list[str]]:
    """The sentences of a problem by field; "" holds those of the whole form."""
    fields: Mapping[str, list[str]] | None = getattr(problem, "fields", None)
    if fields is not None:
        return {name: list(many) for name, many in fields.items()}
    return {getattr(problem, "field", "") or "": [str(problem)]}
