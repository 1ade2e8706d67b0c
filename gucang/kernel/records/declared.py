"""The record type itself: what is declared of it, and what follows from that alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec, spec_of
from gucang.kernel.lines import Lines
from gucang.kernel.models import Collaborator
from gucang.kernel.records.parts import Board, Calendar, Exchange, Layout, Related, Uncounted
from gucang.kernel.scope import active_company_id

if TYPE_CHECKING:
    from gucang.kernel.actions import Action


@dataclass(frozen=True, eq=False)
class RecordType:
    """What people see of one model. Names only; see the system check for what is demanded of them.

    `owner` is the path to the owning member's id ("owner_id", "customer__owner_id", "" for nobody's): at most one
    record away.
    `concerns` are the reference fields whose timelines an event of this record joins; the page of what it concerns
    lists it, but for those `apart`, which another part of that page tells of.
    `brief` are the columns of that list, where the first five of a list's own would not do.
    `groups` are texts of few values, such as a city, by which a list may be grouped as by choices and references.
    `uncounted` are records whose amounts no sum contains, such as superseded versions.
    `order` is the default sort of lists ("-updated_at"). `search` maps field paths to weights "A" to "D".
    `withheld(actor)` are fields of the form that this actor has no use for; `guard` and rules refuse them anyway.
    `visible_with_about`, of an entry: whoever may view the type sees exactly those about what they see.
    `only`: there is one at most, as of a company's settings; its list leads to it. `page` is the address below the
    company's of a page ("/notifications/settings") that stands for the generic list, record and forms of the type.
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
    apart: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    order: str = "-id"
    related: tuple[Related, ...] = ()
    uncounted: Uncounted | None = None
    board: Board | None = None
    calendar: Calendar | None = None
    search: Mapping[str, str] = field(default_factory=dict)
    exchange: Exchange | None = None
    visible_with_about: bool = False
    withheld: Callable[[Actor], Collection[str]] | None = None
    only: bool = False
    page: str = ""
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

    @property
    def comes_in(self) -> bool:
        """Whether records of this type come in by a file. What nobody creates only goes out."""
        return self.exchange is not None and self.create is not None

    @property
    def lines(self) -> Lines | None:
        """The rows that a record of this type owns, such as the lines of a quote."""
        return self.form.lines

    def custom_fields(self) -> tuple[FieldSpec, ...]:
        """The active company's own fields of this record type, named "extra.<key>"."""
        from gucang.kernel.custom import specs_for  # reads a table per request

        return specs_for(self.name)

    def form_specs(self) -> dict[str, FieldSpec]:
        """The fields of the form in order, the company's own after the declared ones; formulas are not filled in."""
        specs = {name: self.specs[name] for name in self.form.fields}
        if self.lines is not None:
            specs[self.lines.spec.name] = self.lines.spec
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
        from gucang.kernel.records.registry import by_model  # which is about this class

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
