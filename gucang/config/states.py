"""What Django knows of the models while it migrates, drawn no oftener than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED


@contextmanager
def kept_drawn() -> Iterator[None]:
    """Within it, a new model is drawn alone; a new field, an index or a constraint is told to its one model.

    Django draws that model and all its neighbours anew for each of them, and every company table has all others for
    neighbours: of making a database that was nine tenths of the time. None of these changes what a neighbour looks
    like, and on PostgreSQL no statement is written by comparing the models before and after; for what is (a field
    altered or removed) Django draws anew as ever.
    """
    kind: Any = ProjectState
    ours: dict[str, Callable[..., None]] = {
        "add_model": _add_model,
        "add_field": _add_field,
        "_append_option": _append_option,
        "_remove_option": _remove_option,
    }
    drawing = {name: getattr(kind, name) for name in ours}
    _put(kind, ours)
    try:
        yield
    finally:
        _put(kind, drawing)


def _put(kind: Any, methods: dict[str, Callable[..., None]]) -> None:
    for name, method in methods.items():
        setattr(kind, name, method)


def _drawn(state: Any) -> bool:
    """Whether the models were drawn already; asking for `state.apps` would draw them."""
    return "apps" in state.__dict__


def _add_model(state: Any, model_state: Any) -> None:
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if _drawn(state):
        state.apps.render_multiple([model_state])


def _add_field(state: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    state.models[key].fields[name] = field
    if state._relations is not None:
        state.resolve_model_field_relations(key, name, field)
    if _drawn(state):
        state.apps.get_model(*key).add_to_class(name, field.clone())
        state.apps.clear_cache()


def _append_option(state: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    _set_option(state, (app_label, model_name), option_name, lambda objects: [*objects, obj])


def _remove_option(state: Any, app_label: str, model_name: str, option_name: str, obj_name: str) -> None:
    _set_option(state, (app_label, model_name), option_name, lambda all_: [one for one in all_ if one.name != obj_name])


def _set_option(state: Any, key: tuple[str, str], name: str, change: Callable[[list[Any]], list[Any]]) -> None:
    options = state.models[key].options
    options[name] = change(options[name])
    if _drawn(state):
        meta = state.apps.get_model(*key)._meta
        setattr(meta, name, change(list(getattr(meta, name))))
