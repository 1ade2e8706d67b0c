"""Parts of generic pages: the steps of a deal with their guidance, a customer's open deals, tabs of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gucang.documents import comparing
from gucang.documents.panels import figures
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.parties.screens.customers import likely_duplicates
from gucang.selling import queries, rules
from gucang.selling.models import REQUIRABLE, LeadStatus, Opportunity, Quote, QuoteState, Stage, StageKind
from gucang.surface import columns, controls, linechanges, nav, panels, ui
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input

FEW = 5


def steps(request: CompanyRequest, record_type: RecordType, deal: Opportunity) -> dict[str, Any]:
    """The stages of the deal's pipeline, where it stands and for how long, how to do the step, what the next needs."""
    stages = [stage for stage in queries.stages_of(deal.pipeline_id) if stage.kind == StageKind.OPEN]
    here = next((stage for stage in stages if stage.pk == deal.stage_id), deal.stage)
    following = _following(deal, here)
    missing = rules.missing_fields(deal, following) if following and deal.state == StageKind.OPEN else []
    specs = record_type.specs
    url = f"{request.base}/{record_type.plural}/{deal.pk}"
    may_move = following is not None and record_type.verbs["move"].why_not(request.actor, deal) is None
    return {
        "deal": deal,
        "steps": [*(_step(deal, stage, here) for stage in stages), *_end(deal, here)],
        "guidance": here.guidance,
        "next_stage": following,
        "fill_url": f"{url}/edit" if missing and may_move else "",
        "move_url": f"{url}/move?stage={following.pk}" if following is not None and may_move and not missing else "",
        "missing": "、".join(str(specs[name].label) for name in missing if name in specs),
    }


@panels.next_step("opportunity")
def next_step(request: CompanyRequest, deal: Opportunity) -> panels.Step | None:
    """On to the next stage while there is one, with what it asks for filled in first. At the last one to win."""
    if deal.state != StageKind.OPEN:
        return None
    here = queries.stage_of(deal)
    following = _following(deal, here)
    if following is None:
        return panels.Step("win")
    if rules.missing_fields(deal, following):
        return panels.Step("edit", _t("Complete it for “%(stage)s”") % {"stage": following.name})
    return panels.Step("move", _t("On to “%(stage)s”") % {"stage": following.name}, f"stage={following.pk}")


def _following(deal: Opportunity, here: Stage) -> Stage | None:
    stages = queries.stages_of(deal.pipeline_id)
    return next((one for one in stages if one.kind == StageKind.OPEN and one.position > here.position), None)


def _step(deal: Opportunity, stage: Stage, here: Stage) -> dict[str, str]:
    if stage.pk != here.pk:
        passed = here.kind != StageKind.OPEN or stage.position < here.position
        return {"text": stage.name, "state": "done" if passed else "later"}
    days, ageing = rules.days_in_stage(deal, clock.today()), rules.is_ageing(deal, stage, clock.today())
    words = ngettext("%(days)s day so far", "%(days)s days so far", days) % {"days": days}
    if ageing:
        words += _t(", %(most)s are usual") % {"most": stage.max_days}
    return {"text": stage.name, "state": "late" if ageing else "now", "note": words, "tone": "warn" if ageing else ""}


def _end(deal: Opportunity, here: Stage) -> list[dict[str, str]]:
    if here.kind == StageKind.OPEN:
        return []
    reason = str(deal.lost_reason) if deal.lost_reason_id else ""
    note = " · ".join(part for part in (ui.day_text(deal.closed_on), reason) if part)
    return [{"text": here.name, "state": "done" if here.kind == StageKind.WON else "now", "note": note}]


def _requirable() -> dict[str, str]:
    """The fields of a deal that a stage may ask for, with what they are called."""
    kind = records.get("opportunity")
    specs = [*(kind.specs[name] for name in REQUIRABLE), *kind.custom_fields()]
    return {spec.name: ui.headed(spec.label) for spec in specs if not spec.computed}


def _field_called(name: str) -> str:
    return _requirable().get(name, name)


def read_required(params: QueryDict) -> list[str] | None:
    """The ticked fields; None where the form had none to tick."""
    return params.getlist("required_fields") if "required_fields" in params.getlist("_sent") else None


def draw_required(request: CompanyRequest, record: Any, plain: Input) -> Input:
    """Boxes to tick: nobody knows the names by which programs call the fields."""
    value = plain.value if isinstance(plain.value, list) else str(plain.value).split("、")
    choices = [(name, label, "") for name, label in _requirable().items()]
    help_text = _t("what must be filled before a deal comes here")
    return replace(plain, kind="choices", value=value, choices=choices, help=help_text, wide=True)


@panels.advise("lead")
def known_already(
    record_type: RecordType, values: Mapping[str, Any], actor: Actor, leave_out: int = 0
) -> list[panels.Advice]:
    """Leads that the person sees and customers of the company that may be the one being typed."""
    found = [
        panels.Advice(
            _t("A lead with the same phone number") if same_phone else _t("A lead with a similar name"),
            lead.name,
            str(lead.owner or _t("nobody has taken it yet")),
            f"/leads/{lead.pk}",
        )
        for lead, same_phone in queries.similar_leads(actor, values, leave_out)
    ]
    return found + likely_duplicates(records.get("customer"), values, actor)


def _open(actor: Actor) -> Q:
    return Q(state=StageKind.OPEN)


def _waiting(actor: Actor) -> Q:
    return Q(owner_id=None, status__in=(LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED))


def versions(request: CompanyRequest, record_type: RecordType, quote: Quote) -> dict[str, Any] | None:
    """The versions of a quote that this person may see, and what this one changes of the one before."""
    root = quote.root_id or quote.pk
    family = list(record_type.query(request.actor).filter(Q(pk=root) | Q(root=root)).order_by("-revision"))
    if len(family) < 2:
        return None
    earlier = next((one for one in family if one.pk == quote.revises_id), None)
    return {
        "versions": [
            {
                "title": one.number,
                "url": "" if one.pk == quote.pk else f"{request.base}/{record_type.plural}/{one.pk}",
                "state": one.get_state_display(),
                "total": ui.money(one.total, one.currency or request.company.currency),
            }
            for one in family
        ],
        "changes": _changes(record_type, request.actor, earlier, quote) if earlier is not None else [],
        "compared": _t("Compared with %(quote)s") % {"quote": earlier} if earlier is not None else "",
    }


def _changes(record_type: RecordType, actor: Actor, earlier: Quote, quote: Quote) -> list[linechanges.Told]:
    head = (*comparing.HEAD, "valid_until")
    return comparing.of_records(record_type, actor, earlier, quote, head=head)


def _to_answer(actor: Actor) -> Q:
    return Q(state=QuoteState.SENT)


def _to_order(actor: Actor) -> Q:
    return Q(state=QuoteState.ACCEPTED, ordered=False)


_DECIDES = ("total_discount", "line_discount", "over_discount", "margin", "margin_rate")
panels.add(
    "quote", "left", "documents/figures.html",
    figures("sent_on", "answered_on", "answered_by", "customer_number", "declined_for", *_DECIDES), order=20,
)  # fmt: skip
panels.add("quote", "brief", "documents/figures.html", figures(*_DECIDES), order=20)
panels.add("quote", "brief", "documents/versions.html", versions, order=30)
panels.add("quote", "left", "documents/versions.html", versions, order=30)
panels.add_view("quote", panels.View("drafts", _("Drafts"), params={"state": "draft"}))
panels.add_view("quote", panels.View("sent", _("Waiting for an answer"), condition=_to_answer))
panels.add_view("quote", panels.View("accepted", _("To order"), condition=_to_order))
panels.when_empty("quote", _("What customers were offered, in which version, and what they said."))
nav.add(_("Quotes"), "file-dollar", "/quotes/", "quote.view", order=31, homes=("sales", "manager"))
nav.quick_create("quote", order=25)
columns.tones(
    "quote.state",
    {"draft": "", "sent": "wait", "accepted": "ok", "declined": "", "expired": "warn", "superseded": ""},
)
columns.due("quote.valid_until", "state", ("sent",))
panels.add("opportunity", "left", "selling/stages.html", steps, order=10)
panels.add_view("opportunity", panels.View("open", _("Under way"), condition=_open))
panels.add_view("opportunity", panels.View("closing", _("Closing this month"), params={"closes_on": "thismonth"}))
panels.add_view("opportunity", panels.View("won", _("Won this year"), params={"state": "won", "closed_on": "thisyear"}))
panels.add("lead", "left", "documents/figures.html", figures("customer", "contact", "opportunity"), order=20)
panels.add_view("lead", panels.View("new", _("To answer"), params={"status": "new"}))
panels.add_view(
    "lead", panels.View("waiting", _("To take"), condition=_waiting, shown=lambda actor: actor.may("lead.take"))
)
nav.add(_("Leads"), "filter", "/leads/", "lead.view", order=25, key="l", homes=("sales", "manager"))
nav.add(
    _("Opportunities"), "target", "/opportunities/", "opportunity.view",
    order=30, key="o", homes=("sales", "manager", "executive"),
)  # fmt: skip
nav.setting(
    _("Pipelines"), "git-branch", "/pipelines/", "pipeline.edit", 40, topic="sales", about=_("The ways a deal can go")
)
nav.setting(
    _("Stages"), "list-check", "/stages/", "stage.edit", 41,
    topic="sales", about=_("Steps, needed fields, days, guidance"),
)  # fmt: skip
nav.setting(
    _("Loss reasons"), "mood-sad", "/loss-reasons/", "loss_reason.edit", 42,
    topic="sales", about=_("Why a deal was lost"),
)  # fmt: skip
nav.quick_create("opportunity", order=20)
nav.quick_create("lead", order=30)
columns.tones("opportunity.state", {"open": "wait", "won": "ok", "lost": ""})
columns.names("stage.required_fields", _field_called)
controls.register("stage", "required_fields", controls.Control(read_required, draw_required))
columns.due("opportunity.closes_on", "state", ("open",))
columns.tones(
    "lead.status", {"new": "warn", "contacted": "wait", "qualified": "wait", "converted": "ok", "discarded": ""}
)
