"""What a finding says, in the language of who reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from string import Formatter
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.audits.models import AuditRule, Finding
from gucang.kernel import records
from gucang.kernel.events import jsonable
from gucang.kernel.models import Event
from gucang.kernel.scope import remembered
from gucang.surface import timeline, ui

# In what the record's own amounts are: kept among the facts, whether or not the sentence says it.
CURRENCY = "currency"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def sentence(finding: Finding) -> str:
    """The rule's sentence with what was found. The rule is at hand, so this asks nothing."""
    return filled(finding.rule.sentence, finding.facts, finding.about_type)


def filled(words: str, facts: Mapping[str, Any], record_type: str = "") -> str:
    """`words` with its places in braces filled; what nobody knows stays empty."""
    said = []
    try:
        parts = list(Formatter().parse(words))
    except ValueError:  # a brace that somebody left open: the words stand as they were written
        return words
    for text, name, _spec, _conversion in parts:
        said.append(text)
        if name:
            said.append(written(name, facts.get(name), record_type, str(facts.get(CURRENCY, ""))))
    return "".join(said)


def written(name: str, value: Any, record_type: str = "", currency: str = "") -> str:
    """One stored value as people write it: days and moments by the end of their name (moments
    also by how they are stored), choices by their label.

    `currency` is what the record's own amounts are in ("": the company's).
    """
    if value is None or value == "":
        return "—"
    if isinstance(value, str) and name.endswith("_on"):
        return ui.day_text(parse_date(value)) if parse_date(value[:10]) else value
    if isinstance(value, str) and (name.endswith("_at") or MOMENT.match(value)):
        moment = parse_datetime(value)
        return ui.moment_text(moment) if moment else value
    if isinstance(value, bool):
        return "✓" if value else "—"
    spec = _spec(record_type, name)
    if spec is not None and spec.kind == "choice":
        return str(ui.headed(spec.show(value)))
    if spec is not None and spec.kind == "money":
        return str(ui.money_text(Decimal(str(value)), "" if spec.in_own else currency))
    return str(value)


def _spec(record_type: str, name: str) -> Any:
    try:
        return records.get(record_type).specs.get(name) if record_type else None
    except LookupError:
        return None


def stored(value: Any) -> Any:
    """A value of a column as facts keep it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return jsonable(value)


def let_be(event: Event) -> list[timeline.Change]:
    """What the timeline tells of a finding that is let be: until when, and of a tolerance by whom it was judged."""
    found = []
    for name in ("waived_until", "tolerated_until"):
        day = parse_date(event.changes.get(name, [None, None])[1] or "")
        if day is not None:
            found.append(timeline.Change(_label(name), _t("empty"), ui.day_text(day)))
    judge = event.changes.get("tolerated_by", [None, None])[1]
    if judge is not None:
        name = remembered(f"the name of member {judge}", lambda: str(Member.with_bin.filter(pk=judge).first() or ""))
        verdict = event.facts.get("verdict", "")
        found.append(timeline.Change(_label("tolerated_by"), _t("empty"), f"{name} ({verdict})"))
    return found


def _label(name: str) -> str:
    return str(records.get("finding").specs[name].label)


def placed(rule: AuditRule) -> str:
    """The rule's sentence with its own figures, and the names of columns where the rest will stand."""
    found = rule.builtin
    figures: dict[str, Any] = (found.defaults | rule.figures) if found is not None else {}
    columns = found.columns if found is not None else ()
    return filled(rule.sentence, figures | dict.fromkeys(columns, "…"))
