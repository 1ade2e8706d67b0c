"""How a company is audited: which rules, with which figures, and the settings."""

from __future__ import annotations

import json
from string import Formatter
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from gucang.audits import declared, queries, rules
from gucang.audits.kinds import Every, Kind, Severity
from gucang.audits.models import AuditRule
from gucang.kernel import records
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.models import Company
from gucang.kernel.permissions import is_the_system
from gucang.kernel.scope import active_company_id
from gucang.views.actions import plain

MOST = 100_000


# --- rules that come with the program --------------------------------------------------------------------------------


@action("audit_rule.install", label=_("Comes with the program"), allow=is_the_system, creates=True, internal=True)
def install(rule: AuditRule, *, key: str) -> None:
    """Give the company a declared rule, with the figures that it comes with. Its words are kept in the company's
    language for lists; people read them in their own.
    """
    found = declared.get(key)
    if found is None:
        raise Refused(f"No module declares the audit rule {key}.")
    language = Company.objects.values_list("language", flat=True).get(pk=active_company_id())
    with override(language):
        rule.key, rule.name, rule.says = key, str(found.name)[:80], str(found.says)[:300]
    rule.kind, rule.record_type = found.kind, found.type.name
    rule.severity, rule.every = Severity(found.severity), Every(found.every)


@action(
    "audit_rule.tune", label=_("Set figures"), guard=rules.why_own, icon="adjustments",
    labels={"severity": _("severity"), "figures": _("figures"), "every": pgettext_lazy("audit rule", "looked for")},
)  # fmt: skip
def tune(
    rule: AuditRule, *, severity: Severity, figures: Annotated[str, Text(long=True)] = "{}", every: Every | None = None
) -> None:
    """Set a declared rule's severity and figures for this company, and whether it is looked for every hour or every
    night; `figures` is JSON, {"working_hours": 4}. Without `every` that stays as it is.

    What is as it comes with the program is not kept, so that a new version of the program may change it.
    """
    found = rule.builtin
    if found is None:
        raise Refused(_t("This rule is not part of the program any more. Turn it off."))
    try:
        given = json.loads(figures)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Invalid({"figures": [_t("This cannot be read as figures.")]})
    problems: dict[str, list[Any]] = {}
    for name, value in given.items():
        if name not in found.defaults:
            problems[name] = [_t("The rule has no figure “%(name)s”.") % {"name": name}]
        elif type(value) is not int or not 0 <= value <= MOST:
            problems[name] = [_t("Write a whole number up to 100,000.")]
    if problems:
        raise Invalid(problems)
    rule.severity, rule.every = severity, every or rule.every
    rule.figures = {name: value for name, value in given.items() if value != found.defaults[name]}


@action("audit_rule.reset", label=_("As it came"), guard=rules.why_own, icon="arrow-back-up")
def reset(rule: AuditRule) -> None:
    """Severity, figures and how often it is looked for, as they come with the program."""
    found = rule.builtin
    if found is not None:
        rule.figures, rule.severity, rule.every = {}, Severity(found.severity), Every(found.every)


def is_as_it_came(rule: AuditRule, found: declared.Declared) -> bool:
    """Whether the company has set nothing of it otherwise."""
    return not rule.figures and (rule.severity, rule.every) == (found.severity, found.every)


@action("audit_rule.turn_on", label=_("Turn on"), guard=rules.why_on, icon="player-play", tone="primary")
def turn_on(rule: AuditRule) -> None:
    """Look for it from now on."""
    rule.active = True


@action("audit_rule.turn_off", label=_("Turn off"), guard=rules.why_off, icon="player-pause")
def turn_off(rule: AuditRule) -> None:
    """Look for it no more. What was found and not judged ends; everything stays in the log."""
    rule.active = False


def ensure_rules() -> None:
    """Give the active company the declared rules that it lacks and has a use for. An event for each."""
    from gucang.kernel.actors import system

    present = set(AuditRule.with_bin.exclude(key="").values_list("key", flat=True))
    for found in declared.every():
        if found.key not in present and found.wanted():
            install(actor=system(), key=found.key)


# --- rules of the company's own --------------------------------------------------------------------------------------


def _begin(rule: AuditRule, actor: Actor) -> None:
    if actor.member_id is None:
        raise Refused(_t("A rule finds what its maker may see. Sign in as a member."))
    rule.owner_id, rule.kind = actor.member_id, Kind.OWN
    _check(rule, actor)


def _check(rule: AuditRule, actor: Actor) -> None:
    """Raise Invalid for words, a condition or a field that mean nothing; as they are kept, with the maker's rights."""
    record_type = records.get(rule.record_type)
    if not actor.may(f"{record_type.name}.view"):
        raise Invalid({"record_type": [_t("You see none of these. Choose something else.")]})
    rule.conditions = plain(rule.conditions)
    found = queries.matching(record_type, rule.conditions, actor)
    if found.problems:
        raise Invalid({"conditions": [next(iter(found.problems.values()))]})
    if not found.applied and not found.text:
        raise Invalid({"conditions": [_t("Without a condition everything would offend. Narrow the list first.")]})
    named = {one.name for one in queries.members_named_by(record_type)}
    if rule.responsible and rule.responsible not in named:
        raise Invalid({"responsible": [_t("This field names no member.")]})
    _check_words(rule, set(record_type.specs))


def _check_words(rule: AuditRule, known: set[str]) -> None:
    try:
        names = {name for _text, name, _spec, _conv in Formatter().parse(rule.says) if name is not None}
    except ValueError:
        raise Invalid({"says": [_t("A brace is open or too much. Write fields like {number}.")]}) from None
    if wrong := sorted(names - known):
        sentence = _t("There is no field “%(name)s”. Fields are written like {number}.")
        raise Invalid({"says": [sentence % {"name": wrong[0][:40]}]})


create = creating("audit_rule", prepare=_begin)
edit = editing("audit_rule", prepare=_check, guard=rules.why_declared, allow=rules.made_it)

create_settings = creating("audit_settings")
edit_settings = editing("audit_settings")
create_weight = creating("sample_weight")
edit_weight = editing("sample_weight")
delete_weight = deleting("sample_weight")
restore_weight = restoring("sample_weight")
