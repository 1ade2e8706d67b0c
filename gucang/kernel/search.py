"""The global search: one entry per record with its grams, asked through one reviewed database function."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from gucang.kernel import permissions, records
from gucang.kernel.actors import Access, Actor, Reach
from gucang.kernel.models import SearchEntry
from gucang.kernel.scope import active_company_id
from gucang.kernel.sets import column_types, insert_rows
from gucang.kernel.text import document_grams, matches, query_grams, rank, spelt, spelt_nearly

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType

Candidate = tuple[int, str, str, list[str]]

_INSTEAD = """
    ON CONFLICT (company_id, record_type, object_id) DO UPDATE
    SET owner_id = EXCLUDED.owner_id, title = EXCLUDED.title, detail = EXCLUDED.detail, text = EXCLUDED.text,
        grams = EXCLUDED.grams
"""
_UPSERT = f"""
    INSERT INTO kernel_searchentry (company_id, record_type, object_id, owner_id, title, detail, text, grams)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) {_INSTEAD}
"""  # noqa: S608
COLUMNS = ("company_id", "record_type", "object_id", "owner_id", "title", "detail", "text", "grams")


def key_of(company_id: int, record_name: str, gram: str) -> str:
    """A gram as the index has it: of one company and one type, so that a type without hits costs nothing."""
    return f"{company_id}:{record_name}:{gram}"


def paths(record_type: RecordType) -> Mapping[str, str]:
    """What a type is searched by, with the weights: as declared, and the company's own fields that say so."""
    own = [spec for spec in record_type.custom_fields() if spec.own is not None and spec.own.searchable]
    return {**record_type.search, **{spec.name: "B" for spec in own}} if own else record_type.search


def keep_entry(record_type: RecordType, record: Any, changes: Mapping[str, Any]) -> None:
    """Bring the entry of a record up to date after an action, if what it shows has changed."""
    if record_type.search and (record.version == 1 or changes.keys() & _telling(record_type)):
        write_entry(record_type, record)


def keep_entries(record_type: RecordType, rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """The same for many edited records (record, changes), in two statements."""
    telling = _telling(record_type) if record_type.search else frozenset()
    told = [record for record, changes in rows if changes.keys() & telling]
    binned = [record.pk for record in told if getattr(record, "deleted_at", None) is not None]
    if binned:
        mine = SearchEntry.objects.filter(record_type=record_type.name, object_id__in=binned)
        mine.delete()
    entries = [entry_row(record_type, record) for record in told if getattr(record, "deleted_at", None) is None]
    if entries:
        insert_rows("kernel_searchentry", column_types(SearchEntry, COLUMNS), entries, instead=_INSTEAD)


def _telling(record_type: RecordType) -> frozenset[str]:
    """The fields whose change changes what is found, or who finds it."""
    shown = {path.partition("__")[0] for path in paths(record_type)}
    return frozenset({*shown, "deleted_at", record_type.owner_field})


def write_entry(record_type: RecordType, record: Any) -> None:
    """Write the entry of a record anew; what lies in the bin has none."""
    with connection.cursor() as cursor:
        if getattr(record, "deleted_at", None) is not None:
            cursor.execute(
                "DELETE FROM kernel_searchentry WHERE company_id = %s AND record_type = %s AND object_id = %s",
                [active_company_id(), record_type.name, record.pk],
            )
        else:
            cursor.execute(_UPSERT, entry_row(record_type, record))


def entry_row(record_type: RecordType, record: Any) -> tuple[Any, ...]:
    """The row of a record's search entry, in the order of COLUMNS."""
    company_id = active_company_id()
    weights = paths(record_type)
    parts = {path: text for path in weights if (text := _text_at(record, path))}
    strong = [text for path, text in parts.items() if weights[path] in "AB"]
    title = str(record)
    detail = _detail(record_type, title, parts)
    grams = [key_of(company_id, record_type.name, gram) for gram in document_grams(*strong)]
    return (
        company_id, record_type.name, record.pk, record_type.owner_id(record), title[:200], detail[:300],
        "\n".join(parts.values())[:4000], grams,
    )  # fmt: skip


def _detail(record_type: RecordType, title: str, parts: Mapping[str, str]) -> str:
    return " · ".join(text for path, text in parts.items() if text != title and _may_show(record_type, path))


def _may_show(record_type: RecordType, path: str) -> bool:
    """Whether every reader of results may see this part: phones and the like are found by, but masked for some."""
    spec = next((one for one in record_type.custom_fields() if one.name == path), None) or record_type.specs.get(path)
    return "__" in path or (spec is not None and spec.kind not in ("phone", "email", "code"))


def give_to(record_name: str, ids: Iterable[int], owner_id: int | None) -> None:
    """Let the entries of these records be found within the reach of another owner.

    For records owned through another one (contacts through their customer), when that one changes hands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_searchentry SET owner_id = %s"
            " WHERE company_id = %s AND record_type = %s AND object_id = ANY(%s)",
            [owner_id, active_company_id(), record_name, list(ids)],
        )


def _text_at(record: Any, path: str) -> str:
    if path.startswith("extra."):
        return str(record.extra.get(path.removeprefix("extra.")) or "")
    value = record
    for step in path.split("__"):
        value = getattr(value, step, None)
        if value is None:
            return ""
    return " ".join(value) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Hit:
    """One search result; `spelt` is how it was found where that is not as it was typed."""

    record_type: str
    object_id: int
    title: str
    detail: str
    spelt: str = ""


def search(actor: Actor, text: str, *, types: Iterable[RecordType], limit: int = 8) -> dict[str, list[Hit]]:
    """The best hits per record type that the actor may see, best first; types without hits are left out.

    One query for the candidates and one per type that has any, to check what is visible.
    """
    return _search(actor, [text], list(types), limit, begins=text)


def sounding_alike(
    actor: Actor,
    text: str,
    *,
    types: Iterable[RecordType],
    limit: int = 8,
    leave_out: Collection[tuple[str, int]] = (),
) -> list[Hit]:
    """Visible records that sound like `text`, of all types together: 谷仓 for 谷苍; `leave_out` are (type, id).

    Where nothing sounds the same, what sounds nearly so: zh for z, n for l, in for ing. At most two rounds of queries.
    """
    given = list(types)
    for spellings in (spelt(text), spelt_nearly(text)):
        found = _search(actor, spellings, given, limit + len(leave_out)) if spellings else {}
        # Only by what is shown: that an address sounds like it would puzzle.
        hits = [
            hit
            for many in found.values()
            for hit in many
            if (hit.record_type, hit.object_id) not in leave_out and matches([hit.title, hit.detail], hit.spelt)
        ]
        if hits:
            # As many characters as typed, before those that only sound so.
            return sorted(hits, key=lambda hit: -len(set(hit.title) & set(text)))[:limit]
    return []


def _search(
    actor: Actor, texts: Sequence[str], types: list[RecordType], limit: int, begins: str = ""
) -> dict[str, list[Hit]]:
    """The best hits per type for any of `texts`."""
    asked = [grams for text in texts if (grams := query_grams(text))]
    found: dict[str, list[Hit]] = {}
    for record_type, rows in _candidates(actor, asked, types, limit * 3, begins):
        wanted = [(row, spelt_so) for row in rows if (spelt_so := _spelt_so(row[3], texts)) is not None]
        wanted.sort(key=lambda one: (-rank(one[0][1], one[1]), one[0][1], one[0][0]))
        details = _details(actor, record_type, [row for row, _text in wanted], texts)
        hits = [
            Hit(record_type.name, row[0], row[1], details[row[0]], "" if begins else text)
            for row, text in wanted
            if row[0] in details
        ]
        if hits:
            found[record_type.name] = hits[:limit]
    return found


def _spelt_so(document: Sequence[str], texts: Sequence[str]) -> str | None:
    """The first of `texts` that the document contains."""
    return next((text for text in texts if matches(document, text)), None)


def matching_ids(actor: Actor, record_type: RecordType, text: str, limit: int = 1000) -> list[int]:
    """The ids of records of one type that contain `text` where the actor may look, at most `limit`.

    For a list's search box: the list's own filter by `visible` decides which records are shown.
    """
    grams = query_grams(text)
    if not grams:
        return []
    found = _candidates(actor, [grams], [record_type], limit, text)
    rows = [row for _type, rows in found for row in rows if matches(row[3], text)]
    if not _is_ruled(actor, record_type):
        return [row[0] for row in rows]
    plain = [row[0] for row in rows if matches(row[1], text)]
    return [*plain, *_details(actor, record_type, [row for row in rows if row[0] not in set(plain)], [text])]


def _details(actor: Actor, record_type: RecordType, rows: list[Candidate], texts: Sequence[str]) -> dict[int, str]:
    """What each visible record shows besides its title, of those that contain one of `texts` where the actor may look.

    An entry is the same for everybody. Whoever may not see a field must not find by it either: digit by digit, a
    search would tell a masked phone number.
    """
    ids = {row[0] for row in rows}
    query = record_type.query(actor).filter(pk__in=ids)
    if not ids or not _is_ruled(actor, record_type):
        seen = set(query.values_list("pk", flat=True))
        return {row[0]: row[2] for row in rows if row[0] in seen}
    through = {path.partition("__")[0] for path in record_type.search if "__" in path}
    searched = paths(record_type)
    found = {}
    for record in query.select_related(*through) if through else query:
        title = str(record)
        parts = {
            path: part
            for path in searched
            if _may_read(actor, record_type, record, path) and (part := _text_at(record, path))
        }
        if _spelt_so([title, *parts.values()], texts) is not None:
            found[record.pk] = _detail(record_type, title, parts)
    return found


def _is_ruled(actor: Actor, record_type: RecordType) -> bool:
    """Whether a rule narrows what the actor sees of a field that this type is searched by."""
    ruled = {name.partition(".")[2] for name in actor.field_rules}
    return actor.kind != "system" and any(ruled & set(path.split("__")) for path in paths(record_type))


def _may_read(actor: Actor, record_type: RecordType, record: Any, path: str) -> bool:
    name, _mark, rest = path.partition("__")
    if permissions.access(actor, record_type, name, record) not in (Access.READ, Access.WRITE):
        return False
    other = getattr(record, name, None)
    return not rest or other is None or _may_read(actor, records.by_model(type(other)), other, rest)


def _shared_with(actor: Actor, record_type: RecordType) -> Iterable[int]:
    """The ids of the records that the actor works on without owning them.

    Records owned through another one are shared with it: contacts with their customer. One query then, if any are.
    """
    through = record_type.owned_through
    if not through:
        return actor.shared(record_type.name)
    owning = record_type.model._meta.get_field(through).related_model
    shared = actor.shared(records.by_model(owning).name)  # type: ignore[arg-type]
    if not shared:
        return ()
    return record_type.model._default_manager.filter(**{f"{through}__in": shared}).values_list("pk", flat=True)


def _candidates(
    actor: Actor, asked: Sequence[list[str]], types: list[RecordType], limit: int, begins: str = ""
) -> list[tuple[RecordType, list[Candidate]]]:
    """Rows (id, title, detail, texts) per type from `gucang_search`, narrowed to the owners within reach.

    They contain all grams of one of `asked`; those whose title begins with `begins` come first.
    """
    parts, values = [], []
    for record_type in types:
        reach = actor.reach(f"{record_type.name}.view")
        if reach is None or not record_type.search:
            continue
        owners = None if reach is Reach.COMPANY or not record_type.owner else actor.members(reach)
        also = sorted(_shared_with(actor, record_type)) if owners is not None else []
        for grams in asked:
            parts.append("SELECT %s AS type, object_id, title, detail, text FROM gucang_search(%s, %s, %s, %s, %s, %s)")
            values += [
                record_type.name, record_type.name,
                [key_of(active_company_id(), record_type.name, gram) for gram in grams],
                None if owners is None else sorted(owners), also, limit, begins.strip().lower(),
            ]  # fmt: skip
    if not parts:
        return []
    by_name = {record_type.name: record_type for record_type in types}
    found: dict[str, dict[int, Candidate]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({part})" for part in parts), values)
        for name, object_id, title, detail, text in cursor.fetchall():
            found.setdefault(name, {})[object_id] = (object_id, title, detail, text.split("\n"))
    return [(by_name[name], list(rows.values())) for name, rows in found.items()]
