"""What is filtered, as people say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.surface.filters.conditions import RANGES
from gucang.surface.filters.language import Applied

VERBS = {
    "is": _("is"), "not": _("is not"), "has": _("contains"), "empty": _("is empty"), "filled": _("is not empty"),
    **RANGES,
}  # fmt: skip


def describe(found: Iterable[Applied], actor: Actor) -> list[tuple[Applied, str]]:
    """Each filter with what it is compared with. References are looked up in sets: one query per type of record."""
    found = list(found)
    wanted: dict[type[models.Model], set[int]] = {}
    for one in found:
        if one.spec is not None and one.spec.target is not None and not one.words:
            wanted.setdefault(one.spec.target, set()).update(v for v in one.values if isinstance(v, int))
    labels: dict[type[models.Model], dict[int, str]] = {}
    for target, ids in wanted.items():
        query = records.by_model(target).query(actor)
        labels[target] = {record.pk: str(record) for record in query.filter(pk__in=ids)} if ids else {}
    return [(one, (one.words or _named(one, labels)).strip()) for one in found]


def _named(one: Applied, labels: Mapping[Any, Mapping[int, str]]) -> str:
    assert one.spec is not None
    assert one.spec.target is not None
    known = labels.get(one.spec.target, {})
    words = [_t("nobody") if v is None else known.get(v, _t("not visible")) for v in one.values]
    return "、".join(words)


def verb_of(one: Applied) -> str:
    """What stands between the field and the value: "is", "contains"; "" where the label says it all."""
    return str(VERBS[one.verb]) if one.verb else ""


def phrase(one: Applied, words: str) -> str:
    """A filter and its words as a phrase for a sentence."""
    if not one.verb:
        return f"{one.label} {words}".strip()
    numeric = one.spec is not None and one.spec.numeric
    pattern = _figure_words(one.verb) if numeric and one.verb in RANGES else _pattern(one.verb)
    return pattern % {"field": one.label, "value": words}


def _pattern(verb: str) -> str:
    return {
        "is": _t("%(field)s is %(value)s"), "not": _t("%(field)s is not %(value)s"),
        "has": _t("%(field)s contains %(value)s"), "empty": _t("%(field)s is empty"),
        "filled": _t("%(field)s is not empty"),
        "gte": _t("%(field)s is not before %(value)s"), "lte": _t("%(field)s is not after %(value)s"),
        "gt": _t("%(field)s is after %(value)s"), "lt": _t("%(field)s is before %(value)s"),
    }[verb]  # fmt: skip


def _figure_words(op: str) -> str:
    return {
        "gte": _t("%(field)s is at least %(value)s"), "lte": _t("%(field)s is at most %(value)s"),
        "gt": _t("%(field)s is more than %(value)s"), "lt": _t("%(field)s is less than %(value)s"),
    }[op]  # fmt: skip
