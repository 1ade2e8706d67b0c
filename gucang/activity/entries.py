"""What the create and edit actions of all entries share: the subject is checked, the author noted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.activity import subjects
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid


def set_subject(entry: Any, actor: Actor, also: tuple[str, ...] = ()) -> Any:
    """Make a new entry about the record that its form names; returns the record. Raises Invalid."""
    about = subjects.find(actor, entry.about_type, entry.about_id, also)
    entry.set_about(about)
    return about


def keep_subject(entry: Any) -> None:
    """Refuse to move an entry to another record: it would vanish from the timeline it belongs to. One query."""
    was = type(entry).with_bin.values_list("about_type", "about_id").get(pk=entry.pk)
    if was != (entry.about_type, entry.about_id):
        raise Invalid({"about_id": [_t("This belongs to the record it was written about. Write a new one there.")]})
