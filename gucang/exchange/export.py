"""A list as CSV: the same filters, order and columns as on screen, the same rights to each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import F, OrderBy, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import override

from gucang.exchange import store
from gucang.exchange.models import Export, State
from gucang.kernel import custom, permissions, records
from gucang.kernel import lines as of_documents
from gucang.kernel.actors import Access, Actor, as_actor, system
from gucang.kernel.custom import conditions as own
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import AboutRecord
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, normalise_phone
from gucang.surface.columns import ABOUT_ID
from gucang.surface.keyset import Order
from gucang.surface.labels import Labels, labels_of
from gucang.surface.meant import everything
from gucang.surface.sheets import guarded, lines

CHUNK = 500
MOST_DIGITS = 12
_SEEN = (Access.READ, Access.WRITE)


@dataclass(frozen=True)
class Extract:
    """Which records and columns an export has, as seen by one actor."""

    type: RecordType
    actor: Actor
    query: QuerySet[Any]
    specs: tuple[FieldSpec, ...]

    @classmethod
    def parse(
        cls, record_type: RecordType, actor: Actor, query: str, columns: str = "", picked: Sequence[int] = ()
    ) -> Extract:
        """From a list's address: its tab, filters, search, sort and columns; `columns` (names with commas) come first.

        Of `picked` rows only those. Raises Invalid.
        """
        params = QueryDict(query, mutable=True)
        customs = record_type.custom_fields()
        found = everything(record_type, actor, params, customs=customs)
        assert found.order is not None
        own_lines = [record_type.lines.spec] if record_type.lines is not None else []
        known = {spec.name: spec for spec in (*record_type.specs.values(), *own_lines, *customs)}
        wanted = (
            columns.split(",") if columns else [name.replace("extra-", "extra.") for name in params.getlist("columns")]
        )
        names = [name for name in wanted if name in known]
        if not names:
            also = record_type.exchange.also if record_type.exchange is not None else ()
            names = [*_first(record_type), *record_type.form_specs(), *also, *(s.name for s in customs)]
            names = list(dict.fromkeys(names))
        shown = [known[name] for name in names if permissions.access(actor, record_type, name) != Access.HIDDEN]
        rows = found.query.filter(pk__in=picked) if picked else found.query
        return cls(record_type, actor, rows.order_by(*_ordering(found.order)), tuple(shown))


def without_columns(query: str) -> str:
    """A list's address without its columns, which an export keeps by themselves."""
    params = QueryDict(query, mutable=True)
    return params.urlencode() if params.pop("columns", None) else query


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
    return [made(name) for name in dict.fromkeys((order.by, "id"))]


def rows(chosen: Extract) -> Iterator[list[str]]:
    """The header and every row, guarded against formulas. Records are read a few hundred at a time."""
    yield [guarded(str(spec.label)) for spec in chosen.specs]
    references = [spec for spec in chosen.specs if spec.target is not None]
    found = chosen.query.iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        wanted: dict[Any, set[int]] = {}
        for spec in references:
            wanted.setdefault(spec.target, set()).update(_stored(spec, record) for record in some)
        labels = labels_of(chosen.actor, wanted)
        if any(spec.kind == "lines" for spec in chosen.specs):
            labels = labels | _numbers(chosen, some)
        if any(spec.name == ABOUT_ID for spec in chosen.specs) and issubclass(chosen.type.model, AboutRecord):
            labels = labels | _abouts(chosen.actor, some)
        for record in some:
            yield [guarded(cell(chosen, spec, record, labels)) for spec in chosen.specs]


def _numbers(chosen: Extract, some: Sequence[Any]) -> Labels:
    """What the lines of these records refer to, by the numbers that an import finds it by. Two queries and more."""
    of_documents.load(some)
    declared = chosen.type.lines
    found: Labels = {}
    for name, spec in declared.specs.items() if declared is not None else ():
        if spec.target is None:
            continue
        ids = {getattr(line, f"{name}_id") for record in some for line in of_documents.of(record)}
        by = "number" if "number" in records.by_model(spec.target).specs else "name"
        rows = records.by_model(spec.target).query(chosen.actor).filter(pk__in=ids).values_list("pk", by)
        found |= {(spec.target, pk): text for pk, text in rows}
    return found


def _abouts(actor: Actor, some: Sequence[Any]) -> Labels:
    """What these entries are about, by number or name as an import finds it; nothing for what has neither."""
    found: Labels = {}
    for name in {record.about_type for record in some}:
        about = records.get(name)
        by = next((one for one in ("number", "name") if one in about.specs), None)
        if by is not None:
            ids = {record.about_id for record in some if record.about_type == name}
            rows = about.query(actor).filter(pk__in=ids).values_list("pk", by)
            found |= {(about.model, pk): text for pk, text in rows}
    return found


def _stored(spec: FieldSpec, record: Any) -> Any:
    """A record's value of a field; of a reference the id."""
    if spec.custom:
        return custom.read(record, spec)
    return getattr(record, f"{spec.name}_id" if spec.kind == "reference" else spec.name)


def cell(chosen: Extract, spec: FieldSpec, record: Any, labels: Labels) -> str:
    """One value in plain words, as far as the actor may see it on this record.

    A record that it refers to is named only if it may be seen, as on screen; `labels` are the names of those.
    """
    access = permissions.access(chosen.actor, chosen.type, spec.name, record)
    if access == Access.HIDDEN:
        return ""
    if isinstance(spec, of_documents.LinesSpec):
        assert spec.of_type is not None
        return of_documents.to_text(spec.of_type, of_documents.of(record), labels) if access in _SEEN else ""
    value = _stored(spec, record)
    if spec.name == ABOUT_ID and isinstance(record, AboutRecord):
        text = labels.get((records.get(record.about_type).model, value), "")
    elif spec.kind == "reference":
        text = labels.get((spec.target, value), _t("not visible")) if value is not None else ""
    else:
        text = _phone(value) if spec.kind == "phone" else spec.show(value)
    if access == Access.MASKED:
        return spec.masked(text) or ""
    return f"{text}\t" if spec.kind in ("text", "code") and _is_long_number(text) else text


def _is_long_number(text: str) -> bool:
    """Whether a spreadsheet would round the digits (a credit code, an account): a tab behind them keeps them text."""
    return len(text) >= MOST_DIGITS and text.isascii() and text.isdigit()


def _phone(value: str) -> str:
    """As people write it; a number that came in before the rules were known stays as it is."""
    try:
        return str(normalise_phone(value)) if value else ""
    except BadText:
        return value


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
        chosen = Extract.parse(
            records.get(record.record_type), actor, record.query, ",".join(record.columns), record.picked
        )
        count = 0

        def counted() -> Iterator[list[str]]:
            nonlocal count
            for row in rows(chosen):
                count += 1
                yield row

        write_csv(store.path_of(file), counted())
    exports.finish(record, actor=system(), file=file, rows=count - 1)
