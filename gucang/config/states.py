"""What Django knows of the models while it migrates, drawn no oftener than needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState


@contextmanager
def kept_drawn() -> Iterator[None]:
    """Within it, an index or a constraint that a migration adds is told to the one model that it is of.

    Django draws that model and all its neighbours anew for each of them, and every company table has all others for
    neighbours: of making a database that was two thirds of the time. Neither changes what a neighbour looks like.
    """
    kind: Any = ProjectState
    drawing = kind._append_option

    def append(state: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        model_state = state.models[app_label, model_name]
        model_state.options[option_name] = [*model_state.options[option_name], obj]
        if "apps" in state.__dict__:
            meta = state.apps.get_model(app_label, model_name)._meta
            setattr(meta, option_name, [*getattr(meta, option_name), obj])

    kind._append_option = append
    try:
        yield
    finally:
        kind._append_option = drawing
