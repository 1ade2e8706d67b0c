"""The editor of a draft: an outline with buttons, the open step's form, the drawing. Without JavaScript, too."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.kernel import records
from gucang.kernel.errors import NeedsApproval, NotVisible, Problem, Refused
from gucang.sops import rules, showing, vocabulary, wording
from gucang.sops.actions import versions
from gucang.sops.definitions import LOOP, MOST_STEPS, SEQ
from gucang.sops.models import ProcessVersion
from gucang.sops.screens.draft import Draft
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, toast
from gucang.surface.screens.common import sentences
from gucang.surface.screens.forms import parked

TYPED = "_process_words"
LEAST_DEEDS = 2


def context(request: CompanyRequest, version: ProcessVersion) -> dict[str, Any]:
    """What the page of a draft shows besides the common."""
    draft: Draft | None = getattr(request, TYPED, None)
    unsaved = draft is not None
    draft = draft or Draft.of(version)
    words = draft.words()
    pictures = showing.pictures_of(version)
    return {
        "editing": True,
        "draft": draft,
        "definition": draft.write(),
        "problem": draft.problem,
        "unsaved": unsaved,
        "why": versions.define.why_not(request.actor, version) or "",
        "may_put": request.actor.may(versions.put_in_force.name),
        "on_page": ["define", "put_in_force", "draft", "confirm_reading"],
        "process_url": f"{request.base}/processes/{version.process_id}",
        "outline": showing.outline(words, version.case_type, request.base, [one.pk for one in pictures]),
        "drawing": showing.drawing(words, str(version)),
        "faults": vocabulary.faults(words, version.case_type),
        "pictures": pictures,
        "full": len(draft.steps) >= MOST_STEPS,
        "kinds": [(kind, label) for kind, label in wording.KINDS.items()],
        "choices": _choices(version, draft),
        "wide_kinds": (SEQ, LOOP),
    }


def _choices(version: ProcessVersion, draft: Draft) -> dict[str, Any]:
    """What can be chosen in the form of the open step."""
    step = draft.step
    deeds = _deeds(version.case_type)
    found: dict[str, Any] = {"deeds": deeds, "final": [*draft.final, ""]}
    if step is None:
        return found
    others = [(one["key"], one["name"] or one["key"]) for one in draft.steps if one["key"] != step["key"]]
    slots = [*step["events"], ""]
    fields = records.get(version.case_type).form_specs()
    return found | {
        "events": slots + [""] * max(0, LEAST_DEEDS - len(slots)),
        "roles": [(word, str(role)) for word, role in vocabulary.roles().items()],
        "others": others,
        "after": [("", _t("the beginning of the case")), *others, *_gone(draft.form["after"], others)],
        "units": list(wording.UNITS.items()),
        "fields": [(name, str(spec.label)) for name, spec in fields.items() if not spec.custom],
    }


def _gone(key: str, others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The step that a limit runs from though it is not there: shown as that, and not as the beginning of the case."""
    if not key or key in dict(others):
        return []
    return [(key, _t("a step that is not there: “%(step)s”") % {"step": key[:40]})]


def _deeds(case_type: str) -> list[tuple[str, str]]:
    return [
        ("", "—"),
        *((name, f"{kind.label} · {label}") for kind, many in vocabulary.deeds(case_type) for name, label in many),
    ]


@require_POST
@answered
def write(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """What a button of the form does (`do`): change the draft and show it, or keep it."""
    version = records.get("process_version").query(request.actor).filter(pk=pk).first()
    if version is None or not request.actor.may(versions.define.name):
        raise NotVisible
    if sentence := rules.why_not_draft(version):
        raise Refused(sentence)
    draft, do = Draft.read(request.POST), request.POST.get("do", "save")
    draft.press(do)
    if do in ("save", "put") and draft.wrong:
        draft.problem = " ".join(draft.wrong.values())
    if do not in ("save", "put") or draft.wrong:
        return _again(request, pk, draft, 422 if draft.wrong or draft.problem else 200)
    try:
        words = draft.write()
        versions.define(
            version, actor=request.actor, definition=words, reason=draft.reason, request_id=request.request_id
        )
        if do == "put":
            versions.put_in_force(pk, actor=request.actor, reason=draft.reason, request_id=request.request_id)
    except NeedsApproval as waiting:
        return parked(request, waiting, f"{request.base}/process-versions/{pk}")
    except Problem as problem:
        draft.problem = " ".join(said for many in sentences(problem).values() for said in many)
        return _again(request, pk, draft, problem.status)
    toast(request, _t("Saved.") if do == "save" else _t("In force from now on; who has a part in it is told."))
    return go(request, f"{request.base}/process-versions/{pk}")


def _again(request: CompanyRequest, pk: int, draft: Draft, status: int) -> HttpResponse:
    """The page with what was chosen and typed so far."""
    from gucang.surface.screens.details import show

    setattr(request, TYPED, draft)
    page = show(request, company=request.company.slug, plural="process-versions", pk=pk)
    page.status_code = status
    return page
