"""Names and numbers in cells, to the records they mean: two queries a field and batch, not one a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.exchange.engine.plan import Draft, Work
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType


class Resolver:
    """Puts records where drafts have names. Never by id: a number in a file is one of the old system."""

    def __init__(self, work: Work, record_type: RecordType) -> None:
        self.work, self.type = work, record_type

    def resolve(self, drafts: Iterable[Draft]) -> None:
        """Replace the words in reference fields; a draft whose word means nothing, or several, is refused."""
        by_field: dict[str, list[Draft]] = {}
        for draft in drafts:
            for name, value in draft.values.items():
                if isinstance(value, str) and value.strip() and name in self._specs():
                    by_field.setdefault(name, []).append(draft)
        for name, some in by_field.items():
            self._resolve(self._specs()[name], some)
        if issubclass(self.type.model, AboutRecord):
            self._resolve_about([draft for draft in drafts if not draft.refusal])

    def _resolve_about(self, drafts: Iterable[Draft]) -> None:
        """What an entry is about: a number or name in one cell, of which kind it is in another."""
        kinds = self.type.specs["about_type"]
        by_kind: dict[str, list[Draft]] = {}
        for draft in drafts:
            word, kind = word_of(draft.values.pop("about_id", "")), draft.values.get("about_type", "")
            if not word:
                continue
            try:
                draft.values["about_id"] = word
                by_kind.setdefault(kinds.clean(kind, self.work.actor), []).append(draft)
            except BadValue as problem:
                draft.refused_field, draft.refusal = "about_type", str(problem.sentence)
        for name, some in by_kind.items():
            meant = records.get(name)
            found = find_all(meant, {draft.values["about_id"] for draft in some}, self.work.actor)
            for draft in some:
                several = found.get(word := draft.values["about_id"], [])
                if len(several) == 1:
                    draft.values["about_id"] = several[0].pk
                else:
                    draft.refused_field, draft.refusal = "about_id", why_not_one(meant.model, word, several)

    def _specs(self) -> dict[str, FieldSpec]:
        def find() -> dict[str, FieldSpec]:
            return {name: spec for name, spec in self.type.specs.items() if spec.kind == "reference"}

        found: dict[str, FieldSpec] = self.work.remember(("references", self.type.name), find)
        return found

    def _resolve(self, spec: FieldSpec, drafts: list[Draft]) -> None:
        assert spec.target is not None
        words = {word_of(draft.values[spec.name]) for draft in drafts}
        found = find_all(records.by_model(spec.target), words, self.work.actor)
        for draft in drafts:
            word = word_of(draft.values[spec.name])
            several = found.get(word, [])
            if len(several) == 1:
                draft.values[spec.name] = several[0]
            elif not draft.refusal:
                draft.refused_field, draft.refusal = spec.name, why_not_one(spec.target, word, several)


def word_of(value: Any) -> str:
    """What a cell calls a record, spaced as names are when they are kept: two blanks between words are one."""
    return " ".join(str(value).split())


def why_not_one(target: Any, word: str, several: Sequence[Any]) -> str:
    """The sentence for a word that means no record of the model `target`, or `several`."""
    sentence = (
        _t("There are several %(what)s called “%(text)s”. Write the number instead.")
        if several
        else _t("There is no %(what)s “%(text)s” that you may see. Bring it in first, or correct the name.")
    )
    return sentence % {"what": target._meta.verbose_name, "text": word[:60]}


def find_all(record_type: RecordType, words: set[str], actor: Actor) -> dict[str, list[Any]]:
    """The visible records that each word means, by number or name; two are enough to know that it is not clear."""
    fields = [name for name in ("number", "name") if name in record_type.specs]
    if not fields or not words:
        return {}
    wanted = Q()
    for name in fields:
        wanted |= Q(**{f"{name}__in": words})
    found: dict[str, list[Any]] = {}
    for record in record_type.query(actor).filter(wanted):
        for word in {str(getattr(record, name)) for name in fields} & words:
            if len(found.setdefault(word, [])) < 2:
                found[word].append(record)
    return found
