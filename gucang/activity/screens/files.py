"""Files on pages: the box that shows and takes them, what opens in the browser, and taking one back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gucang.activity import files, queries, subjects
from gucang.activity.actions import attachments
from gucang.activity.compose import MOST_FILES
from gucang.activity.files.kinds import by_name
from gucang.activity.models import Attachment, AttachmentKind
from gucang.activity.policy import policy_in
from gucang.activity.rules import visible_attachments
from gucang.kernel import idempotency, records
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast, wants_fragment

# A file is only a file: whatever it contains, it runs nothing and loads nothing.
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# Chromium's own PDF viewer does not start inside a sandbox; it runs no script of the document in our origin. Our own
# pages alone may frame it.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
# Small pictures are kept by the browser and asked for again each time: the rights may change, the bytes do not.
ASK_AGAIN = "private, no-cache"


def attached(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The box of the files that hang on the record itself; where one may add some, an empty one too."""
    if not subjects.may_have_files(record_type.name) or not request.actor.may("attachment.view"):
        return None
    found = queries.attachments_on(record_type.name, record.pk)
    adds = request.actor.may(attachments.create.name) and record.deleted_at is None and request.actor.eyes is None
    if not found and not adds:
        return None
    return {
        "rows": found,
        "adds": adds,
        "about": str(record),
        "about_type": record_type.name,
        "about_id": record.pk,
        "key": secrets.token_urlsafe(12),
        "most_mb": policy_in(request.company.settings).file_mb,
        "most_files": MOST_FILES,
    }


def file_itself(request: CompanyRequest, record_type: RecordType, record: Attachment) -> dict[str, Any] | None:
    """On an attachment's page: the picture, and the way to the file."""
    about = record.get_about()
    if about is None:
        return {"row": record, "about": "", "about_url": ""}
    return {"row": record, "about": str(about), "about_url": _page_of(request, record)}


def _page_of(request: CompanyRequest, attachment: Attachment) -> str:
    return f"{request.base}/{records.get(attachment.about_type).plural}/{attachment.about_id}"


@require_GET
@answered
def box(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The box of a record's files (`about_type`, `about_id`) as it is now, as a fragment."""
    record_type, about = _subject(request, request.GET)
    context = attached(request, record_type, about)
    if context is None:
        raise NotVisible
    return fragment(request, "activity/_attached.html", context)


def _subject(request: CompanyRequest, data: Any) -> tuple[RecordType, Any]:
    name, raw = data.get("about_type", ""), data.get("about_id", "")
    if not subjects.may_have_files(name) or not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise NotVisible
    record_type = records.get(name)
    about = record_type.query(request.actor).filter(pk=int(raw)).first()
    if about is None:
        raise NotVisible
    return record_type, about


@require_POST
@answered
def add(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Attach what was sent to a record, each file for itself: a refused one takes no other with it.

    A script sends one file at a time and is answered {"id", "name"}, or {"sentence"} with the refusal's status; a form
    leads back to the record, where the refusals stand.
    """
    record_type, about = _subject(request, request.POST)
    uploads = [*request.FILES.getlist("files"), *request.FILES.getlist("photos")]
    key = request.POST.get("key", "")[:60]
    kind = AttachmentKind.CONTRACT if request.POST.get("kind") == AttachmentKind.CONTRACT else None
    refusals: list[Problem] = []
    kept: list[Attachment] = []
    for place, upload in enumerate(uploads[:MOST_FILES]):
        try:
            kept.append(keep(request, record_type, about, upload, f"{key}.{place}" if key else "", kind))
        except Problem as problem:
            refusals.append(problem)
    refusals += _too_many_or_none(uploads)
    if wants_fragment(request):
        return _answer(kept, refusals)
    url = f"{request.base}/{record_type.plural}/{about.pk}"
    if kept:
        said = ngettext("%(num)s file attached.", "%(num)s files attached.", len(kept)) % {"num": len(kept)}
        toast(request, said, _undo_url(request, kept))
    if not refusals:
        return go(request, url)
    context = {"about": about, "about_url": url, "sentences": [sentence_of(one) for one in refusals], "kept": kept}
    return render(request, "activity/not_attached.html", context, status=422)


def _too_many_or_none(uploads: Sequence[UploadedFile]) -> list[Problem]:
    if not uploads:
        return [Invalid({"files": [_t("Choose a file first.")]})]
    if len(uploads) > MOST_FILES:
        return [Invalid({"files": [_t("At most %(count)s files go at once.") % {"count": MOST_FILES}]})]
    return []


def keep(
    request: CompanyRequest,
    record_type: RecordType,
    about: Any,
    upload: UploadedFile,
    key: str = "",
    kind: AttachmentKind | None = None,
) -> Attachment:
    """The attachment made of one upload; the one made before where the same key comes again."""
    with transaction.atomic():
        if key and (earlier := idempotency.begin(request.actor, f"attach:{key}", b"file")) is not None:
            return _find(request, int(earlier.body["id"]))
        stored = files.receive(upload)
        values = {"about_type": record_type.name, "about_id": about.pk, "file": stored.file, "name": stored.name}
        values |= {"kind": kind} if kind is not None else {}
        made: Attachment = attachments.create(actor=request.actor, request_id=request.request_id, **values).record
        if key:
            idempotency.finish(request.actor, f"attach:{key}", idempotency.Answer(201, {"id": made.pk}, {}))
        return made


def _answer(kept: Sequence[Attachment], refusals: Sequence[Problem]) -> JsonResponse:
    if refusals:
        return JsonResponse({"sentence": sentence_of(refusals[0])}, status=refusals[0].status)
    return JsonResponse({"id": kept[0].pk, "name": kept[0].name}, status=201)


def sentence_of(problem: Problem) -> str:
    """What a refusal says, whichever field it is about."""
    fields: dict[str, list[str]] = getattr(problem, "fields", {})
    return " ".join(sentence for many in fields.values() for sentence in many) or str(problem)


def _undo_url(request: CompanyRequest, kept: Sequence[Attachment]) -> str:
    return f"{request.base}/files/take-back?" + "&".join(f"id={one.pk}" for one in kept)


@require_POST
@answered
def take_back(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Put the attachments `id` into the bin, and go to the record they were attached to."""
    ids = [raw for raw in request.GET.getlist("id") if raw.isascii() and raw.isdigit() and len(raw) < 19][:MOST_FILES]
    found = list(Attachment.objects.filter(visible_attachments(request.actor), pk__in=ids).order_by("pk"))
    if not found:
        raise NotVisible
    with transaction.atomic():
        for attachment in found:
            attachments.delete(attachment, actor=request.actor, request_id=request.request_id)
    toast(request, _t("Taken back."))
    return go(request, _page_of(request, found[0]))


@require_GET
@answered  # type: ignore[arg-type]  # the answer is a stream
def file(request: CompanyRequest, pk: int, **_address: str) -> HttpResponseBase:
    """A file, for whoever sees the record that it is attached to. `?show=1` opens pictures and PDF in the browser.

    The file is open before the scope is left, so the bytes may flow after it.
    """
    attachment = _find(request, pk)
    kind = by_name(attachment.name)
    inline = request.GET.get("show") == "1" and kind.inline
    response = FileResponse(
        _opened(files.open_file, attachment),
        as_attachment=not inline,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    return _guarded(response, PDF_POLICY if kind.ending == "pdf" else FILE_POLICY)


@require_GET
@answered  # type: ignore[arg-type]  # the answer is a stream
def thumbnail(request: CompanyRequest, pk: int, **_address: str) -> HttpResponseBase:
    """The small JPEG of a picture, under the same rights."""
    attachment = _find(request, pk)
    if not attachment.is_picture:
        raise Http404
    tag = f'"{attachment.sha256}"'
    response: HttpResponseBase = HttpResponseNotModified()
    if request.headers.get("If-None-Match") != tag:
        response = FileResponse(_opened(files.open_thumbnail, attachment), content_type="image/jpeg")
    response.headers["Cache-Control"], response.headers["ETag"] = ASK_AGAIN, tag
    return _guarded(response, FILE_POLICY)


def _guarded(response: HttpResponseBase, rules: str) -> HttpResponseBase:
    response.headers["Content-Security-Policy"] = rules
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _find(request: CompanyRequest, pk: int) -> Attachment:
    found = Attachment.objects.filter(visible_attachments(request.actor), pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _opened(opener: Callable[[str], IO[bytes]], attachment: Attachment) -> IO[bytes]:
    try:
        return opener(attachment.file)
    except FileNotFoundError:
        raise NotVisible(
            _t("“%(name)s” is not on the disk any more. Ask an administrator for the backup.")
            % {"name": attachment.name}
        ) from None
