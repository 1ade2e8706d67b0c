"""What a value looks like on a page: one place for lists, facts, peeks and timelines, field permissions included."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from markupsafe import Markup

from gucang.kernel import clock, custom, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import AboutRecord
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import currencies, ui
from gucang.surface.labels import label_fields, labels_of

_TONES: dict[str, dict[Any, str]] = {}
_DUE: dict[str, tuple[str, Collection[Any]]] = {}
NOTHING = Markup("—")
# The field of an entry that is shown as the record it is about; its id stands nowhere by itself.
ABOUT, ABOUT_ID = "about_type", "about_id"
# These are too large for a cell, and are edited in the form.
UNEDITED = ("longtext", "references", "choices")


def tones(field: str, found: Mapping[Any, str]) -> None:
    """Give the choices of a field ("customer.status") the tones of their badges; without, choices are plain words."""
    _TONES[field] = dict(found)


def due(field: str, while_: str = "", among: Collection[Any] = (None,)) -> None:
    """Let a day or moment ("task.due_on") be marked once it has passed, as long as the thing is open.

    It is open while its column `while_` holds one of `among`; without a column, always.
    """
    _DUE[field] = (while_, among)


_NAMES: dict[str, Callable[[Any], Any]] = {}


def names(field: str, words: Callable[[Any], Any]) -> None:
    """Let the values of a field ("export.record_type") be shown as people call them; of a list, each one."""
    _NAMES[field] = words


_NAMES_BY: dict[str, Callable[[Any, Any], Any]] = {}


def names_by(field: str, words: Callable[[Any, Any], Any]) -> None:
    """The same for values that say something only with their record: `words(value, record)`, such as of a formula,
    whose fields are those of a record type.
    """
    _NAMES_BY[field] = words


def is_entry(record_type: RecordType) -> bool:
    """Whether records of this type are entries about others (follow-ups, tasks)."""
    return issubclass(record_type.model, AboutRecord)


def is_open(record_type: RecordType, name: str, record: Any) -> bool | None:
    """Whether what a day or moment says of `record` is still to come about; None where `due` said nothing of it."""
    found = _due_of(record_type, name)
    if found is None:
        return None
    column, among = found
    return not column or getattr(record, column) in among


def _due_of(record_type: RecordType, name: str) -> tuple[str, Collection[Any]] | None:
    return _DUE.get(f"{record_type.name}.{name}") or record_type.due.get(name)


def _read_for(record_type: RecordType, names: Sequence[str]) -> set[str]:
    """The columns that tell whether what these fields say is still open."""
    return {found[0] for name in names if (found := _due_of(record_type, name)) is not None} - {""}


def narrowed(query: models.QuerySet[Any], record_type: RecordType, actor: Actor, names: Sequence[str]) -> Any:
    """`query` without the columns that a list of these fields does not show; the whole row where that is unsure.

    What a record is called, who owns it and how it is sorted is always read, and what a field rule looks at.
    """
    label = label_fields(record_type.model)
    if not label or record_type.owned_through:
        return query
    columns = {field.name: field for field in record_type.model._meta.concrete_fields}
    own = [spec for spec in record_type.custom_fields() if spec.name in names] if _any_own(names) else []
    kept = custom.columns_read(own)
    kept |= {"id", "company", "version", record_type.owner_field, *label, *names}
    kept |= _read_for(record_type, names) | ({"about_id"} if ABOUT in names else set())
    kept |= {"currency"}  # of whatever amounts are among them
    return query.only(*(name for name in kept if name in columns))


def _any_own(names: Sequence[str]) -> bool:
    return any(name.startswith(custom.PREFIX) for name in names)


@dataclass(frozen=True)
class Column:
    """One column of a list: its field, and whether it may be edited in place."""

    name: str
    spec: FieldSpec
    label: str
    numeric: bool
    editable: bool


def columns_of(record_type: RecordType, actor: Actor, names: Sequence[str]) -> list[Column]:
    """The columns called `names` that the actor may see at least masked; unknown names are left out."""
    form = record_type.form.fields
    may_edit = record_type.edit is not None and actor.may(record_type.edit.name)
    about = (ABOUT, ABOUT_ID) if is_entry(record_type) else ()
    found = []
    for name in names:
        if name in about[1:]:
            continue
        try:
            spec = record_type.spec(name)
        except KeyError:
            continue
        if access(actor, record_type, name) is Access.HIDDEN:
            continue
        editable = may_edit and (name in form or spec.custom) and spec.kind not in UNEDITED and not spec.computed
        editable = editable and name not in about
        found.append(Column(name, spec, ui.headed(spec.label), spec.numeric, editable))
    return found


def choosable(record_type: RecordType, actor: Actor) -> list[Column]:
    """Every column that the actor may choose for a list: declared ones first, then the form's, then the company's."""
    names = [*record_type.columns, *record_type.form.fields, *(s.name for s in record_type.custom_fields())]
    names += [name for name in ("number", "owner", "created_at", "updated_at") if name in record_type.specs]
    return columns_of(record_type, actor, list(dict.fromkeys(names)))


def references_among(record_type: RecordType, names: Sequence[str]) -> list[FieldSpec]:
    """The fields of these names that refer to records, the company's own among them."""
    specs = [record_type.specs[name] for name in names if name in record_type.specs]
    if _any_own(names):
        specs += [spec for spec in record_type.custom_fields() if spec.name in names]
    return [spec for spec in specs if spec.kind == "reference"]


class Shower:
    """Shows values of one record type to one actor; references are looked up in sets beforehand."""

    def __init__(
        self, record_type: RecordType, actor: Actor, base: str, rows: Sequence[Any], names: Sequence[str]
    ) -> None:
        self.type, self.actor, self.base = record_type, actor, base
        self.ruled = {name.partition(".")[2] for name in actor.field_rules if name.startswith(f"{record_type.name}.")}
        if self.ruled:
            # A formula shows no more than what it is worked out from.
            self.ruled |= {spec.name for spec in record_type.custom_fields() if self.ruled.intersection(spec.inputs)}
        wanted: dict[Any, set[int]] = {}
        for spec in references_among(record_type, names):
            stored = self._stored(spec)
            wanted.setdefault(spec.target, set()).update(stored(row) for row in rows)
        if ABOUT in names and is_entry(record_type):
            for row in rows:
                if (about := subject_of(row)) is not None:
                    wanted.setdefault(about.model, set()).add(row.about_id)
        self.labels = labels_of(actor, wanted)
        self.now = clock.now()
        self.today = timezone.localdate(self.now)

    def show(self, record: Any, spec: FieldSpec, *, link: bool = True) -> Any:
        """The value as Markup or text; "" for nothing, None where it is hidden."""
        return self.field(spec, link=link)(record)

    def field(self, spec: FieldSpec, *, link: bool = True) -> Callable[[Any], Any]:
        """A function from a record to what `show` says of it, for those who show many."""
        if spec.name == ABOUT and is_entry(self.type):
            return lambda record: self._about(record, link)
        stored, write = self._stored(spec), _written(self.type, spec)
        named = _NAMES_BY.get(f"{self.type.name}.{spec.name}") or (
            _amount if write is _money and currencies.has_its_own(self.type, spec) else None
        )
        ruled, may_be_due = spec.name in self.ruled, _due_of(self.type, spec.name) is not None

        def shown(record: Any) -> Any:
            value = stored(record)
            if ruled:
                may = access(self.actor, self.type, spec.name, record)
                if may is Access.HIDDEN:
                    return None
                if may is Access.MASKED:
                    return spec.masked(value) if value else ""
            if value is None or value == "" or value == []:
                return ""
            words = write(self, spec, value, link) if named is None else self._called(spec, named(value, record))
            return self._late(words, value) if may_be_due and self._is_late(record, spec, value) else words

        return shown

    def _about(self, record: Any, link: bool) -> Any:
        about = subject_of(record)
        if about is None:
            return _t("not visible") if record.about_type else ""
        label = self.labels.get((about.model, record.about_id))
        if label is None or not link:
            return label or _t("not visible")
        return Markup('<a href="%s/%s/%s">%s</a>') % (self.base, about.plural, record.about_id, label)

    @staticmethod
    def _stored(spec: FieldSpec) -> Callable[[Any], Any]:
        if spec.own is not None:
            key = spec.own.key
            return spec.own.read or (lambda record: record.extra.get(key))
        return attrgetter(f"{spec.name}_id" if spec.kind == "reference" else spec.name)

    def _is_late(self, record: Any, spec: FieldSpec, value: Any) -> bool:
        return bool(is_open(self.type, spec.name, record)) and ui.due_tone(value, self.now) == "bad"

    def _late(self, shown: Any, value: Any) -> Markup:
        late = ui.due_words(value, self.now)
        return Markup('<span class="t-bad">%s<span class="vh"> %s</span></span>') % (shown, late)

    def value(
        self, spec: FieldSpec, value: Any, *, link: bool = True, record: Any = None, currency: str | None = None
    ) -> Any:
        """A Python or JSON value as it is written on pages; `record` is the one that has or had it, if it is at hand.

        `currency` is what an amount was in, where that is known otherwise ("": the company's own).
        """
        if value is None or value == "" or value == []:
            return ""
        named = _NAMES_BY.get(f"{self.type.name}.{spec.name}") if record is not None else None
        if named is not None:
            return self._called(spec, named(value, record))
        write = _written(self.type, spec)
        if write is not _money or not currencies.has_its_own(self.type, spec):
            return write(self, spec, value, link)
        return currencies.shown(value, record.currency if currency is None and record is not None else currency)

    def _called(self, spec: FieldSpec, words: Any) -> Any:
        return _tags(self, spec, words, False) if isinstance(words, list) else words

    def url(self, spec: FieldSpec, pk: int) -> str:
        """The page of a referenced record."""
        assert spec.target is not None
        return f"{self.base}/{records.by_model(spec.target).plural}/{pk}"


def subject_of(entry: Any) -> RecordType | None:
    """The type of the record that an entry is about; None for none, or one that is not there any more."""
    try:
        return records.get(entry.about_type) if entry.about_type else None
    except LookupError:
        return None


def _written(record_type: RecordType, spec: FieldSpec) -> Callable[[Shower, FieldSpec, Any, bool], Any]:
    """How the values of a field are written: as `names` said, else by their kind."""
    return _named if f"{record_type.name}.{spec.name}" in _NAMES else _SHOWN.get(spec.kind, _plain)


def _named(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    words = _NAMES[f"{shower.type.name}.{spec.name}"]
    if isinstance(value, list):
        return _tags(shower, spec, [str(words(one)) for one in value], link)
    return str(words(value))


def _plain(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return str(value)


def _reference(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    label = shower.labels.get((spec.target, value))
    if label is None:
        return _t("not visible")
    member = spec.target is records.get("member").model
    if member or not link:
        return label
    return Markup('<a href="%s">%s</a>') % (shower.url(spec, value), label)


def _choice(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    word = spec.show(value) if spec.own is not None else ui.headed(spec.show(value))
    declared = _TONES.get(f"{shower.type.name}.{spec.name}") or shower.type.tones.get(spec.name)
    toned = spec.own.tones if spec.own is not None else declared
    if toned is None or (spec.own is not None and not toned.get(value)):
        return word
    return Markup('<span class="badge" data-tone="%s">%s</span>') % (toned.get(value, ""), word)


def _tags(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return Markup(" ").join(Markup('<span class="badge line">%s</span>') % word for word in value)


def _choices(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    tones = spec.own.tones if spec.own is not None else {}
    badge = Markup('<span class="badge%s" data-tone="%s">%s</span>')
    return Markup(" ").join(
        badge % ("" if tones.get(one) else " line", tones.get(one, ""), spec.choice_label(one)) for one in value
    )


def _money(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return ui.money(value)


def _amount(value: Any, record: Any) -> Any:
    return ui.money(value, record.currency)


def _number(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    if spec.own is None:
        return ui.number(value)
    if spec.own.unit in ui.YUAN:
        return ui.money(round(Decimal(str(value)), spec.places))
    words = ui.number(value, spec.places)
    return f"{words} {spec.own.unit}" if spec.own.unit else words


def _date(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return ui.day(_parsed(spec, value, shower.actor), shower.today)


def _moment(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return ui.moment(_parsed(spec, value, shower.actor), shower.today)


def _parsed(spec: FieldSpec, value: Any, actor: Actor) -> Any:
    return spec.clean(value, actor) if isinstance(value, str) else value


def _boolean(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return _t("yes") if value else ""


def _phone(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    number = ui.phone(value)
    return Markup('<a class="nb" href="tel:%s">%s</a>') % (value, number) if link else number


def _email(shower: Shower, spec: FieldSpec, value: Any, link: bool) -> Any:
    return Markup('<a href="mailto:%s">%s</a>') % (value, value) if link else value


_SHOWN: dict[str, Callable[[Shower, FieldSpec, Any, bool], Any]] = {
    "reference": _reference, "choice": _choice, "choices": _choices, "tags": _tags, "money": _money, "integer": _number,
    "decimal": _number, "date": _date, "moment": _moment, "boolean": _boolean, "phone": _phone, "email": _email,
}  # fmt: skip
