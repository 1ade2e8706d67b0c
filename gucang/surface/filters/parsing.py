"""From the parameters of an address to a filtered, sorted query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel import search
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.custom import PREFIX
from gucang.kernel.custom import conditions as own
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, clean_text
from gucang.surface.filters import conditions, groups
from gucang.surface.filters.groups import OR, Group
from gucang.surface.filters.language import (
    ALWAYS,
    MAX_PARAMS,
    MAX_TEXT,
    RESERVED,
    TEAM,
    Applied,
    Filtered,
    filterable,
    sortable,
)
from gucang.surface.keyset import order_of, own_order


def parse(
    record_type: RecordType,
    actor: Actor,
    params: Mapping[str, Any],
    *,
    customs: Sequence[FieldSpec] | None = None,
    ignore: Iterable[str] = (),
) -> Filtered:
    """Filter the records that `actor` may see by `params` (a QueryDict, or a dict of texts or lists of texts).

    Never raises for a bad parameter: it is left out and named in `problems`; the API refuses such a request, a page
    says the sentence. Of a group one bad condition leaves out the whole: what is left of it would find more than was
    asked for. The names in RESERVED and `ignore` are not filters. Custom fields are `extra.<key>`.
    """
    given = _lists(params)
    if customs is None and any("extra." in text for text in (*given, *given.get(OR, ()))):
        customs = record_type.custom_fields()
    work = _Parse(record_type, actor, filterable(record_type, actor, customs))
    for name in list(given)[:MAX_PARAMS]:
        if name not in RESERVED and name not in ignore:
            work.take(name, given[name])
    return work.done()


def _lists(params: Mapping[str, Any]) -> dict[str, list[str]]:
    getlist = getattr(params, "getlist", None)
    found: dict[str, list[str]] = {}
    for name in params:
        value = getlist(name) if getlist else params[name]
        many = value if isinstance(value, list | tuple) else [value]
        found[name] = [str(one) for one in many if one is not None]
    return found


class _Parse:
    """One call of `parse`."""

    def __init__(self, record_type: RecordType, actor: Actor, specs: dict[str, FieldSpec]) -> None:
        self.type, self.actor, self.specs = record_type, actor, specs
        order = order_of(record_type.model, record_type.order)
        self.result = Filtered(record_type.query(actor), order)
        self.conditions: list[Q] = []

    def take(self, name: str, raw: list[str]) -> None:
        if not any(one.strip() for one in raw):
            return
        try:
            if name == OR:
                self._any(groups.read(raw))
            elif name == "sort":
                self._sort(raw[-1])
            elif (found := self._one(name, raw)) is not None:
                applied, condition = found
                self.conditions.append(condition)
                if name == "q":
                    self.result.text = applied.raw[0]
                else:
                    self.result.applied.append(applied)
        except (BadValue, BadText) as problem:
            self.result.problems[name[:60]] = str(problem)

    def done(self) -> Filtered:
        """What was found, with all conditions."""
        self.result.query = self.result.query.filter(own.together(self.conditions))
        return self.result

    def _any(self, many: list[Group]) -> None:
        """Of the groups one must hold."""
        ways: list[Q] = []
        for group in many:
            try:
                applied, condition = self._all(group, len(ways) + 1)
            except (BadValue, BadText) as problem:
                self.result.problems[f"{OR}: {group[0][0]}"[:60]] = str(problem)
                continue
            if applied:
                ways.append(condition)
                self.result.applied += applied
        if ways:
            self.conditions.append(Q(*ways, _connector=Q.OR))

    def _all(self, group: Group, number: int) -> tuple[list[Applied], Q]:
        """One group, whole. Raises BadValue or BadText for a condition that means nothing."""
        found, all_of = [], list[Q]()
        for name, raw in _lists({name: [v for n, v in group if n == name] for name, _value in group}).items():
            if name in RESERVED or name in (OR, "sort"):
                raise BadValue(_t("“%(name)s” is no condition.") % {"name": name})
            if any(one.strip() for one in raw) and (one := self._one(name, raw)) is not None:
                found.append(replace(one[0], group=number))
                all_of.append(one[1])
        return found, own.together(all_of)

    def _one(self, name: str, raw: list[str]) -> tuple[Applied, Q] | None:
        """One condition; None for one that asks nothing. Raises BadValue, BadText."""
        if name == "q":
            return self._contains(raw[-1])
        if name == "mine":
            return self._mine(raw[-1].strip().lower())
        field_name, op = conditions.split(name)
        spec = self.specs.get(field_name)
        if spec is None:
            raise BadValue(_t("There is no filter “%(name)s” here.") % {"name": field_name[:60]})
        return conditions.of(spec, op, raw, self.actor)

    def _contains(self, raw: str) -> tuple[Applied, Q] | None:
        text = clean_text(raw, MAX_TEXT)
        if not text:
            return None
        if self.type.search:
            wanted = Q(pk__in=search.matching_ids(self.actor, self.type, text))
        elif "name" in self.type.specs:
            wanted = Q(name__icontains=text)
        else:
            raise BadValue(_t("This list cannot be searched."))
        return Applied("q", _t("Contains"), (text,), words=f"“{text}”"), wanted

    def _sort(self, raw: str) -> None:
        name = raw.removeprefix("-")
        if name not in ("id", *ALWAYS) and not sortable(self.type, self.actor, name):
            raise BadValue(_t("The list cannot be sorted by “%(field)s”.") % {"field": name[:40]})
        if name.startswith(PREFIX):
            self.result.order = own_order(self.type.spec(name), raw)
            return
        try:
            self.result.order = order_of(self.type.model, raw)
        except FieldDoesNotExist:
            raise BadValue(_t("The list cannot be sorted by “%(field)s”.") % {"field": name[:40]}) from None

    def _mine(self, raw: str) -> tuple[Applied, Q] | None:
        if raw in ("0", "false"):
            return None
        if not self.type.owner:
            raise BadValue(_t("These belong to nobody, so none of them are yours."))
        own = self.actor.member_id or 0
        if raw == TEAM:
            team = sorted((self.actor.members(Reach.TREE) or frozenset()) | {own})
            label = _t("Mine and my department's")
            return Applied("mine", label, (TEAM,), words=" "), Q(**{f"{self.type.owner}__in": team})
        return Applied("mine", _t("Only mine"), ("1",), words=" "), Q(**{self.type.owner: own})
