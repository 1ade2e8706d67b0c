"""Lines as they come in: cleaned field by field, with what they refer to looked up in sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.lines.kept import NAME, PLACE, of

if TYPE_CHECKING:
    from gucang.kernel.lines.declared import Lines
    from gucang.kernel.records import RecordType

MOST = 500


class BadLines(BadValue):
    """Some lines were not accepted: `problems` has a sentence for each "2.quantity", counted from 0."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def numbered(place: int, sentence: str) -> str:
    """A sentence about the line in this place, counted from 0, that says which one it is about."""
    return _t("Line %(number)s: %(sentence)s") % {"number": place + 1, "sentence": sentence}


def refused(problems: Mapping[tuple[int, str], str]) -> Invalid:
    """The refusal of lines for {(place, field): sentence}."""
    return Invalid({f"{NAME}.{at}.{name}": [numbered(at, said)] for (at, name), said in problems.items()})


def key_of(raw: Any) -> int:
    text = str(raw)
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise BadValue(_t("“%(text)s” is not the key of a line.") % {"text": text[:20]})
    return int(text)


class Rows:
    """One use of cleaning: what the rows refer to is looked up first, then each is cleaned by its fields."""

    def __init__(self, declared: Lines, actor: Actor, record: Any, known: dict[Any, Any] | None) -> None:
        self.declared, self.actor, self.record = declared, actor, record
        self.known: dict[Any, Any] = {} if known is None else known
        self.problems: dict[str, str] = {}

    def clean(self, rows: Sequence[Mapping[str, Any] | None], *, new: bool) -> list[dict[str, Any] | None]:
        for name, spec in self.declared.specs.items():
            if spec.target is not None:
                raws = [_reference(row.get(name)) for row in rows if row is not None]
                find_many(spec, raws, self.actor, self.known, self.declared.found_by, self._held(name))
        found = [None if row is None else self._row(place, row, new) for place, row in enumerate(rows)]
        if self.problems:
            raise BadLines(self.problems)
        return found

    def _held(self, name: str) -> dict[int, Any]:
        """What the lines that are there refer to: it stays, also where it could not be chosen any more."""
        if self.record is None or self.record.pk is None:
            return {}
        target = self.declared.specs[name].target
        ids = {getattr(line, f"{name}_id") for line in of(self.record)}
        manager = getattr(target, "with_bin", None) or target._default_manager  # type: ignore[union-attr]
        return {one.pk: one for one in manager.filter(pk__in=ids)} if ids else {}

    def _row(self, place: int, row: Mapping[str, Any], new: bool) -> dict[str, Any]:
        clean: dict[str, Any] = {}
        ours = {"key", PLACE, "id", *self.declared.shown, *self.declared.fields}
        for name in row.keys() - ours:
            self._say(place, str(name)[:40], _t("There is no field “%(field)s” to fill in.") % {"field": name})
        if row.get("key"):
            clean["key"] = self._number(place, "key", row["key"])
        if row.get(PLACE) is not None:
            clean[PLACE] = self._number(place, PLACE, row[PLACE])
        partial = bool(clean.get("key")) or not new
        for name, spec in self.declared.specs.items():
            if name not in row and partial:
                continue
            try:
                clean[name] = self._value(spec, row.get(name))
            except BadValue as problem:
                self._say(place, name, str(problem.sentence))
        return clean

    def _value(self, spec: FieldSpec, raw: Any) -> Any:
        if spec.target is not None and (wanted := _reference(raw)) not in (None, ""):
            found = self.known.get((spec.target, wanted))
            if found is not None:
                return found
            raise BadValue(
                _t("There is no %(what)s “%(text)s” that you may see. Choose one from the list.")
                % {"what": spec.target._meta.verbose_name, "text": str(wanted)[:60]}
            )
        return spec.clean(raw, self.actor, self.known)

    def _number(self, place: int, name: str, raw: Any) -> int:
        try:
            return key_of(raw)
        except BadValue as problem:
            self._say(place, name, str(problem.sentence))
            return 0

    def _say(self, place: int, name: str, sentence: str) -> None:
        self.problems[f"{place}.{name}"] = numbered(place, sentence)


def _reference(raw: Any) -> Any:
    """What a reference was given as: an id, a text, a record, or an object as it goes out."""
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    if isinstance(raw, models.Model):
        return raw.pk
    return raw.strip()[:200].replace("\0", "") if isinstance(raw, str) else raw if type(raw) is int else None


def find_many(
    spec: FieldSpec,
    raws: Iterable[Any],
    actor: Actor,
    known: dict[Any, Any],
    found_by: Sequence[str] = (),
    held: Mapping[int, Any] | None = None,
) -> None:
    """Look up what these raw references mean, in at most two queries, and keep it in `known` by (model, raw).

    A number is an id; a text is a number, one of the `found_by` fields or an unmistakable name, in this order, and an
    id last. What cannot be seen, or is not clear, is None. `held` are ids that may stay whatever they are.
    """
    assert spec.target is not None
    target, held = spec.target, held or {}
    asked = {raw for raw in raws if raw not in (None, "") and (target, raw) not in known}
    if not asked:
        return
    known |= {(target, pk): held[pk] for pk in asked & held.keys()}
    asked -= held.keys()
    record_type = _record_type(target)
    query = record_type.query(actor)
    if spec.limit is not None:
        query = query.filter(spec.limit(actor))
    texts = {raw for raw in asked if isinstance(raw, str)}
    ids = {raw for raw in asked if isinstance(raw, int) and abs(raw) < 2**63}
    ids |= {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
    ways = [name for name in ("number", *found_by, "name") if name in record_type.specs]
    wanted = Q(pk__in=ids)
    for name in ways if texts else ():
        wanted |= Q(**{f"{name}__in": texts})
    found = list(query.filter(wanted)[: MOST * 4]) if ids or texts else []
    by_id = {one.pk: one for one in found}
    for raw in asked:
        known[target, raw] = by_id.get(raw) if isinstance(raw, int) else _meant(raw, ways, found, by_id)


def _meant(text: str, ways: Sequence[str], found: Sequence[Any], by_id: Mapping[int, Any]) -> Any:
    for name in ways:
        several = [one for one in found if getattr(one, name) == text]
        if len(several) == 1:
            return several[0]
        if several:
            return None
    return by_id.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _record_type(model: Any) -> RecordType:
    from gucang.kernel.records import by_model

    return by_model(model)
