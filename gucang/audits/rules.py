"""Who may see what of an audit, and why something cannot be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.audits.kinds import LIVE, PRIVATE, TO_JUDGE
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING, reach_q

if TYPE_CHECKING:
    from gucang.audits.models import AuditRule, Correction, Finding

# To see the findings of others, once these had their time. Everybody sees their own.
AUDIT = "finding.audit"
# To see what the rules find in numbers, without names.
PATTERNS = "finding.patterns"


def visible_findings(actor: Actor) -> Q:
    """One's own; those of others only with the right to audit, and never what is still their own business."""
    if actor.kind == "system":
        return Q()
    if not actor.may("finding.view"):
        return NOTHING
    own = Q(member_id=actor.member_id) if actor.member_id is not None else NOTHING
    if not actor.may(AUDIT):
        return own
    return own | (~Q(state__in=PRIVATE) & reach_q(actor, AUDIT, owner="member_id"))


def visible_corrections(actor: Actor) -> Q:
    """Those that one has to do, those after one's own findings, and with the right to audit those of others."""
    if actor.kind == "system":
        return Q()
    if not actor.may("correction.view"):
        return NOTHING
    own = Q(pk__in=())
    if actor.member_id is not None:
        own = Q(owner_id=actor.member_id) | Q(finding__member_id=actor.member_id)
    if not actor.may(AUDIT):
        return own
    within = reach_q(actor, AUDIT, owner="owner_id")
    return own | within if within else within


def visible_confirmations(actor: Actor) -> Q:
    """One's own, and those of the members within reach."""
    return reach_q(actor, "confirmation.view", owner="member_id")


def is_the_person(actor: Actor, finding: Finding) -> bool:
    """Only who is responsible answers."""
    return actor.kind == "system" or (actor.member_id is not None and finding.member_id == actor.member_id)


def is_somebody_else(actor: Actor, finding: Finding) -> bool:
    """Nobody judges what they are responsible for."""
    return actor.kind == "system" or finding.member_id is None or finding.member_id != actor.member_id


def does_it(actor: Actor, correction: Correction) -> bool:
    """Only who has agreed to do it says that it is done."""
    return actor.kind == "system" or (actor.member_id is not None and correction.owner_id == actor.member_id)


def made_it(actor: Actor, rule: AuditRule) -> bool:
    """A rule of the company's own finds what its maker may see, so nobody else says what that is."""
    return actor.kind == "system" or (actor.member_id is not None and rule.owner_id == actor.member_id)


def _stands(finding: Finding) -> dict[str, Any]:
    return {"finding": finding, "state": finding.get_state_display()}


def why_not_to_answer(finding: Finding) -> str | None:
    """Why there is nothing to answer: it was answered, or has ended."""
    if finding.state in ("own", "open"):
        return None
    return _t("“%(finding)s” needs no answer any more: %(state)s.") % _stands(finding)


def why_not_to_judge(finding: Finding) -> str | None:
    """Why the auditor decides nothing: the person has it to themselves, or it was decided."""
    if finding.state in TO_JUDGE:
        return None
    if finding.state in PRIVATE:
        return _t("“%(finding)s” is still with the person.") % _stands(finding)
    return _t("“%(finding)s” was judged already: %(state)s.") % _stands(finding)


def why_not_live(finding: Finding) -> str | None:
    """Why the engine leaves it: it has ended."""
    return None if finding.state in (*LIVE, "waived") else _t("“%(finding)s” has ended.") % _stands(finding)


def why_not_waived(finding: Finding) -> str | None:
    """Why its waiver does not end: it has none."""
    return None if finding.state == "waived" else _t("“%(finding)s” is not waived.") % _stands(finding)


def why_not_to_do(correction: Correction) -> str | None:
    """Why it is not to be done: it is."""
    if correction.state == "open":
        return None
    return _t("“%(correction)s” is done already.") % {"correction": correction}


def why_not_done(correction: Correction) -> str | None:
    """Why it cannot be verified: nobody has done it yet, or it is."""
    return None if correction.state == "done" else _t("“%(correction)s” is not done yet.") % {"correction": correction}


def why_declared(rule: AuditRule) -> str | None:
    """Why its words stay: it comes with the program."""
    if not rule.key:
        return None
    return _t("“%(rule)s” comes with the program. Set its figures and its severity, or turn it off.") % {"rule": rule}


def why_own(rule: AuditRule) -> str | None:
    """Why it has no figures: a rule of the company's own has a condition instead."""
    return None if rule.key else _t("“%(rule)s” has a condition and no figures. Edit it instead.") % {"rule": rule}


def why_on(rule: AuditRule) -> str | None:
    return _t("“%(rule)s” is on already.") % {"rule": rule} if rule.active else None


def why_off(rule: AuditRule) -> str | None:
    return None if rule.active else _t("“%(rule)s” is off already.") % {"rule": rule}
