"""Pipelines, deals and leads, as people see them; and what the built-in roles may do with them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.automation import ready
from gucang.automation.ready import Ready
from gucang.documents.boards import by_state
from gucang.documents.declaring import product_lines
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.permissions import whoever_may
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, Related, Uncounted, register
from gucang.papers import declared as papers
from gucang.papers.declared import Paper
from gucang.selling import board, models, rules
from gucang.selling.actions import leads, links, opportunities, pipelines, quotes

opportunity = register(
    RecordType(
        name="opportunity",
        model=models.Opportunity,
        plural="opportunities",
        number="SJ{yyyy}{seq:05}",
        icon="target",
        owner="owner_id",
        concerns=("customer", "contact"),
        visible=rules.visible_opportunities,
        columns=("name", "customer", "amount", "stage", "closes_on", "owner", "updated_at"),
        filters=(
            "stage", "state", "owner", "customer", "pipeline", "amount", "closes_on", "closed_on", "lost_reason",
            "private", "stage_since", "currency",
        ),
        form=Layout(
            (_("Opportunity"), "name", "customer", "contact", "amount", "currency", "closes_on", "pipeline", "private"),
            (_("More"), "note"),
            first=("name", "customer", "amount"),
        ),
        create=opportunities.create,
        edit=opportunities.edit,
        actions=(
            opportunities.win, opportunities.move, opportunities.lose, opportunities.reopen, opportunities.mark_ready,
            opportunities.assign, opportunities.share, opportunities.unshare, opportunities.delete,
            opportunities.restore,
        ),
        board=board.deals,
        calendar=Calendar(
            title=("name",), on="closes_on", about="customer", move="edit", tone="warn",
            only=Q(state=models.StageKind.OPEN),
        ),
        order="-updated_at",
        search={"name": "A", "number": "A", "customer__name": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number", "stage", "owner", "closed_on", "lost_reason", "stage_since")),
    )
)  # fmt: skip

quote = register(
    RecordType(
        name="quote",
        model=models.Quote,
        plural="quotes",
        number="BJ{yy}{mm}-{seq:04}",
        icon="file-dollar",
        owner="owner_id",
        concerns=("customer", "opportunity"),
        visible=rules.visible_quotes,
        columns=("number", "customer", "total", "state", "valid_until", "total_discount", "owner", "updated_at"),
        filters=(
            "state", "owner", "customer", "opportunity", "total", "valid_until", "sent_on", "answered_on", "currency",
            "line_discount", "total_discount", "over_discount", "margin_rate", "margin", "discount", "ordered",
            "revision",
        ),
        form=Layout(
            (_("Quote"), "customer", "contact", "opportunity", "valid_until", "currency", "discount"),
            (_("More"), "terms", "note"),
            first=("customer", "valid_until"),
            lines=product_lines(models.QuoteLine, "quote"),
        ),
        create=quotes.create,
        edit=quotes.edit,
        actions=(
            quotes.send, quotes.accept, quotes.make_order, quotes.decline, quotes.revise, quotes.take_back,
            quotes.assign, quotes.share, quotes.unshare, links.revoke_link, quotes.delete, quotes.restore,
        ),
        uncounted=Uncounted(Q(state=models.QuoteState.SUPERSEDED), _("superseded versions not counted")),
        board=by_state(
            models.QuoteState,
            {"draft": "", "sent": "", "accepted": "ok", "declined": "mute"},
            {"sent": "quote.send", "accepted": "quote.accept", "declined": "quote.decline"},
            card=("number", "customer", "total", "valid_until", "owner"),
        ),
        calendar=Calendar(
            title=("number",), on="valid_until", about="customer", tone="warn", only=Q(state=models.QuoteState.SENT),
        ),
        order="-updated_at",
        search={"number": "A", "customer__name": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number", "owner", "state", "sent_on", "answered_on", "declined_for")),
    )
)  # fmt: skip

lead = register(
    RecordType(
        name="lead",
        model=models.Lead,
        plural="leads",
        number="XS{yy}{mm}-{seq:04}",
        icon="filter",
        owner="owner_id",
        concerns=("customer", "opportunity"),
        visible=rules.visible_leads,
        columns=("name", "contact_name", "phone", "source", "status", "owner", "created_at"),
        filters=("status", "source", "owner", "province", "city", "kind", "contacted_at", "customer"),
        groups=("province", "city"),
        form=Layout(
            (_("Lead"), "name", "contact_name", "phone", "note", "email", "kind", "source", "province", "city"),
            first=("name", "contact_name", "phone"),
        ),
        create=leads.create,
        edit=leads.edit,
        actions=(
            leads.convert, leads.take, leads.contact, leads.qualify, leads.assign, leads.discard, leads.revive,
            leads.share, leads.unshare, leads.delete, leads.restore, leads.erase,
        ),
        order="-updated_at",
        search={"name": "A", "contact_name": "A", "number": "A", "phone": "B", "note": "D"},
        exchange=Exchange(key="number", also=("number", "owner"), unowned=True),
    )
)  # fmt: skip

pipeline = register(
    RecordType(
        name="pipeline",
        model=models.Pipeline,
        plural="pipelines",
        icon="git-branch",
        visible=whoever_may("pipeline.view"),
        columns=("name", "position"),
        form=Layout((_("Pipeline"), "name", "position")),
        create=pipelines.create,
        edit=pipelines.edit,
        actions=(pipelines.delete, pipelines.restore),
        order="position",
        related=(Related("stage", "pipeline", ("name", "kind", "probability", "max_days", "required_fields")),),
    )
)

stage = register(
    RecordType(
        name="stage",
        model=models.Stage,
        plural="stages",
        icon="list-check",
        concerns=("pipeline",),
        visible=whoever_may("stage.view"),
        columns=("name", "pipeline", "position", "kind", "probability", "max_days"),
        filters=("pipeline", "kind"),
        form=Layout(
            (_("Stage"), "pipeline", "name", "position", "kind", "probability"),
            (_("In this stage"), "required_fields", "max_days", "guidance"),
        ),
        create=pipelines.create_stage,
        edit=pipelines.edit_stage,
        actions=(pipelines.delete_stage, pipelines.restore_stage),
        order="position",
    )
)

loss_reason = register(
    RecordType(
        name="loss_reason",
        model=models.LossReason,
        plural="loss-reasons",
        icon="mood-sad",
        visible=whoever_may("loss_reason.view"),
        columns=("name", "position"),
        form=Layout((_("Loss reason"), "name", "position")),
        create=pipelines.create_reason,
        edit=pipelines.edit_reason,
        actions=(pipelines.delete_reason, pipelines.restore_reason),
        order="position",
    )
)

subjects.allow("opportunity", "lead", "quote")
_MARKED = (models.QuoteState.DRAFT, models.QuoteState.SUPERSEDED, models.QuoteState.EXPIRED)
papers.register(
    Paper(
        "quote", pgettext_lazy("paper", "Quotation"), facts=("sent_on", "valid_until", "owner"),
        signatures=(pgettext_lazy("paper", "Supplier"), pgettext_lazy("paper", "Accepted by the customer")),
        labels={"owner": pgettext_lazy("paper", "Salesperson")},
        mark=lambda quote: quote.get_state_display() if quote.state in _MARKED else "",
    )
)  # fmt: skip

ready.offer(
    Ready(
        key="won-follow-up",
        label=_("After a deal is won: call on the customer"),
        record_type="opportunity",
        trigger={"verb": "win"},
        steps=({"kind": "task", "for": "owner", "title": 0, "days": 3},),
        texts=(_("Call on {customer} after “{name}”: is everything as promised?"),),
    )
)
ready.offer(
    Ready(
        key="closing-soon",
        label=_("Three days before a deal should close: remind its owner"),
        record_type="opportunity",
        trigger={"trigger": "date", "field": "closes_on", "days": -3},
        conditions="state=open",
        steps=({"kind": "task", "for": "owner", "title": 0, "days": 2},),
        texts=(_("“{name}” should close on {closes_on}: settle what is open"),),
    )
)
ready.offer(
    Ready(
        key="large-deal",
        label=_("A large deal is added: tell the manager"),
        record_type="opportunity",
        trigger={"trigger": "created"},
        conditions="amount__gte=500000",
        steps=({"kind": "notify", "for": "manager", "text": 0},),
        texts=(_("{owner} has a large deal: {name}, {amount}"),),
    )
)


def _phones(inside: Access, within: Reach | None = None) -> dict[str, FieldRule]:
    return dict.fromkeys(("lead.phone", "lead.email"), FieldRule(inside, within, Access.MASKED))


_DEALS = tuple(f"opportunity.{verb}" for verb in ("view", *opportunity.verbs) if verb != "restore")
_QUOTES = tuple(f"quote.{verb}" for verb in ("view", "give_link", *quote.verbs) if verb != "restore")
_LEADS = tuple(f"lead.{verb}" for verb in ("view", *lead.verbs) if verb not in ("delete", "restore", "take", "erase"))

roles.grant("salesperson", dict.fromkeys((*_DEALS, *_QUOTES, *_LEADS), Reach.OWN) | {"lead.take": Reach.COMPANY})
# Erasing cannot be taken back, so it is left to administrators.
_MANAGED = tuple(
    f"{kind.name}.{verb}"
    for kind in (opportunity, quote, lead)
    for verb in ("view", "export", "import", *kind.verbs)
    if verb != "erase"
)
roles.grant("sales_manager", dict.fromkeys((*_MANAGED, "quote.give_link"), Reach.TREE) | {"lead.take": Reach.COMPANY})
roles.grant("service", dict.fromkeys(("opportunity.view", "quote.view", "lead.view", "lead.create"), Reach.COMPANY))
roles.grant("finance", dict.fromkeys(("opportunity.view", "quote.view"), Reach.COMPANY))
roles.grant_all(dict.fromkeys(("pipeline.view", "stage.view", "loss_reason.view"), Reach.COMPANY))
roles.restrict("salesperson", _phones(Access.WRITE, Reach.OWN))
roles.restrict("sales_manager", _phones(Access.WRITE, Reach.TREE))
roles.restrict("reader", _phones(Access.MASKED))
# What is left of a price says what the thing costs.
for _key in ("salesperson", "service", "reader"):
    roles.restrict(_key, dict.fromkeys(("quote.margin", "quote.margin_rate"), FieldRule(Access.HIDDEN)))
