"""What the bar under a list offers for the selected rows: the verbs of the record type, the commonest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType

# What stands in the bar itself; the rest is in its menu.
FIRST = ("edit", "assign", "tag", "release", "delete")


@dataclass(frozen=True)
class Offer:
    """One button: what it sends as `do`; `url` is where, when it is not the page of bulk work."""

    verb: str
    label: str
    icon: str
    tone: str = ""
    url: str = ""


def offers(record_type: RecordType, actor: Actor, export_url: str = "") -> dict[str, Any]:
    """What this actor is offered, as `first` and `more`."""
    found = [
        Offer(verb.verb, str(verb.label), verb.icon or "check", verb.tone)
        for verb in record_type.verbs.values()
        if not verb.creates and not verb.binned and actor.may(verb.name)
    ]
    edits = record_type.edit is not None and actor.may(record_type.edit.name)
    if edits and _has_words(record_type, actor):
        found.append(Offer("tag", _t("Tags"), "tag"))
    by_verb = {one.verb: one for one in found}
    first = [by_verb[verb] for verb in FIRST if verb in by_verb]
    more = [one for one in found if one.verb not in FIRST]
    if export_url:
        more.append(Offer("export", _t("Export"), "download", url=export_url))
    return {"first": first or more, "more": more if first else []}


def _has_words(record_type: RecordType, actor: Actor) -> bool:
    return any(
        spec.kind == "tags" and access(actor, record_type, name) is Access.WRITE
        for name, spec in record_type.form_specs().items()
    )
