"""People as the search and the palette find them: by name, pinyin, e-mail, and by the department they work in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _t
from markupsafe import Markup

from gucang.accounts.models import Member, Status
from gucang.kernel import records
from gucang.kernel.records import RecordType
from gucang.kernel.search import Hit
from gucang.surface import filters
from gucang.surface.middleware import CompanyRequest
from gucang.surface.searching import Asked, Group, Result, groups_instead_of, marked, of_hit


@groups_instead_of("member")
def people(request: CompanyRequest, asked: Asked) -> list[Group]:
    """Colleagues that the person may see; on a list that has owners, also the list of each of them."""
    found = _members(request, asked)
    member = records.get("member")
    rows = [
        of_hit(request, member, Hit("member", one.pk, one.name, ""), asked.text, detail=_about(one)) for one in found
    ]
    return [Group(_t("People"), rows), *_narrowing(request, asked, found)]


def _members(request: CompanyRequest, asked: Asked) -> list[Member]:
    """Who was found by name, then who works in a department that was found. One query, none where nothing was."""
    ids = [hit.object_id for hit in asked.hits.get("member", ())]
    departments = [hit.object_id for hit in asked.hits.get("department", ())]
    if not (ids or departments):
        return []
    wanted = Q(pk__in=ids) | Q(department_id__in=departments)
    seen = records.get("member").query(request.actor).filter(wanted).exclude(status=Status.LEFT)
    rows = list(seen.select_related("department").order_by("name_key", "pk")[: asked.limit * 2])
    rows.sort(key=lambda one: ids.index(one.pk) if one.pk in ids else len(ids))
    return rows[: asked.limit]


def _about(member: Member) -> str:
    return " · ".join(filter(None, (member.department.name if member.department else "", member.position)))


def _narrowing(request: CompanyRequest, asked: Asked, found: list[Member]) -> list[Group]:
    """The list that one is looking at, narrowed to what each of these people owns."""
    split = urlsplit(asked.here)
    record_type = records.by_plural(split.path.removeprefix(request.base).strip("/")) if asked.here else None
    if record_type is None or not _by_owner(request, record_type):
        return []
    title = _t("%(list)s of one person") % {"list": record_type.label_plural}
    return [Group(title, [_narrowed(request, record_type, split.query, one, asked.text) for one in found])]


def _by_owner(request: CompanyRequest, record_type: RecordType) -> bool:
    field = filters.owner_field(record_type)
    return request.actor.may(f"{record_type.name}.view") and field in filters.filterable(record_type, request.actor)


def _narrowed(request: CompanyRequest, record_type: RecordType, query: str, member: Member, text: str) -> Result:
    params: Any = QueryDict(query, mutable=True)
    for name in ("after", "peek", "fragment", "mine", record_type.owner_field):
        params.pop(name, None)
    params[record_type.owner_field] = str(member.pk)
    url = f"{request.base}/{record_type.plural}/?{params.urlencode()}"
    words = Markup("{} · {}").format(marked(member.name, text), str(record_type.label_plural))
    return Result(url, words, Markup(), "filter")
