"""What the lines of a form come to, asked while somebody types."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _t

from gucang.kernel import lines
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.kernel.records import RecordType
from gucang.surface import lineform
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import find, only_post, screen
from gucang.surface.screens.forms import writable


@screen
def work_out(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """What the lines of a form come to as they are typed, as JSON; nothing is written."""
    only_post(request)
    if record_type.lines is None:
        raise NotVisible
    asked = request.POST.get("_of", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 19
    record = find(record_type, request, int(asked)) if known else record_type.blank()
    verb = record_type.edit if known else record_type.create
    if verb is None or not request.actor.may(verb.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    specs = writable(record_type, request, record if known else None)
    if lines.NAME not in specs:
        raise NotVisible
    return JsonResponse(lineform.worked_out(request, record_type, record, specs))
