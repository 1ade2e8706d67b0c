"""A list as CSV: the same filters, order and columns as on screen, the same rights to each field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import F, OrderBy, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import override

from gucang.exchange import store
from gucang.exchange.formulas import guarded
from gucang.exchange.models import Export, State
from gucang.kernel import custom, permissions, records
from gucang.kernel.actors import Access, Actor, as_actor, system
from gucang.kernel.custom import conditions as own
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, normalise_phone
from gucang.surface import filters, panels
from gucang.surface.columns import labels_of
from gucang.surface.keyset import Order

BOM = "\ufeff"
CHUNK = 500


@dataclass(frozen=True)
class Chosen:
    """Which records and columns an export has, as seen by one actor."""

    type: RecordType
    actor: Actor
    query: QuerySet[Any]
    specs: tuple[FieldSpec, ...]

    @classmethod
    def parse(cls, record_type: RecordType, actor: Actor, query: str, columns: str = "") -> Chosen:
        """From a list's address: its parameters, and the columns with commas between. Raises Invalid."""
        params = QueryDict(query, mutable=True)
        tab = next((view for view in panels.views_of(record_type, actor) if view.key == params.get("view")), None)
        for name, value in (tab.params or {}).items() if tab is not None else ():
            params.setdefault(name, value)
        customs = record_type.custom_fields()
        found = filters.parse(record_type, actor, params, customs=customs)
        if found.problems:
            # An export must not quietly hold more than its filter says.
            raise Invalid({name: [sentence] for name, sentence in found.problems.items()})
        if tab is not None and tab.condition is not None:
            found.query = found.query.filter(tab.condition(actor))
        known = {spec.name: spec for spec in (*record_type.specs.values(), *customs)}
        wanted = (
            columns.split(",") if columns else [name.replace("extra-", "extra.") for name in params.getlist("columns")]
        )
        names = [name for name in wanted if name in known]
        if not names:
            names = list(dict.fromkeys([*_first(record_type), *record_type.form.fields, *(s.name for s in customs)]))
        shown = [known[name] for name in names if permissions.access(actor, record_type, name) != Access.HIDDEN]
        references = [spec.name for spec in shown if spec.kind == "reference" and not spec.custom]
        ordered = found.query.order_by(*_ordering(found.order))
        return cls(record_type, actor, ordered.select_related(*references) if references else ordered, tuple(shown))


def _first(record_type: RecordType) -> tuple[str, ...]:
    """The number first: it finds the record again when the file comes back."""
    return ("number", *record_type.columns) if record_type.number else record_type.columns


def _ordering(order: Order) -> list[OrderBy]:
    """As on screen: by one column, then by id, rows without a value last."""
    if order.own is not None:
        column = own.sort_column(order.own)
        key = Subquery(own.rows(order.own, object_id=OuterRef("pk")).values(column)[:1])
        sign = {"nulls_last": True}
        return [
            key.desc(**sign) if order.descending else key.asc(**sign),
            F("id").desc() if order.descending else F("id").asc(),
        ]
    made = (
        (lambda name: F(name).desc(nulls_last=True))
        if order.descending
        else (lambda name: F(name).asc(nulls_last=True))
    )
    return [made(name) for name in dict.fromkeys((order.column, "id"))]


def rows(chosen: Chosen) -> Iterator[list[str]]:
    """The header and every row, guarded against formulas. Records are read a few hundred at a time."""
    yield [guarded(str(spec.label)) for spec in chosen.specs]
    left = chosen.query.iterator(chunk_size=CHUNK)
    while found := list(islice(left, CHUNK)):
        _look_up(chosen, found)
        for record in found:
            yield [guarded(cell(chosen, spec, record)) for spec in chosen.specs]


def _look_up(chosen: Chosen, found: Sequence[Any]) -> None:
    """Learn in sets what the own fields of some records refer to."""
    for spec in chosen.specs:
        if spec.custom and spec.target is not None:
            labels_of(chosen.actor, {spec.target: [custom.read(record, spec) for record in found]})


def cell(chosen: Chosen, spec: FieldSpec, record: Any) -> str:
    """One value in plain words, as far as the actor may see it on this record."""
    access = permissions.access(chosen.actor, chosen.type, spec.name, record)
    if access == Access.HIDDEN:
        return ""
    value = _own(chosen, spec, record) if spec.custom else getattr(record, spec.name)
    text = _phone(value) if spec.kind == "phone" else spec.show(value)
    return spec.masked(text) or "" if access == Access.MASKED else text


def _own(chosen: Chosen, spec: FieldSpec, record: Any) -> Any:
    value = custom.read(record, spec)
    if spec.target is None or value is None:
        return value
    return labels_of(chosen.actor, {spec.target: [value]}).get((spec.target, value), "")


def _phone(value: str) -> str:
    """As people write it; a number that came in before the rules were known stays as it is."""
    try:
        return str(normalise_phone(value)) if value else ""
    except BadText:
        return value


def lines(table: Iterable[list[str]]) -> Iterator[str]:
    """CSV text, a row at a time, with the mark by which Excel knows UTF-8."""
    yield BOM
    out = io.StringIO()
    writer = csv.writer(out)
    for row in table:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def write_csv(path: Path, table: Iterable[list[str]]) -> None:
    """Write a table as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(lines(table))


def write_file(export_id: int) -> None:
    """Write the file of an export with the rights its maker has now, and say that it is ready. A job."""
    from gucang.exchange.actions import exports

    record = Export.objects.filter(pk=export_id).select_related("owner").first()
    if record is None or record.state != State.RUNNING:
        return
    file = store.new_name()
    user = getattr(record.owner, "user", None)
    with override(getattr(user, "language", None) or "zh-hans"):
        actor = as_actor(record.owner)
        chosen = Chosen.parse(records.get(record.record_type), actor, record.query, ",".join(record.columns))
        count = 0

        def counted() -> Iterator[list[str]]:
            nonlocal count
            for row in rows(chosen):
                count += 1
                yield row

        write_csv(store.path_of(file), counted())
    exports.finish(record, actor=system(), file=file, rows=count - 1)
