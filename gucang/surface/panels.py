"""Places on generic pages that higher modules fill: an answer card, a warning, the composer, a form's hint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest

PLACES = ("top", "left", "main", "composer", "title", "actions", "peek", "list", "chips", "head", "menu", "brief")
PanelContext = Callable[[CompanyRequest, RecordType, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One part. `context(request, record_type, record)` gives what its template shows, or None to leave it out."""

    record: str
    where: str
    template: str
    context: PanelContext
    order: int = 50
    looking: bool = False


@dataclass(frozen=True)
class View:
    """A tab over a list: its own condition, and parameters it starts with (see `filters`).

    One that somebody saved has its id in `saved` and holds only a `query` ("city=苏州&sort=-amount"), which becomes the
    list's address. `first` lets the list begin with it; `editable` says whether this person may change it.
    """

    key: str
    label: Any
    condition: Callable[[Actor], Q] | None = None
    params: Mapping[str, str] | None = None
    shown: Callable[[Actor], bool] | None = None
    saved: int = 0
    query: str = ""
    version: int = 0
    first: bool = False
    editable: bool = False
    about: str = ""


@dataclass(frozen=True)
class Step:
    """What somebody will most likely do with a record next: a verb, what its button says, and `query` for its form."""

    verb: str
    label: str = ""
    query: str = ""


@dataclass(frozen=True)
class Dialog:
    """What the dialog of a verb is for one record: `says` in the place of the verb's own sentence, `values` that it
    begins with, and fields that it `leaves_out` because they are of no use there.
    """

    says: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    leaves_out: Collection[str] = ()


@dataclass(frozen=True)
class Advice:
    """Something worth knowing before saving, such as a likely duplicate; `url` leads to it."""

    title: str
    name: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Duplicates:
    """How it is told exactly that two records are the same thing, for those who look at many rows or at no form.

    `keys(values)` are what no two should share, of raw values, the most telling first. `held(keys, actor)` says who has
    which of these, in the words of an advice; it names no more than a form does.
    """

    keys: Callable[[Mapping[str, Any]], Sequence[str]]
    held: Callable[[Collection[str], Actor], Mapping[str, Advice]]


SavedViews = Callable[[RecordType, Actor], list[View]]
# The record that the values are of, if it is there already, comes last: nothing is like itself.
Adviser = Callable[[RecordType, Mapping[str, Any], Actor, int], list[Advice]]

_panels: list[Panel] = []
_pages: dict[str, tuple[str, Callable[[CompanyRequest, RecordType, Any], dict[str, Any]]]] = {}
_views: dict[str, list[View]] = {}
_starts: dict[str, str] = {}
_dialogs: dict[str, Callable[[Actor, Any], Dialog]] = {}
_purposes: dict[str, Any] = {}
_saved_views: list[SavedViews] = []
_advisers: dict[str, list[Adviser]] = {}
_duplicates: dict[str, Duplicates] = {}


def add(
    record: str, where: str, template: str, context: PanelContext, order: int = 50, *, looking: bool = False
) -> None:
    """Put a part on the record page of `record` ("*" is every type).

    `where`: "top" (above all), "left" (under the facts), "main" (above the related records), "composer" (above the
    timeline), "title" (beside the name), "actions" (beside the buttons), "peek" (in the side panel); on a list,
    whose record is None, "list" (above it), "chips" (beside its filters), "head" (beside its title) and "menu"
    (under “More”); "brief" (what decides, on the page of a request for approval about it). `looking` parts are
    those of a page that somebody sees as somebody else, and stand on no other. Raises ValueError for another place.
    """
    if where not in PLACES:
        raise ValueError(f"There is no place {where!r} on a record page.")
    _panels.append(Panel(record, where, template, context, order, looking))
    _panels.sort(key=lambda panel: panel.order)


def shown(
    request: CompanyRequest, record_type: RecordType, record: Any, where: str
) -> list[tuple[str, dict[str, Any]]]:
    """The (template, context) of every part in one place, in order."""
    found = []
    for panel in _panels:
        if panel.where != where or panel.record not in ("*", record_type.name):
            continue
        if panel.looking != (request.actor.eyes is not None):
            continue
        context = panel.context(request, record_type, record)
        if context is not None:
            found.append((panel.template, context))
    return found


def draw_page(record: str, template: str, context: Callable[[CompanyRequest, RecordType, Any], dict[str, Any]]) -> None:
    """Draw the record page of a type with a template of its own, which extends the common one, and more context."""
    _pages[record] = (template, context)


def page_of(request: CompanyRequest, record_type: RecordType, record: Any) -> tuple[str, dict[str, Any]]:
    """The template of a record's page, and what it shows besides the common."""
    if record_type.name not in _pages or request.actor.eyes is not None:
        return "surface/record.html", {}
    template, context = _pages[record_type.name]
    return template, context(request, record_type, record)


def draw_dialog(action: str, of: Callable[[Actor, Any], Dialog]) -> None:
    """Let the dialog of an action ("promise.book") say and ask what this record needs."""
    _dialogs[action] = of


def dialog_of(action: str, actor: Actor, record: Any) -> Dialog:
    """What the dialog of an action says and asks of a record."""
    return _dialogs[action](actor, record) if action in _dialogs else Dialog()


def add_view(record: str, view: View) -> None:
    """Add a tab to the list of a record type, after “all” and “mine”."""
    _views.setdefault(record, []).append(view)


def when_empty(record: str, sentence: Any) -> None:
    """Let the list of a record type, while nothing is in it, say how something gets there."""
    _purposes[record] = sentence


def purpose_of(record_type: RecordType) -> Any:
    """What the empty list of a record type says; "" where nobody said anything."""
    return _purposes.get(record_type.name, "")


def begin_with(record: str, view: str) -> None:
    """Let the bare address of a list show this tab of it; `?view=all` is the list without."""
    _starts[record] = view


def start_of(record_type: RecordType, actor: Actor) -> str:
    """The key of the tab that a list begins with: the first saved one that wants to be; "" for the whole list."""
    first = next((view.key for view in views_of(record_type, actor) if view.first), "")
    return first or _starts.get(record_type.name, "")


def views_of(record_type: RecordType, actor: Actor) -> list[View]:
    """The tabs of a list that this actor gets: those that come with the program, then the saved ones.

    Who looks as somebody else gets that person's tabs, of the saved ones those that both have.
    """
    if actor.eyes is not None:
        theirs, own = (views_of(record_type, eye) for eye in actor.eyes)
        keys = {view.key for view in own}
        return [view for view in theirs if not view.saved or view.key in keys]
    given = [view for view in _views.get(record_type.name, ()) if view.shown is None or view.shown(actor)]
    return given + [view for source in _saved_views for view in source(record_type, actor)]


def saved_views_from(source: SavedViews) -> SavedViews:
    """Register who knows which views of a list an actor has saved or is given."""
    _saved_views.append(source)
    return source


def advise(record: str) -> Callable[[Adviser], Adviser]:
    """Register who looks at a form's values while they are typed, and before a record is made."""

    def remember(adviser: Adviser) -> Adviser:
        _advisers.setdefault(record, []).append(adviser)
        return adviser

    return remember


def advice(record_type: RecordType, values: Mapping[str, Any], actor: Actor, leave_out: int = 0) -> list[Advice]:
    """What the advisers of a record type say about these raw values; `leave_out` is the record that has them."""
    advisers = _advisers.get(record_type.name, ())
    return [one for adviser in advisers for one in adviser(record_type, values, actor, leave_out)]


def tell_duplicates(record: str, duplicates: Duplicates) -> None:
    """Register how exact duplicates of a record type are told."""
    _duplicates[record] = duplicates


def duplicates_of(record_type: RecordType) -> Duplicates | None:
    """How exact duplicates of this type are told; None where nobody can."""
    return _duplicates.get(record_type.name)


def exact_duplicates(record_type: RecordType, values: Mapping[str, Any], actor: Actor) -> list[Advice]:
    """The records that these raw values would be an exact duplicate of, each once, with the most telling reason."""
    known = duplicates_of(record_type)
    keys = known.keys(values) if known is not None else ()
    held = known.held(keys, actor) if known is not None and keys else {}
    found: dict[tuple[str, str], Advice] = {}
    for key in keys:
        if (one := held.get(key)) is not None:
            found.setdefault((one.name, one.note), one)
    return list(found.values())


def has_advisers(record_type: RecordType) -> bool:
    """Whether anybody looks at this record type's forms."""
    return record_type.name in _advisers


_steps: dict[str, Callable[[CompanyRequest, Any], Step | None]] = {}


def next_step(record: str) -> Callable[[Callable[[CompanyRequest, Any], Step | None]], Any]:
    """Register who knows the next step of a record of this type; without one the verbs say by their tone."""

    def remember(function: Callable[[CompanyRequest, Any], Step | None]) -> Any:
        _steps[record] = function
        return function

    return remember


def step_of(request: CompanyRequest, record_type: RecordType, record: Any) -> Step | None:
    """The next step of this record, where somebody knows it."""
    find = _steps.get(record_type.name)
    return find(request, record) if find is not None else None
