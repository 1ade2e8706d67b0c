"""A record type, declared once: every screen, the API, import, export, board, search and tests derive from it.

Most are declared in code and the same for everybody. A company may make types of its own (`own_from`): the registry
answers for them inside that company's scope, and knows nothing of them anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gucang.kernel import permissions
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec, ShowIf, spec_of
from gucang.kernel.models import Collaborator
from gucang.kernel.scope import active_company_id, in_company_scope

if TYPE_CHECKING:
    from gucang.kernel.actions import Action


class Layout:
    """A form: sections of a title and field names. `first` are the few that a phone shows before "more".

    `Layout((_("Deal"), "name", "customer"), (_("People"), "owner"), first=("name", "customer"))`; `unseen` are fields
    that a page of their own and the API fill in, but which no form shows. `shown_if` names, for a field that is of use
    only then, another one and the values that it must hold: {"target": ("kind", "reference")}; a script hides it else.
    """

    def __init__(
        self,
        *sections: tuple[Any, ...],
        first: tuple[str, ...] = (),
        unseen: tuple[str, ...] = (),
        shown_if: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.shown_if = {name: ShowIf(rest[0], tuple(rest[1:])) for name, rest in (shown_if or {}).items()}
        self.sections = tuple((section[0], tuple(section[1:])) for section in sections)
        self.unseen = unseen
        self.first = first or self.fields[:3]

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(name for _title, names in self.sections for name in names)

    @property
    def fields(self) -> tuple[str, ...]:
        return self.shown + self.unseen


@dataclass(frozen=True)
class Related:
    """A panel of records that refer to this one: the record type, through which of its fields, which columns."""

    record: str
    field: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """A kanban: the column field, which action a drop into a column calls, which amount is summed.

    `lanes(actor, filters)` gives the columns as (value, label, tone) in order; `drop(value)` names the action and the
    parameters for a drop into the column of `value`. `switch` is the reference field that chooses between rows of
    columns (a pipeline). `age(record)` answers for how many days it has stood there and whether that is too long; None
    where time does not matter any more.
    """

    by: str
    lanes: Callable[[Actor, Mapping[str, Any]], list[tuple[Any, str, str]]]
    drop: Callable[[Any, Any], tuple[str, dict[str, Any]]]
    total: str = ""
    card: tuple[str, ...] = ()
    totals: Callable[[Actor, Mapping[str, Any]], dict[Any, tuple[int, Any]]] | None = None
    only: Q = field(default_factory=Q)
    switch: str = ""
    age: Callable[[Any], tuple[int, bool] | None] | None = None


@dataclass(frozen=True)
class Calendar:
    """What of a record stands in the calendar, and what moving it there means.

    `on` is the field of the day, `at` that of the moment; with both, `on` is the day of `at` and is filled whenever
    `at` is. `until` is the field of the last day, of what lasts several. `title` are the fields that name the entry,
    `about` is the reference field that it concerns (an entry about any record says that by itself). `move` is the verb
    of a move: "edit" writes `on` and `at`, any other verb gets the new day as its parameter `to`; "" for what has
    happened. `only` leaves rows out. `offered`: an empty day offers to make one. `tone` is the colour of the kind, one
    of TONES. What is late or done, `surface.columns.due` says.
    """

    TONES: ClassVar[tuple[str, ...]] = ("ac", "ok", "warn", "mute")

    title: tuple[str, ...]
    on: str = ""
    at: str = ""
    until: str = ""
    about: str = ""
    move: str = ""
    only: Q = field(default_factory=Q)
    offered: bool = False
    tone: str = "ac"

    @property
    def by(self) -> str:
        """The field that rows are found and sorted by."""
        return self.on or self.at

    @property
    def written(self) -> tuple[str, ...]:
        """The fields that tell when; a move by "edit" writes them."""
        return tuple(name for name in (self.on, self.at) if name)


@dataclass(frozen=True)
class Exchange:
    """Import and export. `key` finds the record again on a second import.

    `also` are fields that no form offers but an import of history may fill, such as the stage of a closed deal.
    `unowned`: rows may come for nobody, where else they would be whose import it is.
    """

    key: str = "number"
    also: tuple[str, ...] = ()
    unowned: bool = False


@dataclass(frozen=True, eq=False)
class RecordType:
    """What people see of one model. Names only; see the system check for what is demanded of them.

    `owner` is the path to the owning member's id ("owner_id", "customer__owner_id", "" for nobody's): at most one
    record away.
    `concerns` are the reference fields whose timelines an event of this record joins.
    `order` is the default sort of lists ("-updated_at"). `search` maps field paths to weights "A" to "D".
    `withheld(actor)` are fields of the form that this actor has no use for; `guard` and rules refuse them anyway.
    `visible_with_about`, of an entry: whoever may view the type sees exactly those about what they see.
    `own` is what one company has made for itself; while it is `retired` its records rest and nothing offers them.
    `tones` gives the choices of a field the tones of their badges, `due` says of a day while which values of another
    field it still matters, both for types that no module speaks of (see surface.columns).
    """

    name: str
    model: type[models.Model]
    plural: str
    columns: tuple[str, ...]
    form: Layout
    visible: Callable[[Actor], Q]
    create: Action | None = None
    edit: Action | None = None
    actions: tuple[Action, ...] = ()
    icon: str = "file-text"
    number: str = ""
    owner: str = ""
    concerns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    order: str = "-id"
    related: tuple[Related, ...] = ()
    board: Board | None = None
    calendar: Calendar | None = None
    search: Mapping[str, str] = field(default_factory=dict)
    exchange: Exchange | None = None
    visible_with_about: bool = False
    withheld: Callable[[Actor], Collection[str]] | None = None
    own: bool = False
    retired: bool = False
    tones: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    due: Mapping[str, tuple[str, Collection[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "visible", _for_all_eyes(self.visible))

    @property
    def label(self) -> Any:
        """The singular noun, translated when shown."""
        return self.model._meta.verbose_name

    @property
    def label_plural(self) -> Any:
        return self.model._meta.verbose_name_plural

    @cached_property
    def specs(self) -> dict[str, FieldSpec]:
        """The specs of all model fields that forms know, by name."""
        found = {}
        for model_field in self.model._meta.get_fields():
            if not isinstance(model_field, models.Field) or model_field.name in ("id", "company", "extra"):
                continue
            try:
                found[model_field.name] = spec_of(model_field)
            except TypeError:
                continue
        return found

    @cached_property
    def verbs(self) -> dict[str, Action]:
        """Every action by verb, create and edit first."""
        every = (self.create, self.edit, *self.actions)
        return {action.verb: action for action in every if action is not None}

    @property
    def form_makes(self) -> bool:
        """Whether the form is enough to make a record: nothing that it does not show is needed."""
        return self.create is not None and not any(self.specs[name].required for name in self.form.unseen)

    def custom_fields(self) -> tuple[FieldSpec, ...]:
        """The active company's own fields of this record type, named "extra.<key>"."""
        from gucang.kernel.custom import specs_for  # reads a table per request

        return specs_for(self.name)

    def form_specs(self) -> dict[str, FieldSpec]:
        """The fields of the form in order, the company's own after the declared ones; formulas are not filled in."""
        specs = {name: self.specs[name] for name in self.form.fields}
        return specs | {spec.name: spec for spec in self.custom_fields() if not spec.computed}

    def sections(self) -> list[tuple[Any, list[str]]]:
        """The form's sections with the names in them: the declared ones, then those of the company's own fields.

        An own field stands in a declared section ("@2"), in one of the company's, or under "Own fields".
        """
        found: dict[str, tuple[Any, list[str]]] = {
            f"@{n}": (title, list(names)) for n, (title, names) in enumerate(self.form.sections)
        }
        for spec in self.custom_fields():
            section = self.section_of(spec.own.section) if spec.own is not None else ""
            found.setdefault(section, (section or _("Own fields"), []))[1].append(spec.name)
        return [one for one in found.values() if one[1]]

    def section_of(self, section: str) -> str:
        """Where the form shows what has this `section`: "@2" is a declared one, "" “Own fields”, else a title."""
        found = self._section_titles.get(section, section)
        known = not found.startswith("@") or found in self._section_titles.values()
        return found if known else ""

    @cached_property
    def _section_titles(self) -> dict[str, str]:
        """The declared sections by their titles in every language: {"公司资料": "@0"}."""
        found: dict[str, str] = {}
        for language in ("zh-hans", "en"):
            with override(language):
                found |= {str(title): f"@{n}" for n, (title, _names) in enumerate(self.form.sections)}
        return found

    def spec(self, name: str) -> FieldSpec:
        """The spec of a field, a custom one as "extra.key". Raises KeyError."""
        if name.startswith("extra."):
            return next((s for s in self.custom_fields() if s.name == name), None) or self.specs[name]
        return self.specs[name]

    @property
    def owner_field(self) -> str:
        """The field where the way to the owner begins: the owner itself, or the record that owns this one; or ""."""
        return self.owner.partition("__")[0].removesuffix("_id")

    @property
    def owned_through(self) -> str:
        """The reference to the record whose owner owns this one too (a contact's customer); "" where there is none."""
        return self.owner_field if "__" in self.owner else ""

    def owner_id(self, record: Any) -> int | None:
        """The id of the member who owns `record`, following the declared path."""
        value = record
        for step in self.owner.split("__") if self.owner else ():
            value = getattr(value, step) if value is not None else None
        return value if value is not record else None

    def is_shared(self, actor: Actor, record: Any) -> bool:
        """Whether the actor collaborates on `record`, or on the record that owns it."""
        if not self.owned_through:
            return record.pk in actor.shared(self.name)
        parent = getattr(record, self.owned_through, None)
        return parent is not None and parent.pk in actor.shared(by_model(type(parent)).name)

    def blank(self) -> Any:
        """A new record of the active company, not saved yet."""
        model: Any = self.model
        own = {"company_id": active_company_id()} if hasattr(model, "company_id") else {}
        return model(**own, **getattr(model, "only_rows", {}))

    def query(self, actor: Actor) -> models.QuerySet[Any]:
        """The records of this type that the actor may see, with the record that owns them where it is another one.

        Field rules ask for the owner of every row, so it comes along in the same query.
        """
        found = self.model._default_manager.filter(self.visible(actor))
        return found.select_related(self.owned_through) if self.owned_through else found

    def collaborators(self, record: Any) -> list[int]:
        """The member ids of those who work on `record` besides its owner."""
        rows = Collaborator.objects.filter(record_type=self.name, object_id=record.pk)
        return list(rows.values_list("member_id", flat=True))


def _for_all_eyes(visible: Callable[[Actor], Q]) -> Callable[[Actor], Q]:
    """`visible`, and for somebody who looks as somebody else, what both of them see.

    Here and not in the rules of each module: none of them can forget it.
    """

    def seen(actor: Actor) -> Q:
        if actor.eyes is None:
            return visible(actor)
        person, looker = actor.eyes
        return visible(person) & visible(looker)

    return seen


Own = Mapping[str, RecordType]

_types: dict[str, RecordType] = {}
_by_model: dict[type[models.Model], RecordType] = {}
_own_sources: list[Callable[[], Own]] = []
_only_declared: ContextVar[bool] = ContextVar("only_declared", default=False)


def register(record_type: RecordType) -> RecordType:
    """Add a record type to the registry, with its permissions. Raises ValueError for a name taken."""
    if record_type.name in _types:
        raise ValueError(f"Record type {record_type.name} is registered twice.")
    _types[record_type.name] = record_type
    _by_model[record_type.model] = record_type
    for name, label in _rights(record_type).items():
        permissions.declare(name, label)
    return record_type


def _rights(record_type: RecordType) -> dict[str, Any]:
    """The permissions that a record type brings along, with their labels."""
    found = {f"{record_type.name}.view": record_type.label}
    found |= {action.name: action.label for action in record_type.verbs.values()}
    if record_type.exchange:
        found |= dict.fromkeys((f"{record_type.name}.export", f"{record_type.name}.import"), record_type.label)
    return found


def own_from(source: Callable[[], Own]) -> Callable[[], Own]:
    """Register who knows the record types that the active company has made for itself, by name, retired ones too.

    It is asked inside a scope only, and its answer is for that company alone: it may keep it under the company's stamp.
    """
    _own_sources.append(source)
    return source


def own() -> Own:
    """The active company's own record types by name, retired ones too; none outside a scope."""
    if not _own_sources or _only_declared.get() or not in_company_scope():
        return {}
    return _own_sources[-1]()


@contextmanager
def only_declared() -> Iterator[None]:
    """Leave every company's own types out of what happens inside: for what is kept for all companies together."""
    token = _only_declared.set(True)
    try:
        yield
    finally:
        _only_declared.reset(token)


@permissions.more_from
def _own_rights() -> dict[str, Any]:
    """The permissions about the active company's own types; those of a retired one are kept until it comes back."""
    return {name: label for record_type in own().values() for name, label in _rights(record_type).items()}


def get(name: str) -> RecordType:
    """The record type called `name`. Raises LookupError."""
    found = _types.get(name) or own().get(name)
    if found is None:
        raise LookupError(f"There is no record type {name!r}.")
    return found


def by_plural(plural: str) -> RecordType | None:
    """The record type whose addresses start with `plural`, also a retired one; None where there is none."""
    declared = next((t for t in _types.values() if t.plural == plural), None)
    return declared or next((t for t in own().values() if t.plural == plural), None)


def by_model(model: type[models.Model]) -> RecordType:
    """The record type of a model. Raises LookupError."""
    found = _by_model.get(model)
    if found is None and (name := getattr(model, "own_name", "")):
        candidate = own().get(name)
        # A class of another company may have the same name, but never the same rows.
        found = candidate if candidate is not None and candidate.model.only_rows == model.only_rows else None  # type: ignore[attr-defined]
    if found is None:
        raise LookupError(f"{model.__name__} is not a record type.")
    return found


def plural_called(name: str) -> Any:
    """What records of this type are called; the name itself where there is no such type any more."""
    return _types[name].label_plural if name in _types else name


def verb_called(verb: str) -> Any:
    """What a verb is called, where types call it the same; the verb itself where no type has it."""
    return next((one.verbs[verb].label for one in _types.values() if verb in one.verbs), verb)


def every() -> Iterator[RecordType]:
    """All record types, in the order of their registration; then the company's own that are in use."""
    yield from _types.values()
    yield from (record_type for record_type in own().values() if not record_type.retired)


def find_one(
    model: type[models.Model], raw: Any, actor: Actor, limit: Callable[[Actor], Q] | None = None
) -> models.Model | None:
    """The one visible record that `raw` means: an id, a number, or an unmistakable name. None otherwise."""
    record_type = by_model(model)
    query = record_type.query(actor)
    if limit is not None:
        query = query.filter(limit(actor))
    text = str(raw).strip()
    if "\0" in text:
        return None  # no column can hold it, and the database refuses to look
    ways = []
    if text.isascii() and text.isdigit() and len(text) < 19:
        ways.append(Q(pk=int(text)))
    if record_type.number:
        ways.append(Q(number=text))
    if "name" in record_type.specs:
        ways.append(Q(name=text))
    for way in ways:
        found = list(query.filter(way)[:2])
        if len(found) == 1:
            return found[0]
    return None
