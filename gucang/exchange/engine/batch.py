"""A few hundred rows: found again or new, written through the same actions as a person's, each answered for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _t

from gucang.exchange import mapping
from gucang.exchange.engine.duplicates import Duplicates
from gucang.exchange.engine.grouping import resolve as resolve_lines
from gucang.exchange.engine.plan import Draft, Plan, Step, Work
from gucang.exchange.engine.references import Resolver
from gucang.exchange.models import IfDuplicate, ImportLine, Kind, Origin
from gucang.exchange.readers import RawRow
from gucang.kernel import events, records
from gucang.kernel.actions import Row, create_many, edit_many
from gucang.kernel.errors import Invalid, NeedsApproval, Problem
from gucang.kernel.fields import BadValue, to_json
from gucang.kernel.scope import check_writing
from gucang.kernel.sets import column_types, insert_rows
from gucang.surface.problems import waits_at

KEY = 120
_ORIGIN_COLUMNS = ("company_id", "import_record_id", "record_type", "source", "key", "object_id", "digest", "made")


class Batch:
    """The rows of one step that are written together. `lines` and `origins` are saved by `keep`."""

    def __init__(self, work: Work, plan: Plan, step: Step) -> None:
        self.work, self.plan, self.step = work, plan, step
        self.type = records.get(step.record_type)
        self.counts: Counter[str] = Counter()
        self.lines: list[ImportLine] = []
        self.origins: list[Origin] = []
        self.changed_origins: list[Origin] = []

    def go(self, rows: Sequence[RawRow]) -> None:
        """Write the rows. Rows with the same key follow each other, so that the later one meets the earlier."""
        drafts = self._drafts(rows)
        self.counts["rows"] += 0 if self.step.only_edits else len(rows)
        Resolver(self.work, self.type).resolve(drafts)
        if self.step.gather is not None:
            resolve_lines(self.work, drafts)
        good = []
        for draft in drafts:
            if draft.refusal:
                self._refuse(draft, draft.refusal, draft.refused_field)
            else:
                good.append(draft)
        with events.noting(**{"import": self.work.record.pk}):
            for wave in _waves(good):
                self._write(wave)

    def keep(self, *, lines: bool = True) -> None:
        """Save which record each row became, and what is to be said of the rows."""
        if lines:
            ImportLine.objects.bulk_create(self.lines)
        check_writing(Origin)
        insert_rows(
            Origin._meta.db_table,
            column_types(Origin, _ORIGIN_COLUMNS),
            [[getattr(origin, name) for name in _ORIGIN_COLUMNS] for origin in self.origins],
        )
        Origin.objects.bulk_update(self.changed_origins, ["digest"])

    def _drafts(self, rows: Sequence[RawRow]) -> list[Draft]:
        if self.step.gather is not None:
            return [self._keyed(draft) for draft in self.step.gather(self.work, rows)]
        return [draft for row in rows if (draft := self._draft(row)) is not None]

    def _draft(self, row: RawRow) -> Draft | None:
        draft = self.step.convert(self.work, row)
        if draft is None:
            return None
        draft.raw = row.cells
        return self._keyed(draft)

    def _keyed(self, draft: Draft) -> Draft:
        draft.digest = _digest(draft)
        if not draft.key:
            value = draft.values.get(self.step.match) if self.step.match else ""
            draft.key = f"{self.step.match}={value}"[:KEY] if value else draft.digest
        return draft

    # --- what is there already ---

    def _write(self, drafts: list[Draft]) -> None:
        origins = self._origins(drafts)
        found = self._found(drafts, origins)
        new: list[Draft] = []
        old: list[tuple[Draft, int]] = []
        for draft in drafts:
            origin = origins.get(draft.key)
            if origin is not None and origin.digest == draft.digest and not self.step.only_edits:
                # The same row again: whatever people changed since then stays as they want it.
                self._count("unchanged", draft)
            elif draft.key in found:
                old.append((draft, found[draft.key]))
            elif self.step.only_edits:
                continue  # refused when its record was to be made; that was said then
            else:
                new.append(draft)
        self._create(new)
        self._edit([(draft, pk) for draft, pk in old if pk], origins)
        for draft, pk in old:
            if not pk:
                self._refuse(draft, _t("There are several like this; it is not clear which one is meant."))

    def _origins(self, drafts: list[Draft]) -> dict[str, Origin]:
        keys = {draft.key for draft in drafts}
        query = Origin.objects.filter(record_type=self.type.name, source=self.plan.source, key__in=keys)
        # Those of this batch are not saved yet; a later row with the same key must meet them.
        return {origin.key: origin for origin in (*query, *self.origins) if origin.key in keys}

    def _found(self, drafts: list[Draft], origins: dict[str, Origin]) -> dict[str, int]:
        """The id of the record that each key means; 0 where several could be meant."""
        found = {key: origin.object_id for key, origin in origins.items()}
        name = self.step.match
        if not name:
            return found
        wanted: dict[str, str] = {}
        for draft in drafts:
            if draft.key not in found and (value := self._clean_match(name, draft)):
                wanted[draft.key] = value
        if not wanted:
            return found
        ids: dict[str, list[int]] = {}
        query = events.with_bin(self.type).filter(**{f"{name}__in": set(wanted.values())})
        for pk, value in query.values_list("pk", name):
            ids.setdefault(str(value), []).append(pk)
        for key, value in wanted.items():
            if several := ids.get(value):
                found[key] = several[0] if len(several) == 1 else 0
        return found

    def _clean_match(self, name: str, draft: Draft) -> str:
        try:
            return str(self.type.spec(name).clean(draft.values.get(name), self.work.actor) or "")
        except BadValue:
            return ""

    # --- writing ---

    def _create(self, drafts: list[Draft]) -> None:
        """Make records of new rows, but for exact duplicates that are to be left out."""
        told = Duplicates(self.work, self.type, drafts)
        while drafts:
            # Rows that are like one another follow each other: of a row that is refused nothing is a duplicate.
            found, first, drafts = told.sorted_out(drafts)
            self.counts["duplicates"] += len(found)
            self.lines += [self._line(draft, Kind.DUPLICATE, **words) for draft, words in found]
            if self.work.record.if_duplicate == IfDuplicate.ADD:
                first = [*(draft for draft, _words in found), *first]
            told.made(self._make(first))

    def _make(self, drafts: list[Draft]) -> list[Draft]:
        """Make records of these rows; returns those that were not refused."""
        if not drafts:
            return []
        also = self.type.exchange.also if self.type.exchange else ()
        rows = [Row(_of_new(draft), at=draft.at, line=draft.line) for draft in drafts]
        create_many(self.type, rows, actor=self.work.actor, also=also)
        made = []
        for draft, row in zip(drafts, rows, strict=True):
            if row.problem is not None:
                self._refuse_by(draft, row.problem)
                continue
            made.append(draft)
            self._count("created", draft)
            self.origins.append(self._origin(draft, row.record.pk, made=True))
        return made

    def _origin(self, draft: Draft, pk: int, *, made: bool) -> Origin:
        record = self.work.record
        return Origin(
            company_id=record.company_id,
            import_record_id=record.pk,
            record_type=self.type.name,
            source=self.plan.source,
            key=draft.key,
            object_id=pk,
            digest=draft.digest,
            made=made,
        )

    def _edit(self, pairs: list[tuple[Draft, int]], origins: dict[str, Origin]) -> None:
        """Change what is there. An empty cell changes nothing, and history (owner, stage) is not written over."""
        if not pairs:
            return
        form = self.work.remember(("form", self.type.name), self.type.form_specs)
        rows = [
            Row({n: v for n, v in _given(draft.values).items() if n in form}, record=pk, line=draft.line)
            for draft, pk in pairs
        ]
        edit_many(self.type, rows, actor=self.work.actor)
        for (draft, pk), row in zip(pairs, rows, strict=True):
            if row.problem is not None:
                self._refuse_by(draft, row.problem)
                continue
            self._count("updated" if row.changes else "unchanged", draft)
            if self.step.only_edits:
                continue
            if origin := origins.get(draft.key):
                origin.digest = draft.digest
                if origin.pk is not None:
                    self.changed_origins.append(origin)
            else:
                self.origins.append(self._origin(draft, pk, made=False))

    # --- answering for rows ---

    def _count(self, what: str, draft: Draft) -> None:
        if not self.step.only_edits:
            self.counts[what] += 1
        if draft.repairs:
            self.counts["repaired"] += 1
        for repair in draft.repairs:
            self.lines.append(
                self._line(draft, Kind.REPAIRED, self._label(repair.field), old=repair.old[:200], new=repair.new[:200])
            )

    def _refuse_by(self, draft: Draft, problem: Problem) -> None:
        if isinstance(problem, NeedsApproval):
            self.counts["waiting"] += 1
            told = {"sentence": str(problem)[:500], "new": waits_at(problem)}
            self.lines.append(self._line(draft, Kind.WAITING, **told))
            return
        if not isinstance(problem, Invalid):
            self._refuse(draft, str(problem), getattr(problem, "field", ""))
            return
        blamed, sentence = draft.blame(problem)
        if sentence:
            self._refuse(draft, sentence, blamed)
            return
        sentences = [sentence for many in problem.fields.values() for sentence in many]
        self._refuse(draft, " ".join(dict.fromkeys(sentences)), next(iter(problem.fields), ""))

    def _refuse(self, draft: Draft, sentence: str, field: str = "") -> None:
        self.counts["refused"] += 1
        self.lines.append(self._line(draft, Kind.REFUSED, self._label(field), sentence=sentence[:500]))

    def _line(self, draft: Draft, kind: str, field: str = "", **told: str) -> ImportLine:
        record = self.work.record
        return ImportLine(
            company_id=record.company_id,
            import_record_id=record.pk,
            table=self.step.table[:120],
            line=draft.line,
            kind=kind,
            field=field[:120],
            raw=draft.raw,
            **told,
        )

    def _label(self, field: str) -> str:
        if field.startswith(mapping.LINE) and self.type.lines is not None:
            spec = self.type.lines.specs.get(field.removeprefix(mapping.LINE))
            return str(spec.label) if spec is not None else field
        try:
            return str(self.type.spec(field).label)
        except KeyError:
            return field


def _waves(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """The drafts in groups in which no key stands twice, in order."""
    waves: list[list[Draft]] = []
    seen: Counter[str] = Counter()
    for draft in drafts:
        place = seen[draft.key]
        seen[draft.key] += 1
        if place == len(waves):
            waves.append([])
        waves[place].append(draft)
    yield from waves


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without empty cells: they leave a field as it is, or at its default."""
    return {n: v for n, v in values.items() if not (v is None or v == [] or (isinstance(v, str) and not v.strip()))}


def _of_new(draft: Draft) -> dict[str, Any]:
    """The values of a record that is made; that nobody owns it has to be said."""
    return {**_given(draft.values), "owner": None} if draft.for_nobody else _given(draft.values)


def _digest(draft: Draft) -> str:
    """A fingerprint of what a row says, before references are looked up."""
    said = {name: to_json(value) for name, value in draft.values.items() if name != "pooled_at"}
    text = json.dumps([said, str(draft.at or "")], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]
