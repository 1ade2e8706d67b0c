"""What this module puts on the pages of others: places, tabs, a finding's and a rule's page, cards on home pages."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Case, Exists, Q, Value, When
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.audits import campaign, impact, looks, openings, patterns, queries, recorded, rules, scores, waits, wording
from gucang.audits.kinds import LIVE, TO_JUDGE
from gucang.audits.models import Correction, Finding
from gucang.audits.screens import rulepage
from gucang.kernel import clock, event_visibility, records
from gucang.kernel.actions import get as action_called
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import remembered
from gucang.surface import columns, home, nav, opened, panels, timeline
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import View

CARD_ROWS = 5

nav.add(
    _("Audit"), "zoom-check", "/findings/patterns", "finding.view", order=44, seldom=True,
    homes=("auditor", "executive", "manager"), shown=lambda request: may_see_patterns(request.actor),
)  # fmt: skip
nav.add(
    _("Findings"), "list-check", "/findings/", "finding.view", order=45, seldom=True, homes=("auditor",),
)  # fmt: skip
nav.setting(
    _("Audit rules"), "checklist", "/audit-rules/", "audit_rule.tune", 47,
    topic="rules", about=_("What the program looks for every hour and every night"),
)  # fmt: skip
nav.setting(
    _("Audit settings"), "zoom-check", "/audit-settings/", "audit_settings.edit", 48,
    topic="rules", about=_("How long a finding is the person's alone, the running-in period, the sample"),
)  # fmt: skip
nav.setting(
    _("Sampling plan"), "scale", "/sampling-plan/", "sample_weight.create", 49,
    topic="rules", about=_("Which rules, departments and members are drawn more often"),
)  # fmt: skip

columns.tones(
    "finding.state",
    {
        "own": "wait", "open": "bad", "answered": "warn", "correcting": "wait", "waived": "mute", "accepted": "mute",
        "resolved": "ok", "verified": "ok", "recurred": "bad", "self_corrected": "ok",
        "tolerated": "mute", "own_tolerated": "mute", "lapsed": "mute", "own_lapsed": "mute",
    },
)  # fmt: skip
columns.tones("finding.severity", {"hint": "mute", "warning": "warn", "serious": "bad"})
columns.tones("audit_rule.severity", {"hint": "mute", "warning": "warn", "serious": "bad"})
columns.tones("correction.state", {"open": "wait", "done": "warn", "verified": "ok", "recurred": "bad"})
columns.due("correction.due_on", "state", ("open",))
columns.due("finding.grace_until", "state", ("own",))

opened.listen(lambda actor, record_type, found: openings.note(actor, record_type, len(found)))
opened.listen(looks.listen)

_AUDITORS = _("You, and who audits.")
_ALL = _("Whoever may see the record itself.")
recorded.told_apart(
    "audits.Finding.member", "audits.Confirmation.member", "audits.Opening.member", "audits.Look.member"
)
recorded.keep(_("Corrections that you have taken on"), _AUDITORS, "audits.Correction.owner", url="/corrections/")
recorded.keep(
    _("Findings, corrections and rules that you have judged, agreed on or made"), _ALL,
    "audits.Finding.judged_by", "audits.Finding.tolerated_by", "audits.Correction.made_by", "audits.AuditRule.owner",
)  # fmt: skip
recorded.keep(
    _("Weights of yours in the sampling plan"),
    _("Whoever sets the plan. They say how often your findings are drawn for the work list; probation weighs more."),
    "audits.SampleWeight.member",
)
recorded.keep(
    _("Your own looks at findings and cases of colleagues"),
    _("The colleague, for a year."),
    "audits.Look.looker",
)


def may_see_patterns(actor: Actor) -> bool:
    """Whoever audits, and whoever leads others: in numbers by rule."""
    return actor.may(rules.AUDIT) or actor.may(rules.PATTERNS)


# --- lists -----------------------------------------------------------------------------------------------------------


def _mine(actor: Actor) -> Q:
    return Q(member_id=actor.member_id or 0, state__in=("own", "open"))


def _audits(actor: Actor) -> bool:
    return actor.may(rules.AUDIT)


panels.add_view("finding", View("mine", pgettext_lazy("finding", "For me to answer"), _mine, {"sort": "grace_until"}))
panels.add_view(
    "finding", View("work", _("Work list"), lambda actor: Q(picked_on__isnull=False, state__in=TO_JUDGE), shown=_audits)
)
panels.add_view("finding", View("to-judge", _("To judge"), lambda actor: Q(state__in=TO_JUDGE), shown=_audits))
panels.add_view("finding", View("live", _("Not settled"), lambda actor: Q(state__in=LIVE), shown=_audits))
panels.add_view("correction", View("open", _("To be done"), lambda actor: Q(state="open"), {"sort": "due_on"}))
panels.when_empty("finding", _("What the rules find about your work appears here. You see it before anybody else."))
panels.when_empty("correction", _("What was agreed after a finding appears here."))
panels.when_empty("audit_rule", _("The rules of the program come within the hour. Your own begin with any list."))
panels.when_empty(
    "sample_weight", _("Without weights everybody is like everybody, and members on probation count more.")
)
panels.when_empty("confirmation", _("Whoever confirms master data in the weekly portion leaves a line here."))


# --- a finding's page ------------------------------------------------------------------------------------------------


def finding_top(request: CompanyRequest, record_type: RecordType, finding: Finding) -> dict[str, Any]:
    """What was found in a sentence, what waits because of it, what shows it, and what was before."""
    actor = request.actor
    about = queries.subjects([finding]).get((finding.about_type, finding.about_id))
    seen = about is not None and records.get(finding.about_type).query(actor).filter(pk=about.pk).exists()
    evidence = list(Event.objects.filter(pk__in=finding.evidence).order_by("occurred_at", "pk"))
    shown = event_visibility.visible_to(actor, evidence)
    earlier = finding.recurrence_of if finding.recurrence_of_id else None
    if earlier is not None and not record_type.query(actor).filter(pk=earlier.pk).exists():
        earlier = None
    return {
        "finding": finding,
        "sentence": wording.sentence(finding),
        "impact": impact.sentence_of(actor, finding.about_type, finding.about_id) if seen else "",
        "about": about if seen else None,
        "about_url": f"{request.base}/{records.get(finding.about_type).plural}/{finding.about_id}" if seen else "",
        "evidence": told(shown),
        "earlier": earlier,
        "mine": finding.member_id == actor.member_id and actor.eyes is None,
        "base": request.base,
    }


panels.add("finding", "top", "audits/_finding.html", finding_top)
timeline.tell("finding", wording.let_be)


def told(found: list[Event]) -> list[dict[str, Any]]:
    """Events in few words: when, who, what. One query."""
    names = dict(Member.with_bin.filter(pk__in=[one.actor_id for one in found]).values_list("pk", "name"))
    words = []
    for event in found:
        try:
            what = str(action_called(event.name).label)
        except LookupError:
            what = event.name
        who = names.get(event.actor_id or 0, "") if event.actor_kind != "system" else _t("Gucang")
        words.append({"at": event.occurred_at, "who": who, "what": what, "of": event.subject_label})
    return words


def correction_top(request: CompanyRequest, record_type: RecordType, correction: Correction) -> dict[str, Any]:
    """How far a correction has come, and what prevents the same next time."""
    sees = records.get("finding").query(request.actor).filter(pk=correction.finding_id).exists()
    return {
        "correction": correction,
        "finding": correction.finding if sees else None,
        "wanted": queries.settings().clean_cases,
        "base": request.base,
    }


panels.add("correction", "top", "audits/_correction.html", correction_top)
panels.draw_page("audit_rule", "audits/rule.html", rulepage.context)


def score(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """How complete a record's master data are, and what is missing. No query."""
    if not scores.has(record_type.name) or record.deleted_at is not None:
        return None
    found = scores.of(record_type.name)
    missing = found.missing(record, request.actor)
    return {"score": found.score(record), "missing": missing} if missing else None


panels.add("*", "left", "audits/_score.html", score, order=60)


def rule_of_list(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """“Audit rule of this list”, below “More” of every list that is narrowed."""
    if not request.actor.may("audit_rule.create") or record_type.only:
        return None
    query = request.GET.urlencode()
    return {"url": f"{request.base}/{record_type.plural}/audit-rule?{query}"} if query else None


panels.add("*", "menu", "audits/_of_list.html", rule_of_list, order=70)


# --- home pages ------------------------------------------------------------------------------------------------------


class _OfMe(NamedTuple):
    """Whether anything of a kind is this person's to do."""

    findings: bool
    corrections: bool
    master_data: bool


def _of_me(actor: Actor) -> _OfMe:
    """What the cards below need to ask for at all: on most days nothing. One query a page for all of them."""

    def ask() -> _OfMe:
        old = Q()
        if queries.settings().confirm_each_week and actor.may("confirmation.create"):
            old = Q(*(Exists(campaign.mine(one, actor, clock.now())) for one in campaign.every()), _connector=Q.OR)
        found = Member.with_bin.filter(pk=actor.member_id).values_list(
            Exists(queries.mine(actor)), Exists(queries.to_do(actor)),
            Case(When(old, then=True), default=False) if old else Value(False),
        )  # fmt: skip
        return _OfMe(*found[0])

    return remembered(f"what audits have for member {actor.member_id}", ask)


def mine(request: CompanyRequest) -> dict[str, Any] | None:
    """What is one's own to put right or to answer, while nobody else sees it; and what one has agreed to do."""
    actor = request.actor
    if actor.member_id is None or actor.eyes is not None or not actor.may("finding.view"):
        return None
    there = _of_me(actor)
    found = list(queries.mine(actor)[: CARD_ROWS + 1]) if there.findings else []
    todo = list(queries.to_do(actor)[:CARD_ROWS]) if there.corrections else []
    if not found and not todo:
        return None
    return {
        "rows": [(one, wording.sentence(one)) for one in found[:CARD_ROWS]],
        "more": len(found) > CARD_ROWS,
        "todo": todo,
        "url": f"{request.base}/findings/?view=mine",
        "recorded_url": f"{request.base}/me/recorded",
    }


def waiting(request: CompanyRequest) -> dict[str, Any] | None:
    """Who waits for me, the longest first."""
    found = waits.of(request.actor, request.base)
    return {"rows": found[:CARD_ROWS], "count": len(found)} if found else None


def portion(request: CompanyRequest) -> dict[str, Any] | None:
    """How much of this week's portion of master data is left to look at."""
    actor = request.actor
    if actor.member_id is None or actor.eyes is not None or not actor.may("confirmation.create"):
        return None
    count = campaign.to_look_at(actor, clock.now()) if _of_me(actor).master_data else 0
    return {"count": count, "url": f"{request.base}/confirm"} if count else None


def work(request: CompanyRequest) -> dict[str, Any] | None:
    """The auditor's day: the work list of the week, and the patterns behind it."""
    if not _audits(request.actor):
        return None
    found = patterns.patterns()
    picked = records.get("finding").query(request.actor).filter(picked_on__isnull=False, state__in=TO_JUDGE)
    rows = list(picked.select_related("rule", "member").order_by("picked_on", "pk")[: CARD_ROWS + 1])
    return {
        "rows": [(one, wording.sentence(one)) for one in rows[:CARD_ROWS]],
        "more": len(rows) > CARD_ROWS,
        "totals": patterns.totals(found),
        "url": f"{request.base}/findings/?view=work",
        "patterns_url": f"{request.base}/findings/patterns",
    }


home.card("findings-mine", template="audits/_mine.html", context=mine, order=14)
home.card("waits-for-me", template="audits/_waits.html", context=waiting, order=16)
home.card("confirm-portion", template="audits/_portion.html", context=portion, order=45)
home.card("audit-work", template="audits/_work.html", context=work, homes=("auditor",), order=6)
